//! Vintages: expected against realised loss by quarter of origination.

use super::loan::{books, cells};
use crate::book::{LoanBook, LoanTotals, Vintage};
use crate::day::Day;
use crate::report::cell::Cell;
use crate::report::chart::{LineChart, Scale, Series, Zero, lines};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table, anchor};
use crate::report::section::pieces::{counted, span};

/// Colour of what came: none of the first models'.
const REALIZED: usize = 5;

/// Nothing without a loan book.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let Some((spec, books)) = books(material) else { return Vec::new() };
    let mut blocks = vec![Block::Subhead(Subhead::new("vintages", heading(&books[0]))), Block::Figure(figure(material, books))];
    blocks.extend(books.iter().map(|book| Block::Table(table(book, &spec.exposure))));
    blocks
}

fn expected_rate(totals: &LoanTotals) -> Option<f64> {
    (0.0 < totals.exposure).then(|| totals.expected_loss / totals.exposure)
}

fn heading(book: &LoanBook) -> String {
    let beyond = book.vintages.iter().filter(|vintage| vintage.totals.expected_loss < vintage.totals.realized_loss).count();
    format!("Vintages: losses exceeded those expected by `{}` in {beyond} of {}", book.model, counted(book.vintages.len(), "quarter", "quarters"))
}

/// "2009 Q2" of a quarter's first day.
fn quarter(start: Day) -> String {
    format!("{} Q{}", start.year(), (start.month() - 1) / 3 + 1)
}

fn figure(material: &Material<'_>, books: &[LoanBook]) -> Figure {
    let line = |name: String, color: usize, vintages: &[Vintage], rate: fn(&LoanTotals) -> Option<f64>| {
        let points = vintages.iter().filter_map(|vintage| rate(&vintage.totals).map(|rate| (vintage.start, rate))).collect();
        Series { name, color, points }
    };
    let mut series: Vec<Series> =
        books.iter().map(|book| line(format!("{}, expected", book.model), material.color(&book.model), &book.vintages, expected_rate)).collect();
    let first = &books[0];
    series.push(line("realised".to_owned(), REALIZED, &first.vintages, |totals| totals.realized_loss_rate));
    let gap = |vintage: &&Vintage| vintage.totals.realized_loss_rate.unwrap_or(0.0) - expected_rate(&vintage.totals).unwrap_or(0.0);
    let worst = first.vintages.iter().max_by(|a, b| gap(a).total_cmp(&gap(b)));
    let worst = worst.map_or(String::new(), |vintage| format!("The gap of `{}` is widest for {}. ", first.model, quarter(vintage.start)));
    let chart = LineChart {
        label: "Expected and realised loss rates by vintage".to_owned(),
        y_title: "Loss, % of exposure".to_owned(),
        scale: Scale::Percent,
        zero: Zero::Shown,
        series,
    };
    let note = format!(
        "{worst}Realised where it lies above a model's line: the model expected too little. n = {} loans of {}, {}.",
        format::count(first.total.n as u64),
        counted(first.vintages.len(), "quarter", "quarters"),
        span(first.vintages.first().map(|vintage| vintage.start), first.vintages.last().map(|vintage| vintage.start.plus_months(3).plus_days(-1)))
    );
    Figure::new("vintage-figure", "Expected and realised loss by quarter of origination", note, lines(&chart))
}

fn table(book: &LoanBook, exposure: &str) -> Table {
    let columns = vec![
        Column::words("Quarter"),
        Column::numbers("Loans", "n"),
        Column::numbers("Mean PD", "%"),
        Column::numbers("Default rate", "%"),
        Column::numbers("Exposure", exposure),
        Column::numbers("Expected loss", ""),
        Column::numbers("Realised loss", ""),
        Column::numbers("Realised / expected", ""),
        Column::numbers("Loss rate", "% of exposure"),
    ];
    let mut table = Table::new(format!("vintages-{}", anchor(&book.model)), format!("Expected and realised loss of `{}` by quarter of origination", book.model), columns)
        .note(format!("Loans judged whose outcome is known; losses in the currency of `{exposure}`. The last quarters hold fewer loans where outcomes are not known yet."));
    for vintage in &book.vintages {
        table.rows.push(std::iter::once(Cell::text(quarter(vintage.start))).chain(cells(&vintage.totals)).collect());
    }
    table
}
