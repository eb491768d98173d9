//! A month of training rows summed up, so that windows which share the month share the work.

use super::kernel::{Kernel, PANEL_ROWS, pair};
use crate::feature::Matrix;

/// Some training rows of a window, all in one month: what a block is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice<'a> {
    /// Features of the whole table.
    pub(super) features: &'a Matrix,
    /// Columns summed up.
    pub(super) columns: &'a [u32],
    /// Positions in the table, ascending.
    pub(super) rows: &'a [u32],
    /// Targets, one per row.
    pub(super) target: &'a [f64],
    /// Weights, one per row; rows of weight 0 are left out.
    pub(super) weight: &'a [f64],
}

/// What a block knows of one column: its values present in rows of weight above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Present {
    pub(super) n_rows: usize,
    pub(super) sum_weight: f64,
    pub(super) mean: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Present {
    pub(super) const NONE: Self = Self { n_rows: 0, sum_weight: 0.0, mean: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    fn look(values: &[f64], weight: &[f64]) -> Self {
        let mut present = Self::NONE;
        let mut sum = 0.0;
        for (&value, &weight) in values.iter().zip(weight) {
            if value.is_nan() {
                continue;
            }
            present.n_rows += 1;
            present.sum_weight += weight;
            sum += weight * value;
            (present.min, present.max) = (present.min.min(value), present.max.max(value));
        }
        if 0.0 < present.sum_weight {
            present.mean = sum / present.sum_weight;
        }
        present
    }
}

/// Sums over some rows: a function of the rows, their columns, targets and weights, and of nothing else.
///
/// With m the block's own weighted means of the present values, v = x - m where present and 0 where missing, and u the flags of the
/// columns in which something is missing: the cross-products of (v, u). They let any window that holds the block fill missing values
/// with its own means exactly, see `Moments`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// Rows of weight above 0.
    pub(super) n_rows: usize,
    /// Sum of their weights.
    pub(super) sum_weight: f64,
    /// One per column; the target is the last.
    pub(super) present: Vec<Present>,
    /// Columns in which some values are missing, ascending.
    partial: Vec<usize>,
    /// Lower triangle of the cross-products of the columns, then of the flags of the partial ones.
    cross: Vec<f64>,
}

impl Block {
    /// Sums up the rows of weight above 0.
    pub(super) fn new(slice: &Slice<'_>) -> Self {
        let learnt: Vec<usize> = (0..slice.rows.len()).filter(|&at| 0.0 < slice.weight[at]).collect();
        let weight: Vec<f64> = learnt.iter().map(|&at| slice.weight[at]).collect();
        let mut values: Vec<Vec<f64>> = Vec::with_capacity(slice.columns.len() + 1);
        for &column in slice.columns {
            let column = slice.features.column(column as usize);
            values.push(learnt.iter().map(|&at| f64::from(column[slice.rows[at] as usize])).collect());
        }
        values.push(learnt.iter().map(|&at| slice.target[at]).collect());
        let present: Vec<Present> = values.iter().map(|values| Present::look(values, &weight)).collect();
        let is_partial = |idx: &usize| (1..weight.len()).contains(&present[*idx].n_rows);
        let partial: Vec<usize> = (0..values.len()).filter(is_partial).collect();
        let mut kernel = Kernel::new(values.len() + partial.len());
        for start in (0..weight.len()).step_by(PANEL_ROWS) {
            let rows = start..(start + PANEL_ROWS).min(weight.len());
            for (idx, (values, present)) in values.iter().zip(&present).enumerate() {
                let about_mean = |value: &f64| if value.is_nan() { 0.0 } else { value - present.mean };
                kernel.write(idx, values[rows.clone()].iter().map(about_mean));
            }
            for (at, &idx) in partial.iter().enumerate() {
                let flag = |value: &f64| f64::from(u8::from(!value.is_nan()));
                kernel.write(values.len() + at, values[idx][rows.clone()].iter().map(flag));
            }
            kernel.add(&weight[rows]);
        }
        Self { n_rows: weight.len(), sum_weight: weight.iter().sum(), present, partial, cross: kernel.finish().triangle() }
    }

    /// Adds to `cross`, a lower triangle, the cross-products about the means of a window, missing values at those means.
    ///
    /// With d = the block's mean - the window's mean, x - window's mean = v + d u, so that the sum of z_i z_j over the rows is
    /// B_ij + d_i Q_ji + d_j Q_ij + d_i d_j N_ij, with B = v'v, Q = v'u, N = u'u weighted. Where column j is complete, u_j is 1 in every row
    /// of the block, hence Q_ij = 0 and N_ij = the weight of the present values of i.
    pub(super) fn add_about(&self, means: &[f64], cross: &mut [f64]) {
        let shift: Vec<f64> = self.present.iter().zip(means).map(|(present, mean)| present.mean - mean).collect();
        let mut flag = vec![None; shift.len()];
        for (at, &idx) in self.partial.iter().enumerate() {
            flag[idx] = Some(shift.len() + at);
        }
        for i in 0..shift.len() {
            for j in 0..=i {
                let pulled = |of: usize, by: usize| flag[by].map_or(0.0, |flag| self.cross[pair(flag, of)]);
                let both = match (flag[i], flag[j]) {
                    (Some(a), Some(b)) => self.cross[pair(a.max(b), a.min(b))],
                    _ => self.present[i].sum_weight.min(self.present[j].sum_weight),
                };
                cross[pair(i, j)] += self.cross[pair(i, j)] + shift[i] * pulled(j, i) + shift[j] * pulled(i, j) + shift[i] * shift[j] * both;
            }
        }
    }
}
