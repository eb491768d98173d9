//! Trees trained elsewhere, scored as a challenger.

use super::ensemble::{Ensemble, Link};
use super::importance::{self, Measure};
use super::predict::forecasts;
use super::{file, lightgbm, xgboost};
use crate::error::{Error, Result};
use crate::model::{Card, Importance, Learner, Model, Query, Train, regression as prepare};
use crate::spec::{ImportFormat, ImportParams, Quantity};

/// Learner of `kind = "import"`; nothing is learnt, the file's features are looked up by name.
#[derive(Debug, Clone)]
pub(in crate::model) struct Import {
    pub(in crate::model) params: ImportParams,
    pub(in crate::model) ask: Quantity,
}

impl Learner for Import {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        let ensemble = read(train.place, &self.params, self.ask)?;
        let names: Vec<String> = ensemble.features.iter().map(|feature| feature.name.clone()).collect();
        let columns = prepare::select(train, &names)?;
        Ok(Box::new(Imported { ask: self.ask, ensemble, columns, path: self.params.path.clone() }))
    }
}

/// The trees of the file; an error at `place` where they do not forecast `ask`.
pub(super) fn read(place: &str, params: &ImportParams, ask: Quantity) -> Result<Ensemble> {
    let ImportParams { path, format, text, .. } = params;
    let ensemble = match format {
        ImportFormat::Plimsoll => file::from_json(path, text)?.ensemble,
        ImportFormat::Xgboost => xgboost::read(path, text)?,
        ImportFormat::Lightgbm => lightgbm::read(path, text)?,
    };
    if ask == Quantity::Probability && ensemble.link != Link::Logistic {
        let problem = format!("`{path}` forecasts no probability (its link is {:?})", ensemble.link);
        return Err(Error::model(place, problem).hint("ask for `mean`, or import a model of a 0/1 target"));
    }
    Ok(ensemble)
}

struct Imported {
    ask: Quantity,
    ensemble: Ensemble,
    columns: Vec<usize>,
    path: String,
}

impl Model for Imported {
    fn forecast(&self, query: &Query<'_>) -> Vec<Vec<Option<f64>>> {
        let rows: Vec<u32> = (0..query.features.n_rows() as u32).collect();
        vec![forecasts(&self.ensemble, query.features, &self.columns, &rows, 1).into_iter().map(Some).collect()]
    }

    fn card(&self) -> Card {
        let shares = importance::shares(&self.ensemble, Measure::Gain).unwrap_or_default();
        let shares: Vec<(String, f64)> = self.ensemble.features.iter().zip(shares).map(|(feature, share)| (feature.name.clone(), share)).collect();
        let importance = if shares.is_empty() { vec![] } else { vec![Importance::sorted(self.ask.to_string(), shares)] };
        let notes = vec![format!("read from `{}` ({} trees); nothing is learnt", self.path, self.ensemble.trees.len())];
        Card { importance, notes, ..Card::default() }
    }
}
