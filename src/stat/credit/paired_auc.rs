//! Does one model tell defaults from the rest better than another, on the same rows?

use crate::stat::Outcome;
use crate::stat::compare::Comparison;
use crate::stat::discrimination::placements;
use crate::stat::distribution::normal_two_sided;
use crate::stat::measure::{About, Answer, Direction, Form, Measure, Overlap, Test};
use crate::stat::sample::{mean, reject};

/// DeLong's paired test against the baseline.
pub const AUC_DIFFERENCE: Measure<Comparison> = Measure {
    about: About {
        key: "auc_difference_z",
        name: "AUC against the baseline",
        question: "Does the model tell defaults from the rest better or worse than the baseline?",
        formula: "Difference of the AUCs / its DeLong standard error, on the rows that both forecast",
        convention: "Two-sided, standard normal; rows taken as independent",
        source: "DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3)",
        null: "Both have the same AUC",
        form: Form::Test("z"),
        overlap: Overlap::Descriptive,
        says: |direction| match direction {
            Direction::Above => "discriminates better",
            Direction::Below => "discriminates worse",
            Direction::Neither => "different",
        },
        ..About::NUMBER
    },
    take: |case| case.ranking.clone().map(Answer::Test),
};

/// Comparisons that only default probabilities have.
pub const DISCRIMINATION: &[&Measure<Comparison>] = &[&AUC_DIFFERENCE];

/// DeLong's test of two areas under the ROC curve: is one score's area larger, or is the difference chance?
///
/// z = (A1 - A2) / root(s10 / m + s01 / k), where s10 and s01 are the sample variances (n - 1) of the differences of the two
/// scores' placement values over the m defaults and the k others; standard normal for large m and k, two-sided.
///
/// * `first`, `second`: two scores of the same rows, higher is riskier. `is_default`: one flag a row.
///
/// Undefined with fewer than two rows of either class, with a score that is not finite, and where both order the rows alike.
/// Source: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3), 837-845.
pub fn paired_auc(first: &[f64], second: &[f64], is_default: &[bool]) -> Outcome<Test> {
    assert!(first.len() == second.len() && first.len() == is_default.len(), "two scores and one outcome a row");
    if let Some(reason) = reject(first, 4, "scores").or_else(|| reject(second, 4, "scores")) {
        return Outcome::undefined(reason);
    }
    let n_defaults = is_default.iter().filter(|&&default| default).count();
    if n_defaults < 2 || first.len() - n_defaults < 2 {
        return Outcome::undefined(format!("{n_defaults} of {} rows are defaults; two of either class are needed", first.len()));
    }
    let ((default_1, other_1), (default_2, other_2)) = (placements(first, is_default), placements(second, is_default));
    let variance = variance_of_difference(&default_1, &default_2) + variance_of_difference(&other_1, &other_2);
    if variance <= 0.0 {
        return Outcome::undefined("both order every default and non-default alike");
    }
    let difference = mean(&default_1) - mean(&default_2);
    let statistic = difference / variance.sqrt();
    let direction = Direction::of(difference, 0.0);
    Outcome::Value(Test { statistic, df: None, n: first.len(), p_value: normal_two_sided(statistic), critical: None, direction })
}

/// Variance of the mean difference: the sample variance over the number of values.
fn variance_of_difference(a: &[f64], b: &[f64]) -> f64 {
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let centre = mean(&difference);
    let n = difference.len() as f64;
    difference.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (n - 1.0) / n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::sample::assert_close;

    #[test]
    fn the_paired_test_agrees_with_the_definition_pair_by_pair() {
        // tests/golden/delong_paired.py: AUC 0.48958, 0.81684, z -3.1853510475612556, p 0.0014457850999614753.
        let rows = || 0..60_u32;
        let is_default: Vec<bool> = rows().map(|row| (row * 7) % 5 == 0).collect();
        let score = |factor: u32, modulus: u32, lift: u32| -> Vec<f64> {
            rows().map(|row| f64::from((row * factor) % modulus + lift * u32::from((row * 7) % 5 == 0)) / 100.0).collect()
        };
        let found = *paired_auc(&score(37, 61, 25), &score(23, 59, 10), &is_default).value().expect("both classes");
        assert_close(found.statistic, -3.185_351_047_561_255_6, 1e-10);
        assert_close(found.p_value, 0.001_445_785_099_961_475_3, 1e-12);
        assert_eq!((found.n, found.direction), (60, Direction::Below));
    }

    #[test]
    fn scores_of_the_same_order_cannot_be_told_apart() {
        let (a, b) = ([0.1, 0.2, 0.3, 0.4, 0.5], [1.0, 2.0, 3.0, 4.0, 5.0]);
        let is_default = [false, true, false, true, false];
        assert_eq!(paired_auc(&a, &b, &is_default), Outcome::undefined("both order every default and non-default alike"));
    }
}
