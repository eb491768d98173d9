//! Holm's adjustment of p-values.

/// Holm's step-down adjustment: p-values that may each be held against the level of the whole family.
///
/// With p(1) <= p(2) <= ..., the j-th becomes max over i <= j of min(1, (m - i + 1) p(i)). Rejecting where the adjusted p is below a level
/// rejects any true null with at most that chance, however the tests depend on each other; it rejects all that Bonferroni does, and more.
///
/// * `p_values`: in [0, 1], each valid by itself: P(p <= x) <= x where its null holds.
/// * `n_tests`: m, at least their number. Tests that were planned and have no p-value count, as if theirs were 1.
///
/// Source: Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
pub fn holm(p_values: &[f64], n_tests: usize) -> Vec<f64> {
    assert!(p_values.len() <= n_tests, "{} p-values of {n_tests} tests", p_values.len());
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (step, idx) in order.into_iter().enumerate() {
        largest = largest.max(((n_tests - step) as f64 * p_values[idx]).min(1.0));
        adjusted[idx] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn holm_agrees_with_statsmodels() {
        // tests/golden/holm.py, statsmodels multipletests(method="holm"); R's p.adjust gives the same.
        let eight = [0.01, 0.04, 0.03, 0.005, 0.2, 0.000_12, 0.64, 0.03];
        let adjusted = [0.06, 0.15, 0.15, 0.035, 0.4, 0.000_96, 0.64, 0.15];
        for (found, expected) in holm(&eight, 8).into_iter().zip(adjusted) {
            assert_close(found, expected, 1e-15);
        }
    }

    #[test]
    fn a_test_without_a_p_value_counts_as_one_of_1() {
        assert_eq!(holm(&[0.01, 0.04], 4)[..], holm(&[0.01, 0.04, 1.0, 1.0], 4)[..2]);
        assert_eq!(holm(&[], 3), Vec::<f64>::new());
    }
}
