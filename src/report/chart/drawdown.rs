//! Drawdown: how far below its best a book has been.

use super::axis::{Scale, numbers};
use super::canvas::{Canvas, Frame, Size, no_data, paint};
use super::lines::{Series, date_axis, draw_chosen, drawn, finite, name_ends, placed, values};
use super::strong::choose;

/// Losses from the running maximum, at or below zero.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DrawdownChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// How the vertical axis is written.
    pub(crate) scale: Scale,
    /// The first is filled, the others are lines over it.
    pub(crate) series: Vec<Series>,
}

/// Draws drawdowns across the page, the deepest point of each marked.
#[must_use]
pub(crate) fn drawdown(chart: &DrawdownChart) -> String {
    let size = Size::Wide;
    let series = finite(&chart.series);
    let Some(x) = date_axis(&series, size) else { return no_data(&chart.label, "no book was traded") };
    let y = numbers(values(&series).chain([0.0]), chart.scale, &chart.y_title);
    let chosen = choose(series);
    let placement = placed(&chosen, size);
    let (legend_lines, right) = (placement.legend_lines(), placement.right());
    let frame = Frame { size, height: 220.0, label: chart.label.clone(), x, y, legend_lines, right, left: None };
    paint(&frame, |canvas| {
        if let Some(first) = chosen.strong.first() {
            filled(canvas, first);
        }
        draw_chosen(canvas, &chosen, |canvas, line| {
            canvas.line(&drawn(line), line.color.tone(), 1.2);
            mark_deepest(canvas, line, chart.scale);
        });
        name_ends(canvas, placement, &chosen, size);
    })
}

/// The area between a line and zero.
pub(super) fn filled(canvas: &mut Canvas, line: &Series) {
    let points = drawn(line);
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let mut area = vec![(first.0, 0.0)];
    area.extend(&points);
    area.push((last.0, 0.0));
    canvas.area(&area, line.color.soft());
}

/// A dot at a line's lowest point, with its day.
pub(super) fn mark_deepest(canvas: &mut Canvas, line: &Series, scale: Scale) {
    if let Some((day, value)) = line.points.iter().min_by(|a, b| a.1.total_cmp(&b.1)) {
        let title = format!("{}, deepest on {day}: {}", line.name, scale.write_value(*value));
        canvas.marked((f64::from(day.0), *value), line.color.tone(), &title);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::report::chart::Style;

    #[test]
    fn the_deepest_point_is_marked() {
        let points = vec![(Day(0), 0.0), (Day(1), -0.2), (Day(2), -0.1)];
        let series = vec![Series { name: "ridge".into(), color: Style::Series(1), points }];
        let mut chart = DrawdownChart { label: "d".into(), y_title: "%".into(), scale: Scale::Percent, series };
        assert!(drawdown(&chart).contains("ridge, deepest on 1970-01-02: −20.00 %"));
        chart.series.clear();
        assert!(drawdown(&chart).contains("No data"));
    }
}
