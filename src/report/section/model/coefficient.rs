//! Coefficients of linear models and weights of ensembles, over the windows.

use super::{Fits, means, weighs_alike};
use crate::model::{Card, CoefficientScale};
use crate::report::cell::Cell;
use crate::report::chart::{LineChart, Scale, Series, Size, Style, Zero, lines};
use crate::report::format;
use crate::report::page::{Block, Column, Figure, Table, anchor};
use crate::report::section::pieces::{counted, significant};
use crate::spec::TargetUnit;

/// Coefficients drawn over time.
const N_LINES: usize = 5;

/// How coefficients are written.
struct Unit<'a> {
    /// In the headings of the table.
    heading: &'a str,
    cell: fn(f64) -> Cell,
    /// What the figure's axis measures.
    axis: String,
    /// From a coefficient to the number drawn.
    factor: f64,
}

pub(super) fn blocks(fits: &Fits<'_>) -> Vec<Block> {
    let Some(scale) = fits.cards.iter().find(|card| !card.coefficients.is_empty()).map(|card| card.coefficient_scale) else { return vec![] };
    if weighs_alike(fits.spec) {
        return vec![];
    }
    if fits.cards.iter().all(|card| card.coefficients.iter().all(|(name, value)| is_intercept(name) || *value == 0.0)) {
        let windows = counted(fits.cards.len(), "window", "windows");
        return vec![Block::Text(format!("Every coefficient of `{}` is 0 in all {windows}: it forecasts its intercept.", fits.spec.name))];
    }
    let coefficients = means(fits.cards.iter().flat_map(|card| &card.coefficients));
    let unit = unit(scale, fits.unit);
    vec![Block::Figure(figure(fits, scale, &unit, &coefficients)), Block::Table(table(fits, scale, &unit, &coefficients))]
}

/// The intercept is no effect of a feature. With several quantiles each has its own.
fn is_intercept(name: &str) -> bool {
    name == "intercept" || name.ends_with(": intercept")
}

fn unit(scale: CoefficientScale, target: &TargetUnit) -> Unit<'_> {
    let per_sd = |unit: &str| format!("Coefficient per standard deviation{unit}");
    match (scale, target) {
        (CoefficientScale::Target, TargetUnit::Return) => Unit { heading: "bp", cell: Cell::BasisPoints, axis: per_sd(", bp"), factor: 1e4 },
        (CoefficientScale::Target, TargetUnit::Share | TargetUnit::Probability) => {
            Unit { heading: "% points", cell: Cell::Percent, axis: per_sd(", percentage points"), factor: 100.0 }
        }
        (CoefficientScale::Target, TargetUnit::Money(currency)) => {
            Unit { heading: currency, cell: Cell::Money, axis: per_sd(&format!(", {currency}")), factor: 1.0 }
        }
        (CoefficientScale::Target, TargetUnit::Number) => Unit { heading: "", cell: significant, axis: per_sd(""), factor: 1.0 },
        (CoefficientScale::LogOdds, _) => Unit { heading: "log-odds", cell: significant, axis: per_sd(", log-odds"), factor: 1.0 },
        (CoefficientScale::Margin, _) => Unit { heading: "margins", cell: significant, axis: per_sd(", margins"), factor: 1.0 },
        (CoefficientScale::Weight, _) => Unit { heading: "", cell: significant, axis: "Weight".to_owned(), factor: 1.0 },
    }
}

/// That windows differ in the columns they keep, so that a mean mixes coefficients of different meaning.
fn unlike(cards: &[&Card]) -> Option<String> {
    let columns = |card: &Card| card.coefficients.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let sets: std::collections::BTreeSet<Vec<String>> = cards.iter().filter(|card| !card.coefficients.is_empty()).map(|card| columns(card)).collect();
    (1 < sets.len()).then(|| {
        format!(
            " The windows hold {} different sets of columns: a coefficient is given the others beside it, and a mean over windows mixes them.",
            sets.len()
        )
    })
}

/// A line per coefficient.
fn figure(fits: &Fits<'_>, scale: CoefficientScale, unit: &Unit<'_>, coefficients: &[(String, f64)]) -> Figure {
    let name = &fits.spec.name;
    let largest = coefficients.iter().filter(|(feature, _)| !is_intercept(feature)).take(N_LINES);
    let series = largest
        .enumerate()
        .map(|(color, (feature, _))| {
            let points = fits.windows.iter().zip(fits.cards).filter_map(|(window, card)| {
                let found = card.coefficients.iter().find(|(name, _)| name == feature);
                found.map(|(_, value)| (window.test.start, unit.factor * value))
            });
            Series { name: feature.clone(), color: Style::Series(color), points: points.collect() }
        })
        .collect();
    let is_weight = scale == CoefficientScale::Weight;
    let noun = if is_weight { "Weights" } else { "Coefficients" };
    let chart =
        LineChart { label: format!("{noun} of {name} over time"), y_title: unit.axis.clone(), scale: Scale::Number, zero: Zero::Shown, series };
    let about = if is_weight { "learnt from forecasts whose outcome was known before it." } else { "where a line crosses zero the sign changed." };
    let note = format!(
        "The {} of the largest mean size over {}, at each test's start; {about}",
        coefficients.iter().filter(|(feature, _)| !is_intercept(feature)).count().min(N_LINES),
        counted(fits.cards.len(), "window", "windows")
    );
    Figure::half(anchor(&format!("coefficients-{name}")), format!("{noun} of `{name}` over time"), note, lines(&chart, Size::Half))
}

fn table(fits: &Fits<'_>, scale: CoefficientScale, unit: &Unit<'_>, coefficients: &[(String, f64)]) -> Table {
    let (name, cards, is_weight) = (&fits.spec.name, fits.cards, scale == CoefficientScale::Weight);
    let last_errors = cards.last().map_or(&[][..], |card| &card.errors);
    let mut columns = vec![
        Column::words(if is_weight { "Member" } else { "Feature" }),
        Column::numbers("Mean", unit.heading),
        Column::numbers("Smallest", unit.heading),
        Column::numbers("Largest", unit.heading),
        Column::numbers("Windows with it", ""),
        Column::numbers("Of them above 0", "%"),
    ];
    let n_windows = counted(cards.len(), "window", "windows");
    let mut note = match scale {
        CoefficientScale::Weight => format!("Weights of the members, over {n_windows}."),
        CoefficientScale::Target => format!(
            "Change of the forecast per standard deviation of the feature in the window's training rows, the intercept in the unit itself; over the windows, of {}, that have it.",
            format::count(cards.len() as u64)
        ),
        CoefficientScale::LogOdds => format!(
            "Change of the log-odds per standard deviation of the feature in the window's training rows, the intercept in log-odds; over the windows, of {}, that have it.",
            format::count(cards.len() as u64)
        ),
        CoefficientScale::Margin => format!(
            "Change of the distance from the boundary, in margins, per standard deviation of the feature in the window's training rows; over the windows, of {}, that have it.",
            format::count(cards.len() as u64)
        ),
    };
    if !last_errors.is_empty() {
        columns.extend([Column::numbers("Standard error, last window", unit.heading), Column::numbers("t, last window", "")]);
        note.push_str(" Standard errors are those that the settings name; t is the last window's coefficient over its error. Ordinary ones take rows as independent: where names move together the true errors are larger.");
    }
    if let Some(words) = unlike(cards) {
        note.push_str(&words);
    }
    let title = if is_weight { format!("Weights of `{name}`") } else { format!("Coefficients of `{name}`") };
    let mut table = Table::new(anchor(&format!("coefficients-table-{name}")), title, columns).note(note);
    for (feature, mean) in coefficients {
        let values: Vec<f64> =
            cards.iter().flat_map(|card| &card.coefficients).filter(|(name, _)| name == feature).map(|(_, value)| *value).collect();
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let above = values.iter().filter(|&&value| 0.0 < value).count() as f64 / values.len() as f64;
        let cell = unit.cell;
        let mut row = vec![Cell::code(feature), cell(*mean), cell(low), cell(high), Cell::Count(values.len() as u64), Cell::Percent(above)];
        if !last_errors.is_empty() {
            row.extend(last_error(cards, feature, cell));
        }
        table.rows.push(row);
    }
    table
}

/// Standard error and t of the last window.
fn last_error(cards: &[&Card], feature: &str, cell: fn(f64) -> Cell) -> [Cell; 2] {
    let of = |named: &[(String, f64)]| named.iter().find(|(name, _)| name == feature).map(|(_, value)| *value);
    let last = cards.last().and_then(|card| Some((of(&card.errors)?, of(&card.coefficients)?)));
    match last {
        Some((error, value)) if 0.0 < error => [cell(error), Cell::Number { value: value / error, digits: 3 }],
        Some(_) | None => [(); 2].map(|()| Cell::na("the feature was dropped in the last window, or its error is 0")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{mean_of, named, ridge, windows};
    use super::*;
    use crate::spec::ModelSpec;

    fn of(spec: &ModelSpec, unit: &TargetUnit, cards: &[Card]) -> Vec<Block> {
        let cards: Vec<&Card> = cards.iter().collect();
        blocks(&Fits { spec, unit, windows: &windows(cards.len() as u32), cards: &cards })
    }

    fn with(coefficient_scale: CoefficientScale, coefficients: &[(&str, f64)]) -> Card {
        Card { coefficient_scale, coefficients: named(coefficients), ..Card::default() }
    }

    /// Unit and the first feature's mean of the table.
    fn shown(scale: CoefficientScale, unit: &TargetUnit) -> (String, Cell) {
        let blocks = of(&ridge("m", 1.0), unit, &[with(scale, &[("intercept", 0.0), ("x", 0.002)])]);
        let Some(Block::Table(table)) = blocks.into_iter().nth(1) else { unreachable!("a figure and a table") };
        (table.columns[1].unit.clone(), table.rows[0][1].clone())
    }

    #[test]
    fn coefficients_are_in_the_unit_of_what_they_add_up_to() {
        // In a market report, a logistic model's are log-odds and no basis points.
        assert_eq!(shown(CoefficientScale::Target, &TargetUnit::Return), ("bp".to_owned(), Cell::BasisPoints(0.002)));
        assert_eq!(shown(CoefficientScale::LogOdds, &TargetUnit::Return), ("log-odds".to_owned(), significant(0.002)));
        assert_eq!(shown(CoefficientScale::LogOdds, &TargetUnit::Probability), ("log-odds".to_owned(), significant(0.002)));
        assert_eq!(shown(CoefficientScale::Margin, &TargetUnit::Probability), ("margins".to_owned(), significant(0.002)));
        assert_eq!(shown(CoefficientScale::Target, &TargetUnit::Money("EUR".to_owned())), ("EUR".to_owned(), Cell::Money(0.002)));
        assert_eq!(shown(CoefficientScale::Target, &TargetUnit::Share), ("% points".to_owned(), Cell::Percent(0.002)));
    }

    #[test]
    fn coefficients_that_are_all_0_get_a_sentence_and_no_chart() {
        let zero = || with(CoefficientScale::Target, &[("intercept", 0.01), ("x", 0.0), ("y", -0.0)]);
        let spec = ridge("lasso", 1.0);
        let sentence = "Every coefficient of `lasso` is 0 in all 2 windows: it forecasts its intercept.";
        assert_eq!(of(&spec, &TargetUnit::Return, &[zero(), zero()]), [Block::Text(sentence.to_owned())]);
        let moved = with(CoefficientScale::Target, &[("intercept", 0.01), ("x", 0.0), ("y", 1e-9)]);
        assert_eq!(of(&spec, &TargetUnit::Return, &[zero(), moved]).len(), 2);
    }

    #[test]
    fn an_ensemble_that_weighs_alike_shows_no_learnt_weights() {
        let card = with(CoefficientScale::Weight, &[("a", 0.5), ("b", 0.5)]);
        assert_eq!(of(&mean_of("pool", &["a", "b"]), &TargetUnit::Return, &[card]), []);
    }

    #[test]
    fn intercepts_of_several_quantiles_are_not_drawn() {
        let card = with(CoefficientScale::Target, &[("quantile 0.01: intercept", -0.03), ("quantile 0.01: x", 0.001)]);
        let blocks = of(&ridge("lines", 1.0), &TargetUnit::Return, &[card]);
        let Some(Block::Figure(figure)) = blocks.first() else { unreachable!("a figure comes first") };
        assert!(figure.svg.contains("quantile 0.01: x") && !figure.svg.contains("intercept"), "{}", figure.svg);
        assert!(figure.note.starts_with("The 1 of the largest mean size over 1 window"), "{}", figure.note);
    }
}
