//! Do forecasts order the cross-section of a date rightly?

use super::MeanCase;
use crate::stat::Outcome;
use crate::stat::compare::diebold_mariano;
use crate::stat::error::RankIc;
use crate::stat::measure::{About, Answer, Direction, Form, Measure, Test};

/// Mean rank IC.
pub const RANK_IC: Measure<MeanCase> = Measure {
    about: About {
        key: "rank_ic",
        name: "Rank IC",
        question: "Do forecasts order the names of a date rightly?",
        formula: "Mean over dates of Spearman's correlation of forecast and outcome",
        convention: "Ties have their average rank; dates with fewer than three rows, or with one value for all, have none",
        source: "Grinold and Kahn (2000), Active Portfolio Management",
        ..About::NUMBER
    },
    take: |case| case.rank_ic.as_ref().map(|ic| Answer::Number(ic.mean)),
};

/// Mean over standard deviation of the rank IC.
pub const ICIR: Measure<MeanCase> = Measure {
    about: About {
        key: "icir",
        name: "ICIR",
        question: "How steady is the ordering?",
        formula: "Mean / standard deviation of the rank IC over dates",
        convention: "Not annualised",
        ..About::NUMBER
    },
    take: |case| case.rank_ic.as_ref().and_then(|ic| ic.icir.clone()).map(Answer::Number),
};

/// t statistic of the mean rank IC.
pub const RANK_IC_T: Measure<MeanCase> = Measure {
    about: About {
        key: "rank_ic_t",
        name: "t of the rank IC",
        question: "Is the mean rank IC above or below 0?",
        formula: "Mean rank IC / its standard error, with h - 1 autocovariances where a target spans h dates, corrected for small samples",
        convention: "Two-sided, Student's t with dates - 1 degrees of freedom; with h = 1 the t of independent dates",
        source: "Hansen and Hodrick (1980), Journal of Political Economy 88(5); Harvey, Leybourne and Newbold (1997)",
        null: "The mean rank IC is 0",
        form: Form::Test("t"),
        says: |direction| match direction {
            Direction::Above => "ranks names rightly more often than not",
            Direction::Below => "ranks names wrongly more often than not",
            Direction::Neither => "rejected",
        },
        ..About::NUMBER
    },
    take: |case| case.ic_test.clone().map(Answer::Test),
};

/// Whether the mean rank IC differs from 0: the t of the mean with as many autocovariances as targets overlap.
///
/// [`diebold_mariano`] of the dates' correlations: with `horizon` 1 the t statistic of independent dates.
/// Undefined without a date's correlation, with fewer than two dates, and as [`diebold_mariano`] is.
pub fn ic_test(rank_ic: &Outcome<RankIc>, horizon: usize) -> Outcome<Test> {
    rank_ic.as_ref().and_then(|ic| {
        let by_date: Vec<f64> = ic.by_date.iter().map(|date| date.ic).collect();
        match by_date.len() {
            n if n <= horizon => Outcome::undefined(format!("{n} dates with a rank IC, more than {} needed", horizon.max(1))),
            _ => diebold_mariano(&by_date, horizon),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::rank_ic;
    use crate::stat::sample::assert_close;

    #[test]
    fn with_targets_of_one_date_the_t_is_that_of_independent_dates() {
        let dates: Vec<u32> = (0..40).flat_map(|date| [date; 5]).collect();
        let noise = |salt: u32| (0..200_u32).map(move |row| f64::from((row * 7919 + salt * 104_729) % 1013)).collect::<Vec<f64>>();
        let ic = rank_ic(&dates, &noise(1), &noise(2));
        let classical = *ic.value().expect("forty dates").t_statistic.value().expect("they differ");
        assert_close(ic_test(&ic, 1).value().expect("forty dates").statistic, classical, 1e-10);
    }
}
