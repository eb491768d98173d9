//! The k nearest neighbours.

use std::collections::BinaryHeap;

use super::draw::draw;
use super::table::Table;
use crate::error::Result;
use crate::feature::Matrix;
use crate::model::regression::{self as prepare, Preparation};
use crate::model::{Card, Learner, Model, Query, Train};
use crate::spec::{NeighbourWeights, NeighboursParams, Quantity};

/// Training rows whose distances are computed together: with 30 columns they stay within a core's cache.
const BLOCK_ROWS: usize = 512;

/// Forecast rows whose neighbours are kept together.
const QUERY_ROWS: usize = 256;

/// The learner of `kind = "neighbours"`: the weighted mean target of the training rows nearest in standardised features (Euclid's
/// distance), which for targets 0 and 1 is a probability.
///
/// All distances are computed: with more than a few features a tree of cells would look into nearly every cell. Of equal
/// distances the earlier row is nearer. Rows vote with their weight, times 1 / distance where so asked.
#[derive(Debug, Clone)]
pub(in crate::model) struct Neighbours {
    /// Its settings.
    pub(in crate::model) params: NeighboursParams,
    /// What is forecast: a probability wants targets 0 and 1.
    pub(in crate::model) ask: Vec<Quantity>,
}

impl Learner for Neighbours {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let prepared = Preparation::fit(train, &self.params.features)?;
        if self.ask.contains(&Quantity::Probability) {
            prepare::check_classes(train, (0..train.target().len()).filter(|&row| 0.0 < train.weight()[row]))?;
        }
        // Rows keep their own weight as votes, so that the draw knows no weights but 0.
        let is_learnt: Vec<f64> = train.weight().iter().map(|&weight| f64::from(u8::from(0.0 < weight))).collect();
        let drawn = draw(&vec![0; is_learnt.len()], &is_learnt, self.params.max_rows as usize, train.seed);
        let lesson = train.lesson.part(&drawn.rows);
        let table = Table::new(&prepared, &train.only(&lesson).features.gather());
        let mut notes = prepared.notes.clone();
        notes.extend(drawn.notes);
        let wanted = self.params.neighbours as usize;
        if table.n_rows() < wanted {
            notes.push(format!("all {} training rows are neighbours, fewer than the {wanted} asked for", table.n_rows()));
        }
        let (count, weights) = (wanted.min(table.n_rows()), self.params.weights);
        Ok(Box::new(Fitted { ask: self.ask.clone(), prepared, table, target: lesson.target, weight: lesson.weight, count, weights, notes }))
    }
}

struct Fitted {
    ask: Vec<Quantity>,
    prepared: Preparation,
    table: Table,
    target: Vec<f64>,
    weight: Vec<f64>,
    count: usize,
    weights: NeighbourWeights,
    notes: Vec<String>,
}

/// A training row and the square of its distance; the farthest is the greatest, and of equals the later.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Near {
    square: f64,
    row: u32,
}

impl Eq for Near {}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.square.total_cmp(&other.square).then(self.row.cmp(&other.row))
    }
}

impl Fitted {
    fn means(&self, features: &Matrix) -> Vec<Option<f64>> {
        let asked = Table::new(&self.prepared, features);
        let mut means = Vec::with_capacity(asked.n_rows());
        for start in (0..asked.n_rows()).step_by(QUERY_ROWS) {
            let end = (start + QUERY_ROWS).min(asked.n_rows());
            means.extend(self.nearest(&asked, start..end).into_iter().map(|near| self.mean(near)));
        }
        means
    }

    /// The neighbours of each asked row.
    fn nearest(&self, asked: &Table, rows: std::ops::Range<usize>) -> Vec<BinaryHeap<Near>> {
        let mut nearest: Vec<BinaryHeap<Near>> = rows.clone().map(|_| BinaryHeap::with_capacity(self.count + 1)).collect();
        let mut squares = [0.0; BLOCK_ROWS];
        for start in (0..self.table.n_rows()).step_by(BLOCK_ROWS) {
            let end = (start + BLOCK_ROWS).min(self.table.n_rows());
            for (heap, row) in nearest.iter_mut().zip(rows.clone()) {
                let squares = &mut squares[..end - start];
                squares.fill(0.0);
                for (idx, value) in asked.row(row).enumerate() {
                    for (square, known) in squares.iter_mut().zip(&self.table.column(idx)[start..end]) {
                        *square += (known - value) * (known - value);
                    }
                }
                for (square, row) in squares.iter().zip(start as u32..) {
                    let near = Near { square: *square, row };
                    if heap.len() < self.count {
                        heap.push(near);
                    } else if heap.peek().is_some_and(|farthest| near < *farthest) {
                        heap.pop();
                        heap.push(near);
                    }
                }
            }
        }
        nearest
    }

    /// The mean of the neighbours, the nearest added first.
    fn mean(&self, near: BinaryHeap<Near>) -> Option<f64> {
        let near = near.into_sorted_vec();
        let touches = near.first().is_some_and(|nearest| nearest.square <= 0.0);
        let (mut sum, mut sum_weight) = (0.0, 0.0);
        for Near { square, row } in near {
            let closeness = match self.weights {
                NeighbourWeights::Uniform => 1.0,
                NeighbourWeights::Distance if touches => f64::from(u8::from(square <= 0.0)),
                NeighbourWeights::Distance => 1.0 / square.sqrt(),
            };
            let weight = closeness * self.weight[row as usize];
            sum += weight * self.target[row as usize];
            sum_weight += weight;
        }
        (0.0 < sum_weight).then(|| sum / sum_weight)
    }
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let means = self.means(query.features);
        let forecast = |quantity: &Quantity| match quantity {
            // k neighbours do not support a probability of 0 or 1: half a neighbour is added to each class (Jeffreys' prior).
            Quantity::Probability => means.iter().map(|mean| mean.map(|mean| smoothed(mean, self.count))).collect(),
            Quantity::Mean | Quantity::Volatility | Quantity::Quantile(_) | Quantity::Shortfall(_) => means.clone(),
        };
        self.ask.iter().map(forecast).collect()
    }

    fn card(&self) -> Card {
        Card { n_rows: self.table.n_rows(), notes: self.notes.clone(), ..Card::default() }
    }
}

/// (k mean + 1/2) / (k + 1), which keeps a log loss finite.
fn smoothed(mean: f64, count: usize) -> f64 {
    (mean * count as f64 + 0.5) / (count as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::classical::golden::{N_ROWS, assert_close, columns, fit, forecast, refusal, targets};

    fn learner(neighbours: u32, weights: NeighbourWeights, ask: Quantity) -> Neighbours {
        Neighbours { params: NeighboursParams { neighbours, weights, max_rows: 1000, features: vec![] }, ask: vec![ask] }
    }

    #[test]
    fn neighbours_agree_with_scikit_learn() {
        // scikit-learn 1.9.1, tests/golden/classical_neighbours.py: KNeighborsRegressor and KNeighborsClassifier; shares p of 7
        // neighbours are forecast as (7 p + 1/2) / 8.
        let asked: Vec<Vec<f32>> = columns().iter().map(|column| column.iter().map(|value| (f64::from(*value) + 0.1) as f32).collect()).collect();
        let golden = [
            (
                NeighbourWeights::Uniform,
                [
                    -0.014_397_013_023_616_742,
                    -0.000_470_991_158_222_398_05,
                    -0.005_713_429_024_344_139_5,
                    0.003_100_804_909_688_219,
                    -0.004_675_479_294_771_272,
                    -0.008_312_910_239_423_509,
                ],
                [0.0, 0.714_285_714_285_714_3, 0.0, 0.428_571_428_571_428_55, 0.714_285_714_285_714_3, 0.285_714_285_714_285_7],
            ),
            (
                NeighbourWeights::Distance,
                [
                    -0.016_548_028_009_336_812,
                    0.000_237_876_414_507_992_85,
                    -0.005_240_037_843_306_563,
                    0.004_052_113_634_852_503,
                    -0.006_222_754_404_518_118,
                    -0.009_578_456_812_614_461,
                ],
                [0.0, 0.793_964_364_389_749_8, 0.0, 0.534_324_033_462_011_2, 0.0, 0.216_518_610_533_168_48],
            ),
        ];
        for (weights, means, shares) in golden {
            let model = fit(&learner(7, weights, Quantity::Mean), &columns(), &targets().0, &[1.0; N_ROWS]).expect("120 rows");
            assert_close(&forecast(&*model, &asked, 6), &means, 1e-12);
            let model = fit(&learner(7, weights, Quantity::Probability), &columns(), &targets().1, &[1.0; N_ROWS]).expect("both classes");
            let expected = shares.map(|share| (7.0 * share + 0.5) / 8.0);
            assert_close(&forecast(&*model, &asked, 6), &expected, 1e-12);
        }
    }

    #[test]
    fn blocks_find_what_sorting_all_rows_finds() {
        // 1,300 rows in three blocks, two of them whole; every value comes several times, so that ties are many.
        let column = |by: usize, modulus: usize| (0..1300_usize).map(|row| (row * by % modulus) as f32).collect::<Vec<f32>>();
        let columns = [column(7, 19), column(11, 23)];
        let target: Vec<f64> = (0..1300).map(|row| f64::from(row * 31 % 997)).collect();
        let weight: Vec<f64> = (0..1300).map(|row| f64::from(row % 4)).collect();
        let model = fit(
            &Neighbours {
                params: NeighboursParams { neighbours: 9, weights: NeighbourWeights::Uniform, max_rows: 5000, features: vec![] },
                ask: vec![Quantity::Mean],
            },
            &columns,
            &target,
            &weight,
        );
        let forecasts = forecast(&*model.expect("columns vary"), &columns, 300);
        let sum: f64 = weight.iter().sum();
        let per_variance = columns.each_ref().map(|column| {
            let mean = column.iter().zip(&weight).map(|(value, weight)| f64::from(*value) * weight).sum::<f64>() / sum;
            sum / column.iter().zip(&weight).map(|(value, weight)| weight * (f64::from(*value) - mean).powi(2)).sum::<f64>()
        });
        for (row, forecast) in forecasts.iter().enumerate() {
            let square =
                |other: usize| -> f64 { (0..2).map(|idx| f64::from(columns[idx][row] - columns[idx][other]).powi(2) * per_variance[idx]).sum() };
            // Distances that are equal on paper differ in the last bits: rounded, they are ties again.
            let mut others: Vec<(i64, usize)> =
                (0..1300).filter(|&other| 0.0 < weight[other]).map(|other| ((square(other) * 1e9) as i64, other)).collect();
            others.sort_unstable();
            if others[8].0 == others[9].0 {
                continue; // which of the tied rows is the ninth hangs on those bits
            }
            let near = &others[..9];
            let expected =
                near.iter().map(|&(_, other)| weight[other] * target[other]).sum::<f64>() / near.iter().map(|&(_, other)| weight[other]).sum::<f64>();
            assert!((forecast - expected).abs() < 1e-9, "row {row}: calculated {forecast}, expected {expected}");
        }
    }

    #[test]
    fn too_few_rows_are_all_neighbours_and_a_draw_is_told() {
        let (columns, target) = (columns(), targets().0);
        let model = fit(&learner(500, NeighbourWeights::Uniform, Quantity::Mean), &columns, &target, &[1.0; N_ROWS]).expect("120 rows");
        assert_eq!(model.card().notes, ["all 120 training rows are neighbours, fewer than the 500 asked for"]);
        let mean = target.iter().sum::<f64>() / 120.0;
        assert_close(&forecast(&*model, &columns, 2), &[mean, mean], 1e-15);
        let mut few = learner(3, NeighbourWeights::Distance, Quantity::Mean);
        few.params.max_rows = 50;
        let again = || fit(&few, &columns, &target, &[1.0; N_ROWS]).expect("120 rows");
        assert_eq!((again().card().n_rows, again().card().notes), (50, vec!["50 of 120 training rows drawn (`max_rows`)".to_owned()]));
        let bits = || forecast(&*again(), &columns, N_ROWS).iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(), bits());
    }

    #[test]
    fn one_class_and_no_rows_are_errors_and_a_constant_target_is_forecast() {
        let place = "model `m` in window 3: ";
        let classifier = learner(3, NeighbourWeights::Uniform, Quantity::Probability);
        assert_eq!(refusal(&classifier, 30, 0.0, 1.0), format!("{place}all 30 training rows have target 0 and none has 1; a probability needs both"));
        assert_eq!(refusal(&classifier, 0, 1.0, 1.0), format!("{place}no training row has a weight above 0 (0 rows)"));
        assert_eq!(refusal(&classifier, 30, 1.0, 0.0), format!("{place}no training row has a weight above 0 (30 rows)"));
        let model = fit(&learner(3, NeighbourWeights::Distance, Quantity::Mean), &columns(), &[0.25; N_ROWS], &[1.0; N_ROWS]).expect("120 rows");
        assert_close(&forecast(&*model, &columns(), 3), &[0.25; 3], 1e-15);
    }
}
