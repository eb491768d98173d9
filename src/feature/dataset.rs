//! What the feature view became: plain columns, sorted by `as_of` and entity. No Arrow in here.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::day::Day;

/// Rows x columns of f32, column-major; NaN is a missing feature and nothing else.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    n_rows: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// A matrix from its columns, each of `n_rows`.
    #[must_use]
    pub fn from_columns(n_rows: usize, columns: &[Vec<f32>]) -> Self {
        let mut values = Vec::with_capacity(n_rows * columns.len());
        for column in columns {
            assert_eq!(column.len(), n_rows, "every column has a value per row");
            values.extend_from_slice(column);
        }
        Self { n_rows, values }
    }

    /// A matrix without a value.
    #[must_use]
    pub(super) fn missing(n_rows: usize, n_columns: usize) -> Self {
        Self { n_rows, values: vec![f32::NAN; n_rows * n_columns] }
    }

    /// Its columns, to be filled side by side.
    pub(super) fn columns_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [f32]> {
        self.values.par_chunks_exact_mut(self.n_rows.max(1))
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.values.len().checked_div(self.n_rows).unwrap_or(0)
    }

    /// Column `idx`.
    #[must_use]
    pub fn column(&self, idx: usize) -> &[f32] {
        &self.values[idx * self.n_rows..(idx + 1) * self.n_rows]
    }

    /// The first rows of every column.
    #[must_use]
    pub(super) fn first(&self, n_rows: usize) -> Self {
        let values = (0..self.n_columns()).flat_map(|idx| &self.column(idx)[..n_rows]).copied().collect();
        Self { n_rows, values }
    }

    /// The named rows of every column, in their order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * self.n_columns());
        for idx in 0..self.n_columns() {
            let column = self.column(idx);
            values.extend(rows.iter().map(|&row| column[row as usize]));
        }
        Self { n_rows: rows.len(), values }
    }
}

/// Some rows of a matrix, and no others: what a learner is shown cannot reach beyond them.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    matrix: &'a Matrix,
    rows: &'a [u32],
}

impl<'a> Rows<'a> {
    /// The rows of `matrix` at these positions.
    #[must_use]
    pub fn new(matrix: &'a Matrix, rows: &'a [u32]) -> Self {
        Self { matrix, rows }
    }

    /// Number of rows shown.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.matrix.n_columns()
    }

    /// Values of a column, row by row.
    #[must_use]
    pub fn column(&self, idx: usize) -> impl ExactSizeIterator<Item = f32> + Clone + 'a {
        let column = self.matrix.column(idx);
        self.rows.iter().map(|&row| column[row as usize])
    }

    /// A copy of the rows shown.
    #[must_use]
    pub fn gather(&self) -> Matrix {
        self.matrix.gather(self.rows)
    }
}

/// A text column as codes into its sorted distinct levels; `None` where NULL.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    /// Distinct levels, sorted.
    pub levels: Vec<String>,
    /// One code per row.
    pub codes: Vec<Option<u32>>,
}

/// Everything the walk sees, sorted by (`as_of`, `entity`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dataset {
    /// Distinct entities, sorted.
    pub entities: Vec<String>,
    /// Code of each row's entity.
    pub entity: Vec<u32>,
    /// Every feature is a fact known strictly before this day.
    pub as_of: Vec<Day>,
    /// The day the target is known; `None` where it is not known yet.
    pub known_on: Vec<Option<Day>>,
    /// The target; `None` where it is not known yet.
    pub target: Vec<Option<f64>>,
    /// Dates that pass before a target's days begin, as the spec states them (`target.delay_dates`).
    pub target_delay_dates: usize,
    /// Training weight; 1 where the view has none.
    pub weight: Vec<f64>,
    /// Names of the features.
    pub feature_names: Vec<String>,
    /// Features, rows x columns.
    pub features: Matrix,
    /// `benchmark_*` columns: forecasts from elsewhere.
    pub benchmarks: BTreeMap<String, Vec<Option<f64>>>,
    /// Carried numbers.
    pub carried: BTreeMap<String, Vec<Option<f64>>>,
    /// Carried text.
    pub labels: BTreeMap<String, Labels>,
}

impl Dataset {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.as_of.len()
    }

    /// The least and the largest training weight; `None` where every row weighs 1.
    #[must_use]
    pub fn weight_range(&self) -> Option<(f64, f64)> {
        let least = self.weight.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = self.weight.iter().copied().fold(0.0, f64::max);
        (!self.weight.is_empty() && (least, largest) != (1.0, 1.0)).then_some((least, largest))
    }

    /// Name of a row's entity.
    #[must_use]
    pub fn entity_name(&self, row: u32) -> &str {
        &self.entities[self.entity[row as usize] as usize]
    }

    /// The code of an entity by name.
    #[must_use]
    pub fn entity_code(&self, name: &str) -> Option<u32> {
        self.entities.binary_search_by(|entity| entity.as_str().cmp(name)).ok().map(|idx| idx as u32)
    }

    /// Rows of each entity in the order of `as_of`.
    #[must_use]
    pub fn rows_by_entity(&self) -> Vec<Vec<u32>> {
        let mut rows = vec![Vec::new(); self.entities.len()];
        for (row, &entity) in self.entity.iter().enumerate() {
            rows[entity as usize].push(row as u32);
        }
        rows
    }

    /// Distinct `as_of` days, ascending.
    #[must_use]
    pub fn calendar(&self) -> Vec<Day> {
        let mut days = self.as_of.clone();
        days.dedup();
        days
    }

    /// Rows with `start <= as_of < end`.
    #[must_use]
    pub fn rows_between(&self, start: Day, end: Day) -> std::ops::Range<u32> {
        let lower = self.as_of.partition_point(|&day| day < start);
        let upper = self.as_of.partition_point(|&day| day < end);
        lower as u32..upper.max(lower) as u32
    }
}
