//! Sight: what each test could have seen with the observations it had.

use super::label;
use crate::report::cell::Cell;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Column, Table};
use crate::report::section::pieces::{count, counted, level, plain};
use crate::stat::{Departure, Found, Outcome, Power, SEEN};

/// "1,685 days could not tell 1 % from 1.9 %": the smallest error that a test sees four times in five; `None` where its measure does not say.
pub(in crate::report) fn sees(found: &Found) -> Option<String> {
    let power = found.power.as_ref()?.value()?;
    let n = observations(found, power);
    let truth = power.above.map(short_percent);
    let promised = short_percent(power.promised);
    Some(match (power.departure, truth) {
        (Departure::Tail | Departure::DefaultRate, Some(truth)) => format!("{n} could not tell {promised} from {truth}"),
        (Departure::Tail | Departure::DefaultRate, None) => format!("{n} cannot show that {promised} is too few"),
        (Departure::AfterBreach, Some(truth)) => {
            format!("{n} could not tell independent breaches from ones that follow another with probability {truth}")
        }
        (Departure::AfterBreach, None) => format!("{n} cannot show that breaches follow one another"),
        (Departure::Understated, Some(truth)) => format!("{n} could not tell a right ES from one {truth} too low"),
        (Departure::Understated, None) => format!("{n} cannot show that ES is too low"),
    })
}

fn observations(found: &Found, power: &Power) -> String {
    match power.departure {
        // A test of dependence has a pair of days less than days.
        Departure::AfterBreach => counted(found.n.max(found.test().value().map_or(0, |test| test.n)), "day", "days"),
        Departure::Tail | Departure::Understated => counted(found.n, "day", "days"),
        Departure::DefaultRate => counted(found.n, "row", "rows"),
    }
}

/// "1 %", "1.9 %": two significant digits, without a trailing zero.
fn short_percent(share: f64) -> String {
    let printed = format::number(100.0 * share, 2);
    let digits = printed
        .split_once('.')
        .map_or(printed.as_str(), |(whole, fraction)| if fraction.bytes().all(|digit| digit == b'0') { whole } else { &printed });
    format!("{digits} %")
}

/// A row a test and VaR; those that say the same of several models share one. `None` where no test says what it could have seen.
pub(in crate::report::section) fn sight<'a>(
    material: &Material<'_>,
    (id, who): (&str, &str),
    found: impl Iterator<Item = &'a Found>,
) -> Option<Table> {
    let mut rows: Vec<(&Found, &Outcome<Power>, Vec<String>)> = Vec::new();
    for one in found {
        let Some(power) = &one.power else { continue };
        let who = label(material, &one.subject);
        // Of the same test, with the same n and level: what differs is the model alone.
        match rows.iter_mut().find(|(other, known, _)| other.about.key == one.about.key && other.n == one.n && *known == power) {
            Some((.., subjects)) => subjects.push(who),
            None => rows.push((one, power, vec![who])),
        }
    }
    if rows.is_empty() {
        return None;
    }
    let mut keys: Vec<&str> = Vec::new();
    for (one, ..) in &rows {
        if !keys.contains(&one.about.key) {
            keys.push(one.about.key);
        }
    }
    rows.sort_by_key(|(one, ..)| keys.iter().position(|key| *key == one.about.key));
    let columns = vec![
        Column::words("Test"),
        Column::words(who),
        Column::numbers("n", ""),
        Column::numbers("Level", "%"),
        Column::numbers("Size", "%"),
        Column::words("Rejects, where in truth"),
        Column::words("Seen with 80 %"),
    ];
    let mut table = Table::new(id, "What each test could have seen", columns);
    table.shown = rows.len();
    for (one, power, subjects) in &rows {
        let of = |value: fn(&Power) -> f64| Cell::outcome(&power.as_ref().map(value), Cell::Percent);
        table.rows.push(vec![
            Cell::text(one.about.name),
            Cell::text(subjects.join(", ")),
            count(one.n),
            of(|power| power.level),
            of(|power| power.size),
            words(power, against),
            words(power, smallest),
        ]);
    }
    Some(table.note(note(material, rows.iter().filter_map(|(_, power, _)| power.value()))))
}

fn words(power: &Outcome<Power>, say: impl FnOnce(&Power) -> String) -> Cell {
    match power {
        Outcome::Value(power) => Cell::text(say(power)),
        Outcome::Undefined(reason) => Cell::na(reason),
    }
}

/// A truth in the words of its departure.
fn told(departure: Departure, truth: f64) -> String {
    let truth = short_percent(truth);
    match departure {
        Departure::Tail => format!("breaches {truth}"),
        Departure::AfterBreach => format!("{truth} after a breach"),
        Departure::Understated => format!("ES {truth} too low"),
        Departure::DefaultRate => format!("defaults {truth}"),
    }
}

fn against(power: &Power) -> String {
    let one =
        |against: &crate::stat::measure::Against| format!("{}: {} %", told(power.departure, against.truth), format::fixed(100.0 * against.power, 0));
    power.against.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn smallest(power: &Power) -> String {
    let above = power.above.map(|truth| match power.departure {
        Departure::Understated => told(power.departure, truth),
        Departure::Tail | Departure::AfterBreach | Departure::DefaultRate => format!("{} or more", told(power.departure, truth)),
    });
    let below = power.below.map(|truth| format!("{} or fewer", short_percent(truth)));
    match (above, below) {
        (None, None) => "nothing".to_owned(),
        (above, below) => above.into_iter().chain(below).collect::<Vec<_>>().join("; "),
    }
}

fn note<'a>(material: &Material<'_>, powers: impl Iterator<Item = &'a Power>) -> String {
    let mut simulated: Vec<usize> = powers.filter_map(|power| power.n_simulated).collect();
    simulated.sort_unstable();
    let simulated = match simulated.first() {
        Some(&fewest) => format!(
            " Tests of dependence and of ES: simulated (seed {}), standard error of a share at most {} percentage points; the others exact.",
            material.facts.spec.seed,
            format::number(100.0 * 0.5 / (fewest as f64).sqrt(), 1)
        ),
        None => " Exact.".to_owned(),
    };
    format!(
        "Level: {} over the number of the model's tests, at which the first of them is decided; later steps are laxer, so that power is at least what is printed. Size: chance of blaming a right model. Seen with {} %: the smallest error that is rejected so often. After a breach: breaches as frequent as promised that follow another with this probability (a Markov chain); ES too low: VaR and ES both, by this share of the truth.{simulated}",
        level(material),
        plain(100.0 * SEEN)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::Subject;
    use crate::stat::var::KUPIEC_EXACT;

    fn found(departure: Departure, promised: f64, above: Option<f64>) -> Found {
        let power = Power { departure, promised, level: 0.05, size: 0.04, against: Vec::new(), above, below: None, n_simulated: None };
        Found {
            prefix: String::new(),
            subject: Subject { model: "m".into(), entity: None, quantity: None },
            about: &KUPIEC_EXACT.about,
            n: 1_685,
            answer: Outcome::undefined("not taken"),
            decision: None,
            adjusted_p: None,
            family: None,
            power: Some(Outcome::Value(power)),
        }
    }

    #[test]
    fn a_test_says_what_its_days_could_not_tell() {
        let said = |departure, promised, above| sees(&found(departure, promised, above)).expect("a power");
        assert_eq!(said(Departure::Tail, 0.01, Some(0.018_52)), "1,685 days could not tell 1 % from 1.9 %");
        assert_eq!(said(Departure::Tail, 0.025, Some(0.04)), "1,685 days could not tell 2.5 % from 4 %");
        assert_eq!(said(Departure::Understated, 0.0, Some(0.124)), "1,685 days could not tell a right ES from one 12 % too low");
        assert_eq!(said(Departure::AfterBreach, 0.01, None), "1,685 days cannot show that breaches follow one another");
        assert_eq!(sees(&Found { power: None, ..found(Departure::Tail, 0.01, None) }), None);
    }
}
