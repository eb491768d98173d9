//! The forecasts any model must beat: what happened so far, pooled or entity by entity.

use std::collections::VecDeque;

use super::{Card, Learner, Model, Query, Train, regression as prepare};
use crate::day::Day;
use crate::error::Result;
use crate::spec::{BaselineParams, History, Quantity};

/// The learner of `kind = "baseline"`.
///
/// The empirical quantile is an order statistic, as in historical-simulation `VaR`: of n targets the ceil(n tail)-th
/// smallest, without interpolation. The shortfall is the mean of the targets up to and including it. Both keep the target's sign.
/// The probability is the share of ones, and undefined where a target is neither 0 nor 1; the volatility divides by n - 1.
///
/// `history = "pool"` takes the training targets together, weighted, and answers the same for each row.
/// `history = "entity"` takes the entity's own last `lookback` targets known strictly before the row's `as_of`, unweighted
/// and however far into the test, and has no forecast with fewer than `min_history`.
#[derive(Debug, Clone)]
pub(super) struct Baseline {
    /// Its settings.
    pub(super) params: BaselineParams,
    /// What is forecast.
    pub(super) ask: Vec<Quantity>,
}

impl Learner for Baseline {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let (params, ask) = (&self.params, self.ask.clone());
        match params.history {
            History::Pool => Ok(Box::new(Pool::fit(train, ask)?)),
            History::Entity => Ok(Box::new(Own { ask, lookback: params.lookback as usize, min_history: params.min_history as usize })),
        }
    }
}

/// Absorbs the rounding of `n * tail`: 100 times 0.07 is a little more than 7 in binary.
const SLACK: f64 = 1.0 - 1e-9;

/// All training targets together.
struct Pool {
    ask: Vec<Quantity>,
    /// Targets and weights, smallest target first, weights above 0.
    sorted: Vec<(f64, f64)>,
    sum_weight: f64,
}

impl Pool {
    fn fit(train: &Train<'_>, ask: Vec<Quantity>) -> Result<Self> {
        prepare::count_rows(train)?;
        let weighted = train.target().iter().copied().zip(train.weight().iter().copied());
        let mut sorted: Vec<(f64, f64)> = weighted.filter(|&(_, weight)| 0.0 < weight).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let sum_weight = sorted.iter().map(|&(_, weight)| weight).sum();
        Ok(Self { ask, sorted, sum_weight })
    }

    fn mean(&self) -> f64 {
        self.sorted.iter().map(|(target, weight)| weight * target).sum::<f64>() / self.sum_weight
    }

    /// sqrt(n / (n - 1) times the weighted mean square about the weighted mean): with equal weights the usual n - 1.
    fn volatility(&self) -> Option<f64> {
        let (n, mean) = (self.sorted.len() as f64, self.mean());
        let square = self.sorted.iter().map(|(target, weight)| weight * (target - mean).powi(2)).sum::<f64>();
        (1.0 < n).then(|| (square / self.sum_weight * n / (n - 1.0)).sqrt())
    }

    /// Targets, smallest first, until they hold a share `tail` of the weight.
    fn lowest(&self, tail: f64) -> &[(f64, f64)] {
        let wanted = tail * self.sum_weight * SLACK;
        let mut weight_so_far = 0.0;
        let reached = self.sorted.iter().position(|&(_, weight)| {
            weight_so_far += weight;
            wanted <= weight_so_far
        });
        &self.sorted[..=reached.expect("all targets hold all the weight")]
    }

    fn answer(&self, quantity: Quantity) -> Option<f64> {
        match quantity {
            Quantity::Mean => Some(self.mean()),
            Quantity::Probability => self.sorted.iter().all(|&(target, _)| prepare::is_binary(target)).then(|| self.mean()),
            Quantity::Volatility => self.volatility(),
            Quantity::Quantile(tail) => self.lowest(tail).last().map(|&(target, _)| target),
            Quantity::Shortfall(tail) => {
                let lowest = self.lowest(tail);
                let sum = lowest.iter().map(|(target, weight)| weight * target).sum::<f64>();
                Some(sum / lowest.iter().map(|&(_, weight)| weight).sum::<f64>())
            }
        }
    }
}

impl Model for Pool {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        self.ask.iter().map(|&quantity| vec![self.answer(quantity); query.entity.len()]).collect()
    }

    fn card(&self) -> Card {
        Card { n_rows: self.sorted.len(), ..Card::default() }
    }
}

/// The entity's own last targets.
struct Own {
    ask: Vec<Quantity>,
    lookback: usize,
    min_history: usize,
}

impl Model for Own {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let mut forecasts = vec![vec![None; query.entity.len()]; self.ask.len()];
        for rows in query.by_entity().chunk_by(|&a, &b| query.entity[a as usize] == query.entity[b as usize]) {
            let mut recent = Recent::default();
            for &row in rows {
                let row = row as usize;
                let past = query.past.before(query.entity[row], query.as_of[row]);
                if past.len() < self.min_history.max(1) {
                    continue;
                }
                recent.advance(past, self.lookback);
                for (forecast, &quantity) in forecasts.iter_mut().zip(&self.ask) {
                    forecast[row] = recent.answer(quantity);
                }
            }
        }
        forecasts
    }

    fn card(&self) -> Card {
        let note = format!("from each entity's own last {} known targets; nothing is learnt from the training rows", self.lookback);
        Card { notes: vec![note], ..Card::default() }
    }
}

/// The last targets of one entity, in time and by size; moved along instead of sorted anew for every row.
#[derive(Default)]
struct Recent {
    in_time: VecDeque<f64>,
    sorted: Vec<f64>,
    n_seen: usize,
}

impl Recent {
    /// Takes in what became known since the last call and forgets what is older than `lookback` targets.
    fn advance(&mut self, past: &[(Day, f64)], lookback: usize) {
        let fresh = &past[self.n_seen.max(past.len().saturating_sub(lookback))..];
        self.n_seen = past.len();
        let n_stale = (self.in_time.len() + fresh.len()).saturating_sub(lookback);
        let stale: Vec<f64> = self.in_time.drain(..n_stale).collect();
        self.in_time.extend(fresh.iter().map(|&(_, target)| target));
        if lookback < 4 * fresh.len() {
            // Many at once, as on an entity's first row: sorting is cheaper than inserting.
            self.sorted.clear();
            self.sorted.extend(&self.in_time);
            self.sorted.sort_by(f64::total_cmp);
            return;
        }
        for target in stale {
            let idx = self.sorted.partition_point(|kept| kept.total_cmp(&target).is_lt());
            self.sorted.remove(idx);
        }
        for &(_, target) in fresh {
            let idx = self.sorted.partition_point(|kept| kept.total_cmp(&target).is_lt());
            self.sorted.insert(idx, target);
        }
    }

    // Sums are taken afresh, oldest first, so that a forecast does not depend on which rows were asked before.
    fn mean(&self) -> f64 {
        self.in_time.iter().sum::<f64>() / self.in_time.len() as f64
    }

    fn lowest(&self, tail: f64) -> &[f64] {
        let count = (self.sorted.len() as f64 * tail * SLACK).ceil() as usize;
        &self.sorted[..count.max(1)]
    }

    fn answer(&self, quantity: Quantity) -> Option<f64> {
        match quantity {
            Quantity::Mean => Some(self.mean()),
            Quantity::Probability => self.in_time.iter().all(|&target| prepare::is_binary(target)).then(|| self.mean()),
            Quantity::Volatility => {
                let (n, mean) = (self.in_time.len(), self.mean());
                let square = self.in_time.iter().map(|target| (target - mean).powi(2)).sum::<f64>();
                (1 < n).then(|| (square / (n - 1) as f64).sqrt())
            }
            Quantity::Quantile(tail) => self.lowest(tail).last().copied(),
            Quantity::Shortfall(tail) => {
                let lowest = self.lowest(tail);
                Some(lowest.iter().sum::<f64>() / lowest.len() as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{Dataset, Matrix};
    use crate::model::Past;
    use crate::model::learner::teach;

    const ASK: [Quantity; 5] = [Quantity::Mean, Quantity::Probability, Quantity::Volatility, Quantity::Quantile(0.05), Quantity::Shortfall(0.05)];

    fn forecast(model: &dyn Model, data: &Dataset, rows: std::ops::Range<usize>) -> Vec<Vec<Option<f64>>> {
        let past = Past::new(data);
        let (entity, as_of) = (&data.entity[rows.clone()], &data.as_of[rows]);
        model.forecast(&Query { features: &Matrix::default(), entity, as_of, past: &past, benchmarks: &[] })
    }

    fn pool(target: &[f64], weight: &[f64]) -> Result<Box<dyn Model>> {
        let params = BaselineParams { history: History::Pool, lookback: 500, min_history: 100 };
        teach("model `b` in window 0", &[], &Matrix::default(), (target, weight), |train| Baseline { params, ask: ASK.to_vec() }.fit(train))
    }

    fn one_row() -> Dataset {
        Dataset { entities: vec!["a".into()], entity: vec![0], as_of: vec![Day(9)], known_on: vec![None], target: vec![None], ..Dataset::default() }
    }

    #[test]
    fn pool_takes_the_lower_order_statistic_and_divides_by_n_minus_1() {
        // 1..40 at 5 %: 40 x 0.05 = 2, so the 2nd smallest; below and at it the mean of 1 and 2.
        // Mean 20.5; variance (n^2 - 1)/12 x n/(n - 1) = 1599/12 x 40/39 = 136.666...
        let target: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        let model = pool(&target, &[1.0; 40]).expect("40 rows");
        let got = forecast(&*model, &one_row(), 0..1);
        assert_eq!(got[0], [Some(20.5)]);
        assert_eq!(got[1], [None], "targets beyond 0 and 1 have no rate");
        assert!((got[2][0].expect("sd") - 136.666_666_666_666_67_f64.sqrt()).abs() < 1e-12);
        assert_eq!((got[3][0], got[4][0]), (Some(2.0), Some(1.5)));
    }

    #[test]
    fn pool_weighs_rows_as_repetition_does_and_skips_weight_0() {
        let weighted = pool(&[-3.0, -1.0, 2.0, 9.0], &[2.0, 3.0, 15.0, 0.0]).expect("three rows");
        let mut repeated = vec![-3.0; 2];
        repeated.extend([-1.0; 3]);
        repeated.extend([2.0; 15]);
        let repeated = pool(&repeated, &[1.0; 20]).expect("20 rows");
        let (a, b) = (forecast(&*weighted, &one_row(), 0..1), forecast(&*repeated, &one_row(), 0..1));
        assert_eq!([&a[0], &a[3], &a[4]], [&b[0], &b[3], &b[4]]);
        assert_eq!(weighted.card().n_rows, 3);
    }

    #[test]
    fn pool_without_weight_is_an_error_that_names_the_window() {
        let error = pool(&[1.0], &[0.0]).err().expect("no row may teach").to_string();
        assert_eq!(error.lines().next(), Some("model `b` in window 0: no training row has a weight above 0 (1 rows)"));
    }

    /// Three entities whose targets are known two days later; entity 2 is silent for a while.
    fn panel() -> Dataset {
        let mut data = Dataset { entities: vec!["a".into(), "b".into(), "c".into()], ..Dataset::default() };
        for day in 0..300_i32 {
            for entity in (0..3).filter(|&entity| entity != 2 || !(100..220).contains(&day)) {
                data.entity.push(entity);
                data.as_of.push(Day(day));
                data.known_on.push(Some(Day(day + 2)));
                data.target.push(Some(f64::from((day * day * 31 + 17 * day + 5 * entity as i32) % 101 - 50) / 1000.0));
            }
        }
        data
    }

    #[test]
    fn entity_history_equals_sorting_the_last_targets_of_every_row() {
        let data = panel();
        let past = Past::new(&data);
        let model = Own { ask: ASK.to_vec(), lookback: 70, min_history: 20 };
        let fast = forecast(&model, &data, 0..data.n_rows());
        let mut n_forecasts = 0;
        for (row, &quantile) in fast[3].iter().enumerate() {
            let known: Vec<f64> = past.before(data.entity[row], data.as_of[row]).iter().map(|&(_, r)| r).collect();
            if known.len() < 20 {
                assert_eq!(quantile, None);
                continue;
            }
            let mut last = known[known.len().saturating_sub(70)..].to_vec();
            let mean = last.iter().sum::<f64>() / last.len() as f64;
            assert_eq!(fast[0][row], Some(mean));
            last.sort_by(f64::total_cmp);
            let mut count = 1; // smallest count with count / n >= 1 / 20
            while count * 20 < last.len() {
                count += 1;
            }
            assert_eq!(quantile, Some(last[count - 1]));
            assert_eq!(fast[4][row], Some(last[..count].iter().sum::<f64>() / count as f64));
            n_forecasts += 1;
        }
        // Known two days later and strictly before: 20 are known from day 22 on; entity c loses 120 of its days.
        assert_eq!(n_forecasts, 278 + 278 + 158);
        let late = forecast(&model, &data, 500..data.n_rows());
        assert_eq!(fast[2][500..], late[2], "a forecast does not depend on the rows asked before");
    }
}
