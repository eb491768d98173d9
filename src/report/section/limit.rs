//! Limits and tests: all of them, what failed in sentences, and what it all rests on.

use super::front::{all_limits, limits_titled, verdict};
use super::pieces::{counted, entities};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Section};
use crate::stat::Outcome;

pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("limits-and-tests", limits_titled(material));
    section.blocks.push(Block::Text(sentences(material)));
    let said = verdict(material).sentences;
    if !said.is_empty() {
        section.blocks.push(Block::List(said));
    }
    section.blocks.extend(all_limits(material).map(Block::Table));
    section
}

fn sentences(material: &Material<'_>) -> String {
    let data = material.facts.data;
    let windows = material.facts.windows;
    let rows = &material.facts.predictions.rows;
    let n_known = rows.iter().filter(|&&row| data.target[row as usize].is_some()).count();
    let known = if n_known == rows.len() { String::new() } else { format!(", {} of them with a known outcome", format::count(n_known as u64)) };
    let light = data.weight.iter().filter(|&&weight| weight == 0.0).count();
    let light = if light == 0 {
        String::new()
    } else {
        format!(", those of weight 0 ({} in the view), from which nothing is learnt, among them", format::count(light as u64))
    };
    let trained = windows.iter().map(|window| window.n_train);
    let trained = trained.clone().min().zip(trained.max()).map_or(String::new(), |(least, most)| {
        format!(" A window trains on {} to {} rows{light}.", format::count(least as u64), format::count(most as u64))
    });
    let mut sentences = vec![format!(
        "{} over {}; the view has {} rows of {}.{trained} {} rows that no model had seen were forecast{known}.",
        counted(material.facts.spec.models.len(), "model", "models"),
        counted(windows.len(), "window", "windows"),
        format::count(data.n_rows() as u64),
        entities(material),
        format::count(rows.len() as u64)
    )];
    for model in &material.summary.probabilities {
        if let Outcome::Value(scores) = &model.case.all.scores {
            sentences.push(format!(
                "`{}` forecast {} % defaults where {} % were observed.",
                model.subject.model,
                format::percent(scores.mean_predicted),
                format::percent(scores.observed_rate)
            ));
        }
    }
    sentences.join(" ")
}
