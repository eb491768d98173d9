//! Calibration: do outcomes come as often as was predicted?

use super::axis::{Axis, Scale, numbers};
use super::canvas::{Anchor, BELOW, Canvas, Edges, HEAD, LINE, Labels, Size, no_data, room_left};
use super::label::{Name, Placement, write};
use super::style::{Style, Tone};
use super::text::text_width;

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

/// Height of the bars of counts, across the page.
const COUNTS: f64 = 46.0;

/// Draws calibration with intervals, and how many forecasts lie where.
#[must_use]
pub(crate) fn calibration(chart: &CalibrationChart, size: Size) -> String {
    let points = || chart.series.iter().flat_map(|series| &series.points).filter(|point| is_finite(point));
    if points().next().is_none() {
        return no_data(&chart.label, "no bin has forecasts");
    }
    let x = numbers(points().map(|point| point.predicted).chain([0.0]), chart.scale, &chart.x_title);
    let y = numbers(points().flat_map(|point| [point.observed, point.low, point.high]).chain([0.0]), chart.scale, &chart.y_title);
    let counts = Axis {
        from: 0.0,
        to: points().map(|point| point.n).max().unwrap_or(1).max(1) as f64,
        ticks: vec![],
        title: String::new(),
        ends: <_>::default(),
    };
    // Beyond six models curves and whiskers cover one another.
    let shown = &chart.series[..chart.series.len().min(6)];
    let others = match chart.series.len() - shown.len() {
        0 => "perfect".to_owned(),
        n => format!("perfect; {n} more not drawn"),
    };
    let names: Vec<&str> = shown.iter().map(|series| series.name.as_str()).chain([others.as_str()]).collect();
    let placement = Placement::above(&names, size);
    let height = size.height(360.0) + COUNTS;
    let edges = Edges {
        left: room_left(&y).max(text_width("n ") + 10.0),
        right: size.width() - 14.0,
        top: HEAD + LINE * (1 + placement.legend_lines()) as f64,
        bottom: height - COUNTS - BELOW - LINE - 8.0,
    };
    let mut canvas = Canvas::new(size, height);
    canvas.words((0.0, 9.0), &chart.y_title, Tone::Ink, Anchor::Start);
    canvas.place(edges, &x, &y);
    canvas.axes(&x, &y, Labels::Shared);
    let end = x.to.min(y.to);
    canvas.line(&[(0.0, 0.0), (end, end)], Tone::Muted, 1.0);
    for series in shown.iter().rev() {
        draw(&mut canvas, series, chart.scale);
    }
    let mut legend: Vec<Name> = shown.iter().map(|series| Name::new(&series.name, series.color.tone(), 1.6, 0.0)).collect();
    legend.push(Name::new(&others, Tone::Muted, 1.0, 0.0));
    write(&mut canvas, placement, &legend, size);
    let below = Edges { top: edges.bottom + 8.0, bottom: height - BELOW - LINE, ..edges };
    canvas.place(below, &x, &counts);
    canvas.axes(&x, &counts, Labels::Shown);
    canvas.words((below.left - 6.0, below.bottom - 6.0), "n", Tone::Muted, Anchor::End);
    draw_counts(&mut canvas, shown);
    canvas.finish(&chart.label)
}

/// Thin bars beneath, a little aside where several models share a place.
fn draw_counts(canvas: &mut Canvas, series: &[CalibrationSeries]) {
    for (idx, series) in series.iter().enumerate() {
        let aside = 3.0 * idx as f64;
        for point in series.points.iter().filter(|point| is_finite(point)) {
            let ((x, zero), (_, top)) = (canvas.pixel((point.predicted, 0.0)), canvas.pixel((point.predicted, point.n as f64)));
            canvas.block((x + aside - 1.2, zero), (x + aside + 1.2, top), series.color.tone());
            canvas.titled(
                (x + aside - 2.0, top),
                (x + aside + 2.0, zero),
                &format!("{}: n = {}", series.name, crate::report::format::count(point.n)),
            );
        }
    }
}

fn is_finite(point: &CalibrationPoint) -> bool {
    [point.predicted, point.observed, point.low, point.high].iter().all(|value| value.is_finite())
}

fn draw(canvas: &mut Canvas, series: &CalibrationSeries, scale: Scale) {
    let tone = series.color.tone();
    let points: Vec<&CalibrationPoint> = series.points.iter().filter(|point| is_finite(point)).collect();
    let path: Vec<(f64, f64)> = points.iter().map(|point| (point.predicted, point.observed)).collect();
    canvas.line(&path, tone, 1.4);
    for point in points {
        let ((x, low), (_, high)) = (canvas.pixel((point.predicted, point.low)), canvas.pixel((point.predicted, point.high)));
        // Filled, not stroked: a dashed whisker would look broken.
        canvas.block((x - 0.5, low), (x + 0.5, high), tone);
        canvas.block((x - 3.5, low - 0.5), (x + 3.5, low + 0.5), tone);
        canvas.block((x - 3.5, high - 0.5), (x + 3.5, high + 0.5), tone);
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
        assert!(calibration(&chart, Size::Wide).contains("gbdt: predicted 2.00 %, observed 3.00 % (1.00 % to 5.00 %), n = 1,200"));
        chart.series[0].points[0].low = f64::NAN;
        assert!(calibration(&chart, Size::Wide).contains("No data"));
    }
}
