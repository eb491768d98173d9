//! Successive halving: most trials are told apart on few rows.

/// Of the trials a third goes on to the next round.
const FACTOR: usize = 3;

/// For each round, by how much the dates are divided: the last round has them all, each before it a third of the next one's.
pub(super) fn divisors(n_trials: usize) -> Vec<usize> {
    let (mut divisors, mut n_left) = (vec![1], survivors(n_trials));
    while 1 < n_left {
        divisors.push(divisors[divisors.len() - 1] * FACTOR);
        n_left = survivors(n_left);
    }
    divisors.reverse();
    divisors
}

/// Trials that go on, of so many.
pub(super) fn survivors(n_trials: usize) -> usize {
    n_trials.div_ceil(FACTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_seven_trials_take_three_rounds_on_three_times_the_dates_each() {
        assert_eq!(divisors(27), [9, 3, 1]);
        assert_eq!(divisors(28), [27, 9, 3, 1]);
        assert_eq!((divisors(2), divisors(3), divisors(4)), (vec![1], vec![1], vec![3, 1]));
        for n_trials in 2..1_000 {
            let left = divisors(n_trials).iter().fold(n_trials, |left, _| survivors(left));
            assert_eq!(left, 1, "{n_trials} trials");
        }
    }
}
