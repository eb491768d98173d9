//! Volatility forecasts: over all names and on the headline series.

use super::catalogue::{Whose, volatility_prefix};
use super::tested::{Positions, Tested, forecast_by, forecasts};
use crate::spec::Quantity;
use crate::stat::measure::{Assessed, Subject, take};
use crate::stat::volatility::{VOLATILITY, VolatilityCase};

pub(super) fn summarize(tested: &Tested<'_>) -> Vec<Assessed<VolatilityCase>> {
    let rows = 0..tested.facts.predictions.rows.len();
    let headline = tested.headline().map(|entity| {
        let positions: Positions = rows.filter(|&at| tested.entity(at) == entity && tested.realized(at).is_some()).collect();
        (Some(tested.facts.data.entities[entity as usize].clone()), Whose::Headline, positions)
    });
    let all = (None, Whose::Names, tested.names.clone());
    let wanted: Vec<_> = headline.into_iter().chain((tested.facts.data.entities.len() > 1).then_some(all)).collect();
    let mut judged = Vec::new();
    for series in tested.series(|quantity| quantity == Quantity::Volatility) {
        for (entity, whose, positions) in &wanted {
            let positions = forecast_by(&[series], positions);
            let case = VolatilityCase { forecast: forecasts(series, &positions), realized: tested.targets(&positions) };
            let subject = Subject { model: series.model.clone(), entity: entity.clone(), quantity: Some(Quantity::Volatility) };
            let found = take(VOLATILITY, &volatility_prefix(&series.model, *whose), (&subject, positions.len()), &case, tested.level());
            judged.push(Assessed { subject, case, found });
        }
    }
    judged
}
