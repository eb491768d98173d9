//! Bars: named amounts, such as the importance of features.

use crate::report::format;

use super::axis::{Axis, Scale, numbers};
use super::canvas::{Anchor, Frame, HEAD, LINE, no_data, paint, text_width};
use super::style::Tone;

const ROW: i32 = 40;
/// The widest name, in pixels; longer ones are cut and titled.
const WIDEST: i32 = 460;

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
pub(crate) fn bars(chart: &BarChart) -> String {
    let bars: Vec<&Bar> = chart.bars.iter().filter(|bar| bar.value.is_finite()).collect();
    if bars.is_empty() {
        return no_data(&chart.label, "there is nothing to compare");
    }
    let x = numbers(bars.iter().map(|bar| bar.value).chain([0.0]), chart.scale, &chart.x_title);
    let names: Vec<String> = bars.iter().map(|bar| shortened(&bar.name)).collect();
    let left = names.iter().map(|name| text_width(name)).max().unwrap_or(0) + 24;
    let height = HEAD + ROW * bars.len() as i32 + 52 + LINE;
    let y = Axis { from: 0.0, to: 1.0, ticks: vec![], title: String::new() };
    let frame = Frame { height: height as u32, label: chart.label.clone(), x, y, legend_lines: 0, right: 120, left: Some(left) };
    paint(&frame, |canvas| {
        for (idx, bar) in bars.iter().enumerate() {
            let top = canvas.top + ROW * idx as i32;
            let ((zero, _), (end, _)) = (canvas.pixel((0.0, 0.0)), canvas.pixel((bar.value, 0.0)));
            canvas.block((zero, top + 5), (end, top + ROW - 5), Tone::Series(0));
            canvas.words((canvas.left - 12, top + ROW / 2), &names[idx], Tone::Ink, Anchor::End);
            let written = match chart.scale {
                Scale::Number => format::number(bar.value, 3),
                Scale::Percent => format::number(100.0 * bar.value, 3),
            };
            canvas.words((end.max(zero) + 10, top + ROW / 2), &written, Tone::Muted, Anchor::Start);
            canvas.titled((canvas.left, top), (canvas.right, top + ROW), &format!("{}: {}", bar.name, chart.scale.write_value(bar.value)));
        }
        let (zero, _) = canvas.pixel((0.0, 0.0));
        canvas.rule((zero, canvas.top), (zero, canvas.bottom), Tone::Grey);
    })
}

fn shortened(name: &str) -> String {
    if text_width(name) <= WIDEST {
        return name.to_owned();
    }
    let mut out = String::new();
    for c in name.chars() {
        if WIDEST - 30 < text_width(&out) {
            break;
        }
        out.push(c);
    }
    out + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_carry_their_numbers_and_long_names_are_cut() {
        let long = "a_feature_with_a_very_long_name_indeed_and_more_of_it";
        let bars_of = vec![Bar { name: "momentum".into(), value: 0.312 }, Bar { name: long.into(), value: -0.021 }];
        let mut chart = BarChart { label: "b".into(), x_title: "Share, %".into(), scale: Scale::Percent, bars: bars_of };
        let svg = bars(&chart);
        assert!(svg.contains(">31.2<") && svg.contains(">−2.10<"));
        assert!(svg.contains(&format!("<title>{long}: −2.10 %</title>")) && svg.contains("…<"));
        chart.bars.clear();
        assert!(bars(&chart).contains("No data"));
    }
}
