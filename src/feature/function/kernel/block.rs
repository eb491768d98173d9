//! Sums over every window in O(n), without a running sum that could drift.
//!
//! Rows are cut into blocks as long as the window. A window that ends inside a block is a tail of the block before plus a head of
//! its own, so that its sum is one addition of two sums of at most `width` terms: nothing is ever subtracted, and an error made
//! at one row cannot reach a row more than `width` later. (Van Herk's and Gil and Werman's scheme for maxima, applied to sums.)

/// Calls `emit(start, row, total)` for every row, where total sums `terms(start, i)` over the window ending at `row` and start is
/// the first row of the row's block, from which terms may be measured.
pub(super) fn sums<const K: usize>(
    n_rows: usize,
    width: usize,
    terms: impl Fn(usize, usize) -> [f64; K],
    mut emit: impl FnMut(usize, usize, [f64; K]),
) {
    let width = width.min(n_rows).max(1);
    let mut tail = vec![[0.0; K]; width + 1];
    for start in (0..n_rows).step_by(width) {
        if start > 0 {
            for at in (1..width).rev() {
                tail[at] = add(terms(start, start - width + at), tail[at + 1]);
            }
        }
        let mut head = [0.0; K];
        let block = width.min(n_rows - start);
        for (at, &before) in tail[1..=block].iter().enumerate() {
            head = add(head, terms(start, start + at));
            emit(start, start + at, add(before, head));
        }
    }
}

fn add<const K: usize>(mut a: [f64; K], b: [f64; K]) -> [f64; K] {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}

/// For each block, a value of the series near its start. Sums of squares are taken about it: about zero, the spread of a series
/// around 1e8 would be lost to rounding.
pub(super) struct Anchors {
    width: usize,
    values: Vec<f64>,
}

impl Anchors {
    pub(super) fn of(x: &[f64], width: usize) -> Self {
        let width = width.min(x.len()).max(1);
        let mut last = 0.0;
        let mut is_first = true;
        let values = x
            .chunks(width)
            .map(|block| {
                if is_first && let Some(first) = block.iter().find(|value| !value.is_nan()) {
                    (last, is_first) = (*first, false);
                }
                let anchor = last;
                last = block.iter().rev().find(|value| !value.is_nan()).copied().unwrap_or(last);
                anchor
            })
            .collect();
        Self { width, values }
    }

    /// The anchor of the block that begins at row `start`.
    pub(super) fn at(&self, start: usize) -> f64 {
        self.values[start / self.width]
    }
}

/// The rows of the window of `width` that ends at `row`.
pub(super) fn rows(row: usize, width: usize) -> std::ops::RangeInclusive<usize> {
    (row + 1).saturating_sub(width)..=row
}

/// Whether a spread about the mean is too small a part of the spread about an anchor to be trusted: three digits are lost. The
/// series has left its anchor, and the window is then summed again about its own mean.
pub(super) fn is_cancelled(about_mean: f64, about_anchor: f64) -> bool {
    about_mean < 1e-3 * about_anchor
}
