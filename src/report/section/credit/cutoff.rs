//! Accuracy at the cut-off: what is decided rightly when loans from the cut-off up are flagged.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{capital, of, percent, plain, row_words, whole};
use crate::stat::credit::ProbabilityCase;
use crate::stat::{Assessed, Confusion, Outcome};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let models = &material.summary.probabilities;
    let (_, many) = row_words(material.summary.observation);
    vec![Block::Subhead(Subhead::new("accuracy", heading(models))), Block::Table(table(models)), Block::Table(counts(models, many))]
}

/// The first model at work, not the one that flags most: who flags all finds every default.
fn heading(models: &[Assessed<ProbabilityCase>]) -> String {
    let flags = |model: &Assessed<ProbabilityCase>| {
        let confusion = model.case.confusion.value()?;
        let recall = *confusion.recall.value()?;
        let n_good = confusion.n_false_positive + confusion.n_true_negative;
        (0 < n_good && 0.0 < recall).then(|| (confusion.cutoff, recall, confusion.n_false_positive as f64 / n_good as f64))
    };
    match models.iter().find_map(|model| Some((model, flags(model)?))) {
        Some((model, (cutoff, recall, fall_out))) => {
            let (recall, fall_out) = (percent(recall), percent(fall_out));
            format!("At a cut-off of {} % `{}` flags {recall} of defaults and {fall_out} of the others", plain(100.0 * cutoff), model.subject.model)
        }
        None => "Decisions at the cut-off".to_owned(),
    }
}

fn table(models: &[Assessed<ProbabilityCase>]) -> Table {
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
        "Flagged: PD at or above the cut-off (that of the loan book, else 50 %). Accuracy: share decided rightly; where defaults are rare, flagging none is accurate too. Precision: share of the flagged that defaulted. Recall: share of the defaults that were flagged. F1: their harmonic mean.",
    );
    table.shown = models.len();
    for model in models {
        let found = &model.case.confusion;
        let share = |value: fn(&Confusion) -> Outcome<f64>, cell: fn(f64) -> Cell| Cell::outcome(&found.as_ref().and_then(value), cell);
        table.rows.push(vec![
            Cell::code(&model.subject.model),
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

fn counts(models: &[Assessed<ProbabilityCase>], many: &str) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Flagged", "defaulted"),
        Column::numbers("Flagged", "did not"),
        Column::numbers("Not flagged", "defaulted"),
        Column::numbers("Not flagged", "did not"),
    ];
    let mut table = Table::new("confusion", format!("{} by decision and outcome", capital(many)), columns);
    table.shown = models.len();
    for model in models {
        let n = |value: fn(&Confusion) -> usize| of(&model.case.confusion, |confusion| value(confusion) as f64, whole);
        table.rows.push(vec![
            Cell::code(&model.subject.model),
            n(|confusion| confusion.n_true_positive),
            n(|confusion| confusion.n_false_positive),
            n(|confusion| confusion.n_false_negative),
            n(|confusion| confusion.n_true_negative),
        ]);
    }
    table
}
