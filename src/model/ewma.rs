//! `RiskMetrics` volatility: squared targets forgotten at a fixed rate, mean zero.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::{Card, Learner, Model, Query, Train};
use crate::error::Result;
use crate::spec::{EwmaParams, Quantity};

/// The learner of `kind = "ewma"`, and its model: the decay is given, so there is nothing to fit.
///
/// With r the entity's own targets known strictly before a row's `as_of`, oldest first, and m = `min_history`,
///
/// s2(m) = mean of r(1)^2 .. r(m)^2, and s2(t) = lambda s2(t-1) + (1 - lambda) r(t)^2 for t > m.
///
/// The forecast is s2 after the last known target: volatility sigma = sqrt(s2), quantile z(tail) sigma and
/// shortfall -sigma phi(z(tail)) / tail of a normal with mean zero, both with the target's sign (negative).
/// `None` with fewer than m targets. Source: J.P. Morgan/Reuters, `RiskMetrics` Technical Document (1996), section 5.2;
/// the start is ours.
#[derive(Debug, Clone)]
pub(super) struct Ewma {
    /// Its settings.
    pub(super) params: EwmaParams,
    /// What is forecast.
    pub(super) ask: Vec<Quantity>,
}

impl Learner for Ewma {
    fn fit(&self, _train: &Train<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(self.clone()))
    }
}

impl Model for Ewma {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let volatility = self.volatility(query);
        let per_sigma = self.ask.iter().map(|&quantity| multiple(quantity));
        per_sigma.map(|factor| volatility.iter().map(|sigma| sigma.map(|sigma| factor * sigma)).collect()).collect()
    }

    fn card(&self) -> Card {
        let note = format!("volatility from each entity's own past with lambda {}; nothing is learnt from the training rows", self.params.lambda);
        Card { notes: vec![note], ..Card::default() }
    }
}

impl Ewma {
    /// Sigma of every row. Rows are visited by entity in time, so that each target enters the recursion once.
    fn volatility(&self, query: &Query<'_>) -> Vec<Option<f64>> {
        let start = (self.params.min_history as usize).max(1);
        let mut volatility = vec![None; query.entity.len()];
        for rows in query.by_entity().chunk_by(|&a, &b| query.entity[a as usize] == query.entity[b as usize]) {
            let (mut n_seen, mut variance) = (0, 0.0);
            for &row in rows {
                let row = row as usize;
                let past = query.past.before(query.entity[row], query.as_of[row]);
                if past.len() < start {
                    continue;
                }
                if n_seen == 0 {
                    variance = past[..start].iter().map(|(_, target)| target * target).sum::<f64>() / start as f64;
                    n_seen = start;
                }
                for (_, target) in &past[n_seen..] {
                    variance = self.params.lambda * variance + (1.0 - self.params.lambda) * target * target;
                }
                n_seen = past.len();
                volatility[row] = Some(variance.sqrt());
            }
        }
        volatility
    }
}

/// What a quantity of a normal with mean zero is per unit of sigma.
fn multiple(quantity: Quantity) -> f64 {
    let normal = Normal::standard();
    match quantity {
        Quantity::Volatility => 1.0,
        Quantity::Quantile(tail) => normal.inverse_cdf(tail),
        Quantity::Shortfall(tail) => -normal.pdf(normal.inverse_cdf(tail)) / tail,
        Quantity::Mean | Quantity::Probability => unreachable!("a spec cannot ask ewma for {quantity}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::feature::{Dataset, Matrix};
    use crate::model::Past;

    const ASK: [Quantity; 3] = [Quantity::Volatility, Quantity::Quantile(0.01), Quantity::Shortfall(0.025)];

    /// Two entities, one row a day each; the target of day d is known on day d + 1.
    fn panel(n_days: i32) -> Dataset {
        let mut data = Dataset { entities: vec!["a".into(), "b".into()], ..Dataset::default() };
        for day in 0..n_days {
            for entity in 0..2 {
                data.entity.push(entity);
                data.as_of.push(Day(day));
                data.known_on.push(Some(Day(day + 1)));
                data.target.push(Some(0.01 * f64::from((day * 7 + 3 * entity as i32) % 11 - 5)));
            }
        }
        data
    }

    fn forecast(data: &Dataset, rows: std::ops::Range<usize>, min_history: u32) -> Vec<Vec<Option<f64>>> {
        let past = Past::new(data);
        let (entity, as_of) = (&data.entity[rows.clone()], &data.as_of[rows]);
        let query = Query { features: &Matrix::default(), entity, as_of, past: &past, benchmarks: &[] };
        Ewma { params: EwmaParams { lambda: 0.94, min_history }, ask: ASK.to_vec() }.forecast(&query)
    }

    #[test]
    fn ewma_equals_a_loop_over_the_whole_past_of_every_row() {
        let data = panel(60);
        let past = Past::new(&data);
        let fast = forecast(&data, 0..120, 5);
        let mut n_forecasts = 0;
        for (row, &sigma) in fast[0].iter().enumerate() {
            let known: Vec<f64> = past.before(data.entity[row], data.as_of[row]).iter().map(|&(_, r)| r).collect();
            if known.len() < 5 {
                assert_eq!(sigma, None);
                continue;
            }
            let start = known[..5].iter().map(|r| r * r).sum::<f64>() / 5.0;
            let s2 = known[5..].iter().fold(start, |s2, r| 0.94 * s2 + 0.06 * r * r);
            assert!((sigma.expect("enough history") - s2.sqrt()).abs() < 1e-15);
            n_forecasts += 1;
        }
        // The target of day 4 is known on day 5, strictly before day 6: 54 of 60 days.
        assert_eq!(n_forecasts, 2 * 54);
    }

    #[test]
    fn ewma_forecasts_of_late_rows_do_not_depend_on_the_rows_asked_before() {
        let data = panel(60);
        let (all, late) = (forecast(&data, 0..120, 5), forecast(&data, 100..120, 5));
        assert_eq!(all[1][100..], late[1]);
    }

    #[test]
    fn ewma_tails_are_those_of_a_normal_and_negative() {
        // statistics.md: VaR(.01) = 2.326347874 sigma, ES(.025) = 2.337802792 sigma.
        let all = forecast(&panel(20), 0..40, 5);
        let (sigma, quantile, shortfall) = (all[0][39].expect("sigma"), all[1][39].expect("quantile"), all[2][39].expect("shortfall"));
        assert!((quantile / sigma + 2.326_347_874).abs() < 1e-9, "{}", quantile / sigma);
        assert!((shortfall / sigma + 2.337_802_792).abs() < 1e-9, "{}", shortfall / sigma);
    }
}
