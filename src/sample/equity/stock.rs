//! The stocks: their sector, their life and what they are like.

use super::super::random::{Random, Stream};
use crate::day::Day;

const SECTORS: [(&str, &str); 6] =
    [("ENE", "Energy"), ("FIN", "Finance"), ("HEA", "Health"), ("IND", "Industry"), ("RET", "Retail"), ("TEC", "Technology")];
pub(super) const N_SECTORS: usize = SECTORS.len();
const N_PER_SECTOR: usize = 10;

/// Position in the list, and year and day of the year at which the stock is first traded.
const LISTINGS: [(usize, i32, i32); 8] =
    [(9, 2011, 45), (19, 2011, 290), (28, 2012, 130), (38, 2013, 40), (39, 2014, 200), (49, 2015, 75), (58, 2016, 240), (59, 2018, 30)];
/// Position in the list, year and day of the year of the last bar, and the fate.
const DELISTINGS: [(usize, i32, i32, Fate); 5] = [
    (4, 2013, 170, Fate::TakenOver),
    (16, 2016, 20, Fate::Failed),
    (25, 2017, 100, Fate::TakenOver),
    (41, 2016, 330, Fate::Failed),
    (53, 2018, 260, Fate::TakenOver),
];

/// How a stock ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It trades to the end of the sample.
    Lives,
    /// It vanishes at a premium.
    TakenOver,
    /// It vanishes after a long fall.
    Failed,
}

/// A stock.
#[derive(Debug, Clone)]
pub(super) struct Stock {
    pub(super) ticker: String,
    pub(super) sector: &'static str,
    pub(super) sector_idx: usize,
    /// Day of the first bar.
    pub(super) first_idx: usize,
    /// Day of the last bar; `None`: it trades to the end.
    pub(super) last_idx: Option<usize>,
    pub(super) fate: Fate,
    pub(super) beta: f64,
    /// Standard deviation of the daily return that no factor explains.
    pub(super) own_volatility: f64,
    pub(super) first_price: f64,
    /// Shares on an ordinary day.
    pub(super) usual_volume: f64,
}

pub(super) fn list(seed: u64, days: &[Day]) -> Vec<Stock> {
    let mut random = Random::new(seed, Stream::Stocks);
    let idx_of = |year: i32, day_of_year: i32| {
        let day = Day::from_ymd(year, 1, 1).expect("years begin").plus_days(day_of_year);
        days.partition_point(|&other| other < day)
    };
    (0..N_SECTORS * N_PER_SECTOR)
        .map(|idx| {
            let sector_idx = idx / N_PER_SECTOR;
            let (prefix, sector) = SECTORS[sector_idx];
            let listed = LISTINGS.iter().find(|listing| listing.0 == idx);
            let delisted = DELISTINGS.iter().find(|delisting| delisting.0 == idx);
            Stock {
                ticker: format!("{prefix}{:02}", idx % N_PER_SECTOR + 1),
                sector,
                sector_idx,
                first_idx: listed.map_or(0, |&(_, year, day)| idx_of(year, day)),
                last_idx: delisted.map(|&(_, year, day, _)| idx_of(year, day)),
                fate: delisted.map_or(Fate::Lives, |&(.., fate)| fate),
                beta: random.between(0.6, 1.4),
                own_volatility: random.between(0.010, 0.020),
                first_price: libm::exp(random.between(2.8, 4.8)),
                usual_volume: libm::exp(random.between(11.0, 15.0)),
            }
        })
        .collect()
}
