//! Returns by calendar month and year.

use serde::Serialize;

use crate::day::Day;

/// The return of a day, month or year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PeriodReturn {
    /// First day of the period with a return.
    pub start: Day,
    /// The compounded return, in decimals.
    pub value: f64,
}

/// A row of the table of monthly returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearReturns {
    /// Calendar year.
    pub year: i32,
    /// January to December; `None` where no day of the month has a return.
    pub months: [Option<f64>; 12],
    /// The year's return, of the days there are.
    pub total: f64,
}

/// Compounded returns of the calendar months that have a day; the first and the last may be partial.
pub(super) fn months(days: &[Day], returns: &[f64]) -> Vec<PeriodReturn> {
    compound(days, returns, |day| (day.year(), day.month()))
}

/// Compounded returns of the calendar years that have a day; the first and the last may be partial.
pub(super) fn years(days: &[Day], returns: &[f64]) -> Vec<PeriodReturn> {
    compound(days, returns, |day| (day.year(), 1))
}

/// The table of monthly returns, years ascending.
pub(super) fn year_table(months: &[PeriodReturn], years: &[PeriodReturn]) -> Vec<YearReturns> {
    let mut table: Vec<YearReturns> =
        years.iter().map(|year| YearReturns { year: year.start.year(), months: [None; 12], total: year.value }).collect();
    for month in months {
        let year = month.start.year();
        if let Some(row) = table.iter_mut().find(|row| row.year == year) {
            row.months[month.start.month() as usize - 1] = Some(month.value);
        }
    }
    table
}

fn compound(days: &[Day], returns: &[f64], period: impl Fn(Day) -> (i32, u32)) -> Vec<PeriodReturn> {
    let mut periods: Vec<PeriodReturn> = Vec::new();
    let mut current = None;
    let mut growth = 1.0;
    for (&day, r) in days.iter().zip(returns) {
        let this = period(day);
        if current != Some(this) {
            periods.push(PeriodReturn { start: day, value: 0.0 });
            current = Some(this);
            growth = 1.0;
        }
        growth *= 1.0 + r;
        if let Some(last) = periods.last_mut() {
            last.value = growth - 1.0;
        }
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn months_and_years_compound_and_gaps_stay_empty() {
        // By hand: December 2019 1.1 * 1.1 - 1 = .21, February 2020 -.5, year 2020 1 - .5 * 1.2 = -.4 with March.
        let days = ["2019-12-30", "2019-12-31", "2020-02-03", "2020-03-02"].map(|day| day.parse::<Day>().expect("a date"));
        let returns = [0.1, 0.1, -0.5, 0.2];
        let (months, years) = (months(&days, &returns), years(&days, &returns));
        let table = year_table(&months, &years);
        assert_eq!(table.iter().map(|row| row.year).collect::<Vec<_>>(), [2019, 2020]);
        assert_close(table[0].months[11].expect("December"), 0.21, 1e-12);
        assert_eq!(table[0].months[..11], [None; 11]);
        assert_close(table[1].months[1].expect("February"), -0.5, 1e-12);
        assert_eq!(table[1].months[0], None);
        assert_close(table[1].total, -0.4, 1e-12);
        assert_eq!(months[1].start, days[2]);
    }
}
