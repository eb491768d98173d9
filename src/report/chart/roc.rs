//! ROC: how well are the bad told from the good?

use super::axis::{Scale, numbers};
use super::canvas::{Anchor, Canvas, Frame, Size, no_data, paint};
use super::downsample::POINTS;
use super::label::{Name, Placement, write};
use super::style::{Style, Tone};
use super::text::shortened;

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

/// Draws ROC curves; their names and areas are listed under the diagonal or beside the curves, best first.
#[must_use]
pub(crate) fn roc(chart: &RocChart, size: Size) -> String {
    let curves: Vec<&RocCurve> = chart.curves.iter().filter(|curve| !curve.points.is_empty() && curve.auc.is_finite()).collect();
    if curves.is_empty() {
        return no_data(&chart.label, "one of the two outcomes never occurred");
    }
    let curves: Vec<Curve> = curves
        .into_iter()
        .map(|curve| Curve {
            name: format!("{}, AUC {:.3}", curve.name, curve.auc),
            rank: curve.auc,
            tone: curve.color.tone(),
            points: thinned(&curve.points),
        })
        .collect();
    let axes = ("Non-defaults flagged (false positives), %", "Defaults flagged (true positives), %");
    let chance = Reference { name: "no skill, AUC 0.500".to_owned(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
    square(&chart.label, axes, curves, &[chance], size)
}

/// A curve in the unit square.
pub(super) struct Curve {
    /// Name and figure of merit.
    pub(super) name: String,
    /// By which the names are listed, largest first.
    pub(super) rank: f64,
    /// Its look.
    pub(super) tone: Tone,
    /// Points from (0, 0) to (1, 1).
    pub(super) points: Vec<(f64, f64)>,
}

/// A line to compare curves with.
pub(super) struct Reference {
    /// What it is.
    pub(super) name: String,
    /// Its corners.
    pub(super) points: Vec<(f64, f64)>,
}

/// The unit square with its curves, and their names: beside it where there is room, else above.
pub(super) fn square(label: &str, axes: (&str, &str), mut curves: Vec<Curve>, references: &[Reference], size: Size) -> String {
    let unit = |title: &str| numbers([0.0, 1.0], Scale::Percent, title);
    curves.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    let names: Vec<Name> = curves
        .iter()
        .map(|curve| Name::new(&curve.name, curve.tone, 1.8, 0.0))
        .chain(
            references
                .iter()
                .enumerate()
                .map(|(idx, line)| Name { dashes: Some(REFERENCES[idx % 2]), ..Name::new(&line.name, Tone::Muted, 1.2, 0.0) }),
        )
        .collect();
    let texts: Vec<&str> = names.iter().map(|name| name.text).collect();
    let (legend_lines, right) = match size {
        Size::Wide => (0, 360.0),
        Size::Half => (Placement::above(&texts, size).legend_lines(), 150.0),
    };
    let height = size.height(400.0) + 16.0 * legend_lines as f64;
    let frame = Frame { size, height, label: label.to_owned(), x: unit(axes.0), y: unit(axes.1), legend_lines, right, left: None };
    paint(&frame, |canvas| {
        for (idx, line) in references.iter().enumerate() {
            canvas.dashed(&line.points, Tone::Muted, 1.2, REFERENCES[idx % 2]);
        }
        for curve in curves.iter().rev() {
            canvas.line(&curve.points, curve.tone, 1.8);
        }
        match size {
            Size::Wide => column(canvas, &names),
            Size::Half => write(canvas, Placement::Above(legend_lines), &names, size),
        }
    })
}

/// Dashes of the first reference, and of the second.
const REFERENCES: [&str; 2] = ["", "2 3"];

fn column(canvas: &mut Canvas, names: &[Name]) {
    let x = canvas.right + 22.0;
    for (row, name) in names.iter().enumerate() {
        let y = canvas.top + 12.0 + 20.0 * row as f64;
        let dashes = name.dashes.map_or_else(|| name.tone.dashes(), str::to_owned);
        canvas.sample((x, y), (x + 34.0, y), name.tone, name.width, &dashes);
        canvas.words((x + 40.0, y), &shortened(name.text, canvas.width() - x - 40.0), Tone::Ink, Anchor::Start);
    }
}

/// Every k-th point and the last: a ROC curve is monotone and has no extremes to keep.
pub(super) fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
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
        assert!(roc(&chart, Size::Wide).contains("gbdt, AUC 0.667"));
        chart.curves[0].auc = f64::NAN;
        assert!(roc(&chart, Size::Wide).contains("No data"));
    }
}
