//! Traffic light: the supervisor's zones, now and over time.

use super::furthest;
use crate::report::cell::{Cell, State};
use crate::report::chart::{Size, TrafficChart, traffic_strip};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table, anchor};
use crate::report::section::measured::label;
use crate::report::section::pieces::{confidence, of, percent, short, span, whole};
use crate::stat::var::{
    BASEL_DAYS, KUPIEC_EXACT, RollingLight, TailCase, Zone, basel_multiplier, recent_light, traffic_light, traffic_light_history,
};
use crate::stat::{Assessed, Decision, Outcome};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let tails = &material.summary.tails;
    let mut blocks = vec![Block::Subhead(Subhead::new("traffic-light", heading(tails))), Block::Table(table(material))];
    for tail in furthest(tails) {
        if let Outcome::Value(history) = history(tail) {
            blocks.push(Block::Figure(figure(tail, &history)));
        }
    }
    blocks
}

fn light(tail: &Assessed<TailCase>) -> Outcome<crate::stat::var::TrafficLight> {
    recent_light(&tail.case.breached, tail.case.tail)
}

fn history(tail: &Assessed<TailCase>) -> Outcome<Vec<RollingLight>> {
    traffic_light_history(&tail.case.breached, tail.case.tail, BASEL_DAYS)
}

fn heading(tails: &[Assessed<TailCase>]) -> String {
    let lights: Vec<Zone> = tails.iter().filter_map(|tail| light(tail).value().map(|light| light.zone)).collect();
    let n = |zone: Zone| lights.iter().filter(|&&light| light == zone).count();
    if tails.iter().any(|tail| tail.decision(&KUPIEC_EXACT) == Decision::Descriptive) {
        return "Traffic light: descriptive only, its zones are for targets that do not overlap".to_owned();
    }
    match (lights.len(), n(Zone::Yellow), n(Zone::Red)) {
        (0, _, _) => format!("Traffic light: fewer than {BASEL_DAYS} days"),
        (_, 0, 0) => {
            let not_green =
                |history: &Vec<RollingLight>| history.iter().filter(|light| light.zone != Zone::Green).count() as f64 / history.len() as f64;
            let most = tails.iter().filter_map(|tail| history(tail).value().map(not_green)).fold(0.0, f64::max);
            let before =
                if most == 0.0 { String::new() } else { format!("; not green on up to {} of the days with {BASEL_DAYS} before them", percent(most)) };
            format!("Traffic light: green over the last {BASEL_DAYS} days{before}")
        }
        (all, amber, red) => format!("Traffic light: of {all} VaRs {amber} in amber and {red} in red over the last {BASEL_DAYS} days"),
    }
}

fn table(material: &Material<'_>) -> Table {
    let tails = &material.summary.tails;
    let columns = vec![
        Column::words("VaR"),
        Column::numbers("Breaches", ""),
        Column::words("Zone"),
        Column::numbers("P(X ≤ x)", "%"),
        Column::numbers("P(X ≥ x)", "%"),
        Column::numbers("Multiplier", ""),
        Column::numbers("Most ever", ""),
        Column::numbers("Not green", "% of days"),
    ];
    let mut table = Table::new("traffic-light-table", format!("Traffic light over the last {BASEL_DAYS} days"), columns).note(
        "X is binomial if the model is right; one-sided: few breaches are always green. Green below P(X ≤ x) = 95 %, amber (the framework's yellow) below 99.99 %, red above. P(X ≥ x) is the risk of blaming a good model. Most ever: in any 250 days; not green: share of the days on which the 250 days before were not. The multiplier on market risk capital (MAR32.9) is for 250 days of 99 % VaR only.",
    );
    table.shown = tails.len();
    for tail in tails {
        let (light, history) = (light(tail), history(tail));
        let zone = |zone: Zone| match tail.decision(&KUPIEC_EXACT) {
            Decision::Descriptive => Cell::verdict(State::Neutral, "descriptive only"),
            Decision::Rejected(_) | Decision::NotRejected | Decision::NotJudged => word(zone),
        };
        let not_green = |history: &Vec<RollingLight>| history.iter().filter(|light| light.zone != Zone::Green).count() as f64 / history.len() as f64;
        let most = |history: &Vec<RollingLight>| history.iter().map(|light| light.n_breaches).max().unwrap_or(0) as f64;
        table.rows.push(vec![
            Cell::text(label(material, &tail.subject)),
            of(&light, |light| light.n_breaches as f64, whole),
            light.value().map_or_else(|| Cell::verdict(State::Neutral, "not judged"), |light| zone(light.zone)),
            of(&light, |light| light.probability, Cell::Percent),
            of(&light, |light| light.type_one, Cell::Percent),
            Cell::outcome(&light.as_ref().and_then(|light| basel_multiplier(light, tail.case.tail)), short),
            of(&history, most, whole),
            of(&history, not_green, Cell::Percent),
        ]);
    }
    table
}

fn word(zone: Zone) -> Cell {
    match zone {
        Zone::Green => Cell::verdict(State::Green, "green"),
        Zone::Yellow => Cell::verdict(State::Amber, "amber"),
        Zone::Red => Cell::verdict(State::Red, "red"),
    }
}

fn figure(tail: &Assessed<TailCase>, history: &[RollingLight]) -> Figure {
    let counts: Vec<_> = history.iter().map(|light| (tail.case.points[light.idx].date, light.n_breaches as u32)).collect();
    let title = format!("Breaches of VaR {} of `{}` in the last {BASEL_DAYS} days", confidence(tail.case.tail), tail.subject.model);
    let (amber_from, red_from) = (fewest(tail.case.tail, Zone::Yellow), fewest(tail.case.tail, Zone::Red));
    let worst = history.iter().max_by_key(|light| (light.n_breaches, std::cmp::Reverse(light.idx)));
    let worst = worst.map_or(String::new(), |light| {
        if light.n_breaches == 0 {
            " There is none.".to_owned()
        } else {
            format!(" Most on {}: {}.", tail.case.points[light.idx].date, light.n_breaches)
        }
    });
    let note = format!(
        "The line counts breaches in the {BASEL_DAYS} days up to each day; the strip above gives the zone: amber from {amber_from}, red from {red_from}.{worst} n = {} days, {}.",
        format::count(history.len() as u64),
        span(counts.first().map(|point| point.0), counts.last().map(|point| point.0))
    );
    let chart =
        TrafficChart { label: title.replace('`', ""), y_title: format!("Breaches in the last {BASEL_DAYS} days"), counts, amber_from, red_from };
    Figure::half(format!("traffic-{}", anchor(&tail.subject.model)), title, note, traffic_strip(&chart, Size::Half))
}

/// Fewest breaches in 250 days that lie in the zone.
fn fewest(tail: f64, zone: Zone) -> u32 {
    let zone_of = |x: usize| {
        let breached: Vec<bool> = (0..BASEL_DAYS).map(|day| day < x).collect();
        traffic_light(&breached, tail).value().map(|light| light.zone)
    };
    (0..=BASEL_DAYS).find(|&x| zone_of(x) == Some(zone)).unwrap_or(BASEL_DAYS) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_begin_where_basel_prints_them() {
        // BCBS 22, table 2: 250 days at 1 %, green to 4, yellow 5 to 9, red from 10.
        assert_eq!((fewest(0.01, Zone::Yellow), fewest(0.01, Zone::Red)), (5, 10));
    }
}
