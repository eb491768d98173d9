//! Conventions: every statistic on the page in words, and the rules that hold for all of them.

mod credit;
mod feature;
mod risk;
mod strategy;

use super::pieces::{is_asked, level, plain};
use crate::report::cell::Cell;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Section, Subhead, Table};
use crate::spec::Kind;
use crate::stat::Found;

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
    section.blocks.push(Block::Subhead(Subhead::new("definitions-statistics", "The measures of this page")));
    section.blocks.extend(chapters(material).into_iter().map(|(id, title, definitions)| Block::Table(table(id, title, definitions))));
    section
}

/// A row of a table of definitions.
type Row = [String; 4];

fn table(id: &str, title: &str, rows: Vec<Row>) -> Table {
    let columns = vec![Column::words("Statistic"), Column::words("Definition"), Column::words("Convention"), Column::words("Source")];
    let mut table = Table::new(format!("definitions-{id}"), title, columns);
    // A definition that is not printed is no definition to a reader on paper.
    table.shown = rows.len();
    table.rows = rows.into_iter().map(|row| row.map(Cell::text).to_vec()).collect();
    table
}

fn given(definitions: &[Definition]) -> impl Iterator<Item = Row> {
    definitions.iter().map(|one| [one.name, one.meaning, one.convention, one.source].map(str::to_owned))
}

/// What the measures on this page say of themselves, each once, for metrics that begin so.
fn declared(material: &Material<'_>, prefixes: &[&str]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let begins = |found: &&Found| prefixes.iter().any(|prefix| found.prefix.starts_with(&format!("{prefix}.")));
    for about in material.summary.found.iter().filter(begins).map(|found| found.about) {
        let null = if about.null.is_empty() { String::new() } else { format!("Null hypothesis: {}. ", about.null) };
        let row = [about.name.to_owned(), about.formula.to_owned(), format!("{null}{}", about.convention), about.source.to_owned()];
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// Anchor, title and definitions of each group that applies.
fn chapters(material: &Material<'_>) -> Vec<(&'static str, &'static str, Vec<Row>)> {
    let features: Vec<Row> = feature::definitions(material.facts.spec.kind).into_iter().flat_map(|one| given(std::slice::from_ref(one))).collect();
    let mut risk = declared(material, &["coverage", "shortfall", "coverage_names", "volatility"]);
    if !material.summary.tails.is_empty() {
        risk.extend(given(risk::COVERAGE));
    }
    let mut book = declared(material, &["book"]);
    if !book.is_empty() {
        book.extend(given(strategy::DEFINITIONS));
    }
    let mut loans = declared(material, &["loans"]);
    if !loans.is_empty() {
        loans.extend(given(credit::LOANS));
    }
    let all = [
        ("features", "Features", features),
        ("errors", "Forecast errors", declared(material, &["error"])),
        ("book", "Book; R is a day's return after costs", book),
        ("risk", "Risk", risk),
        ("credit", "Default probabilities", declared(material, &["probability"])),
        ("loans", "Loan book", loans),
    ];
    all.into_iter().filter(|(.., rows)| !rows.is_empty()).collect()
}

fn rules(material: &Material<'_>) -> Vec<String> {
    let spec = material.facts.spec;
    let mut rules = vec![
        "Dates are days. A window's spans are half-open: their end is not in them. \"a to b\" in a caption names the first and the last day, both included.".to_owned(),
        "A row's features are facts known strictly before its `as_of`; its target is known on `known_on`. A forecast is made with what was known before its `as_of`, and judged once its target is known.".to_owned(),
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
        format!("A test's decision is at {}: a p-value below it rejects, one equal to it does not. Not rejected means not shown to be wrong, not shown to be right. Tests that decide are adjusted together, by model and by what is forecast (Holm 1979); other p-values are not adjusted for the number of tests on the page.", level(material)),
        "Likelihood ratios are taken in logarithms, with 0 ln 0 = 0.".to_owned(),
        format!("Simulations and bootstraps draw from a seeded generator (seed {}): the same inputs give the same numbers.", spec.seed),
        "n/a: the statistic is not defined, for the reason in the footnote. It is never a zero, and a limit on it is not judged.".to_owned(),
    ]);
    rules
}
