//! The two figures of page one.

use super::super::pieces::{counted, windows_drawn};
use super::super::{book, credit, risk};
use super::tile::leading;
use crate::report::chart::{LineChart, Scale, Series, Size, Zero, error_by_window};
use crate::report::material::Material;
use crate::report::page::Figure;
use crate::spec::Kind;

/// What is looked at first, two at most.
pub(super) fn pair(material: &Material<'_>) -> Vec<Figure> {
    let found = match material.facts.spec.kind {
        Kind::Market => [risk::losses(material), book::profit_figure(material), ranking(material)],
        Kind::Credit => [credit::default_rates(material), credit::calibration_figure(material), ranking(material)],
    };
    let front = |figure: Figure| Figure { id: format!("front-{}", figure.id), ..Figure::half(figure.id, figure.title, figure.note, figure.svg) };
    found.into_iter().flatten().take(2).map(front).collect()
}

fn ranking(material: &Material<'_>) -> Option<Figure> {
    let models: Vec<_> = material.summary.means.iter().filter(|model| model.case.rank_ic.value().is_some()).collect();
    if models.is_empty() {
        return None;
    }
    let windows = material.facts.windows;
    let series = models.iter().map(|model| {
        let points =
            model.case.by_window.iter().filter_map(|group| Some((windows.get(group.group.window()?)?.test.start, *group.value.rank_ic.value()?)));
        Series { name: model.subject.model.clone(), color: material.color(&model.subject.model), points: points.collect() }
    });
    let chart = LineChart {
        label: "Rank IC by window".to_owned(),
        y_title: "Mean rank IC".to_owned(),
        scale: Scale::Number,
        zero: Zero::Shown,
        series: series.collect(),
    };
    let note = format!(
        "Mean over each window's dates of the Spearman correlation between forecast and outcome; above zero the two went together. {}.",
        windows_drawn(&chart.series, windows.len())
    );
    Some(Figure::new("ic-by-window", ic_title(material, &chart.series), note, error_by_window(&chart, Size::Half)))
}

/// In how many windows the leading model ranked rightly.
fn ic_title(material: &Material<'_>, series: &[Series]) -> String {
    let shown = leading(material).and_then(|model| series.iter().find(|line| line.name == model));
    shown.map_or("Rank IC by window".to_owned(), |line| {
        let positive = line.points.iter().filter(|(_, ic)| 0.0 < *ic).count();
        format!("Rank IC of `{}` was positive in {positive} of {}", line.name, counted(line.points.len(), "window", "windows"))
    })
}
