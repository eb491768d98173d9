//! Daily bars of sixty stocks: factors and GARCH returns (`path`), bars around the closes (`bar`), faults of real data (`blemish`).

mod bar;
mod blemish;
mod path;
mod stock;

use super::calendar::{self, FIRST, LAST};
use super::write::{self, Column};
use crate::day::Day;
use bar::Bar;
use stock::Stock;

/// Simulated stocks and their bars.
pub(super) struct Market {
    stocks: Vec<Stock>,
    days: Vec<Day>,
    /// Bars in the order of (ticker, date).
    bars: Vec<Bar>,
}

/// Simulates the market from the first to the last day of the sample.
pub(super) fn simulate(seed: u64) -> Market {
    let days = calendar::trading_days(calendar::day(FIRST), calendar::day(LAST));
    let stocks = stock::list(seed, &days);
    let paths = path::simulate(seed, &stocks, &days);
    let bars = blemish::apply(seed, &days, bar::around(seed, &stocks, &paths));
    Market { stocks, days, bars }
}

impl Market {
    /// The columns of `prices.parquet`.
    pub(super) fn bars(&self) -> Vec<Column> {
        let bars = || self.bars.iter();
        vec![
            write::days("date", bars().map(|bar| self.days[bar.day_idx])),
            write::text("ticker", bars().map(|bar| self.stocks[bar.stock_idx].ticker.as_str())),
            write::numbers("open", bars().map(|bar| bar.open)),
            write::numbers("high", bars().map(|bar| bar.high)),
            write::numbers("low", bars().map(|bar| bar.low)),
            write::numbers("close", bars().map(|bar| bar.close)),
            write::integers("volume", bars().map(|bar| bar.volume)),
        ]
    }

    /// The columns of `stocks.parquet`.
    pub(super) fn stocks(&self) -> Vec<Column> {
        let stocks = || self.stocks.iter();
        vec![
            write::text("ticker", stocks().map(|stock| stock.ticker.as_str())),
            write::text("sector", stocks().map(|stock| stock.sector)),
            write::days("listed", stocks().map(|stock| self.days[stock.first_idx])),
            write::optional_days("delisted", stocks().map(|stock| stock.last_idx.map(|idx| self.days[idx]))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_order_and_every_high_and_low_holds_its_open_and_close() {
        let market = simulate(1);
        assert!(market.bars.windows(2).all(|pair| (pair[0].stock_idx, pair[0].day_idx) < (pair[1].stock_idx, pair[1].day_idx)));
        for bar in &market.bars {
            assert!(0.0 < bar.low && bar.low <= bar.open.min(bar.close) && bar.open.max(bar.close) <= bar.high, "{bar:?}");
        }
    }

    #[test]
    fn the_crisis_is_half_again_to_three_times_as_volatile_as_the_year_before() {
        let market = simulate(1);
        let volatility = |from, to| {
            let (from, to) = (calendar::day(from), calendar::day(to));
            let moves: Vec<f64> = market
                .bars
                .windows(2)
                .filter(|pair| pair[0].stock_idx == pair[1].stock_idx && from <= market.days[pair[0].day_idx] && market.days[pair[1].day_idx] < to)
                .map(|pair| pair[1].close / pair[0].close - 1.0)
                .collect();
            (moves.iter().map(|step| step * step).sum::<f64>() / moves.len() as f64).sqrt()
        };
        let ratio = volatility((2015, 8, 17), (2016, 2, 27)) / volatility((2013, 8, 1), (2014, 8, 1));
        assert!(1.5 < ratio && ratio < 3.0, "{ratio}");
    }
}
