//! Default rate: what came, with its interval, against what was forecast, over time.

use crate::day::Day;

use super::axis::{Scale, dates, numbers};
use super::canvas::{Canvas, Frame, Size, no_data, paint};
use super::lines::{Series, draw_chosen, drawn, finite, name_ends, placed, values};
use super::strong::choose;
use super::style::{Style, Tone};

/// A period's default rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ObservedRate {
    /// First day of the period.
    pub(crate) day: Day,
    /// Defaults over cases.
    pub(crate) rate: f64,
    /// Lower and upper end of the rate's interval, where it has one.
    pub(crate) interval: Option<(f64, f64)>,
    /// Cases.
    pub(crate) n: u64,
}

/// Observed and forecast rates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RateChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// Observed rates in order.
    pub(crate) observed: Vec<ObservedRate>,
    /// Mean forecasts of the models.
    pub(crate) forecasts: Vec<Series>,
}

/// Draws the observed rate as the strongest line, with whiskers, over the models' forecasts.
#[must_use]
pub(crate) fn default_rate(chart: &RateChart, size: Size) -> String {
    let observed: Vec<&ObservedRate> = chart.observed.iter().filter(|point| point.rate.is_finite()).collect();
    if observed.is_empty() {
        return no_data(&chart.label, "no period has known outcomes");
    }
    let truth = Series { name: "observed".to_owned(), color: Style::Truth, points: observed.iter().map(|point| (point.day, point.rate)).collect() };
    let mut series = vec![truth];
    series.extend(finite(&chart.forecasts));
    let days = || series.iter().flat_map(|line| line.points.iter().map(|point| point.0));
    let (from, to) = (days().min().unwrap_or(observed[0].day), days().max().unwrap_or(observed[0].day));
    let ends = observed.iter().filter_map(|point| interval(point)).flat_map(|(low, high)| [low, high]);
    let y = numbers(values(&series).chain(ends).chain([0.0]), Scale::Percent, &chart.y_title);
    let chosen = choose(series);
    let placement = placed(&chosen, size);
    let (legend_lines, right) = (placement.legend_lines(), placement.right());
    let frame = Frame { size, height: size.height(320.0), label: chart.label.clone(), x: dates(from, to, size), y, legend_lines, right, left: None };
    paint(&frame, |canvas| {
        for point in &observed {
            whisker(canvas, point);
        }
        draw_chosen(canvas, &chosen, |canvas, line| canvas.line(&drawn(line), line.color.tone(), line.color.width()));
        for point in &observed {
            canvas.marked((f64::from(point.day.0), point.rate), Tone::Ink, &title(point));
        }
        name_ends(canvas, placement, &chosen, size);
    })
}

fn interval(point: &ObservedRate) -> Option<(f64, f64)> {
    point.interval.filter(|(low, high)| low.is_finite() && high.is_finite())
}

fn whisker(canvas: &mut Canvas, point: &ObservedRate) {
    let Some((low, high)) = interval(point) else { return };
    let ((x, low), (_, high)) = (canvas.pixel((f64::from(point.day.0), low)), canvas.pixel((f64::from(point.day.0), high)));
    canvas.block((x - 0.6, low), (x + 0.6, high), Tone::Muted);
    for y in [low, high] {
        canvas.block((x - 3.0, y - 0.5), (x + 3.0, y + 0.5), Tone::Muted);
    }
}

fn title(point: &ObservedRate) -> String {
    let write = |value| Scale::Percent.write_value(value);
    let between = interval(point).map_or(String::new(), |(low, high)| format!(" ({} to {})", write(low), write(high)));
    format!("from {}: observed {}{between}, n = {}", point.day, write(point.rate), crate::report::format::count(point.n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_observed_rate_is_the_strongest_line_and_says_its_interval() {
        let point = |day: i32, rate: f64| ObservedRate { day: Day(day), rate, interval: Some((rate - 0.005, rate + 0.005)), n: 1_200 };
        let forecasts = vec![Series { name: "logistic".into(), color: Style::Series(0), points: vec![(Day(0), 0.02), (Day(365), 0.02)] }];
        let mut chart =
            RateChart { label: "r".into(), y_title: "Default rate, %".into(), observed: vec![point(0, 0.01), point(365, 0.03)], forecasts };
        let svg = default_rate(&chart, Size::Half);
        assert!(svg.contains("k ink\" stroke-width=\"2.6\"") && svg.contains("k s0\" stroke-width=\"1.6\""), "{svg}");
        assert!(svg.contains("from 1971-01-01: observed 3.00 % (2.50 % to 3.50 %), n = 1,200"));
        chart.observed.truncate(1);
        chart.observed[0].interval = Some((f64::NAN, f64::NAN));
        assert!(!default_rate(&chart, Size::Wide).contains("NaN"));
        chart.observed.clear();
        assert!(default_rate(&chart, Size::Wide).contains("No data: no period has known outcomes"));
    }
}
