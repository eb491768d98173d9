//! Distributions the tests refer to: thin names over `statrs`, and the interval they give.
//!
//! `erfc` is `libm`'s: that of `statrs` is right to ten digits only.

use libm::erfc;
use serde::Serialize;
use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::factorial::ln_binomial;
use statrs::function::gamma::gamma_ur;

/// A two-sided interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Coverage promised, 0.95 for a 95 % interval.
    pub level: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// P(Z <= z) for a standard normal Z.
pub(super) fn normal_at_most(z: f64) -> f64 {
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

/// P(|Z| >= |z|) for a standard normal Z.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The z with P(Z <= z) = `p`, for `p` in (0, 1).
pub(super) fn normal_quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// The standard normal density at `z`.
pub(super) fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// P(X >= `statistic`) for a chi-square X with `df` degrees of freedom.
pub(super) fn chi_square_at_least(statistic: f64, df: usize) -> f64 {
    // A likelihood ratio of a perfect fit may come out a rounding error below zero.
    if statistic <= 0.0 { 1.0 } else { gamma_ur(0.5 * df as f64, 0.5 * statistic) }
}

/// The x with P(X >= x) = `p` for an F variable X with `df1` and `df2` degrees of freedom, whole or not, `p` in (0, 1).
pub(super) fn f_upper_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    let at_least = |x: f64| beta_reg(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * x));
    let (mut low, mut high) = (0.0, 1.0);
    while p < at_least(high) {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if p < at_least(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// P(|T| >= |t|) for a Student T with `df` degrees of freedom.
pub(super) fn student_two_sided(t: f64, df: usize) -> f64 {
    let df = df as f64;
    beta_reg(0.5 * df, 0.5, df / (df + t * t))
}

/// P(X <= x) for a binomial X of `n` draws with probability `p` in (0, 1).
pub(super) fn binomial_at_most(x: usize, n: usize, p: f64) -> f64 {
    if n <= x { 1.0 } else { beta_reg((n - x) as f64, x as f64 + 1.0, 1.0 - p) }
}

/// P(X >= x) for a binomial X of `n` draws with probability `p` in (0, 1).
pub(super) fn binomial_at_least(x: usize, n: usize, p: f64) -> f64 {
    match x {
        0 => 1.0,
        x if n < x => 0.0,
        x => beta_reg(x as f64, (n - x) as f64 + 1.0, p),
    }
}

/// ln of the number of ways to choose `k` of `n`.
pub(super) fn ln_choose(n: usize, k: usize) -> f64 {
    ln_binomial(n as u64, k as u64)
}

/// P(X <= x) for a Beta(`a`, `b`) variable, `x` in [0, 1].
pub(super) fn beta_at_most(x: f64, a: f64, b: f64) -> f64 {
    beta_reg(a, b, x)
}

/// The x with P(X <= x) = `p` for a Beta(`a`, `b`) variable, `p` in (0, 1).
pub(super) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if beta_reg(a, b, middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn normal_var_and_shortfall_have_their_known_multiples_of_sigma() {
        // statistics.md: VaR(.01) = 2.326347874 sigma, ES(.025) = 2.337802792 sigma; scipy: 2.3263478740408408, 2.337802792201413.
        assert_close(-normal_quantile(0.01), 2.326_347_874_040_840_8, 1e-12);
        let z = normal_quantile(0.025);
        assert_close(normal_density(z) / 0.025, 2.337_802_792_201_413, 1e-12);
        assert_close(normal_at_most(z), 0.025, 1e-14);
    }

    #[test]
    fn tails_agree_with_scipy() {
        // scipy 1.17.1: stats.chi2.sf, stats.f.isf, stats.t.sf, stats.binom.cdf and sf, stats.beta.ppf.
        assert_close(chi_square_at_least(0.461_466_395_328_955_06, 1), 0.496_939_447_680_389_1, 1e-12);
        assert_close(chi_square_at_least(60.0, 2), 9.357_622_968_840_175e-14, 1e-24);
        assert_close(f_upper_quantile(0.05, 3.7, 26.5), 2.794_412_255_077_779, 1e-10);
        assert_close(f_upper_quantile(0.05, 1.0, 7.0), 5.591_447_851_220_735, 1e-10);
        assert_close(student_two_sided(-0.143_918_059_634_549_23, 19), 0.887_080_675_673_893_6, 1e-12);
        assert_close(binomial_at_most(57, 1043, 0.05), 0.779_127_243_332_812_4, 1e-12);
        assert_close(binomial_at_least(57, 1043, 0.05), 0.263_958_466_005_640_6, 1e-12);
        assert_close(beta_quantile(0.025, 10.5, 90.5), 0.052_584_675_290_668_84, 1e-12);
        assert_close(beta_quantile(0.025, 0.5, 100.5), 4.898_073_104_397_486e-6, 1e-15);
    }
}
