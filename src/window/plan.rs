//! From the window scheme and the calendar of the data to windows, and from a window to its rows.

use std::ops::Range;

use rayon::prelude::*;

use super::{Span, Window, WindowRows};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::spec::{Period, Scheme, WindowSpec};

/// Who may learn from what: the windows of a walk, in the order of their tests.
///
/// Tests are half-open and tile `[first_test, last_test)`; a last, shorter one is kept. Test k starts at
/// `first_test` + k test lengths, counted from the first start, so that a walk from the 31st returns to the 31st
/// after a shorter month. Without `first_test` the first test starts where a whole train span lies behind the first
/// row, moved up to the first day of a month when tests are counted in months; without `last_test` the tests end
/// the day after the last row. Trading days are the distinct `as_of` days of `data`.
///
/// A train span ends where its test starts. It begins one train length earlier (`rolling`), or at the first row
/// (`expanding`, `split`). A `first_test` given by the author is obeyed even where less than a train length lies before it.
/// `split` trains on the first `share` of the days before `last_test`, to the nearest day, and tests the others.
///
/// Windows without test rows are left out, and `idx` counts those that stay. Errors when no window is left, or when one
/// has no row to train on.
pub fn plan(spec: &WindowSpec, data: &Dataset) -> Result<Vec<Window>> {
    let calendar = data.calendar();
    let (Some(&first), Some(&last)) = (calendar.first(), calendar.last()) else {
        return Err(Error::spec("window", "no window fits: the feature view has no rows"));
    };
    let end = spec.last_test.unwrap_or(last.plus_days(1));
    let tests = match spec.scheme {
        Scheme::Split(share) => split(share, &calendar, end),
        Scheme::Rolling | Scheme::Expanding => tile(spec, &calendar, end),
    };
    let mut windows = Vec::with_capacity(tests.len());
    for test in tests {
        let train_start = match spec.scheme {
            Scheme::Rolling => earlier(test.start, train_length(spec), &calendar),
            Scheme::Expanding | Scheme::Split(_) => first.min(test.start),
        };
        let mut window = Window {
            idx: windows.len() as u32,
            train: Span { start: train_start, end: test.start },
            test,
            known_before: earlier(test.start, spec.embargo, &calendar),
            n_train: 0,
            n_purged: 0,
            n_test: data.rows_between(test.start, test.end).len(),
        };
        if window.n_test == 0 {
            continue;
        }
        let span = train_span(&window, data);
        window.n_train = span.clone().into_par_iter().filter(|&row| trains(row, &window, data)).count();
        window.n_purged = span.into_par_iter().filter(|&row| !is_known(row, &window, data)).count();
        if window.n_train == 0 {
            return Err(nothing_to_learn(&window));
        }
        windows.push(window);
    }
    if windows.is_empty() { Err(no_window(spec, first, last, end)) } else { Ok(windows) }
}

/// The rows a window trains on and tests.
///
/// A row trains when `train.start <= as_of`, `as_of < test.start`, its target is there and `known_on < known_before`.
pub fn rows(window: &Window, data: &Dataset) -> WindowRows {
    WindowRows {
        train: train_span(window, data).filter(|&row| trains(row, window, data)).collect(),
        test: data.rows_between(window.test.start, window.test.end),
    }
}

/// The rows that the windows test, ascending.
pub fn tested(windows: &[Window], data: &Dataset) -> Vec<u32> {
    windows.iter().flat_map(|window| data.rows_between(window.test.start, window.test.end)).collect()
}

fn train_span(window: &Window, data: &Dataset) -> Range<u32> {
    data.rows_between(window.train.start, window.train.end)
}

// A loan booked before the test may default inside it: known_on, not as_of, decides what is past.
fn is_known(row: u32, window: &Window, data: &Dataset) -> bool {
    data.known_on[row as usize].is_some_and(|day| day < window.known_before)
}

fn trains(row: u32, window: &Window, data: &Dataset) -> bool {
    is_known(row, window, data) && data.target[row as usize].is_some()
}

fn train_length(spec: &WindowSpec) -> Period {
    spec.train.expect("the spec's check asks rolling and expanding schemes for `train`")
}

fn tile(spec: &WindowSpec, calendar: &[Day], end: Day) -> Vec<Span> {
    let length = spec.test.expect("the spec's check asks rolling and expanding schemes for `test`");
    let Some(first) = spec.first_test.or_else(|| earliest_test(train_length(spec), length, calendar)) else {
        return Vec::new();
    };
    // Tests beyond the last row would test nothing, however late `last_test` is.
    let last = calendar.last().map_or(first, |day| day.plus_days(1)).min(end);
    let mut tests = Vec::new();
    let mut start = first;
    while start < last {
        let next = nth_start(first, length, tests.len() as u32 + 1, calendar).map_or(end, |day| day.min(end));
        assert!(start < next, "the spec's check asks for a test length above zero");
        tests.push(Span { start, end: next });
        start = next;
    }
    tests
}

/// The day on which test `k` starts; `None` past the last trading day.
fn nth_start(first: Day, length: Period, k: u32, calendar: &[Day]) -> Option<Day> {
    match length {
        Period::Months(n) => Some(first.plus_months((k * n) as i32)),
        Period::Days(n) => Some(first.plus_days((k * n) as i32)),
        Period::TradingDays(n) => calendar.get(calendar.partition_point(|&day| day < first) + (k * n) as usize).copied(),
    }
}

/// The first day behind which a whole train span lies; `None` when the data have too few trading days.
fn earliest_test(train: Period, test: Period, calendar: &[Day]) -> Option<Day> {
    let fits = match train {
        Period::Months(n) => calendar.first()?.plus_months(n as i32),
        Period::Days(n) => calendar.first()?.plus_days(n as i32),
        Period::TradingDays(n) => *calendar.get(n as usize)?,
    };
    match test {
        Period::Months(_) if fits != fits.month_start() => Some(fits.month_start().plus_months(1)),
        Period::Months(_) | Period::Days(_) | Period::TradingDays(_) => Some(fits),
    }
}

/// `day` moved back by `length`; by trading days no further than the first.
fn earlier(day: Day, length: Period, calendar: &[Day]) -> Day {
    match length {
        Period::Months(n) => day.plus_months(-(n as i32)),
        Period::Days(n) => day.plus_days(-(n as i32)),
        Period::TradingDays(0) => day,
        Period::TradingDays(n) => {
            let idx = calendar.partition_point(|&other| other < day);
            calendar[idx.saturating_sub(n as usize)].min(day)
        }
    }
}

fn split(share: f64, calendar: &[Day], end: Day) -> Vec<Span> {
    let n_days = calendar.partition_point(|&day| day < end);
    // Rounded, because 0.29 of 100 days is 28.999... in binary.
    let n_train = (share * n_days as f64).round() as usize;
    if n_train == 0 || n_train == n_days { Vec::new() } else { vec![Span { start: calendar[n_train], end }] }
}

fn no_window(spec: &WindowSpec, first: Day, last: Day, end: Day) -> Error {
    let asked = match spec.scheme {
        Scheme::Split(share) => format!("a share of {share} of the days"),
        Scheme::Rolling | Scheme::Expanding => format!("a train span of {}", train_length(spec)),
    };
    let from = spec.first_test.map_or_else(String::new, |day| format!(" from {day}"));
    Error::spec("window", format!("no window fits: rows run from {first} to {last}, and {asked} leaves none to test{from} before {end}"))
        .hint("shorten `train` (or lower `share`), mend `first_test` and `last_test`, or read more data")
}

fn nothing_to_learn(window: &Window) -> Error {
    let Window { idx, train, test, known_before, n_purged, .. } = window;
    Error::spec(
        "window",
        format!(
            "window {} (test from {} to before {}) has no row to train on: its train span runs from {} to before {}, \
             and {n_purged} rows in it are purged because their target is not known before {known_before}",
            idx + 1,
            test.start,
            test.end,
            train.start,
            train.end
        ),
    )
    .hint("lengthen `train`, shorten `embargo`, or set a later `first_test`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a literal date")
    }

    /// Seeded draws in 0..n (Knuth's MMIX constants), so that generated datasets are the same in every run.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    /// One row per (day, days until the target is known); `None`: not known yet.
    fn dataset(facts: &[(Day, Option<i32>)]) -> Dataset {
        let known_on: Vec<_> = facts.iter().map(|&(day, lag)| lag.map(|lag| day.plus_days(lag))).collect();
        Dataset {
            entities: vec!["a".into()],
            entity: vec![0; facts.len()],
            as_of: facts.iter().map(|fact| fact.0).collect(),
            target: known_on.iter().map(|known| known.map(|day| f64::from(day.0))).collect(),
            known_on,
            weight: vec![1.0; facts.len()],
            ..Dataset::default()
        }
    }

    fn daily(from: &str, to: &str, lag: i32) -> Dataset {
        dataset(&(day(from).0..=day(to).0).map(|d| (Day(d), Some(lag))).collect::<Vec<_>>())
    }

    /// Up to three rows a day on about seven days in ten, targets known 0 to 40 days later or not at all.
    fn generated(seed: u64) -> Dataset {
        let mut draw = Draw(seed);
        let start = day("2015-01-01").plus_days(draw.below(60) as i32);
        let mut facts = Vec::new();
        for offset in 0..500 {
            let n = if draw.below(10) < 7 { 1 + draw.below(3) } else { 0 };
            for _ in 0..n {
                facts.push((start.plus_days(offset), (draw.below(20) != 0).then(|| draw.below(41) as i32)));
            }
        }
        dataset(&facts)
    }

    fn scheme(scheme: Scheme, train: &str, test: &str, embargo: &str) -> WindowSpec {
        let period = |text: &str| text.parse().expect("a literal period");
        WindowSpec { scheme, train: Some(period(train)), test: Some(period(test)), embargo: period(embargo), first_test: None, last_test: None }
    }

    fn schemes() -> Vec<WindowSpec> {
        let mut all = Vec::new();
        let lengths = [("3mo", "1mo", "0d"), ("90d", "2w", "1w"), ("80td", "15td", "5td"), ("4mo", "30td", "1mo"), ("60td", "2mo", "3d")];
        for (train, test, embargo) in lengths {
            all.push(scheme(Scheme::Rolling, train, test, embargo));
            all.push(scheme(Scheme::Expanding, train, test, embargo));
        }
        all.push(WindowSpec { scheme: Scheme::Split(0.7), train: None, test: None, ..scheme(Scheme::Rolling, "1d", "1d", "10d") });
        all
    }

    fn starts(windows: &[Window]) -> Vec<String> {
        windows.iter().map(|window| window.test.start.to_string()).collect()
    }

    #[test]
    fn monthly_tests_start_on_the_first_day_of_the_month_after_a_whole_train_span() {
        // The first row is of 4 January: a year later is 4 January 2011, so February is the first whole month.
        let windows = plan(&scheme(Scheme::Rolling, "1y", "1mo", "0d"), &daily("2010-01-04", "2011-04-10", 1)).expect("windows fit");
        assert_eq!(starts(&windows), ["2011-02-01", "2011-03-01", "2011-04-01"]);
        assert_eq!(windows[0].train, Span { start: day("2010-02-01"), end: day("2011-02-01") });
        // 365 days train but for 31 January, whose target is known on 1 February only; the last test is the shorter one.
        assert_eq!((windows[0].n_train, windows[0].n_purged, windows[0].n_test), (364, 1, 28));
        assert_eq!((windows[2].test.end, windows[2].n_test), (day("2011-04-11"), 10));
    }

    #[test]
    fn a_walk_from_the_31st_returns_to_the_31st_after_a_shorter_month() {
        let spec = WindowSpec { first_test: Some(day("2011-01-31")), ..scheme(Scheme::Expanding, "1mo", "1mo", "0d") };
        let windows = plan(&spec, &daily("2010-12-01", "2011-05-15", 1)).expect("windows fit");
        assert_eq!(starts(&windows), ["2011-01-31", "2011-02-28", "2011-03-31", "2011-04-30"]);
    }

    #[test]
    fn trading_days_count_the_days_that_have_rows() {
        // Mondays only: 3 train, 2 test, targets known the next day, an embargo of one Monday.
        let mondays: Vec<_> = (0..8).map(|week| (day("2020-01-06").plus_days(7 * week), Some(1))).collect();
        let windows = plan(&scheme(Scheme::Rolling, "3td", "2td", "1td"), &dataset(&mondays)).expect("windows fit");
        assert_eq!(starts(&windows), ["2020-01-27", "2020-02-10", "2020-02-24"]);
        assert_eq!((windows[1].train.start, windows[1].known_before), (day("2020-01-20"), day("2020-02-03")));
        // Of 20 January, 27 January and 3 February, the last is known on 4 February, inside the embargo.
        assert_eq!((windows[1].n_train, windows[1].n_purged, windows[2].n_test), (2, 1, 1));
    }

    #[test]
    fn a_split_cuts_the_days_at_its_share_and_tests_to_the_end() {
        let spec = WindowSpec { scheme: Scheme::Split(0.29), train: None, test: None, ..scheme(Scheme::Rolling, "1d", "1d", "0d") };
        let windows = plan(&spec, &daily("2020-01-01", "2020-04-09", 0)).expect("a window fits");
        // 100 days, of which 29 train: the test starts on the 30th.
        assert_eq!((starts(&windows), windows[0].n_train, windows[0].n_test), (vec!["2020-01-30".to_owned()], 29, 71));
    }

    #[test]
    fn rows_without_weight_train_and_a_target_that_never_came_does_not() {
        let mut data = daily("2020-01-01", "2020-01-10", 0);
        data.weight[0] = 0.0;
        data.target[1] = None; // its day has come: missing, not purged
        (data.target[2], data.known_on[2]) = (None, None); // not known yet: purged
        let windows = plan(&scheme(Scheme::Rolling, "5d", "5d", "0d"), &data).expect("a window fits");
        assert_eq!(rows(&windows[0], &data), WindowRows { train: vec![0, 3, 4], test: 5..10 });
        assert_eq!((windows[0].n_train, windows[0].n_purged), (3, 1));
    }

    #[test]
    fn windows_without_test_rows_are_left_out() {
        let mut facts: Vec<_> = (0..20).map(|d| (day("2020-01-01").plus_days(d), Some(0))).collect();
        facts.extend((60..70).map(|d| (day("2020-01-01").plus_days(d), Some(0))));
        let spec = WindowSpec { last_test: Some(day("2030-01-01")), ..scheme(Scheme::Expanding, "10d", "10d", "0d") };
        let windows = plan(&spec, &dataset(&facts)).expect("windows fit");
        assert_eq!(starts(&windows), ["2020-01-11", "2020-03-01"]);
        assert_eq!(windows[1].idx, 1);
    }

    #[test]
    fn a_plan_that_cannot_be_names_days_counts_and_the_remedy() {
        let data = daily("2020-01-01", "2020-06-30", 40);
        let error = plan(&scheme(Scheme::Rolling, "5y", "1mo", "0d"), &data).expect_err("half a year is shorter than five").to_string();
        assert!(error.contains("no window fits: rows run from 2020-01-01 to 2020-06-30, and a train span of 5y leaves none to test"), "{error}");
        let error = plan(&scheme(Scheme::Rolling, "30d", "1mo", "0d"), &data).expect_err("no target is known within 30 days").to_string();
        assert!(error.contains("window 1 (test from 2020-02-01 to before 2020-03-01)"), "{error}");
        assert!(error.contains("from 2020-01-02 to before 2020-02-01, and 30 rows in it are purged"), "{error}");
        assert!(error.contains("not known before 2020-02-01\n  hint: lengthen `train`"), "{error}");
        let cut = WindowSpec { scheme: Scheme::Split(0.5), last_test: Some(day("2020-01-02")), ..scheme(Scheme::Rolling, "1d", "1d", "0d") };
        let error = plan(&cut, &data).expect_err("one day cannot be cut").to_string();
        assert!(error.contains("a share of 0.5 of the days leaves none to test before 2020-01-02"), "{error}");
    }

    #[test]
    fn tests_tile_their_span_and_windows_know_only_the_past() {
        for (seed, spec) in (0..20).flat_map(|seed| schemes().into_iter().map(move |spec| (seed, spec))) {
            let data = generated(seed);
            let windows = plan(&spec, &data).expect("500 days are enough for every scheme here");
            let tested: Vec<u32> = windows.iter().flat_map(|window| rows(window, &data).test).collect();
            let all: Vec<u32> = data.rows_between(windows[0].test.start, day("2100-01-01")).collect();
            assert_eq!(tested, all, "every row from the first test on is tested once: {spec:?}");
            for window in &windows {
                let found = rows(window, &data);
                // The naive twin: the rule, word for word, over every row.
                let naive: Vec<u32> = (0..data.n_rows() as u32)
                    .filter(|&row| {
                        let (as_of, known_on) = (data.as_of[row as usize], data.known_on[row as usize]);
                        window.train.start <= as_of && as_of < window.test.start && known_on.is_some_and(|day| day < window.known_before)
                    })
                    .collect();
                let n_span = data.as_of.iter().filter(|&&day| window.train.start <= day && day < window.test.start).count();
                assert_eq!((found.train.len(), found.test.len()), (window.n_train, window.n_test));
                assert_eq!((naive.len() + window.n_purged, naive), (n_span, found.train));
                assert!(window.known_before <= window.test.start);
                // A five-trading-day embargo: five days with rows lie from known_before to the test.
                if spec.embargo == Period::TradingDays(5) {
                    let gap = data.calendar().iter().filter(|&&day| window.known_before <= day && day < window.test.start).count();
                    assert_eq!(gap, 5);
                }
            }
        }
    }

    #[test]
    fn what_happens_on_or_after_a_day_changes_no_earlier_training_rows() {
        for (seed, spec) in (0..20).flat_map(|seed| schemes().into_iter().map(move |spec| (seed, spec))) {
            if matches!(spec.scheme, Scheme::Split(_)) {
                continue; // its cut is a share of all days, those of the future among them
            }
            let data = generated(seed);
            let cut = data.as_of[data.n_rows() * 3 / 4];
            let mut past = Vec::new();
            for (&as_of, &known_on) in data.as_of.iter().zip(&data.known_on).filter(|(as_of, _)| **as_of < cut) {
                past.push((as_of, known_on.filter(|&day| day < cut).map(|day| day.0 - as_of.0)));
            }
            let past = dataset(&past);
            let (whole, cut_off) = (plan(&spec, &data).expect("fits"), plan(&spec, &past).expect("fits"));
            assert!(!cut_off.is_empty() && cut_off.len() <= whole.len());
            for (before, after) in whole.iter().zip(&cut_off) {
                assert_eq!((before.test.start, before.known_before), (after.test.start, after.known_before), "{spec:?}");
                assert_eq!(rows(before, &data).train, rows(after, &past).train, "{spec:?}");
            }
        }
    }
}
