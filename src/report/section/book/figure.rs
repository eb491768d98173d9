//! Figures of the books: profit over drawdown, years, a rolling year, and the distribution of days.

use super::covered;
use crate::report::chart::{
    Column, ColumnChart, DistributionChart, Fill, LinePanel, Mark, PanelChart, PnlBook, PnlChart, Scale, Series, Size, Zero, columns, distribution,
    panels, pnl_over_drawdown,
};
use crate::report::format;
use crate::report::material::Material;
use crate::report::page::{Block, Figure};
use crate::report::section::pieces::{confidence, counted, percent, plain};
use crate::stat::{EquityPoint, N_ROLLING, Outcome, RollingPoint, Strategy, StrategySummary};

/// Years, distribution and rolling year; nothing where the first book has no returns.
pub(super) fn blocks(material: &Material<'_>, first: &StrategySummary) -> Vec<Block> {
    let Some(net) = first.net.value() else { return Vec::new() };
    let figures = [Some(years(material, first, net)), Some(days(material, first, net)), rolling(material, first)];
    figures.into_iter().flatten().map(Block::Figure).collect()
}

/// What books made after and before costs, above how far each was below its peak; the first of them gives the title.
pub(super) fn pnl(material: &Material<'_>, books: &[&StrategySummary], size: Size) -> Figure {
    let points = |curve: &Outcome<Vec<EquityPoint>>, value: fn(&EquityPoint) -> f64| {
        curve.value().map_or_else(Vec::new, |curve| curve.iter().map(|point| (point.day, value(point))).collect())
    };
    let book = |summary: &&StrategySummary| PnlBook {
        name: summary.model.clone(),
        color: material.color(&summary.model),
        net: points(&summary.curve, |point| point.equity - 1.0),
        gross: points(&summary.gross_curve, |point| point.equity - 1.0),
        drawdown: points(&summary.curve, |point| point.drawdown),
    };
    let chart = PnlChart {
        label: "Compounded return of the books above their drawdown".to_owned(),
        y_title: "Compounded return, %".to_owned(),
        drawdown_title: "Drawdown, %".to_owned(),
        scale: Scale::Percent,
        books: books.iter().map(book).collect(),
    };
    let told = books.iter().find_map(|summary| Some((*summary, summary.net.value()?, summary.gross.value()?)));
    let (title, see) = told.map_or(("Profit and loss after costs".to_owned(), String::new()), |(summary, net, gross)| {
        let deepest = net.drawdowns.first().map_or(String::new(), |spell| {
            format!("Deepest drawdown of `{}`: {} on {}, from the peak of {}. ", summary.model, percent(-spell.depth), spell.trough, spell.peak)
        });
        (pnl_title(&summary.model, net, gross), deepest)
    });
    Figure::new(
        "book-profit",
        title,
        format!("{see}Compounded; below, how far wealth after costs was under its peak. {}", covered(material)),
        pnl_over_drawdown(&chart, size),
    )
}

/// "Net P&L of `ridge` 12.1 points, gross 18.9; costs took 6.8".
fn pnl_title(model: &str, net: &Strategy, gross: &Strategy) -> String {
    let points = |value: f64| format::number(100.0 * value, 3);
    let taken = gross.cumulative_return - net.cumulative_return;
    let costs = if taken == 0.0 { "no costs".to_owned() } else { format!("costs took {}", points(taken)) };
    format!("Net P&L of `{model}` {} points, gross {}; {costs}", points(net.cumulative_return), points(gross.cumulative_return))
}

fn years(material: &Material<'_>, first: &StrategySummary, net: &Strategy) -> Figure {
    let won = net.years.iter().filter(|year| 0.0 < year.total).count();
    let column = |year: &crate::stat::YearReturns| Column { name: year.year.to_string(), value: year.total, interval: None, n: 0 };
    let chart = ColumnChart {
        label: format!("Returns of {} after costs by calendar year", first.model),
        x_title: String::new(),
        y_title: "Return after costs, %".to_owned(),
        scale: Scale::Percent,
        color: material.color(&first.model),
        columns: net.years.iter().map(column).collect(),
        levels: vec![],
        band: None,
    };
    let title = format!("`{}` gained in {won} of {}", first.model, counted(net.years.len(), "year", "years"));
    let note = format!("Years at either end may be partial. {}", covered(material));
    Figure::half("book-years", title, note, columns(&chart, Size::Half))
}

fn days(material: &Material<'_>, first: &StrategySummary, net: &Strategy) -> Figure {
    let level = confidence(net.tail);
    let mark = |name: &str, loss: &Outcome<f64>| loss.value().map(|loss| Mark { at: -loss, name: format!("{name} {level}") });
    let chart = DistributionChart {
        label: format!("Distribution of the daily returns of {} after costs", first.model),
        x_title: "Return after costs, %".to_owned(),
        y_title: "Days".to_owned(),
        scale: Scale::Percent,
        color: material.color(&first.model),
        values: first.daily.iter().map(|day| day.value).collect(),
        marks: [mark("VaR", &net.var), mark("ES", &net.shortfall)].into_iter().flatten().collect(),
    };
    let title = match (&net.var, &net.shortfall) {
        (Outcome::Value(var), Outcome::Value(shortfall)) => {
            format!(
                "Worst {} % of days of `{}`: {} or worse, {} on average",
                plain(100.0 * net.tail),
                first.model,
                percent(-var),
                percent(-shortfall)
            )
        }
        (_, _) => format!("Daily returns of `{}` after costs", first.model),
    };
    let note = format!(
        "Worst day {} ({}), best {} ({}). VaR and ES are historical and in sample. {}",
        percent(net.worst_day.value),
        net.worst_day.start,
        percent(net.best_day.value),
        net.best_day.start,
        covered(material)
    );
    Figure::half("book-days", title, note, distribution(&chart, Size::Half))
}

/// `None` where the first book has fewer days than a rolling statistic needs.
fn rolling(material: &Material<'_>, first: &StrategySummary) -> Option<Figure> {
    let known: Vec<f64> = first.rolling.iter().filter_map(|point| point.sharpe).collect();
    if known.is_empty() {
        return None;
    }
    let line = |value: fn(&RollingPoint) -> Option<f64>| {
        let points = first.rolling.iter().filter_map(|point| Some((point.day, value(point)?))).collect();
        vec![Series { name: first.model.clone(), color: material.color(&first.model), points }]
    };
    let panel = |y_title: &str, scale, height, series| LinePanel {
        y_title: y_title.to_owned(),
        scale,
        zero: Zero::Shown,
        fill: Fill::None,
        height,
        series,
        lighter: vec![],
    };
    let sharpe = panel("Sharpe ratio", Scale::Number, 150, line(|point| point.sharpe));
    let volatility = panel("Volatility a year, %", Scale::Percent, 110, line(|point| Some(point.volatility)));
    let chart = PanelChart {
        label: format!("Rolling Sharpe ratio and volatility of {}", first.model),
        lighter: String::new(),
        panels: vec![sharpe, volatility],
    };
    let (least, most) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &value| (least.min(value), most.max(value)));
    let title = format!("Sharpe ratio of `{}` over {N_ROLLING} days: from {} to {}", first.model, format::number(least, 2), format::number(most, 2));
    let note = format!(
        "Over the {N_ROLLING} days up to each, after costs, annual; neighbours share all days but one. n = {} days drawn.",
        format::count(first.rolling.len() as u64)
    );
    Some(Figure::half("book-rolling", title, note, panels(&chart, Size::Half)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;

    #[test]
    fn a_profit_is_titled_by_what_it_made_and_what_costs_took() {
        let told = |cost: f64| {
            let found = summary([0.011, -0.009], cost, 0.5);
            let (Some(net), Some(gross)) = (found.net.value(), found.gross.value()) else { panic!("a book of 100 days") };
            pnl_title("ridge", net, gross)
        };
        // 100 days, a year of the fixture: 9.96 % gross, 4.60 % after 5 basis points a day.
        assert_eq!(told(0.000_5), "Net P&L of `ridge` 4.60 points, gross 9.96; costs took 5.36");
        assert_eq!(told(0.0), "Net P&L of `ridge` 9.96 points, gross 9.96; no costs");
    }
}
