//! Axis: a range with few ticks at round values, for numbers and for dates.

use crate::day::Day;
use crate::report::format;

/// How an axis's numbers are written; the unit itself belongs into the axis title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// As they are.
    Number,
    /// Decimals times 100; the title says %.
    Percent,
}

/// A tick and its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Where, in data units.
    pub(super) at: f64,
    /// What is written.
    pub(super) label: String,
}

/// A range, its ticks, and what it measures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Lower end.
    pub(super) from: f64,
    /// Upper end.
    pub(super) to: f64,
    /// Ticks within the range.
    pub(super) ticks: Vec<Tick>,
    /// Quantity and unit; may be empty for dates.
    pub(super) title: String,
}

impl Scale {
    /// Writes a tick at `value` on an axis with ticks `step` apart.
    fn write(self, value: f64, step: f64) -> String {
        let factor = self.factor();
        let step = step * factor;
        let decimals =
            (0..9).find(|&decimals| ((step * 10_f64.powi(decimals)).round() / 10_f64.powi(decimals) - step).abs() < 1e-9 * step).unwrap_or(9);
        format::fixed(value * factor, decimals as usize)
    }

    /// Writes a single value, for titles of points.
    pub(super) fn write_value(self, value: f64) -> String {
        match self {
            Self::Number => format::number(value, 4),
            Self::Percent => format!("{} %", format::percent(value)),
        }
    }

    fn factor(self) -> f64 {
        match self {
            Self::Number => 1.0,
            Self::Percent => 100.0,
        }
    }
}

/// An axis that holds all `values`, with about five ticks at round values.
pub(super) fn numbers(values: impl IntoIterator<Item = f64>, scale: Scale, title: &str) -> Axis {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.into_iter().filter(|value| value.is_finite()) {
        low = low.min(value);
        high = high.max(value);
    }
    if high < low {
        (low, high) = (0.0, 1.0);
    }
    if high - low <= 1e-12 * high.abs().max(low.abs()).max(1e-12) {
        // A flat line lies in the middle of something.
        let half = if high == 0.0 { 1.0 } else { 0.5 * high.abs() };
        (low, high) = (low - half, high + half);
    }
    let step = round_step((high - low) / 5.0 * scale.factor()) / scale.factor();
    // An end lies on a tick when that wastes little, else a little beyond the data.
    let end = |value: f64, tick: f64| if (tick - value).abs() <= 0.5 { tick } else { value + 0.12 * (tick - value).signum() };
    let from = end(low / step, (low / step + 1e-9).floor());
    let to = end(high / step, (high / step - 1e-9).ceil());
    let first = (from - 1e-9).ceil();
    let n_steps = ((to + 1e-9).floor() - first) as usize;
    let ticks = (0..=n_steps).map(|idx| (first + idx as f64) * step).map(|at| Tick { at, label: scale.write(at, step) }).collect();
    Axis { from: from * step, to: to * step, ticks, title: title.to_owned() }
}

/// An axis of dates from `from` to `to`, with ticks on years, quarters, months or days.
pub(super) fn dates(from: Day, to: Day) -> Axis {
    let span = (to.0 - from.0).max(1);
    let ticks = match span {
        0..60 => day_ticks(from, to),
        60..240 => month_ticks(from, to, 1),
        240..720 => month_ticks(from, to, 3),
        720..1_300 => month_ticks(from, to, 6),
        _ => {
            let years = f64::from(span) / 365.25;
            month_ticks(from, to, 12 * round_step(years / 9.0).max(1.0) as i32)
        }
    };
    // One day is still a range.
    let (from, to) = if from == to { (from.0 - 1, to.0 + 1) } else { (from.0, to.0) };
    Axis { from: f64::from(from), to: f64::from(to), ticks, title: String::new() }
}

fn month_ticks(from: Day, to: Day, every: i32) -> Vec<Tick> {
    // Count months from year 0 so that quarters and decades are calendar ones.
    let month_of = |day: Day| day.year() * 12 + day.month() as i32 - 1;
    let first = month_of(from.plus_days(-1)) + 1;
    let first = first + (every - first.rem_euclid(every)) % every;
    (first..=month_of(to))
        .step_by(every as usize)
        .map(|month| (month, Day::from_ymd(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1).expect("the first of a month is a date")))
        .map(|(month, day)| {
            let label = if every % 12 == 0 { day.year().to_string() } else { format!("{}-{:02}", day.year(), month.rem_euclid(12) + 1) };
            Tick { at: f64::from(day.0), label }
        })
        .collect()
}

fn day_ticks(from: Day, to: Day) -> Vec<Tick> {
    let every = ((to.0 - from.0) / 5).max(1);
    (0..=(to.0 - from.0) / every).map(|idx| from.plus_days(idx * every)).map(|day| Tick { at: f64::from(day.0), label: day.to_string() }).collect()
}

/// The next of 1, 2, 5, 10, ... at or above `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let digit = [1.0, 2.0, 5.0].into_iter().find(|digit| step <= digit * power * (1.0 + 1e-9)).unwrap_or(10.0);
    digit * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn numbers_have_round_ticks() {
        assert_eq!(labels(&numbers([-0.0131, 0.0422], Scale::Percent, "")), ["−2", "0", "2", "4"]);
        assert_eq!(labels(&numbers([0.0, 1_234_567.0], Scale::Number, "")), ["0", "500,000", "1,000,000"]);
        assert_eq!(labels(&numbers([0.0, 1.0], Scale::Number, "")), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    }

    #[test]
    fn flat_and_empty_data_still_have_a_range() {
        for values in [vec![], vec![0.0], vec![5.0, 5.0], vec![f64::NAN]] {
            let axis = numbers(values, Scale::Number, "");
            assert!(axis.from < axis.to && 2 <= axis.ticks.len(), "{axis:?}");
        }
    }

    #[test]
    fn date_ticks_are_calendar_years_quarters_and_months() {
        let day = |text: &str| text.parse::<Day>().expect("a date");
        assert_eq!(labels(&dates(day("2006-01-03"), day("2019-12-31"))), ["2008", "2010", "2012", "2014", "2016", "2018"]);
        assert_eq!(labels(&dates(day("2019-01-01"), day("2019-12-31"))), ["2019-01", "2019-04", "2019-07", "2019-10"]);
        assert_eq!(labels(&dates(day("2019-01-15"), day("2019-04-15"))), ["2019-02", "2019-03", "2019-04"]);
        assert_eq!(labels(&dates(day("2019-01-15"), day("2019-01-15"))), ["2019-01-15"]);
    }
}
