//! Label: names of series beside their line's end where they fit, else in a row above the plot.

use super::canvas::{Anchor, Canvas, HEAD, LINE, Size};
use super::style::Tone;
use super::text::{shortened, text_width};

/// Length of a line's sample: enough for its dashes to repeat.
const SAMPLE: f64 = 34.0;
/// More names than this would not be told apart beside the lines: six series, the truth, and the others.
const MOST: usize = 8;

/// Where the names of series go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Placement {
    /// At the lines' ends; the room they need.
    Ends(f64),
    /// Above the plot; the lines they need.
    Above(usize),
}

impl Placement {
    /// Beside the ends where that is possible.
    pub(super) fn choose(names: &[&str], size: Size) -> Self {
        let widest = names.iter().map(|name| text_width(name)).fold(0.0, f64::max);
        let room = match size {
            Size::Wide => 160.0,
            Size::Half => 84.0,
        };
        if widest <= room && names.len() <= MOST {
            return Self::Ends(widest.ceil() + 20.0);
        }
        Self::above(names, size)
    }

    /// Above the plot.
    pub(super) fn above(names: &[&str], size: Size) -> Self {
        Self::Above(rows(names, size).len())
    }

    /// Pixels kept free to the right.
    pub(super) fn right(self) -> f64 {
        match self {
            Self::Ends(width) => width,
            Self::Above(_) => 14.0,
        }
    }

    /// Lines kept free above.
    pub(super) fn legend_lines(self) -> usize {
        match self {
            Self::Ends(_) => 0,
            Self::Above(lines) => lines,
        }
    }
}

/// A name, its line, and the height in pixels of the line's end.
#[derive(Debug, Clone)]
pub(super) struct Name<'a> {
    /// What is written.
    pub(super) text: &'a str,
    /// In which tone.
    pub(super) tone: Tone,
    /// How wide its line is.
    pub(super) width: f64,
    /// Its dashes, where they are not its tone's.
    pub(super) dashes: Option<&'static str>,
    /// Beside which height.
    pub(super) y: f64,
}

impl<'a> Name<'a> {
    /// The name of a line that ends at height `y`.
    pub(super) fn new(text: &'a str, tone: Tone, width: f64, y: f64) -> Self {
        Self { text, tone, width, dashes: None, y }
    }
}

/// Writes the names where `placement` says.
pub(super) fn write(canvas: &mut Canvas, placement: Placement, names: &[Name], size: Size) {
    match placement {
        Placement::Ends(_) => beside(canvas, names),
        Placement::Above(lines) => {
            let from = canvas.top - HEAD - LINE * lines as f64 + 0.5 * LINE;
            legend(canvas, names, size, from);
        }
    }
}

fn beside(canvas: &mut Canvas, names: &[Name]) {
    let heights: Vec<f64> = names.iter().map(|name| name.y).collect();
    let right = canvas.right;
    for (name, y) in names.iter().zip(spread(&heights, canvas.top, canvas.bottom)) {
        // A name that had to move away from its line is led back to it.
        if 3.0 < (y - name.y).abs() {
            canvas.dashed_stroke((right + 3.0, name.y), (right + 11.0, y), name.tone, "");
        }
        canvas.words((right + 14.0, y), name.text, name.tone, Anchor::Start);
    }
}

/// Samples and names in rows, the first at height `from`.
pub(super) fn legend(canvas: &mut Canvas, names: &[Name], size: Size, from: f64) {
    let texts: Vec<&str> = names.iter().map(|name| name.text).collect();
    let widest = size.width() - SAMPLE - 6.0;
    for (row, idxs) in rows(&texts, size).into_iter().enumerate() {
        let y = from + LINE * row as f64;
        let mut x = 0.0;
        for idx in idxs {
            let name = &names[idx];
            let dashes = name.dashes.map_or_else(|| name.tone.dashes(), str::to_owned);
            canvas.sample((x, y), (x + SAMPLE, y), name.tone, name.width.max(1.2), &dashes);
            canvas.words((x + SAMPLE + 6.0, y), &shortened(name.text, widest), Tone::Ink, Anchor::Start);
            x += item_width(name.text);
        }
    }
}

fn item_width(name: &str) -> f64 {
    SAMPLE + 6.0 + text_width(name) + 18.0
}

fn rows(names: &[&str], size: Size) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = vec![vec![]];
    let mut used = 0.0;
    for (idx, name) in names.iter().enumerate() {
        used += item_width(name);
        if size.width() < used && out.last().is_some_and(|row| !row.is_empty()) {
            out.push(vec![]);
            used = item_width(name);
        }
        if let Some(row) = out.last_mut() {
            row.push(idx);
        }
    }
    out
}

/// Moves heights apart until no two are closer than a line, in the same order, within `top..bottom`.
pub(super) fn spread(heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]).then(a.cmp(&b)));
    let mut out = heights.to_vec();
    let mut free_from = top;
    for &idx in &order {
        out[idx] = out[idx].max(free_from);
        free_from = out[idx] + LINE;
    }
    let mut free_to = bottom;
    for &idx in order.iter().rev() {
        out[idx] = out[idx].min(free_to);
        free_to = out[idx] - LINE;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_order_and_a_line_between_them() {
        assert_eq!(spread(&[50.0, 50.5, 150.0], 0.0, 200.0), [50.0, 66.0, 150.0]);
        // At the bottom they are pushed up instead.
        assert_eq!(spread(&[199.5, 199.0], 0.0, 200.0), [200.0, 184.0]);
    }

    #[test]
    fn long_or_many_names_go_above() {
        assert_eq!(Placement::choose(&["gbdt"], Size::Wide), Placement::Ends(text_width("gbdt").ceil() + 20.0));
        let long = "a name that is too long to stand beside";
        assert_eq!(Placement::choose(&[long], Size::Wide), Placement::Above(1));
        assert_eq!(Placement::choose(&["a"; 9], Size::Wide), Placement::Above(1));
        assert_eq!(Placement::choose(&["observed rate"], Size::Half), Placement::Above(1));
        assert_eq!(rows(&[long, long, long], Size::Half).len(), 3);
    }
}
