//! Partial dependence: how a fitted model's forecast moves with one feature, all else as it was.

use crate::feature::{Dataset, Matrix};
use crate::model::{Card, Dependence, Lesson, Model, Past, Query};

/// Features looked at, the strongest first.
const N_FEATURES: usize = 6;
/// Training rows averaged over.
const N_ROWS: usize = 200;
/// Values of a feature tried: its quantiles from 5 % to 95 %.
const N_VALUES: usize = 19;

/// Mean forecast of the model's first quantity over training rows, with one feature set to each of its quantiles in turn (Friedman 2001).
///
/// PD_j(v) = (1 / n) Σ_i f(x_i with x_ij = v), over up to 200 training rows spread evenly over time and the 5 %, 10 %, ..., 95 % quantiles of
/// feature j over all training rows in which it is known. Features that move together are moved apart by it: it describes the model, not the world.
/// The strongest six features by the first quantity's importance; none of a model without.
pub(super) fn partial_dependence(data: &Dataset, lesson: &Lesson, (model, card): (&dyn Model, &Card), past: &Past) -> Vec<Dependence> {
    let Some(importance) = card.importance.first() else { return Vec::new() };
    let step = lesson.rows.len().div_ceil(N_ROWS).max(1);
    let rows: Vec<usize> = (0..lesson.rows.len()).step_by(step).collect();
    let at: Vec<u32> = rows.iter().map(|&row| lesson.rows[row]).collect();
    let entity: Vec<u32> = rows.iter().map(|&row| lesson.entity[row]).collect();
    let as_of: Vec<_> = rows.iter().map(|&row| lesson.as_of[row]).collect();
    let features = data.features.gather(&at);
    let columns: Vec<Vec<f32>> = (0..features.n_columns()).map(|idx| features.column(idx).to_vec()).collect();
    let of_feature = |name: &String| {
        let place = data.feature_names.iter().position(|known| known == name)?;
        let known = lesson.rows.iter().map(|&row| data.features.column(place)[row as usize]).filter(|value| value.is_finite());
        let mut found = Dependence { feature: name.clone(), values: Vec::new(), forecasts: Vec::new() };
        for value in grid(known.collect()) {
            let mut moved = columns.clone();
            moved[place] = vec![value; rows.len()];
            let features = Matrix::from_columns(rows.len(), &moved);
            let forecasts = model.forecast(&Query { features: &features, entity: &entity, as_of: &as_of, past, benchmarks: &[] });
            let known: Vec<f64> = forecasts.first()?.iter().copied().flatten().filter(|forecast| forecast.is_finite()).collect();
            if !known.is_empty() {
                found.values.push(f64::from(value));
                found.forecasts.push(known.iter().sum::<f64>() / known.len() as f64);
            }
        }
        (1 < found.values.len()).then_some(found)
    };
    importance.shares.iter().take(N_FEATURES).filter_map(|(name, _)| of_feature(name)).collect()
}

/// The quantiles of the values, each once.
fn grid(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let last = values.len().saturating_sub(1);
    let mut grid: Vec<f32> = (1..=N_VALUES).filter_map(|part| values.get((part * last + N_VALUES.div_ceil(2)) / (N_VALUES + 1)).copied()).collect();
    grid.dedup();
    grid
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DAYS, panel};
    use super::*;
    use crate::model::Importance;

    /// 2 x + y², the features by place.
    struct Known;

    impl Model for Known {
        fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
            let (x, y) = (query.features.column(0), query.features.column(1));
            vec![x.iter().zip(y).map(|(&x, &y)| Some(2.0 * f64::from(x) + f64::from(y) * f64::from(y))).collect()]
        }

        fn card(&self) -> Card {
            Card::default()
        }
    }

    #[test]
    fn the_line_of_a_sum_is_its_own_term_and_the_mean_of_the_others() {
        let mut data = panel(DAYS);
        let x = data.features.column(0).to_vec();
        let y = x.iter().map(|value| (3.0 * value).cos()).collect();
        data.features = Matrix::from_columns(x.len(), &[x, y]);
        data.feature_names.push("y".into());
        let rows: Vec<u32> = (0..data.n_rows() as u32).filter(|&row| data.target[row as usize].is_some()).collect();
        let lesson = Lesson::new(&data, rows);
        let shares = data.feature_names.iter().take(2).map(|name| (name.clone(), 0.5)).collect();
        let card = Card { importance: vec![Importance { of: "mean".into(), shares }], ..Card::default() };
        let found = partial_dependence(&data, &lesson, (&Known, &card), &Past::new(&data));
        assert_eq!(found.len(), 2);
        for (idx, one) in found.iter().enumerate() {
            let moved = |value: f64| if idx == 0 { 2.0 * value } else { value * value };
            let (first, at_first) = (one.values[0], one.forecasts[0]);
            for (&value, &forecast) in one.values.iter().zip(&one.forecasts) {
                assert!((forecast - at_first - (moved(value) - moved(first))).abs() < 1e-6, "{} at {value}", one.feature);
            }
        }
    }

    #[test]
    fn a_grid_is_of_values_that_came_and_holds_each_once() {
        assert_eq!(grid(vec![3.0, 1.0, 2.0]), [1.0, 2.0, 3.0]);
        assert_eq!((grid(vec![1.0; 50]), grid(vec![])), (vec![1.0], vec![]));
        let hundred = grid((0..=100).map(|value| value as f32).collect());
        assert_eq!((hundred.len(), hundred[0], hundred[9], hundred[18]), (19, 5.0, 50.0, 95.0));
    }
}
