//! Trend: a metric over a report's runs, the size of a word.

use std::fmt::Write as _;

use serde::Serialize;

use super::line::{LimitLine, Line};
use crate::report::format::escaped;
use crate::report::metric;
use crate::report::told::beside_limit;

/// Runs that are drawn.
const MOST_RUNS: usize = 60;
/// Width and height of the drawing, and the room for its last point.
const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 26.0;
const EDGE: f64 = 4.0;

/// A metric of a limit over the runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Trend {
    /// The metric.
    pub(super) metric: String,
    /// Its latest value, in words.
    pub(super) now: String,
    /// The drawing; empty where no run has a value.
    pub(super) svg: String,
}

/// The trends of the limits of the latest run; `lines` are the runs, oldest first.
pub(super) fn trends(lines: &[&Line]) -> Vec<Trend> {
    let Some(latest) = lines.last() else { return Vec::new() };
    let recent = &lines[lines.len().saturating_sub(MOST_RUNS)..];
    let mut found: Vec<Trend> = Vec::new();
    for limit in &latest.limits {
        if found.iter().any(|trend| trend.metric == limit.metric) {
            continue;
        }
        let values: Vec<Option<f64>> = recent.iter().map(|line| line.limits.iter().find(|other| other.metric == limit.metric)?.value).collect();
        let now = beside_limit(&limit.judged());
        found.push(Trend { metric: limit.metric.clone(), svg: drawn(limit, &values, &now), now });
    }
    found
}

/// A line over the runs, its last point, and the limit. Runs without a value interrupt it.
fn drawn(limit: &LimitLine, values: &[Option<f64>], now: &str) -> String {
    let defined: Vec<f64> = values.iter().copied().flatten().filter(|value| value.is_finite()).collect();
    let Some(&last) = defined.last() else { return String::new() };
    let bounds = [limit.min, limit.max].into_iter().flatten();
    let ends = defined.iter().copied().chain(bounds.clone());
    let (low, high) = ends.fold((last, last), |(low, high), value| (low.min(value), high.max(value)));
    let y = |value: f64| if low < high { HEIGHT - EDGE - (HEIGHT - 2.0 * EDGE) * ((value - low) / (high - low)) } else { HEIGHT / 2.0 };
    let step = (WIDTH - 2.0 * EDGE) / values.len().saturating_sub(1).max(1) as f64;
    let x = |at: usize| if values.len() == 1 { WIDTH / 2.0 } else { EDGE + step * at as f64 };
    let (mut path, mut is_open) = (String::new(), false);
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            is_open = false;
            continue;
        };
        write!(path, "{}{:.1} {:.1}", if is_open { "L" } else { "M" }, x(at), y(value)).expect("a string takes every word");
        is_open = true;
    }
    let mut svg = format!(
        "<svg class=\"trend\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        escaped(&format!("{} over {} runs, latest {now}; {}", limit.metric, values.len(), metric::wanted(&limit.judged())))
    );
    for bound in bounds {
        write!(svg, "<path class=\"bound\" d=\"M0 {0:.1}h{WIDTH}\"/>", y(bound)).expect("a string takes every word");
    }
    let at = values.iter().rposition(|value| value.is_some_and(f64::is_finite)).unwrap_or(0);
    write!(svg, "<path d=\"{path}\"/><circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"/></svg>", x(at), y(last)).expect("a string takes every word");
    svg
}
