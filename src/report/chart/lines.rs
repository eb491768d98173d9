//! Lines: time series, such as the P&L of several models.

use crate::day::Day;

use super::axis::{Axis, Scale, dates, numbers};
use super::canvas::{Canvas, Frame, no_data, paint};
use super::downsample::{POINTS, downsample};
use super::label::{Name, Placement, write};
use super::style::Style;

/// A named line over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// Name beside the line.
    pub(crate) name: String,
    /// Whose it is: the same on the whole page.
    pub(crate) color: Style,
    /// Dates in order; what is not finite is left out.
    pub(crate) points: Vec<(Day, f64)>,
}

/// Whether the vertical axis must hold zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zero {
    /// Zero means something, as for a P&L.
    Shown,
    /// Zero means nothing, as for a coefficient's level.
    Free,
}

/// Several series over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// How the vertical axis is written.
    pub(crate) scale: Scale,
    /// Whether the vertical axis must hold zero.
    pub(crate) zero: Zero,
    /// The lines.
    pub(crate) series: Vec<Series>,
}

/// Draws time series.
#[must_use]
pub(crate) fn lines(chart: &LineChart) -> String {
    framed(chart, 640, "no series has a point", |canvas, line| draw(canvas, line, chart.scale))
}

/// The axes, the names at the lines' ends, and each line as `draw` draws it.
pub(super) fn framed(chart: &LineChart, height: u32, empty: &str, draw: impl Fn(&mut Canvas, &Series)) -> String {
    let series = finite(&chart.series);
    let Some(x) = date_axis(&series) else { return no_data(&chart.label, empty) };
    let zero = match chart.zero {
        Zero::Shown => Some(0.0),
        Zero::Free => None,
    };
    let y = numbers(values(&series).chain(zero), chart.scale, &chart.y_title);
    let names: Vec<&str> = series.iter().map(|line| line.name.as_str()).collect();
    let placement = Placement::choose(&names);
    let frame = Frame { height, label: chart.label.clone(), x, y, legend_lines: placement.legend_lines(), right: placement.right(), left: None };
    paint(&frame, |canvas| {
        for line in &series {
            draw(canvas, line);
        }
        name_ends(canvas, placement, &series);
    })
}

/// Series without what is not finite; those left without points are dropped.
pub(super) fn finite(series: &[Series]) -> Vec<Series> {
    let mut out = series.to_vec();
    for line in &mut out {
        line.points.retain(|(_, value)| value.is_finite());
    }
    out.retain(|line| !line.points.is_empty());
    out
}

/// The dates of all series; `None` without any.
pub(super) fn date_axis(series: &[Series]) -> Option<Axis> {
    let days = || series.iter().flat_map(|line| line.points.iter().map(|(day, _)| *day));
    Some(dates(days().min()?, days().max()?))
}

/// The values of all series.
pub(super) fn values(series: &[Series]) -> impl Iterator<Item = f64> {
    series.iter().flat_map(|line| line.points.iter().map(|(_, value)| *value))
}

/// A series' points in data units, few enough to draw.
pub(super) fn drawn(line: &Series) -> Vec<(f64, f64)> {
    let points: Vec<(f64, f64)> = line.points.iter().map(|(day, value)| (f64::from(day.0), *value)).collect();
    downsample(&points, POINTS)
}

/// Writes every series' name at the height where it ends.
pub(super) fn name_ends(canvas: &Canvas, placement: Placement, series: &[Series]) {
    let names: Vec<Name> = series
        .iter()
        .filter_map(|line| line.points.last().map(|(day, value)| (line, canvas.pixel((f64::from(day.0), *value)))))
        .map(|(line, (_, y))| Name { text: &line.name, tone: line.color.tone(), y })
        .collect();
    write(canvas, placement, &names);
}

fn draw(canvas: &mut Canvas, line: &Series, scale: Scale) {
    let points = drawn(line);
    canvas.line(&points, line.color.tone(), line.color.width());
    if let Some((day, value)) = line.points.last() {
        canvas.marked((f64::from(day.0), *value), line.color.tone(), &format!("{}, {day}: {}", line.name, scale.write_value(*value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(n: i32) -> LineChart {
        let points = (0..n).map(|i| (Day(14_000 + i), f64::from(i % 7) / 100.0)).collect();
        let series = vec![Series { name: "gbdt".into(), color: Style::Series(0), points }];
        LineChart { label: "P&L".into(), y_title: "Return, %".into(), scale: Scale::Percent, zero: Zero::Shown, series }
    }

    #[test]
    fn a_long_series_makes_a_small_figure() {
        let svg = lines(&chart(3_500));
        let polyline = svg.lines().find(|line| line.contains("k s0")).expect("the series is drawn");
        assert!(polyline.matches(',').count() <= POINTS);
        assert!(svg.len() < 12_000, "{} bytes", svg.len());
    }

    #[test]
    fn no_points_and_one_point_are_figures_too() {
        assert!(lines(&chart(0)).contains("No data: no series has a point"));
        assert!(lines(&chart(1)).contains("gbdt, 2008-05-01: 0.00 %"));
        let mut not_finite = chart(3);
        not_finite.series[0].points[1].1 = f64::NAN;
        assert!(!lines(&not_finite).contains("NaN"));
    }
}
