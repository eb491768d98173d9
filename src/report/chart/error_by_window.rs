//! Error by window: is a model wrong all the time, or some of the time?

use super::axis::{Scale, numbers};
use super::canvas::{Frame, no_data, paint};
use super::downsample::{POINTS, downsample};
use super::label::Placement;
use super::lines::{Series, Zero, date_axis, finite, name_ends, values};
use super::style::Tone;

/// Windows beyond which single points are no longer marked.
const MARKED: usize = 60;

/// An error measure of several models by the start of the test window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ErrorChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Measure and unit.
    pub(crate) y_title: String,
    /// How the vertical axis is written.
    pub(crate) scale: Scale,
    /// Whether the vertical axis must hold zero.
    pub(crate) zero: Zero,
    /// A point per window, at the test's first day.
    pub(crate) series: Vec<Series>,
}

/// Draws errors by window.
#[must_use]
pub(crate) fn error_by_window(chart: &ErrorChart) -> String {
    let series = finite(&chart.series);
    let Some(x) = date_axis(&series) else { return no_data(&chart.label, "no window was tested") };
    let zero = match chart.zero {
        Zero::Shown => Some(0.0),
        Zero::Free => None,
    };
    let y = numbers(values(&series).chain(zero), chart.scale, &chart.y_title);
    let names: Vec<&str> = series.iter().map(|line| line.name.as_str()).collect();
    let placement = Placement::choose(&names);
    let frame = Frame { height: 560, label: chart.label.clone(), x, y, legend_lines: placement.legend_lines(), right: placement.right(), left: None };
    paint(&frame, |canvas| {
        for line in &series {
            let points: Vec<(f64, f64)> = line.points.iter().map(|(day, value)| (f64::from(day.0), *value)).collect();
            canvas.line(&downsample(&points, POINTS), Tone::Series(line.color), 2);
            if line.points.len() <= MARKED {
                for (day, value) in &line.points {
                    let title = format!("{}, test from {day}: {}", line.name, chart.scale.write_value(*value));
                    canvas.marked((f64::from(day.0), *value), Tone::Series(line.color), &title);
                }
            }
        }
        name_ends(canvas, placement, &series);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    #[test]
    fn every_window_of_a_short_walk_says_its_error() {
        let series = vec![Series { name: "ridge".into(), color: 2, points: vec![(Day(0), 0.021), (Day(31), 0.034)] }];
        let mut chart = ErrorChart { label: "e".into(), y_title: "RMSE, %".into(), scale: Scale::Percent, zero: Zero::Shown, series };
        let svg = error_by_window(&chart);
        assert!(svg.contains("ridge, test from 1970-02-01: 3.40 %") && svg.contains("1970-01-01: 2.10 %"));
        chart.series.clear();
        assert!(error_by_window(&chart).contains("No data"));
    }
}
