//! Do breaches lean on those of the last ten days? The Ljung-Box test of the breach indicator.

use super::TailCase;
use super::clustered::clustered;
use super::kupiec::count;
use crate::stat::Outcome;
use crate::stat::battery::is_clear;
use crate::stat::distribution::chi_square_at_least;
use crate::stat::draw::Draw;
use crate::stat::measure::{About, Answer, Design, Direction, Form, Measure, Overlap, Power, Test, Tier};

/// Lags looked back over: two trading weeks.
const N_LAGS: usize = 10;

/// Ljung and Box's test of the breaches at ten lags by its p-value given their number; it decides.
pub(super) const LJUNG_BOX_EXACT: Measure<TailCase> = Measure {
    about: About {
        key: "ljung_box_exact",
        name: "Autocorrelation, exact",
        formula: "Share, among arrangements of the breaches seen over the days, of those with a Q of ten lags at least as large as that seen",
        convention: "Two-sided, given the number of breaches; 10,000 simulations and up to 400,000 where p is near a level it is decided at, p = (1 + samples at least Q) / (1 + samples); it decides, for the chi-square blames right models where few breaches are expected",
        tier: Tier::Verdict,
        power: Some(power),
        ..LJUNG_BOX.about
    },
    take: |case| ljung_box_exact(&case.breached, case.seed).map(Answer::Test),
};

/// Ljung and Box's test of the breaches at ten lags, by the chi-square.
pub(super) const LJUNG_BOX: Measure<TailCase> = Measure {
    about: About {
        key: "ljung_box",
        name: "Autocorrelation, Ljung-Box",
        question: "Do breaches depend on those of the last ten days?",
        formula: "Q = N (N + 2) sum over k = 1 .. 10 of r_k² / (N - k), r_k the autocorrelation of the breach indicator at lag k",
        convention: "Two-sided, chi-square with 10 degrees of freedom; rejects too often where few breaches are expected",
        source: "Ljung and Box (1978), Biometrika 65(2); Berkowitz, Christoffersen and Pelletier (2011), Management Science 57(12)",
        null: "Breaches are uncorrelated at lags of 1 to 10 days",
        form: Form::Test("Q"),
        tier: Tier::Appendix,
        overlap: Overlap::Descriptive,
        says: |direction| match direction {
            Direction::Above => "breaches cluster within ten days",
            Direction::Below => "breaches avoid one another within ten days",
            Direction::Neither => "rejected",
        },
        ..About::NUMBER
    },
    take: |case| ljung_box(&case.breached, N_LAGS).map(Answer::Test),
};

/// Ljung and Box's test: do breaches depend on those of the days before?
///
/// Q = n (n + 2) sum over k = 1 .. `n_lags` of r_k^2 / (n - k), with r_k = sum (x_t - m)(x_(t-k) - m) / sum (x_t - m)^2, x_t = 1 on
/// a breach and 0 else, m their mean; chi-square with `n_lags` degrees of freedom. The evidence lies above where the r_k add up to more than 0.
///
/// * `breached`: one flag per forecast in order of days. `n_lags`: at least 1.
///
/// Undefined with no more days than twice the lags, without a breach, and where every day is one.
/// Source: Ljung and Box (1978), Biometrika 65(2), 297-303.
fn ljung_box(breached: &[bool], n_lags: usize) -> Outcome<Test> {
    let n = breached.len();
    if n <= 2 * n_lags {
        return Outcome::undefined(format!("{n} forecasts, more than {} needed", 2 * n_lags));
    }
    let flags: Vec<f64> = breached.iter().map(|&breach| f64::from(u8::from(breach))).collect();
    let mean = flags.iter().sum::<f64>() / n as f64;
    if mean == 0.0 || mean == 1.0 {
        let what = if mean == 0.0 { "there is no breach" } else { "every day is a breach" };
        return Outcome::undefined(format!("{what} in {n} forecasts"));
    }
    let centred: Vec<f64> = flags.iter().map(|flag| flag - mean).collect();
    let variance: f64 = centred.iter().map(|value| value * value).sum();
    let (mut sum, mut total) = (0.0, 0.0);
    for lag in 1..=n_lags {
        let correlation = centred[lag..].iter().zip(&centred).map(|(late, early)| late * early).sum::<f64>() / variance;
        sum += correlation * correlation / (n - lag) as f64;
        total += correlation;
    }
    let statistic = n as f64 * (n as f64 + 2.0) * sum;
    let p_value = chi_square_at_least(statistic, n_lags);
    Outcome::Value(Test { statistic, df: Some(n_lags as f64), n, p_value, critical: None, direction: Direction::of(total, 0.0) })
}

/// The p-value of [`ljung_box`] at ten lags, P(Q >= that observed), given the number of breaches.
///
/// If breaches are independent and equally likely, every arrangement of x breaches over n days is as likely as any other, whatever the
/// probability of a breach: arrangements are drawn with `seed`. The chi-square has no such right: with the three breaches of a year at 1 %, two
/// of them within ten days make Q large, and do so far oftener than the chi-square says.
///
/// Undefined as [`ljung_box`] is. Source: Dufour (2006), Journal of Econometrics 133(2), 443-477, for tests by simulation.
fn ljung_box_exact(breached: &[bool], seed: u64) -> Outcome<Test> {
    ljung_box(breached, N_LAGS).map(|observed| {
        let mut arrangement = Arrangement::new(breached.len());
        let n_breaches = count(breached);
        let mut draw = Draw::new(seed);
        let least = observed.statistic * (1.0 - 1e-9);
        let n_most = (N_VISITS / n_breaches).clamp(N_SIMULATED, N_SIMULATED_MOST);
        let (mut n, mut as_large) = (0, 0);
        while n == 0 || (n < n_most && !is_clear(as_large, n)) {
            as_large += (0..N_SIMULATED).filter(|_| least <= arrangement.shuffle(n_breaches, &mut draw)).count();
            n += N_SIMULATED;
        }
        Test { df: None, p_value: (1 + as_large) as f64 / (1 + n) as f64, ..observed }
    })
}

/// Samples a p-value is simulated with, and added as long as it lies near a level it may be decided at.
const N_SIMULATED: usize = 10_000;
/// Samples at most.
const N_SIMULATED_MOST: usize = 40 * N_SIMULATED;
/// Breaches placed at most, beyond the first samples.
const N_VISITS: usize = 40_000_000;

/// An arrangement of breaches over days.
struct Arrangement {
    n: usize,
    /// A bit a day, and quiet days behind them so that every day has its lags.
    breaches: Vec<u64>,
    days: Vec<usize>,
    /// For every pattern of breaches on the ten days after one: a count of each lag, side by side.
    lags: Vec<u128>,
}

/// Bits of a lag's count.
const LAG_BITS: usize = 12;
/// Breaches that counts of so many bits hold.
const COUNTED: usize = (1 << LAG_BITS) - 1;

impl Arrangement {
    fn new(n: usize) -> Self {
        let of_pattern = |pattern: usize| (0..N_LAGS).filter(|lag| pattern >> lag & 1 == 1).map(|lag| 1_u128 << (lag * LAG_BITS)).sum();
        let lags = (0..1 << N_LAGS).map(of_pattern).collect();
        Self { n, breaches: vec![0; (n + N_LAGS) / 64 + 2], days: Vec::new(), lags }
    }

    fn has(&self, day: usize) -> bool {
        self.breaches[day / 64] >> (day % 64) & 1 == 1
    }

    fn mark(&mut self, day: usize) {
        self.breaches[day / 64] |= 1 << (day % 64);
    }

    /// The breaches on the ten days after a day, a bit each.
    fn after(&self, day: usize) -> usize {
        let (word, bit) = ((day + 1) / 64, (day + 1) % 64);
        let both = u128::from(self.breaches[word]) | u128::from(self.breaches[word + 1]) << 64;
        (both >> bit) as usize & ((1 << N_LAGS) - 1)
    }

    /// Q of `n_breaches` on days drawn without replacement (Floyd's way).
    fn shuffle(&mut self, n_breaches: usize, draw: &mut Draw) -> f64 {
        let n = self.n;
        self.days.clear();
        for last in n - n_breaches..n {
            let day = draw.below(last + 1);
            let day = if self.has(day) { last } else { day };
            self.mark(day);
            self.days.push(day);
        }
        self.statistic()
    }

    /// Q of breaches on these days.
    fn place(&mut self, days: &[usize]) -> f64 {
        self.days.clear();
        self.days.extend_from_slice(days);
        for &day in days {
            self.mark(day);
        }
        self.statistic()
    }

    /// Q of the days that are marked, which are unmarked; 0 where every day is a breach or none.
    fn statistic(&mut self) -> f64 {
        let n = self.n;
        let mut pairs = [0.0; N_LAGS + 1];
        let mut at_ends = [0.0; N_LAGS + 1];
        for days in self.days.chunks(COUNTED) {
            let counts: u128 = days.iter().map(|&day| self.lags[self.after(day)]).sum();
            for (lag, pairs) in pairs.iter_mut().skip(1).enumerate() {
                *pairs += ((counts >> (lag * LAG_BITS)) as usize & COUNTED) as f64;
            }
        }
        // Breaches among the first k days have no day k before them, among the last none after.
        for &day in self.days.iter().filter(|&&day| day < N_LAGS || n - N_LAGS <= day) {
            for (lag, at_ends) in at_ends.iter_mut().enumerate().skip(1) {
                *at_ends += f64::from(u8::from(day < lag)) + f64::from(u8::from(n - lag <= day));
            }
        }
        for &day in &self.days {
            self.breaches[day / 64] = 0;
        }
        let x = self.days.len() as f64;
        let mean = x / n as f64;
        let variance = x * (1.0 - mean);
        if variance == 0.0 {
            return 0.0;
        }
        let of_lag = |lag: usize| {
            // sum (x_t - m)(x_(t-k) - m) over t > k, from the counts.
            let product = pairs[lag] - mean * (2.0 * x - at_ends[lag]) + (n - lag) as f64 * mean * mean;
            (product / variance).powi(2) / (n - lag) as f64
        };
        n as f64 * (n as f64 + 2.0) * (1..=N_LAGS).map(of_lag).sum::<f64>()
    }
}

/// What the test could have seen: its power where breaches are a Markov chain of the promised frequency.
///
/// Each number of breaches has a critical value of its own, of 2,000 arrangements.
fn power(design: &Design) -> Outcome<Power> {
    let &Design { n, level, seed, .. } = design;
    if n <= 2 * N_LAGS {
        return Outcome::undefined(format!("{n} forecasts, more than {} needed", 2 * N_LAGS));
    }
    let mut known: Vec<Option<f64>> = vec![None; n + 1];
    let mut arrangement = Arrangement::new(n);
    clustered(design, |days| {
        let x = days.len();
        let least = *known[x].get_or_insert_with(|| critical(&mut arrangement, x, level, seed));
        x != 0 && x != n && least <= arrangement.place(days)
    })
}

/// Arrangements behind a critical value.
const N_CRITICAL: usize = 2_000;

/// The least Q that is rejected at `level` where there are `x` breaches; infinite where the largest of all comes too often.
fn critical(arrangement: &mut Arrangement, x: usize, level: f64, seed: u64) -> f64 {
    let mut draw = Draw::new(seed.wrapping_add(x as u64));
    let mut samples: Vec<f64> = (0..N_CRITICAL).map(|_| arrangement.shuffle(x, &mut draw)).collect();
    samples.sort_unstable_by(|a, b| b.total_cmp(a));
    let allowed = (level * N_CRITICAL as f64) as usize;
    // Ties with the first value that may not be rejected may not be either.
    samples.get(allowed).map_or(f64::INFINITY, |&first| if first == samples[0] { f64::INFINITY } else { first * (1.0 + 1e-9) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn ljung_box_agrees_with_statsmodels() {
        // tests/golden/ljung_box.py, statsmodels acorr_ljungbox at 10 lags.
        let clustered: Vec<bool> = (0..500).map(|day| (100..140).contains(&day) && day % 3 == 0).collect();
        let found = *ljung_box(&clustered, 10).value().expect("breaches");
        assert_close(found.statistic, 1_088.120_013_722_667_4, 1e-8);
        assert_eq!((found.n, found.direction), (500, Direction::Above));
        let scattered: Vec<bool> = (0..1043).map(|day| (day * 7919) % 1043 < 27).collect();
        let found = *ljung_box(&scattered, 10).value().expect("breaches");
        assert_close(found.statistic, 6.955_509_218_688_2, 1e-9);
        assert_close(found.p_value, 0.729_638_376_279_794_2, 1e-9);
    }

    #[test]
    fn breaches_every_third_day_cluster_within_ten_days_though_none_follows_another() {
        // Christoffersen's test of the day before sees no pair of breaches here and calls it avoidance; ten lags see the two bad months.
        let breached: Vec<bool> = (0..500).map(|day| (100..140).contains(&day) && day % 3 == 0).collect();
        let pairs = super::super::transitions(&breached);
        assert_eq!(pairs.n11, 0);
        assert!(ljung_box(&breached, 10).value().is_some_and(|test| test.p_value < 0.001));
    }

    #[test]
    fn q_from_counts_equals_q_from_the_sums() {
        let mut arrangement = Arrangement::new(250);
        for days in [&[0, 3, 5, 100, 101, 249][..], &[7], &[240, 241, 242, 243, 244, 245, 246, 247, 248, 249]] {
            let breached: Vec<bool> = (0..250).map(|day| days.contains(&day)).collect();
            assert_close(arrangement.place(days), ljung_box(&breached, 10).value().expect("breaches").statistic, 1e-8);
            assert!(arrangement.breaches.iter().all(|&days| days == 0));
        }
    }

    #[test]
    fn two_breaches_of_three_within_ten_days_are_no_rarity() {
        // By hand: of C(250, 3) = 2,573,000 arrangements of 3 breaches C(250 - 20, 3) = 2,001,460 have no two within 10 days, so that 22.2 %
        // have two, most of them at least 5 days apart, whose Q is as large as this one's or larger. The chi-square says 0.2 %.
        let breached: Vec<bool> = (0..250).map(|day| [50, 55, 150].contains(&day)).collect();
        let rough = *ljung_box(&breached, 10).value().expect("breaches");
        let exact = *ljung_box_exact(&breached, 1).value().expect("breaches");
        assert!(rough.p_value < 0.003, "{rough:?}");
        assert!((0.1..0.25).contains(&exact.p_value), "{exact:?}");
        assert_eq!(exact.statistic, rough.statistic);
    }

    #[test]
    fn p_values_given_the_number_of_breaches_are_valid() {
        // 1,000 histories of 250 independent days at 2.5 %: P(p < 0.05) is at most 0.05, standard error 0.007; 70 is three of them beyond.
        let chain = super::super::chain::Chain { n: 250, tail: 0.025, after_breach: 0.025 };
        let (mut draw, mut days) = (Draw::new(3), Vec::new());
        let mut arrangement = Arrangement::new(250);
        let mut rejects = || {
            chain.history(&mut draw, &mut days);
            let least = arrangement.place(&days) * (1.0 - 1e-9);
            let mut null = Draw::new(1);
            let as_large = (0..2_000).filter(|_| least <= arrangement.shuffle(days.len(), &mut null)).count();
            ((1 + as_large) as f64) / 2_001.0 < 0.05
        };
        let n = (0..1_000).filter(|_| rejects()).count();
        assert!((20..=70).contains(&n), "{n} of 1,000");
    }

    #[test]
    fn without_a_breach_there_is_a_reason() {
        assert_eq!(ljung_box(&[false; 250], 10), Outcome::undefined("there is no breach in 250 forecasts"));
        assert_eq!(ljung_box(&[true; 20], 10), Outcome::undefined("20 forecasts, more than 20 needed"));
    }
}
