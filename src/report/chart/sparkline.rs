//! Sparkline: a distribution the size of a word, for a table's cell.

use std::fmt::Write;

/// Draws bars of equal width; the tallest has the full height of the line.
///
/// Without bars, or with negative or infinite ones, the drawing is empty.
#[must_use]
pub(crate) fn sparkline(heights: &[f64]) -> String {
    const HEIGHT: f64 = 40.0;
    let most = heights.iter().copied().fold(0.0, f64::max);
    let is_drawable = 0.0 < most && heights.iter().all(|height| height.is_finite() && 0.0 <= *height);
    let mut path = String::new();
    if is_drawable {
        for (idx, height) in heights.iter().enumerate() {
            // A bin that holds anything shows at least a pixel.
            let tall = (HEIGHT * height / most).round().max(if *height == 0.0 { 0.0 } else { 1.0 });
            write!(path, "M{} 40v-{tall}h7v{tall}z", 8 * idx).expect("a string takes every word");
        }
    }
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {} 40\" width=\"{}\" height=\"16\" role=\"img\" aria-label=\"distribution over {} bins\"><path d=\"{path}\"/></svg>",
        (8 * heights.len()).max(8),
        (3.2 * heights.len() as f64).max(4.0).round(),
        heights.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tallest_bin_fills_the_line_and_the_rarest_still_shows() {
        let svg = sparkline(&[0.0, 1.0, 1_000.0]);
        assert!(svg.contains("d=\"M0 40v-0h7v0zM8 40v-1h7v1zM16 40v-40h7v40z\""), "{svg}");
        assert!(sparkline(&[]).contains("d=\"\""));
        assert!(sparkline(&[f64::NAN]).contains("d=\"\""));
    }
}
