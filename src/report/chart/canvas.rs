//! Canvas: plotters' SVG backend with our axes, classes in place of colours, and titles on points.
//!
//! Everything is drawn at twice the size it is shown, because plotters places shapes on whole pixels.

use std::fmt::Write;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Color, DrawingArea, IntoDrawingArea, IntoFont, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{ShapeStyle, TextStyle};

use crate::report::format::escaped;

use super::axis::Axis;
use super::style::{Tone, class_of};

/// Width of a figure, twice what is shown.
pub(super) const WIDTH: u32 = 1_520;
/// Height of a line of text with its space.
pub(super) const LINE: i32 = 32;
/// Space above the axis title and between it and the plot.
pub(super) const HEAD: i32 = 22;
const BOTTOM: i32 = 52;

/// Size, margins and axes of a figure.
pub(super) struct Frame {
    /// Height, twice what is shown.
    pub(super) height: u32,
    /// What a listener hears.
    pub(super) label: String,
    /// Horizontal axis.
    pub(super) x: Axis,
    /// Vertical axis.
    pub(super) y: Axis,
    /// Room above the plot, beside the axis title: lines of legend.
    pub(super) legend_lines: usize,
    /// Room to the right for labels, in pixels.
    pub(super) right: i32,
    /// Room to the left; `None`: as the tick labels need.
    pub(super) left: Option<i32>,
}

/// Where text sits relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Starts at the point.
    Start,
    /// Centred on the point.
    Middle,
    /// Ends at the point.
    End,
}

/// A plot being drawn.
pub(super) struct Canvas<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
    plot: DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    /// Left edge of the plot, in pixels.
    pub(super) left: i32,
    /// Right edge of the plot.
    pub(super) right: i32,
    /// Upper edge of the plot.
    pub(super) top: i32,
    /// Lower edge of the plot.
    pub(super) bottom: i32,
    overlay: String,
}

const STRING_TAKES_ALL: &str = "a string takes every shape";

/// Draws a figure: axes first, then what `draw` adds.
pub(super) fn paint(frame: &Frame, draw: impl FnOnce(&mut Canvas)) -> String {
    let mut svg = String::new();
    let overlay = {
        let mut canvas = Canvas::new(&mut svg, frame);
        canvas.axes(frame);
        draw(&mut canvas);
        canvas.root.present().expect(STRING_TAKES_ALL);
        canvas.overlay
    };
    finish(&svg, &overlay, frame)
}

/// A figure without data: says why.
pub(super) fn no_data(label: &str, reason: &str) -> String {
    format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} 120\" role=\"img\" aria-label=\"{}\"><text class=\"f muted\" x=\"0\" y=\"70\">No data: {}</text></svg>",
        escaped(&format!("{label}: no data, {reason}")),
        escaped(reason)
    )
}

/// Width of a text at the figures' size, in pixels; an estimate on the safe side for proportional fonts.
pub(super) fn text_width(text: &str) -> i32 {
    text.chars()
        .map(|c| {
            if "il.,:;|' ()tfjI".contains(c) {
                10
            } else if c.is_ascii_uppercase() || "mw%".contains(c) {
                20
            } else {
                15
            }
        })
        .sum()
}

impl<'a> Canvas<'a> {
    fn new(svg: &'a mut String, frame: &Frame) -> Self {
        let left = frame.left.unwrap_or_else(|| frame.y.ticks.iter().map(|tick| text_width(&tick.label)).max().unwrap_or(0) + 20);
        let title_lines = usize::from(!frame.y.title.is_empty());
        let top = HEAD + LINE * (title_lines + frame.legend_lines) as i32;
        let below = if frame.x.title.is_empty() { 0 } else { LINE };
        let (right, bottom) = (WIDTH as i32 - frame.right.max(20), frame.height as i32 - BOTTOM - below);
        let root = SVGBackend::with_string(svg, (WIDTH, frame.height)).into_drawing_area();
        let coordinates =
            Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(frame.x.from..frame.x.to, frame.y.from..frame.y.to, (left..right, bottom..top));
        let plot = root.clone().apply_coord_spec(coordinates);
        Self { root, plot, left, right, top, bottom, overlay: String::new() }
    }

    fn axes(&self, frame: &Frame) {
        for tick in &frame.y.ticks {
            let (_, y) = self.pixel((frame.x.from, tick.at));
            let tone = if tick.at == 0.0 { Tone::Grey } else { Tone::Rule };
            self.rule((self.left, y), (self.right, y), tone);
            self.words((self.left - 12, y), &tick.label, Tone::Muted, Anchor::End);
        }
        for tick in &frame.x.ticks {
            let (x, _) = self.pixel((tick.at, frame.y.from));
            self.rule((x, self.bottom), (x, self.bottom + 8), Tone::Grey);
            // A label at the very edge would be cut off.
            let half = text_width(&tick.label) / 2;
            let at = x.clamp(half, (WIDTH as i32 - half).max(half));
            self.words((at, self.bottom + 28), &tick.label, Tone::Muted, Anchor::Middle);
        }
        self.rule((self.left, self.bottom), (self.right, self.bottom), Tone::Grey);
        if !frame.y.title.is_empty() {
            self.words((0, 18), &frame.y.title, Tone::Ink, Anchor::Start);
        }
        if !frame.x.title.is_empty() {
            self.words((self.right, self.bottom + 28 + LINE), &frame.x.title, Tone::Ink, Anchor::End);
        }
    }

    /// The pixel of a point in data units.
    pub(super) fn pixel(&self, at: (f64, f64)) -> (i32, i32) {
        self.plot.map_coordinate(&at)
    }

    /// A line through points in data units.
    pub(super) fn line(&self, points: &[(f64, f64)], tone: Tone, width: u32) {
        self.plot.draw(&PathElement::new(points.to_vec(), stroke(tone, width))).expect(STRING_TAKES_ALL);
    }

    /// A filled polygon in data units.
    pub(super) fn area(&self, points: &[(f64, f64)], tone: Tone) {
        self.plot.draw(&Polygon::new(points.to_vec(), tone.color().filled())).expect(STRING_TAKES_ALL);
    }

    /// A filled rectangle between two corners in pixels.
    pub(super) fn block(&self, a: (i32, i32), b: (i32, i32), tone: Tone) {
        let (low, high) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
        self.root.draw(&Rectangle::new([low, high], tone.color().filled())).expect(STRING_TAKES_ALL);
    }

    /// A thin line between two pixels.
    pub(super) fn rule(&self, a: (i32, i32), b: (i32, i32), tone: Tone) {
        self.stroke(a, b, tone, 2);
    }

    /// A line between two pixels.
    pub(super) fn stroke(&self, a: (i32, i32), b: (i32, i32), tone: Tone, width: u32) {
        self.root.draw(&PathElement::new(vec![a, b], stroke(tone, width))).expect(STRING_TAKES_ALL);
    }

    /// Words at a pixel, centred on its height.
    pub(super) fn words(&self, at: (i32, i32), words: &str, tone: Tone, anchor: Anchor) {
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let color = tone.color();
        let style = TextStyle::from(("sans-serif", 24).into_font()).color(&color).pos(Pos::new(horizontal, VPos::Center));
        self.root.draw(&Text::new(words.to_owned(), at, style)).expect(STRING_TAKES_ALL);
    }

    /// A dot with a title, above everything else; larger to the pointer than to the eye.
    pub(super) fn marked(&mut self, at: (f64, f64), tone: Tone, title: &str) {
        let (x, y) = self.pixel(at);
        writeln!(self.overlay, "<circle class=\"f hit {}\" cx=\"{x}\" cy=\"{y}\" r=\"7\"><title>{}</title></circle>", tone.class(), escaped(title))
            .expect(STRING_TAKES_ALL);
    }

    /// A title on a rectangle in pixels that is drawn elsewhere.
    pub(super) fn titled(&mut self, a: (i32, i32), b: (i32, i32), title: &str) {
        let (x, y) = (a.0.min(b.0), a.1.min(b.1));
        let (width, height) = ((a.0 - b.0).abs().max(4), (a.1 - b.1).abs().max(4));
        writeln!(
            self.overlay,
            "<rect class=\"over\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>{}</title></rect>",
            escaped(title)
        )
        .expect(STRING_TAKES_ALL);
    }
}

fn stroke(tone: Tone, width: u32) -> ShapeStyle {
    tone.color().stroke_width(width)
}

/// Replaces colours by classes and drops what the stylesheet says once for all.
fn finish(svg: &str, overlay: &str, frame: &Frame) -> String {
    let mut out = format!("<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">\n", frame.height, escaped(&frame.label));
    for line in svg.lines().skip(1) {
        match line {
            "</svg>" => out.push_str(overlay),
            "</text>" => out.push_str("</text>\n"),
            line if line.starts_with("<text") => out.push_str(&classed(line)),
            line if line.starts_with('<') => {
                out.push_str(&classed(line));
                out.push('\n');
            }
            words => out.push_str(words),
        }
    }
    out.push_str("</svg>");
    out
}

/// One tag with its colours as classes: `f` is filled and `k` stroked with the tone's colour.
fn classed(tag: &str) -> String {
    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let end = if attributes.ends_with("/>") { "/>" } else { ">" };
    let (mut class, mut kept) = (String::new(), String::new());
    for attribute in attributes.trim_end_matches(['/', '>']).split("\" ") {
        let Some((key, value)) = attribute.split_once("=\"") else { continue };
        let value = value.trim_end_matches('"').trim_end();
        match (key, class_of(value)) {
            ("fill", Some((tone, _))) => class = format!("f {tone}"),
            ("stroke", Some((tone, dashes))) => {
                class = format!("k {tone}");
                if let Some(dashes) = dashes {
                    write!(kept, " stroke-dasharray=\"{dashes}\"").expect(STRING_TAKES_ALL);
                }
            }
            ("opacity" | "font-family" | "font-size" | "fill" | "stroke", _) => {}
            ("text-anchor", _) if value == "start" => {}
            _ => write!(kept, " {key}=\"{value}\"").expect(STRING_TAKES_ALL),
        }
    }
    if class.starts_with('f') {
        kept = kept.replace(" stroke-width=\"1\"", "");
    }
    format!("{name} class=\"{class}\"{kept}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::axis::{Scale, numbers};

    #[test]
    fn colours_become_classes_and_titles_lie_on_top() {
        let frame = Frame {
            height: 320,
            label: "a \"test\"".into(),
            x: numbers([0.0, 1.0], Scale::Number, ""),
            y: numbers([0.0, 1.0], Scale::Number, "y"),
            legend_lines: 0,
            right: 20,
            left: None,
        };
        let svg = paint(&frame, |canvas| {
            canvas.line(&[(0.0, 0.0), (1.0, 1.0)], Tone::Series(0), 3);
            canvas.marked((0.5, 0.5), Tone::Red, "a < b");
        });
        assert!(svg.starts_with("<svg class=\"plot\" viewBox=\"0 0 1520 320\" role=\"img\" aria-label=\"a &quot;test&quot;\">"));
        assert!(svg.contains("<polyline class=\"k s0\" stroke-width=\"3\" points=\""));
        assert!(svg.ends_with("<title>a &lt; b</title></circle>\n</svg>"));
        assert!(!svg.contains('#') && !svg.contains(" id="), "no fixed colours and no ids that could collide");
    }
}
