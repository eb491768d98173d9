//! Span: the rows of a report as of its latest day, built once, and cut by what was known on an earlier one.

use std::path::Path;

use super::build::{self, Built};
use super::contract;
use super::dataset::Dataset;
use super::outline;
use super::sql_file;
use super::truncate::Cuts;
use super::view;
use crate::day::Day;
use crate::error::Result;
use crate::source::Tables;
use crate::spec::Spec;

/// Rows as of a day, from which those as of an earlier one are taken.
///
/// A feature is a fact known strictly before its row's `as_of`: what it is in the longest span it was on every day before, or the SQL looks
/// ahead, which the truncation test is there to find. Nothing else of a row need be so: on an earlier day it may not have been
/// known when a target comes, what a loan lost, or that the row would be there. So the features alone are taken from the span, and all other
/// columns are asked again as of the day.
#[derive(Debug)]
pub struct Span {
    rows: Dataset,
}

impl Span {
    /// Builds the rows as of the tables' day; `None` where the SQL, asked for all columns but the features, gives other rows than
    /// it gives with them.
    ///
    /// Errors where the SQL fails.
    pub fn build(root: &Path, spec: &Spec, tables: &Tables) -> Result<Option<Self>> {
        let files = sql_file::read(root, spec)?;
        let last = files.last().expect("a spec lists at least one SQL file");
        let mut rows = contract::convert(&last.path, &spec.features, &view::run(tables, &files, None)?)?;
        let outline = outline::of(tables, &files, &spec.features)?;
        let (names, features) = (std::mem::take(&mut rows.feature_names), std::mem::take(&mut rows.features));
        let is_same = rows == outline;
        Ok(is_same.then_some(Self { rows: Dataset { feature_names: names, features, ..rows } }))
    }

    /// What [`build`](super::build()) gives for tables as of an earlier day, or that of the span.
    ///
    /// Where the rows of that day are not those of the span up to it, or do not pass the truncation test, the features are built for that day
    /// alone: the SQL looks ahead, or has rows beyond its day. `known` remembers what was certified before.
    pub fn known_by(&self, root: &Path, spec: &Spec, tables: &Tables, known: &Cuts) -> Result<Built> {
        match self.cut(root, spec, tables, known) {
            Ok(Some(built)) => Ok(built),
            // What is wrong with the day is told by its own build.
            Ok(None) | Err(_) => build::build(root, spec, tables, known),
        }
    }

    fn cut(&self, root: &Path, spec: &Spec, tables: &Tables, known: &Cuts) -> Result<Option<Built>> {
        let files = sql_file::read(root, spec)?;
        let (outline, recurrences) = rayon::join(|| outline::of(tables, &files, &spec.features), || tables.recurrences());
        let Some(data) = featured(&self.rows, outline?, tables.as_of()?) else { return Ok(None) };
        let data = build::walled(spec, tables, &files, data)?;
        build::tested(spec, tables, files, (data, &recurrences?), known).map(Some)
    }
}

/// The rows of `outline`, of what is asked as of `as_of`, with the features that they have in `span`.
///
/// `None` where they are not the rows of the span up to that day, or something that must be the same is not: a target known before the
/// day, a weight, a benchmark.
fn featured(span: &Dataset, outline: Dataset, as_of: Day) -> Option<Dataset> {
    let n_rows = outline.n_rows();
    if span.as_of.partition_point(|&day| day <= as_of) != n_rows || span.as_of[..n_rows] != outline.as_of {
        return None;
    }
    let codes: Vec<Option<u32>> = outline.entities.iter().map(|name| span.entity_code(name)).collect();
    let is_entity = outline.entity.iter().zip(&span.entity).all(|(&code, &in_span)| codes[code as usize] == Some(in_span));
    let known =
        |data: &Dataset, row: usize| data.known_on[row].filter(|&known_on| known_on < as_of).map(|known_on| (known_on, bits(data.target[row])));
    let is_target = (0..n_rows).all(|row| known(span, row) == known(&outline, row));
    let is_weight = outline.weight.iter().zip(&span.weight).all(|(now, in_span)| now.to_bits() == in_span.to_bits());
    let is_benchmark = outline.benchmarks.iter().all(|(name, column)| {
        let in_span = span.benchmarks.get(name);
        in_span.is_some_and(|in_span| column.iter().zip(in_span).all(|(now, in_span)| bits(*now) == bits(*in_span)))
    });
    let is_same = is_entity && is_target && is_weight && is_benchmark;
    is_same.then(|| Dataset { feature_names: span.feature_names.clone(), features: span.features.first(n_rows), ..outline })
}

fn bits(value: Option<f64>) -> Option<u64> {
    value.map(f64::to_bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Matrix;

    /// Names b and c on days 1 to 3, and a on day 3: targets of day d are known on day d + 1.
    fn span() -> Dataset {
        Dataset {
            entities: ["a", "b", "c"].map(str::to_owned).to_vec(),
            entity: vec![1, 2, 1, 2, 0, 1, 2],
            as_of: [1, 1, 2, 2, 3, 3, 3].map(Day).to_vec(),
            known_on: [2, 2, 3, 3, 4, 4, 4].map(|day| Some(Day(day))).to_vec(),
            target: (0..7).map(|row| Some(f64::from(row))).collect(),
            weight: vec![1.0; 7],
            feature_names: vec!["x".to_owned(), "y".to_owned()],
            features: Matrix::from_columns(7, &[(0..7).map(|row| row as f32).collect(), (10..17).map(|row| row as f32).collect()]),
            benchmarks: [("benchmark_pd".to_owned(), vec![Some(0.1); 7])].into(),
            ..Dataset::default()
        }
    }

    /// What is asked as of day 2: a is not there yet, and when the targets of day 2 come is not known.
    fn outline() -> Dataset {
        Dataset {
            entities: ["b", "c"].map(str::to_owned).to_vec(),
            entity: vec![0, 1, 0, 1],
            as_of: [1, 1, 2, 2].map(Day).to_vec(),
            known_on: vec![None; 4],
            target: vec![None; 4],
            weight: vec![1.0; 4],
            benchmarks: [("benchmark_pd".to_owned(), vec![Some(0.1); 4])].into(),
            carried: [("lost".to_owned(), vec![Some(7.0); 4])].into(),
            ..Dataset::default()
        }
    }

    #[test]
    fn features_come_from_the_span_and_all_else_from_the_day() {
        let cut = featured(&span(), outline(), Day(2)).expect("the rows of the span up to day 2");
        assert_eq!(cut.entities, ["b", "c"]);
        assert_eq!((cut.known_on, cut.target), (vec![None; 4], vec![None; 4]));
        assert_eq!(cut.carried["lost"], [Some(7.0); 4]);
        assert_eq!(cut.feature_names, ["x", "y"]);
        assert_eq!([cut.features.column(0), cut.features.column(1)], [[0.0, 1.0, 2.0, 3.0], [10.0, 11.0, 12.0, 13.0]]);
    }

    #[test]
    fn what_was_known_of_a_target_before_the_day_must_be_what_the_span_knows() {
        // As of day 3 the targets of day 1, known on day 2, are known; those of day 2 are not.
        let mut known = span();
        known.features = Matrix::default();
        known.feature_names.clear();
        assert!(featured(&span(), known.clone(), Day(3)).is_some());
        known.target[2] = None;
        assert!(featured(&span(), known.clone(), Day(3)).is_some(), "known on the day itself");
        known.target[1] = Some(9.0);
        assert!(featured(&span(), known, Day(3)).is_none(), "known on day 2");
        assert!(featured(&span(), outline(), Day(3)).is_none(), "the rows of day 3 are missing");
        // The span knew on day 2 when the targets of day 1 come; as of that day nobody does, and that is no difference.
        let mut early = outline();
        early.known_on[0] = Some(Day(1));
        assert!(featured(&span(), early, Day(2)).is_none(), "known before the day, and the span says day 2");
    }

    #[test]
    fn other_rows_weights_or_benchmarks_are_no_cut() {
        let mut beyond = outline();
        beyond.as_of[3] = Day(4);
        assert!(featured(&span(), beyond, Day(2)).is_none(), "a row after its day");
        let mut renamed = outline();
        renamed.entities[0] = "a".to_owned();
        assert!(featured(&span(), renamed, Day(2)).is_none(), "another name");
        let mut weighted = outline();
        weighted.weight[0] = 2.0;
        assert!(featured(&span(), weighted, Day(2)).is_none(), "another weight");
        let mut forecast = outline();
        forecast.benchmarks.insert("benchmark_pd".to_owned(), vec![None; 4]);
        assert!(featured(&span(), forecast, Day(2)).is_none(), "another benchmark");
    }
}
