//! Seeded draws of rows, by position; they depend on the seed and the number of rows only, never on threads.

use rand_core::RngCore;
use rand_pcg::Pcg64;

/// PCG's published default stream; any odd constant would do, but it must never change.
const STREAM: u128 = 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96;

/// A generator of its own for each purpose: `seed` mixed with the number of the tree.
///
/// The mixing is that of `SplitMix64` (Steele, Lea and Flood, 2014, OOPSLA), so that neighbouring seeds and trees share nothing.
pub(super) fn mix(seed: u64, idx: u64) -> u64 {
    let mut bits = seed ^ idx.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// ceil(`share` x n) of the positions without replacement, in their order; every subset is equally likely.
///
/// Selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S), so the positions come out ascending.
pub(super) fn draw_share(positions: &[u32], share: f64, seed: u64) -> Vec<u32> {
    draw_count(positions, (positions.len() as f64 * share).ceil() as usize, seed)
}

fn draw_count(positions: &[u32], n_wanted: usize, seed: u64) -> Vec<u32> {
    let n_wanted = n_wanted.min(positions.len());
    let mut generator = Pcg64::new(u128::from(seed), STREAM);
    // One place more than wanted: every position is written, and only a drawn one is kept, which spares an unpredictable branch.
    let mut drawn = vec![0; n_wanted + 1];
    let (mut n_left, mut n_drawn) = (positions.len(), 0);
    for &position in positions {
        drawn[n_drawn] = position;
        n_drawn += usize::from(below(&mut generator, n_left) < n_wanted - n_drawn);
        n_left -= 1;
    }
    drawn.truncate(n_wanted);
    drawn
}

/// How often each position was drawn, in as many draws with replacement as there are `positions`, out of `n_rows`.
pub(super) fn bootstrap(positions: &[u32], n_rows: usize, seed: u64) -> Vec<u32> {
    let mut generator = Pcg64::new(u128::from(seed), STREAM);
    let mut counts = vec![0; n_rows];
    for _ in positions {
        counts[positions[below(&mut generator, positions.len())] as usize] += 1;
    }
    counts
}

/// Rows of a tree by gradient-based one-side sampling.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OneSide {
    /// All rows that were kept, ascending.
    pub(super) rows: Vec<u32>,
    /// Those among them that were drawn and stand for others too, ascending.
    pub(super) drawn: Vec<u32>,
    /// How many rows each of them stands for.
    pub(super) factor: f64,
}

/// Gradient-based one-side sampling: keeps the `top` share of rows with the largest `key`, and draws the share `other` (of all) from
/// the rest, each of which then stands for (n - kept) / drawn rows.
///
/// Of rows with equal keys at the border the earlier ones are kept. `key` has a value, at least 0, for every row of the training, not only
/// for `positions`. Source: Ke et al. (2017), LightGBM, Advances in Neural Information Processing Systems 30, algorithm 2.
pub(super) fn one_side(positions: &[u32], key: &[f32], shares: (f64, f64), seed: u64) -> OneSide {
    let n = positions.len();
    let n_top = ((n as f64 * shares.0).ceil() as usize).min(n);
    let n_other = ((n as f64 * shares.1).ceil() as usize).min(n - n_top);
    let mut largest: Vec<f32> = positions.iter().map(|&position| key[position as usize]).collect();
    let border = match n_top {
        0 => f32::INFINITY,
        _ => *largest.select_nth_unstable_by(n_top - 1, |a, b| b.total_cmp(a)).1,
    };
    let n_above = positions.iter().filter(|&&position| border < key[position as usize]).count();
    let mut n_at_border = n_top - n_above;
    let is_top: Vec<bool> = positions
        .iter()
        .map(|&position| {
            let key = key[position as usize];
            let keeps_border = key == border && 0 < n_at_border;
            n_at_border -= usize::from(keeps_border);
            border < key || keeps_border
        })
        .collect();
    let rest: Vec<u32> = positions.iter().zip(&is_top).filter(|(_, is_top)| !**is_top).map(|(&position, _)| position).collect();
    let drawn = draw_count(&rest, n_other, seed);
    let mut rows: Vec<u32> = positions.iter().zip(&is_top).filter(|(_, is_top)| **is_top).map(|(&position, _)| position).collect();
    rows.extend(&drawn);
    rows.sort_unstable();
    let factor = if drawn.is_empty() { 1.0 } else { rest.len() as f64 / drawn.len() as f64 };
    OneSide { rows, drawn, factor }
}

/// A number in 0..n by multiplication; its bias of n / 2^64 is far below anything a draw of rows could show.
fn below(generator: &mut Pcg64, n: usize) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_comes_in_order_and_the_same_for_the_same_seed() {
        let positions: Vec<u32> = (0..1000).map(|idx| 3 * idx).collect();
        let drawn = draw_share(&positions, 0.25, 7);
        assert_eq!(drawn.len(), 250);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn.iter().all(|position| position % 3 == 0));
        assert_eq!(drawn, draw_share(&positions, 0.25, 7));
        assert_ne!(drawn, draw_share(&positions, 0.25, 8));
        assert_eq!(draw_share(&positions, 1.0, 8), positions);
        assert!(draw_share(&[], 0.5, 8).is_empty());
    }

    #[test]
    fn draws_favour_no_row() {
        // 4,000 draws of a quarter of 20 rows: each is expected 1,000 times, with standard deviation 27.4; bootstraps of 20: 4,000 and 62.
        let positions: Vec<u32> = (0..20).collect();
        let (mut shares, mut bootstraps) = ([0_i32; 20], [0_i32; 20]);
        for tree in 0..4000 {
            for row in draw_share(&positions, 0.25, mix(1, tree)) {
                shares[row as usize] += 1;
            }
            let counts = bootstrap(&positions, 20, mix(2, tree));
            assert_eq!(counts.iter().sum::<u32>(), 20);
            counts.iter().zip(&mut bootstraps).for_each(|(&count, sum)| *sum += count as i32);
        }
        assert!(shares.iter().all(|count| (count - 1000).abs() < 110), "{shares:?}");
        assert!(bootstraps.iter().all(|count| (count - 4000).abs() < 250), "{bootstraps:?}");
    }

    #[test]
    fn one_side_keeps_the_largest_and_weights_the_drawn_to_the_size_of_the_rest() {
        let positions: Vec<u32> = (0..100).collect();
        let key: Vec<f32> = (0..100_u32).map(|row| (row * 37 % 100) as f32).collect();
        let sample = one_side(&positions, &key, (0.2, 0.1), 3);
        assert_eq!((sample.rows.len(), sample.drawn.len(), sample.factor), (30, 10, 8.0));
        assert!(positions.iter().filter(|&&row| 80.0 <= key[row as usize]).all(|row| sample.rows.contains(row)));
        assert!(sample.drawn.iter().all(|row| key[*row as usize] < 80.0 && sample.rows.contains(row)));
        assert!(sample.rows.windows(2).all(|pair| pair[0] < pair[1]));
        // The sum of any amount over rows is kept in the mean over seeds: here of the rest's keys, 0 + 1 + .. + 79 = 3,160.
        let sums: f64 = (0..2000)
            .map(|tree| {
                let sample = one_side(&positions, &key, (0.2, 0.1), mix(3, tree));
                sample.drawn.iter().map(|&row| sample.factor * f64::from(key[row as usize])).sum::<f64>()
            })
            .sum();
        // Standard deviation of one estimate: 80 x 23.1 / sqrt(10) x sqrt(70 / 79) = 550; of the mean 12.3.
        assert!((sums / 2000.0 - 3160.0).abs() < 50.0, "{}", sums / 2000.0);
    }

    #[test]
    fn one_side_takes_the_earlier_of_equal_rows_and_bears_any_shares() {
        let sample = one_side(&[0, 1, 2, 3], &[5.0; 4], (0.5, 0.0), 1);
        assert_eq!((sample.rows, sample.drawn, sample.factor), (vec![0, 1], vec![], 1.0));
        let all = one_side(&[1, 3], &[5.0; 4], (0.9, 0.9), 1);
        assert_eq!((all.rows, all.drawn), (vec![1, 3], vec![]));
        assert!(one_side(&[], &[], (0.2, 0.1), 1).rows.is_empty());
        let drawn_only = one_side(&[0, 1, 2, 3], &[5.0; 4], (0.0, 0.5), 1);
        assert_eq!((drawn_only.rows.len(), drawn_only.factor), (2, 2.0));
    }
}
