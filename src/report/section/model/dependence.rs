//! Partial dependence: how the last window's model moves with its strongest features.

use super::Fits;
use crate::model::Dependence;
use crate::report::chart::{Dependence as Line, DependenceChart, Scale, Size, Style, partial_dependence};
use crate::report::format;
use crate::report::page::{Figure, anchor};
use crate::spec::{Quantity, TargetUnit};

/// `None` of a model without importances, from which the strongest features are taken.
pub(super) fn figure(fits: &Fits<'_>, color: Style) -> Option<Figure> {
    let (card, window) = (fits.cards.last()?, fits.windows.last()?);
    let name = &fits.spec.name;
    let widest = card.dependence.iter().max_by(|a, b| span(a).total_cmp(&span(b)))?;
    let quantity = fits.spec.ask.first()?;
    let (y_title, scale) = match (quantity, fits.unit) {
        (Quantity::Probability, _) => ("Mean forecast probability, %".to_owned(), Scale::Percent),
        (_, TargetUnit::Return | TargetUnit::Share) => (format!("Mean forecast, {quantity}, %"), Scale::Percent),
        (_, TargetUnit::Money(currency)) => (format!("Mean forecast, {quantity}, {currency}"), Scale::Number),
        (_, TargetUnit::Probability | TargetUnit::Number) => (format!("Mean forecast, {quantity}"), Scale::Number),
    };
    let line = |found: &Dependence| Line {
        feature: found.feature.clone(),
        points: found.values.iter().copied().zip(found.forecasts.iter().copied()).collect(),
        rug: found.values.clone(),
    };
    let chart = DependenceChart {
        label: format!("Partial dependence of {name}"),
        y_title,
        scale,
        color,
        features: card.dependence.iter().map(line).collect(),
    };
    let title = format!("Partial dependence of `{name}`: forecasts move most with `{}`, by {}", widest.feature, written(scale, span(widest)));
    let corrected = if *quantity == Quantity::Probability { " Probabilities before any correction to `prior`." } else { "" };
    let note = format!(
        "Mean forecast of the last window's model (test from {}) with one feature set to each of its quantiles from 5 % to 95 % (ticks), all else as it was \
         (Friedman 2001); over at most 200 of {} training rows, spread evenly. Features that move together are moved apart.{corrected}",
        window.test.start,
        format::count(card.n_rows as u64)
    );
    Some(Figure::new(anchor(&format!("dependence-{name}")), title, note, partial_dependence(&chart, Size::Wide)))
}

/// From the lowest mean forecast to the highest.
fn span(found: &Dependence) -> f64 {
    let (low, high) = found.forecasts.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
    high - low
}

fn written(scale: Scale, value: f64) -> String {
    match scale {
        Scale::Percent => format!("{} percentage points", format::number(100.0 * value, 2)),
        Scale::Number => format::number(value, 2),
    }
}
