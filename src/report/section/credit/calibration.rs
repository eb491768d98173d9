//! Calibration: do defaults come as often as forecast, in all and by band?

use super::best;
use crate::report::cell::{Cell, State};
use crate::report::chart::{self, CalibrationChart, CalibrationPoint, CalibrationSeries, Scale, Size, score_bands};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Column, Figure, Subhead, Table, anchor};
use crate::report::section::measured;
use crate::report::section::pieces::{capital, count, counted, decision, level, of, period, row_words, short, whole};
use crate::stat::credit::{HOSMER_LEMESHOW, JEFFREYS};
use crate::stat::{Band, Calibration, Decision, Found, Outcome, PdTest};

pub(super) fn blocks(material: &Material<'_>) -> Vec<Block> {
    let found = calibrations(material);
    let mut blocks =
        vec![Block::Subhead(Subhead::new("calibration", heading(material, &found))), Block::Table(pools(material)), Block::Table(fits(material))];
    blocks.push(Block::Figure(figure(material, &found, Size::Wide)));
    let leading = best(&material.summary.probabilities).map(|(model, _)| model.subject.model.as_str());
    let of_leading = found.iter().filter(|(model, found)| Some(*model) == leading && 1 < found.bands.len());
    blocks.extend(of_leading.map(|(model, found)| Block::Table(bands(material, model, found))));
    blocks.extend(banded(found).map(|(model, found)| Block::Figure(band_figure(material, model, found))));
    blocks
}

/// The bands of the models that do not lead, for the record.
pub(super) fn record(material: &Material<'_>) -> Vec<Block> {
    let leading = best(&material.summary.probabilities).map(|(model, _)| model.subject.model.as_str());
    banded(calibrations(material))
        .filter(|(model, _)| Some(*model) != leading)
        .map(|(model, found)| Block::Table(bands(material, model, found)))
        .collect()
}

fn calibrations<'a>(material: &Material<'a>) -> Vec<(&'a str, &'a Calibration)> {
    let models = material.summary.probabilities.iter();
    models.filter_map(|model| model.case.calibration.value().map(|found| (model.subject.model.as_str(), found))).collect()
}

/// One forecast for all makes one band, of which the tables of all models have said everything.
fn banded<'a>(found: Vec<(&'a str, &'a Calibration)>) -> impl Iterator<Item = (&'a str, &'a Calibration)> {
    found.into_iter().filter(|(_, calibration)| 1 < calibration.bands.len())
}

/// The reliability diagram, drawn to stand beside another figure, where a model's forecasts fall into bands.
pub(super) fn first(material: &Material<'_>) -> Option<Figure> {
    let found = calibrations(material);
    (!found.is_empty()).then(|| figure(material, &found, Size::Half))
}

/// How a band's forecast stands to its defaults.
fn is_low(test: &Outcome<PdTest>, significance: f64) -> bool {
    test.value().is_some_and(|test| test.jeffreys_p < significance)
}

/// Beyond the upper end of the interval of the default rate: prudent, but no forecast of the rate.
fn is_high(test: &Outcome<PdTest>) -> bool {
    test.value().is_some_and(|test| test.jeffreys_interval.high < test.pd)
}

/// Whether the rows of a loan overlap, so that no verdict is drawn from tests that take them as independent.
fn overlaps(material: &Material<'_>) -> bool {
    material.summary.probabilities.iter().any(|model| model.decision(&JEFFREYS) == Decision::Descriptive)
}

fn heading(material: &Material<'_>, found: &[(&str, &Calibration)]) -> String {
    let significance = material.facts.spec.risk.significance;
    if overlaps(material) {
        return "Calibration: descriptive only, targets overlap".to_owned();
    }
    let high = |calibration: &Calibration| calibration.bands.iter().filter(|band| is_high(&band.test)).count();
    let low = |calibration: &Calibration| calibration.bands.iter().filter(|band| is_low(&band.test, significance)).count();
    match found.iter().map(|(model, calibration)| (model, calibration, low(calibration))).max_by_key(|(.., n)| *n) {
        Some((model, calibration, n)) if 0 < n => {
            let above = match high(calibration) {
                0 => String::new(),
                high => format!(", and above the interval in {high}"),
            };
            format!("Calibration: PDs of `{model}` are too low in {n} of {}{above}", counted(calibration.bands.len(), "band", "bands"))
        }
        Some(_) if found.iter().any(|(_, calibration)| calibration.bands.iter().any(|band| band.test.value().is_some())) => {
            "Calibration: no band's PD is too low".to_owned()
        }
        Some(_) | None => "Calibration: no band can be tested".to_owned(),
    }
}

fn pools(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Rows", "n"),
        Column::numbers("Mean PD", "%"),
        Column::numbers("Observed", "%"),
        Column::numbers("Jeffreys p", ""),
        Column::numbers("Binomial p", ""),
        Column::numbers("Normal p", ""),
        Column::words("Decision"),
    ];
    let significance = material.facts.spec.risk.significance;
    let models = &material.summary.probabilities;
    let mut table = Table::new("calibration-table", "Do defaults come as often as forecast, in all?", columns).note(format!(
        "Null hypothesis: the default rate is at most the mean PD. One-sided, low p: PD too low; the decision is Jeffreys', at {}. PD high: above the 95 % Jeffreys interval of the rate. Defaults are taken as independent; in bad years they are not, and the tests reject too often.",
        level(material)
    ));
    table.shown = models.len();
    for model in models {
        let pool = model.case.calibration.as_ref().and_then(|found| found.pool.clone());
        table.rows.push(vec![
            Cell::code(&model.subject.model),
            count(model.case.all.n),
            of(&pool, |test| test.pd, Cell::Percent),
            of(&pool, |test| test.observed_rate, Cell::Percent),
            of(&pool, |test| test.jeffreys_p, Cell::PValue),
            of(&pool, |test| test.binomial_p, Cell::PValue),
            of(&pool, |test| test.z_p, Cell::PValue),
            match model.decision(&JEFFREYS) {
                Decision::Descriptive => Cell::verdict(State::Neutral, "descriptive only: targets overlap"),
                Decision::NotRejected if model.find(&JEFFREYS).is_some_and(Found::rejects_alone) => {
                    Cell::verdict(State::Neutral, "not rejected after adjustment")
                }
                Decision::Rejected(_) | Decision::NotRejected | Decision::NotJudged => judged(&pool, significance),
            },
        ]);
    }
    table
}

fn fits(material: &Material<'_>) -> Table {
    let columns = vec![
        Column::words("Model"),
        Column::numbers("Rows", "n"),
        Column::numbers("Bands", "df"),
        Column::numbers("Hosmer-Lemeshow", ""),
        Column::numbers("p", ""),
        Column::numbers("Fewest expected", "in a band"),
        Column::words("Decision"),
    ];
    let models = &material.summary.probabilities;
    let mut table = Table::new("hosmer-lemeshow", "Do defaults come as often as forecast, in every band?", columns).note(format!(
        "Null hypothesis: every band's mean PD is its default rate. Two-sided, chi-square with as many degrees of freedom as bands, for the PDs were made beforehand. Fewest expected: defaults or non-defaults; below 5 the chi-square is rough. Decision at {}.",
        level(material)
    ));
    table.shown = models.len();
    for model in models {
        let fit = model.case.calibration.as_ref().and_then(|found| found.hosmer_lemeshow.clone());
        table.rows.push(vec![
            Cell::code(&model.subject.model),
            count(model.case.all.n),
            Cell::outcome(&fit.as_ref().map(|test| test.df.unwrap_or(0.0)), whole),
            of(&fit, |test| test.statistic, short),
            of(&fit, |test| test.p_value, Cell::PValue),
            model.case.calibration.value().and_then(Calibration::min_expected).map_or_else(|| Cell::na("there are no bands"), short),
            model.find(&HOSMER_LEMESHOW).map_or_else(|| Cell::verdict(State::Neutral, "not judged"), measured::decision),
        ]);
    }
    table
}

fn judged(test: &Outcome<PdTest>, significance: f64) -> Cell {
    if is_high(test) && !is_low(test, significance) {
        return Cell::verdict(State::Amber, "PD high");
    }
    decision(&test.as_ref().map(|test| test.jeffreys_p), significance, "PD too low")
}

fn bands(material: &Material<'_>, model: &str, calibration: &Calibration) -> Table {
    let (_, many) = row_words(material.summary.observation);
    let columns = vec![
        Column::numbers("Band", ""),
        Column::numbers("PD up to", "%"),
        Column::numbers(capital(many), "n"),
        Column::numbers("Defaults", ""),
        Column::numbers("Mean PD", "%"),
        Column::numbers("Observed", "%"),
        Column::words("95 % interval"),
        Column::numbers("Jeffreys p", ""),
        Column::words("Decision"),
    ];
    let title = format!("Calibration of `{model}` by band of PD");
    let mut table = Table::new(format!("bands-{}", anchor(model)), title, columns).note(format!(
        "Bands of about equally many {many}, lowest PD first; equal PDs are never torn apart. Interval of the default rate in %: Jeffreys, equal tails. PD too low: one-sided Jeffreys p below {}. PD high: above the interval. With {} tests some may be rejected by chance.",
        level(material),
        calibration.bands.len()
    ));
    table.shown = calibration.bands.len();
    let significance = material.facts.spec.risk.significance;
    for (idx, band) in calibration.bands.iter().enumerate() {
        table.rows.push(vec![
            count(idx + 1),
            Cell::Percent(band.high),
            count(band.n),
            count(band.n_defaults),
            Cell::Percent(band.mean_pd),
            Cell::Percent(band.observed_rate),
            interval(&band.test),
            of(&band.test, |test| test.jeffreys_p, Cell::PValue),
            if overlaps(material) { Cell::verdict(State::Neutral, "descriptive only") } else { judged(&band.test, significance) },
        ]);
    }
    table
}

fn interval(test: &Outcome<PdTest>) -> Cell {
    match test {
        Outcome::Value(test) => {
            Cell::text(format!("{} to {}", format::percent(test.jeffreys_interval.low), format::percent(test.jeffreys_interval.high)))
        }
        Outcome::Undefined(reason) => Cell::na(reason),
    }
}

fn point(band: &Band) -> Option<CalibrationPoint> {
    let test = band.test.value()?;
    Some(CalibrationPoint {
        predicted: band.mean_pd,
        observed: band.observed_rate,
        low: test.jeffreys_interval.low,
        high: test.jeffreys_interval.high,
        n: band.n as u64,
    })
}

fn figure(material: &Material<'_>, found: &[(&str, &Calibration)], size: Size) -> Figure {
    let series = |(model, calibration): &(&str, &Calibration)| CalibrationSeries {
        name: (*model).to_owned(),
        color: material.color(model),
        points: calibration.bands.iter().filter_map(point).collect(),
    };
    let chart = CalibrationChart {
        label: "Observed default rates against forecasts".to_owned(),
        x_title: "Mean PD of the band, %".to_owned(),
        y_title: "Observed default rate, %".to_owned(),
        scale: Scale::Percent,
        series: found.iter().map(series).collect(),
    };
    let (one, many) = row_words(material.summary.observation);
    let n = found.first().map_or(String::new(), |(_, calibration)| format!(" n = {},", counted(calibration.n, one, many)));
    let note = format!(
        "A point above the diagonal is a band that defaulted more often than forecast. Whiskers: 95 % Jeffreys interval of the band's rate.{n} {}.",
        period(material)
    );
    Figure::new("calibration-figure", "Observed default rates against forecasts", note, chart::calibration(&chart, size))
}

fn band_figure(material: &Material<'_>, model: &str, calibration: &Calibration) -> Figure {
    let bands = calibration.bands.iter().enumerate();
    let bands =
        bands.map(|(idx, band)| chart::Band { name: (idx + 1).to_string(), n: band.n as u64, observed: band.observed_rate, predicted: band.mean_pd });
    let chart = chart::BandChart {
        label: format!("Observed and forecast default rates of {model} by band"),
        x_title: "Band of PD, lowest first".to_owned(),
        y_title: "Default rate, %".to_owned(),
        scale: Scale::Percent,
        color: material.color(model),
        bands: bands.collect(),
    };
    let spread = calibration.bands.first().zip(calibration.bands.last()).map_or(String::new(), |(first, last)| {
        format!(
            "From the lowest band to the highest the observed rate goes from {} % to {} %. ",
            format::percent(first.observed_rate),
            format::percent(last.observed_rate)
        )
    });
    let (one, many) = row_words(material.summary.observation);
    let note = format!("{spread}n = {}, {}.", counted(calibration.n, one, many), period(material));
    Figure::half(format!("score-bands-{}", anchor(model)), format!("Default rates by band of `{model}`"), note, score_bands(&chart, Size::Half))
}
