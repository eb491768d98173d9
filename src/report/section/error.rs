//! Forecast errors: by model, against the baseline, by year, segment and window.

mod group;
mod ranking;

use super::measured::{self, numbers, p_near};
use super::pieces::{counted, level, scale, short, windows_drawn};
use crate::report::cell::{Cell, State};
use crate::report::chart::{LineChart, Scale, Series, Size, Zero, error_by_window};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Table};
use crate::stat::compare::{Comparison, DIEBOLD_MARIANO, RANKING_DIFFERENCE};
use crate::stat::credit::AUC_DIFFERENCE;
use crate::stat::mean::{BIAS, HIT_RATE, ICIR, MAE, MeanCase, MeanErrors, R2, RANK_IC, RANK_IC_T, RMSE, RMSE_COMMON};
use crate::stat::measure::Direction;
use crate::stat::{Assessed, Decision, Found, Group, Grouped, Outcome};

/// Dates without which a mean rank IC is no headline.
pub(super) const MIN_DATES: usize = 10;

/// `None` without mean or probability forecasts.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let summary = material.summary;
    if summary.means.is_empty() && summary.probabilities.is_empty() {
        return None;
    }
    let mut section = Section::new("errors", title(material));
    if !summary.means.is_empty() {
        section.blocks.push(Block::Table(by_model(material)));
    }
    section.blocks.extend(against_baseline(material).map(Block::Table));
    section.blocks.extend(ranking::figures(material).into_iter().map(Block::Figure));
    section.blocks.extend(window_figures(material).into_iter().map(Block::Figure));
    for kind in ["year", "segment"] {
        section.blocks.extend(group::tables(material, kind).map(Block::Table));
        section.record.extend(group::records(material, kind).map(Block::Table));
    }
    let has_rows = |block: &Block| !matches!(block, Block::Table(table) if table.rows.is_empty());
    section.record.retain(has_rows);
    section.blocks.retain(has_rows);
    Some(section)
}

/// Every model's comparison with the baseline, and what its test found.
fn comparisons<'a>(material: &'a Material<'_>) -> Vec<(&'a str, &'a Comparison, &'a Found)> {
    let dm = |found: &'a [Found]| found.iter().find(|found| found.about.key == DIEBOLD_MARIANO.about.key);
    let means = material.summary.means.iter().map(move |one| (one.subject.model.as_str(), one.case.comparison.as_ref(), dm(&one.found)));
    let probabilities =
        material.summary.probabilities.iter().map(move |one| (one.subject.model.as_str(), one.case.comparison.as_ref(), dm(&one.found)));
    means.chain(probabilities).filter_map(|(model, comparison, found)| Some((model, comparison?, found?))).collect()
}

/// Models whose difference from the baseline the test finds on this side.
fn different(compared: &[(&str, &Comparison, &Found)], side: Direction) -> Vec<String> {
    let on_side = |found: &Found| found.rejection().is_some() && found.test().value().is_some_and(|test| test.direction == side);
    compared.iter().filter(|(.., found)| on_side(found)).map(|(model, ..)| format!("`{model}`")).collect()
}

fn title(material: &Material<'_>) -> String {
    let compared = comparisons(material);
    let Some((_, first, _)) = compared.first() else { return "Forecast errors".to_owned() };
    let (better, worse) = (different(&compared, Direction::Below), different(&compared, Direction::Above));
    let are = |models: &[String]| format!("{} {}", models.join(", "), if models.len() == 1 { "has" } else { "have" });
    let is_tested = compared.iter().any(|(.., found)| found.test().value().is_some());
    let errors = match (better.is_empty(), worse.is_empty()) {
        (true, true) if !is_tested => format!("Forecast errors: the difference of squared errors from `{}` could not be tested", first.baseline),
        (true, true) => format!("Forecast errors: Diebold-Mariano shows no difference from `{}`", first.baseline),
        (false, true) => format!("Forecast errors: {} significantly smaller squared errors than `{}`", are(&better), first.baseline),
        (true, false) => {
            format!("Forecast errors: {} significantly larger squared errors than `{}`, none has significantly smaller", are(&worse), first.baseline)
        }
        (false, false) => {
            format!("Forecast errors: {} significantly smaller squared errors than `{}`, {} larger", are(&better), first.baseline, are(&worse))
        }
    };
    ranking(material).map_or(errors.clone(), |ranking| format!("{errors}; {ranking}"))
}

/// What the models' order of the names is worth: what a book uses.
fn ranking(material: &Material<'_>) -> Option<String> {
    let means = material.summary.means.iter().filter(|one| MIN_DATES <= one.case.rank_ic.value().map_or(0, |ic| ic.n));
    let ic = |one: &Assessed<MeanCase>| one.number(&RANK_IC).value().copied().unwrap_or(f64::NEG_INFINITY);
    let best = means.max_by(|a, b| ic(a).total_cmp(&ic(b)))?;
    let t = best.test(&RANK_IC_T);
    let t = t.value()?;
    let ahead = material.summary.found.iter().filter(|found| found.about.key == RANKING_DIFFERENCE.about.key);
    let ahead = ahead.filter(|found| found.rejection().is_some() && found.test().value().is_some_and(|test| test.direction == Direction::Above));
    let ahead: Vec<String> = ahead.map(|found| format!("`{}`", found.subject.model)).collect();
    let ahead = match (&material.facts.spec.risk.baseline, ahead.len()) {
        (None, _) | (Some(_), 0) => String::new(),
        (Some(baseline), 1) => format!("; {} ranks names better than `{baseline}`", ahead[0]),
        (Some(baseline), _) => format!("; {} rank names better than `{baseline}`", ahead.join(", ")),
    };
    Some(format!(
        "largest rank IC {} (`{}`, t {}, {}){ahead}",
        format::number(ic(best), 2),
        best.subject.model,
        format::fixed(t.statistic, 1),
        counted(t.n, "date", "dates")
    ))
}

fn by_model(material: &Material<'_>) -> Table {
    let means = &material.summary.means;
    let measures = [&BIAS, &MAE, &RMSE, &RMSE_COMMON, &R2, &HIT_RATE, &RANK_IC, &ICIR, &RANK_IC_T];
    let mut table = numbers(material, ("errors-by-model", "Errors of the mean forecasts, out of sample", "Model"), means, &measures);
    table.columns.insert(1, Column::numbers("n", ""));
    table.columns.insert(2, Column::numbers("No forecast", ""));
    table.columns.push(Column::numbers("p of t", ""));
    table.columns.push(Column::numbers("Dates", ""));
    for (row, one) in table.rows.iter_mut().zip(means) {
        row[0] = Cell::code(&one.subject.model);
        row.insert(1, Cell::Count(one.case.all.n as u64));
        row.insert(2, Cell::Count(one.case.n_without_forecast as u64));
        let p_value = one.test(&RANK_IC_T).map(|test| test.p_value);
        row.push(Cell::outcome(&p_value, Cell::PValue));
        row.push(
            one.case.rank_ic.value().map_or_else(|| Cell::na("no date has three names with different forecasts"), |ic| Cell::Count(ic.n as u64)),
        );
    }
    let n_common = means.iter().map(|one| one.case.n_common).max().unwrap_or(0);
    let left_out = means.iter().map(|one| one.case.all.n).max().unwrap_or(0).saturating_sub(n_common);
    let left_out = match left_out {
        0 => "all rows".to_owned(),
        n => format!("{} are left out", counted(n, "row", "rows")),
    };
    table.note(format!(
        "R2 out of sample against the baseline's forecasts on the rows both have. RMSE, common rows: on the {} that every model forecasts ({left_out}), so that models can be compared. Rank IC: mean of each date's Spearman correlation; t: of that mean, targets spanning {}.",
        counted(n_common, "row", "rows"),
        counted(material.summary.horizon, "date", "dates")
    ))
}

fn against_baseline(material: &Material<'_>) -> Option<Table> {
    let compared = comparisons(material);
    let (_, first, _) = compared.first()?;
    let significance = material.facts.spec.risk.significance;
    let scale = scale(material);
    let (unit, loss) = (scale.unit_squared, scale.cell_squared);
    let mut columns = vec![
        Column::words("Model"),
        Column::numbers("Loss difference", &unit),
        Column::numbers("95 % from", &unit),
        Column::numbers("95 % to", &unit),
        Column::numbers("DM", ""),
        Column::numbers("p", ""),
        Column::numbers("Dates", ""),
        Column::words("Decision"),
    ];
    // Of means the rank IC, of default probabilities the AUC.
    let (order, symbol, ranks) = if material.summary.means.is_empty() {
        (
            "AUC difference",
            "z",
            "AUC difference: the AUC over all windows less the baseline's, DeLong's paired test. A baseline that is one rate a window has an AUC of 0.5 in each; over all of them its AUC tells whether its level moved with the outcomes.",
        )
    } else {
        ("Rank IC difference", "t", "Rank IC difference: the dates' rank ICs less the baseline's, the same test; a book holds ranks, not levels.")
    };
    columns.extend([Column::numbers(order, symbol), Column::numbers("p", ""), Column::words("Decision")]);
    let block = first.difference.value().filter(|found| 0 < found.n_resampled).map_or(String::new(), |found| {
        format!(" Interval: stationary block bootstrap, {} resamples, mean block {} dates, seeded.", found.n_resampled, found.block_length)
    });
    let mut table = Table::new("against-baseline", format!("Squared errors against `{}`", first.baseline), columns).note(format!(
        "Mean over dates of the date's mean squared error, model less baseline, on the rows both forecast: negative is closer. Diebold-Mariano with Harvey-Leybourne-Newbold: null of equal accuracy, two-sided, t with n - 1 degrees of freedom, horizon {}. Decision at {}, by Diebold-Mariano; the interval is by other arithmetic and may lie otherwise.{block} {ranks}",
        counted(first.horizon, "date", "dates"),
        level(material)
    ));
    for (model, comparison, found) in compared {
        let test = found.test();
        let difference = || comparison.difference.as_ref();
        let mut row = vec![
            Cell::code(model),
            Cell::outcome(&difference().map(|found| found.mean), loss),
            Cell::outcome(&difference().and_then(|found| found.interval.as_ref().map(|it| it.low)), loss),
            Cell::outcome(&difference().and_then(|found| found.interval.as_ref().map(|it| it.high)), loss),
            Cell::outcome(&test.as_ref().map(|test| test.statistic), short),
            p_value(&test, significance),
            comparison.difference.value().map_or_else(|| Cell::na("no difference"), |found| Cell::Count(found.n as u64)),
            compared_cell(found, Direction::Below),
        ];
        let ranked = ordering(material, model);
        let test = ranked.map_or_else(|| Outcome::undefined("no comparison"), Found::test);
        row.push(Cell::outcome(&test.as_ref().map(|test| test.statistic), short));
        row.push(p_value(&test, significance));
        row.push(ranked.map_or_else(|| Cell::verdict(State::Neutral, "not judged"), |found| compared_cell(found, Direction::Above)));
        table.rows.push(row);
    }
    Some(table)
}

/// The comparison of a model's order with the baseline's.
fn ordering<'a>(material: &'a Material<'_>, model: &str) -> Option<&'a Found> {
    let keys = [RANKING_DIFFERENCE.about.key, AUC_DIFFERENCE.about.key];
    material.summary.found.iter().find(|found| found.subject.model == model && keys.contains(&found.about.key))
}

fn p_value(test: &Outcome<crate::stat::Test>, significance: f64) -> Cell {
    match test {
        Outcome::Value(test) => p_near(test.p_value, significance),
        Outcome::Undefined(reason) => Cell::na(reason),
    }
}

/// A comparison's decision; on its good side the model is ahead of the baseline.
fn compared_cell(found: &Found, good: Direction) -> Cell {
    match (found.rejection(), found.test().value().map(|test| test.direction)) {
        (Some(words), Some(side)) if side == good => Cell::verdict(State::Green, words),
        (Some(words), _) => Cell::verdict(State::Amber, words),
        (None, Some(_)) if found.decision == Some(Decision::NotRejected) => Cell::verdict(State::Neutral, "no difference shown"),
        (None, _) => measured::decision(found),
    }
}

fn window_figures(material: &Material<'_>) -> Vec<Figure> {
    let mut figures = Vec::new();
    let start = |group: &Group| Some(material.facts.windows.get(group.window()?)?.test.start);
    let note = |chart: &LineChart| {
        format!("A point per window and model at the test's first day. {}.", windows_drawn(&chart.series, material.facts.windows.len()))
    };
    let means = &material.summary.means;
    if !means.is_empty() {
        // Levels of error lie on top of one another; what a model adds to the baseline does not.
        let has_baseline = means.iter().any(|model| model.case.all.r2.value().is_some());
        let axis_unit = match scale(material).axis {
            Scale::Percent => ", %".to_owned(),
            Scale::Number => String::new(),
        };
        let (id, title, y_title, axis) = if has_baseline {
            ("r2-by-window", "R2 out of sample against the baseline, window by window", "R2 out of sample, %".to_owned(), Scale::Percent)
        } else {
            ("rmse-by-window", "Root mean squared error by window", format!("RMSE{axis_unit}"), scale(material).axis)
        };
        let value = |errors: &MeanErrors| if has_baseline { errors.r2.value().copied() } else { errors.errors.value().map(|errors| errors.rmse) };
        let series = means.iter().map(|model| Series {
            name: model.subject.model.clone(),
            color: material.color(&model.subject.model),
            points: points(&model.case.by_window, start, value),
        });
        let chart = LineChart { label: title.to_owned(), y_title, scale: axis, zero: Zero::Shown, series: series.collect() };
        figures.push(Figure::half(id, title, note(&chart), error_by_window(&chart, Size::Half)));
    }
    let probabilities = &material.summary.probabilities;
    if !probabilities.is_empty() {
        let series = probabilities.iter().map(|model| Series {
            name: model.subject.model.clone(),
            color: material.color(&model.subject.model),
            points: points(&model.case.by_window, start, |group| group.auc.value().copied()),
        });
        let chart = LineChart {
            label: "AUC by window".to_owned(),
            y_title: "AUC".to_owned(),
            scale: Scale::Number,
            zero: Zero::Free,
            series: series.collect(),
        };
        figures.push(Figure::half("auc-by-window", "AUC by window", note(&chart), error_by_window(&chart, Size::Half)));
    }
    figures
}

fn points<T>(
    groups: &[Grouped<T>],
    start: impl Fn(&Group) -> Option<crate::day::Day>,
    value: impl Fn(&T) -> Option<f64>,
) -> Vec<(crate::day::Day, f64)> {
    groups.iter().filter_map(|group| Some((start(&group.group)?, value(&group.value)?))).collect()
}
