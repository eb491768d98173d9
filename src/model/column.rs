//! A forecast from elsewhere, read from a `benchmark_*` column; nothing is learnt.

use super::{Card, Learner, Model, Query, Train};
use crate::error::Result;

/// The learner of `kind = "column"`, and its model: there is nothing to fit. The spec names one column per asked quantity, in the order asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column;

impl Learner for Column {
    fn fit(&self, _train: &Train<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(*self))
    }
}

impl Model for Column {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        query.benchmarks.to_vec()
    }

    fn card(&self) -> Card {
        Card { notes: vec!["read from a column; nothing is learnt".into()], ..Card::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::feature::{Dataset, Matrix};
    use crate::model::Past;

    #[test]
    fn column_answers_each_quantity_with_its_own_column_and_keeps_gaps() {
        let past = Past::new(&Dataset { entities: vec!["a".into()], ..Dataset::default() });
        let benchmarks = [vec![Some(-0.02), None], vec![Some(-0.03), Some(-0.04)]];
        let query = Query { features: &Matrix::default(), entity: &[0, 0], as_of: &[Day(1), Day(2)], past: &past, benchmarks: &benchmarks };
        let forecasts = Column.forecast(&query);
        assert_eq!(forecasts, [vec![Some(-0.02), None], vec![Some(-0.03), Some(-0.04)]]);
    }
}
