//! The correlation filter: no feature that repeats a better one.

use super::{Candidates, Selection};
use crate::error::Result;
use crate::model::regression::{self as prepare, nothing_left};
use crate::spec::Measure;

/// What is kept.
pub(super) struct Rule {
    /// Correlation of ranks or of values.
    pub(super) measure: Measure,
    /// Absolute correlation with a kept feature above which one is left out.
    pub(super) max_correlation: f64,
    /// Features kept at most.
    pub(super) n_kept: usize,
}

/// Features in the order of their absolute correlation with the target, but for those whose absolute correlation with one kept before is
/// above `max_correlation`.
///
/// Correlations are weighted, over the rows of weight above 0; a missing value takes the mean of the present ones. Ranks are over the present
/// values, ties at their average. Constant features and those missing in every row have no correlation and are left out.
pub(super) fn kept(candidates: &Candidates<'_>, rule: &Rule) -> Result<Selection> {
    let train = candidates.train;
    let rows: Vec<u32> = (0..train.weight().len() as u32).filter(|&row| 0.0 < train.weight()[row as usize]).collect();
    let weight: Vec<f64> = rows.iter().map(|&row| train.weight()[row as usize]).collect();
    let target: Vec<f64> = rows.iter().map(|&row| train.target()[row as usize]).collect();
    let target = unit(target, &weight, rule.measure);
    let column = |idx: usize| {
        let values: Vec<f32> = train.features.column(idx).collect();
        unit(rows.iter().map(|&row| f64::from(values[row as usize])).collect(), &weight, rule.measure)
    };
    let mut ranked: Vec<(usize, f64)> = Vec::new();
    for idx in prepare::select(train, &candidates.names)? {
        if let Some(column) = column(idx) {
            ranked.push((idx, target.as_ref().map_or(0.0, |target| dot(target, &column).abs())));
        }
    }
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut kept: Vec<(usize, Vec<f64>)> = Vec::new();
    for (idx, _) in ranked {
        if kept.len() == rule.n_kept {
            break;
        }
        let column = column(idx).expect("ranked features vary");
        if kept.iter().all(|(_, other)| dot(other, &column).abs() <= rule.max_correlation) {
            kept.push((idx, column));
        }
    }
    if kept.is_empty() {
        return Err(nothing_left(train, &["every feature is constant or missing in training".to_owned()]));
    }
    Ok(Selection { features: kept.into_iter().map(|(idx, _)| train.feature_names[idx].clone()).collect(), notes: vec![] })
}

/// Values or ranks, centred, times the root of the weight, and of length 1; `None` where they do not vary. The product of two such columns is
/// their correlation.
fn unit(mut values: Vec<f64>, weight: &[f64], measure: Measure) -> Option<Vec<f64>> {
    let present: Vec<usize> = (0..values.len()).filter(|&row| !values[row].is_nan()).collect();
    let first = values[*present.first()?];
    if present.iter().all(|&row| values[row] == first) {
        return None;
    }
    if measure == Measure::Spearman {
        rank(&mut values, present.clone());
    }
    let sum_weight: f64 = present.iter().map(|&row| weight[row]).sum();
    let mean = present.iter().map(|&row| weight[row] * values[row]).sum::<f64>() / sum_weight;
    for (value, weight) in values.iter_mut().zip(weight) {
        *value = if value.is_nan() { 0.0 } else { (*value - mean) * weight.sqrt() };
    }
    let length = dot(&values, &values).sqrt();
    (0.0 < length).then(|| values.iter().map(|value| value / length).collect())
}

/// Puts in place of the present values their ranks, the average for ties.
fn rank(values: &mut [f64], mut present: Vec<usize>) {
    present.sort_by(|&a, &b| values[a].partial_cmp(&values[b]).expect("present values are no NaN"));
    let mut start = 0;
    let groups: Vec<usize> = present.chunk_by(|&a, &b| values[a] == values[b]).map(<[usize]>::len).collect();
    for len in groups {
        for &row in &present[start..start + len] {
            values[row] = start as f64 + 0.5 * (len + 1) as f64;
        }
        start += len;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_unit_columns_are_the_correlations_of_scipy() {
        // scipy.stats.pearsonr and spearmanr on the eight pairs of stat::error; a missing value counts as the mean.
        let a = vec![0.5, 0.2, 0.2, -0.1, 0.4, -0.3, 0.0, 0.1];
        let b = vec![0.7, 0.1, -0.2, -0.2, 0.1, -0.4, 0.2, 0.0];
        for (measure, expected) in [(Measure::Pearson, 0.776_883_644_012_107_1), (Measure::Spearman, 0.666_678_910_652_574_9)] {
            let unit = |values: &[f64], weight: &[f64]| unit(values.to_vec(), weight, measure).expect("they vary");
            let calculated = dot(&unit(&a, &[1.0; 8]), &unit(&b, &[1.0; 8]));
            assert!((calculated - expected).abs() < 1e-14, "{measure:?}: calculated {calculated}, expected {expected}");
            // A row of weight 2 is two rows, where values count.
            if measure == Measure::Pearson {
                let weight = [2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
                let twice = |values: &[f64]| [&values[..1], values].concat();
                let (weighted, doubled) =
                    (dot(&unit(&a, &weight), &unit(&b, &weight)), dot(&unit(&twice(&a), &[1.0; 9]), &unit(&twice(&b), &[1.0; 9])));
                assert!((weighted - doubled).abs() < 1e-14, "{weighted} {doubled}");
            }
        }
        let gap = unit(vec![1.0, f64::NAN, 3.0], &[1.0; 3], Measure::Spearman).expect("it varies");
        assert!((gap[0] + 0.5_f64.sqrt()).abs() < 1e-15 && gap[1] == 0.0, "{gap:?}");
        assert_eq!(unit(vec![2.0, f64::NAN, 2.0], &[1.0; 3], Measure::Pearson), None);
    }
}
