//! A seeded draw of rows.

use rand_core::RngCore;
use rand_pcg::Pcg64;

/// PCG's published default stream; any odd constant would do, but it must never change.
const STREAM: u128 = 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96;

/// ceil(`share` x n) of the rows without replacement, in their order; every subset is equally likely.
///
/// Selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S), so the rows come out sorted.
pub(super) fn draw(rows: Vec<usize>, share: f64, seed: u64) -> Vec<usize> {
    let n_wanted = (rows.len() as f64 * share).ceil() as usize;
    if rows.len() <= n_wanted {
        return rows;
    }
    let mut generator = Pcg64::new(u128::from(seed), STREAM);
    let (mut n_left, mut n_missing) = (rows.len(), n_wanted);
    let mut drawn = Vec::with_capacity(n_wanted);
    for row in rows {
        if below(&mut generator, n_left) < n_missing {
            drawn.push(row);
            n_missing -= 1;
        }
        n_left -= 1;
    }
    drawn
}

/// A number in 0..n by multiplication; its bias of n / 2^64 is far below anything a draw of rows could show.
fn below(generator: &mut Pcg64, n: usize) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draw_takes_the_share_in_order_and_the_same_for_the_same_seed() {
        let drawn = draw((0..1000).collect(), 0.25, 7);
        assert_eq!(drawn.len(), 250);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(drawn, draw((0..1000).collect(), 0.25, 7));
        assert_ne!(drawn, draw((0..1000).collect(), 0.25, 8));
    }

    #[test]
    fn draw_favours_no_row() {
        // 4,000 draws of a quarter of 20 rows: each is expected 1,000 times, with standard deviation 27.4.
        let mut counts = [0_i32; 20];
        for seed in 0..4000 {
            for row in draw((0..20).collect(), 0.25, seed) {
                counts[row] += 1;
            }
        }
        assert!(counts.iter().all(|count| (count - 1000).abs() < 110), "{counts:?}");
    }
}
