//! Drift: do the scores of later years fall where those of the first year fell?

use std::collections::BTreeMap;

use crate::report::chart::{Column, ColumnChart, Level, Scale, Size, columns};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::Figure;
use crate::report::section::credit::best;
use crate::report::section::pieces::{MIN_OUTCOMES, counted, row_words};
use crate::spec::Quantity;
use crate::stat::{MOVED, SHIFTED, score_drift};

/// Bins of the index, as of features.
const N_BINS: usize = 10;

/// `None` with fewer than two years of enough scores.
pub(super) fn figure(material: &Material<'_>) -> Option<Figure> {
    let (best, _) = best(&material.summary.probabilities)?;
    let model = best.subject.model.as_str();
    let series = material.facts.predictions.find(model, Quantity::Probability)?;
    let year_of = |&row: &u32| material.facts.data.as_of[row as usize].year();
    let all: Vec<(i32, f64)> =
        material.facts.predictions.rows.iter().zip(series.predicted.iter()).filter_map(|(row, score)| Some((year_of(row), score?))).collect();
    let mut n_of_year: BTreeMap<i32, usize> = BTreeMap::new();
    for (year, _) in &all {
        *n_of_year.entry(*year).or_default() += 1;
    }
    let enough = |year: i32| n_of_year.get(&year).is_some_and(|n| MIN_OUTCOMES <= *n);
    let (years, scores): (Vec<i32>, Vec<f64>) = all.iter().copied().filter(|&(year, _)| enough(year)).unzip();
    let found: Vec<(i32, f64, usize)> = score_drift(&years, &scores, N_BINS)
        .into_iter()
        .filter_map(|(year, drift)| drift.value().map(|drift| (year, drift.psi, drift.n_current)))
        .collect();
    let worst = found.iter().copied().reduce(|worst, next| if worst.1 < next.1 { next } else { worst })?;
    let first = years.iter().min()?;
    let chart = ColumnChart {
        label: format!("Population stability index of the scores of {model} by year"),
        x_title: "Year of observation".to_owned(),
        y_title: "PSI of the score".to_owned(),
        scale: Scale::Number,
        color: material.color(model),
        columns: found.iter().map(|&(year, psi, n)| Column { name: year.to_string(), value: psi, interval: None, n: n as u64 }).collect(),
        levels: [MOVED, SHIFTED].map(|at| Level { at, name: format::fixed(at, 2) }).to_vec(),
        band: None,
    };
    let below = found.iter().filter(|(_, psi, _)| *psi < SHIFTED).count();
    let title = if below == found.len() {
        format!("PSI of the scores of `{model}` was below {} in {below} of {}", format::fixed(SHIFTED, 2), counted(found.len(), "year", "years"))
    } else {
        format!("Scores of `{model}` moved most in {}: PSI {}", worst.0, format::fixed(worst.1, 2))
    };
    let (one, many) = row_words(material.summary.observation);
    let note = format!(
        "Against {first}, the first year tested, in {N_BINS} bins. Below {} is called stable, above {} large; years differ by chance, too. n = {}.",
        format::fixed(MOVED, 2),
        format::fixed(SHIFTED, 2),
        counted(scores.len(), one, many)
    );
    Some(Figure::half("score-psi", title, note, columns(&chart, Size::Half)))
}
