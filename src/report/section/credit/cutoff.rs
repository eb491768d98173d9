//! Accuracy at the cut-off: what is decided rightly when loans from the cut-off up are flagged.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{of, percent, plain, whole};
use crate::stat::{Confusion, Outcome, ProbabilitySummary};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let models = &material.summary.probabilities;
    vec![Block::Subhead(Subhead::new("accuracy", heading(models))), Block::Table(table(models)), Block::Table(counts(models))]
}

fn cutoff(models: &[ProbabilitySummary]) -> Option<f64> {
    models.iter().find_map(|model| model.confusion.value()).map(|confusion| confusion.cutoff)
}

fn heading(models: &[ProbabilitySummary]) -> String {
    let recall = |model: &ProbabilitySummary| model.confusion.value().and_then(|confusion| confusion.recall.value().copied());
    let found =
        models.iter().filter_map(|model| recall(model).map(|recall| (model, recall))).reduce(|best, next| if best.1 < next.1 { next } else { best });
    match (cutoff(models), found) {
        (Some(cutoff), Some((model, recall))) => {
            format!("At a cut-off of {} % `{}` finds {} of the defaults", plain(100.0 * cutoff), model.model, percent(recall))
        }
        (_, _) => "Accuracy at the cut-off".to_owned(),
    }
}

fn table(models: &[ProbabilitySummary]) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Rows", "n"),
        Column::numbers("Cut-off", "%"),
        Column::numbers("Accuracy", "%"),
        Column::numbers("Precision", "%"),
        Column::numbers("Recall", "%"),
        Column::numbers("F1", ""),
        Column::numbers("Flagging none", "% accuracy"),
    ];
    let mut table = Table::new("accuracy-table", "Decisions at the cut-off", columns).note(
        "Flagged: PD at or above the cut-off (that of the loan book, else 50 %). Accuracy: share decided rightly; where defaults are rare it is high without any skill, so that of flagging none stands beside. Precision: share of the flagged that defaulted. Recall: share of the defaults that were flagged. F1: their harmonic mean.",
    );
    table.shown = models.len();
    for model in models {
        let found = &model.confusion;
        let share = |value: fn(&Confusion) -> Outcome<f64>, cell: fn(f64) -> Cell| Cell::outcome(&found.as_ref().and_then(value), cell);
        table.rows.push(vec![
            Cell::code(&model.model),
            of(found, |confusion| confusion.n as f64, whole),
            of(found, |confusion| confusion.cutoff, Cell::Percent),
            of(found, |confusion| confusion.accuracy, Cell::Percent),
            share(|confusion| confusion.precision.clone(), Cell::Percent),
            share(|confusion| confusion.recall.clone(), Cell::Percent),
            share(|confusion| confusion.f1.clone(), |value| Cell::Number { value, digits: 3 }),
            of(found, |confusion| (confusion.n_true_negative + confusion.n_false_positive) as f64 / confusion.n as f64, Cell::Percent),
        ]);
    }
    table
}

fn counts(models: &[ProbabilitySummary]) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Flagged", "defaulted"),
        Column::numbers("Flagged", "did not"),
        Column::numbers("Not flagged", "defaulted"),
        Column::numbers("Not flagged", "did not"),
    ];
    let mut table = Table::new("confusion", "Loans by decision and outcome", columns);
    table.shown = models.len();
    for model in models {
        let n = |value: fn(&Confusion) -> usize| of(&model.confusion, |confusion| value(confusion) as f64, whole);
        table.rows.push(vec![
            Cell::code(&model.model),
            n(|confusion| confusion.n_true_positive),
            n(|confusion| confusion.n_false_positive),
            n(|confusion| confusion.n_false_negative),
            n(|confusion| confusion.n_true_negative),
        ]);
    }
    table
}
