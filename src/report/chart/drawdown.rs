//! Drawdown: how far below its best a book has been.

use super::axis::{Scale, numbers};
use super::canvas::{Frame, no_data, paint};
use super::label::Placement;
use super::lines::{Series, date_axis, drawn, finite, name_ends, values};

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

/// Draws drawdowns, the deepest point of each marked.
#[must_use]
pub(crate) fn drawdown(chart: &DrawdownChart) -> String {
    let series = finite(&chart.series);
    let Some(x) = date_axis(&series) else { return no_data(&chart.label, "no book was traded") };
    let y = numbers(values(&series).chain([0.0]), chart.scale, &chart.y_title);
    let names: Vec<&str> = series.iter().map(|line| line.name.as_str()).collect();
    let placement = Placement::choose(&names);
    let frame = Frame { height: 440, label: chart.label.clone(), x, y, legend_lines: placement.legend_lines(), right: placement.right(), left: None };
    paint(&frame, |canvas| {
        for (idx, line) in series.iter().enumerate() {
            let points = drawn(line);
            if idx == 0 {
                let mut area = vec![(points[0].0, 0.0)];
                area.extend(&points);
                area.push((points[points.len() - 1].0, 0.0));
                canvas.area(&area, line.color.soft());
            }
            canvas.line(&points, line.color.tone(), 2);
            if let Some((day, value)) = line.points.iter().min_by(|a, b| a.1.total_cmp(&b.1)) {
                let title = format!("{}, deepest on {day}: {}", line.name, chart.scale.write_value(*value));
                canvas.marked((f64::from(day.0), *value), line.color.tone(), &title);
            }
        }
        name_ends(canvas, placement, &series);
    })
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
