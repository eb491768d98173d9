//! Errors by year and by segment: a row a group with the models as columns, and every measure for the record.

use std::collections::BTreeMap;

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Column, Table};
use crate::report::section::pieces::{capital, scale, short, significant};
use crate::stat::Grouped;
use crate::stat::credit::ProbabilityGroup;
use crate::stat::mean::MeanErrors;

/// Models that have columns of their own; what more there are is in the record.
const N_MODELS: usize = 6;

/// Models by name, each with its groups.
type Models<'a, T> = Vec<(&'a str, &'a [Grouped<T>])>;

/// A measure by its name, its unit and how it is printed.
struct Shown<'a, T> {
    name: &'static str,
    unit: String,
    cell: Box<dyn Fn(&T) -> Cell + 'a>,
}

/// A row a year or a segment.
pub(super) fn tables(material: &Material<'_>, kind: &str) -> impl Iterator<Item = Table> {
    let scale = scale(material);
    let means = means(material, kind);
    let of_means = || {
        let rmse = scale.cell;
        let shared = [Shown { name: "n", unit: String::new(), cell: Box::new(|one: &MeanErrors| Cell::Count(one.n as u64)) }];
        let each = [
            Shown {
                name: "RMSE",
                unit: scale.unit.clone(),
                cell: Box::new(move |one: &MeanErrors| Cell::outcome(&one.errors.as_ref().map(|it| it.rmse), rmse)),
            },
            Shown {
                name: "rank IC",
                unit: String::new(),
                cell: Box::new(|one: &MeanErrors| Cell::outcome(&one.rank_ic, |value| Cell::Number { value, digits: 2 })),
            },
        ];
        by_group((&format!("mean-by-{kind}"), &format!("Errors by {kind}")), kind, &means, &shared, &each)
    };
    let probabilities = probabilities(material, kind);
    let of_probabilities = || {
        let observed = |one: &ProbabilityGroup| Cell::outcome(&one.scores.as_ref().map(|it| it.observed_rate), Cell::Percent);
        let shared = [
            Shown { name: "n", unit: String::new(), cell: Box::new(|one: &ProbabilityGroup| Cell::Count(one.n as u64)) },
            Shown { name: "Observed", unit: "%".to_owned(), cell: Box::new(observed) },
        ];
        let mean = |one: &ProbabilityGroup| Cell::outcome(&one.scores.as_ref().map(|it| it.mean_predicted), Cell::Percent);
        let each = [
            Shown { name: "mean PD", unit: "%".to_owned(), cell: Box::new(mean) },
            Shown { name: "AUC", unit: String::new(), cell: Box::new(|one: &ProbabilityGroup| Cell::outcome(&one.auc, short)) },
        ];
        by_group((&format!("probability-by-{kind}"), &format!("Default forecasts by {kind}")), kind, &probabilities, &shared, &each)
    };
    let found = [(!means.is_empty()).then(of_means), (!probabilities.is_empty()).then(of_probabilities)];
    found.into_iter().flatten()
}

/// Every measure of every model, a row a group and model.
pub(super) fn records(material: &Material<'_>, kind: &str) -> impl Iterator<Item = Table> {
    let (means, probabilities) = (means(material, kind), probabilities(material, kind));
    let found = [
        (!means.is_empty()).then(|| mean_groups(material, kind, &means)),
        (!probabilities.is_empty()).then(|| probability_groups(kind, &probabilities)),
    ];
    found.into_iter().flatten()
}

fn means<'a>(material: &Material<'a>, kind: &str) -> Models<'a, MeanErrors> {
    let groups = |case: &'a crate::stat::mean::MeanCase| if kind == "year" { &case.by_year } else { &case.by_segment };
    material.summary.means.iter().map(|model| (model.subject.model.as_str(), groups(&model.case).as_slice())).collect()
}

fn probabilities<'a>(material: &Material<'a>, kind: &str) -> Models<'a, ProbabilityGroup> {
    let groups = |case: &'a crate::stat::credit::ProbabilityCase| if kind == "year" { &case.by_year } else { &case.by_segment };
    material.summary.probabilities.iter().map(|model| (model.subject.model.as_str(), groups(&model.case).as_slice())).collect()
}

/// A row a group: what all models share, taken of the first that has the group, then each measure with a column a model.
fn by_group<T>((id, title): (&str, &str), kind: &str, models: &Models<'_, T>, shared: &[Shown<'_, T>], each: &[Shown<'_, T>]) -> Table {
    let drawn = &models[..models.len().min(N_MODELS)];
    let mut columns = vec![Column::words(capital(kind))];
    columns.extend(shared.iter().map(|one| Column::numbers(one.name, &one.unit)));
    for one in each {
        columns.extend(drawn.iter().map(|(model, _)| Column::numbers(format!("{model}, {}", one.name), &one.unit)));
    }
    let rest = match models.len() - drawn.len() {
        0 => String::new(),
        n => format!(" {n} more models in the record."),
    };
    let of_first =
        drawn.first().map_or(String::new(), |(model, _)| format!(" n: rows that `{model}` forecast, or the first model that has the group."));
    let mut table = Table::new(id, title, columns).note(format!("{}{of_first}{rest}", group_note(kind)));
    let mut groups: BTreeMap<String, &T> = BTreeMap::new();
    for Grouped { group, value } in models.iter().flat_map(|(_, groups)| *groups) {
        groups.entry(group.to_string()).or_insert(value);
    }
    for (name, first) in groups {
        let mut row = vec![Cell::text(&name)];
        row.extend(shared.iter().map(|one| (one.cell)(first)));
        for one in each {
            row.extend(drawn.iter().map(|(_, groups)| {
                let found = groups.iter().find(|found| found.group.to_string() == name);
                found.map_or_else(|| Cell::na("no forecast"), |found| (one.cell)(&found.value))
            }));
        }
        table.rows.push(row);
    }
    table
}

fn group_note(kind: &str) -> &'static str {
    match kind {
        "year" => "Out of sample; years are those of `as_of`.",
        _ => "Out of sample.",
    }
}

fn mean_groups(material: &Material<'_>, kind: &str, models: &Models<'_, MeanErrors>) -> Table {
    let scale = scale(material);
    let columns = vec![
        Column::words(capital(kind)),
        Column::words("Model"),
        Column::numbers("n", ""),
        Column::numbers("Bias", &scale.unit),
        Column::numbers("RMSE", &scale.unit),
        Column::numbers("R2", "%"),
        Column::numbers("Rank IC", ""),
    ];
    let mut table = Table::new(format!("mean-errors-by-{kind}"), format!("Errors by {kind} and model"), columns).note(group_note(kind));
    for (model, groups) in models {
        for Grouped { group, value } in *groups {
            let errors = value.errors.as_ref();
            table.rows.push(vec![
                Cell::text(group.to_string()),
                Cell::code(*model),
                Cell::Count(value.n as u64),
                Cell::outcome(&errors.clone().map(|errors| errors.bias), scale.cell),
                Cell::outcome(&errors.map(|errors| errors.rmse), scale.cell),
                Cell::outcome(&value.r2, Cell::Percent),
                Cell::outcome(&value.rank_ic, |value| Cell::Number { value, digits: 3 }),
            ]);
        }
    }
    sorted(table)
}

fn probability_groups(kind: &str, models: &Models<'_, ProbabilityGroup>) -> Table {
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
    let mut table =
        Table::new(format!("probability-errors-by-{kind}"), format!("Default forecasts by {kind} and model"), columns).note(group_note(kind));
    for (model, groups) in models {
        for Grouped { group, value } in *groups {
            let scores = value.scores.as_ref();
            table.rows.push(vec![
                Cell::text(group.to_string()),
                Cell::code(*model),
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
