//! Canvas: a plain SVG writer. Panels with axes, classes in place of colours, titles on what matters, one decimal at most.
//!
//! One unit is one pixel as shown. Colours are the stylesheet's: `f` is filled and `k` stroked with the tone of the second class.

use std::fmt::Write;

use crate::report::format::escaped;

use super::axis::{Axis, Tick};
pub(super) use super::frame::{Anchor, Edges, Frame, Labels, Size};
use super::style::Tone;
use super::text::text_width;

/// Height of a line of text with its space.
pub(super) const LINE: f64 = 16.0;
/// Space above the axis title and between it and the plot.
pub(super) const HEAD: f64 = 10.0;
/// Room for the labels below a plot.
pub(super) const BELOW: f64 = 26.0;
/// What a string never refuses.
const TAKES_ALL: &str = "a string takes every shape";

/// A figure being drawn: what is drawn goes to the panel placed last.
pub(super) struct Canvas {
    size: Size,
    height: f64,
    /// Left edge of the panel.
    pub(super) left: f64,
    /// Right edge of the panel.
    pub(super) right: f64,
    /// Upper edge of the panel.
    pub(super) top: f64,
    /// Lower edge of the panel.
    pub(super) bottom: f64,
    x: (f64, f64),
    y: (f64, f64),
    body: String,
    overlay: String,
}

/// Draws a figure of one panel: axes first, then what `draw` adds.
pub(super) fn paint(frame: &Frame, draw: impl FnOnce(&mut Canvas)) -> String {
    let mut canvas = Canvas::new(frame.size, frame.height);
    let left = frame.left.unwrap_or_else(|| room_left(&frame.y));
    let title_lines = usize::from(!frame.y.title.is_empty());
    let below = if frame.x.title.is_empty() { 0.0 } else { LINE };
    let edges = Edges {
        left,
        right: frame.size.width() - frame.right.max(10.0),
        top: HEAD + LINE * (title_lines + frame.legend_lines) as f64,
        bottom: frame.height - BELOW - below,
    };
    canvas.place(edges, &frame.x, &frame.y);
    canvas.axes(&frame.x, &frame.y, Labels::Shown);
    if !frame.y.title.is_empty() {
        canvas.words((0.0, 9.0), &frame.y.title, Tone::Ink, Anchor::Start);
    }
    draw(&mut canvas);
    canvas.finish(&frame.label)
}

/// A figure without data: says why.
pub(super) fn no_data(label: &str, reason: &str) -> String {
    format!(
        "<svg class=\"plot\" viewBox=\"0 0 760 60\" role=\"img\" aria-label=\"{}\"><text class=\"f muted\" font-size=\"12\" x=\"0\" y=\"35\">No data: {}</text></svg>",
        escaped(&format!("{label}: no data, {reason}")),
        escaped(reason)
    )
}

/// Room that an axis's labels need to the left of the plot.
pub(super) fn room_left(y: &Axis) -> f64 {
    y.ticks.iter().map(|tick| text_width(&tick.label)).fold(0.0, f64::max).ceil() + 10.0
}

/// A coordinate with one decimal at most: "12", "12.5", never "-0".
fn at(value: f64) -> String {
    let tenths = (10.0 * value).round();
    if !tenths.is_finite() {
        return "0".to_owned();
    }
    let tenths = tenths as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    match tenths.unsigned_abs() % 10 {
        0 => format!("{sign}{}", tenths.unsigned_abs() / 10),
        tenth => format!("{sign}{}.{tenth}", tenths.unsigned_abs() / 10),
    }
}

impl Canvas {
    /// An empty figure.
    pub(super) fn new(size: Size, height: f64) -> Self {
        let (width, body, overlay) = (size.width(), String::new(), String::new());
        Self { size, height, left: 0.0, right: width, top: 0.0, bottom: height, x: (0.0, 1.0), y: (0.0, 1.0), body, overlay }
    }

    /// Width of the whole figure.
    pub(super) fn width(&self) -> f64 {
        self.size.width()
    }

    /// What is drawn next lies within these edges and axes.
    pub(super) fn place(&mut self, edges: Edges, x: &Axis, y: &Axis) {
        (self.left, self.right, self.top, self.bottom) = (edges.left, edges.right, edges.top, edges.bottom);
        (self.x, self.y) = ((x.from, x.to), (y.from, y.to));
    }

    /// The grid, the ticks and their labels.
    pub(super) fn axes(&mut self, x: &Axis, y: &Axis, labels: Labels) {
        for tick in &y.ticks {
            let (_, height) = self.pixel((x.from, tick.at));
            let tone = if tick.at == 0.0 { Tone::Grey } else { Tone::Rule };
            self.rule((self.left, height), (self.right, height), tone);
            self.words((self.left - 6.0, height), &tick.label, Tone::Muted, Anchor::End);
        }
        for tick in &x.ticks {
            let (across, _) = self.pixel((tick.at, y.from));
            let length = if tick.label.is_empty() { 2.5 } else { 4.0 };
            self.rule((across, self.bottom), (across, self.bottom + length), Tone::Grey);
        }
        self.rule((self.left, self.bottom), (self.right, self.bottom), Tone::Grey);
        match labels {
            Labels::Shown => self.label_below(x),
            Labels::Shared => {}
        }
    }

    fn label_below(&mut self, x: &Axis) {
        let height = self.bottom + 14.0;
        let mut taken: Vec<(f64, f64)> = Vec::new();
        let ends = [(x.from, &x.ends.0), (x.to, &x.ends.1)].map(|(at, label)| Tick { at, label: label.clone() });
        let named: Vec<&Tick> = x.ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
        let stride = self.stride(&named);
        // Ticks first: an end is named where no tick's label stands in its place.
        for tick in named.into_iter().step_by(stride).chain(ends.iter().filter(|end| !end.label.is_empty())) {
            let half = 0.5 * text_width(&tick.label);
            let (middle, _) = self.pixel((tick.at, 0.0));
            // A label at the very edge would be cut off.
            let middle = middle.clamp(half, (self.width() - half).max(half));
            if taken.iter().all(|&(from, to)| to + 5.0 <= middle - half || middle + half + 5.0 <= from) {
                self.words((middle, height), &tick.label, Tone::Muted, Anchor::Middle);
                taken.push((middle - half, middle + half));
            }
        }
        if !x.title.is_empty() {
            self.words((self.right, height + LINE), &x.title, Tone::Ink, Anchor::End);
        }
    }

    /// One label in how many is written, so that all that are written have room.
    fn stride(&self, ticks: &[&Tick]) -> usize {
        let fits = |stride: usize| {
            let written: Vec<(f64, f64)> =
                ticks.iter().step_by(stride).map(|tick| (self.pixel((tick.at, 0.0)).0, 0.5 * text_width(&tick.label))).collect();
            written.windows(2).all(|pair| pair[0].0 + pair[0].1 + 5.0 <= pair[1].0 - pair[1].1)
        };
        [1, 2, 5, 10, 20, 50, 100].into_iter().find(|&stride| fits(stride)).unwrap_or(200)
    }

    /// The pixel of a point in data units.
    pub(super) fn pixel(&self, point: (f64, f64)) -> (f64, f64) {
        let share = |value: f64, (from, to): (f64, f64)| if from < to { (value - from) / (to - from) } else { 0.5 };
        (self.left + share(point.0, self.x) * (self.right - self.left), self.bottom - share(point.1, self.y) * (self.bottom - self.top))
    }

    /// A line through points in data units.
    pub(super) fn line(&mut self, points: &[(f64, f64)], tone: Tone, width: f64) {
        let pixels: Vec<(f64, f64)> = points.iter().map(|&point| self.pixel(point)).collect();
        self.path(&pixels, tone, width, &tone.dashes());
    }

    /// A line through points in data units with dashes of its own.
    pub(super) fn dashed(&mut self, points: &[(f64, f64)], tone: Tone, width: f64, dashes: &str) {
        let pixels: Vec<(f64, f64)> = points.iter().map(|&point| self.pixel(point)).collect();
        self.path(&pixels, tone, width, dashes);
    }

    fn path(&mut self, pixels: &[(f64, f64)], tone: Tone, width: f64, dashes: &str) {
        if pixels.len() < 2 {
            return;
        }
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        let points = joined(pixels);
        writeln!(self.body, "<polyline class=\"k {}\" stroke-width=\"{}\"{dashes} points=\"{points}\"/>", tone.class(), at(width)).expect(TAKES_ALL);
    }

    /// A filled polygon in data units.
    pub(super) fn area(&mut self, points: &[(f64, f64)], tone: Tone) {
        let pixels: Vec<(f64, f64)> = points.iter().map(|&point| self.pixel(point)).collect();
        writeln!(self.body, "<polygon class=\"f {}\" points=\"{}\"/>", tone.class(), joined(&pixels)).expect(TAKES_ALL);
    }

    /// A filled rectangle between two corners in pixels.
    pub(super) fn block(&mut self, a: (f64, f64), b: (f64, f64), tone: Tone) {
        let shape = rectangle(a, b, 0.0);
        writeln!(self.body, "<rect class=\"f {}\" {shape}/>", tone.class()).expect(TAKES_ALL);
    }

    /// A dot in data units, without a title.
    pub(super) fn dot(&mut self, point: (f64, f64), radius: f64, tone: Tone) {
        let (x, y) = self.pixel(point);
        writeln!(self.body, "<circle class=\"f {}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", tone.class(), at(x), at(y), at(radius)).expect(TAKES_ALL);
    }

    /// A thin line between two pixels.
    pub(super) fn rule(&mut self, a: (f64, f64), b: (f64, f64), tone: Tone) {
        self.stroke(a, b, tone, 1.0);
    }

    /// A line between two pixels.
    pub(super) fn stroke(&mut self, a: (f64, f64), b: (f64, f64), tone: Tone, width: f64) {
        self.path(&[a, b], tone, width, &tone.dashes());
    }

    /// A line between two pixels with dashes of its own.
    pub(super) fn dashed_stroke(&mut self, a: (f64, f64), b: (f64, f64), tone: Tone, dashes: &str) {
        self.path(&[a, b], tone, 1.2, dashes);
    }

    /// A line's sample between two pixels.
    pub(super) fn sample(&mut self, a: (f64, f64), b: (f64, f64), tone: Tone, width: f64, dashes: &str) {
        self.path(&[a, b], tone, width, dashes);
    }

    /// Words at a pixel, centred on its height.
    pub(super) fn words(&mut self, point: (f64, f64), words: &str, tone: Tone, anchor: Anchor) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        // A third of the size below the middle, so that capitals and digits are centred.
        let (x, y) = (at(point.0), at(point.1 + 4.2));
        writeln!(self.body, "<text class=\"f {}\" x=\"{x}\" y=\"{y}\"{anchor}>{}</text>", tone.class(), escaped(words)).expect(TAKES_ALL);
    }

    /// Words that may lie on lines: with a rim of the paper's colour.
    pub(super) fn words_over(&mut self, point: (f64, f64), words: &str, anchor: Anchor) {
        let from = self.body.len();
        self.words(point, words, Tone::Ink, anchor);
        let rimmed = self.body.split_off(from).replacen("class=\"f ink\"", "class=\"f ink rim\"", 1);
        self.body.push_str(&rimmed);
    }

    /// A dot with a title, above everything else, with a ring of the paper's colour.
    pub(super) fn marked(&mut self, point: (f64, f64), tone: Tone, title: &str) {
        self.mark(point, 3.0, tone, title);
    }

    /// A dot that stands out in grey, too: a breach.
    pub(super) fn struck(&mut self, point: (f64, f64), title: &str) {
        self.mark(point, 4.2, Tone::Ink, title);
    }

    fn mark(&mut self, point: (f64, f64), radius: f64, tone: Tone, title: &str) {
        let (x, y) = self.pixel(point);
        let (class, title) = (tone.class(), escaped(title));
        writeln!(
            self.overlay,
            "<circle class=\"f hit {class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"><title>{title}</title></circle>",
            at(x),
            at(y),
            at(radius)
        )
        .expect(TAKES_ALL);
    }

    /// A title on a rectangle in pixels that is drawn elsewhere.
    pub(super) fn titled(&mut self, a: (f64, f64), b: (f64, f64), title: &str) {
        writeln!(self.overlay, "<rect class=\"over\" {}><title>{}</title></rect>", rectangle(a, b, 2.0), escaped(title)).expect(TAKES_ALL);
    }

    /// The SVG. The size of its words is its own: their widths were measured at it.
    pub(super) fn finish(self, label: &str) -> String {
        format!(
            "<svg class=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n<g font-size=\"12\">\n{}{}</g></svg>",
            self.size.class(),
            at(self.size.width()),
            at(self.height),
            escaped(label),
            self.body,
            self.overlay
        )
    }
}

fn joined(pixels: &[(f64, f64)]) -> String {
    let mut out = String::with_capacity(10 * pixels.len());
    for (idx, &(x, y)) in pixels.iter().enumerate() {
        if 0 < idx {
            out.push(' ');
        }
        out.push_str(&at(x));
        out.push(',');
        out.push_str(&at(y));
    }
    out
}

fn rectangle(a: (f64, f64), b: (f64, f64), least: f64) -> String {
    let (width, height) = ((a.0 - b.0).abs().max(least), (a.1 - b.1).abs().max(least));
    format!("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", at(a.0.min(b.0)), at(a.1.min(b.1)), at(width), at(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::axis::{Scale, numbers};

    #[test]
    fn coordinates_have_one_decimal_at_most() {
        assert_eq!([0.0, -0.04, 12.0, 12.34, -3.26, f64::NAN].map(at), ["0", "0", "12", "12.3", "-3.3", "0"]);
    }

    #[test]
    fn points_lie_where_the_axes_say_and_titles_lie_on_top() {
        let unit = |title: &str| numbers([0.0, 1.0], Scale::Number, title);
        let (label, x, y) = ("a \"test\"".to_owned(), unit(""), unit("y"));
        let frame = Frame { size: Size::Half, height: 152.0, label, x, y, legend_lines: 0, right: 20.0, left: Some(60.0) };
        let svg = paint(&frame, |canvas| {
            canvas.line(&[(0.0, 0.0), (1.0, 1.0)], Tone::Series(0), 1.5);
            canvas.marked((0.5, 0.5), Tone::Red, "a < b");
        });
        assert!(svg.starts_with("<svg class=\"plot narrow\" viewBox=\"0 0 480 152\" role=\"img\" aria-label=\"a &quot;test&quot;\">"), "{svg}");
        // From (60, 152 - 26) to (480 - 20, 10 + 16).
        assert!(svg.contains("<polyline class=\"k s0\" stroke-width=\"1.5\" points=\"60,126 460,26\"/>"), "{svg}");
        assert!(svg.ends_with("cx=\"260\" cy=\"76\" r=\"3\"><title>a &lt; b</title></circle>\n</g></svg>"), "{svg}");
        assert!(!svg.contains('#') && !svg.contains(" id=") && !svg.contains("style="), "no fixed colours, no ids, no style");
    }
}
