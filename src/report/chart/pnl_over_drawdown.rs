//! P&L over drawdown: what books made before and after costs, and how far each was below its best on the same days.

use crate::day::Day;

use super::axis::Scale;
use super::canvas::{Size, no_data};
use super::lines::{Series, Zero};
use super::panels::{Fill, LinePanel, PanelChart, panels};
use super::style::Style;

/// Books whose result before costs is drawn, too: more dashed lines would hide the others.
const WITH_GROSS: usize = 3;

/// A book's result by day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PnlBook {
    /// The book or its model.
    pub(crate) name: String,
    /// Its look on the whole page.
    pub(crate) color: Style,
    /// Cumulative result after costs.
    pub(crate) net: Vec<(Day, f64)>,
    /// Cumulative result before costs; may be empty.
    pub(crate) gross: Vec<(Day, f64)>,
    /// Loss from the running maximum, at or below zero.
    pub(crate) drawdown: Vec<(Day, f64)>,
}

/// Books side by side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PnlChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit of the results, such as "Cumulative return, %".
    pub(crate) y_title: String,
    /// Quantity and unit of the drawdowns, such as "Drawdown, %".
    pub(crate) drawdown_title: String,
    /// How both axes are written.
    pub(crate) scale: Scale,
    /// The first is the leading one: its drawdown is filled.
    pub(crate) books: Vec<PnlBook>,
}

/// Draws cumulative results above drawdowns.
#[must_use]
pub(crate) fn pnl_over_drawdown(chart: &PnlChart, size: Size) -> String {
    if chart.books.iter().all(|book| book.net.is_empty()) {
        return no_data(&chart.label, "no book was traded");
    }
    let series = |points: fn(&PnlBook) -> &Vec<(Day, f64)>, most: usize| -> Vec<Series> {
        chart.books.iter().take(most).map(|book| Series { name: book.name.clone(), color: book.color, points: points(book).clone() }).collect()
    };
    let gross = if chart.books.len() <= WITH_GROSS { series(|book| &book.gross, WITH_GROSS) } else { vec![] };
    let has_gross = gross.iter().any(|line| !line.points.is_empty());
    let panel = |y_title: &str, fill, height, series, lighter| LinePanel {
        y_title: y_title.to_owned(),
        scale: chart.scale,
        zero: Zero::Shown,
        fill,
        height,
        series,
        lighter,
    };
    let all = usize::MAX;
    let results = panel(&chart.y_title, Fill::None, 210, series(|book| &book.net, all), gross);
    let drawdowns = panel(&chart.drawdown_title, Fill::Drawdown, 90, series(|book| &book.drawdown, all), vec![]);
    let lighter = if has_gross { "before costs" } else { "" }.to_owned();
    panels(&PanelChart { label: chart.label.clone(), lighter, panels: vec![results, drawdowns] }, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(n: usize) -> PnlChart {
        let book = |idx: usize| PnlBook {
            name: format!("model{idx}"),
            color: Style::Series(idx),
            net: vec![(Day(0), 0.0), (Day(1), -1.0), (Day(2), -1.0)],
            gross: vec![(Day(0), 0.0), (Day(1), -0.9), (Day(2), -0.9)],
            drawdown: vec![(Day(0), 0.0), (Day(1), -1.0), (Day(2), -1.0)],
        };
        let (label, y_title, drawdown_title) = ("p".into(), "Return, %".into(), "Drawdown, %".into());
        PnlChart { label, y_title, drawdown_title, scale: Scale::Percent, books: (0..n).map(book).collect() }
    }

    #[test]
    fn a_ruined_book_is_drawn_to_its_end() {
        // Wealth 0 from the second day: minus 100 %.
        let svg = pnl_over_drawdown(&chart(1), Size::Half);
        assert!(svg.contains("model0, deepest on 1970-01-02: −100.00 %") && svg.contains("model0, 1970-01-03: −100.00 %"), "{svg}");
        assert!(svg.contains(">before costs<") && svg.contains("stroke-dasharray=\"2 2\"") && !svg.contains("NaN"));
    }

    #[test]
    fn of_nineteen_books_gross_is_left_out_and_none_says_why() {
        let svg = pnl_over_drawdown(&chart(19), Size::Wide);
        assert!(!svg.contains("before costs") && svg.contains(">and 13 others<"));
        assert!(pnl_over_drawdown(&chart(0), Size::Wide).contains("No data: no book was traded"));
    }
}
