//! Change: what a run says that the run before did not.

use std::collections::BTreeSet;

use super::line::Line;
use super::row::colour_word;
use crate::stat::Standing;

/// Limits that are named; more are counted.
const MOST_NAMED: usize = 3;

/// What changed from `before` to `now`: "red to green, same breaches"; "still red, 2 limits crossed: ...".
pub(super) fn between(before: &Line, now: &Line) -> String {
    let [was, is] = [before, now].map(|line| colour_word(line.ended.colour).to_lowercase());
    let colour = if was == is { format!("still {is}") } else { format!("{was} to {is}") };
    let breached = |line: &Line| -> BTreeSet<String> {
        line.limits.iter().filter(|limit| limit.standing == Standing::Breached).map(|limit| limit.metric.clone()).collect()
    };
    let (then, here) = (breached(before), breached(now));
    let crossed: Vec<String> = here
        .difference(&then)
        .map(|metric| format!("`{metric}` breached"))
        .chain(then.difference(&here).map(|metric| format!("`{metric}` no longer breached")))
        .collect();
    let limits = match (crossed.len(), here.len()) {
        (0, 0) => "no limit crossed".to_owned(),
        (0, 1) => "same breach".to_owned(),
        (0, _) => "same breaches".to_owned(),
        (n, _) => {
            let more = if MOST_NAMED < n { format!(" and {} more", n - MOST_NAMED) } else { String::new() };
            let noun = if n == 1 { "limit" } else { "limits" };
            format!("{n} {noun} crossed: {}{more}", crossed[..n.min(MOST_NAMED)].join(", "))
        }
    };
    format!("{colour}, {limits}")
}
