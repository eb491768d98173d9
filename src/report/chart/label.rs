//! Label: names of series beside their line's end where they fit, else in a row above the plot.

use super::canvas::{Anchor, Canvas, HEAD, LINE, WIDTH, text_width};
use super::style::Tone;

/// The widest name written beside a line's end, in pixels.
const WIDEST: i32 = 300;
/// Length of a line's sample: enough for its dashes to repeat.
const SAMPLE: i32 = 84;
/// More names than this would not be told apart beside the lines.
const MOST: usize = 6;

/// Where the names of series go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// At the lines' ends; the room they need.
    Ends(i32),
    /// Above the plot; the lines they need.
    Above(usize),
}

impl Placement {
    /// Beside the ends where that is possible.
    pub(super) fn choose(names: &[&str]) -> Self {
        let widest = names.iter().map(|name| text_width(name)).max().unwrap_or(0);
        if widest <= WIDEST && names.len() <= MOST {
            return Self::Ends(widest + 28);
        }
        Self::Above(rows(names).len())
    }

    /// Pixels kept free to the right.
    pub(super) fn right(self) -> i32 {
        match self {
            Self::Ends(width) => width,
            Self::Above(_) => 20,
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

/// A name, its tone, and the height in pixels of the line's end.
#[derive(Debug, Clone)]
pub(super) struct Name<'a> {
    /// What is written.
    pub(super) text: &'a str,
    /// In which tone.
    pub(super) tone: Tone,
    /// Beside which height.
    pub(super) y: i32,
}

/// Writes the names where `placement` says.
pub(super) fn write(canvas: &Canvas, placement: Placement, names: &[Name]) {
    match placement {
        Placement::Ends(_) => {
            let heights: Vec<i32> = names.iter().map(|name| name.y).collect();
            for (name, y) in names.iter().zip(spread(&heights, canvas.top, canvas.bottom)) {
                canvas.words((canvas.right + 12, y), name.text, name.tone, Anchor::Start);
            }
        }
        Placement::Above(lines) => {
            let texts: Vec<&str> = names.iter().map(|name| name.text).collect();
            for (row, idxs) in rows(&texts).into_iter().enumerate() {
                let y = canvas.top - HEAD - LINE * (lines - row) as i32 + LINE / 2;
                let mut x = canvas.left;
                for idx in idxs {
                    canvas.stroke((x, y), (x + SAMPLE, y), names[idx].tone, 5);
                    canvas.words((x + SAMPLE + 10, y), names[idx].text, Tone::Ink, Anchor::Start);
                    x += item_width(names[idx].text);
                }
            }
        }
    }
}

fn item_width(name: &str) -> i32 {
    SAMPLE + 10 + text_width(name) + 36
}

fn rows(names: &[&str]) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = vec![vec![]];
    let mut used = 0;
    for (idx, name) in names.iter().enumerate() {
        used += item_width(name);
        if WIDTH as i32 - 160 < used && out.last().is_some_and(|row| !row.is_empty()) {
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
fn spread(heights: &[i32], top: i32, bottom: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by_key(|&idx| (heights[idx], idx));
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
        assert_eq!(spread(&[100, 101, 300], 0, 400), [100, 132, 300]);
        // At the bottom they are pushed up instead.
        assert_eq!(spread(&[399, 398], 0, 400), [400, 368]);
    }

    #[test]
    fn long_or_many_names_go_above() {
        assert_eq!(Placement::choose(&["gbdt"]), Placement::Ends(text_width("gbdt") + 28));
        assert!(matches!(Placement::choose(&["a name that is far too long to stand beside a line"]), Placement::Above(1)));
        assert!(matches!(Placement::choose(&["a"; 7]), Placement::Above(1)));
    }
}
