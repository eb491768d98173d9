//! Bars around simulated closes.

use super::super::random::{Random, Stream};
use super::super::write::rounded;
use super::path::Path;
use super::stock::Stock;

/// One stock's day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) stock_idx: usize,
    pub(super) day_idx: usize,
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
    pub(super) volume: i64,
}

/// Bars of every stock's life, in the order of stock and day.
pub(super) fn around(seed: u64, stocks: &[Stock], paths: &[Path]) -> Vec<Bar> {
    let mut random = Random::new(seed, Stream::Bars);
    let mut bars = Vec::new();
    for (stock_idx, (stock, path)) in stocks.iter().zip(paths).enumerate() {
        let last_idx = stock.last_idx.unwrap_or(path.returns.len() - 1);
        let (mut price, mut activity) = (stock.first_price, 0.0);
        for day_idx in stock.first_idx..=last_idx {
            let (step, sigma) = (path.returns[day_idx], path.volatilities[day_idx]);
            let before = price;
            // No stock of the sample is cheaper than a dollar: cents would then be most of a return.
            price = (price * (1.0 + step)).max(1.0);
            activity = 0.7 * activity + 0.3 * random.normal();
            let excess = (step.abs() / sigma).min(6.0);
            let volume = stock.usual_volume * libm::exp(activity + 0.25 * (excess - 0.8));
            let open = before * (1.0 + 0.35 * step + 0.3 * sigma * random.normal()).max(0.5);
            let reach = |random: &mut Random| 0.45 * sigma * random.normal().abs();
            let high = open.max(price) * (1.0 + reach(&mut random));
            let low = open.min(price) * (1.0 - reach(&mut random)).max(0.5);
            bars.push(Bar {
                stock_idx,
                day_idx,
                open: rounded(open, 2),
                high: rounded(high, 2),
                low: rounded(low, 2),
                close: rounded(price, 2),
                volume: 100 * (volume / 100.0).max(1.0) as i64,
            });
        }
    }
    bars
}
