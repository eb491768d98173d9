//! Profit and exposure by segment, for every book.

use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Subhead, Table};
use crate::report::section::pieces::{counted, percent};
use crate::stat::{SegmentOfBook, StrategySummary};

/// Nothing where the spec names no segment.
pub(super) fn blocks(material: &Material<'_>, first: &StrategySummary) -> Vec<Block> {
    if first.segments.is_empty() {
        return Vec::new();
    }
    vec![Block::Subhead(Subhead::new("book-segments", heading(first))), Block::Table(table(material))]
}

fn heading(first: &StrategySummary) -> String {
    let by_profit = |a: &&SegmentOfBook, b: &&SegmentOfBook| a.net_return.total_cmp(&b.net_return);
    let gained = first.segments.iter().filter(|segment| 0.0 < segment.net_return).count();
    let of = format!("`{}` gained in {gained} of {}", first.model, counted(first.segments.len(), "segment", "segments"));
    match (first.segments.iter().max_by(by_profit), first.segments.iter().min_by(by_profit)) {
        (Some(best), Some(worst)) if 1 < first.segments.len() => {
            format!("{of}: most in {} ({}), least in {} ({})", best.segment, percent(best.net_return), worst.segment, percent(worst.net_return))
        }
        (_, _) => of,
    }
}

fn table(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::words("Segment"),
        Column::numbers("Names", ""),
        Column::numbers("Net P&L", "%"),
        Column::numbers("Costs", "%"),
        Column::numbers("Gross exposure, mean", "%"),
        Column::numbers("Net exposure, mean", "%"),
    ];
    let mut table = Table::new("book-segments-table", "P&L by segment", columns).note(
        "Shares of capital, summed over the dates and not compounded; the segments together are the sum of the daily net returns. A name stands in the segment of its row on the date, or of its last row.",
    );
    for summary in &material.summary.strategies {
        let row = |segment: &SegmentOfBook| {
            vec![
                Cell::code(&summary.model),
                Cell::text(&segment.segment),
                Cell::Count(segment.n_names as u64),
                Cell::Percent(segment.net_return),
                Cell::Percent(segment.cost),
                Cell::Percent(segment.gross_exposure),
                Cell::Percent(segment.net_exposure),
            ]
        };
        table.rows.extend(summary.segments.iter().map(row));
    }
    table
}
