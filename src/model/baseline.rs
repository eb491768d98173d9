//! The forecasts any model must beat: what happened so far, pooled or entity by entity.

use std::collections::VecDeque;

use super::{Card, Learner, Model, Query, Train, regression as prepare};
use crate::day::Day;
use crate::error::Result;
use crate::spec::{BaselineParams, History, Quantity};

/// The learner of `kind = "baseline"`.
///
/// The quantile interpolates between order statistics (type 7 of Hyndman and Fan 1996, The American Statistician 50(4), 361-365), as every
/// quantile on the page: of n targets the i-th smallest stands at (i - 1) / (n - 1). With weights w and their running sum S, up to and
/// including the i-th, it stands at (S - w) / (total - w), which is the same where weights are equal. The shortfall is the mean of the
/// targets at or below the quantile. Both keep the target's sign. The probability is the share of ones, and undefined where a target is neither 0 nor 1; the volatility divides by n - 1.
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

/// Places that differ by less are the same: 7 of 100 is a little more than 0.07 in binary.
const SAME_PLACE: f64 = 1e-12;

/// Which of the many empirical quantiles is meant, where one is asked.
fn tail_note(ask: &[Quantity]) -> Option<String> {
    let is_asked = ask.iter().any(|quantity| quantity.tail().is_some());
    is_asked.then(|| "quantiles interpolate between order statistics (type 7); a shortfall is the mean at or below its quantile".to_owned())
}

/// The lower tail of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
struct LowerTail {
    quantile: f64,
    /// The mean of what is at or below the quantile.
    shortfall: f64,
}

impl LowerTail {
    /// Of targets with weights above 0 that sum to `sum_weight`, smallest target first; there is at least one.
    fn of(sorted: impl Iterator<Item = (f64, f64)>, sum_weight: f64, tail: f64) -> Self {
        let (mut weight_below, mut sum_below) = (0.0, 0.0);
        let mut last = (0.0, f64::NEG_INFINITY);
        let mut quantile = None;
        for (target, weight) in sorted {
            let rest = sum_weight - weight;
            let place = if 0.0 < rest { weight_below / rest } else { 0.0 };
            if quantile.is_none() && tail + SAME_PLACE < place {
                let share = ((tail - last.0) / (place - last.0)).max(0.0);
                quantile = Some(last.1 + share * (target - last.1));
            }
            if quantile.is_some_and(|quantile| quantile < target) {
                break;
            }
            last = (place, target);
            weight_below += weight;
            sum_below += weight * target;
        }
        Self { quantile: quantile.unwrap_or(last.1), shortfall: sum_below / weight_below }
    }
}

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

    fn lower_tail(&self, tail: f64) -> LowerTail {
        LowerTail::of(self.sorted.iter().copied(), self.sum_weight, tail)
    }

    fn answer(&self, quantity: Quantity) -> Option<f64> {
        match quantity {
            Quantity::Mean => Some(self.mean()),
            Quantity::Probability => self.sorted.iter().all(|&(target, _)| prepare::is_binary(target)).then(|| self.mean()),
            Quantity::Volatility => self.volatility(),
            Quantity::Quantile(tail) => Some(self.lower_tail(tail).quantile),
            Quantity::Shortfall(tail) => Some(self.lower_tail(tail).shortfall),
        }
    }
}

impl Model for Pool {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        self.ask.iter().map(|&quantity| vec![self.answer(quantity); query.entity.len()]).collect()
    }

    fn card(&self) -> Card {
        Card { n_rows: self.sorted.len(), notes: tail_note(&self.ask).into_iter().collect(), ..Card::default() }
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
        let notes = [note].into_iter().chain(tail_note(&self.ask)).collect();
        Card { notes, ..Card::default() }
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

    fn lower_tail(&self, tail: f64) -> LowerTail {
        LowerTail::of(self.sorted.iter().map(|&target| (target, 1.0)), self.sorted.len() as f64, tail)
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
            Quantity::Quantile(tail) => Some(self.lower_tail(tail).quantile),
            Quantity::Shortfall(tail) => Some(self.lower_tail(tail).shortfall),
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
    fn pool_interpolates_between_order_statistics_and_divides_by_n_minus_1() {
        // numpy.quantile(1..40, 0.05) = 2.95: 39 x 0.05 = 1.95 steps above the smallest; at or below it the mean of 1 and 2.
        // Mean 20.5; variance (n^2 - 1)/12 x n/(n - 1) = 1599/12 x 40/39 = 136.666...
        let target: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        let model = pool(&target, &[1.0; 40]).expect("40 rows");
        let got = forecast(&*model, &one_row(), 0..1);
        assert_eq!(got[0], [Some(20.5)]);
        assert_eq!(got[1], [None], "targets beyond 0 and 1 have no rate");
        assert!((got[2][0].expect("sd") - 136.666_666_666_666_67_f64.sqrt()).abs() < 1e-12);
        assert!((got[3][0].expect("quantile") - 2.95).abs() < 1e-12);
        assert_eq!(got[4][0], Some(1.5));
        let note = "quantiles interpolate between order statistics (type 7); a shortfall is the mean at or below its quantile";
        assert_eq!(model.card().notes, [note]);
    }

    #[test]
    fn the_lower_tail_is_of_type_7_and_holds_what_is_at_or_below_its_quantile() {
        // numpy.quantile([1, 2, 4, 8], [.25, .5, .9]) = 1.75, 3, 6.8; 20 % of eleven values is the third, to the bit or nearly so.
        let even = |sorted: &[f64], tail: f64| LowerTail::of(sorted.iter().map(|&target| (target, 1.0)), sorted.len() as f64, tail);
        for (tail, quantile, shortfall) in [(0.25, 1.75, 1.0), (0.5, 3.0, 1.5), (0.9, 6.8, 7.0 / 3.0)] {
            let found = even(&[1.0, 2.0, 4.0, 8.0], tail);
            assert!((found.quantile - quantile).abs() < 1e-12 && found.shortfall == shortfall, "{found:?} at {tail}");
        }
        let eleven: Vec<f64> = (0..11).map(f64::from).collect();
        assert_eq!(even(&eleven, 0.2), LowerTail { quantile: 2.0, shortfall: 1.0 });
        assert_eq!(even(&eleven, 0.6), LowerTail { quantile: 6.0, shortfall: 3.0 });
        // Ties with the quantile lie at it: -5 and three times -1.
        assert_eq!(even(&[-5.0, -1.0, -1.0, -1.0, 3.0], 0.3), LowerTail { quantile: -1.0, shortfall: -2.0 });
        assert_eq!(even(&[7.0], 0.01), LowerTail { quantile: 7.0, shortfall: 7.0 });
    }

    #[test]
    fn pool_weighs_rows_in_proportion_and_skips_weight_0() {
        // Places 0, 2/17, 5/5: 0.05 is 0.425 of the way from -3 to -1.
        let weighted = pool(&[-3.0, -1.0, 2.0, 9.0], &[2.0, 3.0, 15.0, 0.0]).expect("three rows");
        let doubled = pool(&[-3.0, -1.0, 2.0, 9.0], &[4.0, 6.0, 30.0, 0.0]).expect("three rows");
        let (a, b) = (forecast(&*weighted, &one_row(), 0..1), forecast(&*doubled, &one_row(), 0..1));
        assert_eq!(a, b);
        assert!((a[3][0].expect("quantile") - -2.15).abs() < 1e-12 && a[4] == [Some(-3.0)], "{a:?}");
        assert_eq!(weighted.card().n_rows, 3);
        // Equal weights are none.
        let target: Vec<f64> = (0..57).map(|idx| f64::from(idx * idx % 61)).collect();
        let [one, three] = [1.0, 3.0].map(|weight| forecast(&*pool(&target, &[weight; 57]).expect("57 rows"), &one_row(), 0..1));
        assert!((one[3][0].expect("quantile") - three[3][0].expect("quantile")).abs() < 1e-12);
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
            // Type 7 at 1/20: (n - 1) / 20 steps above the smallest, in whole steps and twentieths of one.
            let (whole, twentieths) = ((last.len() - 1) / 20, ((last.len() - 1) % 20) as f64);
            let expected = last[whole] + twentieths / 20.0 * (last[whole + 1] - last[whole]);
            assert!((quantile.expect("known") - expected).abs() < 1e-15, "row {row}: {quantile:?}, expected {expected}");
            let below: Vec<f64> = last.iter().copied().filter(|&target| target <= last[whole] || target <= expected).collect();
            assert_eq!(fast[4][row], Some(below.iter().sum::<f64>() / below.len() as f64));
            n_forecasts += 1;
        }
        // Known two days later and strictly before: 20 are known from day 22 on; entity c loses 120 of its days.
        assert_eq!(n_forecasts, 278 + 278 + 158);
        let late = forecast(&model, &data, 500..data.n_rows());
        assert_eq!(fast[2][500..], late[2], "a forecast does not depend on the rows asked before");
    }
}
