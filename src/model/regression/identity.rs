//! Which rows are these? A short stand-in for a list of rows with their targets and weights.

use crate::model::Lesson;
use std::ops::Range;

/// Odd multipliers (the fractional digits of pi), one for each half.
const MULTIPLIERS: [u64; 2] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345];

/// The ends of a list of rows and 128 bits drawn from every row, its target and its weight.
///
/// Two lists that differ share all of it with a chance of about 1 in 2^128, so that equal identities mean equal lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    first: u32,
    last: u32,
    n_rows: u32,
    digest: [u64; 2],
}

impl Identity {
    /// The identity of a part of a lesson.
    pub(super) fn new(lesson: &Lesson, range: Range<usize>) -> Self {
        let rows = &lesson.rows[range.clone()];
        let mut digest = MULTIPLIERS;
        for ((row, target), weight) in rows.iter().zip(&lesson.target[range.clone()]).zip(&lesson.weight[range]) {
            // The three words of a row are folded on their own, so that only one product of each row waits for the row before.
            let word = fold(target.to_bits() ^ MULTIPLIERS[1], weight.to_bits() ^ MULTIPLIERS[0]).wrapping_add(weight.to_bits().rotate_left(32));
            let salt = u64::from(*row) << 32 | u64::from(!row);
            digest[0] = fold(digest[0] ^ word, MULTIPLIERS[0] ^ salt);
            digest[1] = fold(digest[1] ^ target.to_bits() ^ salt.rotate_left(7), MULTIPLIERS[1] ^ word.rotate_left(23));
        }
        Self { first: rows.first().copied().unwrap_or(0), last: rows.last().copied().unwrap_or(0), n_rows: rows.len() as u32, digest }
    }

    /// The identity of a whole lesson.
    pub(super) fn of(lesson: &Lesson) -> Self {
        Self::new(lesson, 0..lesson.rows.len())
    }
}

/// Both halves of the product, which mixes every bit of one factor with every bit of the other.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_differ_in_one_row_target_or_weight_have_other_identities() {
        let lesson = Lesson::alone(&[0.5, -1.0, 0.0, 2.0], &[1.0; 4]);
        let own = Identity::of(&lesson);
        assert_eq!(own, Identity::of(&lesson.clone()));
        let mut others = vec![lesson.part(&[0, 1, 3]), lesson.part(&[0, 2, 3])];
        for at in 0..4 {
            let mut other = lesson.clone();
            other.target[at] += 1e-12;
            others.push(other);
            let mut other = lesson.clone();
            other.weight[at] = 1.0 - f64::EPSILON;
            others.push(other);
        }
        let mut swapped = lesson.clone();
        swapped.target.swap(1, 2);
        others.push(swapped);
        let identities: std::collections::BTreeSet<Identity> = others.iter().map(Identity::of).chain([own]).collect();
        assert_eq!(identities.len(), others.len() + 1);
    }
}
