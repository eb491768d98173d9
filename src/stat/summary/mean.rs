//! Mean forecasts: how wrong, by year, window and segment, and against the baseline.

use std::ops::Range;

use rayon::prelude::*;

use super::catalogue::mean_prefix;
use super::tested::{Grouped, Tested};
use crate::score::squared;
use crate::spec::Quantity;
use crate::stat::compare::{COMPARISON, Comparison, RANKING, diebold_mariano, equal_up_to_rounding, mean_by_date, mean_difference};
use crate::stat::mean::{MEAN, MeanCase, MeanErrors, RANKS, ic_test};
use crate::stat::measure::{Assessed, Subject, Test, take};
use crate::stat::panel::{DateRank, Forecast, Panel, mean_of};
use crate::stat::{Outcome, RankIc, errors, r2_out_of_sample, rank_ic as rank_ic_by_date};
use crate::walk::Series;

pub(super) fn summarize(tested: &Tested<'_>) -> Vec<Assessed<MeanCase>> {
    let all: Vec<&Series> = tested.series(|quantity| quantity == Quantity::Mean).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let panel = Panel::new(tested.dates(&tested.names), tested.targets(&tested.names));
    let baseline = tested.facts.spec.risk.baseline.as_ref().and_then(|model| tested.facts.predictions.find(model, Quantity::Mean));
    let has_theirs: Vec<bool> = baseline.map_or_else(Vec::new, |baseline| has(tested, baseline));
    let baseline = baseline.map(|series| ranked(tested, &panel, series, &has_theirs));
    // A model without a single forecast would leave no row in common.
    let speaking: Vec<&Series> = all.iter().copied().filter(|series| tested.names.iter().any(|&at| series.predicted.has(at))).collect();
    let common: Vec<bool> = tested.names.iter().map(|&at| speaking.iter().all(|series| series.predicted.has(at))).collect();
    let one = |series: &Series| {
        let has = has(tested, series);
        let mine = ranked(tested, &panel, series, &has);
        let case = One { tested, panel: &panel, mine: &mine, baseline: baseline.as_ref() }.summarize(&common);
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
    };
    all.into_par_iter().map(one).collect()
}

/// A model's forecasts of the names' rows, ranked once.
struct Ranks<'a> {
    series: &'a Series,
    /// Whether each of the names' rows has one.
    has: &'a [bool],
    forecast: Forecast<'a>,
    /// The dates' rank correlations; `None` where a number is not finite.
    by_date: Option<Vec<DateRank>>,
}

fn has(tested: &Tested<'_>, series: &Series) -> Vec<bool> {
    tested.names.iter().map(|&at| series.predicted.has(at)).collect()
}

fn ranked<'a>(tested: &Tested<'_>, panel: &Panel, series: &'a Series, has: &'a [bool]) -> Ranks<'a> {
    let values = series.predicted.values();
    let forecast = panel.forecast(tested.names.iter().map(|&at| values[at]).collect(), has);
    let by_date = panel.ranks(&forecast, |_| true);
    Ranks { series, has, forecast, by_date }
}

struct One<'a> {
    tested: &'a Tested<'a>,
    panel: &'a Panel,
    mine: &'a Ranks<'a>,
    baseline: Option<&'a Ranks<'a>>,
}

/// Rows with a forecast, side by side.
struct Rows {
    /// Places among the names' rows.
    places: Vec<u32>,
    dates: Vec<u32>,
    predicted: Vec<f64>,
    realized: Vec<f64>,
    /// The baseline's forecasts; 0 where it has none.
    theirs: Vec<f64>,
    has_theirs: Vec<bool>,
}

impl Rows {
    /// Those at these places in it.
    fn pick(&self, places: &[usize]) -> Self {
        fn of<T: Copy>(values: &[T], places: &[usize]) -> Vec<T> {
            if values.is_empty() { Vec::new() } else { places.iter().map(|&place| values[place]).collect() }
        }
        Self {
            places: of(&self.places, places),
            dates: of(&self.dates, places),
            predicted: of(&self.predicted, places),
            realized: of(&self.realized, places),
            theirs: of(&self.theirs, places),
            has_theirs: of(&self.has_theirs, places),
        }
    }
}

impl One<'_> {
    fn summarize(&self, common: &[bool]) -> MeanCase {
        let rows = self.rows();
        let n_rows = rows.places.len();
        let rank_ic = self.panel.rank_ic(&self.mine.forecast, |_| true);
        let errors_of = |rows: &Rows, span: Range<usize>, rank_ic: Outcome<f64>| MeanErrors {
            n: span.len(),
            errors: errors(&rows.predicted[span.clone()], &rows.realized[span.clone()]),
            r2: self.r2(rows, span),
            rank_ic,
        };
        let spans = |groups: Vec<Grouped<Range<usize>>>| {
            let one = |Grouped { group, value: span }: Grouped<Range<usize>>| {
                let rank_ic = self.rank_ic_of(&rows, &span);
                Grouped { group, value: errors_of(&rows, span, rank_ic) }
            };
            groups.into_iter().map(one).collect()
        };
        let of_segment = |Grouped { group, value: places }: Grouped<Vec<usize>>| {
            let rows = rows.pick(&places);
            let rank_ic = rank_ic_by_date(&rows.dates, &rows.predicted, &rows.realized).map(|ic| ic.mean);
            Grouped { group, value: errors_of(&rows, 0..rows.places.len(), rank_ic) }
        };
        let positions: Vec<usize> = rows.places.iter().map(|&place| self.tested.names[place as usize]).collect();
        let is_common = |&place: &usize| common[rows.places[place] as usize];
        let n_common = (0..n_rows).filter(is_common).count();
        let rmse_common = if n_common == n_rows {
            errors(&rows.predicted, &rows.realized)
        } else {
            let pick = |values: &[f64]| (0..n_rows).filter(is_common).map(|place| values[place]).collect::<Vec<_>>();
            errors(&pick(&rows.predicted), &pick(&rows.realized))
        };
        MeanCase {
            n_without_forecast: self.tested.names.len() - n_rows,
            all: errors_of(&rows, 0..n_rows, rank_ic.as_ref().map(|ic| ic.mean)),
            ic_test: ic_test(&rank_ic, self.tested.horizon),
            rank_ic,
            rmse_common: rmse_common.map(|errors| errors.rmse),
            n_common,
            comparison: self.comparison(&rows),
            by_year: spans(self.tested.by_year(&positions)),
            by_window: spans(self.tested.by_window(&positions)),
            by_segment: self.tested.by_segment(&positions).into_iter().map(of_segment).collect(),
        }
    }

    fn rows(&self) -> Rows {
        let names = &self.tested.names;
        let places: Vec<u32> = (0..names.len() as u32).filter(|&place| self.mine.has[place as usize]).collect();
        let at = || places.iter().map(|&place| names[place as usize]);
        let values = self.mine.series.predicted.values();
        Rows {
            dates: at().map(|at| self.tested.date_idx[at]).collect(),
            predicted: at().map(|at| values[at]).collect(),
            realized: at().filter_map(|at| self.tested.realized(at)).collect(),
            theirs: self.other().map_or_else(Vec::new, |other| at().map(|at| other.series.predicted.values()[at]).collect()),
            has_theirs: self.other().map_or_else(Vec::new, |other| places.iter().map(|&place| other.has[place as usize]).collect()),
            places,
        }
    }

    /// The baseline, where it is another model.
    fn other(&self) -> Option<&Ranks<'_>> {
        self.baseline.filter(|baseline| baseline.series.model != self.mine.series.model)
    }

    /// Mean rank IC of neighbouring rows that hold whole dates.
    fn rank_ic_of(&self, rows: &Rows, span: &Range<usize>) -> Outcome<f64> {
        let dates = &rows.dates[span.clone()];
        match (&self.mine.by_date, dates.first(), dates.last()) {
            (Some(by_date), Some(&first), Some(&last)) => {
                let from = by_date.partition_point(|date| date.date_idx < first);
                let to = by_date.partition_point(|date| date.date_idx <= last);
                mean_of(&by_date[from..to]).map(|ic| ic.mean)
            }
            (_, _, _) => rank_ic_by_date(dates, &rows.predicted[span.clone()], &rows.realized[span.clone()]).map(|ic| ic.mean),
        }
    }

    fn r2(&self, rows: &Rows, span: Range<usize>) -> Outcome<f64> {
        if self.other().is_none() {
            return Outcome::undefined(if self.baseline.is_some() { "it is the baseline itself" } else { "the spec names no baseline" });
        }
        let has_theirs = &rows.has_theirs[span.clone()];
        let columns = [&rows.predicted[span.clone()], &rows.realized[span.clone()], &rows.theirs[span]];
        if has_theirs.iter().all(|&has| has) {
            return r2_out_of_sample(columns[0], columns[1], columns[2]);
        }
        let [mine, came, theirs] = columns.map(|values| both(values, has_theirs));
        r2_out_of_sample(&mine, &came, &theirs)
    }

    fn comparison(&self, rows: &Rows) -> Option<Comparison> {
        let other = self.other()?;
        let columns = rows.predicted.iter().zip(&rows.theirs).zip(&rows.realized).zip(&rows.has_theirs);
        let losses: Vec<(f64, f64)> =
            columns.filter(|(_, has)| **has).map(|(((&mine, &theirs), &came), _)| (squared(came, mine), squared(came, theirs))).collect();
        let dates: Vec<u32> = rows.dates.iter().zip(&rows.has_theirs).filter(|(_, has)| **has).map(|(date, _)| *date).collect();
        Some(compare(self.tested, &other.series.model, &dates, &losses, self.ranking(other)))
    }

    /// The dates' rank ICs less the baseline's.
    fn ranking(&self, other: &Ranks<'_>) -> Outcome<Test> {
        let mine = self.panel.rank_ic(&self.mine.forecast, |row| other.has[row]);
        let theirs = self.panel.rank_ic(&other.forecast, |row| self.mine.has[row]);
        match (mine, theirs) {
            (Outcome::Undefined(reason), _) => Outcome::Undefined(reason),
            (_, Outcome::Undefined(reason)) => Outcome::undefined(format!("`{}` ranks nothing: {reason}", other.series.model)),
            (Outcome::Value(mine), Outcome::Value(theirs)) => ranking_test(&mine, &theirs, self.tested.horizon),
        }
    }
}

/// Values of the rows that both forecast.
fn both(values: &[f64], has: &[bool]) -> Vec<f64> {
    values.iter().zip(has).filter(|(_, has)| **has).map(|(value, _)| *value).collect()
}

/// Compares the losses of a model and its baseline by date: rows of one date share its shocks and are no independent evidence.
pub(super) fn compare(tested: &Tested<'_>, baseline: &str, dates: &[u32], losses: &[(f64, f64)], ranking: Outcome<Test>) -> Comparison {
    let (baseline, horizon) = (baseline.to_owned(), tested.horizon);
    if let Some(reason) = equal_up_to_rounding(losses) {
        return Comparison { baseline, horizon, ranking, test: Outcome::undefined(reason), difference: Outcome::undefined(reason) };
    }
    let differences: Vec<f64> = losses.iter().map(|(mine, theirs)| mine - theirs).collect();
    let by_date = mean_by_date(dates, &differences);
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
