//! Do defaults come as often as forecast? Tests of a pool's PD, calibration by band, Hosmer-Lemeshow.

use serde::Serialize;

use super::Outcome;
use super::distribution::{Interval, beta_at_most, beta_quantile, binomial_at_least, chi_square_at_least, normal_at_most};
use super::measure::{Direction, Test};
use super::probability::reject_probabilities;
use super::rank::ascending;
use super::sample::mean;

/// Tests of one PD against the defaults seen; every p-value is one-sided, and small when the PD is too low.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PdTest {
    /// Rows.
    pub n: usize,
    /// Defaults among them.
    pub n_defaults: usize,
    /// The PD tested; of a pool of several, their mean.
    pub pd: f64,
    /// Share of defaults.
    pub observed_rate: f64,
    /// P(default rate <= PD) when the rate is Beta(D + 1/2, n - D + 1/2), Jeffreys' posterior.
    pub jeffreys_p: f64,
    /// 95 % interval of the default rate, equal tails of Jeffreys' posterior.
    pub jeffreys_interval: Interval,
    /// P(X >= D) for a binomial X with the PD.
    pub binomial_p: f64,
    /// Standardised distance of the default rate from the PD; positive when the PD is too low.
    pub z: f64,
    /// P(Z >= z) for a standard normal Z.
    pub z_p: f64,
}

/// A band of neighbouring forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Smallest forecast of the band.
    pub low: f64,
    /// Largest forecast of the band.
    pub high: f64,
    /// Rows.
    pub n: usize,
    /// Defaults among them.
    pub n_defaults: usize,
    /// Mean forecast.
    pub mean_pd: f64,
    /// Share of defaults.
    pub observed_rate: f64,
    /// Tests of the mean forecast; undefined when it is 0 or 1.
    pub test: Outcome<PdTest>,
}

/// Calibration of forecast probabilities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Rows.
    pub n: usize,
    /// Tests of the mean forecast on all rows.
    pub pool: Outcome<PdTest>,
    /// Bands in ascending order of the forecast.
    pub bands: Vec<Band>,
    /// All bands in one test.
    pub hosmer_lemeshow: Outcome<Test>,
}

impl Calibration {
    /// Fewest defaults or non-defaults expected in a band; below 5 the chi-square of Hosmer-Lemeshow is rough.
    #[must_use]
    pub fn min_expected(&self) -> Option<f64> {
        let expected = self.bands.iter().map(|band| (band.n as f64, band.n as f64 * band.mean_pd));
        expected.map(|(n, expected)| expected.min(n - expected)).reduce(f64::min)
    }
}

/// Jeffreys', binomial and normal test: is a PD high enough for the defaults seen?
///
/// Null hypothesis: the default rate is at most `pd`. One-sided; defaults taken as independent, which flatters no one in
/// calm years and rejects too often in bad ones. The interval follows Brown, Cai and DasGupta: it starts at 0 without a
/// default and ends at 1 when all default.
///
/// Undefined without rows and for a PD not in (0, 1).
/// Source: ECB (2019), Instructions for reporting the validation results of internal models, 2.5.3.1 (Jeffreys); Brown,
/// Cai and DasGupta (2001), Statistical Science 16(2), 101-133.
pub fn pd_test(n: usize, n_defaults: usize, pd: f64) -> Outcome<PdTest> {
    assert!(n_defaults <= n, "{n_defaults} defaults in {n} rows");
    if n == 0 {
        return Outcome::undefined("there are no rows");
    }
    if !(0.0 < pd && pd < 1.0) {
        return Outcome::undefined(format!("a PD of {pd} cannot be tested; it must be above 0 and below 1"));
    }
    let (a, b) = (n_defaults as f64 + 0.5, (n - n_defaults) as f64 + 0.5);
    let observed_rate = n_defaults as f64 / n as f64;
    let z = (observed_rate - pd) / (pd * (1.0 - pd) / n as f64).sqrt();
    let low = if n_defaults == 0 { 0.0 } else { beta_quantile(0.025, a, b) };
    let high = if n_defaults == n { 1.0 } else { beta_quantile(0.975, a, b) };
    Outcome::Value(PdTest {
        n,
        n_defaults,
        pd,
        observed_rate,
        jeffreys_p: beta_at_most(pd, a, b),
        jeffreys_interval: Interval { level: 0.95, low, high },
        binomial_p: binomial_at_least(n_defaults, n, pd),
        z,
        z_p: normal_at_most(-z),
    })
}

/// Calibration of forecasts by band and as a whole.
///
/// Rows are ordered by forecast; band i of k ends at the first row at or after i n / k whose successor has another
/// forecast. So bands are about equally long, equal forecasts are never torn apart, and there may be fewer than k.
///
/// Hosmer-Lemeshow: sum over bands of (D - n p)^2 / (n p (1 - p)) with p the band's mean forecast, chi-square with as many
/// degrees of freedom as bands. Null hypothesis: the forecasts are the default rates; two-sided.
///
/// * `predicted`: probabilities made beforehand. `is_default`: one flag per forecast. `n_bands`: k, at least 1.
///
/// Undefined without forecasts or with one outside [0, 1].
/// Source: Hosmer and Lemeshow (1980), Communications in Statistics A9(10), 1043-1069.
pub fn calibration(predicted: &[f64], is_default: &[bool], n_bands: usize) -> Outcome<Calibration> {
    assert!(0 < n_bands, "calibration needs at least one band");
    if let Some(reason) = reject_probabilities(predicted, is_default) {
        return Outcome::undefined(reason);
    }
    let n = predicted.len();
    let order = ascending(predicted);
    let mut bands = Vec::with_capacity(n_bands);
    let mut start = 0;
    for i in 1..=n_bands {
        let mut end = (i * n).div_ceil(n_bands).max(1);
        while end < n && predicted[order[end - 1] as usize] == predicted[order[end] as usize] {
            end += 1;
        }
        if start < end {
            bands.push(band(predicted, is_default, &order[start..end]));
            start = end;
        }
    }
    let n_defaults = bands.iter().map(|band| band.n_defaults).sum();
    let hosmer_lemeshow = hosmer_lemeshow(n, &bands);
    Outcome::Value(Calibration { n, pool: pd_test(n, n_defaults, mean(predicted)), bands, hosmer_lemeshow })
}

fn band(predicted: &[f64], is_default: &[bool], rows: &[u32]) -> Band {
    let n = rows.len();
    let n_defaults = rows.iter().filter(|&&row| is_default[row as usize]).count();
    let (low, high) = (predicted[rows[0] as usize], predicted[rows[n - 1] as usize]);
    // The mean of equal forecasts is that forecast, not one rounding error off.
    let mean_pd = if low == high { low } else { rows.iter().map(|&row| predicted[row as usize]).sum::<f64>() / n as f64 };
    Band { low, high, n, n_defaults, mean_pd, observed_rate: n_defaults as f64 / n as f64, test: pd_test(n, n_defaults, mean_pd) }
}

fn hosmer_lemeshow(n: usize, bands: &[Band]) -> Outcome<Test> {
    let mut statistic = 0.0;
    for band in bands {
        let expected = band.n as f64 * band.mean_pd;
        let variance = expected * (1.0 - band.mean_pd);
        if variance <= 0.0 {
            return Outcome::undefined(format!("a band's mean forecast is {}, which leaves no room for chance", band.mean_pd));
        }
        statistic += (band.n_defaults as f64 - expected).powi(2) / variance;
    }
    let df = bands.len();
    let total = |value: fn(&Band) -> f64| bands.iter().map(value).sum::<f64>();
    let direction = Direction::of(total(|band| band.n_defaults as f64), total(|band| band.n as f64 * band.mean_pd));
    Outcome::Value(Test { statistic, df: Some(df as f64), n, p_value: chi_square_at_least(statistic, df), critical: None, direction })
}

#[cfg(test)]
mod tests {
    use super::super::probability::golden_sample;
    use super::super::sample::assert_close;
    use super::*;

    fn tested(n: usize, n_defaults: usize, pd: f64) -> PdTest {
        *pd_test(n, n_defaults, pd).value().expect("rows and a PD within (0, 1)")
    }

    #[test]
    fn jeffreys_and_binomial_agree_with_published_packages() {
        // vanga/meliora tests: N 406, D 55.
        let meliora = tested(406, 55, 0.103_429_060_868_982_78);
        assert_close(meliora.jeffreys_p, 0.019_958_57, 5e-9);
        assert_close(meliora.binomial_p, 0.023_892_27, 5e-9);
        // PDtoolkit README; the first PD is printed with seven digits, hence 3e-7.
        let first = tested(47, 36, 0.740_082_6);
        assert_close(first.binomial_p, 0.415_998_4, 4e-7);
        assert_close(first.jeffreys_p, 0.351_598_15, 4e-7);
        assert_close(first.z_p, 0.342_939_73, 4e-7);
        let second = tested(141, 11, 0.05);
        assert_close(second.binomial_p, 0.096_608_7, 5e-8);
        assert_close(second.jeffreys_p, 0.070_852_15, 5e-9);
        assert_close(second.z_p, 0.063_467_22, 5e-9);
    }

    #[test]
    fn jeffreys_interval_agrees_with_scipy_and_reaches_the_ends() {
        // scipy.stats.beta.ppf([.025, .975], 10.5, 90.5) = 0.05258468, 0.17012393.
        let interval = tested(100, 10, 0.1).jeffreys_interval;
        assert_close(interval.low, 0.052_584_68, 5e-9);
        assert_close(interval.high, 0.170_123_93, 5e-9);
        // scipy.stats.beta.ppf(.975, .5, 100.5) = 0.024745270.
        let none = tested(100, 0, 0.1).jeffreys_interval;
        assert_eq!(none.low, 0.0);
        assert_close(none.high, 0.024_745_27, 5e-9);
        assert_eq!(tested(5, 5, 0.1).jeffreys_interval.high, 1.0);
        assert!(pd_test(10, 1, 0.0).value().is_none() && pd_test(0, 0, 0.1).value().is_none());
    }

    #[test]
    fn bands_and_hosmer_lemeshow_agree_with_numpy() {
        // tests/golden/calibration.py on the sample of auc_ks.py, ten bands.
        let (score, is_default) = golden_sample();
        let result = calibration(&score, &is_default, 10).value().expect("probabilities").clone();
        assert_eq!(result.bands.iter().map(|band| band.n).collect::<Vec<_>>(), [50, 54, 49, 50, 50, 49, 49, 50, 50, 49]);
        assert_eq!(result.bands.iter().map(|band| band.n_defaults).collect::<Vec<_>>(), [4, 9, 9, 15, 11, 18, 20, 23, 17, 20]);
        assert_close(result.bands[3].mean_pd, 0.354_368_932_038_834_9, 1e-12);
        assert_close(result.bands[3].test.value().expect("inner").jeffreys_p, 0.787_595_172_741_949_9, 1e-12);
        let test = *result.hosmer_lemeshow.value().expect("inner bands");
        assert_eq!(test.df, Some(10.0));
        assert_close(test.statistic, 381.559_557_985_495, 1e-9);
        assert_close(test.p_value / 7.878_908_850_393_835e-76, 1.0, 1e-9);
        assert_close(result.min_expected().expect("bands"), 2.669_902_912_621_358_5, 1e-12);
    }

    #[test]
    fn equal_forecasts_share_a_band() {
        // Six of eight forecasts are the same: of four bands asked for, two remain.
        let predicted = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3];
        let is_default = [true, false, false, false, false, false, true, false];
        let result = calibration(&predicted, &is_default, 4).value().expect("probabilities").clone();
        assert_eq!(result.bands.iter().map(|band| (band.n, band.n_defaults, band.mean_pd)).collect::<Vec<_>>(), [(6, 1, 0.1), (2, 1, 0.25)]);
        let sure = calibration(&[0.0, 0.0], &[false, false], 2).value().expect("probabilities").clone();
        assert!(sure.hosmer_lemeshow.value().is_none() && sure.pool.value().is_none());
    }

    #[test]
    fn more_bands_than_rows_leave_one_row_a_band() {
        let result = calibration(&[0.3, 0.1], &[true, false], 10).value().expect("probabilities").clone();
        assert_eq!(result.bands.iter().map(|band| band.n).collect::<Vec<_>>(), [1, 1]);
    }
}
