//! Window spans: what was trained on, what was tested, and when.

use crate::day::Day;

use super::axis::{Axis, dates};
use super::canvas::{Anchor, Frame, HEAD, LINE, Size, no_data, paint};
use super::style::Tone;

/// Rows beyond which windows are left out.
const ROWS: usize = 40;

/// A window's dates; ends are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WindowSpan {
    /// First and end day of training.
    pub(crate) train: (Day, Day),
    /// First and end day of the test.
    pub(crate) test: (Day, Day),
}

/// The windows of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WindowSpans {
    /// What a listener hears.
    pub(crate) label: String,
    /// Windows in order.
    pub(crate) windows: Vec<WindowSpan>,
}

/// Draws a row per window; of a long walk every k-th and the last.
#[must_use]
pub(crate) fn window_spans(chart: &WindowSpans) -> String {
    let windows = &chart.windows;
    let (Some(from), Some(to)) = (windows.iter().map(|window| window.train.0).min(), windows.iter().map(|window| window.test.1).max()) else {
        return no_data(&chart.label, "there is no window");
    };
    let shown = picked(windows.len());
    let row = if shown.len() <= 12 { 15.0 } else { 8.0 };
    let every = windows.len().div_ceil(ROWS);
    let title =
        if every == 1 { format!("{} windows", windows.len()) } else { format!("{} windows; one in {every} and the last are shown", windows.len()) };
    let y = Axis { from: 0.0, to: 1.0, ticks: vec![], title, ends: <_>::default() };
    let (size, height) = (Size::Half, HEAD + 2.0 * LINE + row * shown.len() as f64 + 30.0);
    let frame = Frame { size, height, label: chart.label.clone(), x: dates(from, to, size), y, legend_lines: 1, right: 14.0, left: Some(30.0) };
    paint(&frame, |canvas| {
        let legend_y = canvas.top - HEAD - 0.5 * LINE;
        for (x, tone, word) in [(canvas.left, Tone::Soft(0), "train"), (canvas.left + 80.0, Tone::Series(1), "test")] {
            canvas.block((x, legend_y - 4.5), (x + 20.0, legend_y + 4.5), tone);
            canvas.words((x + 26.0, legend_y), word, Tone::Ink, Anchor::Start);
        }
        for (line, &idx) in shown.iter().enumerate() {
            let window = &windows[idx];
            let top = canvas.top + 2.0 + row * line as f64;
            let bottom = top + row - 2.5;
            let [train_from, train_to, test_from, test_to] =
                [window.train.0, window.train.1, window.test.0, window.test.1].map(|day| canvas.pixel((f64::from(day.0), 0.0)).0);
            let (train, test) = ((train_from, train_to), (test_from, test_to));
            canvas.block((train.0, top), (train.1, bottom), Tone::Soft(0));
            // A one-day test still shows.
            canvas.block((test.0, top), (test.1.max(test.0 + 1.5), bottom), Tone::Series(1));
            if shown.len() <= 12 || line == 0 || line + 1 == shown.len() {
                canvas.words((canvas.left - 6.0, 0.5 * (top + bottom)), &(idx + 1).to_string(), Tone::Muted, Anchor::End);
            }
            let title = format!(
                "window {}: train {} to {}, test {} to {}",
                idx + 1,
                window.train.0,
                window.train.1.plus_days(-1),
                window.test.0,
                window.test.1.plus_days(-1)
            );
            canvas.titled((train.0, top), (test.1, bottom), &title);
        }
    })
}

/// Which of `n` windows are drawn.
fn picked(n: usize) -> Vec<usize> {
    let every = n.div_ceil(ROWS).max(1);
    let mut out: Vec<usize> = (0..n).step_by(every).collect();
    if let Some(last) = out.last_mut()
        && *last != n - 1
    {
        if every == 1 { *last = n - 1 } else { out.push(n - 1) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_walk_shows_its_first_and_last_window() {
        let shown = picked(168);
        assert!(shown.len() <= ROWS + 1);
        assert_eq!((shown[0], shown[shown.len() - 1]), (0, 167));
        assert_eq!(picked(3), [0, 1, 2]);
        assert!(picked(0).is_empty());
    }

    #[test]
    fn a_window_says_its_inclusive_dates() {
        let window = WindowSpan { train: (Day(0), Day(365)), test: (Day(366), Day(397)) };
        let svg = window_spans(&WindowSpans { label: "w".into(), windows: vec![window] });
        assert!(svg.contains("window 1: train 1970-01-01 to 1970-12-31, test 1971-01-02 to 1971-02-01"));
        assert!(window_spans(&WindowSpans { label: "w".into(), windows: vec![] }).contains("No data"));
    }
}
