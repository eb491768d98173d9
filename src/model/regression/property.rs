//! What holds for every regression, whatever the table's shape: a fit or a clear error, never a panic, never a forecast that is no number.

use super::testing::{Case, Draw, NAN, forecast};
use super::{ElasticNet, Huber, Lasso, Linear, Logistic, PartialLeastSquares, PrincipalComponent, Quantile, Ridge};
use crate::model::{Learner, Train};
use crate::spec::{
    ComponentParams, ElasticNetParams, HuberParams, LassoParams, LinearParams, LogisticParams, QuantileParams, Quantity, RidgeParams, StandardErrors,
};

fn learners(draw: &mut Draw) -> Vec<Box<dyn Learner>> {
    let features = Vec::new;
    let tails = vec![Quantity::Quantile(0.05), Quantity::Quantile(0.01), Quantity::Quantile(0.3)];
    let kind = [StandardErrors::None, StandardErrors::Ols, StandardErrors::Hc, StandardErrors::Hac][draw.below(4) as usize];
    let (l1, l2) = (draw.share() / 4.0, draw.share() / 4.0);
    let components = ComponentParams { n_components: 1 + draw.below(3) as u32, features: features() };
    vec![
        Box::new(Linear(LinearParams { standard_errors: kind, lags: None, features: features() })),
        Box::new(Ridge(RidgeParams { l2, features: features() })),
        Box::new(Lasso(LassoParams { l1, features: features() })),
        Box::new(ElasticNet(ElasticNetParams { l1, l2, features: features() })),
        Box::new(Huber(HuberParams { features: features() })),
        Box::new(PrincipalComponent(components.clone())),
        Box::new(PartialLeastSquares(components)),
        Box::new(Quantile::new(QuantileParams { features: features() }, &tails)),
        Box::new(Logistic(LogisticParams { l1, l2: l2 + 1e-6, max_iterations: 50, features: features() })),
    ]
}

/// Up to 40 rows and 4 columns, constant, empty, repeated or far ones among them, with weights of 0 and repeated targets.
fn case(draw: &mut Draw) -> Case {
    let (n_rows, n_columns) = (draw.below(40) as usize, 1 + draw.below(4) as usize);
    let mut columns: Vec<Vec<f32>> = vec![];
    for _ in 0..n_columns {
        let column = match draw.below(6) {
            0 => vec![2.5; n_rows],
            1 => vec![NAN; n_rows],
            2 => columns.last().cloned().unwrap_or(vec![0.0; n_rows]),
            3 => (0..n_rows).map(|_| [1e-30, -3e30, 7e18][draw.below(3) as usize]).collect(),
            4 => (0..n_rows).map(|_| if draw.below(2) == 0 { NAN } else { draw.share() as f32 }).collect(),
            _ => (0..n_rows).map(|_| draw.below(4) as f32).collect(),
        };
        columns.push(column);
    }
    let n_levels = 1 + draw.below(5);
    let target: Vec<f64> = (0..n_rows).map(|_| draw.below(n_levels) as f64).collect();
    let weight: Vec<f64> = (0..n_rows).map(|_| draw.below(4) as f64).collect();
    Case::plain(&["a", "b", "c", "d"][..n_columns], &columns, &target).weighted(|row| weight[row])
}

#[test]
fn every_table_gives_finite_forecasts_or_an_error_with_the_place_and_the_same_again() {
    let mut draw = Draw(11);
    let (mut n_fits, mut n_errors) = (0, 0);
    for _ in 0..400 {
        let (case, learners) = (case(&mut draw), learners(&mut draw));
        for learner in &learners {
            let run = |train: &Train<'_>| {
                let model = learner.fit(train).map_err(|error| error.to_string())?;
                let card = model.card();
                assert!(card.coefficients.iter().chain(&card.errors).all(|(_, value)| value.is_finite()), "{card:?}");
                Ok::<_, String>((forecast(&*model, &case.features), card))
            };
            match case.train(run) {
                Ok((forecasts, card)) => {
                    n_fits += 1;
                    assert!(forecasts.iter().flatten().all(|value| value.is_finite()), "{case:?} {card:?}");
                    let again = case.train(|train| run(&Train { cores: 2, ..*train })).expect("the same rows");
                    assert_eq!((forecasts, card), again);
                }
                Err(error) => {
                    n_errors += 1;
                    assert!(error.starts_with("model `m` in window 3: "), "{error}");
                }
            }
        }
    }
    assert!(1_000 < n_fits && 500 < n_errors, "{n_fits} {n_errors}");
}
