//! Columns: an amount by place, such as years, quantiles of a forecast, horizons or periods.

use crate::report::format;

use super::axis::{Scale, numbers, places};
use super::canvas::{Anchor, Canvas, Frame, Size, no_data, paint};
use super::style::{Style, Tone};
use super::text::text_width;

/// An amount at its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// Name below it.
    pub(crate) name: String,
    /// Its height; what is not finite leaves the place empty.
    pub(crate) value: f64,
    /// Lower and upper end of its interval, where it has one.
    pub(crate) interval: Option<(f64, f64)>,
    /// Cases behind it; 0 where that is said elsewhere.
    pub(crate) n: u64,
}

/// A height that columns are held against.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Level {
    /// Where.
    pub(crate) at: f64,
    /// What it is, such as "0.25: moved".
    pub(crate) name: String,
}

/// Columns side by side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ColumnChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// What the places are, with unit.
    pub(crate) x_title: String,
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// How the vertical axis is written.
    pub(crate) scale: Scale,
    /// Whose they are.
    pub(crate) color: Style,
    /// From left to right.
    pub(crate) columns: Vec<Column>,
    /// Heights to compare with.
    pub(crate) levels: Vec<Level>,
    /// Lower and upper end of what chance would give, where that is one band.
    pub(crate) band: Option<(f64, f64)>,
}

/// Draws columns with their numbers and intervals, levels as lines, and the band behind them.
#[must_use]
pub(crate) fn columns(chart: &ColumnChart, size: Size) -> String {
    let known = || chart.columns.iter().filter(|column| column.value.is_finite());
    if known().next().is_none() {
        return no_data(&chart.label, "there is nothing to compare");
    }
    let ends = |column: &Column| finite(column.interval).map_or([column.value; 2], |(low, high)| [low, high]);
    let heights = known().flat_map(|column| [column.value].into_iter().chain(ends(column)));
    let levels = chart.levels.iter().map(|level| level.at).chain(finite(chart.band).into_iter().flat_map(|(low, high)| [low, high]));
    let heights: Vec<f64> = heights.chain(levels).chain([0.0]).collect();
    let (low, high) = heights.iter().fold((0.0_f64, 0.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
    // Room for the numbers below what is negative and above what is positive.
    let pad = 0.08 * (high - low);
    let room = [(low < 0.0).then_some(low - pad), (0.0 < high).then_some(high + pad)];
    let y = numbers(heights.into_iter().chain(room.into_iter().flatten()), chart.scale, &chart.y_title);
    let x = places(chart.columns.iter().map(|column| column.name.clone()), &chart.x_title);
    let right = chart.levels.iter().map(|level| text_width(&level.name) + 8.0).fold(10.0, f64::max);
    let frame = Frame { size, height: size.height(260.0), label: chart.label.clone(), x, y, legend_lines: 0, right, left: None };
    paint(&frame, |canvas| {
        for level in &chart.levels {
            let ((_, y), left, right) = (canvas.pixel((0.0, level.at)), canvas.left, canvas.right);
            canvas.dashed_stroke((left, y), (right, y), Tone::Ink, "6 3");
            canvas.words((right + 6.0, y), &level.name, Tone::Ink, Anchor::Start);
        }
        for (idx, column) in chart.columns.iter().enumerate().filter(|(_, column)| column.value.is_finite()) {
            draw(canvas, chart, idx, column);
        }
        for end in finite(chart.band).into_iter().flat_map(|(low, high)| [low, high]) {
            let ((_, y), left, right) = (canvas.pixel((0.0, end)), canvas.left, canvas.right);
            canvas.dashed_stroke((left, y), (right, y), Tone::Ink, "3 2");
        }
    })
}

fn draw(canvas: &mut Canvas, chart: &ColumnChart, idx: usize, column: &Column) {
    let (place, half) = (idx as f64, 0.36);
    let (low, high) = (canvas.pixel((place - half, 0.0)), canvas.pixel((place + half, column.value)));
    let interval = finite(column.interval);
    // Light behind whiskers and bands, or they would not be seen.
    let tone = if interval.is_some() || chart.band.is_some() { chart.color.soft() } else { chart.color.tone() };
    canvas.block(low, high, tone);
    let middle = 0.5 * (low.0 + high.0);
    let (mut top, mut bottom) = (high.1.min(low.1), high.1.max(low.1));
    let mut title = format!("{}: {}", column.name, chart.scale.write_value(column.value));
    if let Some((from, to)) = interval {
        let ((_, from_y), (_, to_y)) = (canvas.pixel((0.0, from)), canvas.pixel((0.0, to)));
        let dark = chart.color.tone();
        canvas.block((middle - 0.7, from_y), (middle + 0.7, to_y), dark);
        for y in [from_y, to_y] {
            canvas.block((middle - 4.0, y - 0.6), (middle + 4.0, y + 0.6), dark);
        }
        canvas.dot((place, column.value), 3.0, dark);
        (top, bottom) = (top.min(to_y), bottom.max(from_y));
        title = format!("{title} ({} to {})", chart.scale.write_value(from), chart.scale.write_value(to));
    }
    if 0 < column.n {
        title = format!("{title}, n = {}", format::count(column.n));
    }
    let written = short(chart.scale, column.value);
    // A number is written where its neighbours' leave room for it.
    if text_width(&written) + 2.0 <= canvas.pixel((1.0, 0.0)).0 - canvas.pixel((0.0, 0.0)).0 {
        let above = 0.0 <= column.value;
        let room = if above { (top - 9.0).max(canvas.top - 8.0) } else { (bottom + 9.0).min(canvas.bottom - 7.0) };
        canvas.words_over((middle, room), &written, Anchor::Middle);
    }
    canvas.titled((low.0, top), (high.0, bottom), &title);
}

fn finite(pair: Option<(f64, f64)>) -> Option<(f64, f64)> {
    pair.filter(|(low, high)| low.is_finite() && high.is_finite())
}

/// Two digits, three from 100 on: the axis holds the scale.
fn short(scale: Scale, value: f64) -> String {
    let value = match scale {
        Scale::Number => value,
        Scale::Percent => 100.0 * value,
    };
    let decimals = match value.abs() {
        size if !(1e-12..9.95).contains(&size) => 0,
        size if 0.995 <= size => 1,
        size if 0.0995 <= size => 2,
        _ => 3,
    };
    format::fixed(value, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[f64]) -> ColumnChart {
        let columns =
            values.iter().enumerate().map(|(idx, &value)| Column { name: (2_000 + idx).to_string(), value, interval: None, n: 0 }).collect();
        let (label, x_title, y_title) = ("c".into(), String::new(), "Return, %".into());
        ColumnChart { label, x_title, y_title, scale: Scale::Percent, color: Style::Series(0), columns, levels: vec![], band: None }
    }

    #[test]
    fn columns_carry_their_numbers_and_stand_on_zero() {
        let svg = columns(&chart(&[0.2, -0.1]), Size::Wide);
        assert!(svg.contains(">20<") && svg.contains(">−10<") && svg.contains(">2001<"), "{svg}");
        // From −12.4 to 22.4 % (room for the numbers): zero and 20 % lie at 22.4 and 2.4 of 34.8 parts, inside the axis' own margin.
        assert!(svg.contains("y=\"43.3\" width=") && svg.contains("y=\"158.9\" width="), "{svg}");
        assert!(columns(&chart(&[]), Size::Wide).contains("No data"));
        assert!(columns(&chart(&[f64::NAN]), Size::Half).contains("No data"));
        assert!(!columns(&chart(&[f64::NAN, 0.0, 0.0]), Size::Half).contains("NaN"));
    }

    #[test]
    fn intervals_levels_and_bands_lie_within_the_axis() {
        let mut chart = chart(&[0.05]);
        chart.columns[0].interval = Some((0.01, 0.09));
        chart.columns[0].n = 1_234;
        chart.levels = vec![Level { at: 0.25, name: "25 % moved".into() }];
        chart.band = Some((0.04, 0.06));
        let svg = columns(&chart, Size::Half);
        assert!(
            svg.contains("2000: 5.00 % (1.00 % to 9.00 %), n = 1,234")
                && svg.contains(">25 % moved<")
                && svg.matches("stroke-dasharray=\"3 2\"").count() == 2,
            "{svg}"
        );
    }

    #[test]
    fn of_many_columns_only_those_with_room_print_their_number() {
        let svg = columns(&chart(&vec![0.123; 154]), Size::Half);
        assert_eq!(svg.matches(">12<").count(), 1, "the axis's alone");
    }
}
