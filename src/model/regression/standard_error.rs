//! How sure are the coefficients of least squares?

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::fitted::Fitted;
use super::panel::Panels;
use super::prepare::Design;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::model::Train;
use crate::spec::{LinearParams, StandardErrors};
use crate::window::dates_spanned;

/// Sets the standard errors of a fit that `factor`, the Cholesky factor of the kept columns' correlations, solved; a note says which.
///
/// With n rows, k coefficients, rows z_i (1 first), weights w_i and residuals r_i, and B = (sum w_i z_i z_i')^-1:
///
/// * `Ols`: s^2 B with s^2 = sum w r^2 / (n - k), right when errors are independent and of variance s^2 / w.
/// * `Hc`: n/(n - k) B (sum w^2 r^2 z z') B (HC1 of MacKinnon and White 1985, Journal of Econometrics 29, 305-325), right when errors are
///   independent.
/// * `Hac`: n/(n - k) B S B with h_t = sum of w r z over the rows of day t and S = sum_t h_t h_t' + sum_{l=1}^{L} (1 - l/(L+1)) sum_t (h_t
///   h_{t-l}' + h_{t-l} h_t'), right when errors of different days are correlated over at most about L days, those of one day in any
///   way. Days are those on which there are rows. With one row a day these are the errors of Newey and West (1987), Econometrica 55,
///   703-708; with several, those of Driscoll and Kraay (1998), Review of Economics and Statistics 80, 549-560. Unless it is given, L is one
///   less than the dates that a target spans ([`dates_spanned`]): the days before and after whose targets share days with a row's own.
///
/// None without degrees of freedom (n <= k). An error where L is given and there are no days so far apart.
pub(super) fn set(train: &Train<'_>, design: &Design, params: &LinearParams, factor: &Cholesky<f64, Dyn>, fitted: &mut Fitted) -> Result<()> {
    let (n_rows, n_coefficients) = (design.prepared.n_rows, fitted.kept.len());
    if params.standard_errors == StandardErrors::None {
        return Ok(());
    }
    if n_rows <= n_coefficients {
        fitted.notes.push(format!("no standard errors: {n_rows} rows leave no degree of freedom beside {n_coefficients} coefficients"));
        return Ok(());
    }
    let bread = bread(factor, design.prepared.sum_weight);
    let freedom = (n_rows - n_coefficients) as f64;
    let covariance = match params.standard_errors {
        StandardErrors::None | StandardErrors::Ols => &bread * (residual_square(design, fitted) / freedom),
        StandardErrors::Hc => &bread * scores_squared(train, fitted) * &bread * (n_rows as f64 / freedom),
        StandardErrors::Hac => {
            let days = daily_scores(train, fitted);
            let n_lags = lags(train, params.lags, days.len())?;
            let name = if days.len() < n_rows { "Driscoll-Kraay" } else { "Newey-West" };
            let warning = if days.len() < 4 * n_lags { "; too small, as lags reach over more than a quarter of the days" } else { "" };
            fitted.notes.push(format!("standard errors: {name} over {n_lags} day lags, {} days{warning}", days.len()));
            &bread * bartlett(&days, n_lags) * &bread * (n_rows as f64 / freedom)
        }
    };
    fitted.errors = covariance.diagonal().iter().map(|variance| variance.max(0.0).sqrt()).collect();
    Ok(())
}

/// Lags to sum over, fewer than there are days: those asked for, or the days that a target shares with others.
fn lags(train: &Train<'_>, asked: Option<u32>, n_days: usize) -> Result<usize> {
    match asked.map(|asked| asked as usize) {
        None => Ok(overlap(train).min(n_days - 1)),
        Some(asked) if asked < n_days => Ok(asked),
        Some(asked) => {
            let problem = format!("`lags` is {asked}, but the training rows are of {n_days} days, which have at most {} lags", n_days - 1);
            Err(Error::model(train.place, problem).hint("lower it, or drop it: it is then taken from the dates that a target spans"))
        }
    }
}

/// (sum w z z')^-1: the intercept stands alone, because prepared columns have mean 0.
fn bread(factor: &Cholesky<f64, Dyn>, sum_weight: f64) -> DMatrix<f64> {
    let inverse = factor.inverse();
    let mut bread = DMatrix::zeros(inverse.nrows() + 1, inverse.nrows() + 1);
    bread.view_mut((1, 1), inverse.shape()).copy_from(&inverse);
    bread[(0, 0)] = 1.0;
    bread / sum_weight
}

/// Weighted sum of squared residuals, from the moments.
fn residual_square(design: &Design, fitted: &Fitted) -> f64 {
    let slopes = DVector::from_column_slice(&fitted.coefficients[1..]);
    // At the minimum the form is flat, so that errors in the slopes enter by their squares only; var - slopes'moment would take them whole.
    let explained = 2.0 * slopes.dot(&design.moment) - slopes.dot(&(&design.correlation * &slopes));
    (design.target_variance - explained).max(0.0) * design.prepared.sum_weight
}

fn scores_squared(train: &Train<'_>, fitted: &Fitted) -> DMatrix<f64> {
    let panels = Panels::new(train, &fitted.prepared);
    let chunks = panels.each(Vec::new, |kernel, rows, pull: &mut Vec<f64>| {
        weighted_residuals(train, fitted, kernel, rows, pull);
        for pull in pull.iter_mut() {
            *pull *= *pull;
        }
        kernel.add(pull);
    });
    let mut chunks = chunks.into_iter().map(|(products, _)| products);
    let mut sums = chunks.next().expect("there are rows");
    chunks.for_each(|products| sums.add(&products));
    DMatrix::from_fn(fitted.kept.len(), fitted.kept.len(), |i, j| sums.sum(fitted.kept[i], fitted.kept[j]))
}

/// The scores w r z of each day's rows, summed; days of rows in their order.
fn daily_scores(train: &Train<'_>, fitted: &Fitted) -> Vec<Vec<f64>> {
    let panels = Panels::new(train, &fitted.prepared);
    let chunks = panels.each(<(Vec<f64>, Vec<(Day, Vec<f64>)>)>::default, |kernel, rows, (pull, days)| {
        weighted_residuals(train, fitted, kernel, rows.clone(), pull);
        for (at, row) in rows.enumerate() {
            if train.weight()[row] <= 0.0 {
                continue;
            }
            let day = train.lesson.as_of[row];
            if days.last().is_none_or(|(last, _)| *last != day) {
                days.push((day, vec![0.0; fitted.kept.len()]));
            }
            let (_, sums) = days.last_mut().expect("the day was pushed");
            for (sum, &column) in sums.iter_mut().zip(&fitted.kept) {
                *sum += pull[at] * kernel.value(at, column);
            }
        }
    });
    let mut merged: Vec<(Day, Vec<f64>)> = vec![];
    for (day, sums) in chunks.into_iter().flat_map(|(_, (_, days))| days) {
        match merged.last_mut() {
            Some((last, known)) if *last == day => known.iter_mut().zip(&sums).for_each(|(known, sum)| *known += sum),
            _ => merged.push((day, sums)),
        }
    }
    merged.into_iter().map(|(_, sums)| sums).collect()
}

fn weighted_residuals(train: &Train<'_>, fitted: &Fitted, kernel: &super::kernel::Kernel, rows: std::ops::Range<usize>, pull: &mut Vec<f64>) {
    pull.resize(rows.len(), 0.0);
    kernel.score(&fitted.coefficients, pull);
    for ((pull, target), weight) in pull.iter_mut().zip(&train.target()[rows.clone()]).zip(&train.weight()[rows]) {
        *pull = weight * (target - *pull);
    }
}

/// Days of rows after a row's own whose targets share days with its target.
fn overlap(train: &Train<'_>) -> usize {
    let lesson = train.lesson;
    let mut calendar = lesson.as_of.clone();
    calendar.dedup();
    dates_spanned(&calendar, lesson.as_of.iter().copied().zip(lesson.known_on.iter().copied()), lesson.target_delay_dates) - 1
}

fn bartlett(days: &[Vec<f64>], n_lags: usize) -> DMatrix<f64> {
    let size = days[0].len();
    let mut sums = DMatrix::zeros(size, size);
    for lag in 0..=n_lags {
        let share = 1.0 - lag as f64 / (n_lags + 1) as f64;
        let mut products = DMatrix::zeros(size, size);
        for (late, early) in days[lag..].iter().zip(days) {
            for (mut column, early) in products.column_iter_mut().zip(early) {
                column.iter_mut().zip(late).for_each(|(sum, late)| *sum += late * early);
            }
        }
        sums += if lag == 0 { products } else { (&products + products.transpose()) * share };
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::linear::Linear;
    use super::super::testing::{Case, distance, golden};
    use super::*;
    use crate::model::Learner;

    fn errors(case: &Case, standard_errors: StandardErrors, lags: Option<u32>) -> (Vec<f64>, Vec<String>) {
        let learner = Linear(LinearParams { standard_errors, lags, features: vec![] });
        let card = case.train(|train| learner.fit(train)).expect("60 rows").card();
        (card.errors.into_iter().map(|(_, error)| error).collect(), card.notes)
    }

    /// The data of `tests/golden/regression_penalty.py`: three rows a day.
    fn daily() -> Case {
        let mut case = golden();
        case.lesson.as_of = (0..60).map(|row| Day(18_000 + row / 3)).collect();
        case
    }

    #[test]
    fn standard_errors_agree_with_statsmodels_on_weighted_panels() {
        // statsmodels 0.15.0, tests/golden/regression_penalty.py: WLS, HC1, and hac-groupsum (Driscoll-Kraay) times sqrt(60 / 56), which
        // the script also works out by hand.
        let golden_numbers = [
            (StandardErrors::Ols, None, [0.053_621_116_853_75, 0.054_233_737_743_644, 0.053_808_917_185_486, 0.054_090_773_888_444]),
            (StandardErrors::Hc, None, [0.058_363_962_398_695, 0.058_769_386_133_774, 0.058_662_041_560_318, 0.058_925_611_455_659]),
            (StandardErrors::Hac, Some(0), [0.039_878_563_418_94, 0.061_927_746_848_593, 0.055_999_117_516_233, 0.067_687_798_107_778]),
            (StandardErrors::Hac, Some(3), [0.035_758_864_829_325, 0.035_128_031_966_157, 0.032_798_558_031_715, 0.076_187_579_484_481]),
            (StandardErrors::Hac, Some(5), [0.033_915_956_843_407, 0.033_235_133_415_474, 0.034_061_636_460_382, 0.064_490_326_166_953]),
        ];
        for (kind, lags, expected) in golden_numbers {
            let (calculated, _) = errors(&daily(), kind, lags);
            assert!(distance(&calculated, &expected) < 1e-12, "{kind:?} {lags:?}: calculated {calculated:?}, expected {expected:?}");
        }
        assert_eq!(errors(&daily(), StandardErrors::None, None).0, [0.0; 0]);
    }

    #[test]
    fn lags_are_the_dates_a_target_spans_less_one_counted_in_days_with_rows() {
        // Rows of day d rest on data up to d - 1; a return of one day is known on d, one of four days on d + 3.
        let mut case = daily();
        let known_after = |case: &mut Case, n: i32| case.lesson.known_on = case.lesson.as_of.iter().map(|day| Day(day.0 + n)).collect();
        known_after(&mut case, 0);
        assert_eq!(errors(&case, StandardErrors::Hac, None), errors(&case, StandardErrors::Hac, Some(0)));
        known_after(&mut case, 3);
        assert_eq!(errors(&case, StandardErrors::Hac, None).1[1], "standard errors: Driscoll-Kraay over 3 day lags, 20 days");
        case.lesson.target_delay_dates = 3;
        assert_eq!(errors(&case, StandardErrors::Hac, None).1[1], "standard errors: Driscoll-Kraay over 0 day lags, 20 days");
        // Days without rows do not count: every second day has some.
        case.lesson.target_delay_dates = 0;
        case.lesson.as_of.iter_mut().for_each(|day| *day = Day(18_000 + 2 * (day.0 - 18_000)));
        known_after(&mut case, 3);
        assert_eq!(errors(&case, StandardErrors::Hac, None).1[1], "standard errors: Driscoll-Kraay over 1 day lags, 20 days");
    }

    #[test]
    fn errors_are_named_by_their_authors_and_lags_beyond_the_days_are_refused() {
        let one_a_day = golden();
        assert_eq!(errors(&one_a_day, StandardErrors::Hac, Some(3)).1[1], "standard errors: Newey-West over 3 day lags, 60 days");
        let far = "standard errors: Driscoll-Kraay over 19 day lags, 20 days; too small, as lags reach over more than a quarter of the days";
        assert_eq!(errors(&daily(), StandardErrors::Hac, Some(19)).1[1], far);
        let learner = Linear(LinearParams { standard_errors: StandardErrors::Hac, lags: Some(20), features: vec![] });
        let error = daily().train(|train| learner.fit(train)).err().expect("20 days are at most 19 apart").to_string();
        let problem = "`lags` is 20, but the training rows are of 20 days, which have at most 19 lags";
        let hint = "lower it, or drop it: it is then taken from the dates that a target spans";
        assert!(error.ends_with(&format!("{problem}\n  hint: {hint}")), "{error}");
    }

    #[test]
    fn no_degree_of_freedom_means_no_standard_errors_and_a_note() {
        let case = Case::plain(&["a"], &[vec![1.0, 2.0]], &[0.0, 1.0]);
        let (errors, notes) = errors(&case, StandardErrors::Ols, None);
        assert_eq!((errors, notes), (vec![], vec!["no standard errors: 2 rows leave no degree of freedom beside 2 coefficients".to_string()]));
    }
}
