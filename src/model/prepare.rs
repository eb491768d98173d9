//! What is fitted on a window's training rows before the model: which features, how they are filled and scaled.

use std::ops::Range;

use super::Train;
use crate::error::{Error, Result};
use crate::feature::Matrix;

/// Rows of weight above 0; an error where there are none.
pub(super) fn count_rows(train: &Train<'_>) -> Result<usize> {
    let n_rows = train.weight().iter().filter(|&&weight| 0.0 < weight).count();
    if n_rows == 0 {
        let problem = format!("no training row has a weight above 0 ({} rows)", train.weight().len());
        return Err(Error::model(train.place, problem).hint("lengthen `window.train`, or look at the view's `weight` and `known_on`"));
    }
    Ok(n_rows)
}

/// Whether a target can have a probability.
pub(super) fn is_binary(target: f64) -> bool {
    matches!(target, 0.0 | 1.0)
}

/// Errors unless the rows `learnt` hold targets 0 and 1, both of them and nothing else.
pub(super) fn check_classes(train: &Train<'_>, learnt: impl Iterator<Item = usize>) -> Result<()> {
    let mut counts = [0_usize; 2];
    for row in learnt {
        let target = train.target()[row];
        if !is_binary(target) {
            let problem = format!("a target is {target}, but a probability is asked, which needs targets 0 and 1");
            return Err(Error::model(train.place, problem).hint("ask for `mean`, or make the view's `target` 0 or 1"));
        }
        counts[usize::from(target > 0.5)] += 1;
    }
    for (class, other) in [(0, 1), (1, 0)] {
        if counts[other] == 0 {
            let problem = format!("all {} training rows have target {class} and none has {other}; a probability needs both", counts[class]);
            return Err(Error::model(train.place, problem).hint("lengthen `window.train`, or raise `row_share` where one is set"));
        }
    }
    Ok(())
}

/// Columns of the configured features, all where none is named.
pub(super) fn select(train: &Train<'_>, wanted: &[String]) -> Result<Vec<usize>> {
    if wanted.is_empty() {
        return Ok((0..train.feature_names.len()).collect());
    }
    let find = |name: &String| {
        train.feature_names.iter().position(|known| known == name).ok_or_else(|| {
            let problem = format!("the feature view has no feature `{name}`");
            Error::model(train.place, problem).hint(format!("the view has: {}", train.feature_names.join(", ")))
        })
    };
    wanted.iter().map(find).collect()
}

/// Names in backticks, for notes.
pub(super) fn quote<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The error of a window in which no feature varies.
pub(super) fn nothing_left(train: &Train<'_>, notes: &[String]) -> Error {
    let problem = if notes.is_empty() { "there is no feature to learn from".into() } else { format!("no feature is left: {}", notes.join("; ")) };
    Error::model(train.place, problem).hint("lengthen `window.train`, or name other `features`")
}

/// How one feature is filled and scaled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    name: String,
    column_idx: usize,
    mean: f64,
    sd: f64,
}

/// The features of one fit: selected, filled with the training mean where missing, and scaled to mean 0 and
/// standard deviation 1 over the training rows.
///
/// Means are weighted and taken over the present values; standard deviations are weighted, taken after filling, and
/// divide by the sum of weights, so that a prepared column has variance exactly 1. Constant columns and those missing in every row
/// are dropped, with a note.
#[derive(Debug, Clone)]
pub(super) struct Preparation {
    scales: Vec<Scale>,
    /// Training rows of weight above 0.
    pub(super) n_rows: usize,
    /// Sum of their weights.
    pub(super) sum_weight: f64,
    /// What was dropped and filled.
    pub(super) notes: Vec<String>,
}

impl Preparation {
    /// Learns means and standard deviations from `train`.
    pub(super) fn fit(train: &Train<'_>, wanted: &[String]) -> Result<Self> {
        let n_rows = count_rows(train)?;
        let sum_weight: f64 = train.weight().iter().sum();
        let (mut scales, mut empty, mut constant, mut filled) = (vec![], vec![], vec![], vec![]);
        for column_idx in select(train, wanted)? {
            let name = &train.feature_names[column_idx];
            let seen = Seen::look(train.features.column(column_idx), train.weight());
            if seen.sum_weight <= 0.0 {
                empty.push(name);
            } else if seen.max <= seen.min {
                constant.push(name);
            } else {
                if seen.n_rows < n_rows {
                    filled.push(name);
                }
                let sd = (seen.square / sum_weight).sqrt();
                scales.push(Scale { name: name.clone(), column_idx, mean: seen.mean, sd });
            }
        }
        let kinds = [
            ("dropped, missing in every training row", empty),
            ("dropped, constant in training", constant),
            ("missing values take the training mean", filled),
        ];
        let notes: Vec<String> =
            kinds.into_iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{what}: {}", quote(names))).collect();
        if scales.is_empty() {
            return Err(nothing_left(train, &notes));
        }
        Ok(Self { scales, n_rows, sum_weight, notes })
    }

    /// Number of prepared columns.
    pub(super) fn n_columns(&self) -> usize {
        self.scales.len()
    }

    /// Name of a prepared column.
    pub(super) fn name(&self, idx: usize) -> &String {
        &self.scales[idx].name
    }

    /// Writes the given rows of a prepared column into `out`.
    pub(super) fn write(&self, features: &Matrix, idx: usize, rows: Range<usize>, out: &mut [f64]) {
        let scale = &self.scales[idx];
        let per_sd = 1.0 / scale.sd;
        for (value, &raw) in out.iter_mut().zip(&features.column(scale.column_idx)[rows]) {
            *value = if raw.is_nan() { 0.0 } else { (f64::from(raw) - scale.mean) * per_sd };
        }
    }

    /// Intercept plus coefficients times prepared columns, for every row; `coefficients[0]` is the intercept.
    pub(super) fn score(&self, features: &Matrix, coefficients: &[f64]) -> Vec<f64> {
        let mut scores = vec![coefficients[0]; features.n_rows()];
        for (scale, coefficient) in self.scales.iter().zip(&coefficients[1..]) {
            let per_unit = coefficient / scale.sd;
            for (score, &raw) in scores.iter_mut().zip(features.column(scale.column_idx)) {
                *score += if raw.is_nan() { 0.0 } else { (f64::from(raw) - scale.mean) * per_unit };
            }
        }
        scores
    }

    /// Mean and standard deviation of a prepared column, to read coefficients in the feature's own units.
    #[cfg(test)]
    pub(super) fn mean_and_sd(&self, idx: usize) -> (f64, f64) {
        (self.scales[idx].mean, self.scales[idx].sd)
    }
}

/// The present values of one column in rows of weight above 0.
struct Seen {
    n_rows: usize,
    sum_weight: f64,
    mean: f64,
    /// Weighted sum of squares about the mean.
    square: f64,
    min: f32,
    max: f32,
}

impl Seen {
    fn look(column: impl Iterator<Item = f32> + Clone, weight: &[f64]) -> Self {
        let present = || column.clone().zip(weight).filter(|&(value, &weight)| 0.0 < weight && !value.is_nan());
        let mut seen = Self { n_rows: 0, sum_weight: 0.0, mean: 0.0, square: 0.0, min: f32::INFINITY, max: f32::NEG_INFINITY };
        let mut sum = 0.0;
        for (value, weight) in present() {
            seen.n_rows += 1;
            seen.sum_weight += weight;
            sum += weight * f64::from(value);
            (seen.min, seen.max) = (seen.min.min(value), seen.max.max(value));
        }
        if 0.0 < seen.sum_weight {
            seen.mean = sum / seen.sum_weight;
        }
        seen.square = present().map(|(value, weight)| weight * (f64::from(value) - seen.mean).powi(2)).sum();
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::learner::teach;

    const NAN: f32 = f32::NAN;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn prepare(columns: &[Vec<f32>], weight: &[f64], wanted: &[&str]) -> Result<Preparation> {
        let feature_names = names(&["a", "b", "c", "d"][..columns.len()]);
        let features = Matrix::from_columns(weight.len(), columns);
        let target = vec![0.0; weight.len()];
        teach("model `m` in window 3", &feature_names, &features, (&target, weight), |train| Preparation::fit(train, &names(wanted)))
    }

    #[test]
    fn prepared_columns_have_weighted_mean_0_and_variance_1_with_the_missing_at_the_mean() {
        // Weighted mean of 1, 2, 7 with weights 1, 2, 1 is 3; squares 4 + 2 + 16 = 22 over weight 5 with the missing row.
        let columns = [vec![1.0, 2.0, 7.0, NAN, 900.0]];
        let weight = [1.0, 2.0, 1.0, 1.0, 0.0];
        let prepared = prepare(&columns, &weight, &[]).expect("a varies");
        let mut out = [9.0; 5];
        prepared.write(&Matrix::from_columns(5, &columns), 0, 0..5, &mut out);
        let sd = (22.0_f64 / 5.0).sqrt();
        for (got, expected) in out.iter().zip([-2.0 / sd, -1.0 / sd, 4.0 / sd, 0.0]) {
            assert!((got - expected).abs() < 1e-15, "{got} {expected}");
        }
        let variance: f64 = out.iter().zip(&weight).map(|(value, weight)| weight * value * value).sum::<f64>() / 5.0;
        assert!((variance - 1.0).abs() < 1e-15);
        assert_eq!(prepared.notes, ["missing values take the training mean: `a`"]);
    }

    #[test]
    fn constant_and_missing_columns_are_dropped_by_name() {
        // `c` varies only in a row of weight 0, which no model learns from.
        let columns = [vec![1.0, 2.0, 3.0], vec![NAN, NAN, NAN], vec![5.0, 5.0, 6.0], vec![0.1, 0.1, 0.1]];
        let prepared = prepare(&columns, &[1.0, 1.0, 0.0], &["d", "c", "b", "a"]).expect("a varies");
        assert_eq!((prepared.n_columns(), prepared.name(0).as_str()), (1, "a"));
        assert_eq!(prepared.notes, ["dropped, missing in every training row: `b`", "dropped, constant in training: `d`, `c`"]);
    }

    #[test]
    fn a_window_in_which_no_feature_varies_is_an_error_that_says_why() {
        let error = prepare(&[vec![1.0, 1.0], vec![NAN, NAN]], &[1.0, 1.0], &[]).expect_err("nothing varies").to_string();
        let expected = "model `m` in window 3: no feature is left: dropped, missing in every training row: `b`; dropped, constant in training: `a`";
        assert_eq!(error.lines().next(), Some(expected));
    }

    #[test]
    fn an_unknown_feature_is_an_error_that_lists_the_known_ones() {
        let error = prepare(&[vec![1.0, 2.0], vec![1.0, 2.0]], &[1.0, 1.0], &["z"]).expect_err("no z").to_string();
        assert_eq!(error, "model `m` in window 3: the feature view has no feature `z`\n  hint: the view has: a, b");
    }

    #[test]
    fn one_class_and_targets_beyond_0_and_1_are_errors_with_their_counts() {
        let check = |target: &[f64]| {
            let weight = vec![1.0; target.len()];
            let check = |train: &Train<'_>| check_classes(train, 0..target.len()).map_err(|error| error.fault().problem.clone());
            teach("m", &[], &Matrix::default(), (target, &weight), check)
        };
        assert_eq!(check(&[0.0, 1.0]), Ok(()));
        assert_eq!(check(&[0.0; 3]), Err("all 3 training rows have target 0 and none has 1; a probability needs both".into()));
        assert_eq!(check(&[1.0; 2]), Err("all 2 training rows have target 1 and none has 0; a probability needs both".into()));
        assert_eq!(check(&[0.0, 0.25]), Err("a target is 0.25, but a probability is asked, which needs targets 0 and 1".into()));
    }
}
