//! Combinations of the forecasts of other models, window by window, weighted by what is known of their past.

mod history;
mod simplex;
mod weight;

use rayon::prelude::*;

use self::history::{History, tails, tested};
use self::weight::Family;
use super::predictions::{Forecasts, Predictions, Series};
use crate::feature::Dataset;
use crate::model::{Card, CoefficientScale};
use crate::spec::{EnsembleParams, EnsembleWeights, Quantity};
use crate::window::Window;

/// A model that learns from nothing but other models' forecasts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ensemble<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its settings.
    pub(super) params: &'a EnsembleParams,
    /// What it forecasts.
    pub(super) ask: &'a [Quantity],
}

/// What an ensemble adds to the walk.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Combined {
    /// One series per asked quantity, in the order asked.
    pub(super) series: Vec<Series>,
    /// One card per window: weights of the members where models have coefficients.
    pub(super) cards: Vec<Card>,
}

/// Combines the members' forecasts in every window.
///
/// Weights of a window are learnt from forecasts of earlier windows whose target was known strictly before the window's
/// `known_before`, rows of weight 0 left out. With n such forecasts a member's weight is n / (n + shrinkage) of the learnt one, and
/// the rest of the equal one; below `min_history` all are equal. Means, probabilities, quantiles (Vincent 1912) and shortfalls
/// are averaged as they are, volatilities as variances. A forecast that a member does not have, the combination does not have.
/// Quantiles and shortfalls of all tails share one set of weights, by the pinball loss of the asked tails' quantiles; where a member
/// has no such quantile they are weighted alike.
///
/// `predictions` hold every member's series of all that is asked, as the spec's check promises.
pub(super) fn combine(ensemble: &Ensemble<'_>, predictions: &Predictions, data: &Dataset, windows: &[Window]) -> Combined {
    let members = |quantity| -> Vec<&Series> { ensemble.params.members.iter().filter_map(|name| predictions.find(name, quantity)).collect() };
    let asked: Vec<Vec<&Series>> = ensemble.ask.iter().map(|&quantity| members(quantity)).collect();
    for series in &asked {
        assert_eq!(series.len(), ensemble.params.members.len(), "the spec's check asks every member for all that the ensemble forecasts");
    }
    let groups = groups(ensemble, members);
    let empty =
        |&quantity: &Quantity| Series { model: ensemble.name.to_owned(), quantity, predicted: Forecasts::with_capacity(predictions.rows.len()) };
    let mut combined = Combined { series: ensemble.ask.iter().map(empty).collect(), cards: Vec::new() };
    let in_window =
        |window: &Window| -> Vec<Learnt> { groups.iter().map(|group| learn(ensemble.params, group, window, (predictions, data))).collect() };
    let learnt: Vec<Vec<Learnt>> = windows.par_iter().map(in_window).collect();
    for (window, learnt) in windows.iter().zip(&learnt) {
        for (series, members) in combined.series.iter_mut().zip(&asked) {
            let of = groups.iter().position(|group| group.family.holds(series.quantity)).expect("every asked quantity is of a group");
            series.predicted.extend(tested(predictions, window.idx).map(|at| pool(&learnt[of].weights, members, at)));
        }
        combined.cards.push(card(ensemble, &groups, learnt));
    }
    combined
}

/// Quantities that share one set of weights.
struct Group<'a> {
    family: Family,
    /// The forecasts that weights are learnt from, by quantity and member; empty where there are none to learn from.
    judged: Vec<Vec<&'a Series>>,
}

/// The weights of one group in one window.
struct Learnt {
    weights: Vec<f64>,
    n_rows: usize,
    note: Option<String>,
}

impl Family {
    fn of(quantity: Quantity) -> Self {
        match quantity {
            Quantity::Mean => Self::Mean,
            Quantity::Probability => Self::Probability,
            Quantity::Volatility => Self::Volatility,
            Quantity::Quantile(_) | Quantity::Shortfall(_) => Self::Tails(Vec::new()),
        }
    }

    fn holds(&self, quantity: Quantity) -> bool {
        match self {
            Self::Tails(_) => quantity.tail().is_some(),
            Self::Mean | Self::Probability | Self::Volatility => *self == Self::of(quantity),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Probability => "probability",
            Self::Volatility => "volatility",
            Self::Tails(_) => "tails",
        }
    }
}

fn groups<'a>(ensemble: &Ensemble<'_>, members: impl Fn(Quantity) -> Vec<&'a Series>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for &quantity in ensemble.ask {
        if groups.iter().any(|group| group.family.holds(quantity)) {
            continue;
        }
        groups.push(match Family::of(quantity) {
            Family::Tails(_) => {
                let quantiles = tails(ensemble.ask.iter().copied()).into_iter().map(|tail| (tail, members(Quantity::Quantile(tail))));
                let (tails, judged) = quantiles.filter(|(_, series)| series.len() == ensemble.params.members.len()).unzip();
                Group { family: Family::Tails(tails), judged }
            }
            family => Group { family, judged: vec![members(quantity)] },
        });
    }
    groups
}

fn learn(params: &EnsembleParams, group: &Group<'_>, window: &Window, scene: (&Predictions, &Dataset)) -> Learnt {
    let count = params.members.len();
    let alike = |n_rows, note| Learnt { weights: vec![1.0 / count as f64; count], n_rows, note };
    if params.weights == EnsembleWeights::Mean {
        return alike(0, None);
    }
    if group.judged.is_empty() {
        return alike(0, Some("equal weights: shortfalls are weighted by the members' quantiles, which not all of them forecast".into()));
    }
    let history = History::before(window, params.lookback, &group.judged, scene);
    let n_rows = history.n_rows();
    if n_rows < params.min_history.max(1) as usize {
        return alike(n_rows, Some(format!("equal weights: fewer than {} past forecasts have a known outcome", params.min_history.max(1))));
    }
    let weights = match params.weights {
        EnsembleWeights::Mean => None,
        EnsembleWeights::InverseError => Some(weight::inverse_error(&group.family, &history)),
        EnsembleWeights::Stack => weight::stack(&group.family, &history),
    };
    let Some(mut weights) = weights else { return alike(n_rows, Some("equal weights: a past target is not 0 or 1".into())) };
    let share = n_rows as f64 / (n_rows as f64 + params.shrinkage);
    for weight in &mut weights {
        *weight = share * *weight + (1.0 - share) / count as f64;
    }
    Learnt { weights, n_rows, note: None }
}

/// The combination at one tested row; `None` where a member has no forecast.
fn pool(weights: &[f64], members: &[&Series], at: usize) -> Option<f64> {
    let are_variances = members.first()?.quantity == Quantity::Volatility;
    let mut sum = 0.0;
    for (series, weight) in members.iter().zip(weights) {
        let forecast = series.predicted.get(at)?;
        sum += weight * if are_variances { forecast * forecast } else { forecast };
    }
    Some(if are_variances { sum.sqrt() } else { sum })
}

fn card(ensemble: &Ensemble<'_>, groups: &[Group<'_>], learnt: &[Learnt]) -> Card {
    let mut card =
        Card { coefficient_scale: CoefficientScale::Weight, n_rows: learnt.iter().map(|learnt| learnt.n_rows).max().unwrap_or(0), ..Card::default() };
    for (group, learnt) in groups.iter().zip(learnt) {
        let kind = if groups.len() == 1 { String::new() } else { format!(" {}", group.family.name()) };
        let named = ensemble.params.members.iter().map(|member| format!("{member}{kind}"));
        card.coefficients.extend(named.zip(learnt.weights.iter().copied()));
        if let Some(note) = &learnt.note
            && !card.notes.contains(note)
        {
            card.notes.push(note.clone());
        }
    }
    card
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::window::Span;

    const TAIL: f64 = 0.05;
    const ASK: [Quantity; 4] = [Quantity::Mean, Quantity::Volatility, Quantity::Quantile(TAIL), Quantity::Shortfall(TAIL)];

    /// Six windows of ten days, three rows a day; targets are known 0 to 11 days later, one in nine never. A day of embargo.
    fn scene(ask: &[Quantity]) -> (Predictions, Dataset, Vec<Window>) {
        let n_rows = 180;
        let noise = |row: usize, k: usize| ((row * (k + 7) * 37 + row * row * 11) % 101) as f64 / 101.0 - 0.5;
        let as_of: Vec<Day> = (0..n_rows).map(|row| Day(row as i32 / 3)).collect();
        let known_on = as_of.iter().enumerate().map(|(row, day)| (row % 9 != 4).then(|| day.plus_days((row * 5 % 12) as i32))).collect::<Vec<_>>();
        let target: Vec<Option<f64>> = (0..n_rows).map(|row| known_on[row].map(|_| noise(row, 0))).collect();
        let weight = (0..n_rows).map(|row| (row % 4) as f64).collect();
        let data = Dataset { as_of, known_on, target, weight, ..Dataset::default() };
        let forecast = |row: usize, member: usize, quantity: Quantity| match quantity {
            Quantity::Mean => 0.4 * noise(row, 0) + (member + 1) as f64 * 0.2 * noise(row, member + 1),
            Quantity::Probability => 0.5 + 0.4 * noise(row, member),
            Quantity::Volatility => 0.2 + 0.1 * (member as f64 + noise(row, member)),
            Quantity::Quantile(_) => -0.3 - 0.1 * member as f64 + 0.1 * noise(row, member),
            Quantity::Shortfall(_) => -0.5 - 0.1 * member as f64 + 0.1 * noise(row, member),
        };
        let mut predictions =
            Predictions { rows: (0..n_rows as u32).collect(), window: (0..n_rows as u32).map(|row| row / 30).collect(), ..Predictions::default() };
        for (member, name) in ["a", "b", "c"].into_iter().enumerate() {
            for &quantity in ask {
                let predicted = (0..n_rows).map(|row| (row != 100 || member != 1).then(|| forecast(row, member, quantity))).collect();
                predictions.series.push(Series { model: name.to_owned(), quantity, predicted });
            }
        }
        let window = |idx: u32| {
            let test = Span { start: Day(10 * idx as i32), end: Day(10 * idx as i32 + 10) };
            Window { idx, train: test, test, known_before: test.start.plus_days(-1), n_train: 1, n_purged: 0, n_test: 30 }
        };
        (predictions, data, (0..6).map(window).collect())
    }

    fn params(weights: EnsembleWeights) -> EnsembleParams {
        EnsembleParams { members: ["a", "b", "c"].map(String::from).to_vec(), weights, min_history: 20, lookback: None, shrinkage: 30.0 }
    }

    fn run(params: &EnsembleParams, ask: &[Quantity], scene: &(Predictions, Dataset, Vec<Window>)) -> Combined {
        combine(&Ensemble { name: "pool", params, ask }, &scene.0, &scene.1, &scene.2)
    }

    fn bits(combined: &Combined, rows: std::ops::Range<usize>) -> Vec<Option<u64>> {
        combined.series.iter().flat_map(|series| rows.clone().map(|at| series.predicted.get(at).map(f64::to_bits))).collect()
    }

    #[test]
    fn the_mean_averages_forecasts_and_variances_and_is_missing_where_a_member_is() {
        let scene = scene(&ASK);
        let combined = run(&params(EnsembleWeights::Mean), &ASK, &scene);
        let of = |model: &str, quantity| scene.0.find(model, quantity).expect("made").predicted.get(7).expect("made");
        let average = |quantity| ["a", "b", "c"].map(|model| of(model, quantity)).iter().sum::<f64>() / 3.0;
        let variance = ["a", "b", "c"].map(|model| of(model, Quantity::Volatility).powi(2)).iter().sum::<f64>() / 3.0;
        let expected = [average(ASK[0]), variance.sqrt(), average(ASK[2]), average(ASK[3])];
        for (series, expected) in combined.series.iter().zip(expected) {
            assert_eq!(series.predicted.len(), 180);
            assert!((series.predicted.get(7).expect("all members forecast") - expected).abs() < 1e-15);
            assert_eq!(series.predicted.get(100), None);
        }
        assert_eq!(combined.cards[3].coefficients.len(), 9);
        assert_eq!(combined.cards[3].coefficients[5], ("c volatility".to_owned(), 1.0 / 3.0));
    }

    #[test]
    fn inverse_errors_of_what_was_known_before_the_window_are_shrunk_towards_equal_weights() {
        let ask = [Quantity::Mean];
        let (predictions, data, windows) = scene(&ask);
        let combined = run(&params(EnsembleWeights::InverseError), &ask, &(predictions.clone(), data.clone(), windows));
        // The naive twin for window 4, which tests days 40 to 49 and knows what came before day 39.
        let known = |row: &usize| data.known_on[*row].is_some_and(|day| day < Day(39)) && 0.0 < data.weight[*row] && *row != 100;
        let rows: Vec<usize> = (0..120).filter(known).collect();
        let loss = |member: usize| -> f64 {
            let error = |row: usize| data.target[row].expect("known") - predictions.series[member].predicted.get(row).expect("made");
            rows.iter().map(|&row| data.weight[row] * error(row).powi(2)).sum()
        };
        let inverse = [0, 1, 2].map(|member| 1.0 / loss(member));
        let share = rows.len() as f64 / (rows.len() as f64 + 30.0);
        let card = &combined.cards[4];
        assert_eq!(card.n_rows, rows.len());
        for (member, (name, weight)) in card.coefficients.iter().enumerate() {
            let expected = share * inverse[member] / inverse.iter().sum::<f64>() + (1.0 - share) / 3.0;
            assert!((weight - expected).abs() < 1e-14, "{name}: calculated {weight}, expected {expected}");
        }
        assert_eq!(combined.cards[0].notes, ["equal weights: fewer than 20 past forecasts have a known outcome"]);
        assert_eq!(card.notes, [""; 0]);
    }

    #[test]
    fn a_lookback_of_one_window_forgets_the_others() {
        let ask = [Quantity::Mean];
        let scene = scene(&ask);
        let short = EnsembleParams { lookback: Some(1), min_history: 5, ..params(EnsembleWeights::Stack) };
        let known = |row: &usize| scene.1.known_on[*row].is_some_and(|day| day < Day(49)) && 0.0 < scene.1.weight[*row];
        assert_eq!(run(&short, &ask, &scene).cards[5].n_rows, (120..150).filter(known).count());
    }

    #[test]
    fn rewriting_what_was_not_known_and_what_is_forecast_later_changes_no_bit_of_a_window() {
        for weights in [EnsembleWeights::Mean, EnsembleWeights::InverseError, EnsembleWeights::Stack] {
            let before = scene(&ASK);
            let combined = run(&params(weights), &ASK, &before);
            for window in &before.2 {
                let mut after = before.clone();
                for row in 0..180 {
                    if after.1.known_on[row].is_none_or(|day| window.known_before <= day) {
                        after.1.target[row] = Some(1e3 + row as f64);
                    }
                }
                for series in &mut after.0.series {
                    let known = 30 * (window.idx as usize + 1);
                    series.predicted = series.predicted.iter().enumerate().map(|(at, value)| if at < known { value } else { Some(-77.0) }).collect();
                }
                let changed = run(&params(weights), &ASK, &after);
                let tested = 30 * window.idx as usize..30 * (window.idx as usize + 1);
                assert_eq!(bits(&combined, tested.clone()), bits(&changed, tested), "{weights:?}, window {}", window.idx);
                assert_eq!(combined.cards[window.idx as usize], changed.cards[window.idx as usize]);
            }
            // The rewriting is not in vain: what was known moves the next windows' weights.
            if weights != EnsembleWeights::Mean {
                let mut after = before.clone();
                after.1.target[30] = Some(3.0);
                assert_ne!(bits(&combined, 150..180), bits(&run(&params(weights), &ASK, &after), 150..180), "{weights:?}");
            }
        }
    }

    #[test]
    fn shortfalls_whose_quantiles_are_not_forecast_and_odd_classes_are_weighted_alike() {
        let ask = [Quantity::Shortfall(TAIL)];
        let combined = run(&params(EnsembleWeights::Stack), &ask, &scene(&ask));
        assert_eq!(combined.cards[5].notes, ["equal weights: shortfalls are weighted by the members' quantiles, which not all of them forecast"]);
        let ask = [Quantity::Probability];
        let combined = run(&params(EnsembleWeights::Stack), &ask, &scene(&ask));
        assert_eq!(combined.cards[5].notes, ["equal weights: a past target is not 0 or 1"]);
        assert_eq!(combined.cards[5].coefficients[2].1, 1.0 / 3.0);
    }
}
