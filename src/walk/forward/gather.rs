//! Gathering: the windows' results become series and cards, in the order of the spec, and ensembles combine them.

use super::{Done, Step, Walk, Walked, WindowDone};
use crate::spec::{ModelKind, Quantity};
use crate::walk::ensemble::{self, Ensemble};
use crate::walk::predictions::{Forecasts, Predictions, Series, WindowCards};
impl Walk<'_> {
    pub(super) fn gathered(&self, finished: Vec<WindowDone>) -> Walked {
        let mut predictions = Predictions::default();
        for model in &self.learning {
            for &quantity in &model.ask {
                predictions.series.push(Series { model: model.name.clone(), quantity, predicted: Forecasts::default() });
            }
        }
        let (mut n_trained, mut n_known) = (0, 0);
        for (window, WindowDone { models, correction }) in self.windows.iter().zip(finished) {
            predictions.corrections.extend(correction);
            let tested = self.data.rows_between(window.test.start, window.test.end);
            predictions.window.extend(tested.clone().map(|_| window.idx));
            predictions.rows.extend(tested);
            let mut cards = Vec::new();
            let mut series = predictions.series.iter_mut();
            for (model, Done { finished, was_known }) in self.learning.iter().zip(models) {
                *(if was_known { &mut n_known } else { &mut n_trained }) += 1;
                cards.push((model.name.clone(), finished.card));
                let correction = correction.filter(|_| model.kind.follows_class_shares());
                for (forecasts, series) in finished.forecasts.into_iter().zip(series.by_ref()) {
                    match correction {
                        Some(correction) if series.quantity == Quantity::Probability => {
                            series
                                .predicted
                                .extend(forecasts.into_iter().map(|forecast| forecast.map(|probability| correction.correct(probability))));
                        }
                        Some(_) | None => series.predicted.extend(forecasts),
                    }
                }
            }
            predictions.cards.push(WindowCards { window: window.idx, cards });
        }
        Walked { predictions, n_trained, n_known }
    }

    /// Adds the ensembles, in the order of the spec, and puts series and cards in that order.
    pub(super) fn combine(&self, predictions: &mut Predictions) {
        for model in &self.spec.models {
            let ModelKind::Ensemble(params) = &model.kind else { continue };
            let ensemble = Ensemble { name: &model.name, params, ask: &model.ask };
            let combined = ensemble::combine(&ensemble, predictions, self.data, self.windows);
            predictions.series.extend(combined.series);
            for (window, card) in predictions.cards.iter_mut().zip(combined.cards) {
                (self.told)(Step { window: window.window, model: model.name.clone(), was_known: false });
                window.cards.push((model.name.clone(), card));
            }
        }
        let place = |name: &str| self.spec.models.iter().position(|model| model.name == name);
        predictions.series.sort_by_key(|series| place(&series.model));
        for window in &mut predictions.cards {
            window.cards.sort_by_key(|(name, _)| place(name));
        }
    }
}
