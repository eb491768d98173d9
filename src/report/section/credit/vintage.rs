//! Vintages: expected against realised loss by quarter of `as_of`: of origination, or of observation in a panel.

use super::loan::{behind, books, cells, headings};
use crate::book::{LoanBook, LoanTotals, Vintage};
use crate::day::Day;
use crate::feature::Observation;
use crate::report::cell::Cell;
use crate::report::chart::{LineChart, Scale, Series, Size, Style, Zero, lines};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table, anchor};
use crate::report::section::pieces::{MIN_OUTCOMES, counted, span};

/// Quarters printed: ten years, for a vintage left out is a hole in the argument.
const N_SHOWN: usize = 40;

/// Nothing without a loan book.
pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let Some((spec, books)) = books(material) else { return Vec::new() };
    let rows = material.summary.observation;
    let mut blocks = vec![Block::Subhead(Subhead::new("vintages", heading(&books[0], rows))), Block::Figure(figure(material, books))];
    blocks.extend(books.iter().map(|book| Block::Table(table(book, &spec.exposure, rows))));
    blocks
}

fn expected_rate(totals: &LoanTotals) -> Option<f64> {
    (0.0 < totals.exposure).then(|| totals.expected_loss / totals.exposure)
}

/// What the quarter of a row's `as_of` is. One row a loan: taken to be the day it was made.
fn quarter_of(rows: Observation) -> &'static str {
    match rows {
        Observation::Entity => "quarter of origination",
        Observation::Yearly | Observation::Quarterly | Observation::Monthly | Observation::Dated => "quarter of observation",
    }
}

fn heading(book: &LoanBook, rows: Observation) -> String {
    let told: Vec<&Vintage> = book.vintages.iter().filter(|vintage| MIN_OUTCOMES <= vintage.totals.n).collect();
    let beyond = told.iter().filter(|vintage| vintage.totals.expected_loss < vintage.totals.realized_loss).count();
    let by = match rows {
        Observation::Entity => "Vintages",
        Observation::Yearly | Observation::Quarterly | Observation::Monthly | Observation::Dated => "By quarter of observation",
    };
    format!(
        "{by}: losses exceeded those `{}` expected in {beyond} of {} of at least {MIN_OUTCOMES} loans",
        book.model,
        counted(told.len(), "quarter", "quarters")
    )
}

/// "2009 Q2" of a quarter's first day.
fn quarter(start: Day) -> String {
    format!("{} Q{}", start.year(), (start.month() - 1) / 3 + 1)
}

fn figure(material: &Material<'_>, books: &[LoanBook]) -> Figure {
    let line = |name: String, color: Style, vintages: &[Vintage], rate: fn(&LoanTotals) -> Option<f64>| {
        let points = vintages.iter().filter_map(|vintage| rate(&vintage.totals).map(|rate| (vintage.start, rate))).collect();
        Series { name, color, points }
    };
    let mut series: Vec<Series> =
        books.iter().map(|book| line(format!("{}, expected", book.model), material.color(&book.model), &book.vintages, expected_rate)).collect();
    let first = &books[0];
    series.push(line("realised".to_owned(), Style::Truth, &first.vintages, |totals| totals.realized_loss_rate));
    let gap = |vintage: &Vintage| Some((vintage.start, vintage.totals.realized_loss_rate? - expected_rate(&vintage.totals)?));
    let worst = first.vintages.iter().filter_map(gap).filter(|(_, gap)| 0.0 < *gap).max_by(|a, b| a.1.total_cmp(&b.1));
    let worst =
        worst.map_or(String::new(), |(start, _)| format!("`{}` fell short most, in points of loss rate, for {}. ", first.model, quarter(start)));
    let chart = LineChart {
        label: format!("Expected and realised loss rates by {}", quarter_of(material.summary.observation)),
        y_title: "Loss, % of exposure".to_owned(),
        scale: Scale::Percent,
        zero: Zero::Shown,
        series,
    };
    let note = format!(
        "{worst}Where realised lies above a model's line, its PD x LGD was too little. n = {} in {}, {}.",
        behind(&first.total, material.summary.observation),
        counted(first.vintages.len(), "quarter", "quarters"),
        span(first.vintages.first().map(|vintage| vintage.start), first.vintages.last().map(|vintage| vintage.start.plus_months(3).plus_days(-1)))
    );
    let title = format!("Expected and realised loss by {}", quarter_of(material.summary.observation));
    Figure::new("vintage-figure", title, note, lines(&chart, Size::Wide))
}

fn table(book: &LoanBook, exposure: &str, rows: Observation) -> Table {
    let mut columns = vec![Column::words("Quarter")];
    columns.extend(headings(book, rows));
    let title = format!("Expected and realised loss of `{}` by {}", book.model, quarter_of(rows));
    let mut table = Table::new(format!("vintages-{}", anchor(&book.model)), title, columns)
        .note(format!("Known outcomes only: the last quarters may hold fewer. Losses in the currency of `{exposure}`."));
    table.shown = N_SHOWN;
    for vintage in &book.vintages {
        table.rows.push(std::iter::once(Cell::text(quarter(vintage.start))).chain(cells(book, &vintage.totals)).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panels_quarters_are_those_of_observation() {
        assert_eq!(quarter_of(Observation::Entity), "quarter of origination");
        assert_eq!(quarter_of(Observation::Monthly), "quarter of observation");
    }
}
