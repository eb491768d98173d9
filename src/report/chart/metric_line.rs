//! Metric line: a metric over runs the size of a word, with its limit and its last value, for the index.

use std::fmt::Write;

use super::text::text_width;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 24.0;
/// Runs drawn: the newest.
const MOST: usize = 60;

/// A metric over runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetricLine {
    /// What a listener hears, such as "`var_coverage`, last 12 runs".
    pub(crate) label: String,
    /// Values, oldest first; `None` or not finite where a run had none.
    pub(crate) values: Vec<Option<f64>>,
    /// The limit, where there is one.
    pub(crate) limit: Option<f64>,
    /// The last value as printed.
    pub(crate) last: String,
}

/// Draws the newest 60 values as a line, the last as a dot with its number, the limit dashed. Without a value it is empty.
#[must_use]
pub(crate) fn metric_line(metric: &MetricLine) -> String {
    let values = &metric.values[metric.values.len().saturating_sub(MOST)..];
    let known: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(idx, value)| Some((idx, value.filter(|value| value.is_finite())?))).collect();
    let limit = metric.limit.filter(|limit| limit.is_finite());
    let all = || known.iter().map(|(_, value)| *value).chain(limit);
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let y = |value: f64| if low < high { HEIGHT - 4.0 - (value - low) / (high - low) * (HEIGHT - 8.0) } else { 0.5 * HEIGHT };
    let x = |idx: usize| if 1 < values.len() { 4.0 + idx as f64 / (values.len() - 1) as f64 * (WIDTH - 8.0) } else { WIDTH - 4.0 };
    let mut shapes = String::new();
    const TAKES_ALL: &str = "a string takes every shape";
    if let (Some(limit), false) = (limit, known.is_empty()) {
        let at = y(limit);
        write!(shapes, "<polyline class=\"k muted\" stroke-width=\"1\" stroke-dasharray=\"3 2\" points=\"0,{at:.1} 120,{at:.1}\"/>")
            .expect(TAKES_ALL);
    }
    // A run without the value is a gap, not a bridge.
    for stretch in known.chunk_by(|a, b| a.0 + 1 == b.0).filter(|stretch| 1 < stretch.len()) {
        let points: Vec<String> = stretch.iter().map(|&(idx, value)| format!("{:.1},{:.1}", x(idx), y(value))).collect();
        write!(shapes, "<polyline class=\"k ink\" stroke-width=\"1.4\" points=\"{}\"/>", points.join(" ")).expect(TAKES_ALL);
    }
    let mut width = WIDTH;
    if let Some(&(idx, value)) = known.last() {
        let words = crate::report::format::escaped(&metric.last);
        write!(shapes, "<circle class=\"f ink\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.6\"/>", x(idx), y(value)).expect(TAKES_ALL);
        write!(shapes, "<text class=\"f ink\" x=\"{}\" y=\"{:.1}\" font-size=\"12\">{words}</text>", WIDTH + 4.0, 0.5 * HEIGHT + 4.2)
            .expect(TAKES_ALL);
        width += text_width(&metric.last).ceil() + 6.0;
    }
    format!(
        "<svg class=\"plot line\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{}\">{shapes}</svg>",
        crate::report::format::escaped(&metric.label)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_is_a_dot_with_its_number_and_a_gap_is_no_bridge() {
        let mut metric =
            MetricLine { label: "AUC".into(), values: vec![Some(0.0), Some(1.0), None, Some(0.5)], limit: Some(0.5), last: "0.500".into() };
        let svg = metric_line(&metric);
        // The first two are joined, the last stands alone at the right end, half way up.
        assert!(svg.contains("points=\"4.0,20.0 41.3,4.0\"") && svg.contains("cx=\"116.0\" cy=\"12.0\""), "{svg}");
        assert!(svg.contains("0,12.0 120,12.0") && svg.contains(">0.500<"));
        metric.values = vec![None, Some(f64::NAN)];
        assert!(metric_line(&metric).contains("aria-label=\"AUC\"></svg>"));
        metric.values = vec![Some(0.7); 200];
        metric.limit = None;
        assert_eq!(metric_line(&metric).matches(",12.0").count(), 60);
    }
}
