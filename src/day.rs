//! A calendar day: what every date in the numeric core is.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const EPOCH_FROM_CE: i32 = 719_163;

/// Days since 1970-01-01, the unit of Arrow's `Date32`; prints as ISO 8601.
///
/// Any number is a day, as a file may hold any: what lies beyond the calendar prints as a number and moves no further than the last of
/// them. What a run reads is held to the years 1 to 9999 where it is read ([`Day::is_plausible`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// 0001-01-01, the first day that a date of a run may be.
    pub const FIRST: Self = Self(-719_162);
    /// 9999-12-31, the last.
    pub const LAST: Self = Self(2_932_896);

    /// Whether the day lies in the years 1 to 9999, as every date of a run must.
    #[must_use]
    pub fn is_plausible(self) -> bool {
        (Self::FIRST..=Self::LAST).contains(&self)
    }

    /// The day of a proleptic Gregorian date, when there is one.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date)
    }

    /// This day `n` days later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, n: i32) -> Self {
        Self(self.0.saturating_add(n))
    }

    /// The same day of the month `n` months later or earlier, clamped to the month's end.
    #[must_use]
    pub fn plus_months(self, n: i32) -> Self {
        let months = Months::new(n.unsigned_abs());
        let date = self.date();
        match n {
            ..0 => Self::from_date(date.checked_sub_months(months).unwrap_or(NaiveDate::MIN)),
            0.. => Self::from_date(date.checked_add_months(months).unwrap_or(NaiveDate::MAX)),
        }
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

    /// First day of this day's calendar quarter.
    #[must_use]
    pub fn quarter_start(self) -> Self {
        let first = self.month_start();
        first.plus_months(-((first.month() as i32 - 1) % 3))
    }

    /// The nearest date of chrono's calendar, which ends some 260,000 years either way.
    fn date(self) -> NaiveDate {
        self.in_calendar().unwrap_or(if self.0 < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
    }

    fn in_calendar(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0.checked_add(EPOCH_FROM_CE)?)
    }

    fn from_date(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce() - EPOCH_FROM_CE)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.in_calendar() {
            Some(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            None => write!(f, "day {} after 1970-01-01", self.0),
        }
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| format!("`{text}` is not a date; write it as 2019-12-31"))?;
        Some(Self::from_date(date)).filter(|day| day.is_plausible()).ok_or_else(|| format!("`{text}` is not in the years 1 to 9999"))
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

    #[test]
    fn the_years_1_to_9999_are_plausible() {
        assert_eq!([Day::FIRST, Day::LAST].map(|day| day.to_string()), ["0001-01-01", "9999-12-31"]);
        assert!(!Day::FIRST.plus_days(-1).is_plausible() && Day::FIRST.is_plausible());
        assert!(!Day::LAST.plus_days(1).is_plausible() && Day::LAST.is_plausible());
        assert_eq!("+10000-01-01".parse::<Day>(), Err("`+10000-01-01` is not in the years 1 to 9999".to_owned()));
        assert_eq!("0000-12-31".parse::<Day>(), Err("`0000-12-31` is not in the years 1 to 9999".to_owned()));
    }

    #[test]
    fn no_number_of_days_panics_or_wraps() {
        let edges = [i32::MIN, i32::MIN + 1, -96_465_293, -96_465_292, -719_163, 0, 95_026_236, 95_026_237, i32::MAX - 1, i32::MAX];
        for day in edges.map(Day) {
            for n in edges {
                let is_later = |moved: Day| if n < 0 { moved <= day } else { day <= moved };
                assert!(is_later(day.plus_days(n)), "{day} {n}");
                // Months are counted in the calendar; beyond it they lead to its ends.
                let moved = day.plus_months(n);
                assert!(is_later(moved) || day.in_calendar().is_none(), "{day} {n}");
            }
            assert!(!day.to_string().is_empty() && day.month_start() <= day);
            let _ = (day.year(), day.month(), day.day_of_month(), day.is_weekend(), day.weekday_idx());
        }
        assert_eq!(Day(i32::MAX).to_string(), "day 2147483647 after 1970-01-01");
        assert_eq!(Day(-96_465_293).to_string(), "day -96465293 after 1970-01-01");
    }
}
