//! Ranks with ties shared, the base of Spearman's correlation and of the area under the ROC curve.

use super::radix::{key, sort_positions};

/// Ranks from 1, the average rank for ties: [10, 20, 20] has 1, 2.5, 2.5. No value may be NaN.
pub(super) fn average_ranks(values: &[f64]) -> Vec<f64> {
    ranks_in(values, &ascending(values))
}

/// [`average_ranks`] where the [`ascending`] order is known.
pub(super) fn ranks_in(values: &[f64], order: &[u32]) -> Vec<f64> {
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|&a, &b| values[a as usize] == values[b as usize]) {
        let rank = start as f64 + 0.5 * (group.len() + 1) as f64;
        for &idx in group {
            ranks[idx as usize] = rank;
        }
        start += group.len();
    }
    ranks
}

/// Positions of `values` in ascending order, equal values in the order given.
pub(super) fn ascending(values: &[f64]) -> Vec<u32> {
    let mut keyed: Vec<(u64, u32)> = values
        .iter()
        .zip(0..)
        .map(|(&value, at)| {
            assert!(!value.is_nan(), "ranked values are never NaN");
            (key(value), at)
        })
        .collect();
    sort_positions(&mut keyed);
    keyed.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_average_rank() {
        // scipy.stats.rankdata([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]); zero and minus zero are the same number.
        let ranks = average_ranks(&[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0]);
        assert_eq!(ranks, [4.5, 1.5, 6.0, 1.5, 8.0, 11.0, 3.0, 10.0, 8.0, 4.5, 8.0]);
        assert_eq!(average_ranks(&[0.0, -0.0]), [1.5, 1.5]);
        assert!(average_ranks(&[]).is_empty());
    }
}
