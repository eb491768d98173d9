//! A calendar day: what every date in the numeric core is.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const EPOCH_FROM_CE: i32 = 719_163;

/// Days since 1970-01-01, the unit of Arrow's `Date32`; prints as ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a proleptic Gregorian date, when there is one.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date)
    }

    /// This day `n` days later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, n: i32) -> Self {
        Self(self.0 + n)
    }

    /// The same day of the month `n` months later or earlier, clamped to the month's end.
    #[must_use]
    pub fn plus_months(self, n: i32) -> Self {
        let months = Months::new(n.unsigned_abs());
        let date = self.date();
        let moved = if n < 0 { date.checked_sub_months(months) } else { date.checked_add_months(months) };
        Self::from_date(moved.expect("a day of this calendar moved by months stays in it"))
    }

    /// Calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// Month of the year, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.date().month()
    }

    /// Day of the month, 1 to 31.
    #[must_use]
    pub fn day_of_month(self) -> u32 {
        self.date().day()
    }

    /// True on Saturdays and Sundays.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        matches!(self.date().weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// Days since Monday, 0 to 6.
    #[must_use]
    pub fn weekday_idx(self) -> u32 {
        self.date().weekday().num_days_from_monday()
    }

    /// First day of this day's month.
    #[must_use]
    pub fn month_start(self) -> Self {
        self.plus_days(1 - self.day_of_month() as i32)
    }

    fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_CE).expect("Parquet dates of this program lie within chrono's calendar")
    }

    fn from_date(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce() - EPOCH_FROM_CE)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date().format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self::from_date).map_err(|_| format!("`{text}` is not a date; write it as 2019-12-31"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_counts_from_the_unix_epoch_and_clamps_month_ends() {
        assert_eq!("1970-01-01".parse(), Ok(Day(0)));
        let leap = Day::from_ymd(2020, 2, 29).expect("2020 is a leap year");
        assert_eq!(leap.plus_months(-12).to_string(), "2019-02-28");
        assert_eq!(leap.plus_days(1).to_string(), "2020-03-01");
        assert!(Day::from_ymd(2020, 2, 29).expect("leap").is_weekend());
    }
}
