//! Mean forecasts: how wrong, by year, window and segment, and against the baseline.

use super::catalogue::mean_prefix;
use super::tested::{Grouped, Positions, Tested, forecast_by, forecasts};
use crate::score::squared;
use crate::spec::Quantity;
use crate::stat::compare::{COMPARISON, Comparison, RANKING, diebold_mariano, equal_up_to_rounding, mean_by_date, mean_difference};
use crate::stat::mean::{MEAN, MeanCase, MeanErrors, RANKS, ic_test};
use crate::stat::measure::{Assessed, Subject, Test, take};
use crate::stat::{Outcome, RankIc, errors, r2_out_of_sample, rank_ic};
use crate::walk::Series;

pub(super) fn summarize(tested: &Tested<'_>) -> Vec<Assessed<MeanCase>> {
    let names = tested.names();
    let baseline = tested.facts.spec.risk.baseline.as_ref().and_then(|model| tested.facts.predictions.find(model, Quantity::Mean));
    let all: Vec<&Series> = tested.series(|quantity| quantity == Quantity::Mean).collect();
    // A model without a single forecast would leave no row in common.
    let speaking: Vec<&Series> = all.iter().copied().filter(|series| names.iter().any(|&at| series.predicted[at].is_some())).collect();
    let common = forecast_by(&speaking, &names);
    all.into_iter()
        .map(|series| {
            let case = One { tested, series, baseline }.summarize(&names, &common);
            let subject = Subject { model: series.model.clone(), entity: None, quantity: Some(Quantity::Mean) };
            let prefix = mean_prefix(&series.model);
            let mut found = take(MEAN, &prefix, (&subject, case.all.n), &case, tested.level());
            let n_dates = case.rank_ic.value().map_or(0, |ic| ic.n);
            found.extend(take(RANKS, &prefix, (&subject, n_dates), &case, tested.level()));
            if let Some(comparison) = &case.comparison {
                let n = comparison.difference.value().map_or(0, |found| found.n);
                found.extend(take(COMPARISON, &prefix, (&subject, n), comparison, tested.level()));
                found.extend(take(RANKING, &prefix, (&subject, n), comparison, tested.level()));
            }
            Assessed { subject, case, found }
        })
        .collect()
}

struct One<'a> {
    tested: &'a Tested<'a>,
    series: &'a Series,
    baseline: Option<&'a Series>,
}

impl One<'_> {
    fn summarize(&self, names: &Positions, common: &Positions) -> MeanCase {
        let positions = forecast_by(&[self.series], names);
        let groups = |groups: Vec<Grouped<Positions>>| {
            groups.into_iter().map(|Grouped { group, value }| Grouped { group, value: self.errors(&value).0 }).collect()
        };
        let (all, rank_ic) = self.errors(&positions);
        let has_forecasts = !positions.is_empty();
        let common: &[usize] = if has_forecasts { common } else { &[] };
        MeanCase {
            n_without_forecast: names.len() - positions.len(),
            all,
            ic_test: ic_test(&rank_ic, self.tested.horizon),
            rank_ic,
            rmse_common: errors(&forecasts(self.series, common), &self.tested.targets(common)).map(|errors| errors.rmse),
            n_common: common.len(),
            comparison: self.comparison(&positions),
            by_year: groups(self.tested.by_year(&positions)),
            by_window: groups(self.tested.by_window(&positions)),
            by_segment: groups(self.tested.by_segment(&positions)),
        }
    }

    fn errors(&self, positions: &Positions) -> (MeanErrors, Outcome<RankIc>) {
        let predicted = forecasts(self.series, positions);
        let realized = self.tested.targets(positions);
        let ic = rank_ic(&self.tested.dates(positions), &predicted, &realized);
        let r2 = match self.baseline {
            None => Outcome::undefined("the spec names no baseline"),
            Some(baseline) if baseline.model == self.series.model => Outcome::undefined("it is the baseline itself"),
            Some(baseline) => {
                let both = forecast_by(&[self.series, baseline], positions);
                r2_out_of_sample(&forecasts(self.series, &both), &self.tested.targets(&both), &forecasts(baseline, &both))
            }
        };
        let mean_ic = ic.as_ref().map(|ic| ic.mean);
        (MeanErrors { n: positions.len(), errors: errors(&predicted, &realized), r2, rank_ic: mean_ic }, ic)
    }

    fn comparison(&self, positions: &Positions) -> Option<Comparison> {
        let baseline = self.baseline.filter(|baseline| baseline.model != self.series.model)?;
        let both = forecast_by(&[self.series, baseline], positions);
        let realized = self.tested.targets(&both);
        let mine = forecasts(self.series, &both);
        let theirs = forecasts(baseline, &both);
        let losses: Vec<(f64, f64)> = realized.iter().zip(mine.iter().zip(&theirs)).map(|(&y, (&a, &b))| (squared(y, a), squared(y, b))).collect();
        let ranking = self.ranking(baseline, &both);
        Some(compare(self.tested, &baseline.model, &both, &losses, ranking))
    }

    /// The dates' rank ICs less the baseline's.
    fn ranking(&self, baseline: &Series, both: &Positions) -> Outcome<Test> {
        let (dates, realized) = (self.tested.dates(both), self.tested.targets(both));
        let mine = rank_ic(&dates, &forecasts(self.series, both), &realized);
        let theirs = rank_ic(&dates, &forecasts(baseline, both), &realized);
        match (mine, theirs) {
            (Outcome::Undefined(reason), _) => Outcome::Undefined(reason),
            (_, Outcome::Undefined(reason)) => Outcome::undefined(format!("`{}` ranks nothing: {reason}", baseline.model)),
            (Outcome::Value(mine), Outcome::Value(theirs)) => ranking_test(&mine, &theirs, self.tested.horizon),
        }
    }
}

/// Compares the losses of a model and its baseline by date: rows of one date share its shocks and are no independent evidence.
pub(super) fn compare(tested: &Tested<'_>, baseline: &str, positions: &Positions, losses: &[(f64, f64)], ranking: Outcome<Test>) -> Comparison {
    let (baseline, horizon) = (baseline.to_owned(), tested.horizon);
    if let Some(reason) = equal_up_to_rounding(losses) {
        return Comparison { baseline, horizon, ranking, test: Outcome::undefined(reason), difference: Outcome::undefined(reason) };
    }
    let differences: Vec<f64> = losses.iter().map(|(mine, theirs)| mine - theirs).collect();
    let by_date = mean_by_date(&tested.dates(positions), &differences);
    let difference = mean_difference(&by_date, horizon, tested.facts.spec.seed);
    Comparison { baseline, horizon, ranking, test: diebold_mariano(&by_date, horizon), difference }
}

/// Diebold and Mariano's test of two series of rank ICs, on the dates that both have.
fn ranking_test(mine: &RankIc, theirs: &RankIc, horizon: usize) -> Outcome<Test> {
    let of = |date: u32| theirs.by_date.binary_search_by_key(&date, |other| other.date_idx).ok().map(|at| theirs.by_date[at].ic);
    let difference: Vec<f64> = mine.by_date.iter().filter_map(|date| Some(date.ic - of(date.date_idx)?)).collect();
    if difference.len() <= horizon {
        return Outcome::undefined(format!("{} dates on which both have a rank IC, more than {horizon} needed", difference.len()));
    }
    diebold_mariano(&difference, horizon)
}
