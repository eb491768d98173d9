//! Lengths of time as a spec writes them: `5y`, `1mo`, `2w`, `10d`, `252td`.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Calendar months; a year is twelve.
    Months(u32),
    /// Calendar days; a week is seven.
    Days(u32),
    /// Dates on which the feature view has rows.
    TradingDays(u32),
}

impl Period {
    /// No time at all.
    pub const ZERO: Self = Self::Days(0);
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let wrong = || format!("`{text}` is not a period; write 5y, 6mo, 2w, 10d or 252td");
        let n: u32 = number.parse().map_err(|_| wrong())?;
        let (most, period): (u32, fn(u32) -> Self) = match unit.trim() {
            "y" => (100, |n| Self::Months(12 * n)),
            "mo" => (1_200, Self::Months),
            "w" => (5_200, |n| Self::Days(7 * n)),
            "d" => (36_500, Self::Days),
            "td" => (36_500, Self::TradingDays),
            _ => return Err(wrong()),
        };
        if n <= most { Ok(period(n)) } else { Err(format!("`{text}` is longer than a century")) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Months(n) if n % 12 == 0 && n != 0 => write!(f, "{}y", n / 12),
            Self::Months(n) => write!(f, "{n}mo"),
            Self::Days(n) if n % 7 == 0 && n != 0 => write!(f, "{}w", n / 7),
            Self::Days(n) => write!(f, "{n}d"),
            Self::TradingDays(n) => write!(f, "{n}td"),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_printed_in_the_largest_unit_that_fits() {
        let shown = |text: &str| text.parse::<Period>().map(|period| period.to_string());
        for (written, printed) in [("5y", "5y"), ("18mo", "18mo"), ("24mo", "2y"), ("14d", "2w"), ("10d", "10d"), ("252td", "252td"), ("0d", "0d")] {
            assert_eq!(shown(written), Ok(printed.to_owned()));
        }
        assert_eq!(shown("101y"), Err("`101y` is longer than a century".to_owned()));
        for bad in ["", "5", "y", "-1d", "1.5y", "5 years", "99999999999d"] {
            assert!(shown(bad).is_err(), "{bad} was taken");
        }
    }
}
