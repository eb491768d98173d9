//! How many dates does a target span? The one rule, from which all that overlap touches is taken.

use crate::day::Day;
use crate::feature::Dataset;

/// Dates that the target of a table's row spans, at least 1; [`dates_spanned`] over the table's dates.
///
/// * `rows`: the rows that are asked about; the dates are those of the whole table, so that a test that ends cuts no span short.
#[must_use]
pub fn target_dates(data: &Dataset, rows: impl IntoIterator<Item = u32>) -> usize {
    let spans = rows.into_iter().filter_map(|row| Some((data.as_of[row as usize], data.known_on[row as usize]?)));
    dates_spanned(&data.calendar(), spans, data.target_delay_dates)
}

/// How many dates does a target span: over how many neighbouring dates do targets share days?
///
/// A row's target spans the dates a of the calendar with `as_of` <= a <= `known_on`, less the delay: on each of them a forecast is made
/// while this target is not known yet (what is known on a day may be used strictly after it). The answer is the median over the rows,
/// the upper one of two, and at least 1; targets of h dates share days with those of the h - 1 dates before and after, so that their
/// errors lean on each other at lags 1 .. h - 1.
///
/// The arithmetic: a row of the data up to day `d_i` has `as_of` = `d_i` + 1, and the return from the close of `d_i` to that of `d_(i+h)`
/// is known on `d_(i+h)`. The dates from `d_i` + 1 to `d_(i+h)` are `d_i` + 1, ..., `d_(i+h-1)` + 1, whether or not a weekend lies before the last:
/// h of them. A loan of the first of a month, known on the last day of the twelfth month, spans 12 monthly dates.
///
/// * `calendar`: distinct `as_of` days, ascending.
/// * `spans`: `as_of` and `known_on` of each row.
/// * `delay`: dates that pass before the target's days begin. Dates alone cannot tell a return from the next close to the one after
///   (known two dates later, of one date) from a return of two dates; the spec's `target.delay_dates` does.
///
/// A row whose `known_on` lies beyond the calendar has a span that cannot be counted, and is left out: it would be counted short. Where
/// all rows are such, every target outlives the data and the answer is the longest count there is, 1 without rows.
#[must_use]
pub fn dates_spanned(calendar: &[Day], spans: impl IntoIterator<Item = (Day, Day)>, delay: usize) -> usize {
    // Rows by the count they have, and the last look-ups: neighbouring rows ask for the same days.
    let (mut rows_of, mut n_whole, mut longest) = (vec![0_usize; calendar.len() + 1], 0, 0);
    let (mut first, mut end) = (Known::default(), Known::default());
    for (as_of, known_on) in spans {
        let first = first.of(as_of, || calendar.partition_point(|&date| date < as_of));
        let end = end.of(known_on, || calendar.partition_point(|&date| date <= known_on));
        let n_dates = end.saturating_sub(first);
        longest = longest.max(n_dates);
        if calendar.last().is_some_and(|&last| known_on <= last) {
            rows_of[n_dates] += 1;
            n_whole += 1;
        }
    }
    let mut n_up_to = 0;
    let is_median = |&n_dates: &usize| {
        n_up_to += rows_of[n_dates];
        n_whole / 2 < n_up_to
    };
    let n_dates = (0..rows_of.len()).find(is_median).unwrap_or(longest);
    n_dates.saturating_sub(delay).max(1)
}

/// The last day that was looked up, and where it was found.
#[derive(Default)]
struct Known(Option<(Day, usize)>);

impl Known {
    fn of(&mut self, day: Day, look_up: impl FnOnce() -> usize) -> usize {
        match self.0 {
            Some((last, at)) if last == day => at,
            Some(_) | None => {
                let at = look_up();
                self.0 = Some((day, at));
                at
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` weekdays from Monday 6 January 2020.
    fn weekdays(n: i32) -> Vec<Day> {
        let monday = Day::from_ymd(2020, 1, 6).expect("a date");
        (0..n).map(|k| monday.plus_days(k / 5 * 7 + k % 5)).collect()
    }

    /// The span of returns over `h` days that begin `delay` days after the data, on every weekday that has one.
    fn daily(n: i32, h: usize, delay: usize, stated: usize) -> usize {
        let days = weekdays(n);
        let calendar: Vec<Day> = days.iter().map(|day| day.plus_days(1)).collect();
        let spans: Vec<_> = calendar.iter().copied().zip(days.iter().skip(h + delay).copied()).collect();
        dates_spanned(&calendar, spans, stated)
    }

    #[test]
    fn a_return_of_so_many_days_spans_so_many_dates_over_weekends_too() {
        for h in [1, 2, 3, 5, 10, 20] {
            assert_eq!(daily(60, h, 0, 0), h);
        }
    }

    #[test]
    fn a_delayed_return_of_one_day_is_told_from_one_of_two_days_by_its_delay() {
        assert_eq!((daily(60, 2, 0, 0), daily(60, 1, 1, 0), daily(60, 1, 1, 1)), (2, 2, 1));
        // A delay longer than the wait leaves the least there is.
        assert_eq!(daily(60, 1, 0, 5), 1);
    }

    #[test]
    fn a_year_of_monthly_dates_is_twelve_and_the_end_of_the_data_does_not_shorten_it() {
        let start = Day::from_ymd(2010, 1, 1).expect("a date");
        let calendar: Vec<Day> = (0..30).map(|month| start.plus_months(month)).collect();
        let spans: Vec<_> = calendar.iter().map(|&day| (day, day.plus_months(12).plus_days(-1))).collect();
        // Every known target lies in the last 12 of 30 dates' shadow or before it; 18 are whole.
        assert_eq!(dates_spanned(&calendar, spans.clone(), 0), 12);
        // Of 14 dates, 11 targets outlive the data and 3 do not.
        assert_eq!(dates_spanned(&calendar[..14], spans[..14].to_vec(), 0), 12);
        // Of 5 dates none does not: they all share days.
        assert_eq!(dates_spanned(&calendar[..5], spans[..5].to_vec(), 0), 5);
    }

    #[test]
    fn half_of_the_rows_decide_and_a_name_that_pauses_does_not() {
        let days = weekdays(40);
        let calendar: Vec<Day> = days.iter().map(|day| day.plus_days(1)).collect();
        let mut spans: Vec<_> = calendar.iter().copied().zip(days.iter().skip(1).copied()).collect();
        spans.extend((0..10).map(|at| (calendar[at], days[at + 6])));
        assert_eq!(dates_spanned(&calendar, spans, 0), 1);
    }

    #[test]
    fn without_rows_a_target_spans_one_date() {
        assert_eq!((dates_spanned(&[], [], 0), dates_spanned(&weekdays(3), [], 0)), (1, 1));
    }
}
