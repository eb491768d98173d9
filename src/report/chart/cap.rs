//! CAP: what share of the defaults is found among the riskiest?

use super::canvas::{Size, no_data};
use super::roc::{Curve, Reference, square, thinned};
use super::style::Style;

/// A model's curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CapCurve {
    /// The model.
    pub(crate) name: String,
    /// Its look on the whole page.
    pub(crate) color: Style,
    /// Accuracy ratio: the area over that of no skill, as a share of a perfect order's.
    pub(crate) accuracy_ratio: f64,
    /// (share of cases, share of defaults), riskiest first, from (0, 0) to (1, 1).
    pub(crate) points: Vec<(f64, f64)>,
}

/// Curves of several models between a random and a perfect order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CapChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// What is ordered, such as "Loans, riskiest first, %".
    pub(crate) x_title: String,
    /// Share of defaults among all: where a perfect order has found them all.
    pub(crate) default_rate: f64,
    /// Models.
    pub(crate) curves: Vec<CapCurve>,
}

/// Draws cumulative accuracy profiles.
#[must_use]
pub(crate) fn cap(chart: &CapChart, size: Size) -> String {
    let known: Vec<&CapCurve> = chart.curves.iter().filter(|curve| !curve.points.is_empty() && curve.accuracy_ratio.is_finite()).collect();
    if known.is_empty() || !(0.0 < chart.default_rate && chart.default_rate < 1.0) {
        return no_data(&chart.label, "one of the two outcomes never occurred");
    }
    let curve = |curve: &CapCurve| Curve {
        name: format!("{}, AR {:.3}", curve.name, curve.accuracy_ratio),
        rank: curve.accuracy_ratio,
        tone: curve.color.tone(),
        points: thinned(&curve.points),
    };
    let references = [
        Reference { name: "random, AR 0".to_owned(), points: vec![(0.0, 0.0), (1.0, 1.0)] },
        Reference { name: "perfect, AR 1".to_owned(), points: vec![(0.0, 0.0), (chart.default_rate, 1.0), (1.0, 1.0)] },
    ];
    square(&chart.label, (&chart.x_title, "Share of defaults, %"), known.into_iter().map(curve).collect(), &references, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_order_has_them_all_at_the_default_rate() {
        let curve =
            CapCurve { name: "gbdt".into(), color: Style::Series(0), accuracy_ratio: 0.5, points: vec![(0.0, 0.0), (0.25, 0.75), (1.0, 1.0)] };
        let mut chart = CapChart { label: "c".into(), x_title: "Loans, riskiest first, %".into(), default_rate: 0.25, curves: vec![curve] };
        let svg = cap(&chart, Size::Wide);
        assert!(svg.contains(">gbdt, AR 0.500<") && svg.contains(">perfect, AR 1<"), "{svg}");
        // A quarter of the way across, at the top of the plot.
        let (left, right) = (33.04_f64.ceil(), 400.0);
        let at = left + 0.25 * (right - left);
        assert!(svg.contains(&format!(" {at:.1},26 {right},26")) || svg.contains(&format!(" {at:.0},26 {right},26")), "{svg}");
        chart.default_rate = 0.0;
        assert!(cap(&chart, Size::Wide).contains("No data"));
    }
}
