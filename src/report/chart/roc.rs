//! ROC: how well are the bad told from the good?

use super::axis::{Scale, numbers};
use super::canvas::{Anchor, Frame, no_data, paint, text_width};
use super::downsample::POINTS;
use super::style::{Style, Tone};

/// A model's curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RocCurve {
    /// The model.
    pub(crate) name: String,
    /// Colour and dashes, 0 to 5.
    pub(crate) color: Style,
    /// Area under the curve, written beside its name.
    pub(crate) auc: f64,
    /// (false positive rate, true positive rate), rising from (0, 0) to (1, 1).
    pub(crate) points: Vec<(f64, f64)>,
}

/// Curves of several models and the diagonal of no skill.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RocChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Models.
    pub(crate) curves: Vec<RocCurve>,
}

/// Draws ROC curves; their names and areas are listed under the diagonal, best first.
#[must_use]
pub(crate) fn roc(chart: &RocChart) -> String {
    let mut curves: Vec<&RocCurve> = chart.curves.iter().filter(|curve| !curve.points.is_empty() && curve.auc.is_finite()).collect();
    if curves.is_empty() {
        return no_data(&chart.label, "one of the two outcomes never occurred");
    }
    let unit = |title: &str| numbers([0.0, 1.0], Scale::Percent, title);
    let frame = Frame {
        height: 800,
        label: chart.label.clone(),
        x: unit("Good ones rejected (false positives), %"),
        y: unit("Bad ones found (true positives), %"),
        legend_lines: 0,
        right: 620,
        left: None,
    };
    paint(&frame, |canvas| {
        canvas.line(&[(0.0, 0.0), (1.0, 1.0)], Tone::Grey, 2);
        for curve in &curves {
            canvas.line(&thinned(&curve.points), curve.color.tone(), 3);
        }
        curves.sort_by(|a, b| b.auc.total_cmp(&a.auc));
        for (row, curve) in curves.iter().enumerate() {
            let y = canvas.top + 24 + 40 * row as i32;
            canvas.stroke((canvas.right + 40, y), (canvas.right + 90, y), curve.color.tone(), 5);
            canvas.words((canvas.right + 102, y), &format!("{}, AUC {:.3}", curve.name, curve.auc), curve.color.tone(), Anchor::Start);
        }
        let words = "no skill, AUC 0.500";
        let (x, y) = canvas.pixel((0.5, 0.5));
        canvas.words(((x + 24).min(canvas.right - text_width(words)), y + 34), words, Tone::Muted, Anchor::Start);
    })
}

/// Every k-th point and the last: a ROC curve is monotone and has no extremes to keep.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let every = points.len().div_ceil(POINTS).max(1);
    let mut out: Vec<(f64, f64)> = points.iter().step_by(every).copied().collect();
    if let Some(last) = points.last()
        && out.last() != Some(last)
    {
        out.push(*last);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_thin_and_carry_their_area() {
        let points: Vec<(f64, f64)> = (0..=10_000).map(|i| (f64::from(i) / 10_000.0, (f64::from(i) / 10_000.0).sqrt())).collect();
        let thin = thinned(&points);
        assert!(thin.len() <= POINTS + 1);
        assert_eq!(thin[thin.len() - 1], (1.0, 1.0));
        let mut chart =
            RocChart { label: "r".into(), curves: vec![RocCurve { name: "gbdt".into(), color: Style::Series(0), auc: 2.0 / 3.0, points }] };
        assert!(roc(&chart).contains("gbdt, AUC 0.667"));
        chart.curves[0].auc = f64::NAN;
        assert!(roc(&chart).contains("No data"));
    }
}
