//! Daily returns: market, sector and own shocks, each with GARCH volatility, and a little that can be forecast.

use super::super::calendar::{self, CRISIS};
use super::super::random::{Random, Stream};
use super::stock::{Fate, N_SECTORS, Stock};
use crate::day::Day;

/// Days simulated before the first one, so that volatility and momentum have a past.
const WARM_UP: usize = 300;
const MARKET_VOLATILITY: f64 = 0.008;
const SECTOR_VOLATILITY: f64 = 0.004;
/// Degrees of freedom of the shocks.
const TAIL_DF: u32 = 7;
/// What the last five own returns take back, per unit of their standard deviation.
const REVERSAL: f64 = 0.045;
/// What own returns of 20 to 120 days ago add, per unit of their standard deviation.
const MOMENTUM: f64 = 0.030;
const CRISIS_FACTOR: f64 = 2.8;
const CRISIS_DRIFT: f64 = -0.0016;
const CALM_DRIFT: f64 = 0.0006;
/// Days over which a failing stock falls.
const FALL_DAYS: usize = 60;

/// A stock's returns and the volatility behind each, one per trading day.
pub(super) struct Path {
    pub(super) returns: Vec<f64>,
    pub(super) volatilities: Vec<f64>,
}

/// GARCH(1,1) with unit long-run variance: s2' = (1 - a - b) + a e2 + b s2, a = 0.06, b = 0.91.
struct Garch {
    variance: f64,
}

impl Garch {
    fn new() -> Self {
        Self { variance: 1.0 }
    }

    /// The standard deviation and the shock of the next day.
    fn step(&mut self, random: &mut Random) -> (f64, f64) {
        let sigma = libm::sqrt(self.variance);
        let shock = sigma * random.student(TAIL_DF);
        self.variance = 0.03 + 0.06 * shock * shock + 0.91 * self.variance;
        (sigma, shock)
    }
}

/// Shocks common to many stocks on one day.
struct Common {
    market: f64,
    sectors: [f64; N_SECTORS],
    /// Scale of every shock: above 1 in the crisis.
    scale: f64,
    sigma: f64,
}

pub(super) fn simulate(seed: u64, stocks: &[Stock], days: &[Day]) -> Vec<Path> {
    let common = common(seed, days);
    let mut random = Random::new(seed, Stream::Returns);
    stocks.iter().map(|stock| path(stock, &common, &mut random)).collect()
}

fn common(seed: u64, days: &[Day]) -> Vec<Common> {
    let mut random = Random::new(seed, Stream::Market);
    let mut market = Garch::new();
    let mut sectors: [Garch; N_SECTORS] = std::array::from_fn(|_| Garch::new());
    let [start, end] = CRISIS.map(calendar::day);
    (0..WARM_UP + days.len())
        .map(|t| {
            let is_crisis = t.checked_sub(WARM_UP).is_some_and(|idx| start <= days[idx] && days[idx] <= end);
            let (scale, drift) = if is_crisis { (CRISIS_FACTOR, CRISIS_DRIFT) } else { (1.0, CALM_DRIFT) };
            let (sigma, shock) = market.step(&mut random);
            Common {
                market: drift + scale * MARKET_VOLATILITY * shock,
                sectors: std::array::from_fn(|idx| scale * SECTOR_VOLATILITY * sectors[idx].step(&mut random).1),
                scale,
                sigma: scale * MARKET_VOLATILITY * sigma,
            }
        })
        .collect()
}

fn path(stock: &Stock, days: &[Common], random: &mut Random) -> Path {
    let mut garch = Garch::new();
    let mut own = Vec::with_capacity(days.len());
    let mut path = Path { returns: Vec::new(), volatilities: Vec::new() };
    for (t, today) in days.iter().enumerate() {
        let (sigma, shock) = garch.step(random);
        // Own shocks swell less in the crisis than the market's.
        let scale = libm::sqrt(today.scale) * stock.own_volatility;
        let own_return = scale * shock + stock.own_volatility * forecastable(&own, stock.own_volatility);
        own.push(own_return);
        if WARM_UP <= t {
            let total = stock.beta * today.market + today.sectors[stock.sector_idx] + own_return + fall(stock, t - WARM_UP);
            let factor = stock.beta * today.sigma;
            path.returns.push(total.clamp(-0.6, 1.0));
            path.volatilities.push(libm::sqrt(scale * scale * sigma * sigma + factor * factor));
        }
    }
    path
}

/// The expected own return, in units of its standard deviation: a reversal of the last week, a momentum of the months before.
fn forecastable(own: &[f64], volatility: f64) -> f64 {
    let n = own.len();
    let sum = |from: usize, to: usize| own[n.saturating_sub(from)..n.saturating_sub(to)].iter().sum::<f64>();
    let week = (sum(5, 0) / (volatility * libm::sqrt(5.0))).clamp(-3.0, 3.0);
    let months = (sum(120, 20) / (volatility * 10.0)).clamp(-3.0, 3.0);
    MOMENTUM * months - REVERSAL * week
}

/// The drift of a stock about to leave the market.
fn fall(stock: &Stock, idx: usize) -> f64 {
    let Some(last_idx) = stock.last_idx else { return 0.0 };
    match stock.fate {
        Fate::Failed if idx + FALL_DAYS > last_idx => -0.025,
        Fate::TakenOver if idx + 30 == last_idx => 0.22,
        Fate::Failed | Fate::TakenOver | Fate::Lives => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_returns_that_rose_last_week_are_expected_to_fall_and_those_that_rose_before_to_rise() {
        // A week of five daily moves of one standard deviation: z = 5 / sqrt(5); a hundred days of a tenth: z = 1.
        let week: Vec<f64> = (0..120).map(|t| if t < 115 { 0.0 } else { 0.01 }).collect();
        assert!((forecastable(&week, 0.01) + REVERSAL * 5.0_f64.sqrt()).abs() < 1e-12);
        let months: Vec<f64> = (0..120).map(|t| if t < 100 { 0.001 } else { 0.0 }).collect();
        assert!((forecastable(&months, 0.01) - MOMENTUM).abs() < 1e-12);
    }

    #[test]
    fn garch_shocks_have_unit_variance_and_clustered_squares() {
        let mut random = Random::new(1, Stream::Market);
        let mut garch = Garch::new();
        let squares: Vec<f64> = (0..200_000).map(|_| garch.step(&mut random).1).map(|shock| shock * shock).collect();
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        let covariance: f64 = squares.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
        let variance: f64 = squares.iter().map(|square| (square - mean).powi(2)).sum();
        assert!((mean - 1.0).abs() < 0.15, "{mean}");
        assert!(0.05 < covariance / variance && covariance / variance < 0.6, "{}", covariance / variance);
    }
}
