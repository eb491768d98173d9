//! Faults that real price files have: missing days, a pause, a stale run, a day without volume, a bad print.

use super::super::calendar;
use super::super::random::{Random, Stream};
use super::super::write::rounded;
use super::Bar;
use crate::day::Day;

/// Share of the bars that are missing.
const MISSING_SHARE: f64 = 0.0008;
/// Stock, first day and trading days of each gap: a pause longer than prices are carried for, and a short one.
const GAPS: [(usize, (i32, u32, u32), usize); 2] = [(7, (2013, 5, 13), 9), (12, (2017, 3, 6), 3)];
/// Stock, first day and trading days without a new price.
const STALE: (usize, (i32, u32, u32), usize) = (20, (2014, 10, 6), 7);
/// Stock and day without a trade.
const NO_VOLUME: (usize, (i32, u32, u32)) = (31, (2016, 6, 15));
/// Stock and day whose prices are 100 times too small.
const BAD_PRINT: (usize, (i32, u32, u32)) = (42, (2017, 9, 13));

/// The bars with the faults in them.
pub(super) fn apply(seed: u64, days: &[Day], mut bars: Vec<Bar>) -> Vec<Bar> {
    let mut random = Random::new(seed, Stream::Blemishes);
    let idx_of = |date| days.partition_point(|&day| day < calendar::day(date));
    let position = |bars: &[Bar], stock_idx, date| {
        let key = (stock_idx, idx_of(date));
        bars.binary_search_by_key(&key, |bar| (bar.stock_idx, bar.day_idx)).expect("the stocks with faults trade on those days")
    };

    let (stock_idx, date, n) = STALE;
    let first = position(&bars, stock_idx, date);
    for at in first..first + n {
        let Bar { close, volume, .. } = bars[first - 1];
        bars[at] = Bar { open: close, high: close, low: close, close, volume, ..bars[at] };
    }

    let at = position(&bars, NO_VOLUME.0, NO_VOLUME.1);
    let close = bars[at - 1].close;
    bars[at] = Bar { open: close, high: close, low: close, close, volume: 0, ..bars[at] };

    let at = position(&bars, BAD_PRINT.0, BAD_PRINT.1);
    let shrunk = |price: f64| rounded(price / 100.0, 4);
    let Bar { open, high, low, close, .. } = bars[at];
    bars[at] = Bar { open: shrunk(open), high: shrunk(high), low: shrunk(low), close: shrunk(close), ..bars[at] };

    let gaps = GAPS.map(|(stock_idx, date, n)| (stock_idx, idx_of(date)..idx_of(date) + n));
    bars.retain(|bar| {
        // Drawn for every bar, so that a gap moves no other fault.
        let is_missing = random.happens(MISSING_SHARE);
        !is_missing && !gaps.iter().any(|(stock_idx, days)| *stock_idx == bar.stock_idx && days.contains(&bar.day_idx))
    });
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_print_a_stale_run_and_a_pause_are_where_they_are_said_to_be() {
        let days = calendar::trading_days(calendar::day((2010, 1, 4)), calendar::day((2019, 12, 31)));
        let mut bars = Vec::new();
        for stock_idx in 0..60 {
            for day_idx in 0..days.len() {
                let close = 50.0 + day_idx as f64 / 100.0;
                bars.push(Bar { stock_idx, day_idx, open: close, high: close, low: close, close, volume: 100 });
            }
        }
        let n_before = bars.len();
        let bars = apply(1, &days, bars);
        let on = |stock_idx: usize, date| bars.iter().find(|bar| bar.stock_idx == stock_idx && days[bar.day_idx] == calendar::day(date));
        assert!(on(42, (2017, 9, 13)).is_some_and(|bar| bar.close < 1.0));
        assert!(on(20, (2014, 10, 6)).zip(on(20, (2014, 10, 14))).is_some_and(|(first, last)| first.close.to_bits() == last.close.to_bits()));
        assert!(on(7, (2013, 5, 13)).is_none() && on(7, (2013, 5, 23)).is_none() && on(7, (2013, 5, 24)).is_some());
        let missing = (n_before - bars.len()) as f64 / n_before as f64;
        assert!((missing - MISSING_SHARE).abs() < 0.0004, "{missing}");
    }
}
