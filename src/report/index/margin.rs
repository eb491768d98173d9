//! Margin: how far the nearest kept limit is from being breached.

use super::line::{LimitLine, Line};
use crate::report::metric;
use crate::report::told::beside_limit;
use crate::stat::Standing;

/// The kept limit that is nearest, in words, and its headroom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Margin {
    /// The headroom ([`metric::headroom`]); `None` where there is no kept limit, or none of which a share can be taken.
    pub(super) share: Option<f64>,
    /// In words.
    pub(super) words: String,
}

/// The nearest of the kept limits of a run.
pub(super) fn nearest(line: &Line) -> Margin {
    let kept: Vec<&LimitLine> = line.limits.iter().filter(|limit| limit.standing == Standing::Kept).collect();
    let with_share = kept.iter().filter_map(|limit| Some((metric::headroom(&limit.judged())?, *limit)));
    if let Some((share, limit)) = with_share.min_by(|a, b| a.0.total_cmp(&b.0)) {
        return Margin { share: Some(share), words: format!("{}; headroom {}", words(limit), percent(share)) };
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
        whole => format!("{whole:.0} %"),
    }
}
