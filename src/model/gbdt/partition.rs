//! Sends a node's rows left or right.

use super::histogram::RowIndex;

/// Rows parted at a time; a byte can count them.
const BATCH: usize = 255;

/// Rows of a node in their order, left ones first, each side in its old order; how many went left.
///
/// * `rows`: positions, rearranged in place; `spare`: as long, overwritten.
/// * `codes`: the feature's codes of the whole table; `goes_left`: 1 for codes that go left.
pub(super) fn partition(rows: &mut [u32], spare: &mut [u32], codes: &[u8], row_index: RowIndex<'_>, goes_left: &[u8; 256]) -> usize {
    match row_index {
        RowIndex::From(start) => by(rows, spare, goes_left, {
            let codes = &codes[start..];
            move |row| codes[row as usize]
        }),
        RowIndex::Listed(..) => by(rows, spare, goes_left, move |row| codes[row_index.row(row)]),
    }
}

/// Writes each row to both sides and moves on one: no branch depends on the data.
fn by(rows: &mut [u32], spare: &mut [u32], goes_left: &[u8; 256], code: impl Fn(u32) -> u8) -> usize {
    let (mut n_left, mut n_right) = (0, 0);
    // Batches fill two small arrays that a byte cannot overrun, so nothing is checked.
    let (mut left, mut right) = ([0; 256], [0; 256]);
    let mut start = 0;
    while start < rows.len() {
        let end = rows.len().min(start + BATCH);
        let (mut at_left, mut at_right) = (0_u8, 0_u8);
        for &row in &rows[start..end] {
            left[usize::from(at_left)] = row;
            right[usize::from(at_right)] = row;
            let goes_left = goes_left[usize::from(code(row))];
            at_left = at_left.wrapping_add(goes_left);
            at_right = at_right.wrapping_add(1 - goes_left);
        }
        let (more_left, more_right) = (usize::from(at_left), usize::from(at_right));
        rows[n_left..n_left + more_left].copy_from_slice(&left[..more_left]);
        spare[n_right..n_right + more_right].copy_from_slice(&right[..more_right]);
        (n_left, n_right, start) = (n_left + more_left, n_right + more_right, end);
    }
    rows[n_left..].copy_from_slice(&spare[..n_right]);
    n_left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_keeps_its_order() {
        for n_rows in [0, 1, 2, 254, 255, 256, 1000, 70_000] {
            let codes: Vec<u8> = (0..n_rows as u32 + 3).map(|n| (n.wrapping_mul(2_654_435_769) >> 24) as u8).collect();
            let goes_left: [u8; 256] = std::array::from_fn(|code| u8::from(code % 3 == 0));
            let absolute: Vec<u32> = (3..n_rows as u32 + 3).collect();
            for row_index in [RowIndex::From(3), RowIndex::Listed(&absolute, 0)] {
                let rows: Vec<u32> = (0..n_rows as u32).collect();
                let (left, right): (Vec<u32>, Vec<u32>) = rows.iter().partition(|&&row| goes_left[usize::from(codes[row as usize + 3])] == 1);
                let (mut parted, mut spare) = (rows.clone(), rows);
                assert_eq!(partition(&mut parted, &mut spare, &codes, row_index, &goes_left), left.len());
                assert_eq!(parted, [left, right].concat());
            }
        }
    }
}
