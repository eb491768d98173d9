//! Margin: how far the nearest kept limit is from being breached.

use super::line::{LimitLine, Line};
use crate::report::metric;
use crate::report::told::beside_limit;
use crate::stat::Standing;

/// The kept limit that is nearest, in words, and its headroom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Margin {
    /// The headroom as a share of the limit; `None` where there is no kept limit, or none of which a share can be taken.
    pub(super) share: Option<f64>,
    /// In words.
    pub(super) words: String,
}

/// Headroom of a kept limit: |value - bound| / |bound|, the smaller of its two bounds.
///
/// Undefined for a bound of 0, of which nothing is a share, and without a value. A value on its bound has none, also at 0.
fn headroom(limit: &LimitLine) -> Option<f64> {
    let value = limit.value?;
    let of = |bound: f64| {
        let distance = (value - bound).abs();
        (distance == 0.0).then_some(0.0).or_else(|| (bound != 0.0).then(|| distance / bound.abs()))
    };
    [limit.min, limit.max].into_iter().flatten().filter_map(of).min_by(f64::total_cmp)
}

/// The nearest of the kept limits of a run.
pub(super) fn nearest(line: &Line) -> Margin {
    let kept: Vec<&LimitLine> = line.limits.iter().filter(|limit| limit.standing == Standing::Kept).collect();
    let with_share = kept.iter().filter_map(|limit| Some((headroom(limit)?, *limit)));
    if let Some((share, limit)) = with_share.min_by(|a, b| a.0.total_cmp(&b.0)) {
        return Margin { share: Some(share), words: format!("{}; headroom {} of the limit", words(limit), percent(share)) };
    }
    let words = match (line.limits.len(), kept.first()) {
        (0, _) => "no limits are set".to_owned(),
        (_, None) => "no limit is kept".to_owned(),
        (_, Some(limit)) => words(limit),
    };
    Margin { share: None, words }
}

fn words(limit: &LimitLine) -> String {
    let judged = limit.judged();
    format!("`{}` {}, {}", limit.metric, beside_limit(&judged), metric::wanted(&judged))
}

/// Whole percents; what is within by little is not told as nothing.
fn percent(share: f64) -> String {
    match (100.0 * share).round() {
        0.0 if 0.0 < share => "< 1 %".to_owned(),
        whole if 999.0 < whole => "> 999 %".to_owned(),
        whole => format!("{whole:.0} %"),
    }
}
