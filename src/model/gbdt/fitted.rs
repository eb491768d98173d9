//! A fitted model made of trees.

use std::sync::OnceLock;

use super::adaboost::MedianEnsemble;
use super::block::Table;
use super::ensemble::{Ensemble, Link};
use super::file::{self, Saved};
use super::importance::{self, Measure, Permutations};
use super::predict::forecasts;
use super::prepared::PreparedWindow;
use super::shap;
use super::tail::{TailForecast, TailModel};
use crate::feature::{Matrix, Rows};
use crate::model::{Card, Importance, Model, Query, Train};
use crate::score::squared;
use crate::spec::{ImportanceKind, Quantity};

/// Training rows that SHAP values are taken over: evenly spaced, enough for a mean.
const SHAP_ROWS: usize = 2000;

/// SHAP values must sum to a row's score within this share of the largest score the trees can make.
const SHAP_TOLERANCE: f64 = 1e-10;

/// The base and every tree's largest leaf, without their signs; at least 1.
fn scale(ensemble: &Ensemble) -> f64 {
    let largest = |tree: &super::tree::Tree| tree.leaves().map(|leaf| tree.nodes[leaf].value.abs()).fold(0.0, f64::max);
    (ensemble.base.abs() + ensemble.trees.iter().map(largest).sum::<f64>()).max(1.0)
}

/// Probabilities stay this far from 0 and 1, as those of a logistic regression do.
const MARGIN: f64 = 1e-12;

/// What forecasts a mean or a probability.
#[derive(Debug, Clone)]
pub(super) enum Forecaster {
    /// A sum of trees.
    Sum(Ensemble),
    /// A weighted median of trees.
    Median(MedianEnsemble),
}

/// A fitted model made of trees.
#[derive(Debug)]
pub(super) struct Fitted {
    ask: Vec<Quantity>,
    columns: Vec<usize>,
    pub(super) forecasters: Vec<(Quantity, Forecaster)>,
    pub(super) tails: Option<TailModel>,
    pub(super) rules: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) n_rows: usize,
    names: Vec<String>,
    importance: Vec<Importance>,
    held_back: (Vec<u32>, Vec<f64>),
    /// Rows whose tails crossed, once they have been forecast.
    n_repaired: OnceLock<u64>,
    is_last: bool,
}

impl Fitted {
    pub(super) fn new(train: &Train<'_>, prepared: &PreparedWindow, ask: &[Quantity]) -> Self {
        Self {
            ask: ask.to_vec(),
            columns: prepared.columns.clone(),
            forecasters: vec![],
            tails: None,
            rules: vec![],
            notes: prepared.notes.clone(),
            n_rows: prepared.labelled.rows.len(),
            names: prepared.features.iter().map(|feature| feature.name.clone()).collect(),
            importance: vec![],
            held_back: (vec![], vec![]),
            n_repaired: OnceLock::new(),
            is_last: train.is_last,
        }
    }

    pub(super) fn keep_held_back(&mut self, rows: &[u32], target: &[f64]) {
        self.held_back = (rows.to_vec(), target.to_vec());
    }

    /// Measures the importance of the features for what each ensemble forecasts, in shares of 1; an ensemble without a split has none.
    pub(super) fn measure_importance(&mut self, train: &Train<'_>, kind: ImportanceKind) {
        let of = |(ensemble, of): (Ensemble, String)| {
            let shares = self.shares(train, &ensemble, kind)?;
            Some(Importance::sorted(of, self.names.iter().cloned().zip(shares).collect()))
        };
        self.importance = self.ensembles().into_iter().filter_map(of).collect();
        self.held_back = (vec![], vec![]);
    }

    fn shares(&self, train: &Train<'_>, ensemble: &Ensemble, kind: ImportanceKind) -> Option<Vec<f64>> {
        let values = match kind {
            ImportanceKind::Gain => return importance::shares(ensemble, Measure::Gain),
            ImportanceKind::Split => return importance::shares(ensemble, Measure::Splits),
            ImportanceKind::Shap => {
                let n = train.lesson.rows.len();
                let picked: Vec<u32> = (0..n.min(SHAP_ROWS)).map(|idx| train.lesson.rows[idx * n / n.min(SHAP_ROWS)]).collect();
                let table = Table { matrix: train.shared.features(), columns: &self.columns, rows: &picked };
                let contributions = shap::contributions(ensemble, &table);
                let gap = shap::additivity_gap(ensemble, &table, &contributions);
                assert!(gap <= SHAP_TOLERANCE * scale(ensemble), "SHAP values must sum to the scores, but one is off by {gap:e}");
                contributions.mean_absolute()?
            }
            ImportanceKind::Permutation => self.loss_increases(train, ensemble)?,
        };
        let total: f64 = values.iter().sum();
        (0.0 < total).then(|| values.iter().map(|value| value / total).collect())
    }

    /// How much the squared error on the rows held back rises when a feature is shuffled; at least 0.
    fn loss_increases(&self, train: &Train<'_>, ensemble: &Ensemble) -> Option<Vec<f64>> {
        let (rows, target) = &self.held_back;
        let held: Matrix = Rows::new(train.shared.features(), rows).gather();
        let columns: Vec<Vec<f32>> = self.columns.iter().map(|&column| held.column(column).to_vec()).collect();
        let own = Matrix::from_columns(rows.len(), &columns);
        let (order, all): (Vec<usize>, Vec<u32>) = ((0..columns.len()).collect(), (0..rows.len() as u32).collect());
        let score = |matrix: &Matrix| forecasts(ensemble, matrix, &order, &all, 1);
        let loss = |scores: &[f64]| scores.iter().zip(target).map(|(&score, &target)| squared(target, score)).sum::<f64>() / target.len() as f64;
        let found = importance::permutation(&own, Permutations { n: 3, seed: train.seed }, score, loss)?;
        Some(found.iter().map(|rise| rise.mean.max(0.0)).collect())
    }

    /// Every ensemble and what it forecasts.
    fn ensembles(&self) -> Vec<(Ensemble, String)> {
        let mut found = vec![];
        for (quantity, answer) in &self.forecasters {
            let ensemble = match answer {
                Forecaster::Sum(ensemble) => ensemble.clone(),
                Forecaster::Median(median) => {
                    Ensemble { features: median.features.clone(), base: 0.0, link: Link::Identity, trees: median.trees.clone() }
                }
            };
            found.push((ensemble, quantity.to_string()));
        }
        for tail in self.tails.iter().flat_map(|tails| &tails.tails) {
            found.push((tail.quantile.clone(), Quantity::Quantile(tail.tail).to_string()));
            if let Some(shortfall) = &tail.shortfall {
                found.push((shortfall.excess.clone(), format!("excess of {}", Quantity::Shortfall(tail.tail))));
            }
        }
        found
    }

    fn tail_answer(&self, forecast: &TailForecast, quantity: Quantity) -> Vec<Option<f64>> {
        let tails = &self.tails.as_ref().expect("tails are fitted where one is asked").tails;
        let at = tails.iter().position(|tail| Some(tail.tail) == quantity.tail()).expect("a tail is fitted for each that is asked");
        let values = match quantity {
            Quantity::Shortfall(_) => forecast.shortfalls[at].as_ref().expect("a shortfall is fitted where one is asked"),
            Quantity::Quantile(_) | Quantity::Mean | Quantity::Probability | Quantity::Volatility => &forecast.quantiles[at],
        };
        values.iter().map(|&value| Some(value)).collect()
    }
}

impl Model for Fitted {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let rows: Vec<u32> = (0..query.features.n_rows() as u32).collect();
        let tails = self.tails.as_ref().map(|tails| tails.forecast(query.features, &self.columns, &rows, 1));
        if let Some(tails) = &tails {
            // A second call asks for other rows; the first one's count is the window's.
            let _ = self.n_repaired.set(tails.n_repaired);
        }
        let answer = |&quantity: &Quantity| match (quantity, &tails) {
            (Quantity::Mean | Quantity::Probability, _) => {
                let (_, answer) = self.forecasters.iter().find(|(known, _)| *known == quantity).expect("each asked quantity was fitted");
                let values = match answer {
                    Forecaster::Sum(ensemble) => forecasts(ensemble, query.features, &self.columns, &rows, 1),
                    Forecaster::Median(median) => median.forecasts(query.features, &self.columns, &rows, 1),
                };
                // A leaf of ones alone would make a log loss infinite, and a mean of leaves may round to a little more than 1.
                let bound = |value: f64| if quantity == Quantity::Probability { value.clamp(MARGIN, 1.0 - MARGIN) } else { value };
                values.into_iter().map(|value| Some(bound(value))).collect()
            }
            (Quantity::Quantile(_) | Quantity::Shortfall(_), Some(tails)) => self.tail_answer(tails, quantity),
            (Quantity::Quantile(_) | Quantity::Shortfall(_) | Quantity::Volatility, _) => unreachable!("the spec does not ask trees for {quantity}"),
        };
        self.ask.iter().map(answer).collect()
    }

    fn card(&self) -> Card {
        let mut notes = self.notes.clone();
        if let Some(n @ 1..) = self.n_repaired.get() {
            notes.push(format!("tails crossed in {n} forecast rows and were put in order"));
        }
        let saved = |(ensemble, name): (Ensemble, String)| (name.clone(), file::to_json(&Saved { loss: name, ensemble }));
        let artifacts = if self.is_last { self.ensembles().into_iter().map(saved).collect() } else { vec![] };
        Card { n_rows: self.n_rows, importance: self.importance.clone(), rules: self.rules.clone(), notes, artifacts, ..Card::default() }
    }
}
