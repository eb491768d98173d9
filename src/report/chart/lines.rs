//! Lines: time series, such as the P&L of several models.

use crate::day::Day;

use super::axis::{Axis, Scale, dates, numbers};
use super::canvas::{Canvas, Frame, Size, no_data, paint};
use super::downsample::{POINTS, downsample};
use super::label::{Name, Placement, write};
use super::strong::{Chosen, choose};
use super::style::{Style, Tone};

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
pub(crate) fn lines(chart: &LineChart, size: Size) -> String {
    framed(chart, (size, 320.0), "no series has a point", |canvas, line| draw(canvas, line, chart.scale))
}

/// The axes, the names at the lines' ends, and each strong line as `draw` draws it.
pub(super) fn framed(chart: &LineChart, (size, height): (Size, f64), empty: &str, draw: impl Fn(&mut Canvas, &Series)) -> String {
    let series = finite(&chart.series);
    let Some(x) = date_axis(&series, size) else { return no_data(&chart.label, empty) };
    let y = numbers(values(&series).chain(chart.zero.held()), chart.scale, &chart.y_title);
    let chosen = choose(series);
    let placement = placed(&chosen, size);
    let (legend_lines, right) = (placement.legend_lines(), placement.right());
    let frame = Frame { size, height: size.height(height), label: chart.label.clone(), x, y, legend_lines, right, left: None };
    paint(&frame, |canvas| {
        draw_chosen(canvas, &chosen, draw);
        name_ends(canvas, placement, &chosen, size);
    })
}

impl Zero {
    /// Zero, where the axis must hold it.
    pub(super) fn held(self) -> Option<f64> {
        match self {
            Self::Shown => Some(0.0),
            Self::Free => None,
        }
    }
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
pub(super) fn date_axis(series: &[Series], size: Size) -> Option<Axis> {
    let days = || series.iter().flat_map(|line| line.points.iter().map(|(day, _)| *day));
    Some(dates(days().min()?, days().max()?, size))
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

/// Grey lines first, then the strong ones, the first and the truth on top.
pub(super) fn draw_chosen(canvas: &mut Canvas, chosen: &Chosen, draw: impl Fn(&mut Canvas, &Series)) {
    for line in &chosen.rest {
        canvas.line(&downsample(&drawn(line), POINTS / 2), Tone::Grey, 0.8);
    }
    let is_truth = |line: &&Series| line.color == Style::Truth;
    for line in chosen.strong.iter().rev().filter(|line| !is_truth(line)) {
        draw(canvas, line);
    }
    for line in chosen.strong.iter().filter(is_truth) {
        draw(canvas, line);
    }
}

/// Where the names of all lines go.
pub(super) fn placed(chosen: &Chosen, size: Size) -> Placement {
    let others = chosen.others();
    let names: Vec<&str> = chosen.strong.iter().map(|line| line.name.as_str()).chain(Some(others.as_str()).filter(|name| !name.is_empty())).collect();
    Placement::choose(&names, size)
}

/// Writes every strong series' name at the height where it ends, and what the others are called.
pub(super) fn name_ends(canvas: &mut Canvas, placement: Placement, chosen: &Chosen, size: Size) {
    let others = chosen.others();
    let end = |canvas: &Canvas, line: &Series| line.points.last().map_or(canvas.bottom, |(day, value)| canvas.pixel((f64::from(day.0), *value)).1);
    let mut names: Vec<Name> =
        chosen.strong.iter().map(|line| Name::new(&line.name, line.color.tone(), line.color.width(), end(canvas, line))).collect();
    if !others.is_empty() {
        let mut heights: Vec<f64> = chosen.rest.iter().map(|line| end(canvas, line)).collect();
        heights.sort_by(f64::total_cmp);
        names.push(Name::new(&others, Tone::Muted, 1.0, heights[heights.len() / 2]));
    }
    write(canvas, placement, &names, size);
}

fn draw(canvas: &mut Canvas, line: &Series, scale: Scale) {
    canvas.line(&drawn(line), line.color.tone(), line.color.width());
    if let Some((day, value)) = line.points.last() {
        canvas.marked((f64::from(day.0), *value), line.color.tone(), &format!("{}, {day}: {}", line.name, scale.write_value(*value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(n: i32, n_series: usize) -> LineChart {
        let points: Vec<(Day, f64)> = (0..n).map(|i| (Day(14_000 + i), f64::from(i % 7) / 100.0)).collect();
        let series = (0..n_series).map(|idx| Series { name: format!("model{idx}"), color: Style::Series(idx), points: points.clone() }).collect();
        LineChart { label: "P&L".into(), y_title: "Return, %".into(), scale: Scale::Percent, zero: Zero::Shown, series }
    }

    #[test]
    fn a_long_series_makes_a_small_figure() {
        let svg = lines(&chart(3_500, 1), Size::Wide);
        let polyline = svg.lines().find(|line| line.contains("k s0")).expect("the series is drawn");
        assert!(polyline.matches(',').count() <= POINTS);
        assert!(svg.len() < 12_000, "{} bytes", svg.len());
    }

    #[test]
    fn no_points_and_one_point_are_figures_too() {
        assert!(lines(&chart(0, 1), Size::Wide).contains("No data: no series has a point"));
        assert!(lines(&chart(1, 1), Size::Wide).contains("model0, 2008-05-01: 0.00 %"));
        let mut not_finite = chart(3, 1);
        not_finite.series[0].points[1].1 = f64::NAN;
        assert!(!lines(&not_finite, Size::Wide).contains("NaN"));
    }

    #[test]
    fn of_nineteen_models_thirteen_are_grey_and_named_together() {
        let svg = lines(&chart(30, 19), Size::Half);
        assert_eq!(svg.matches("class=\"k grey\" stroke-width=\"0.8\"").count(), 13);
        assert!(svg.contains(">and 13 others<") && svg.contains(">model5<") && !svg.contains(">model6<"), "{svg}");
    }

    #[test]
    fn a_flat_line_at_zero_lies_in_the_middle() {
        let mut flat = chart(2, 1);
        flat.series[0].points.iter_mut().for_each(|point| point.1 = 0.0);
        let svg = lines(&flat, Size::Wide);
        // From the axis title's 26 to the labels above 320: half of 26 + 294.
        assert!(svg.contains(",160 ") && svg.contains(">0<"), "{svg}");
    }
}
