//! Axis: a range with few ticks at round values, for numbers and for dates.

use crate::day::Day;
use crate::report::format;

use super::canvas::Size;

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
    /// Names of the two ends, written where no tick's label stands; empty for none.
    pub(super) ends: (String, String),
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

/// An axis that holds all `values`, with four ticks at round values or more.
pub(super) fn numbers(values: impl IntoIterator<Item = f64>, scale: Scale, title: &str) -> Axis {
    numbers_with(values, scale, title, 4)
}

/// As [`numbers`], with `least` ticks or about twice as many.
pub(super) fn numbers_with(values: impl IntoIterator<Item = f64>, scale: Scale, title: &str, least: u8) -> Axis {
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
    let step = step_for((high - low) * scale.factor(), least) / scale.factor();
    // An end lies on a tick when that wastes little, else a little beyond the data.
    let end = |value: f64, tick: f64| if (tick - value).abs() <= 0.5 { tick } else { value + 0.12 * (tick - value).signum() };
    let from = end(low / step, (low / step + 1e-9).floor());
    let to = end(high / step, (high / step - 1e-9).ceil());
    let first = (from - 1e-9).ceil();
    let n_steps = ((to + 1e-9).floor() - first) as usize;
    let ticks = (0..=n_steps).map(|idx| (first + idx as f64) * step).map(|at| Tick { at, label: scale.write(at, step) }).collect();
    Axis { from: from * step, to: to * step, ticks, title: title.to_owned(), ends: Default::default() }
}

/// An axis of places 0, 1, 2, ... with a name each.
pub(super) fn places(names: impl IntoIterator<Item = String>, title: &str) -> Axis {
    let ticks: Vec<Tick> = names.into_iter().enumerate().map(|(idx, label)| Tick { at: idx as f64, label }).collect();
    Axis { from: -0.6, to: ticks.len() as f64 - 0.4, ticks, title: title.to_owned(), ends: Default::default() }
}

/// An axis of dates from `from` to `to`, with ticks on years, quarters, months or days, as many as can be labelled in `size`.
pub(super) fn dates(from: Day, to: Day, size: Size) -> Axis {
    let span = (to.0 - from.0).max(1);
    let width = size.width() - 130.0;
    let months = f64::from(span) / 30.44;
    let mut ends = (month_label(from), month_label(to));
    let ticks = if span < 70 {
        ends = (from.to_string(), to.to_string());
        day_ticks(from, to, (width / 95.0) as i32)
    } else {
        // A month's label takes 70 pixels with its space, a year's 46.
        let fits = |every: i32| months / f64::from(every) * if every % 12 == 0 { 46.0 } else { 70.0 } <= width;
        let every = [1, 3, 6, 12, 24, 60, 120, 240].into_iter().find(|&every| fits(every)).unwrap_or(600);
        month_ticks(from, to, every)
    };
    // One day is still a range, and has its tick.
    if from == to {
        ends = <_>::default();
    }
    let (from, to) = if from == to { (from.0 - 1, to.0 + 1) } else { (from.0, to.0) };
    Axis { from: f64::from(from), to: f64::from(to), ticks, title: String::new(), ends }
}

fn month_label(day: Day) -> String {
    format!("{}-{:02}", day.year(), day.month())
}

/// Ticks every so many months; of whole years the ones between get a tick without a label.
fn month_ticks(from: Day, to: Day, labelled: i32) -> Vec<Tick> {
    let every = if labelled % 12 == 0 && labelled <= 60 { 12 } else { labelled };
    // Count months from year 0 so that quarters and decades are calendar ones.
    let month_of = |day: Day| day.year() * 12 + day.month() as i32 - 1;
    let first = month_of(from.plus_days(-1)) + 1;
    let first = first + (every - first.rem_euclid(every)) % every;
    (first..=month_of(to))
        .step_by(every as usize)
        .map(|month| (month, Day::from_ymd(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1).expect("the first of a month is a date")))
        .map(|(month, day)| {
            let label = match month {
                month if month.rem_euclid(labelled) != 0 => String::new(),
                _ if labelled % 12 == 0 => day.year().to_string(),
                _ => month_label(day),
            };
            Tick { at: f64::from(day.0), label }
        })
        .collect()
}

fn day_ticks(from: Day, to: Day, most: i32) -> Vec<Tick> {
    let every = ((to.0 - from.0 + most - 1) / most).max(1);
    (0..=(to.0 - from.0) / every).map(|idx| from.plus_days(idx * every)).map(|day| Tick { at: f64::from(day.0), label: day.to_string() }).collect()
}

/// The largest of 1, 2, 5, 10, ... of which a range holds `least`.
fn step_for(range: f64, least: u8) -> f64 {
    let most = range / f64::from(least);
    let power = 10_f64.powf(most.log10().floor());
    let digit = [5.0, 2.0].into_iter().find(|digit| digit * power <= most * (1.0 + 1e-9)).unwrap_or(1.0);
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
        assert_eq!(labels(&numbers([-0.0131, 0.0422], Scale::Percent, "")), ["−1", "0", "1", "2", "3", "4"]);
        assert_eq!(
            labels(&numbers([0.0, 1_234_567.0], Scale::Number, "")),
            ["0", "200,000", "400,000", "600,000", "800,000", "1,000,000", "1,200,000"]
        );
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
        let labelled = |from: &str, to: &str, size: Size| -> Vec<String> {
            let axis = dates(day(from), day(to), size);
            axis.ticks.into_iter().map(|tick| tick.label).filter(|label| !label.is_empty()).collect()
        };
        assert_eq!(labelled("2006-01-03", "2012-12-31", Size::Wide), ["2007", "2008", "2009", "2010", "2011", "2012"]);
        assert_eq!(labelled("2006-01-03", "2019-12-31", Size::Half), ["2008", "2010", "2012", "2014", "2016", "2018"]);
        assert_eq!(labelled("2019-01-01", "2019-12-31", Size::Half), ["2019-01", "2019-04", "2019-07", "2019-10"]);
        assert_eq!(labelled("2019-01-15", "2019-04-15", Size::Wide), ["2019-02", "2019-03", "2019-04"]);
        assert_eq!(labelled("2019-01-15", "2019-01-15", Size::Wide), ["2019-01-15"]);
        assert_eq!(dates(day("2006-01-03"), day("2019-12-31"), Size::Half).ends, ("2006-01".to_owned(), "2019-12".to_owned()));
        assert_eq!(dates(day("1900-01-01"), day("2020-01-01"), Size::Half).ticks.iter().filter(|tick| !tick.label.is_empty()).count(), 7);
    }
}
