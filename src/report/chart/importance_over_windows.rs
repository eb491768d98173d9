//! Importance over windows: does a model look at the same features all the time?

use crate::day::Day;
use crate::report::format;

use super::axis::{Axis, dates};
use super::canvas::{Anchor, Frame, HEAD, LINE, Size, no_data, paint};
use super::style::Tone;
use super::text::{shortened, text_width};

const ROW: f64 = 19.0;

/// A feature's share in every window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImportanceRow {
    /// The feature.
    pub(crate) name: String,
    /// Its share by window; `None` where the model did not have it.
    pub(crate) shares: Vec<Option<f64>>,
}

/// Features by windows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImportanceMap {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit, such as "Share of importance, %".
    pub(crate) title: String,
    /// First day of each window's test, in order.
    pub(crate) starts: Vec<Day>,
    /// Features, strongest first.
    pub(crate) rows: Vec<ImportanceRow>,
}

/// Draws a row a feature and a column a window, darker for a larger share; the mean is printed at the end.
#[must_use]
pub(crate) fn importance_over_windows(chart: &ImportanceMap, size: Size) -> String {
    let shares = || chart.rows.iter().flat_map(|row| row.shares.iter().flatten()).copied().filter(|share| share.is_finite());
    let (Some(&first), Some(&last)) = (chart.starts.first(), chart.starts.last()) else { return no_data(&chart.label, "there is no window") };
    if shares().next().is_none() {
        return no_data(&chart.label, "no window's model tells its importance");
    }
    let most = shares().fold(0.0, f64::max).max(1e-12);
    let n = chart.starts.len() as f64;
    // Columns are equally wide: the axis is that of the windows, labelled with their dates.
    let x = window_axis(&chart.starts, first, last, size);
    let y = Axis { from: 0.0, to: 1.0, ticks: vec![], title: chart.title.clone(), ends: <_>::default() };
    let names: Vec<String> = chart.rows.iter().map(|row| shortened(&row.name, 0.36 * size.width())).collect();
    let left = names.iter().map(|name| text_width(name)).fold(0.0, f64::max).ceil() + 12.0;
    let height = HEAD + LINE + ROW * chart.rows.len() as f64 + 26.0;
    let frame = Frame { size, height, label: chart.label.clone(), x, y, legend_lines: 0, right: 58.0, left: Some(left) };
    paint(&frame, |canvas| {
        canvas.words((canvas.right + 8.0, canvas.top - 9.0), "mean", Tone::Muted, Anchor::Start);
        for (line, row) in chart.rows.iter().enumerate() {
            let top = canvas.top + ROW * line as f64;
            canvas.words((canvas.left - 6.0, top + 0.5 * ROW), &names[line], Tone::Ink, Anchor::End);
            let known: Vec<f64> = row.shares.iter().flatten().copied().filter(|share| share.is_finite()).collect();
            for (idx, share) in row.shares.iter().enumerate().take(chart.starts.len()) {
                let Some(share) = share.filter(|share| share.is_finite()) else { continue };
                let width = (canvas.right - canvas.left) / n;
                let (from, to) = (canvas.left + width * idx as f64, canvas.left + width * (idx + 1) as f64);
                let gap = if 8.0 < width { 0.5 } else { 0.0 };
                canvas.block((from, top + 0.5), (to - gap, top + ROW - 0.5), Tone::Heat((4.0 * share / most).ceil() as i8));
            }
            // A window whose model did not have the feature counts as none of it.
            let mean = known.iter().sum::<f64>() / n;
            canvas.words((canvas.right + 8.0, top + 0.5 * ROW), &format!("{} %", format::number(100.0 * mean, 2)), Tone::Ink, Anchor::Start);
            let (left, right) = (canvas.left, canvas.right);
            canvas.titled((left, top), (right, top + ROW), &title(row, &known));
        }
    })
}

fn title(row: &ImportanceRow, known: &[f64]) -> String {
    let (least, most) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &share| (a.min(share), b.max(share)));
    if known.is_empty() {
        return format!("{}: in no window", row.name);
    }
    let percent = |share: f64| format::number(100.0 * share, 2);
    format!("{}: {} to {} %, in {} of {} windows", row.name, percent(least), percent(most), known.len(), row.shares.len())
}

/// Ticks of calendar dates at the windows that begin there or next.
fn window_axis(starts: &[Day], first: Day, last: Day, size: Size) -> Axis {
    let calendar = dates(first, last, size);
    let place = |day: f64| starts.iter().position(|start| day <= f64::from(start.0));
    let ticks = calendar.ticks.into_iter().filter_map(|mut tick| {
        tick.at = place(tick.at)? as f64;
        Some(tick)
    });
    Axis { from: 0.0, to: starts.len() as f64, ticks: ticks.collect(), ..calendar }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(n: usize) -> ImportanceMap {
        let starts = (0..n).map(|idx| Day(14_000 + 31 * idx as i32)).collect();
        let row = |name: &str, share: f64| ImportanceRow { name: name.into(), shares: vec![Some(share); n] };
        ImportanceMap { label: "i".into(), title: "Share, %".into(), starts, rows: vec![row("momentum", 0.4), row("size", 0.1)] }
    }

    #[test]
    fn of_154_windows_every_share_is_a_cell_and_the_mean_is_printed() {
        let svg = importance_over_windows(&map(154), Size::Wide);
        assert_eq!((svg.matches("f h8").count(), svg.matches("f h5").count()), (154, 154));
        assert!(svg.contains(">40 %<") && svg.contains(">10 %<") && svg.contains(">2009<"), "{svg}");
        assert!(svg.contains("momentum: 40 to 40 %, in 154 of 154 windows"));
    }

    #[test]
    fn one_window_and_none_are_figures_too() {
        assert!(importance_over_windows(&map(1), Size::Half).contains("f h8"));
        assert!(importance_over_windows(&map(0), Size::Half).contains("No data: there is no window"));
        let mut none = map(2);
        none.rows.iter_mut().for_each(|row| row.shares = vec![None; 2]);
        assert!(importance_over_windows(&none, Size::Half).contains("No data: no window"));
    }
}
