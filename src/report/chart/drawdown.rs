//! Drawdown: how far below its best a book has been, in a panel that another module lays out.

use super::axis::Scale;
use super::canvas::Canvas;
use super::lines::{Series, drawn};

/// The area between a line and zero.
pub(super) fn filled(canvas: &mut Canvas, line: &Series) {
    let points = drawn(line);
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let mut area = vec![(first.0, 0.0)];
    area.extend(&points);
    area.push((last.0, 0.0));
    canvas.area(&area, line.color.soft());
}

/// A dot at a line's lowest point, with its day.
pub(super) fn mark_deepest(canvas: &mut Canvas, line: &Series, scale: Scale) {
    if let Some((day, value)) = line.points.iter().min_by(|a, b| a.1.total_cmp(&b.1)) {
        let title = format!("{}, deepest on {day}: {}", line.name, scale.write_value(*value));
        canvas.marked((f64::from(day.0), *value), line.color.tone(), &title);
    }
}
