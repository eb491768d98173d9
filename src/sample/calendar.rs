//! The calendar of the sample: its span, its trading days and its crisis.

use crate::day::Day;

/// First and last day of the sample.
pub(super) const FIRST: (i32, u32, u32) = (2010, 1, 4);
pub(super) const LAST: (i32, u32, u32) = (2019, 12, 31);
/// The market falls and shakes between these days.
pub(super) const CRISIS: [(i32, u32, u32); 2] = [(2015, 8, 17), (2016, 2, 26)];

pub(super) fn day((year, month, day): (i32, u32, u32)) -> Day {
    Day::from_ymd(year, month, day).expect("the dates of this module are in the calendar")
}

/// Mondays to Fridays, but for 1 January and 25 December.
pub(super) fn is_trading(day: Day) -> bool {
    !day.is_weekend() && !matches!((day.month(), day.day_of_month()), (1, 1) | (12, 25))
}

/// Trading days from `first` to `last`, both included.
pub(super) fn trading_days(first: Day, last: Day) -> Vec<Day> {
    (first.0..=last.0).map(Day).filter(|&day| is_trading(day)).collect()
}

/// `day`, or the next trading day.
pub(super) fn roll_forward(day: Day) -> Day {
    (day.0..day.0 + 7).map(Day).find(|&day| is_trading(day)).expect("a week has trading days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_years_have_2594_trading_days() {
        // Python: sum(d.weekday() < 5 and (d.month, d.day) not in ((1, 1), (12, 25)) ...) over 2010-01-04 .. 2019-12-31.
        assert_eq!(trading_days(day(FIRST), day(LAST)).len(), 2594);
        // Christmas 2015 was a Friday.
        assert_eq!(roll_forward(day((2015, 12, 25))), day((2015, 12, 28)));
    }
}
