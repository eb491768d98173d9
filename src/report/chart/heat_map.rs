//! Heat map: returns by year and month. The signed number is printed in every cell, so colour is never needed.

use crate::report::format;

use super::canvas::{Size, no_data};
use super::month_grid::{MonthCell, YearRow, cell_width, month_grid};
use super::style::Tone;
use super::text::text_width;

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
pub(crate) fn heat_map(chart: &HeatMap, size: Size) -> String {
    let values = || chart.rows.iter().flat_map(|row| row.months).flatten().filter(|value| value.is_finite());
    if values().next().is_none() {
        return no_data(&chart.label, "no month was held");
    }
    // One outlying month must not bleach the others: the scale ends at three quarters of the largest.
    let end = 0.75 * values().map(f64::abs).fold(0.0, f64::max);
    let known = |value: &Option<f64>| value.filter(|value| value.is_finite());
    let cell = |value: f64, tone: Option<Tone>| MonthCell { text: signed(value, cell_width(size)), tone };
    let row = |row: &HeatRow| -> YearRow {
        let months = row.months.iter().map(|value| known(value).map(|value| cell(value, Some(tone(value, end)))));
        (row.year, months.chain([known(&row.total).map(|value| cell(value, None))]).collect())
    };
    let rows: Vec<YearRow> = chart.rows.iter().map(row).collect();
    month_grid(&chart.label, &chart.title, &rows, size)
}

fn tone(value: f64, end: f64) -> Tone {
    if end == 0.0 {
        return Tone::Heat(0);
    }
    Tone::Heat((4.0 * value / end).round().clamp(-4.0, 4.0) as i8)
}

/// Percent with a sign and a decimal, as far as `widest` pixels hold them.
fn signed(value: f64, widest: f64) -> String {
    let text = format::fixed(100.0 * value, 1);
    let text = if 0.0 < value && text != "0.0" { format!("+{text}") } else { text };
    if text_width(&text) <= widest {
        return text;
    }
    let plain = text.trim_start_matches('+').to_owned();
    if text_width(&plain) <= widest { plain } else { format::fixed(100.0 * value, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_prints_its_signed_number() {
        let mut months = [None; 12];
        (months[0], months[1], months[2]) = (Some(0.0213), Some(-0.105), Some(0.0));
        let mut chart = HeatMap { label: "h".into(), title: "Return, %".into(), rows: vec![HeatRow { year: 2008, months, total: Some(-0.086) }] };
        let svg = heat_map(&chart, Size::Wide);
        for text in [">+2.1<", ">−10.5<", ">0.0<", ">−8.6<", ">2008<", "class=\"f h0\"", "class=\"f h5\""] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        // Beside another figure cells are narrower: the plus goes first, then the decimal.
        let narrow = heat_map(&chart, Size::Half);
        assert!(narrow.contains(">+2.1<") && narrow.contains(">−10<") && narrow.contains(">−8.6<"), "{narrow}");
        chart.rows.clear();
        assert!(heat_map(&chart, Size::Wide).contains("No data"));
    }
}
