//! A full pass beside one over tables that were cut: nothing known by the cut may differ.

use super::digest::{Seen, known};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::feature::dataset::Dataset;

/// The rows of the two passes.
pub(super) struct Pair<'a> {
    /// The last SQL file, for messages.
    pub(super) file: &'a str,
    pub(super) cut: Day,
    pub(super) full: &'a Dataset,
    pub(super) truncated: &'a Dataset,
}

impl Pair<'_> {
    /// Rows with `as_of <= cut` exist on both sides with identical features, weights and benchmarks, and targets with `known_on < cut`
    /// are identical. A difference is an error that names the column, the day and the entity.
    pub(super) fn compare(&self) -> Result<Seen> {
        let n_full = self.full.as_of.partition_point(|&day| day <= self.cut) as u32;
        let n_cut = self.truncated.as_of.partition_point(|&day| day <= self.cut) as u32;
        for row in 0..n_full.min(n_cut) {
            if Self::key(self.full, row) != Self::key(self.truncated, row) {
                return Err(self.stray(row));
            }
        }
        if n_full != n_cut {
            return Err(self.stray(n_full.min(n_cut)));
        }
        for (idx, name) in self.full.feature_names.iter().enumerate() {
            let (with, without) = (self.full.features.column(idx), self.truncated.features.column(idx));
            self.same(name, n_full, |row| {
                let (with, without) = (with[row], without[row]);
                (with.to_bits() != without.to_bits() && !(with.is_nan() && without.is_nan())).then(|| (shown(some(with)), shown(some(without))))
            })?;
        }
        let weight = |data: &Dataset, row: usize| Some(data.weight[row]);
        self.same("weight", n_full, |row| differ(weight(self.full, row), weight(self.truncated, row)))?;
        for (name, with) in &self.full.benchmarks {
            self.same(name, n_full, |row| differ(with[row], self.truncated.benchmarks[name][row]))?;
        }
        let known = known(self.full, self.cut);
        self.same("target", n_full, |row| if known(row) { differ(self.full.target[row], self.truncated.target[row]) } else { None })?;
        Ok(Seen::of(self.truncated, self.cut))
    }

    fn key(data: &Dataset, row: u32) -> (Day, &str) {
        (data.as_of[row as usize], data.entity_name(row))
    }

    /// The key of a row, if there is such a row up to the cut.
    fn known<'d>(&self, data: &'d Dataset, row: u32) -> Option<(Day, &'d str)> {
        (row < data.n_rows() as u32).then(|| Self::key(data, row)).filter(|(day, _)| *day <= self.cut)
    }

    /// The first row at which `difference` finds one is an error.
    fn same(&self, column: &str, n_rows: u32, difference: impl Fn(usize) -> Option<(String, String)>) -> Result<()> {
        for row in 0..n_rows as usize {
            let Some((with, without)) = difference(row) else { continue };
            let (day, entity) = Self::key(self.full, row as u32);
            let problem = format!(
                "column `{column}` looks ahead: as_of {day} for entity {entity} it is {with}, but {without} when every table is cut at {}",
                self.cut
            );
            let hint = if column == "target" {
                "the target uses data later than its known_on; state the day on which it is really known"
            } else {
                "it depends on rows with time >= as_of (a frame that reaches forward, a statistic of the whole table, or a late-known column); declare columns known late as `outcomes`"
            };
            return Err(Error::sql(self.file, problem).hint(hint));
        }
        Ok(())
    }

    fn stray(&self, row: u32) -> Error {
        let (with, without) = (self.known(self.full, row), self.known(self.truncated, row));
        let (found, side) = match (with, without) {
            (Some(with), Some(without)) if without < with => (without, "only when every table is cut at"),
            (Some(with), _) => (with, "but not when every table is cut at"),
            (None, Some(without)) => (without, "only when every table is cut at"),
            (None, None) => unreachable!("a stray row is on one side"),
        };
        Error::sql(self.file, format!("the rows look ahead: entity {} as_of {} exists, {side} {}", found.1, found.0, self.cut))
            .hint("a row computed from data of day d has as_of = d + 1 day, and must not need anything later to exist")
    }
}

fn some(value: f32) -> Option<f64> {
    (!value.is_nan()).then_some(f64::from(value))
}

fn differ(with: Option<f64>, without: Option<f64>) -> Option<(String, String)> {
    (with.map(f64::to_bits) != without.map(f64::to_bits)).then(|| (shown(with), shown(without)))
}

fn shown(value: Option<f64>) -> String {
    value.map_or("NULL".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Matrix;

    /// Two names, a and b, on days 1 to 4: one feature, targets of day d known on day d + 1.
    fn full() -> Dataset {
        let day = |row: i32| 1 + row / 2;
        Dataset {
            entities: vec!["a".into(), "b".into()],
            entity: (0..8).map(|row| row % 2).collect(),
            as_of: (0..8).map(|row| Day(day(row))).collect(),
            known_on: (0..8).map(|row| Some(Day(day(row) + 1))).collect(),
            target: (0..8).map(|row| Some(f64::from(row))).collect(),
            weight: vec![1.0; 8],
            feature_names: vec!["x".into()],
            features: Matrix::from_columns(8, &[vec![0.5, f32::NAN, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]),
            benchmarks: [("benchmark_pd".to_owned(), vec![Some(0.1); 8])].into(),
            ..Dataset::default()
        }
    }

    /// The first `n` rows: what is left when tables are cut.
    fn first(n: usize) -> Dataset {
        let mut data = full();
        data.features = data.features.gather(&(0..n as u32).collect::<Vec<_>>());
        data.entity.truncate(n);
        data.as_of.truncate(n);
        data.known_on.truncate(n);
        data.target.truncate(n);
        data.weight.truncate(n);
        data.benchmarks.values_mut().for_each(|column| column.truncate(n));
        data
    }

    /// Compares at a cut on day 3.
    fn compared(truncated: &Dataset) -> std::result::Result<Seen, String> {
        Pair { file: "features.sql", cut: Day(3), full: &full(), truncated }.compare().map_err(|error| error.to_string())
    }

    #[test]
    fn rows_up_to_the_cut_and_targets_known_before_it_are_counted() {
        // Six rows up to day 3; the targets of day 1 are known on day 2, those of day 2 on the cut itself.
        let seen = compared(&first(6)).expect("the same rows");
        assert_eq!((seen.n_rows, seen.n_values, seen.n_targets), (6, 6, 2));
        // A later row on either side is nobody's business.
        assert!(compared(&first(8)).is_ok());
    }

    #[test]
    fn a_missing_feature_is_the_same_as_a_missing_one_and_zero_is_not_minus_zero() {
        let mut other_nan = first(6);
        other_nan.features = Matrix::from_columns(6, &[vec![0.5, -f32::NAN, 1.0, 2.0, 3.0, 4.0]]);
        assert!(compared(&other_nan).is_ok());
        let mut filled = first(6);
        filled.features = Matrix::from_columns(6, &[vec![0.5, 0.0, 1.0, 2.0, 3.0, 4.0]]);
        let refused = compared(&filled).expect_err("it was missing");
        assert!(
            refused.contains("column `x` looks ahead: as_of 1970-01-02 for entity b it is NULL, but 0 when every table is cut at 1970-01-04"),
            "{refused}"
        );
    }

    #[test]
    fn targets_differ_only_where_they_are_known_before_the_cut() {
        let mut late = first(6);
        late.target[2] = None; // day 2, known on the cut
        assert!(compared(&late).is_ok());
        let mut early = first(6);
        early.target[1] = Some(9.0);
        let refused = compared(&early).expect_err("known on day 2");
        assert!(refused.contains("column `target` looks ahead: as_of 1970-01-02 for entity b it is 1, but 9"), "{refused}");
        assert!(refused.contains("the target uses data later than its known_on"), "{refused}");
    }

    #[test]
    fn weights_and_benchmarks_are_compared_too() {
        let mut weighted = first(6);
        weighted.weight[5] = 0.0;
        assert!(
            compared(&weighted).expect_err("another weight").contains("column `weight` looks ahead: as_of 1970-01-04 for entity b it is 1, but 0")
        );
        let mut benchmarked = first(6);
        benchmarked.benchmarks.insert("benchmark_pd".into(), vec![None; 6]);
        assert!(compared(&benchmarked).expect_err("another forecast").contains("column `benchmark_pd` looks ahead"));
    }

    #[test]
    fn a_row_on_one_side_only_is_named_with_its_side() {
        let refused = compared(&first(5)).expect_err("a row is missing");
        assert!(
            refused.contains("the rows look ahead: entity b as_of 1970-01-04 exists, but not when every table is cut at 1970-01-04"),
            "{refused}"
        );
        let mut more = first(6);
        more.as_of[1] = Day(1);
        more.entities = vec!["A".into(), "b".into()];
        let refused = compared(&more).expect_err("A is new");
        assert!(refused.contains("entity A as_of 1970-01-02 exists, only when every table is cut at 1970-01-04"), "{refused}");
    }

    #[test]
    fn entities_are_compared_by_name_and_not_by_code() {
        // Cut earlier, the panel holds other names, and codes are others.
        let mut coded = first(6);
        coded.entities = vec!["a".into(), "aa".into(), "b".into()];
        coded.entity.iter_mut().for_each(|code| *code *= 2);
        assert!(compared(&coded).is_ok());
    }
}
