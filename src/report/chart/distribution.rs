//! Distribution: how often outcomes were how large, and where the tail begins.

use crate::report::format;

use super::axis::{Scale, numbers};
use super::canvas::{Anchor, Canvas, Frame, LINE, Size, no_data, paint};
use super::style::{Style, Tone};

/// A value marked by a line across the distribution, such as VaR.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// Where.
    pub(crate) at: f64,
    /// What it is, such as "VaR 99 %".
    pub(crate) name: String,
}

/// Outcomes and what is marked among them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DistributionChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit of the outcomes.
    pub(crate) x_title: String,
    /// What is counted, such as "Days".
    pub(crate) y_title: String,
    /// How outcomes are written.
    pub(crate) scale: Scale,
    /// Whose they are.
    pub(crate) color: Style,
    /// Outcomes in any order; what is not finite is left out.
    pub(crate) values: Vec<f64>,
    /// Marked values.
    pub(crate) marks: Vec<Mark>,
}

/// Draws a histogram with zero and the marks; no density is drawn over it.
#[must_use]
pub(crate) fn distribution(chart: &DistributionChart, size: Size) -> String {
    let values: Vec<f64> = chart.values.iter().copied().filter(|value| value.is_finite()).collect();
    if values.is_empty() {
        return no_data(&chart.label, "there is no outcome");
    }
    let marks: Vec<&Mark> = chart.marks.iter().filter(|mark| mark.at.is_finite()).collect();
    let x = numbers(values.iter().copied().chain(marks.iter().map(|mark| mark.at)), chart.scale, &chart.x_title);
    let bins = binned(&values, x.from, x.to);
    let y = numbers(bins.iter().map(|bin| bin.n as f64).chain([0.0, 4.0]), Scale::Number, &chart.y_title);
    let legend_lines = marks.len();
    let height = size.height(260.0) + LINE * legend_lines as f64;
    let frame = Frame { size, height, label: chart.label.clone(), x, y, legend_lines, right: 14.0, left: None };
    paint(&frame, |canvas| {
        for bin in bins.iter().filter(|bin| 0 < bin.n) {
            let (low, high) = (canvas.pixel((bin.from, 0.0)), canvas.pixel((bin.to, bin.n as f64)));
            // A bin that holds one case still shows.
            let top = high.1.min(low.1 - 1.0);
            canvas.block((low.0 + 0.4, low.1), (high.0 - 0.4, top), chart.color.tone());
            let (from, to) = (chart.scale.write_value(bin.from), chart.scale.write_value(bin.to));
            canvas.titled((low.0, low.1), (high.0, top), &format!("{from} to {to}: {}", format::count(bin.n as u64)));
        }
        draw_marks(canvas, &marks, chart.scale);
    })
}

/// A line and its words each. The outermost stand highest and their words point inwards, so that no line crosses another's words.
fn draw_marks(canvas: &mut Canvas, marks: &[&Mark], scale: Scale) {
    let middle = 0.5 * (canvas.left + canvas.right);
    let mut placed: Vec<(f64, &Mark)> = marks.iter().map(|mark| (canvas.pixel((mark.at, 0.0)).0, *mark)).collect();
    placed.sort_by(|a, b| (b.0 - middle).abs().total_cmp(&(a.0 - middle).abs()));
    for (row, (x, mark)) in placed.into_iter().enumerate() {
        let y = canvas.top - 2.0 - LINE * (marks.len() - row) as f64;
        canvas.dashed_stroke((x, canvas.bottom), (x, y - 6.0), Tone::Ink, if row % 2 == 0 { "" } else { "4 2" });
        let words = format!("{} {}", mark.name, scale.write_value(mark.at));
        let (at, anchor) = if x <= middle { (x + 5.0, Anchor::Start) } else { (x - 5.0, Anchor::End) };
        canvas.words((at, y), &words, Tone::Ink, anchor);
    }
}

/// A bin and how many lie in it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bin {
    from: f64,
    to: f64,
    n: usize,
}

/// About as many bins as the square root of n, 12 at least and 60 at most, over the whole axis.
fn binned(values: &[f64], from: f64, to: f64) -> Vec<Bin> {
    let n_bins = ((values.len() as f64).sqrt().round() as usize).clamp(12, 60);
    let step = (to - from) / n_bins as f64;
    let edge = |idx: usize| from + step * idx as f64;
    let mut bins: Vec<Bin> = (0..n_bins).map(|idx| Bin { from: edge(idx), to: edge(idx + 1), n: 0 }).collect();
    for value in values {
        let idx = ((value - from) / step).floor().max(0.0) as usize;
        bins[idx.min(n_bins - 1)].n += 1;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bin() {
        let bins = binned(&[0.0, 0.1, 0.5, 1.0], 0.0, 1.2);
        assert_eq!(bins.len(), 12);
        assert_eq!(bins.iter().map(|bin| bin.n).collect::<Vec<_>>(), [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn marks_are_named_and_equal_values_are_a_figure() {
        let mark = Mark { at: -0.025, name: "VaR 99 %".into() };
        let (label, x_title, y_title) = ("d".into(), "Return, %".into(), "Days".into());
        let mut chart =
            DistributionChart { label, x_title, y_title, scale: Scale::Percent, color: Style::Series(0), values: vec![0.01; 9], marks: vec![mark] };
        let svg = distribution(&chart, Size::Half);
        assert!(svg.contains(">VaR 99 % −2.50 %<") && svg.contains(": 9</title>") && !svg.contains("NaN"), "{svg}");
        chart.values = vec![f64::NAN];
        assert!(distribution(&chart, Size::Half).contains("No data: there is no outcome"));
    }
}
