//! The monthly economy of the sample: one recession in ten years, published with a delay.

use super::calendar::{self, FIRST, LAST};
use super::random::{Random, Stream};
use super::write::{self, Column, rounded};
use crate::day::Day;

/// Days from the end of a month to the publication of its figures; a weekend moves it on.
const PUBLICATION_DAYS: i32 = 20;

/// The published series, one value a month.
pub(super) struct Economy {
    months: Vec<Month>,
}

struct Month {
    start: Day,
    published: Day,
    unemployment: f64,
    house_price_growth: f64,
    policy_rate: f64,
}

/// Simulates the economy from the first to the last month of the sample.
pub(super) fn simulate(seed: u64) -> Economy {
    let mut random = Random::new(seed, Stream::Economy);
    let last = calendar::day(LAST);
    let mut start = calendar::day(FIRST).month_start();
    let mut months = Vec::new();
    let mut noise = [0.0; 2];
    while start < last {
        noise = noise.map(|value| 0.8 * value + 0.6 * random.normal());
        let t = f64::from(months.len() as u32);
        // Month 66 is July 2015. House prices turn first, jobs last.
        let unemployment = 5.4 - 0.008 * t + 3.4 * hump(t, 78.0, 7.0, 16.0) + 0.10 * noise[0];
        let house_price_growth = 4.0 - 9.0 * hump(t, 72.0, 5.0, 8.0) + 0.35 * noise[1];
        let policy_rate = 1.0 + 0.02 * t - 2.0 * hump(t, 80.0, 5.0, 18.0);
        months.push(Month {
            start,
            published: calendar::roll_forward(start.plus_months(1).plus_days(PUBLICATION_DAYS - 1)),
            unemployment: rounded(unemployment, 1),
            house_price_growth: rounded(house_price_growth, 1),
            policy_rate: rounded(libm::round(policy_rate * 4.0) / 4.0, 2),
        });
        start = start.plus_months(1);
    }
    Economy { months }
}

/// A bump of height 1 at `peak` that rises over `rise` months and falls over `fall`.
fn hump(t: f64, peak: f64, rise: f64, fall: f64) -> f64 {
    let z = (t - peak) / if t < peak { rise } else { fall };
    libm::exp(-0.5 * z * z)
}

impl Economy {
    /// Unemployment in the month of `day`, in percent; the last month's afterwards.
    pub(super) fn unemployment(&self, day: Day) -> f64 {
        self.month(day).unemployment
    }

    /// Growth of house prices over a year in the month of `day`, in percent.
    pub(super) fn house_price_growth(&self, day: Day) -> f64 {
        self.month(day).house_price_growth
    }

    /// The policy rate in the month of `day`, in percent.
    pub(super) fn policy_rate(&self, day: Day) -> f64 {
        self.month(day).policy_rate
    }

    fn month(&self, day: Day) -> &Month {
        let after = self.months.partition_point(|month| month.start <= day);
        &self.months[after.max(1) - 1]
    }

    /// The columns of `macro.parquet`.
    pub(super) fn table(&self) -> Vec<Column> {
        let months = || self.months.iter();
        let last = calendar::day(LAST);
        // What is published after the last day of the sample is not in it.
        let published = || months().filter(move |month| month.published <= last);
        vec![
            write::days("month", published().map(|month| month.start)),
            write::days("published", published().map(|month| month.published)),
            write::numbers("unemployment", published().map(|month| month.unemployment)),
            write::numbers("house_price_growth", published().map(|month| month.house_price_growth)),
            write::numbers("policy_rate", published().map(|month| month.policy_rate)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unemployment_peaks_in_the_recession_and_is_published_three_weeks_after_the_month() {
        let economy = simulate(1);
        let at = |year| economy.unemployment(calendar::day((year, 7, 15)));
        assert!(at(2013) < 6.0 && at(2016) > 7.0 && at(2019) < 6.0, "{} {} {}", at(2013), at(2016), at(2019));
        // January 2010 ends on Sunday the 31st; 20 days later is Saturday 20 February, so Monday the 22nd.
        assert_eq!(economy.months[0].published.to_string(), "2010-02-22");
    }
}
