//! Partial dependence: how does a forecast move with one feature, all else as it is?

use super::axis::{Axis, Scale, numbers_with};
use super::canvas::{Anchor, BELOW, Canvas, Edges, HEAD, LINE, Labels, Size, no_data, room_left};
use super::style::{Style, Tone};
use super::text::shortened;

/// Height of a small plot.
const HEIGHT: f64 = 110.0;

/// A feature and what the forecast is at its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dependence {
    /// The feature.
    pub(crate) feature: String,
    /// (value of the feature, mean forecast), in order of the value.
    pub(crate) points: Vec<(f64, f64)>,
    /// Quantiles of the feature, drawn as ticks: where there is data.
    pub(crate) rug: Vec<f64>,
}

/// Features side by side, on one vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DependenceChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// The forecast and its unit.
    pub(crate) y_title: String,
    /// How the forecast is written.
    pub(crate) scale: Scale,
    /// Whose it is.
    pub(crate) color: Style,
    /// Features, strongest first.
    pub(crate) features: Vec<Dependence>,
}

/// Draws a small plot a feature, three in a row, all on the same vertical axis so that they can be compared.
#[must_use]
pub(crate) fn partial_dependence(chart: &DependenceChart, size: Size) -> String {
    let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let features: Vec<(&Dependence, Vec<(f64, f64)>)> = chart
        .features
        .iter()
        .map(|feature| (feature, feature.points.iter().filter(finite).copied().collect::<Vec<_>>()))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    if features.is_empty() {
        return no_data(&chart.label, "no feature moves the forecast");
    }
    let n_columns = match size {
        Size::Wide => 3,
        Size::Half => 2,
    };
    let y = numbers_with(features.iter().flat_map(|(_, points)| points.iter().map(|point| point.1)), chart.scale, "", 3);
    let bare = Axis { ticks: y.ticks.iter().map(|tick| super::axis::Tick { label: String::new(), ..tick.clone() }).collect(), ..y.clone() };
    let left = room_left(&y);
    let width = (size.width() - left - 10.0) / f64::from(n_columns);
    let row_height = HEIGHT + LINE + HEAD + BELOW;
    let n_rows = features.len().div_ceil(n_columns as usize);
    let mut canvas = Canvas::new(size, LINE + row_height * n_rows as f64);
    canvas.words((0.0, 9.0), &chart.y_title, Tone::Ink, Anchor::Start);
    for (idx, (feature, points)) in features.iter().enumerate() {
        let (row, column) = (idx / n_columns as usize, idx % n_columns as usize);
        let from = left + width * column as f64;
        let top = LINE + row_height * row as f64 + LINE + HEAD - 4.0;
        let edges = Edges { left: from, right: from + width - 30.0, top, bottom: top + HEIGHT };
        // Two ticks: more would run into one another in so small a plot.
        let mut x = numbers_with(points.iter().map(|point| point.0), Scale::Number, "", 2);
        x.ticks = ends_of(x.ticks);
        canvas.place(edges, &x, &y);
        canvas.axes(&x, if column == 0 { &y } else { &bare }, Labels::Shown);
        canvas.words((from, top - 11.0), &shortened(&feature.feature, width - 16.0), Tone::Ink, Anchor::Start);
        draw(&mut canvas, chart, feature, points, &x);
    }
    canvas.finish(&chart.label)
}

fn ends_of(ticks: Vec<super::axis::Tick>) -> Vec<super::axis::Tick> {
    let last = ticks.len().saturating_sub(1);
    ticks.into_iter().enumerate().filter(|(idx, _)| *idx == 0 || *idx == last).map(|(_, tick)| tick).collect()
}

fn draw(canvas: &mut Canvas, chart: &DependenceChart, feature: &Dependence, points: &[(f64, f64)], x: &Axis) {
    for &value in feature.rug.iter().filter(|value| x.from <= **value && **value <= x.to) {
        let (at, _) = canvas.pixel((value, 0.0));
        canvas.rule((at, canvas.bottom - 5.0), (at, canvas.bottom), Tone::Muted);
    }
    canvas.line(points, chart.color.tone(), 1.8);
    if let [only] = points {
        canvas.dot(*only, 3.0, chart.color.tone());
    }
    let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| (low.min(point.1), high.max(point.1)));
    let title = format!("{}: forecast from {} to {}", feature.feature, chart.scale.write_value(low), chart.scale.write_value(high));
    let (left, top, right, bottom) = (canvas.left, canvas.top, canvas.right, canvas.bottom);
    canvas.titled((left, top), (right, bottom), &title);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_share_one_vertical_axis_and_constant_ones_are_drawn() {
        let feature = |name: &str, points: &[(f64, f64)]| Dependence { feature: name.into(), points: points.to_vec(), rug: vec![0.5] };
        let features = vec![feature("size", &[(0.0, 0.01), (1.0, 0.05)]), feature("flat", &[(2.0, 0.03)]), feature("none", &[(f64::NAN, 0.1)])];
        let mut chart = DependenceChart { label: "p".into(), y_title: "PD, %".into(), scale: Scale::Percent, color: Style::Series(0), features };
        let svg = partial_dependence(&chart, Size::Wide);
        assert!(svg.contains("size: forecast from 1.00 % to 5.00 %") && svg.contains("flat: forecast from 3.00 % to 3.00 %"), "{svg}");
        assert_eq!((svg.matches(">5<").count(), svg.contains("none"), svg.contains("NaN")), (1, false, false), "{svg}");
        chart.features.clear();
        assert!(partial_dependence(&chart, Size::Half).contains("No data"));
    }
}
