//! Panels: quantities of their own scale on the same dates, one above the other, such as rolling Sharpe and volatility.

use super::axis::{Scale, dates, numbers_with};
use super::canvas::{Anchor, BELOW, Canvas, Edges, HEAD, LINE, Labels, Size, no_data, room_left};
use super::drawdown::{filled, mark_deepest};
use super::label::{Name, Placement, write};
use super::lines::{Series, Zero, draw_chosen, drawn, finite, values};
use super::strong::{Chosen, choose};
use super::style::Tone;

/// How a panel is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Lines.
    None,
    /// The first series filled to zero, the deepest point of each marked.
    Drawdown,
}

/// One quantity over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinePanel {
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// How its axis is written.
    pub(crate) scale: Scale,
    /// Whether its axis must hold zero.
    pub(crate) zero: Zero,
    /// How it is drawn.
    pub(crate) fill: Fill,
    /// Height of its plot across the page, in pixels.
    pub(crate) height: u16,
    /// Strong and grey lines; a series has its name in every panel.
    pub(crate) series: Vec<Series>,
    /// Lines told by their names' likes in `series`: thinner, without names of their own.
    pub(crate) lighter: Vec<Series>,
}

/// Panels that share their dates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PanelChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// What the lighter lines are together, such as "before costs"; empty without any.
    pub(crate) lighter: String,
    /// From top to bottom.
    pub(crate) panels: Vec<LinePanel>,
}

/// Dashes of the lighter lines.
const LIGHTER: &str = "2 2";

/// Draws panels above one another; the series are named above the first.
#[must_use]
pub(crate) fn panels(chart: &PanelChart, size: Size) -> String {
    let series: Vec<Series> = chart.panels.iter().flat_map(|panel| finite(&panel.series)).collect();
    let days = || series.iter().flat_map(|line| line.points.iter().map(|(day, _)| *day));
    let (Some(from), Some(to)) = (days().min(), days().max()) else { return no_data(&chart.label, "no series has a point") };
    let x = dates(from, to, size);
    let drawn: Vec<(&LinePanel, Chosen)> = chart.panels.iter().map(|panel| (panel, choose(finite(&panel.series)))).collect();
    let ys: Vec<_> = drawn
        .iter()
        .map(|(panel, chosen)| {
            let all = values(&chosen.strong)
                .chain(values(&chosen.rest))
                .chain(panel.lighter.iter().flat_map(|line| line.points.iter().map(|point| point.1)));
            numbers_with(all.chain(panel.zero.held()), panel.scale, "", if panel.height < 120 { 2 } else { 4 })
        })
        .collect();
    let others = drawn.iter().map(|(_, chosen)| chosen.others()).find(|others| !others.is_empty()).unwrap_or_default();
    let names = named(chart, &drawn, &others);
    let texts: Vec<&str> = names.iter().map(|name| name.text).collect();
    let placement = Placement::above(&texts, size);
    let left = ys.iter().map(room_left).fold(0.0, f64::max);
    let legend = LINE * placement.legend_lines() as f64;
    let heights: Vec<f64> = drawn.iter().map(|(panel, _)| size.height(f64::from(panel.height))).collect();
    let height = legend + heights.iter().map(|height| height + LINE + HEAD + 6.0).sum::<f64>() + BELOW;
    let mut canvas = Canvas::new(size, height);
    let mut top = legend + LINE + HEAD;
    for (idx, (panel, chosen)) in drawn.iter().enumerate() {
        let edges = Edges { left, right: size.width() - 14.0, top, bottom: top + heights[idx] };
        canvas.words((0.0, top - HEAD - 7.0), &panel.y_title, Tone::Ink, Anchor::Start);
        canvas.place(edges, &x, &ys[idx]);
        canvas.axes(&x, &ys[idx], if idx + 1 == drawn.len() { Labels::Shown } else { Labels::Shared });
        fill(&mut canvas, panel, chosen);
        if idx == 0 {
            canvas.top = legend + HEAD;
            write(&mut canvas, placement, &names, size);
        }
        top = edges.bottom + LINE + HEAD + 6.0;
    }
    canvas.finish(&chart.label)
}

fn named<'a>(chart: &'a PanelChart, drawn: &'a [(&LinePanel, Chosen)], others: &'a str) -> Vec<Name<'a>> {
    let mut names: Vec<Name> = Vec::new();
    for line in drawn.iter().flat_map(|(_, chosen)| &chosen.strong) {
        if names.iter().all(|name| name.text != line.name) {
            names.push(Name::new(&line.name, line.color.tone(), line.color.width(), 0.0));
        }
    }
    if !others.is_empty() {
        names.push(Name::new(others, Tone::Grey, 0.8, 0.0));
    }
    if !chart.lighter.is_empty() {
        names.push(Name { dashes: Some(LIGHTER), ..Name::new(&chart.lighter, Tone::Muted, 1.0, 0.0) });
    }
    names
}

fn fill(canvas: &mut Canvas, panel: &LinePanel, chosen: &Chosen) {
    if let (Fill::Drawdown, Some(first)) = (panel.fill, chosen.strong.first()) {
        filled(canvas, first);
    }
    for line in finite(&panel.lighter) {
        canvas.dashed(&drawn(&line), line.color.tone(), 1.0, LIGHTER);
    }
    draw_chosen(canvas, chosen, |canvas, line| {
        let width = match panel.fill {
            Fill::None => line.color.width(),
            Fill::Drawdown => 1.1,
        };
        canvas.line(&drawn(line), line.color.tone(), width);
        match (panel.fill, line.points.last()) {
            (Fill::Drawdown, _) => mark_deepest(canvas, line, panel.scale),
            (Fill::None, Some((day, value))) => {
                canvas.marked((f64::from(day.0), *value), line.color.tone(), &format!("{}, {day}: {}", line.name, panel.scale.write_value(*value)));
            }
            (Fill::None, None) => {}
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::report::chart::Style;

    fn panel(y_title: &str, values: &[f64]) -> LinePanel {
        let points = values.iter().enumerate().map(|(idx, &value)| (Day(idx as i32), value)).collect();
        let series = vec![Series { name: "gbdt".into(), color: Style::Series(0), points }];
        LinePanel { y_title: y_title.into(), scale: Scale::Number, zero: Zero::Shown, fill: Fill::None, height: 100, series, lighter: vec![] }
    }

    #[test]
    fn panels_share_their_dates_and_names() {
        let two = vec![panel("Sharpe ratio", &[0.0, 1.0, 2.0]), panel("Volatility, %", &[0.1, 0.1, 0.1])];
        let svg = panels(&PanelChart { label: "rolling".into(), lighter: String::new(), panels: two }, Size::Wide);
        assert_eq!((svg.matches(">gbdt<").count(), svg.matches(">1970-01-02<").count()), (1, 1), "{svg}");
        assert!(svg.contains(">Sharpe ratio<") && svg.contains(">Volatility, %<"));
        // Both panels' lines begin at the same place; the legend's sample begins at 0.
        let starts: Vec<&str> = svg
            .lines()
            .filter_map(|line| line.split_once("k s0\" stroke-width=\"1.6\" points=\"")?.1.split_once(','))
            .map(|(x, _)| x)
            .filter(|x| *x != "0")
            .collect();
        assert_eq!((starts.len(), starts[0]), (2, starts[1]));
    }

    #[test]
    fn nothing_and_nan_say_why() {
        let none = |values: &[f64]| panels(&PanelChart { label: "r".into(), lighter: String::new(), panels: vec![panel("", values)] }, Size::Half);
        assert!(none(&[]).contains("No data: no series has a point") && none(&[f64::NAN]).contains("No data"));
        assert!(!none(&[f64::NAN, 1.0]).contains("NaN"));
    }
}
