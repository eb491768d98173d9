//! Evidence map: each requirement of a framework, the answer to it, and where it stands.

use super::pieces::counted;
use crate::report::cell::{Cell, State};
use crate::report::framework::{Answer, Answered, Mapped, maps};
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Table, anchor};
use crate::spec::BookSpec;

pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let maps = maps(material);
    let title = match &maps[..] {
        [] => return None,
        [one] => format!("Evidence map, {}", one.counted()),
        many => format!("Evidence map: {}", counted(many.len(), "framework", "frameworks")),
    };
    let mut section = Section::new("evidence-map", title);
    section.blocks.push(Block::Text(
        "Met: the program saw what is told beside it, and nothing more; whether it suffices, a supervisor decides. Not met: it saw that something is missing. Requirements \
         are in our own words: the framework's text is what binds."
            .to_owned(),
    ));
    let is_alone = maps.len() == 1;
    section.blocks.extend(maps.iter().map(|mapped| {
        let title = if is_alone { format!("Not met of {}", mapped.framework.title) } else { format!("Not met: {}", mapped.counted()) };
        let missing = |answer: &Answer| matches!(answer, Answer::NotMet(_));
        let mut table = table(material, mapped, (format!("unmet-{}", anchor(&mapped.framework.title)), title), missing);
        table.note = format!("All requirements: [#map-{}].", anchor(&mapped.framework.title));
        Block::Table(table)
    }));
    section.record.extend(maps.iter().map(|mapped| {
        let title = format!("Requirements of {}", mapped.framework.title);
        Block::Table(table(material, mapped, (format!("map-{}", anchor(&mapped.framework.title)), title), |_| true))
    }));
    Some(section)
}

fn table(material: &Material<'_>, mapped: &Mapped<'_>, (id, title): (String, String), shown: impl Fn(&Answer) -> bool) -> Table {
    let columns = vec![
        Column::words("Paragraph"),
        Column::words("Requirement"),
        Column::words("Answer"),
        Column::words("What was seen, is missing, or must be shown"),
        Column::words("Where"),
    ];
    let framework = mapped.framework;
    let mut table = Table::new(id, title, columns);
    format!("{}. {}", framework.source, framework.note).trim_end().clone_into(&mut table.note);
    table.rows = mapped.answered.iter().filter(|one| shown(&one.answer)).map(|one| row(material, one)).collect();
    table.shown = table.rows.len();
    table
}

fn row(material: &Material<'_>, answered: &Answered<'_>) -> Vec<Cell> {
    let (state, word, why) = match &answered.answer {
        Answer::Met(why) => (State::Green, "met", why),
        Answer::NotMet(why) => (State::Amber, "not met", why),
        Answer::NotApplicable(why) => (State::Neutral, "not applicable", why),
        Answer::Person(why) => (State::Neutral, "a person must answer", why),
    };
    let requirement = answered.requirement;
    let is_outside = matches!(answered.answer, Answer::NotApplicable(_));
    let place = if is_outside || !is_there(material, &requirement.section) { String::new() } else { format!("[#{}]", requirement.section) };
    vec![Cell::text(&requirement.paragraph), Cell::text(&requirement.text), Cell::verdict(state, word), Cell::text(why), Cell::text(place)]
}

/// Whether the page has that section: one that is not there is not linked.
fn is_there(material: &Material<'_>, section: &str) -> bool {
    let summary = material.summary;
    let has_tails = !summary.tails.is_empty();
    let has_shortfalls = summary.found.iter().any(|found| found.prefix.starts_with("shortfall."));
    match section {
        "" => false,
        "risk" => has_tails || !summary.names.is_empty() || !summary.volatilities.is_empty(),
        "losses" | "traffic-light" => has_tails,
        "shortfall" => has_shortfalls,
        "errors" => !(summary.means.is_empty() && summary.probabilities.is_empty()),
        "credit" | "discrimination" | "calibration" => !summary.probabilities.is_empty(),
        "vintages" => matches!(&material.facts.spec.book, Some(BookSpec::Loans(_))) && !summary.probabilities.is_empty(),
        "book" => !summary.strategies.is_empty(),
        _ => true,
    }
}
