//! Discrimination: are defaults scored above the rest? And the scores of the forecasts by themselves.

mod drift;
mod profile;
mod rate;

pub(super) use rate::figure as rates;

use super::best;
use crate::report::cell::Cell;
use crate::report::chart::{RocChart, RocCurve, Size, roc};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table};
use crate::report::section::pieces::{count, of, period, whole};
use crate::stat::credit::{JEFFREYS, ProbabilityCase};
use crate::stat::{Assessed, Decision, Discrimination, Interval, Outcome};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let models = &material.summary.probabilities;
    let mut blocks = vec![Block::Subhead(Subhead::new("discrimination", heading(models))), Block::Table(table(material))];
    blocks.push(Block::Figure(figure(material)));
    blocks.extend(profile::figures(material).into_iter().map(Block::Figure));
    blocks.extend(drift::figure(material).map(Block::Figure));
    blocks.push(Block::Table(scores(models)));
    blocks.extend(rates(material, Size::Wide).map(Block::Figure));
    blocks
}

fn heading(models: &[Assessed<ProbabilityCase>]) -> String {
    let Some((first, found)) = best(models) else { return "Discrimination".to_owned() };
    let others: Vec<Assessed<ProbabilityCase>> = models.iter().filter(|model| model.subject.model != first.subject.model).cloned().collect();
    match best(&others) {
        Some((second, behind)) => {
            format!(
                "Discrimination: `{}` is {} of AUC ahead of `{}`",
                first.subject.model,
                format::fixed(found.auc - behind.auc, 3),
                second.subject.model
            )
        }
        None => format!(
            "Discrimination: `{}` puts a default above a non-default {} times in 100",
            first.subject.model,
            format::fixed(100.0 * found.auc, 0)
        ),
    }
}

fn table(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Rows", "n"),
        Column::numbers("Defaults", ""),
        Column::numbers("AUC", ""),
        Column::numbers("from", "95 %"),
        Column::numbers("to", "95 %"),
        Column::numbers("Gini", ""),
        Column::numbers("KS", ""),
        Column::numbers("KS at PD", "%"),
    ];
    let mut table = Table::new("discrimination-table", "Are defaults scored above the rest?", columns).note(
        "AUC: the chance that a default is scored above a non-default, ties half; 0.5 is no skill. Interval: DeLong, rows taken as independent; models are scored on the same rows, so that overlapping intervals do not make them equal. KS: largest distance of the two classes' distribution functions, and the forecast at which it is.",
    );
    if material.summary.probabilities.iter().any(|model| model.decision(&JEFFREYS) == Decision::Descriptive) {
        table.note.push_str(" A loan has several rows whose targets overlap: the interval is too narrow, descriptive only.");
    }
    table.shown = material.summary.probabilities.len();
    for model in &material.summary.probabilities {
        let found = &model.case.discrimination;
        let number = |value: fn(&Discrimination) -> f64| of(found, value, digits);
        let end = |value: fn(&Interval) -> f64| Cell::outcome(&found.as_ref().and_then(|found| found.auc_interval.as_ref().map(value)), digits);
        let at = found.as_ref().and_then(|found| match found.ks_point.threshold {
            Some(threshold) => Outcome::Value(threshold),
            None => Outcome::undefined("no forecast tells the classes apart"),
        });
        table.rows.push(vec![
            Cell::code(&model.subject.model),
            count(model.case.all.n),
            of(found, |found| found.n_defaults as f64, whole),
            number(|found| found.auc),
            end(|interval| interval.low),
            end(|interval| interval.high),
            number(|found| found.gini),
            number(|found| found.ks),
            Cell::outcome(&at, Cell::Percent),
        ]);
    }
    table
}

/// Three significant digits are what some ten thousand rows tell.
fn digits(value: f64) -> Cell {
    Cell::Number { value, digits: 3 }
}

fn figure(material: &Material<'_>) -> Figure {
    let curve = |model: &Assessed<ProbabilityCase>| {
        let found = model.case.discrimination.value()?;
        let points = found.roc.iter().map(|point| (point.false_positive_rate, point.true_positive_rate)).collect();
        Some(RocCurve { name: model.subject.model.clone(), color: material.color(&model.subject.model), auc: found.auc, points })
    };
    let models = &material.summary.probabilities;
    let chart = RocChart { label: "Receiver operating characteristic of the models".to_owned(), curves: models.iter().filter_map(curve).collect() };
    let n = best(models).map_or(String::new(), |(_, found)| {
        format!(" n = {} rows, {} defaults,", format::count(found.n as u64), format::count(found.n_defaults as u64))
    });
    let note = format!("The further a curve bends to the upper left, the more defaults are flagged for the others flagged.{n} {}.", period(material));
    Figure::half("roc", "ROC curve", note, roc(&chart, Size::Half))
}

fn scores(models: &[Assessed<ProbabilityCase>]) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Rows", "n"),
        Column::numbers("Brier score", ""),
        Column::numbers("Log loss", "nats"),
        Column::numbers("Mean PD", "%"),
        Column::numbers("Observed rate", "%"),
    ];
    let mut table = Table::new("probability-scores", "How close are the forecasts to what came?", columns)
        .note("Brier: mean squared distance of the PD from 0 or 1. Log loss: mean negative log likelihood, natural logarithms. Smaller is better; both blend discrimination and calibration.");
    table.shown = models.len();
    for model in models {
        let found = &model.case.all.scores;
        table.rows.push(vec![
            Cell::code(&model.subject.model),
            count(model.case.all.n),
            of(found, |scores| scores.brier, Cell::number),
            of(found, |scores| scores.log_loss, Cell::number),
            of(found, |scores| scores.mean_predicted, Cell::Percent),
            of(found, |scores| scores.observed_rate, Cell::Percent),
        ]);
    }
    table
}
