//! The prior correction: probabilities learnt from resampled or weighted classes, adjusted to the population's share of ones.

use crate::feature::Dataset;
use crate::model::Lesson;

/// How the probabilities of one window were corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriorCorrection {
    /// Window position.
    pub window: u32,
    /// Weighted share of ones among the window's training rows.
    pub share: f64,
    /// Share of ones in the population, as the spec states it.
    pub prior: f64,
}

impl PriorCorrection {
    /// The correction of a window that trained on `lesson`; `None` where its rows are of one class, or weigh nothing.
    pub(super) fn of(window: u32, lesson: &Lesson, prior: f64) -> Option<Self> {
        let total: f64 = lesson.weight.iter().sum();
        let ones: f64 = lesson.weight.iter().zip(&lesson.target).map(|(weight, target)| weight * target).sum();
        let share = ones / total;
        (0.0 < share && share < 1.0).then_some(Self { window, share, prior })
    }

    /// What would the probability be, had ones been as common among the training rows as they are in the population?
    ///
    /// p' = p a / (p a + (1 - p) b) with a = prior / share and b = (1 - prior) / (1 - share): Bayes' rule, given that resampling
    /// changed how common the classes are and nothing within either. The order of the forecasts stays.
    ///
    /// * `probability`: the model's forecast, in [0, 1].
    ///
    /// Source: Saerens, Latinne and Decaestecker (2002), Neural Computation 14(1), 21-41, equation 2.4; King and Zeng (2001),
    /// Political Analysis 9(2), 137-163.
    #[must_use]
    pub fn correct(&self, probability: f64) -> f64 {
        let one = probability * self.prior / self.share;
        let zero = (1.0 - probability) * (1.0 - self.prior) / (1.0 - self.share);
        one / (one + zero)
    }
}

/// How common ones are among known targets, by rows and by weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassShares {
    /// Ones by rows.
    pub of_rows: f64,
    /// Ones by weight.
    pub of_weight: f64,
}

/// Do training weights change how common ones are? `None` where targets are not 0 and 1, or nothing is weighted.
#[must_use]
pub fn class_shares(data: &Dataset) -> Option<ClassShares> {
    data.weight_range()?;
    let known = || data.target.iter().zip(&data.weight).filter_map(|(target, weight)| target.map(|target| (target, weight)));
    if known().any(|(target, _)| !matches!(target, 0.0 | 1.0)) {
        return None;
    }
    let ones: f64 = known().map(|(target, _)| target).sum();
    let (weight_of_ones, weight) = known().fold((0.0, 0.0), |(ones, all), (target, weight)| (ones + target * weight, all + weight));
    (0.0 < weight).then(|| ClassShares { of_rows: ones / known().count() as f64, of_weight: weight_of_ones / weight })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balanced_probability_of_one_half_is_the_prior() {
        let correction = PriorCorrection { window: 0, share: 0.5, prior: 0.0017 };
        assert!((correction.correct(0.5) - 0.0017).abs() < 1e-15);
        assert_eq!((correction.correct(0.0), correction.correct(1.0)), (0.0, 1.0));
    }

    #[test]
    fn corrected_probabilities_are_those_of_the_rows_before_resampling() {
        // By hand: 1,000 loans, 20 defaults; in a segment of 100 are 8 of them, so its rate is 0.08. Keeping every default and one good
        // loan in seven, the segment has 8 defaults of 8 + 92 / 7, and the sample 20 of 20 + 140.
        let correction = PriorCorrection { window: 0, share: 20.0 / 160.0, prior: 0.02 };
        let sampled = 8.0 / (8.0 + 92.0 / 7.0);
        assert!((correction.correct(sampled) - 0.08).abs() < 1e-15, "{}", correction.correct(sampled));
    }

    #[test]
    fn the_share_is_weighted_and_one_class_has_no_correction() {
        let lesson = Lesson { target: vec![1.0, 0.0, 0.0], weight: vec![2.0, 1.0, 1.0], ..Lesson::default() };
        assert_eq!(PriorCorrection::of(3, &lesson, 0.1), Some(PriorCorrection { window: 3, share: 0.5, prior: 0.1 }));
        let one_class = Lesson { target: vec![0.0, 0.0], weight: vec![1.0, 1.0], ..Lesson::default() };
        assert_eq!(PriorCorrection::of(0, &one_class, 0.1), None);
        let weightless = Lesson { weight: vec![0.0; 3], ..lesson };
        assert_eq!(PriorCorrection::of(0, &weightless, 0.1), None);
    }

    #[test]
    fn shares_of_classes_are_told_where_weights_are_not_all_one() {
        let data = |weight: [f64; 4], target: [Option<f64>; 4]| Dataset { weight: weight.to_vec(), target: target.to_vec(), ..Dataset::default() };
        let classes = [Some(1.0), Some(0.0), Some(0.0), None];
        assert_eq!(class_shares(&data([2.0, 1.0, 1.0, 9.0], classes)), Some(ClassShares { of_rows: 1.0 / 3.0, of_weight: 0.5 }));
        assert_eq!(class_shares(&data([1.0; 4], classes)), None);
        assert_eq!(class_shares(&data([2.0, 1.0, 1.0, 1.0], [Some(0.01); 4])), None);
    }
}
