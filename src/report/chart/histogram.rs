//! Histogram: how a quantity is distributed.

use crate::report::format;

use super::axis::{Scale, numbers};
use super::canvas::{Anchor, Frame, HEAD, LINE, no_data, paint};
use super::style::Tone;

/// Counts in bins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit.
    pub(crate) x_title: String,
    /// How the horizontal axis is written.
    pub(crate) scale: Scale,
    /// One edge more than counts, rising.
    pub(crate) edges: Vec<f64>,
    /// Observations by bin.
    pub(crate) counts: Vec<u64>,
    /// Values named on the plot, such as a mean or a VaR.
    pub(crate) marks: Vec<(String, f64)>,
}

/// Draws counts by bin, with named values as vertical lines.
#[must_use]
pub(crate) fn histogram(chart: &Histogram) -> String {
    let is_whole = chart.edges.len() == chart.counts.len() + 1 && chart.edges.iter().all(|edge| edge.is_finite());
    if chart.counts.is_empty() || !is_whole {
        return no_data(&chart.label, "there are no observations");
    }
    let middle = chart.edges[0].midpoint(chart.edges[chart.edges.len() - 1]);
    // Names point outwards and inner ones stand higher, so that no line crosses a name.
    let mut marks: Vec<(usize, &(String, f64))> = chart.marks.iter().enumerate().filter(|(_, (_, value))| value.is_finite()).collect();
    marks.sort_by(|(_, a), (_, b)| (a.1 - middle).abs().total_cmp(&(b.1 - middle).abs()));
    let x = numbers(chart.edges.iter().copied().chain(marks.iter().map(|(_, (_, value))| *value)), chart.scale, &chart.x_title);
    let y = numbers(chart.counts.iter().map(|count| *count as f64).chain([0.0]), Scale::Number, "Observations");
    let frame = Frame { height: 480, label: chart.label.clone(), x, y, legend_lines: marks.len(), right: 40, left: None };
    paint(&frame, |canvas| {
        for (edges, count) in chart.edges.windows(2).zip(&chart.counts) {
            let (low, high) = (canvas.pixel((edges[0], 0.0)), canvas.pixel((edges[1], *count as f64)));
            canvas.block((low.0 + 1, low.1), (high.0 - 1, high.1), Tone::Grey);
            let title = format!("{} to {}: {}", chart.scale.write_value(edges[0]), chart.scale.write_value(edges[1]), format::count(*count));
            canvas.titled(low, high, &title);
        }
        for (row, (idx, (name, value))) in marks.iter().enumerate() {
            let (x, _) = canvas.pixel((*value, 0.0));
            let y = canvas.top - HEAD - LINE * (marks.len() - row) as i32 + LINE / 2;
            canvas.stroke((x, y), (x, canvas.bottom), Tone::Series(idx + 1), 3);
            let anchor = if *value < middle { Anchor::End } else { Anchor::Start };
            let shift = if anchor == Anchor::Start { 10 } else { -10 };
            canvas.words((x + shift, y), &format!("{name} {}", chart.scale.write_value(*value)), Tone::Series(idx + 1), anchor);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_and_named_values_say_their_numbers() {
        let mut chart = Histogram {
            label: "h".into(),
            x_title: "Return, %".into(),
            scale: Scale::Percent,
            edges: vec![-0.02, 0.0, 0.02],
            counts: vec![1_200, 900],
            marks: vec![("mean".into(), -0.001)],
        };
        let svg = histogram(&chart);
        assert!(svg.contains("<title>−2.00 % to 0.00 %: 1,200</title>") && svg.contains("mean −0.10 %"));
        chart.counts.pop();
        assert!(histogram(&chart).contains("No data"));
    }
}
