//! Small tables, binned, that the boosting and the forests are tested on.

use std::sync::Arc;

use super::bin::Binned;
use super::booster::{HeldBack, TrainingData};
use super::cross_fold::{CrossFold, cross_folds};
use super::cut::{CutSpec, Cuts};
use super::ensemble::ModelFeature;
use super::grow::Grower;
use super::loss::{Loss, Observed};
use super::settings::{BoostSettings, RowSampling, Threshold, TreeSettings};
use crate::day::Day;
use crate::feature::Matrix;

/// A table whose first rows are trained on and whose others are held back.
pub(super) struct Table {
    pub(super) matrix: Matrix,
    pub(super) binned: Binned,
    pub(super) features: Vec<ModelFeature>,
    pub(super) rows: Vec<u32>,
    pub(super) held_rows: Vec<u32>,
}

impl Table {
    /// Bins all columns, cut on the first `n_train` rows, each value a bin of its own where there are few.
    pub(super) fn new(columns: &[Vec<f32>], categorical: &[u32], n_train: usize) -> Self {
        let n_rows = columns[0].len();
        let matrix = Matrix::from_columns(n_rows, columns);
        let rows: Vec<u32> = (0..n_train as u32).collect();
        let spec = CutSpec { columns: (0..columns.len() as u32).collect(), categorical: categorical.to_vec(), max_bins: 255, min_bin_rows: 1 };
        let cuts = Arc::new(Cuts::learn(&matrix, &rows, &spec).expect("categories are whole numbers"));
        let features = (0..columns.len()).map(|idx| ModelFeature { name: format!("x{idx}"), kind: cuts.kind(idx) }).collect();
        let binned = Binned::new(&matrix, 0..n_rows as u32, cuts);
        Self { matrix, binned, features, rows, held_rows: (n_train as u32..n_rows as u32).collect() }
    }

    /// The three features of tests/golden/gbdt_loss.py.
    pub(super) fn golden(n_rows: u32, n_train: usize) -> Self {
        let column = |value: fn(u32) -> f32| (0..n_rows).map(value).collect::<Vec<f32>>();
        let third = |row: u32| if row % 13 == 5 { f32::NAN } else { (row * row % 89) as f32 };
        Self::new(&[column(|row| (row * 37 % 101) as f32), column(|row| (row * 53 % 97) as f32), column(third)], &[], n_train)
    }

    /// Positions of the model's features in the matrix.
    pub(super) fn columns(&self) -> Vec<usize> {
        (0..self.features.len()).collect()
    }

    /// Targets and weights of all rows as the data of a fit, its training rows and those held back.
    pub(super) fn data<'a>(&'a self, target: &'a [f64], weight: Option<&'a [f64]>, cores: usize) -> TrainingData<'a> {
        let n = self.rows.len();
        let observed = |rows: std::ops::Range<usize>| Observed { target: &target[rows.clone()], weight: weight.map(|weight| &weight[rows]) };
        let held_back = HeldBack { rows: &self.held_rows, observed: observed(n..target.len()) };
        TrainingData { place: "model `g` in window 1", features: &self.features, observed: observed(0..n), held_back, seed: 11, cores }
    }

    /// The training rows in parts, a row a day.
    pub(super) fn folds(&self) -> Vec<CrossFold> {
        let days = |offset: i32| (0..self.rows.len() as i32).map(|day| Day(day + offset)).collect::<Vec<_>>();
        cross_folds(&days(0), &days(1))
    }

    /// Calls `learn` with a grower on the training rows, in a pool of `cores` threads.
    pub(super) fn grow<R: Send>(
        &self,
        settings: &TreeSettings,
        weight: Option<&[f64]>,
        cores: usize,
        learn: impl FnOnce(&mut Grower<'_>) -> R + Send,
    ) -> R {
        let weight: Option<Vec<f32>> = weight.map(|weight| self.rows.iter().map(|&row| weight[row as usize] as f32).collect());
        let mut grower = Grower::new(&self.binned, &self.rows, weight.as_deref(), settings, cores);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().expect("a few threads");
        pool.install(|| learn(&mut grower))
    }
}

/// The target of tests/golden/gbdt_loss.py before it is bent to a loss: (signal, noise in -1 to 1) of a row.
pub(super) fn signal(row: u32) -> (f64, f64) {
    let (a, b, c) = (row * 37 % 101, row * 53 % 97, row * row % 89);
    let third = if row % 13 == 5 { 1.5 } else { f64::from(c) / 60.0 };
    let noise = (f64::from(row * 7919 % 1009) / 1009.0 - 0.5) * 2.0;
    (f64::from(a) / 25.0 + libm::sin(f64::from(b) / 15.0) + third, noise)
}

/// The settings of tests/golden/gbdt_loss.py.
pub(super) fn settings(loss: Loss, rounds: u32) -> BoostSettings {
    let tree = TreeSettings {
        leaves: 15,
        depth: 64,
        min_leaf_rows: 1,
        min_leaf_hessian: 9.7,
        l1: 0.0,
        l2: 0.5,
        min_gain: 0.0,
        column_share: 1.0,
        node_column_share: 1.0,
        monotone: vec![],
        interactions: vec![],
        threshold: Threshold::Best,
    };
    BoostSettings { loss, rounds, learning_rate: 0.1, rows: RowSampling::All, early_stop: None, tree }
}
