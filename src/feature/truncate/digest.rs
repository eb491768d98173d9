//! What is known by a cut, as one hash.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::digest::Digest;
use crate::feature::dataset::Dataset;

/// Values hashed at a time.
const CHUNK: usize = 1 << 13;

/// The rows up to a cut: how many, and their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    pub(super) n_rows: u64,
    pub(super) n_values: u64,
    pub(super) n_targets: u64,
    pub(super) sha256: String,
}

/// Whether the target of a row is known before the cut.
pub(super) fn known(data: &Dataset, cut: Day) -> impl Fn(usize) -> bool + Sync + '_ {
    move |row| data.known_on[row].is_some_and(|day| day < cut)
}

impl Seen {
    /// Hashes whatever [`super::pair::Pair`] compares: keys, features, weights and benchmarks of rows with `as_of <= cut`, and their targets
    /// with `known_on < cut`. Equal hashes are equal to the bit, a missing feature being like any other.
    pub(super) fn of(data: &Dataset, cut: Day) -> Self {
        let n = data.as_of.partition_point(|&day| day <= cut);
        let known = known(data, cut);
        let optional = |values: &[Option<f64>]| column(n, |row, bytes| push(bytes, values[row]));
        let mut parts = vec![keys(data, n), column(n, |row, bytes| bytes.extend(data.weight[row].to_bits().to_le_bytes()))];
        parts.push(column(n, |row, bytes| push(bytes, data.target[row].filter(|_| known(row)))));
        for (name, values) in &data.benchmarks {
            parts.extend([name.clone(), optional(values)]);
        }
        let features: Vec<String> = (0..data.feature_names.len())
            .into_par_iter()
            .map(|idx| {
                let values = data.features.column(idx);
                column(n, |row, bytes| bytes.extend(if values[row].is_nan() { f32::NAN } else { values[row] }.to_bits().to_le_bytes()))
            })
            .collect();
        for (name, values) in data.feature_names.iter().zip(features) {
            parts.extend([name.clone(), values]);
        }
        let sha256 = parts.iter().fold(Digest::new(), |digest, part| digest.part(part.as_bytes())).hex();
        let n_targets = (0..n).filter(|&row| known(row)).count() as u64;
        Self { n_rows: n as u64, n_values: (n * data.feature_names.len()) as u64, n_targets, sha256 }
    }
}

/// Days and names of the first `n` rows. Names are counted as they come: which code a name has depends on rows after the cut.
fn keys(data: &Dataset, n: usize) -> String {
    let mut numbers = vec![u32::MAX; data.entities.len()];
    let mut names = Digest::new();
    let mut n_names = 0;
    for &code in &data.entity[..n] {
        if numbers[code as usize] == u32::MAX {
            numbers[code as usize] = n_names;
            n_names += 1;
            names.add(data.entities[code as usize].as_bytes());
        }
    }
    let rows = column(n, |row, bytes| {
        bytes.extend(data.as_of[row].0.to_le_bytes());
        bytes.extend(numbers[data.entity[row] as usize].to_le_bytes());
    });
    names.part(rows.as_bytes()).hex()
}

fn push(bytes: &mut Vec<u8>, value: Option<f64>) {
    bytes.push(u8::from(value.is_some()));
    bytes.extend(value.unwrap_or(0.0).to_bits().to_le_bytes());
}

/// The hash of `n` rows, each written by `write`.
fn column(n: usize, write: impl Fn(usize, &mut Vec<u8>)) -> String {
    let (mut digest, mut bytes) = (Digest::new(), Vec::new());
    for from in (0..n).step_by(CHUNK) {
        bytes.clear();
        (from..n.min(from + CHUNK)).for_each(|row| write(row, &mut bytes));
        digest.add(&bytes);
    }
    digest.hex()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Matrix;

    fn data() -> Dataset {
        Dataset {
            entities: vec!["a".into(), "b".into()],
            entity: vec![0, 1, 0, 1],
            as_of: vec![Day(1), Day(1), Day(2), Day(2)],
            known_on: vec![Some(Day(2)); 4],
            target: vec![Some(1.0), None, Some(2.0), Some(3.0)],
            weight: vec![1.0; 4],
            feature_names: vec!["x".into()],
            features: Matrix::from_columns(4, &[vec![0.0, f32::NAN, 1.0, 2.0]]),
            benchmarks: [("benchmark_pd".to_owned(), vec![Some(0.0), None, None, None])].into(),
            ..Dataset::default()
        }
    }

    #[test]
    fn whatever_is_known_by_the_cut_is_in_the_hash_and_nothing_else() {
        let seen = Seen::of(&data(), Day(1));
        assert_eq!((seen.n_rows, seen.n_values, seen.n_targets), (2, 2, 0));
        let same = |change: &dyn Fn(&mut Dataset)| {
            let mut other = data();
            change(&mut other);
            Seen::of(&other, Day(1)) == seen
        };
        assert!(same(&|data| data.target[0] = Some(9.0)), "known on day 2");
        assert!(same(&|data| data.weight[2] = 9.0), "a later row");
        assert!(same(&|data| data.features = Matrix::from_columns(4, &[vec![0.0, -f32::NAN, 9.0, 9.0]])), "missing is missing");
        assert!(same(&|data| {
            data.entities = vec!["a".into(), "aa".into(), "b".into()];
            data.entity = vec![0, 2, 0, 1];
        }));
        assert!(!same(&|data| data.entities[1] = "c".into()));
        assert!(!same(&|data| data.entity = vec![1, 0, 0, 1]));
        assert!(!same(&|data| data.weight[1] = 2.0));
        assert!(!same(&|data| data.features = Matrix::from_columns(4, &[vec![-0.0, f32::NAN, 1.0, 2.0]])));
        assert!(!same(&|data| data.known_on[0] = Some(Day(0))), "its target is known");
        assert!(!same(&|data| data.benchmarks = [("benchmark_pd".to_owned(), vec![None; 4])].into()), "zero is not missing");
        assert!(!same(&|data| data.feature_names = vec!["y".into()]));
    }
}
