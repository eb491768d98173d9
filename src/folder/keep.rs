//! Keep: which runs of a report are kept, such as `30d,12mo`.

use std::str::FromStr;

use crate::day::Day;

/// Of each of the last so many days, weeks, months or years the last run is kept. They are those of the calendar, counted back from the newest
/// run's as-of; a run whose day falls under several rules is kept by any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    rules: Vec<(i32, Span)>,
}

/// A span of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Day,
    /// From Monday to Sunday.
    Week,
    Month,
    Year,
}

impl Span {
    /// The number of the span that holds a day; the next one's is one more.
    fn idx(self, day: Day) -> i32 {
        match self {
            Self::Day => day.0,
            // 1970-01-05 was a Monday.
            Self::Week => (day.0 - 4).div_euclid(7),
            Self::Month => 12 * day.year() + day.month() as i32,
            Self::Year => day.year(),
        }
    }

    /// Why the last run of a span is kept; of a day there is one run alone.
    fn reason(self, n: i32, day: Day) -> String {
        match self {
            Self::Day => format!("one of the last {n} days"),
            Self::Week => format!("the last of the week of {}", day.plus_days(-(day.weekday_idx() as i32))),
            Self::Month => format!("the last of {:04}-{:02}", day.year(), day.month()),
            Self::Year => format!("the last of {:04}", day.year()),
        }
    }
}

impl Keep {
    /// Why each run is kept, by the first rule that keeps it; `None` of one that no rule keeps. `days` are ascending; the last is kept always.
    #[must_use]
    pub fn reasons(&self, days: &[Day]) -> Vec<Option<String>> {
        let mut reasons = vec![None; days.len()];
        let Some(&newest) = days.last() else { return reasons };
        reasons[days.len() - 1] = Some("the newest run".to_owned());
        for &(n, span) in &self.rules {
            for (at, &day) in days.iter().enumerate() {
                let is_last = days.get(at + 1).is_none_or(|&next| span.idx(next) != span.idx(day));
                if is_last && span.idx(newest) - span.idx(day) < n {
                    reasons[at].get_or_insert_with(|| span.reason(n, day));
                }
            }
        }
        reasons
    }
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = |text: &str| {
            let refuse = || format!("`{text}` is not a number of days, weeks, months or years, such as 30d, 8w, 12mo or 5y");
            let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let span = match &text[digits..] {
                "d" => Span::Day,
                "w" => Span::Week,
                "mo" => Span::Month,
                "y" => Span::Year,
                _ => return Err(refuse()),
            };
            // More days than the years of the calendar have are as good as all.
            match text[..digits].parse::<i32>() {
                Ok(n) if (1..=4_000_000).contains(&n) => Ok((n, span)),
                Ok(_) | Err(_) => Err(refuse()),
            }
        };
        Ok(Self { rules: text.split(',').map(|text| rule(text.trim())).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Vec<Day> {
        texts.iter().map(|text| text.parse().expect("a day")).collect()
    }

    /// The days that are kept.
    fn kept(keep: &str, all: &[&str]) -> Vec<String> {
        let days = days(all);
        let reasons = keep.parse::<Keep>().expect("rules").reasons(&days);
        days.iter().zip(reasons).filter(|(_, reason)| reason.is_some()).map(|(day, _)| day.to_string()).collect()
    }

    #[test]
    fn the_last_run_of_each_of_the_last_spans_is_kept() {
        let all = ["2016-12-30", "2017-09-29", "2017-10-30", "2017-10-31", "2017-11-05", "2017-11-06", "2017-11-09", "2017-11-10"];
        assert_eq!(kept("1d", &all), ["2017-11-10"]);
        // Two days are the newest and the one before it; a day without a run counts.
        assert_eq!(kept("2d", &all), ["2017-11-09", "2017-11-10"]);
        assert_eq!(kept("5d", &all), ["2017-11-06", "2017-11-09", "2017-11-10"]);
        // 2017-11-05 was a Sunday, the 6th a Monday.
        assert_eq!(kept("2w", &all), ["2017-11-05", "2017-11-10"]);
        assert_eq!(kept("3mo", &all), ["2017-09-29", "2017-10-31", "2017-11-10"]);
        assert_eq!(kept("2y", &all), ["2016-12-30", "2017-11-10"]);
        assert_eq!(kept("2d, 2mo", &all), ["2017-10-31", "2017-11-09", "2017-11-10"]);
        assert_eq!(kept("4000000d", &all).len(), all.len());
        assert_eq!(kept("1mo", &["2010-01-01"]), ["2010-01-01"]);
        assert!(kept("1mo", &[]).is_empty());
    }

    #[test]
    fn weeks_begin_on_mondays_before_1970_too() {
        let all = days(&["1969-12-28", "1969-12-29", "1970-01-04", "1970-01-05"]);
        assert_eq!(all.iter().map(|&day| Span::Week.idx(day)).collect::<Vec<_>>(), [-2, -1, -1, 0]);
        assert_eq!(Span::Week.reason(1, all[2]), "the last of the week of 1969-12-29");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["", "30", "d", "0d", "-1d", "30m", "30 d", "1.5y", "30d,", "4000001d", "99999999999d", "30D", "é"] {
            let refused = text.parse::<Keep>().expect_err(text);
            assert!(refused.contains("such as 30d, 8w, 12mo or 5y"), "{refused}");
        }
    }
}
