//! Heat map: returns by year and month. The signed number is printed in every cell, so colour is never needed.

use crate::report::format;

use super::axis::{Axis, Tick};
use super::canvas::{Anchor, Frame, HEAD, LINE, no_data, paint};
use super::style::Tone;

const ROW: i32 = 44;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A year of months.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeatRow {
    /// The year.
    pub(crate) year: i32,
    /// January to December, in decimals; `None` where nothing was held.
    pub(crate) months: [Option<f64>; 12],
    /// The year as a whole, in decimals.
    pub(crate) total: Option<f64>,
}

/// Returns by year and month.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeatMap {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit, such as "Return, %".
    pub(crate) title: String,
    /// Years in order.
    pub(crate) rows: Vec<HeatRow>,
}

/// Draws a year a row, a month a column, the year's total at the end.
#[must_use]
pub(crate) fn heat_map(chart: &HeatMap) -> String {
    let values = || chart.rows.iter().flat_map(|row| row.months).flatten().filter(|value| value.is_finite());
    if values().next().is_none() {
        return no_data(&chart.label, "no month was held");
    }
    // One outlying month must not bleach the others: the scale ends at three quarters of the largest.
    let end = 0.75 * values().map(f64::abs).fold(0.0, f64::max);
    let ticks = MONTHS.iter().chain(["Year"].iter()).enumerate().map(|(idx, name)| Tick { at: idx as f64, label: (*name).to_owned() }).collect();
    let x = Axis { from: -0.5, to: 12.5, ticks, title: String::new() };
    let y = Axis { from: 0.0, to: 1.0, ticks: vec![], title: chart.title.clone() };
    let height = HEAD + LINE + ROW * chart.rows.len() as i32 + 52;
    let frame = Frame { height: height as u32, label: chart.label.clone(), x, y, legend_lines: 0, right: 20, left: Some(84) };
    paint(&frame, |canvas| {
        for (idx, row) in chart.rows.iter().enumerate() {
            let top = canvas.top + ROW * idx as i32;
            canvas.words((canvas.left - 14, top + ROW / 2), &row.year.to_string(), Tone::Muted, Anchor::End);
            for (column, value) in row.months.iter().chain([&row.total]).enumerate() {
                let Some(value) = value.filter(|value| value.is_finite()) else { continue };
                let (left, _) = canvas.pixel((column as f64 - 0.5, 0.0));
                let (right, _) = canvas.pixel((column as f64 + 0.5, 0.0));
                if column < 12 {
                    canvas.block((left + 1, top + 1), (right - 1, top + ROW - 1), tone(value, end));
                }
                canvas.words((left.midpoint(right), top + ROW / 2), &signed(value), Tone::Ink, Anchor::Middle);
            }
        }
    })
}

fn tone(value: f64, end: f64) -> Tone {
    if end == 0.0 {
        return Tone::Heat(0);
    }
    Tone::Heat((4.0 * value / end).round().clamp(-4.0, 4.0) as i8)
}

fn signed(value: f64) -> String {
    let text = format::fixed(100.0 * value, 1);
    if 0.0 < value && text != "0.0" { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_prints_its_signed_number() {
        let mut months = [None; 12];
        (months[0], months[1], months[2]) = (Some(0.0213), Some(-0.105), Some(0.0));
        let mut chart = HeatMap { label: "h".into(), title: "Return, %".into(), rows: vec![HeatRow { year: 2008, months, total: Some(-0.086) }] };
        let svg = heat_map(&chart);
        for text in [">+2.1<", ">−10.5<", ">0.0<", ">−8.6<", ">2008<", "class=\"f h0\"", "class=\"f h5\""] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        chart.rows.clear();
        assert!(heat_map(&chart).contains("No data"));
    }
}
