//! The joint loss of VaR and expected shortfall.

/// FZ0, the loss of Fissler and Ziegel that is homogeneous of degree 0, of a quantile v and a shortfall e at `tail`:
///
/// L(y, v, e) = 1{y <= v} (v - y) / (tail (-e)) + v / e + ln(-e) - 1.
///
/// Least on average at the quantile and the mean beyond it, together; the shortfall alone has no such loss. Differences between forecasts do not
/// depend on the unit of the target.
///
/// * `target`, `quantile`, `shortfall`: in the sign of the target, so that losses are negative; the shortfall is below 0.
/// * `tail`: tail probability of both, in (0, 1).
///
/// Sources: Fissler and Ziegel (2016), Annals of Statistics 44(4), 1680-1707; this member: Patton, Ziegel and Chen (2019), Journal of
/// Econometrics 211(2), 388-413, equation 6.
#[inline]
pub fn fissler_ziegel(target: f64, quantile: f64, shortfall: f64, tail: f64) -> f64 {
    (quantile - target).max(0.0) / (tail * -shortfall) + quantile / shortfall + libm::log(-shortfall) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fissler_ziegel_by_hand() {
        // VaR 1, ES 2, tail .25: (3 - 1) / (.25 x 2) + 1/2 + ln 2 - 1 on the breach, 1/2 + ln 2 - 1 on the quiet day.
        assert!((fissler_ziegel(-3.0, -1.0, -2.0, 0.25) - 4.193_147_180_559_945).abs() < 1e-14);
        assert!((fissler_ziegel(0.0, -1.0, -2.0, 0.25) - 0.193_147_180_559_945_3).abs() < 1e-14);
    }

    #[test]
    fn the_true_tail_of_a_uniform_costs_least() {
        // Uniform on (-1, 1): 5 % quantile -0.9, shortfall -0.95.
        let sample: Vec<f64> = (0..10_000).map(|n| (f64::from(n) + 0.5) / 5_000.0 - 1.0).collect();
        let mean = |quantile: f64, shortfall: f64| sample.iter().map(|&target| fissler_ziegel(target, quantile, shortfall, 0.05)).sum::<f64>();
        for (quantile, shortfall) in [(-0.88, -0.95), (-0.92, -0.95), (-0.9, -0.93), (-0.9, -0.97)] {
            assert!(mean(-0.9, -0.95) < mean(quantile, shortfall), "{quantile} {shortfall}");
        }
    }
}
