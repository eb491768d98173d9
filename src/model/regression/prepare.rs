//! What is fitted on a window's training rows before the model: which features, how they are filled and scaled.

use nalgebra::{DMatrix, DVector};

use super::moments::Moments;
use crate::error::{Error, Result};
use crate::feature::Matrix;
use crate::model::Train;

/// A feature whose variance is explained by earlier ones up to this share counts as their linear combination.
///
/// Features are f32: rounding a sum of others leaves about 1e-14 of its variance; of Longley's columns in their
/// order, `year` keeps the least, 1.3e-3.
const COLLINEAR: f64 = 1e-9;

/// Rows of weight above 0; an error where there are none.
pub(in crate::model) fn count_rows(train: &Train<'_>) -> Result<usize> {
    let n_rows = train.weight().iter().filter(|&&weight| 0.0 < weight).count();
    if n_rows == 0 {
        let problem = format!("no training row has a weight above 0 ({} rows)", train.weight().len());
        return Err(Error::model(train.place, problem).hint("lengthen `window.train`, or look at the view's `weight` and `known_on`"));
    }
    Ok(n_rows)
}

/// Whether a target can have a probability.
pub(in crate::model) fn is_binary(target: f64) -> bool {
    matches!(target, 0.0 | 1.0)
}

/// Errors unless the rows `learnt` hold targets 0 and 1, both of them and nothing else.
pub(in crate::model) fn check_classes(train: &Train<'_>, learnt: impl Iterator<Item = usize>) -> Result<()> {
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
pub(in crate::model) fn select(train: &Train<'_>, wanted: &[String]) -> Result<Vec<usize>> {
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
pub(in crate::model) fn quote<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The error of a window in which no feature varies.
pub(in crate::model) fn nothing_left(train: &Train<'_>, notes: &[String]) -> Error {
    let problem = if notes.is_empty() { "there is no feature to learn from".into() } else { format!("no feature is left: {}", notes.join("; ")) };
    Error::model(train.place, problem).hint("lengthen `window.train`, or name other `features`")
}

/// How one feature is filled and scaled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) name: String,
    pub(super) column_idx: usize,
    pub(super) mean: f64,
    pub(super) sd: f64,
}

/// The features of one fit: selected, filled with the training mean where missing, and scaled to mean 0 and
/// standard deviation 1 over the training rows.
///
/// Means are weighted and taken over the present values; standard deviations are weighted, taken after filling, and
/// divide by the sum of weights, so that a prepared column has variance exactly 1. Constant columns and those missing in every row
/// are dropped, with a note.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model) struct Preparation {
    pub(super) scales: Vec<Scale>,
    /// Training rows of weight above 0.
    pub(in crate::model) n_rows: usize,
    /// Sum of their weights.
    pub(super) sum_weight: f64,
    /// What was dropped and filled.
    pub(in crate::model) notes: Vec<String>,
}

/// A least-squares problem in small: the prepared features' correlations, among themselves and with the target.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Design {
    pub(super) prepared: Preparation,
    /// Z'WZ per unit of weight, with Z the prepared columns: their correlations.
    pub(super) correlation: DMatrix<f64>,
    /// Z'Wy per unit of weight, with y the target about its mean.
    pub(super) moment: DVector<f64>,
    /// Weighted mean of the target.
    pub(super) target_mean: f64,
    /// Weighted mean square of the target about its mean.
    pub(super) target_variance: f64,
}

impl Design {
    /// Learns means and standard deviations from the window's rows, and sums up their products.
    pub(super) fn new(train: &Train<'_>, wanted: &[String]) -> Result<Self> {
        count_rows(train)?;
        let columns: Vec<u32> = select(train, wanted)?.into_iter().map(|column| column as u32).collect();
        let moments = Moments::new(train, &columns);
        let (prepared, kept) = prepare(train, &columns, &moments)?;
        let sum_weight = moments.sum_weight;
        let (sd, target) = (|at: usize| prepared.scales[at].sd, columns.len());
        // The variances are 1 by construction; said so, they lose no digit to the square of a root.
        let correlation = |i: usize, j: usize| if i == j { 1.0 } else { moments.cross(kept[i], kept[j]) / (sum_weight * sd(i) * sd(j)) };
        let correlation = DMatrix::from_fn(kept.len(), kept.len(), correlation);
        let moment = DVector::from_fn(kept.len(), |at, _| moments.cross(kept[at], target) / (sum_weight * sd(at)));
        let (target_mean, target_variance) = (moments.present[target].mean, moments.cross(target, target) / sum_weight);
        Ok(Self { prepared, correlation, moment, target_mean, target_variance })
    }

    /// Prepared columns that are no linear combinations of earlier ones, and a note of the others.
    ///
    /// `l2` is what a penalty adds to the variances.
    pub(super) fn independent(&self, l2: f64) -> (Vec<usize>, Option<String>) {
        let penalized =
            DMatrix::from_fn(self.correlation.nrows(), self.correlation.ncols(), |i, j| self.correlation[(i, j)] + if i == j { l2 } else { 0.0 });
        let (kept, dropped) = independent(&penalized);
        if dropped.is_empty() {
            return (kept, None);
        }
        let names = quote(dropped.iter().map(|&idx| &self.prepared.scales[idx].name));
        let what = format!("dropped, linear combinations of earlier features (less than {COLLINEAR:e} of their variance is their own): {names}");
        (kept, Some(what))
    }
}

/// The preparation, and positions among `columns` of those it holds.
fn prepare(train: &Train<'_>, columns: &[u32], moments: &Moments) -> Result<(Preparation, Vec<usize>)> {
    let (mut scales, mut kept) = (vec![], vec![]);
    let (mut empty, mut constant, mut filled) = (vec![], vec![], vec![]);
    for (at, &column) in columns.iter().enumerate() {
        let (name, present) = (&train.feature_names[column as usize], &moments.present[at]);
        let sd = (moments.cross(at, at) / moments.sum_weight).sqrt();
        if present.n_rows == 0 {
            empty.push(name);
        } else if present.min.is_infinite() || present.max.is_infinite() {
            let problem = format!("the feature `{name}` is infinite in a training row");
            return Err(Error::model(train.place, problem).hint("guard the division in the view: nullif(x, 0)"));
        } else if present.max <= present.min || sd <= 0.0 {
            constant.push(name);
        } else {
            if present.n_rows < moments.n_rows {
                filled.push(name);
            }
            scales.push(Scale { name: name.clone(), column_idx: column as usize, mean: present.mean, sd });
            kept.push(at);
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
    Ok((Preparation { scales, n_rows: moments.n_rows, sum_weight: moments.sum_weight, notes }, kept))
}

impl Preparation {
    /// Learns means and standard deviations from the window's rows.
    pub(in crate::model) fn fit(train: &Train<'_>, wanted: &[String]) -> Result<Self> {
        Ok(Design::new(train, wanted)?.prepared)
    }

    /// Name of a prepared column.
    pub(in crate::model) fn name(&self, idx: usize) -> &String {
        &self.scales[idx].name
    }

    /// Writes a prepared column of all rows of `features` into `out`.
    pub(in crate::model) fn write(&self, features: &Matrix, idx: usize, out: &mut [f64]) {
        let scale = &self.scales[idx];
        let per_sd = 1.0 / scale.sd;
        for (value, &raw) in out.iter_mut().zip(features.column(scale.column_idx)) {
            *value = if raw.is_nan() { 0.0 } else { (f64::from(raw) - scale.mean) * per_sd };
        }
    }

    /// Number of prepared columns.
    pub(in crate::model) fn n_columns(&self) -> usize {
        self.scales.len()
    }

    /// Names of coefficients, `intercept` at index 0.
    pub(super) fn coefficient_name(&self, idx: usize) -> String {
        if idx == 0 { "intercept".into() } else { self.scales[idx - 1].name.clone() }
    }

    /// Intercept plus coefficients times prepared columns, for every row; `coefficients[0]` is the intercept.
    pub(super) fn score(&self, features: &Matrix, coefficients: &[f64]) -> Vec<f64> {
        let mut scores = vec![coefficients[0]; features.n_rows()];
        for (scale, coefficient) in self.scales.iter().zip(&coefficients[1..]) {
            let per_unit = coefficient / scale.sd;
            if per_unit == 0.0 {
                continue;
            }
            for (score, &raw) in scores.iter_mut().zip(features.column(scale.column_idx)) {
                *score += if raw.is_nan() { 0.0 } else { (f64::from(raw) - scale.mean) * per_unit };
            }
        }
        scores
    }

    /// Coefficients of these columns from those of another preparation: a start for a search, where a column the other lacks starts at 0.
    pub(super) fn translate(&self, other: &Self, coefficients: &[f64]) -> Vec<f64> {
        let mut own = vec![0.0; self.n_columns() + 1];
        own[0] = coefficients[0];
        for (scale, coefficient) in other.scales.iter().zip(&coefficients[1..]) {
            own[0] -= coefficient / scale.sd * scale.mean;
            if let Some(at) = self.scales.iter().position(|own| own.column_idx == scale.column_idx) {
                own[at + 1] = coefficient / scale.sd * self.scales[at].sd;
                own[0] += coefficient / scale.sd * self.scales[at].mean;
            } else {
                own[0] += coefficient / scale.sd * scale.mean;
            }
        }
        own
    }

    /// Intercept and slopes in the features' own units.
    #[cfg(test)]
    pub(super) fn in_own_units(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut own = vec![coefficients[0]];
        for (scale, coefficient) in self.scales.iter().zip(&coefficients[1..]) {
            own.push(coefficient / scale.sd);
            own[0] -= coefficient / scale.sd * scale.mean;
        }
        own
    }
}

/// Rows of a Cholesky factor built column by column in the given order, leaving out columns with no variance of their own.
fn independent(cross: &DMatrix<f64>) -> (Vec<usize>, Vec<usize>) {
    let (mut kept, mut dropped): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
    let mut factor: Vec<Vec<f64>> = vec![];
    for idx in 0..cross.nrows() {
        let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
        for (above, &other) in factor.iter().zip(&kept) {
            let known: f64 = row.iter().zip(above).map(|(a, b)| a * b).sum();
            row.push((cross[(idx, other)] - known) / above[row.len()]);
        }
        let own = cross[(idx, idx)] - row.iter().map(|value| value * value).sum::<f64>();
        if own <= COLLINEAR * cross[(idx, idx)] {
            dropped.push(idx);
        } else {
            row.push(own.sqrt());
            factor.push(row);
            kept.push(idx);
        }
    }
    (kept, dropped)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, NAN};
    use super::*;

    fn prepare(columns: &[Vec<f32>], weight: &[f64], wanted: &[&str]) -> Result<Design> {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let case = Case::plain(&["a", "b", "c", "d"][..columns.len()], columns, &vec![0.0; weight.len()]).weighted(|row| weight[row]);
        case.train(|train| Design::new(train, &wanted))
    }

    #[test]
    fn means_and_deviations_are_weighted_with_the_missing_at_the_mean() {
        // Weighted mean of 1, 2, 7 with weights 1, 2, 1 is 3; squares 4 + 2 + 16 = 22 over weight 5 with the missing row.
        let design = prepare(&[vec![1.0, 2.0, 7.0, NAN, 900.0]], &[1.0, 2.0, 1.0, 1.0, 0.0], &[]).expect("a varies");
        let Scale { mean, sd, .. } = &design.prepared.scales[0];
        assert!((mean - 3.0).abs() < 1e-15 && (sd - (22.0_f64 / 5.0).sqrt()).abs() < 1e-15, "{mean} {sd}");
        assert_eq!(design.prepared.notes, ["missing values take the training mean: `a`"]);
    }

    #[test]
    fn constant_and_missing_columns_are_dropped_by_name() {
        // `c` varies only in a row of weight 0, which no model learns from.
        let columns = [vec![1.0, 2.0, 3.0], vec![NAN, NAN, NAN], vec![5.0, 5.0, 6.0], vec![0.1, 0.1, 0.1]];
        let prepared = prepare(&columns, &[1.0, 1.0, 0.0], &["d", "c", "b", "a"]).expect("a varies").prepared;
        assert_eq!((prepared.n_columns(), prepared.scales[0].name.as_str()), (1, "a"));
        assert_eq!(prepared.notes, ["dropped, missing in every training row: `b`", "dropped, constant in training: `d`, `c`"]);
    }

    #[test]
    fn a_window_in_which_no_feature_varies_is_an_error_that_says_why() {
        let error = prepare(&[vec![1.0, 1.0], vec![NAN, NAN]], &[1.0, 1.0], &[]).expect_err("nothing varies").to_string();
        let expected = "model `m` in window 3: no feature is left: dropped, missing in every training row: `b`; dropped, constant in training: `a`";
        assert_eq!(error.lines().next(), Some(expected));
    }

    #[test]
    fn no_rows_of_weight_and_infinite_features_are_errors_with_the_place() {
        let error =
            |columns: &[Vec<f32>], weight: &[f64]| prepare(columns, weight, &[]).expect_err("no fit").to_string().lines().next().map(str::to_owned);
        assert_eq!(error(&[vec![]], &[]), Some("model `m` in window 3: no training row has a weight above 0 (0 rows)".into()));
        assert_eq!(error(&[vec![1.0, 2.0]], &[0.0, 0.0]), Some("model `m` in window 3: no training row has a weight above 0 (2 rows)".into()));
        assert_eq!(
            error(&[vec![1.0, f32::INFINITY]], &[1.0; 2]),
            Some("model `m` in window 3: the feature `a` is infinite in a training row".into())
        );
    }

    #[test]
    fn an_unknown_feature_is_an_error_that_lists_the_known_ones() {
        let error = prepare(&[vec![1.0, 2.0], vec![1.0, 2.0]], &[1.0, 1.0], &["z"]).expect_err("no z").to_string();
        assert_eq!(error, "model `m` in window 3: the feature view has no feature `z`\n  hint: the view has: a, b");
    }

    #[test]
    fn one_class_and_targets_beyond_0_and_1_are_errors_with_their_counts() {
        let check = |target: &[f64]| {
            let case = Case::plain(&["a"], &[vec![0.0; target.len()]], target);
            case.train(|train| check_classes(train, 0..target.len())).map_err(|error| error.fault().problem.clone())
        };
        assert_eq!(check(&[0.0, 1.0]), Ok(()));
        assert_eq!(check(&[0.0; 3]), Err("all 3 training rows have target 0 and none has 1; a probability needs both".into()));
        assert_eq!(check(&[1.0; 2]), Err("all 2 training rows have target 1 and none has 0; a probability needs both".into()));
        assert_eq!(check(&[0.0, 0.25]), Err("a target is 0.25, but a probability is asked, which needs targets 0 and 1".into()));
    }

    #[test]
    fn translated_coefficients_score_rows_as_before() {
        let columns = [vec![1.0, 2.0, 7.0, 3.0], vec![4.0, 1.0, 0.5, 2.0]];
        let early = prepare(&columns, &[1.0, 1.0, 1.0, 0.0], &[]).expect("both vary").prepared;
        let late = prepare(&columns, &[0.0, 1.0, 2.0, 3.0], &["b", "a"]).expect("both vary").prepared;
        let features = Matrix::from_columns(4, &columns);
        let before = early.score(&features, &[0.5, -2.0, 3.0]);
        let after = late.score(&features, &late.translate(&early, &[0.5, -2.0, 3.0]));
        assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-14), "{before:?} {after:?}");
    }
}
