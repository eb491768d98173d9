//! Models: settings, searches, feature importance, coefficients over time, and fitting messages.

mod coefficient;
mod dependence;
mod importance;
mod message;
mod search;
mod setting;

use crate::model::Card;
use crate::report::cell::Cell;
use crate::report::chart::Style;
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Table, anchor};
use crate::report::section::pieces::counted;
use crate::spec::{EnsembleWeights, Learning, ModelKind, ModelSpec, TargetUnit};
use crate::walk::WindowCards;
use crate::window::Window;

/// What the section is made from.
#[derive(Clone, Copy)]
struct Models<'a> {
    specs: &'a [ModelSpec],
    /// The unit of the target.
    unit: &'a TargetUnit,
    windows: &'a [Window],
    /// Cards by window, in the order of the windows; those of a window in the order of the specs.
    cards: &'a [WindowCards],
}

/// One model of the section, with its card in every window.
#[derive(Clone, Copy)]
struct Fits<'a> {
    spec: &'a ModelSpec,
    unit: &'a TargetUnit,
    windows: &'a [Window],
    cards: &'a [&'a Card],
}

pub(super) fn section(material: &Material<'_>) -> Section {
    let facts = &material.facts;
    let models = Models { specs: &facts.spec.models, unit: &facts.spec.target.unit, windows: facts.windows, cards: &facts.predictions.cards };
    let mut section = Section::new("models", title(models.specs, models.windows.len()));
    (section.blocks, section.record) = blocks(&models);
    section
}

/// The evidence, and the tables that are kept for the record.
fn blocks(models: &Models<'_>) -> (Vec<Block>, Vec<Block>) {
    let mut blocks = vec![Block::Text(search::sentence(models.specs))];
    blocks.extend(not_fitted(models.specs).map(Block::Text));
    let mut record = vec![Block::Table(setting::table(models))];
    for (at, spec) in models.specs.iter().enumerate() {
        let cards: Vec<&Card> = models.cards.iter().map(|window| &window.cards[at].1).collect();
        let (evidence, tables) = of_model(&Fits { spec, unit: models.unit, windows: models.windows, cards: &cards }, Style::Series(at));
        blocks.extend(evidence);
        record.extend(tables);
    }
    blocks.extend(message::table(models.cards).map(Block::Table));
    (blocks, record)
}

/// "Models: 5, of which 3 are fitted anew in each of 13 windows".
fn title(specs: &[ModelSpec], n_windows: usize) -> String {
    let (n, n_fitted) = (specs.len(), specs.iter().filter(|spec| spec.is_fitted()).count());
    let anew = format!("fitted anew in each of {}", counted(n_windows, "window", "windows"));
    match n_fitted {
        0 => format!("Models: {n}, none of which is fitted"),
        _ if n_fitted == n && n == 1 => format!("Models: 1, {anew}"),
        _ if n_fitted == n => format!("Models: {}, all {anew}", format::count(n as u64)),
        1 => format!("Models: {n}, of which 1 is {anew}"),
        _ => format!("Models: {n}, of which {n_fitted} are {anew}"),
    }
}

/// Why the others are not fitted; `None` where all are.
fn not_fitted(specs: &[ModelSpec]) -> Option<String> {
    let why = |spec: &ModelSpec| match (spec.kind.learns(), &spec.kind) {
        (_, ModelKind::Column(_)) => "reads forecasts from a column",
        (_, ModelKind::Import(_)) => "was trained elsewhere",
        (Learning::Forecasts, _) => "weighs its members alike",
        (Learning::Rows | Learning::Nothing, _) => "follows each entity's own past with the settings of the spec",
    };
    let words: Vec<String> = specs.iter().filter(|spec| !spec.is_fitted()).map(|spec| format!("`{}` {}", spec.name, why(spec))).collect();
    (!words.is_empty()).then(|| format!("Nothing is fitted for {} of the models: {}.", words.len(), words.join("; ")))
}

fn of_model(fits: &Fits<'_>, color: Style) -> (Vec<Block>, Vec<Block>) {
    let name = &fits.spec.name;
    let mut blocks = search::blocks(fits);
    blocks.extend(importance::figures(fits).into_iter().map(Block::Figure));
    blocks.extend(dependence::figure(fits, color).map(Block::Figure));
    let (tables, figures) = coefficient::blocks(fits).into_iter().partition(|block| matches!(block, Block::Table(_)));
    blocks.extend::<Vec<Block>>(figures);
    blocks.extend(rules(name, fits.cards).map(Block::Table));
    (blocks, tables)
}

/// Whether the model is an equal-weighted mean of others.
fn weighs_alike(spec: &ModelSpec) -> bool {
    matches!(&spec.kind, ModelKind::Ensemble(params) if params.weights == EnsembleWeights::Mean)
}

/// The rules of the last window's decision tree.
fn rules(name: &str, cards: &[&Card]) -> Option<Table> {
    let rules = &cards.last()?.rules;
    if rules.is_empty() {
        return None;
    }
    let columns = vec![Column::words("Rule, training rows and their share, forecast")];
    let mut table = Table::new(anchor(&format!("rules-{name}")), format!("Rules of `{name}` in the last window"), columns)
        .note("Every row fulfils exactly one. Those of the other windows are in the model's file under `models/`.");
    table.rows = rules.iter().map(|rule| vec![Cell::code(rule.split_whitespace().collect::<Vec<_>>().join(" "))]).collect();
    Some(table)
}

/// Means by name over the cards that have the name, largest size first.
fn means<'a>(named: impl Iterator<Item = &'a (String, f64)>) -> Vec<(String, f64)> {
    let mut sums: std::collections::BTreeMap<&str, (f64, usize)> = std::collections::BTreeMap::new();
    for (name, value) in named {
        let (sum, n) = sums.entry(name).or_default();
        *sum += value;
        *n += 1;
    }
    let mut means: Vec<(String, f64)> = sums.into_iter().map(|(name, (sum, n))| (name.to_owned(), sum / n as f64)).collect();
    means.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
    means
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests {
    use super::fixture::{cards, mean_of, model, ridge, tuned, windows};
    use super::*;
    use crate::spec::{BaselineParams, ColumnParams, EwmaParams, History};

    #[test]
    fn only_models_that_are_fitted_are_counted_as_fitted() {
        let ewma = model("ewma", ModelKind::Ewma(EwmaParams { lambda: 0.94, min_history: 20 }));
        let past = model("past", ModelKind::Baseline(BaselineParams { history: History::Entity, lookback: 250, min_history: 60 }));
        let desk = model("desk", ModelKind::Column(ColumnParams { columns: vec!["benchmark_desk".into()] }));
        let pool = mean_of("pool", &["a", "b"]);
        let specs = [ridge("a", 1.0), tuned("b", &[0.1, 1.0]), ewma, past, desk, pool];
        assert_eq!(title(&specs, 13), "Models: 6, of which 2 are fitted anew in each of 13 windows");
        assert_eq!(title(&specs[..2], 1), "Models: 2, all fitted anew in each of 1 window");
        assert_eq!(title(&specs[3..], 13), "Models: 3, none of which is fitted");
        let words = "Nothing is fitted for 4 of the models: `ewma` follows each entity's own past with the settings of the spec; `past` follows \
                     each entity's own past with the settings of the spec; `desk` reads forecasts from a column; `pool` weighs its members alike.";
        assert_eq!(not_fitted(&specs).as_deref(), Some(words));
        assert_eq!(not_fitted(&specs[..2]), None);
    }

    #[test]
    fn a_section_without_anything_learnt_is_its_settings() {
        let specs = [mean_of("pool", &["a", "b"])];
        let (windows, cards) = (windows(2), cards(&specs, 2));
        let (blocks, record) = blocks(&Models { specs: &specs, unit: &TargetUnit::Return, windows: &windows, cards: &cards });
        assert!(matches!(&blocks[..], [Block::Text(_), Block::Text(_)]), "{blocks:?}");
        assert!(matches!(&record[..], [Block::Table(settings)] if settings.id == "settings"), "{record:?}");
    }
}
