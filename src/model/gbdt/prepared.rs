//! What trees are grown on in a window: coded rows, targets, weights and limits.

use std::sync::Arc;

use super::bin::Binned;
use super::cut::{CutSpec, Cuts};
use super::ensemble::ModelFeature;
use super::loss::Observed;
use super::settings::{Threshold, TreeSettings};
use crate::error::{Error, Result};
use crate::model::Train;
use crate::model::regression::{self as prepare, quote};
use crate::spec::TreeLimits;

/// Rows in a bin at least, so that bins of single values do not cost memory; LightGBM's default.
const MIN_BIN_ROWS: u32 = 3;

/// Key of the coded rows: what they are a function of: the anchor's window, the rows coded, and what is asked of the cuts.
type BinKey = ([u32; 3], Vec<u32>, Vec<u32>, u32);

/// A window's rows, prepared for trees.
#[derive(Debug)]
pub(super) struct PreparedWindow {
    pub(super) binned: Arc<Binned>,
    /// Columns of the features in the view, in the order of the model's features.
    pub(super) columns: Vec<usize>,
    pub(super) features: Vec<ModelFeature>,
    pub(super) limits: TreeSettings,
    pub(super) labelled: LabelledRows,
    pub(super) notes: Vec<String>,
}

/// Rows with their targets and weights.
#[derive(Debug, Clone, Default)]
pub(super) struct LabelledRows {
    /// Positions in the table, ascending.
    pub(super) rows: Vec<u32>,
    /// Positions in the lesson, ascending.
    pub(super) positions: Vec<u32>,
    pub(super) target: Vec<f64>,
    /// `None` where all are 1.
    pub(super) weight: Option<Vec<f64>>,
    /// The same in single precision, for the grower.
    pub(super) weight_f32: Option<Vec<f32>>,
}

impl LabelledRows {
    /// The rows of a lesson at these positions that have a weight above 0.
    pub(super) fn new(train: &Train<'_>, positions: impl Iterator<Item = usize>) -> Self {
        let (target, weight) = (train.target(), train.weight());
        let kept: Vec<usize> = positions.filter(|&at| 0.0 < weight[at]).collect();
        let is_weighted = kept.iter().any(|&at| weight[at] != 1.0);
        let weight: Option<Vec<f64>> = is_weighted.then(|| kept.iter().map(|&at| weight[at]).collect());
        Self {
            rows: kept.iter().map(|&at| train.lesson.rows[at]).collect(),
            positions: kept.iter().map(|&at| at as u32).collect(),
            target: kept.iter().map(|&at| target[at]).collect(),
            weight_f32: weight.as_ref().map(|weight| weight.iter().map(|&weight| weight as f32).collect()),
            weight,
        }
    }

    pub(super) fn observed(&self) -> Observed<'_> {
        Observed { target: &self.target, weight: self.weight.as_deref() }
    }
}

impl PreparedWindow {
    /// Codes the rows by cuts that were learnt in the anchor's window, and resolves feature names to positions.
    ///
    /// Errors without a row of weight, for a feature that the view does not have, and for categories that are no codes.
    pub(super) fn new(train: &Train<'_>, limits: &TreeLimits) -> Result<Self> {
        prepare::count_rows(train)?;
        let columns = prepare::select(train, &limits.features)?;
        let position = |name: &String| -> Result<usize> {
            let column = prepare::select(train, std::slice::from_ref(name))?[0];
            columns.iter().position(|&known| known == column).ok_or_else(|| {
                Error::model(
                    train.place,
                    format!("`{name}` is named as categorical, monotone or interacting, but is not among the model's `features`"),
                )
                .hint("add it there, or drop it")
            })
        };
        let categorical = limits.categorical.iter().map(position).collect::<Result<Vec<usize>>>()?;
        let mut monotone = vec![];
        if !limits.increasing.is_empty() || !limits.decreasing.is_empty() {
            monotone = vec![0_i8; columns.len()];
            for (names, sign) in [(&limits.increasing, 1), (&limits.decreasing, -1)] {
                for name in names {
                    monotone[position(name)?] = sign;
                }
            }
        }
        let group = |names: &Vec<String>| names.iter().map(|name| Ok(position(name)? as u32)).collect::<Result<Vec<u32>>>();
        let interactions = limits.interactions.iter().map(group).collect::<Result<Vec<_>>>()?;
        let spec = CutSpec {
            columns: columns.iter().map(|&column| column as u32).collect(),
            categorical: categorical.iter().map(|&at| columns[at] as u32).collect(),
            max_bins: limits.max_bins,
            min_bin_rows: MIN_BIN_ROWS,
        };
        let binned = binned(train, &spec)?;
        let name = |&column: &usize| train.feature_names[column].clone();
        let features = columns.iter().enumerate().map(|(at, column)| ModelFeature { name: name(column), kind: binned.cuts().kind(at) }).collect();
        let notes = rare_categories(train, &binned, &columns);
        let limits = TreeSettings {
            leaves: limits.leaves,
            depth: limits.depth,
            min_leaf_rows: limits.min_leaf_rows,
            min_leaf_hessian: limits.min_leaf_hessian,
            l1: limits.l1,
            l2: limits.l2,
            min_gain: limits.min_gain,
            column_share: 1.0,
            node_column_share: 1.0,
            monotone,
            interactions,
            threshold: Threshold::Best,
        };
        Ok(Self { binned, columns, features, limits, labelled: LabelledRows::new(train, 0..train.lesson.rows.len()), notes })
    }
}

/// The table's rows in codes: learnt and coded once for all windows that share the anchor.
fn binned(train: &Train<'_>, spec: &CutSpec) -> Result<Arc<Binned>> {
    let own = train.lesson.span();
    let span = train.anchor.span.start.min(own.start)..train.anchor.span.end.max(own.end);
    let key = ([train.anchor.window, span.start, span.end], spec.columns.clone(), spec.categorical.clone(), spec.max_bins);
    let make = || {
        let lesson = train.anchor.lesson;
        let rows: Vec<u32> = lesson.rows.iter().zip(&lesson.weight).filter(|&(_, &weight)| 0.0 < weight).map(|(&row, _)| row).collect();
        let matrix = train.shared.features();
        let cuts = Cuts::learn(matrix, &rows, spec).map_err(|bad| {
            let problem = format!("categorical feature `{}` is {} in a row", train.feature_names[bad.column as usize], bad.value);
            Error::model(train.place, problem)
                .hint("codes of categories are whole numbers from 0; number them in the view, or drop the feature from `categorical`")
        })?;
        Ok(Binned::new(matrix, span, Arc::new(cuts)))
    };
    train.shared.memo::<BinKey, Binned>(train.shared.one_a_fit()).get(&key, make)
}

fn rare_categories(train: &Train<'_>, binned: &Binned, columns: &[usize]) -> Vec<String> {
    let dropped = |(at, &column): (usize, &usize)| {
        let n = binned.cuts().n_dropped_categories(at);
        (0 < n).then(|| format!("{n} rare categories of {} count as missing", quote([&train.feature_names[column]])))
    };
    columns.iter().enumerate().filter_map(dropped).collect()
}
