//! Quantile regression.

use nalgebra::{Cholesky, DMatrix, Dyn};

use super::anchor::{self, Search};
use super::fitted::Fitted;
use super::interior::{Program, Solved};
use super::least_squares;
use super::memory::Solution;
use super::near_quantile::{self, Rows};
use super::order::weighted_quantile;
use super::panel::Panels;
use super::prepare::{Design, Preparation};
use crate::error::{Error, Result};
use crate::model::{Card, Learner, Model, Query, Train};
use crate::spec::{QuantileParams, Quantity};

/// Rows per coefficient within the last bandwidth of the approach; the exact program begins with four times as many.
const ROWS_PER_COEFFICIENT: usize = 40;

/// Programs tried before rows on the wrong side are accepted with a note.
const MAX_PROGRAMS: u32 = 30;

/// Gap to the dual, as a share of the loss, above which a note is due.
const TOLERANCE: f64 = 1e-8;

/// The learner of `kind = "quantile"`: minimises sum w rho(target - a - Z b), rho(r) = r (tail - [r < 0]), for each asked tail, with Z the
/// standardised features (Koenker and Bassett 1978, Econometrica 46, 33-50).
///
/// Exact: a smoothed loss leads near the minimum, from where the anchor window's ended. Rows with large residuals then keep their signs and
/// count as their two sums, while a linear program of the rows near 0 is solved; it stands when no left-out row has changed its sign
/// (Portnoy and Koenker 1997, Statistical Science 12, 279-300). Where quantiles of several tails cross, the forecasts of a row are put in
/// order (Chernozhukov, Fernandez-Val and Galichon 2010, Econometrica 78, 1093-1125), and crossings in training are noted.
#[derive(Debug, Clone)]
pub(in crate::model) struct Quantile {
    params: QuantileParams,
    /// In the order asked.
    asked: Vec<f64>,
    /// Ascending.
    tails: Vec<f64>,
}

impl Quantile {
    /// Forecasts the quantiles among `ask`.
    pub(in crate::model) fn new(params: QuantileParams, ask: &[Quantity]) -> Self {
        let asked: Vec<f64> = ask.iter().filter_map(|quantity| quantity.tail()).collect();
        let mut tails = asked.clone();
        tails.sort_by(f64::total_cmp);
        tails.dedup();
        Self { params, asked, tails }
    }
}

impl Learner for Quantile {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let solution = anchor::solve(train, self)?;
        let fits = solution.coefficients.iter().map(|coefficients| Fitted::new(solution.prepared.clone(), coefficients.clone()));
        Ok(Box::new(Quantiles { asked: self.asked.clone(), tails: self.tails.clone(), fits: fits.collect(), notes: solution.notes.clone() }))
    }
}

impl Search for Quantile {
    fn words(&self) -> String {
        format!("quantile {:?}", self.tails)
    }

    fn wanted(&self) -> &[String] {
        &self.params.features
    }

    fn run(&self, train: &Train<'_>, start: Option<&Solution>) -> Result<Solution> {
        let design = Design::new(train, &self.params.features)?;
        let (least, factor) = least_squares::fit(&design, 0.0);
        let n_rows = design.prepared.n_rows;
        if n_rows < least.kept.len() {
            let problem = format!("{n_rows} training rows cannot carry {} coefficients", least.kept.len());
            return Err(Error::model(train.place, problem).hint("lengthen `window.train`, or name fewer `features`"));
        }
        // A linear program needs independent columns.
        let scales = least.kept[1..].iter().map(|idx| design.prepared.scales[idx - 1].clone()).collect();
        let prepared = Preparation { scales, notes: least.notes, ..design.prepared };
        let slopes: Vec<f64> = least.kept.iter().map(|&idx| if idx == 0 { 0.0 } else { least.coefficients[idx] }).collect();
        let (mut coefficients, mut notes, mut scores) = (vec![], vec![], vec![]);
        let leverage = leverage(Panels::new(train, &prepared), &factor);
        for (idx, &tail) in self.tails.iter().enumerate() {
            let rows = Rows { train, panels: Panels::new(train, &prepared), leverage: &leverage, tail };
            let from = match start {
                Some(start) => prepared.translate(&start.prepared, &start.coefficients[idx]),
                None => cold(rows, slopes.clone()),
            };
            let (solved, n_wrong) = minimize(rows, &from, n_rows);
            if 0 < n_wrong || TOLERANCE < solved.gap {
                notes.push(format!("quantile {tail} is not exact: {n_wrong} rows on the wrong side, gap {:.1e} of the loss", solved.gap));
            }
            if 1 < self.tails.len() {
                scores.push(rows.panels.score(&solved.coefficients));
            }
            coefficients.push(solved.coefficients);
        }
        let n_crossed = crossed(&scores, train.weight());
        if 0 < n_crossed {
            notes.push(format!("quantiles cross in {n_crossed} of {n_rows} training rows; forecasts are put in order"));
        }
        Ok(Solution { prepared, coefficients, notes })
    }
}

/// The standard deviation of each row's score, when coefficients err as those of least squares do: sqrt(1 + z' R^-1 z).
fn leverage(panels: Panels<'_>, factor: &Cholesky<f64, Dyn>) -> Vec<f64> {
    let size = panels.n_columns();
    let inverse = factor.l().solve_lower_triangular(&DMatrix::identity(size - 1, size - 1)).expect("a factor's diagonal is above 0");
    let directions: Vec<Vec<f64>> =
        inverse.row_iter().enumerate().map(|(at, row)| std::iter::once(0.0).chain(row.iter().take(at + 1).copied()).collect()).collect();
    let chunks = panels.each(
        || (vec![], vec![]),
        |kernel, rows, (squares, scores): &mut (Vec<f64>, Vec<f64>)| {
            let from = squares.len();
            squares.resize(from + rows.len(), 1.0);
            scores.resize(rows.len(), 0.0);
            for direction in &directions {
                kernel.score(direction, scores);
                squares[from..].iter_mut().zip(&*scores).for_each(|(square, score)| *square += score * score);
            }
        },
    );
    chunks.into_iter().flat_map(|(_, (squares, _))| squares).map(f64::sqrt).collect()
}

/// The slopes of least squares, with the quantile of what they leave.
fn cold(rows: Rows<'_>, mut slopes: Vec<f64>) -> Vec<f64> {
    let mut residuals: Vec<(f64, f64)> = rows.residuals(&slopes).into_iter().zip(rows.train.weight().iter().copied()).collect();
    slopes[0] = weighted_quantile(&mut residuals, rows.tail);
    slopes
}

/// The minimum, and how many rows lie on a side that it does not count them on: none unless the search was given up.
fn minimize(rows: Rows<'_>, start: &[f64], n_rows: usize) -> (Solved, usize) {
    let weight = rows.train.weight();
    let last_rank = ROWS_PER_COEFFICIENT * start.len();
    let mut n_near = 4 * last_rank;
    let (coefficients, residuals) =
        if n_near < n_rows { near_quantile::approach(rows, start, n_rows, last_rank) } else { (start.to_vec(), rows.residuals(start)) };
    let mut near = nearest(&residuals, rows, n_near);
    for n_left in (0..MAX_PROGRAMS).rev() {
        let solved = program(rows, &residuals, &near).solve(rows.tail, &coefficients);
        let after = rows.residuals(&solved.coefficients);
        let has_changed = |row: &usize| !near[*row] && 0.0 < weight[*row] && after[*row] != 0.0 && (after[*row] < 0.0) != (residuals[*row] < 0.0);
        let wrong: Vec<usize> = (0..after.len()).filter(has_changed).collect();
        if wrong.is_empty() || n_left == 0 {
            return (solved, wrong.len());
        }
        // Only rows whose side is known may be summed; those that changed it count one by one from now on. Where many did, the sums gave
        // way, and the solution does not show where the minimum is.
        if wrong.len() < n_near {
            for row in wrong {
                near[row] = true;
            }
        } else {
            n_near *= 4;
            near = nearest(&residuals, rows, n_near);
        }
    }
    unreachable!("the last program returns")
}

/// Flags of the `count` rows of weight above 0 that are the likeliest to change sides: with the smallest residuals per standard deviation of
/// their score, the earlier of equals.
fn nearest(residuals: &[f64], rows: Rows<'_>, count: usize) -> Vec<bool> {
    let size = |row: usize| residuals[row].abs() / rows.leverage[row];
    let weighty = (0..residuals.len()).filter(|&row| 0.0 < rows.train.weight()[row]);
    let mut order: Vec<(f64, u32)> = weighty.map(|row| (size(row), row as u32)).collect();
    if count < order.len() {
        order.select_nth_unstable_by(count, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        order.truncate(count);
    }
    let mut flags = vec![false; residuals.len()];
    for (_, row) in order {
        flags[row as usize] = true;
    }
    flags
}

/// The near rows one by one, and one row each for the others below and above: the mean of its rows, with their weight.
fn program(rows: Rows<'_>, residuals: &[f64], near: &[bool]) -> Program {
    let (target, weight) = (rows.train.target(), rows.train.weight());
    let size = rows.panels.n_columns();
    let (mut program, mut values) = (Program::default(), vec![]);
    // Sums of w z and of w y, by side; all rows together have sums of z of 0, since prepared columns have mean 0.
    let (mut below, mut above) = (vec![0.0; size + 1], vec![0.0; size + 1]);
    let mut has_above = false;
    for row in (0..residuals.len()).filter(|&row| 0.0 < weight[row]) {
        above[0] += weight[row];
        above[size] += weight[row] * target[row];
        if !near[row] && 0.0 <= residuals[row] {
            has_above = true;
            continue;
        }
        rows.panels.row(row, &mut values);
        if near[row] {
            program.push(&values, target[row], weight[row]);
        } else {
            below.iter_mut().zip(&values).for_each(|(sum, value)| *sum += weight[row] * value);
            below[size] += weight[row] * target[row];
        }
        above.iter_mut().zip(&values).for_each(|(sum, value)| *sum -= weight[row] * value);
        above[size] -= weight[row] * target[row];
    }
    let mut push = |sums: &[f64]| {
        let mean: Vec<f64> = sums.iter().map(|sum| sum / sums[0]).collect();
        program.push(&mean[..size], mean[size], sums[0]);
    };
    if 0.0 < below[0] {
        push(&below);
    }
    if has_above {
        push(&above);
    }
    program
}

/// Rows of weight above 0 in which a lower tail has a higher score.
fn crossed(scores: &[Vec<f64>], weight: &[f64]) -> usize {
    let crosses = |row: &usize| scores.windows(2).any(|pair| pair[1][*row] < pair[0][*row]);
    (0..weight.len()).filter(|&row| 0.0 < weight[row]).filter(crosses).count()
}

struct Quantiles {
    asked: Vec<f64>,
    tails: Vec<f64>,
    fits: Vec<Fitted>,
    notes: Vec<String>,
}

impl Model for Quantiles {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let mut forecasts: Vec<Vec<f64>> = self.fits.iter().map(|fit| fit.prepared.score(query.features, &fit.coefficients)).collect();
        let mut row = vec![0.0; forecasts.len()];
        for at in 0..query.features.n_rows() {
            row.iter_mut().zip(&forecasts).for_each(|(value, forecast)| *value = forecast[at]);
            row.sort_by(f64::total_cmp);
            row.iter().zip(&mut forecasts).for_each(|(value, forecast)| forecast[at] = *value);
        }
        let answer = |tail: &f64| {
            let at = self.tails.iter().position(|known| known == tail).expect("every asked tail was fitted");
            forecasts[at].iter().copied().map(Some).collect()
        };
        self.asked.iter().map(answer).collect()
    }

    fn card(&self) -> Card {
        let mut card = self.fits[0].card();
        card.coefficients.clear();
        for (tail, fit) in self.tails.iter().zip(&self.fits) {
            let name = |name: String| if self.tails.len() == 1 { name } else { format!("quantile {tail}: {name}") };
            card.coefficients.extend(fit.card().coefficients.into_iter().map(|(of, value)| (name(of), value)));
        }
        card.notes.extend_from_slice(&self.notes);
        card
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, Draw, distance, forecast, golden};
    use super::*;

    fn fit(case: &Case, tails: &[f64]) -> Box<dyn Model> {
        let ask: Vec<Quantity> = tails.iter().map(|&tail| Quantity::Quantile(tail)).collect();
        case.train(|train| Quantile::new(QuantileParams { features: vec![] }, &ask).fit(train)).expect("enough rows")
    }

    fn coefficients(model: &dyn Model) -> Vec<f64> {
        model.card().coefficients.into_iter().map(|(_, value)| value).collect()
    }

    fn loss(scores: &[f64], target: &[f64], weight: &[f64], tail: f64) -> f64 {
        let row = |(score, target): (&f64, &f64)| if target < score { (score - target) * (1.0 - tail) } else { (target - score) * tail };
        scores.iter().zip(target).map(row).zip(weight).map(|(loss, weight)| loss * weight).sum()
    }

    #[test]
    fn quantile_agrees_with_linear_programs_of_scipy_and_with_statsmodels() {
        // SciPy 1.17.1 (HiGHS), tests/golden/regression_robust.py; statsmodels 0.15.0 agrees to its 1e-6.
        let golden_numbers = [
            (0.05, [0.100_689_338_235_294, 0.410_013_429_995_522, 0.0, -0.338_547_599_203_715]),
            (0.1, [0.110_826_695_234_445, 0.418_605_756_385_523, -0.006_575_754_873_353, -0.334_369_043_676_676]),
            (0.3, [0.376_664_661_820_912, 0.475_686_576_791_341, 0.013_583_789_783_153, -0.412_226_002_336_203]),
            (0.45, [0.607_242_398_648_648, 0.502_379_092_796_711, -0.025_861_445_933_31, -0.342_098_797_796_761]),
        ];
        for (tail, expected) in golden_numbers {
            let calculated = coefficients(&*fit(&golden(), &[tail]));
            assert!(distance(&calculated, &expected) < 1e-10, "{tail}: calculated {calculated:?}, expected {expected:?}");
        }
    }

    #[test]
    fn a_program_of_near_rows_finds_what_one_of_all_rows_does() {
        let case = Case::panel(300, 60).missing(1, |row| row % 9 == 4).weighted(|row| (row % 3) as f64);
        for tail in [0.01, 0.05, 0.4] {
            let calculated = case.train(|train| {
                let design = Design::new(train, &[]).expect("columns vary");
                let (fitted, factor) = least_squares::fit(&design, 0.0);
                let prepared = fitted.prepared;
                let leverage = leverage(Panels::new(train, &prepared), &factor);
                let rows = Rows { train, panels: Panels::new(train, &prepared), leverage: &leverage, tail };
                let from = cold(rows, vec![0.0; 5]);
                let (reduced, n_wrong) = minimize(rows, &from, prepared.n_rows);
                let whole = program(rows, &rows.residuals(&from), &vec![true; train.target().len()]).solve(tail, &from);
                assert_eq!(n_wrong, 0);
                assert!(whole.gap < 1e-10, "{whole:?}");
                [reduced.coefficients, whole.coefficients]
            });
            assert!(distance(&calculated[0], &calculated[1]) < 1e-9, "{tail}: {calculated:?}");
        }
    }

    #[test]
    fn tail_of_the_weight_lies_below_the_quantile() {
        let case = Case::panel(400, 30);
        for tail in [0.01, 0.05, 0.25] {
            let forecasts = forecast(&*fit(&case, &[tail]), &case.features).remove(0);
            let n_below = forecasts.iter().zip(&case.lesson.target).filter(|(forecast, target)| **target + 1e-9 < **forecast).count() as f64;
            // An intercept makes the shares below and not above enclose the tail; five coefficients are met exactly.
            assert!(n_below <= tail * 12_000.0 + 1e-9 && tail * 12_000.0 <= n_below + 5.0, "{tail}: {n_below}");
        }
    }

    #[test]
    fn crossing_quantiles_are_put_in_order_and_counted() {
        // Twelve rows and tails this near each other: the lines cross.
        let mut draw = Draw(5);
        let x: Vec<f32> = (0..12).map(|_| draw.share() as f32).collect();
        let target: Vec<f64> = (0..12).map(|_| draw.share()).collect();
        let case = Case::plain(&["x"], &[x], &target);
        let tails = [0.3, 0.1, 0.2];
        let model = fit(&case, &tails);
        let far = crate::feature::Matrix::from_columns(3, &[vec![-3.0, 0.5, 4.0]]);
        let forecasts = forecast(&*model, &far);
        for at in 0..3 {
            assert!(forecasts[1][at] <= forecasts[2][at] && forecasts[2][at] <= forecasts[0][at], "{forecasts:?}");
        }
        let singles: Vec<Vec<f64>> = tails.iter().map(|&tail| forecast(&*fit(&case, &[tail]), &case.features).remove(0)).collect();
        let n_crossed = (0..12).filter(|&row| singles[2][row] < singles[1][row] || singles[0][row] < singles[2][row]).count();
        assert!(0 < n_crossed);
        assert_eq!(model.card().notes, [format!("quantiles cross in {n_crossed} of 12 training rows; forecasts are put in order")]);
        assert_eq!(model.card().coefficients[2].0, "quantile 0.2: intercept");
    }

    #[test]
    fn quantile_started_from_an_anchor_is_as_good_as_a_cold_start_and_repeats_to_the_bit() {
        let case = Case::panel(300, 40);
        let (early, late) = (case.part(0..6_000), case.part(3_000..11_000));
        let learner = Quantile::new(QuantileParams { features: vec![] }, &[Quantity::Quantile(0.05)]);
        let scores = |train: &Train<'_>| {
            let model = learner.fit(train).expect("8000 rows");
            forecast(&*model, &train.features.gather()).remove(0)
        };
        let shared = case.shared();
        let warm = late.train_from(&early.lesson, &shared, scores);
        let [warm_loss, cold_loss] = [warm.clone(), late.train(scores)].map(|scores| loss(&scores, &late.lesson.target, &late.lesson.weight, 0.05));
        assert!((warm_loss / cold_loss - 1.0).abs() < 1e-12, "{warm_loss} {cold_loss}");
        assert_eq!(late.train_from(&early.lesson, &case.shared(), |train| scores(&Train { cores: 2, ..*train })), warm);
        assert_eq!(late.train_from(&early.lesson, &shared, scores), warm);
    }
}
