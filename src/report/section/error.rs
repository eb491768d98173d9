//! Forecast errors: by model, against the baseline, by year, segment and window.

use super::pieces::{capital, level, short, significant};
use crate::report::cell::{Cell, State};
use crate::report::chart::{LineChart, Scale, Series, Zero, error_by_window};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Section, Table};
use crate::spec::Kind;
use crate::stat::{Comparison, Group, Grouped, MeanErrors, MeanSummary, Outcome, ProbabilityGroup};

/// `None` without mean or probability forecasts.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let summary = material.summary;
    if summary.means.is_empty() && summary.probabilities.is_empty() {
        return None;
    }
    let mut section = Section::new("errors", title(material));
    if !summary.means.is_empty() {
        section.blocks.push(Block::Table(by_model(&summary.means)));
    }
    section.blocks.extend(against_baseline(material).map(Block::Table));
    section.blocks.extend(window_figures(material).into_iter().map(Block::Figure));
    let year = |table: Table| Block::Table(table);
    if !summary.means.is_empty() {
        section.blocks.push(year(mean_groups("year", "Errors by year", summary.means.iter().map(|model| (model.model.as_str(), &model.by_year)))));
        section.blocks.push(year(mean_groups(
            "segment",
            "Errors by segment",
            summary.means.iter().map(|model| (model.model.as_str(), &model.by_segment)),
        )));
    }
    if !summary.probabilities.is_empty() {
        section.blocks.push(year(probability_groups(
            "year",
            "Errors by year",
            summary.probabilities.iter().map(|model| (model.model.as_str(), &model.by_year)),
        )));
        section.blocks.push(year(probability_groups(
            "segment",
            "Errors by segment",
            summary.probabilities.iter().map(|model| (model.model.as_str(), &model.by_segment)),
        )));
    }
    section.blocks.retain(|block| !matches!(block, Block::Table(table) if table.rows.is_empty()));
    Some(section)
}

/// Every model's comparison with the baseline.
fn comparisons<'a>(material: &'a Material<'_>) -> Vec<(&'a str, &'a Comparison)> {
    let means = material.summary.means.iter().map(|model| (model.model.as_str(), model.comparison.as_ref()));
    let probabilities = material.summary.probabilities.iter().map(|model| (model.model.as_str(), model.comparison.as_ref()));
    means.chain(probabilities).filter_map(|(model, comparison)| Some((model, comparison?))).collect()
}

fn is_better(comparison: &Comparison, significance: f64) -> bool {
    comparison.test.value().is_some_and(|test| test.mean_difference < 0.0 && test.p_value < significance)
}

fn title(material: &Material<'_>) -> String {
    let compared = comparisons(material);
    let significance = material.facts.spec.risk.significance;
    let Some((_, first)) = compared.first() else { return "Forecast errors".to_owned() };
    let better: Vec<String> =
        compared.iter().filter(|(_, comparison)| is_better(comparison, significance)).map(|(model, _)| format!("`{model}`")).collect();
    if better.is_empty() {
        format!("Forecast errors: no model is significantly better than `{}`", first.baseline)
    } else {
        format!(
            "Forecast errors: {} significantly better than `{}`",
            better.join(", ") + if better.len() == 1 { " is" } else { " are" },
            first.baseline
        )
    }
}

fn by_model(means: &[MeanSummary]) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("n", ""),
        Column::numbers("No forecast", ""),
        Column::numbers("Bias", "bp"),
        Column::numbers("MAE", "bp"),
        Column::numbers("RMSE", "bp"),
        Column::numbers("R2", "%"),
        Column::numbers("Hit rate", "%"),
        Column::numbers("Rank IC", ""),
        Column::numbers("ICIR", ""),
        Column::numbers("t", ""),
        Column::numbers("Dates", ""),
    ];
    let mut table = Table::new("errors-by-model", "Errors of the mean forecasts, out of sample", columns).note(
        "Bias, MAE and RMSE in basis points of the target. R2 out of sample against the baseline's forecasts. Rank IC: mean of each date's Spearman correlation; ICIR: mean / sd over dates; t: of that mean, dates taken as independent.",
    );
    for model in means {
        let errors = model.all.errors.as_ref();
        let ic = model.rank_ic.as_ref();
        let of_ic =
            |pick: fn(&crate::stat::RankIc) -> Outcome<f64>| Cell::outcome(&ic.clone().and_then(pick), |value| Cell::Number { value, digits: 3 });
        table.rows.push(vec![
            Cell::code(&model.model),
            Cell::Count(model.all.n as u64),
            Cell::Count(model.n_without_forecast as u64),
            Cell::outcome(&errors.clone().map(|errors| errors.bias), Cell::BasisPoints),
            Cell::outcome(&errors.clone().map(|errors| errors.mae), Cell::BasisPoints),
            Cell::outcome(&errors.clone().map(|errors| errors.rmse), Cell::BasisPoints),
            Cell::outcome(&model.all.r2, Cell::Percent),
            Cell::outcome(&errors.and_then(|errors| errors.hit_rate.as_ref().map(|hits| hits.rate)), Cell::Percent),
            of_ic(|ic| Outcome::Value(ic.mean)),
            of_ic(|ic| ic.icir.clone()),
            of_ic(|ic| ic.t_statistic.clone()),
            ic.value().map_or_else(|| Cell::na("no date has two names"), |ic| Cell::Count(ic.n as u64)),
        ]);
    }
    table
}

fn against_baseline(material: &Material<'_>) -> Option<Table> {
    let compared = comparisons(material);
    let (_, first) = compared.first()?;
    let significance = material.facts.spec.risk.significance;
    // Squared returns are read in squared basis points, squared probabilities as they are.
    let (unit, loss): (&str, fn(f64) -> Cell) = match material.facts.spec.kind {
        Kind::Market => ("bp\u{b2}", |value| short(1e8 * value)),
        Kind::Credit => ("", significant),
    };
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Loss difference", unit),
        Column::numbers("95 % from", unit),
        Column::numbers("95 % to", unit),
        Column::numbers("DM", ""),
        Column::numbers("p", ""),
        Column::numbers("Dates", ""),
        Column::words("Decision"),
    ];
    let block = first.difference.value().map_or(String::new(), |found| {
        format!(" Stationary block bootstrap, {} resamples, mean block {} dates, seeded.", found.n_resampled, found.block_length)
    });
    let horizon = first.test.value().map_or(1, |test| test.horizon);
    let mut table = Table::new("against-baseline", format!("Squared errors against `{}`", first.baseline), columns).note(format!(
        "Mean over dates of the date's mean loss difference, model minus baseline: negative is better. Diebold-Mariano with Harvey-Leybourne-Newbold: null of equal accuracy, two-sided, t with n - 1 degrees of freedom, horizon {horizon} dates. Decision at {}.{block}",
        level(material)
    ));
    for (model, comparison) in compared {
        let test = comparison.test.as_ref();
        let difference = comparison.difference.as_ref();
        let decision = match comparison.test.value() {
            None => Cell::verdict(State::Neutral, "not decided"),
            Some(test) if significance <= test.p_value => Cell::verdict(State::Neutral, "no difference shown"),
            Some(test) if test.mean_difference < 0.0 => Cell::verdict(State::Green, "better"),
            Some(_) => Cell::verdict(State::Red, "worse"),
        };
        table.rows.push(vec![
            Cell::code(model),
            Cell::outcome(&difference.clone().map(|found| found.mean), loss),
            Cell::outcome(&difference.clone().map(|found| found.interval.low), loss),
            Cell::outcome(&difference.map(|found| found.interval.high), loss),
            Cell::outcome(&test.clone().map(|test| test.statistic), short),
            Cell::outcome(&test.clone().map(|test| test.p_value), Cell::PValue),
            test.value().map_or_else(|| Cell::na("no test"), |test| Cell::Count(test.n as u64)),
            decision,
        ]);
    }
    Some(table)
}

fn window_figures(material: &Material<'_>) -> Vec<Figure> {
    let mut figures = Vec::new();
    let start = |group: &Group| Some(material.facts.windows.get(group.window()?)?.test.start);
    let note = format!("A point per window and model at the test's first day, {} windows.", material.facts.windows.len());
    let means = &material.summary.means;
    if !means.is_empty() {
        // Levels of error lie on top of one another; what a model adds to the baseline does not.
        let has_baseline = means.iter().any(|model| model.all.r2.value().is_some());
        let (id, title, y_title) = if has_baseline {
            ("r2-by-window", "Does a model beat the baseline all the time, or some of the time?", "R2 out of sample, %")
        } else {
            ("rmse-by-window", "Root mean squared error by window", "RMSE, %")
        };
        let value = |errors: &MeanErrors| if has_baseline { errors.r2.value().copied() } else { errors.errors.value().map(|errors| errors.rmse) };
        let series = means.iter().map(|model| Series {
            name: model.model.clone(),
            color: material.color(&model.model),
            points: points(&model.by_window, start, value),
        });
        let chart =
            LineChart { label: title.to_owned(), y_title: y_title.to_owned(), scale: Scale::Percent, zero: Zero::Shown, series: series.collect() };
        figures.push(Figure::new(id, title, &note, error_by_window(&chart)));
    }
    let probabilities = &material.summary.probabilities;
    if !probabilities.is_empty() {
        let series = probabilities.iter().map(|model| Series {
            name: model.model.clone(),
            color: material.color(&model.model),
            points: points(&model.by_window, start, |group| group.auc.value().copied()),
        });
        let chart = LineChart {
            label: "AUC by window".to_owned(),
            y_title: "AUC".to_owned(),
            scale: Scale::Number,
            zero: Zero::Free,
            series: series.collect(),
        };
        figures.push(Figure::new(
            "auc-by-window",
            "AUC by window: is the ranking right all the time, or some of the time?",
            &note,
            error_by_window(&chart),
        ));
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

fn mean_groups<'a>(kind: &str, title: &str, models: impl Iterator<Item = (&'a str, &'a Vec<Grouped<MeanErrors>>)>) -> Table {
    let columns = vec![
        Column::words(capital(kind)),
        Column::words("Model"),
        Column::numbers("n", ""),
        Column::numbers("Bias", "bp"),
        Column::numbers("RMSE", "bp"),
        Column::numbers("R2", "%"),
        Column::numbers("Rank IC", ""),
    ];
    let mut table = Table::new(format!("mean-errors-by-{kind}"), title, columns).note("As above; years are those of `as_of`.");
    for (model, groups) in models {
        for Grouped { group, value } in groups {
            let errors = value.errors.as_ref();
            table.rows.push(vec![
                Cell::text(group.to_string()),
                Cell::code(model),
                Cell::Count(value.n as u64),
                Cell::outcome(&errors.clone().map(|errors| errors.bias), Cell::BasisPoints),
                Cell::outcome(&errors.map(|errors| errors.rmse), Cell::BasisPoints),
                Cell::outcome(&value.r2, Cell::Percent),
                Cell::outcome(&value.rank_ic, |value| Cell::Number { value, digits: 3 }),
            ]);
        }
    }
    sorted(table)
}

fn probability_groups<'a>(kind: &str, title: &str, models: impl Iterator<Item = (&'a str, &'a Vec<Grouped<ProbabilityGroup>>)>) -> Table {
    let columns = vec![
        Column::words(capital(kind)),
        Column::words("Model"),
        Column::numbers("n", ""),
        Column::numbers("Defaults", ""),
        Column::numbers("Mean PD", "%"),
        Column::numbers("Observed", "%"),
        Column::numbers("AUC", ""),
        Column::numbers("KS", ""),
        Column::numbers("Brier", ""),
    ];
    let mut table = Table::new(format!("probability-errors-by-{kind}"), title, columns).note("Out of sample; years are those of `as_of`.");
    for (model, groups) in models {
        for Grouped { group, value } in groups {
            let scores = value.scores.as_ref();
            table.rows.push(vec![
                Cell::text(group.to_string()),
                Cell::code(model),
                Cell::Count(value.n as u64),
                scores.value().map_or_else(|| Cell::na("no forecast"), |scores| Cell::Count(scores.n_defaults as u64)),
                Cell::outcome(&scores.clone().map(|scores| scores.mean_predicted), Cell::Percent),
                Cell::outcome(&scores.clone().map(|scores| scores.observed_rate), Cell::Percent),
                Cell::outcome(&value.auc, short),
                Cell::outcome(&value.ks, short),
                Cell::outcome(&scores.map(|scores| scores.brier), significant),
            ]);
        }
    }
    sorted(table)
}

/// Groups together, models in the order of the spec inside.
fn sorted(mut table: Table) -> Table {
    table.rows.sort_by(|a, b| match (&a[0], &b[0]) {
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        (_, _) => std::cmp::Ordering::Equal,
    });
    table.shown = 40;
    table
}
