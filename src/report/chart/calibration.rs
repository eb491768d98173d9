//! Calibration: do outcomes come as often as was predicted?

use super::axis::{Scale, numbers};
use super::canvas::{Canvas, Frame, no_data, paint};
use super::label::{Name, Placement, write};
use super::style::{Style, Tone};

/// One bin of forecasts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CalibrationPoint {
    /// Mean forecast in the bin.
    pub(crate) predicted: f64,
    /// Observed rate.
    pub(crate) observed: f64,
    /// Lower end of the rate's interval.
    pub(crate) low: f64,
    /// Upper end of the rate's interval.
    pub(crate) high: f64,
    /// Forecasts in the bin.
    pub(crate) n: u64,
}

/// A model's bins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CalibrationSeries {
    /// The model.
    pub(crate) name: String,
    /// Colour and dashes, 0 to 5.
    pub(crate) color: Style,
    /// Bins by rising forecast.
    pub(crate) points: Vec<CalibrationPoint>,
}

/// Predicted against observed, with the diagonal of a perfect forecast.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CalibrationChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit of the forecasts.
    pub(crate) x_title: String,
    /// Quantity and unit of the outcomes.
    pub(crate) y_title: String,
    /// How both axes are written.
    pub(crate) scale: Scale,
    /// Models.
    pub(crate) series: Vec<CalibrationSeries>,
}

/// Draws calibration with intervals.
#[must_use]
pub(crate) fn calibration(chart: &CalibrationChart) -> String {
    let points = || chart.series.iter().flat_map(|series| &series.points).filter(|point| is_finite(point));
    if points().next().is_none() {
        return no_data(&chart.label, "no bin has forecasts");
    }
    let x = numbers(points().map(|point| point.predicted).chain([0.0]), chart.scale, &chart.x_title);
    let y = numbers(points().flat_map(|point| [point.observed, point.low, point.high]).chain([0.0]), chart.scale, &chart.y_title);
    let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).chain(["perfect"]).collect();
    let placement = Placement::choose(&names);
    let frame = Frame { height: 680, label: chart.label.clone(), x, y, legend_lines: placement.legend_lines(), right: placement.right(), left: None };
    let end = frame.x.to.min(frame.y.to);
    paint(&frame, |canvas| {
        canvas.line(&[(0.0, 0.0), (end, end)], Tone::Grey, 2);
        let mut names = Vec::new();
        for series in &chart.series {
            draw(canvas, series, chart.scale);
            if let Some(last) = series.points.iter().rfind(|point| is_finite(point)) {
                let (_, y) = canvas.pixel((last.predicted, last.observed));
                names.push(Name { text: &series.name, tone: series.color.tone(), y });
            }
        }
        let (_, y) = canvas.pixel((end, end));
        names.push(Name { text: "perfect", tone: Tone::Muted, y });
        write(canvas, placement, &names);
    })
}

fn is_finite(point: &CalibrationPoint) -> bool {
    [point.predicted, point.observed, point.low, point.high].iter().all(|value| value.is_finite())
}

fn draw(canvas: &mut Canvas, series: &CalibrationSeries, scale: Scale) {
    let tone = series.color.tone();
    let points: Vec<&CalibrationPoint> = series.points.iter().filter(|point| is_finite(point)).collect();
    let path: Vec<(f64, f64)> = points.iter().map(|point| (point.predicted, point.observed)).collect();
    canvas.line(&path, tone, 2);
    for point in points {
        let ((x, low), (_, high)) = (canvas.pixel((point.predicted, point.low)), canvas.pixel((point.predicted, point.high)));
        // Filled, not stroked: a dashed whisker would look broken.
        canvas.block((x - 1, low), (x + 1, high), tone);
        canvas.block((x - 7, low), (x + 7, low + 2), tone);
        canvas.block((x - 7, high), (x + 7, high + 2), tone);
        let write = |value| scale.write_value(value);
        let title = format!(
            "{}: predicted {}, observed {} ({} to {}), n = {}",
            series.name,
            write(point.predicted),
            write(point.observed),
            write(point.low),
            write(point.high),
            crate::report::format::count(point.n)
        );
        canvas.marked((point.predicted, point.observed), tone, &title);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bin_says_its_numbers() {
        let point = CalibrationPoint { predicted: 0.02, observed: 0.03, low: 0.01, high: 0.05, n: 1_200 };
        let series = vec![CalibrationSeries { name: "gbdt".into(), color: Style::Series(0), points: vec![point] }];
        let mut chart = CalibrationChart { label: "c".into(), x_title: "x".into(), y_title: "y".into(), scale: Scale::Percent, series };
        assert!(calibration(&chart).contains("gbdt: predicted 2.00 %, observed 3.00 % (1.00 % to 5.00 %), n = 1,200"));
        chart.series[0].points[0].low = f64::NAN;
        assert!(calibration(&chart).contains("No data"));
    }
}
