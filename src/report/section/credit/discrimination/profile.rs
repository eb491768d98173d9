//! Profile: what share of the defaults lies among the riskiest, and how much more often each band defaults than all.

use crate::report::chart::{CapChart, CapCurve, Column, ColumnChart, Level, Scale, Size, cap, columns};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::Figure;
use crate::report::section::credit::best;
use crate::report::section::pieces::{capital, counted, period, row_words};
use crate::stat::{Calibration, Discrimination};

/// CAP and lift of the models that tell defaults from the rest.
pub(super) fn figures(material: &Material<'_>) -> Vec<Figure> {
    let Some((first, found)) = best(&material.summary.probabilities) else { return Vec::new() };
    let model = first.subject.model.as_str();
    let lifted = first.case.calibration.value().and_then(|bands| lift(material, model, bands));
    std::iter::once(profile(material, model, found)).chain(lifted).collect()
}

/// (share of cases, share of defaults), riskiest first: of n cases with default rate p, those flagged are p TPR + (1 - p) FPR.
fn points(found: &Discrimination) -> Vec<(f64, f64)> {
    let rate = found.n_defaults as f64 / found.n as f64;
    found.roc.iter().map(|at| (rate * at.true_positive_rate + (1.0 - rate) * at.false_positive_rate, at.true_positive_rate)).collect()
}

/// Share of the defaults among the riskiest `share`, on the straight line between two points.
fn captured(points: &[(f64, f64)], share: f64) -> Option<f64> {
    let at = points.iter().position(|point| share <= point.0)?;
    let (high, low) = (points[at], points[at.saturating_sub(1)]);
    Some(if low.0 < high.0 { low.1 + (share - low.0) / (high.0 - low.0) * (high.1 - low.1) } else { high.1 })
}

fn profile(material: &Material<'_>, model: &str, found: &Discrimination) -> Figure {
    let curves = material.summary.probabilities.iter().filter_map(|model| {
        let found = model.case.discrimination.value()?;
        let (name, color) = (model.subject.model.clone(), material.color(&model.subject.model));
        Some(CapCurve { name, color, accuracy_ratio: found.gini, points: points(found) })
    });
    let (_, many) = row_words(material.summary.observation);
    let chart = CapChart {
        label: "Cumulative accuracy profile of the models".to_owned(),
        x_title: format!("{}, riskiest first, %", capital(many)),
        default_rate: found.n_defaults as f64 / found.n as f64,
        curves: curves.collect(),
    };
    let share = captured(&points(found), 0.1)
        .map_or(String::new(), |share| format!(": the riskiest tenth by `{model}` holds {} % of defaults", format::fixed(100.0 * share, 0)));
    let note = format!(
        "AR: accuracy ratio, which is Gini. n = {}, {}, {}.",
        counted(found.n, row_words(material.summary.observation).0, many),
        counted(found.n_defaults, "default", "defaults"),
        period(material)
    );
    Figure::half("cap", format!("CAP curve{share}"), note, cap(&chart, Size::Half))
}

/// `None` where there is one band, or no default.
fn lift(material: &Material<'_>, model: &str, found: &Calibration) -> Option<Figure> {
    let n_defaults: usize = found.bands.iter().map(|band| band.n_defaults).sum();
    if found.bands.len() < 2 || n_defaults == 0 {
        return None;
    }
    let all = n_defaults as f64 / found.n as f64;
    let column = |(idx, band): (usize, &crate::stat::Band)| Column {
        name: (idx + 1).to_string(),
        value: band.observed_rate / all,
        interval: band.test.value().map(|test| (test.jeffreys_interval.low / all, test.jeffreys_interval.high / all)),
        n: band.n as u64,
    };
    let chart = ColumnChart {
        label: format!("Lift of {model} by band"),
        x_title: "Band of PD, riskiest first".to_owned(),
        y_title: "Default rate, times that of all".to_owned(),
        scale: Scale::Number,
        color: material.color(model),
        columns: found.bands.iter().rev().enumerate().map(column).collect(),
        levels: vec![Level { at: 1.0, name: "all".to_owned() }],
        band: None,
    };
    let riskiest = found.bands.last()?.observed_rate / all;
    let (one, many) = row_words(material.summary.observation);
    let note = format!(
        "Bands of about equally many {many}; whiskers: 95 % Jeffreys, {many} taken as independent. n = {}, {}.",
        counted(found.n, one, many),
        period(material)
    );
    let title = format!("Lift: the riskiest band of `{model}` defaults {} times as often as all", format::number(riskiest, 2));
    Some(Figure::half("lift", title, note, columns(&chart, Size::Half)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_points_of_the_profile_is_a_straight_line() {
        // From (0, 0) by way of (0.2, 0.6) to (1, 1): a tenth holds 0.3.
        let points = [(0.0, 0.0), (0.2, 0.6), (1.0, 1.0)];
        assert!((captured(&points, 0.1).expect("between two points") - 0.3).abs() < 1e-12);
        assert_eq!((captured(&points, 0.2), captured(&[], 0.1)), (Some(0.6), None));
    }

    #[test]
    fn the_profile_follows_from_the_roc() {
        // One default of four cases, found first: a quarter of the cases holds all.
        let found = crate::stat::discrimination(&[0.9, 0.3, 0.2, 0.1], &[true, false, false, false]);
        let points = points(found.value().expect("both classes"));
        assert!(points.contains(&(0.25, 1.0)) && points[points.len() - 1] == (1.0, 1.0), "{points:?}");
    }
}
