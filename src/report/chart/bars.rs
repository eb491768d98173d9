//! Bars: named amounts, such as the importance of features.

use crate::report::format;

use super::axis::{Axis, Scale, numbers};
use super::canvas::{Anchor, Frame, HEAD, LINE, Size, no_data, paint};
use super::style::Tone;
use super::text::{shortened, text_width};

const ROW: f64 = 19.0;
/// The widest name, as a share of the width; longer ones are cut and titled.
const WIDEST: f64 = 0.36;

/// A named amount.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    /// Name to the left.
    pub(crate) name: String,
    /// Length.
    pub(crate) value: f64,
}

/// Named amounts, longest first or in their own order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BarChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit.
    pub(crate) x_title: String,
    /// How the values are written.
    pub(crate) scale: Scale,
    /// Bars from top to bottom.
    pub(crate) bars: Vec<Bar>,
}

/// Draws horizontal bars with their numbers.
#[must_use]
pub(crate) fn bars(chart: &BarChart, size: Size) -> String {
    let bars: Vec<&Bar> = chart.bars.iter().filter(|bar| bar.value.is_finite()).collect();
    if bars.is_empty() {
        return no_data(&chart.label, "there is nothing to compare");
    }
    let written = |value: f64| match chart.scale {
        Scale::Number => format::number(value, 3),
        Scale::Percent => format::number(100.0 * value, 3),
    };
    let x = numbers(bars.iter().map(|bar| bar.value).chain([0.0]), chart.scale, &chart.x_title);
    let names: Vec<String> = bars.iter().map(|bar| shortened(&bar.name, WIDEST * size.width())).collect();
    let left = names.iter().map(|name| text_width(name)).fold(0.0, f64::max).ceil() + 12.0;
    let right = bars.iter().map(|bar| text_width(&written(bar.value))).fold(0.0, f64::max).ceil() + 12.0;
    let height = HEAD + ROW * bars.len() as f64 + 26.0 + LINE;
    let y = Axis { from: 0.0, to: 1.0, ticks: vec![], title: String::new(), ends: <_>::default() };
    let frame = Frame { size, height, label: chart.label.clone(), x, y, legend_lines: 0, right, left: Some(left) };
    paint(&frame, |canvas| {
        for (idx, bar) in bars.iter().enumerate() {
            let top = canvas.top + ROW * idx as f64;
            let ((zero, _), (end, _)) = (canvas.pixel((0.0, 0.0)), canvas.pixel((bar.value, 0.0)));
            canvas.block((zero, top + 3.0), (end, top + ROW - 3.0), Tone::Series(0));
            canvas.words((canvas.left - 6.0, top + 0.5 * ROW), &names[idx], Tone::Ink, Anchor::End);
            canvas.words((end.max(zero) + 5.0, top + 0.5 * ROW), &written(bar.value), Tone::Muted, Anchor::Start);
            let (left, right) = (canvas.left, canvas.right);
            canvas.titled((left, top), (right, top + ROW), &format!("{}: {}", bar.name, chart.scale.write_value(bar.value)));
        }
        let (zero, _) = canvas.pixel((0.0, 0.0));
        canvas.rule((zero, canvas.top), (zero, canvas.bottom), Tone::Grey);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_carry_their_numbers_and_long_names_are_cut() {
        let long = "a_feature_with_a_very_long_name_indeed_and_more_of_it";
        let bars_of = vec![Bar { name: "momentum".into(), value: 0.312 }, Bar { name: long.into(), value: -0.021 }];
        let mut chart = BarChart { label: "b".into(), x_title: "Share, %".into(), scale: Scale::Percent, bars: bars_of };
        let svg = bars(&chart, Size::Wide);
        assert!(svg.contains(">31.2<") && svg.contains(">−2.10<"));
        assert!(svg.contains(&format!("<title>{long}: −2.10 %</title>")) && svg.contains("…<"));
        chart.bars.clear();
        assert!(bars(&chart, Size::Wide).contains("No data"));
    }
}
