//! How much each feature weighs in a fitted model.

use super::{Candidates, with_features};
use crate::error::{Error, Result};
use crate::model::{Card, Train};

/// The heaviest `n_kept` of `names` in the model fitted on them on `train`, heaviest first; features of no weight are never among them,
/// unless none has any: then it is the first.
pub(super) fn heaviest(candidates: &Candidates<'_>, names: &[String], n_kept: usize, train: &Train<'_>) -> Result<Vec<String>> {
    let model = (candidates.make)(&with_features(candidates.kind, names), candidates.ask).fit(train)?;
    let mut ranked = ranked(candidates, names, &model.card())?;
    let n_weighing = ranked.iter().take_while(|(_, weight)| 0.0 < *weight).count();
    ranked.truncate(n_kept.min(n_weighing.max(1)));
    Ok(ranked.into_iter().map(|(name, _)| name).collect())
}

/// Features by weight, heaviest first, those of equal weight in the order given.
///
/// The weight is the importance on the card, or else the size of the standardised coefficient; 0 for features that the fit dropped. Of a
/// model with several quantities, and so several shares or coefficients for a feature, it is their sum.
pub(super) fn ranked(candidates: &Candidates<'_>, names: &[String], card: &Card) -> Result<Vec<(String, f64)>> {
    // A feature may be called intercept too; the intercept itself stands first.
    let slopes = usize::from(card.coefficients.first().is_some_and(|(name, _)| name == "intercept"));
    let shares: Vec<&(String, f64)> = card.importance.iter().flat_map(|importance| &importance.shares).collect();
    let weights = if shares.is_empty() { card.coefficients[slopes..].iter().collect() } else { shares };
    // Trees that found no split worth making weigh every feature alike: not at all.
    let is_undivided = candidates.kind.refresh().is_some() && card.coefficients.is_empty();
    if weights.is_empty() && !is_undivided {
        let problem = format!("a {} model says neither importance nor coefficients, by which features could be chosen", candidates.kind.name());
        return Err(Error::model(candidates.train.place, problem).hint("write method = \"correlation\" under [models.select]"));
    }
    let weight = |name: &String| weights.iter().filter(|(other, _)| other == name).map(|(_, weight)| weight.abs()).sum();
    let mut ranked: Vec<(String, f64)> = names.iter().map(|name| (name.clone(), weight(name))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(ranked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Importance;
    use crate::model::tune::fixture::{Table, real, ridge};
    use crate::spec::Quantity;

    #[test]
    fn features_are_ranked_by_importance_or_else_by_the_size_of_their_coefficients() {
        let (kind, names) = (ridge(1.0), ["a", "b", "intercept", "d"].map(str::to_owned).to_vec());
        let named = |pairs: &[(&str, f64)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<Vec<_>>();
        Table::linear(10, &[0.0], 0.0, 1).taught(1, |train| {
            let candidates = Candidates { train, kind: &kind, ask: &[Quantity::Mean], make: real, names: names.clone() };
            let order = |card: &Card| ranked(&candidates, &names, card).map(|ranked| ranked.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
            let coefficients = named(&[("intercept", 9.0), ("a", 0.5), ("intercept", 0.6), ("d", -0.7)]);
            let card = Card { coefficients, ..Card::default() };
            assert_eq!(order(&card).expect("coefficients"), ["d", "intercept", "a", "b"]);
            let card = Card { importance: vec![Importance::sorted("mean".into(), named(&[("a", 0.1), ("b", 0.9)]))], ..card };
            assert_eq!(order(&card).expect("importance"), ["b", "a", "intercept", "d"]);
            let error = order(&Card::default()).expect_err("nothing is known").to_string();
            let expected = "model `m`, window 3: a ridge model says neither importance nor coefficients, by which features could be chosen";
            assert_eq!(error, format!("{expected}\n  hint: write method = \"correlation\" under [models.select]"));
        });
    }
}
