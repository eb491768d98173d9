//! The days at which tables are cut.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::digest::sha256;

/// Why tables were cut at a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// One of several spread over the calendar.
    Spread,
    /// On this day a table holds another row of a key that it held before, or one that comes late: a revision.
    Revision,
}

/// Up to `n` days spread over the calendar, and up to `n` of `revised`, on which tables tell again what they had told: a figure that is read under
/// its first date shows only where the cut lies between the two.
///
/// Both stay where they are as the calendar grows: spread days are moved to the first date of their month or quarter where that moves them by
/// little; of more than `n` revisions those are taken whose hash is the smallest. What was certified yesterday is then asked again today.
pub(super) fn choose(calendar: &[Day], n: usize, revised: &[Day], as_of: Day) -> Vec<(Day, Why)> {
    let Some((&first, &last)) = calendar.first().zip(calendar.last()) else { return Vec::new() };
    let apart = (last.0 - first.0) as usize / (n + 1);
    let mut days = BTreeMap::new();
    let mut hashed: Vec<(String, Day)> =
        revised.iter().filter(|&&day| first <= day && day <= as_of).map(|&day| (sha256(day.to_string().as_bytes()), day)).collect();
    hashed.sort();
    days.extend(hashed.into_iter().take(n).map(|(_, day)| (day, Why::Revision)));
    for k in 1..=n {
        let day = calendar[(k * calendar.len() / (n + 1)).min(calendar.len() - 1)];
        let begins = match apart {
            ..120 => day,
            120..366 => day.month_start(),
            _ => day.quarter_start(),
        };
        let steady = calendar[calendar.partition_point(|&other| other < begins)];
        // The first date of all shows nothing that came before it.
        let chosen = if steady == first { day } else { steady };
        days.entry(chosen.min(as_of)).or_insert(Why::Spread);
    }
    days.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a date")
    }

    fn spread(calendar: &[Day], n: usize) -> Vec<Day> {
        choose(calendar, n, &[], *calendar.last().expect("dates")).into_iter().map(|(day, _)| day).collect()
    }

    #[test]
    fn few_dates_are_cut_where_they_are() {
        let calendar: Vec<Day> = (0..8).map(Day).collect();
        assert_eq!(spread(&calendar, 3), [Day(2), Day(4), Day(6)]);
        assert_eq!(choose(&calendar, 3, &[], Day(5)).iter().map(|(day, _)| day.0).collect::<Vec<_>>(), [2, 4, 5], "not after the run's day");
        assert_eq!(choose(&[], 3, &[], Day(5)), []);
    }

    #[test]
    fn years_of_dates_are_cut_where_a_quarter_begins_and_stay_there() {
        // Every weekday of 2001 to 2008.
        let days = |last: &str| (day("2001-01-01").0..=day(last).0).map(Day).filter(|day| (day.0 + 3) % 7 < 5).collect::<Vec<_>>();
        // The dates at a quarter, a half and three quarters are 12 December 2002, 23 November 2004 and 3 November 2006.
        let tonight = spread(&days("2008-10-15"), 3);
        assert_eq!(tonight, [day("2002-10-01"), day("2004-10-01"), day("2006-10-02")]);
        for night in ["2008-10-16", "2008-10-17", "2008-10-30"] {
            assert_eq!(spread(&days(night), 3), tonight, "{night}");
        }
    }

    #[test]
    fn days_of_revisions_are_cut_beside_the_others_and_not_twice() {
        let calendar: Vec<Day> = (0..8).map(Day).collect();
        let chosen = choose(&calendar, 3, &[Day(-1), Day(1), Day(4), Day(9)], Day(8));
        assert_eq!(chosen, [(Day(1), Why::Revision), (Day(2), Why::Spread), (Day(4), Why::Revision), (Day(6), Why::Spread)]);
    }

    #[test]
    fn of_many_revisions_some_are_taken_and_a_later_one_rarely_moves_them() {
        let calendar: Vec<Day> = (0..1000).map(Day).collect();
        let taken = |n: i32| {
            let revised: Vec<Day> = (1..n).map(Day).collect();
            let all = choose(&calendar, 5, &revised, Day(1000));
            all.into_iter().filter(|(_, why)| *why == Why::Revision).map(|(day, _)| day).collect::<Vec<_>>()
        };
        assert_eq!(taken(500).len(), 5);
        let n_moved = (500..600).filter(|&n| taken(n) != taken(n + 1)).count();
        assert!(n_moved < 5, "{n_moved} of a hundred nights");
    }
}
