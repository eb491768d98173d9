//! Profit and exposure by segment, for every book.

use crate::day::Day;
use crate::report::cell::Cell;
use crate::report::chart::{LineChart, Scale, Series, Size, Style, Zero, lines};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table};
use crate::report::section::pieces::{counted, percent};
use crate::stat::{SegmentOfBook, StrategySummary};

/// Nothing where the spec names no segment.
pub(super) fn blocks(material: &Material<'_>, first: &StrategySummary) -> Vec<Block> {
    if first.segments.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Subhead(Subhead::new("book-segments", heading(first))), Block::Table(table(material))];
    blocks.extend(exposure(first).map(Block::Figure));
    blocks
}

/// Net exposure to each segment over time; `None` where nothing was held.
fn exposure(first: &StrategySummary) -> Option<Figure> {
    let months: Vec<Vec<(Day, f64)>> = first.segments.iter().map(|segment| by_month(&segment.net_by_date)).collect();
    let points = first.segments.iter().zip(&months).flat_map(|(segment, months)| months.iter().map(move |(day, net)| (segment, *day, *net)));
    let (segment, day, net) = points.reduce(|most, next| if most.2.abs() < next.2.abs() { next } else { most })?;
    let line = |idx: usize| Series { name: first.segments[idx].segment.clone(), color: Style::Series(idx), points: months[idx].clone() };
    let chart = LineChart {
        label: format!("Net exposure of {} by segment", first.model),
        y_title: "Net exposure, % of capital".to_owned(),
        scale: Scale::Percent,
        zero: Zero::Shown,
        series: (0..months.len()).map(line).collect(),
    };
    let title = format!(
        "Largest monthly net exposure of `{}` to a segment: {} in {}, {}-{:02}",
        first.model,
        percent(net),
        segment.segment,
        day.year(),
        day.month()
    );
    let note = format!(
        "Sum of the weights held in a segment, mean over the month's dates on which it was held, drawn on the first of them. n = {}.",
        counted(first.n_days, "date", "dates")
    );
    Some(Figure::half("segment-exposure", title, note, lines(&chart, Size::Half)))
}

/// Means by calendar month, each on its first date.
fn by_month(points: &[(Day, f64)]) -> Vec<(Day, f64)> {
    let same = |a: &(Day, f64), b: &(Day, f64)| (a.0.year(), a.0.month()) == (b.0.year(), b.0.month());
    points.chunk_by(same).map(|month| (month[0].0, month.iter().map(|(_, value)| value).sum::<f64>() / month.len() as f64)).collect()
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
