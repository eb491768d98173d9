//! Rate: what came, with its interval, against what was forecast, window by window.

use crate::report::chart::{ObservedRate, RateChart, Series, Size, default_rate};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::Figure;
use crate::report::section::credit::best;
use crate::report::section::pieces::{MIN_OUTCOMES, counted, period, row_words, windows_drawn};
use crate::stat::credit::ProbabilityGroup;
use crate::stat::{Grouped, pd_test};

/// `None` where no window has enough known outcomes.
pub(in crate::report::section::credit) fn figure(material: &Material<'_>, size: Size) -> Option<Figure> {
    let models = &material.summary.probabilities;
    let windows = material.facts.windows;
    let start = |group: &Grouped<ProbabilityGroup>| {
        let window = windows.get(group.group.window()?)?;
        (MIN_OUTCOMES <= group.value.n).then_some(window.test.start)
    };
    let leading = best(models).map_or(models.first(), |(best, _)| Some(best))?;
    let mut n_low = 0;
    let mut observed = Vec::new();
    for group in &leading.case.by_window {
        let (Some(day), Some(scores)) = (start(group), group.value.scores.value()) else { continue };
        let test = pd_test(scores.n, scores.n_defaults, scores.mean_predicted);
        let interval = test.value().map(|test| (test.jeffreys_interval.low, test.jeffreys_interval.high));
        n_low += usize::from(interval.is_some_and(|(low, _)| scores.mean_predicted < low));
        observed.push(ObservedRate { day, rate: scores.observed_rate, interval, n: scores.n as u64 });
    }
    let forecasts = models.iter().map(|model| {
        let points = model.case.by_window.iter().filter_map(|group| Some((start(group)?, group.value.scores.value()?.mean_predicted)));
        Series { name: model.subject.model.clone(), color: material.color(&model.subject.model), points: points.collect() }
    });
    let forecasts: Vec<Series> = forecasts.collect();
    if observed.is_empty() {
        return None;
    }
    let (one, many) = row_words(material.summary.observation);
    let n: u64 = observed.iter().map(|point| point.n).sum();
    let title = match (n_low, observed.len()) {
        (0, n) => format!(
            "Mean PD of `{}` was below the interval of the observed rate in none of {}",
            leading.subject.model,
            counted(n, "window", "windows")
        ),
        (low, n) => format!(
            "Mean PD of `{}` was below the interval of the observed rate in {low} of {}",
            leading.subject.model,
            counted(n, "window", "windows")
        ),
    };
    let note = format!(
        "Windows with at least {MIN_OUTCOMES} known outcomes: {}. Whiskers: 95 % Jeffreys interval of the observed rate, {many} taken as independent. n = {} {}, {}.",
        windows_drawn(&forecasts, windows.len()),
        format::count(n),
        if n == 1 { one } else { many },
        period(material)
    );
    let chart =
        RateChart { label: "Observed and forecast default rate by window".to_owned(), y_title: "Default rate, %".to_owned(), observed, forecasts };
    Some(Figure::new("default-rate", title, note, default_rate(&chart, size)))
}
