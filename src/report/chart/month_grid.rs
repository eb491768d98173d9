//! Month grid: years by months, a word in every cell, so that colour is never needed.

use super::axis::{Axis, places};
use super::canvas::{Anchor, Frame, HEAD, LINE, Size, paint};
use super::style::Tone;

const ROW: f64 = 22.0;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A cell: what is written in it, its shade, what the pointer is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MonthCell {
    /// What is written.
    pub(super) text: String,
    /// Its shade; `None` for bare paper.
    pub(super) tone: Option<Tone>,
}

/// A year: twelve months, and the year as a whole.
pub(super) type YearRow = (i32, Vec<Option<MonthCell>>);

/// Width of a cell, for texts that are cut to it.
pub(super) fn cell_width(size: Size) -> f64 {
    (size.width() - 50.0) / 13.0 - 2.0
}

/// Draws a year a row, a month a column, the year as a whole at the end.
pub(super) fn month_grid(label: &str, title: &str, rows: &[YearRow], size: Size) -> String {
    let names = MONTHS.iter().chain(["Year"].iter()).map(|name| (*name).to_owned());
    let x = Axis { from: -0.5, to: 12.5, ..places(names, "") };
    let y = Axis { from: 0.0, to: 1.0, ticks: vec![], title: title.to_owned(), ends: <_>::default() };
    let height = HEAD + LINE + ROW * rows.len() as f64 + 26.0;
    let frame = Frame { size, height, label: label.to_owned(), x, y, legend_lines: 0, right: 10.0, left: Some(40.0) };
    paint(&frame, |canvas| {
        for (idx, (year, cells)) in rows.iter().enumerate() {
            let top = canvas.top + ROW * idx as f64;
            canvas.words((canvas.left - 6.0, top + 0.5 * ROW), &year.to_string(), Tone::Muted, Anchor::End);
            for (column, cell) in cells.iter().enumerate() {
                let Some(cell) = cell else { continue };
                let ((left, _), (right, _)) = (canvas.pixel((column as f64 - 0.5, 0.0)), canvas.pixel((column as f64 + 0.5, 0.0)));
                if let Some(tone) = cell.tone {
                    canvas.block((left + 0.5, top + 0.5), (right - 0.5, top + ROW - 0.5), tone);
                }
                canvas.words((0.5 * (left + right), top + 0.5 * ROW), &cell.text, Tone::Ink, Anchor::Middle);
            }
        }
    })
}
