//! Draft: a finding that the program makes, under an id that is the same in every run.

use crate::report::format::{count, number, p_value};
use crate::report::material::Material;
use crate::report::metric::{shown, wanted};
use crate::spec::{Gravity, Quantity};
use crate::stat::{Alarm, Decision, Found, Judged, Outcome, Standing};

const LIMIT: &str = "limit:";
const TEST: &str = "test:";
const ALARM: &str = "alarm:";
const RUIN: &str = "ruin:";

/// A finding of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) severity: Gravity,
    pub(super) text: String,
}

/// Whether an id is one that a draft has.
pub(super) fn is_draft(id: &str) -> bool {
    [LIMIT, TEST, ALARM, RUIN].iter().any(|prefix| id.starts_with(prefix))
}

/// What stands in this run; each id once.
pub(super) fn drafts(material: &Material<'_>) -> Vec<Draft> {
    let summary = material.summary;
    let breached = summary.judged.iter().filter(|judged| judged.standing == Standing::Breached);
    let ruined = summary.strategies.iter().filter_map(|book| {
        let day = book.ruined_on?;
        Some(Draft {
            id: format!("{RUIN}{}", book.model),
            severity: Gravity::High,
            text: format!("The book of `{}` lost all of its capital on {day}", book.model),
        })
    });
    let mut found: Vec<Draft> = Vec::new();
    let all = breached
        .map(of_limit)
        .chain(summary.unlimited_rejections().into_iter().map(of_test))
        .chain(summary.alarms.iter().map(of_alarm))
        .chain(ruined);
    for draft in all {
        // Two limits may stand on one metric.
        match found.iter_mut().find(|known| known.id == draft.id) {
            Some(known) if known.text != draft.text => known.text = format!("{}; {}", known.text, draft.text),
            Some(_) => {}
            None => found.push(draft),
        }
    }
    found
}

fn of_limit(judged: &Judged) -> Draft {
    let metric = &judged.limit.metric;
    let value = match &judged.metric.value {
        Outcome::Undefined(reason) => format!("not defined ({reason})"),
        Outcome::Value(_) => shown(&judged.metric),
    };
    let text = format!("`{metric}` is {value} (n = {}), {}", count(judged.metric.n), wanted(judged));
    Draft { id: format!("{LIMIT}{metric}"), severity: Gravity::High, text }
}

fn of_test(found: &Found) -> Draft {
    let metric = metric(found);
    let adjusted = found.adjusted_p.map_or(String::new(), |p| format!(", adjusted {}", p_value(p)));
    let p = found.test().value().map_or(String::new(), |test| format!(", p {}{adjusted}", p_value(test.p_value)));
    let words = found.rejection().unwrap_or_default();
    let text = format!("{}: {words} ({}, n = {}{p}); no limit is set on it", subject(found), found.about.name, count(found.n as u64));
    Draft { id: format!("{TEST}{metric}"), severity: Gravity::Medium, text }
}

/// The metric by which a test is known: its p-value.
fn metric(found: &Found) -> String {
    found.metrics().pop().map_or_else(String::new, |(name, ..)| name)
}

/// "VaR 99 % of `ewma` on MARKET".
fn subject(found: &Found) -> String {
    let subject = &found.subject;
    let level = |tail: f64| number(100.0 * (1.0 - tail), 4).trim_end_matches('0').trim_end_matches('.').to_owned();
    let quantity = match subject.quantity {
        Some(Quantity::Quantile(tail)) => format!("VaR {} % of ", level(tail)),
        Some(Quantity::Shortfall(tail)) => format!("ES {} % of ", level(tail)),
        Some(Quantity::Mean) => "mean of ".to_owned(),
        Some(Quantity::Probability) => "probability of ".to_owned(),
        Some(Quantity::Volatility) => "volatility of ".to_owned(),
        None => String::new(),
    };
    let entity = subject.entity.as_ref().map_or(String::new(), |entity| format!(" on {entity}"));
    format!("{quantity}`{}`{entity}", subject.model)
}

/// Alarms of one kind are told apart by what they name first.
fn of_alarm(alarm: &Alarm) -> Draft {
    let named = alarm.sentence.split('`').nth(1).map_or(String::new(), |name| format!(".{name}"));
    Draft { id: format!("{ALARM}{}{named}", alarm.key), severity: Gravity::High, text: alarm.sentence.trim_end_matches('.').to_owned() }
}

/// What became of a draft of an earlier run that does not stand in this one.
pub(super) fn now(material: &Material<'_>, id: &str) -> String {
    let summary = material.summary;
    let words = if let Some(metric) = id.strip_prefix(LIMIT) {
        match summary.judged.iter().find(|judged| judged.limit.metric == metric).map(|judged| judged.standing) {
            Some(Standing::Kept) => "within its limit in this run",
            Some(Standing::NotJudged) => "not judged in this run",
            Some(Standing::Breached) => "breached in this run",
            None => "its limit is no longer set",
        }
    } else if let Some(name) = id.strip_prefix(TEST) {
        match summary.found.iter().find(|found| metric(found) == name).map(|found| found.decision) {
            Some(Some(Decision::NotRejected)) => "not rejected in this run",
            Some(Some(Decision::Rejected(_))) => "rejected in this run, not a finding of its own",
            Some(Some(Decision::Descriptive | Decision::NotJudged) | None) => "not judged in this run",
            None => "no longer tested",
        }
    } else if id.starts_with(RUIN) {
        "not ruined in this run"
    } else {
        "not rung in this run"
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_of_one_kind_have_ids_of_their_own() {
        let alarm = |sentence: &str| of_alarm(&Alarm { key: "leak.feature", sentence: sentence.to_owned() }).id;
        assert_eq!(alarm("Feature `a` alone ranks."), "alarm:leak.feature.a");
        assert_eq!(alarm("Feature `b` alone ranks."), "alarm:leak.feature.b");
        assert_eq!(alarm("`known_on` depends on the outcome."), "alarm:leak.feature.known_on");
        assert!(is_draft("alarm:x") && is_draft("limit:a.b") && !is_draft("F-1"));
    }
}
