//! Simulated: how many samples a p-value needs before chance no longer decides.

/// The level that decisions are usually taken at.
const LEVEL: f64 = 0.05;
/// Steps of Holm's adjustment that a p-value may be held against: 5 %, 2.5 %, ... 5 % / 24.
const N_STEPS: usize = 24;

/// Whether a p-value of `as_extreme` in `n` samples lies more than four of its standard errors from every level at which it may be decided:
/// 5 % by itself, and 5 % / k as the k-th last step of a family.
pub(in crate::stat) fn is_clear(as_extreme: usize, n: usize) -> bool {
    let p = as_extreme as f64 / n as f64;
    // The error of a share of none is not none: that of one sample.
    let error = (p.max(1.0 / n as f64) * (1.0 - p) / n as f64).sqrt();
    (1..=N_STEPS).all(|step| 4.0 * error < (p - LEVEL / step as f64).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_p_value_near_a_step_of_the_family_wants_more_samples() {
        // 5 % / 8 = 0.00625: 62 of 10,000 lie on it; 0.3, and none of 10,000, are clear of every step.
        assert!(!is_clear(62, 10_000) && !is_clear(500, 10_000));
        assert!(is_clear(3_000, 10_000) && is_clear(0, 10_000));
    }
}
