//! Weighted cross-products of columns, the one heavy sum behind every regression.

/// Rows held at once: a panel of 24 columns and its weighted twin stay within a core's first cache.
pub(super) const PANEL_ROWS: usize = 128;

/// Columns of a tile: four sums beside four make eight registers of two, which leaves the rest of the sixteen to the factors.
const LANES: usize = 4;

/// The products of four columns with four.
type Tile = [[f64; LANES]; LANES];

/// A panel of rows that is filled column by column, and the sums of its weighted cross-products so far.
///
/// Sums run in f64 over a panel's rows, then over panels, in an order that depends on nothing but the rows.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    n_groups: usize,
    /// Group by group of four columns, row by row.
    plain: Vec<[f64; LANES]>,
    weighted: Vec<[f64; LANES]>,
    products: Products,
}

/// Sums of weighted cross-products.
#[derive(Debug, Clone)]
pub(super) struct Products {
    n_columns: usize,
    /// Lower triangle of groups of columns.
    tiles: Vec<Tile>,
}

impl Kernel {
    /// No rows yet.
    pub(super) fn new(n_columns: usize) -> Self {
        let n_groups = n_columns.div_ceil(LANES);
        let panel = vec![[0.0; LANES]; n_groups * PANEL_ROWS];
        let products = Products { n_columns, tiles: vec![Tile::default(); n_groups * (n_groups + 1) / 2] };
        Self { n_groups, plain: panel.clone(), weighted: panel, products }
    }

    /// Writes one column of the panel; `values` has at most `PANEL_ROWS` of them.
    pub(super) fn write(&mut self, column: usize, values: impl Iterator<Item = f64>) {
        let (group, lane) = (column / LANES, column % LANES);
        let rows = &mut self.plain[group * PANEL_ROWS..(group + 1) * PANEL_ROWS];
        for (row, value) in rows.iter_mut().zip(values) {
            row[lane] = value;
        }
    }

    /// Adds the cross-products of the panel's first rows, one for each weight.
    pub(super) fn add(&mut self, weight: &[f64]) {
        for group in 0..self.n_groups {
            let panel = group * PANEL_ROWS..(group * PANEL_ROWS + weight.len());
            for ((weighted, plain), weight) in self.weighted[panel.clone()].iter_mut().zip(&self.plain[panel]).zip(weight) {
                *weighted = plain.map(|value| value * weight);
            }
        }
        let mut tiles = self.products.tiles.iter_mut();
        for group in 0..self.n_groups {
            let left = &self.weighted[group * PANEL_ROWS..][..weight.len()];
            for other in 0..=group {
                let products = tile(left, &self.plain[other * PANEL_ROWS..][..weight.len()]);
                let sums = tiles.next().expect("a tile for every pair of groups");
                for (sum, product) in sums.iter_mut().flatten().zip(products.iter().flatten()) {
                    *sum += product;
                }
            }
        }
    }

    /// The panel's first `n_rows` rows times coefficients, a score for each row.
    pub(super) fn score(&self, coefficients: &[f64], scores: &mut [f64]) {
        scores.fill(0.0);
        let mut padded = [0.0; LANES];
        for (group, coefficients) in coefficients.chunks(LANES).enumerate() {
            padded.fill(0.0);
            padded[..coefficients.len()].copy_from_slice(coefficients);
            for (score, row) in scores.iter_mut().zip(&self.plain[group * PANEL_ROWS..]) {
                *score += (row[0] * padded[0] + row[1] * padded[1]) + (row[2] * padded[2] + row[3] * padded[3]);
            }
        }
    }

    /// Adds to `sums` the panel's columns times `pull`, a sum for each column.
    pub(super) fn pull(&self, pull: &[f64], sums: &mut [f64]) {
        for (group, sums) in sums.chunks_mut(LANES).enumerate() {
            let mut lanes = [[0.0; LANES]; 2];
            for (at, (row, pull)) in self.plain[group * PANEL_ROWS..].iter().zip(pull).enumerate() {
                for (lane, value) in lanes[at % 2].iter_mut().zip(row) {
                    *lane += value * pull;
                }
            }
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum += lanes[0][lane] + lanes[1][lane];
            }
        }
    }

    /// The value of a column in a row of the panel.
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        self.plain[column / LANES * PANEL_ROWS + row][column % LANES]
    }

    /// The sums, without the panel.
    pub(super) fn finish(self) -> Products {
        self.products
    }
}

impl Products {
    /// Adds the sums of further rows.
    pub(super) fn add(&mut self, further: &Self) {
        for (sum, further) in self.tiles.iter_mut().flatten().flatten().zip(further.tiles.iter().flatten().flatten()) {
            *sum += further;
        }
    }

    /// The sum of the weighted products of two columns.
    pub(super) fn sum(&self, i: usize, j: usize) -> f64 {
        let (i, j) = (i.max(j), i.min(j));
        let (group, other) = (i / LANES, j / LANES);
        self.tiles[group * (group + 1) / 2 + other][i % LANES][j % LANES]
    }

    /// The lower triangle, row by row.
    pub(super) fn triangle(&self) -> Vec<f64> {
        (0..self.n_columns).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| self.sum(i, j)).collect()
    }
}

/// Position of a pair, `j <= i`, in a lower triangle stored row by row.
pub(super) fn pair(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

fn tile(left: &[[f64; LANES]], right: &[[f64; LANES]]) -> Tile {
    let mut sums = Tile::default();
    for (left, right) in left.iter().zip(right) {
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum += left * right;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_agrees_with_the_plain_triple_loop_for_any_number_of_columns() {
        for n_columns in [1, 3, 4, 5, 8, 9] {
            // A full panel and a part of one; no period divides a panel.
            let n_rows = PANEL_ROWS + 37;
            let value = |row: usize, column: usize| ((row * (column + 3) * 37 + row * row) % 101) as f64 / 10.0 - 4.0;
            let weight: Vec<f64> = (0..n_rows).map(|row| (row % 7) as f64).collect();
            let coefficients: Vec<f64> = (0..n_columns).map(|column| column as f64 - 1.5).collect();
            let (mut kernel, mut moment, mut scores) = (Kernel::new(n_columns), vec![0.0; n_columns], vec![]);
            for start in (0..n_rows).step_by(PANEL_ROWS) {
                let rows = start..(start + PANEL_ROWS).min(n_rows);
                for column in 0..n_columns {
                    kernel.write(column, rows.clone().map(|row| value(row, column)));
                }
                kernel.add(&weight[rows.clone()]);
                kernel.pull(&weight[rows.clone()], &mut moment);
                let mut panel = vec![9.0; rows.len()];
                kernel.score(&coefficients, &mut panel);
                scores.extend(panel);
                assert_eq!(kernel.value(5, n_columns - 1), value(start + 5, n_columns - 1));
            }
            let products = kernel.finish();
            for (i, calculated) in moment.iter().enumerate() {
                for j in 0..=i {
                    let naive: f64 = (0..n_rows).map(|row| value(row, i) * weight[row] * value(row, j)).sum();
                    assert!((products.sum(i, j) - naive).abs() < 1e-9, "{i} {j}: {} {naive}", products.sum(i, j));
                    assert_eq!(products.triangle()[pair(i, j)], products.sum(j, i));
                }
                let naive: f64 = (0..n_rows).map(|row| value(row, i) * weight[row]).sum();
                assert!((calculated - naive).abs() < 1e-9, "{i}: {calculated} {naive}");
            }
            for (row, score) in scores.iter().enumerate() {
                let naive: f64 = (0..n_columns).map(|column| value(row, column) * coefficients[column]).sum();
                assert!((score - naive).abs() < 1e-12, "row {row}: {score} {naive}");
            }
        }
    }
}
