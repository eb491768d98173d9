//! Conventions: every statistic on the page in words, and the rules that hold for all of them.

mod credit;
mod error;
mod feature;
mod risk;
mod strategy;

use super::pieces::{is_asked, level, plain};
use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Subhead, Table};
use crate::spec::{BookSpec, Kind, Quantity};

/// What a statistic is, how it is taken, and who says so.
struct Definition {
    /// As the page writes it.
    name: &'static str,
    /// Formula or definition, in words.
    meaning: &'static str,
    /// Hypothesis, sidedness, degrees of freedom, ties, what is left out; empty where there is nothing to choose.
    convention: &'static str,
    /// Paper, standard, or empty for what is everyone's.
    source: &'static str,
}

/// Definitions of the statistics that this report can show.
pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("conventions", "Conventions and definitions");
    section.blocks.push(Block::List(rules(material)));
    section.blocks.push(Block::Subhead(Subhead::new("definitions-statistics", "Every statistic on this page")));
    section.blocks.extend(chapters(material).into_iter().map(|(id, title, definitions)| Block::Table(table(id, title, &definitions))));
    section
}

fn table(id: &str, title: &str, definitions: &[&Definition]) -> Table {
    let columns = vec![Column::words("Statistic"), Column::words("Definition"), Column::words("Convention"), Column::words("Source")];
    let mut table = Table::new(format!("definitions-{id}"), title, columns);
    // A definition that is not printed is no definition to a reader on paper.
    table.shown = definitions.len();
    table.rows = definitions.iter().map(|one| [one.name, one.meaning, one.convention, one.source].map(Cell::text).to_vec()).collect();
    table
}

/// Anchor, title and definitions of each group that applies.
fn chapters(material: &Material<'_>) -> Vec<(&'static str, &'static str, Vec<&'static Definition>)> {
    let summary = material.summary;
    let kind = material.facts.spec.kind;
    let asked = |wanted: fn(Quantity) -> bool| is_asked(material, wanted);
    let mut chapters = vec![("features", "Features", feature::definitions(kind))];
    let mut errors = Vec::new();
    if !summary.means.is_empty() {
        errors.extend(error::MEAN.iter());
    }
    if summary.means.iter().any(|model| model.comparison.is_some()) || summary.probabilities.iter().any(|model| model.comparison.is_some()) {
        errors.extend(error::COMPARISON.iter());
    }
    if !errors.is_empty() {
        chapters.push(("errors", "Forecast errors", errors));
    }
    if !summary.strategies.is_empty() {
        chapters.push(("book", "Book", strategy::DEFINITIONS.iter().collect()));
    }
    let mut risk = Vec::new();
    if !summary.tails.is_empty() {
        risk.extend(risk::COVERAGE.iter());
    }
    if summary.tails.iter().any(|tail| tail.z2.is_some()) {
        risk.extend(risk::SHORTFALL.iter());
    }
    if !summary.names.is_empty() {
        risk.extend(risk::NAMES.iter());
    }
    if asked(|quantity| quantity == Quantity::Volatility) {
        risk.extend(risk::VOLATILITY.iter());
    }
    if !risk.is_empty() {
        chapters.push(("risk", "Risk", risk));
    }
    if !summary.probabilities.is_empty() {
        chapters.push(("credit", "Default probabilities", credit::PROBABILITY.iter().collect()));
    }
    if let Some(BookSpec::Loans(_)) = &material.facts.spec.book {
        chapters.push(("loans", "Loan book", credit::LOANS.iter().collect()));
    }
    chapters
}

fn rules(material: &Material<'_>) -> Vec<String> {
    let spec = material.facts.spec;
    let mut rules = vec![
        "Dates are days; ranges of dates are half-open, their end is not in them, unless a table says both days are.".to_owned(),
        "A row's features are facts known strictly before its `as_of`; its target is known on `known_on`. Forecasts made with what was known before a day are judged on that day's outcome.".to_owned(),
    ];
    if spec.kind == Kind::Market {
        rules.push("Returns are simple and in decimals; forecasts keep the target's sign, and loss = -return is taken once.".to_owned());
        rules.push(format!(
            "Annual figures are on {} trading days a year: times that number for means and turnover, times its root for volatilities and ratios.",
            plain(spec.risk.days_per_year)
        ));
    }
    if is_asked(material, |quantity| quantity.tail().is_some()) {
        rules.push(
            "VaR and ES are positive losses. A breach is a loss strictly greater than VaR. The tail is the probability beyond VaR: 0.01 for 99 %."
                .to_owned(),
        );
    }
    if !material.summary.probabilities.is_empty() {
        rules.push("A target of 1 is a default. PD is the forecast probability of it, made before the outcome was known.".to_owned());
    }
    rules.extend([
        "Standard deviations and variances divide by n - 1, unless a formula says otherwise; autocovariances divide by n.".to_owned(),
        "Ties have their average rank; in an AUC they count half.".to_owned(),
        "Quantiles interpolate linearly between order statistics (type 7 of Hyndman and Fan).".to_owned(),
        format!("A test's decision is at {}: a p-value below it rejects, one equal to it does not. Not rejected means not shown to be wrong, not shown to be right. p-values are not adjusted for the number of tests on the page.", level(material)),
        "Likelihood ratios are taken in logarithms, with 0 ln 0 = 0.".to_owned(),
        format!("Simulations and bootstraps draw from a seeded generator (seed {}): the same inputs give the same numbers.", spec.seed),
        "n/a: the statistic is not defined, for the reason in the footnote. It is never a zero, and a limit on it is not judged.".to_owned(),
    ]);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_statistic_is_defined_twice_within_a_report() {
        let market = [error::MEAN, error::COMPARISON, strategy::DEFINITIONS, risk::COVERAGE, risk::SHORTFALL, risk::NAMES, risk::VOLATILITY];
        let credit = [error::COMPARISON, credit::PROBABILITY, credit::LOANS];
        for (kind, tables) in [(Kind::Market, &market[..]), (Kind::Credit, &credit[..])] {
            let mut names: Vec<&str> = tables.iter().flat_map(|table| table.iter()).chain(feature::definitions(kind)).map(|one| one.name).collect();
            let n = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), n, "{kind:?}");
        }
    }
}
