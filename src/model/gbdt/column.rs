//! Which features a tree and a node may split on.

use rand_core::RngCore;
use rand_pcg::Pcg64;

/// PCG's published default stream; any odd constant would do, but it must never change.
const STREAM: u128 = 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96;

/// A source of chance that depends on the tree's seed and the node (or none, for the tree) only.
fn generator(seed: u64, node: u64) -> Pcg64 {
    Pcg64::new(u128::from(seed) << 64 | u128::from(node), STREAM)
}

/// A number below n, by multiplication; its bias of n / 2^64 is far below anything a draw could show.
fn below(generator: &mut Pcg64, n: usize) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}

/// Leaves ceil(share x n) of the n features that are allowed, every subset being equally likely (Knuth, The Art of Computer Programming,
/// volume 2, 3.4.2, algorithm S).
///
/// * `node`: 0 for the draw of a tree, node + 1 for that of a node.
pub(super) fn sample_features(allowed: &mut [bool], share: f64, seed: u64, node: u64) {
    let mut n_left = allowed.iter().filter(|allowed| **allowed).count();
    let mut n_wanted = (n_left as f64 * share).ceil() as usize;
    let mut generator = generator(seed, node);
    for allowed in allowed.iter_mut().filter(|allowed| **allowed) {
        *allowed = below(&mut generator, n_left) < n_wanted;
        n_wanted -= usize::from(*allowed);
        n_left -= 1;
    }
}

/// A number in [0, 1) for a feature of a node.
pub(super) fn uniform(seed: u64, node: u64, feature: usize) -> f64 {
    let mut generator = generator(seed ^ 0x9e37_79b9_7f4a_7c15, node << 32 | feature as u64);
    (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// The features that may join those on a path: all that share a group with every one of them. A feature in no group is a group by itself.
pub(super) fn joinable_features(interactions: &[Vec<u32>], path: &[u32], n_features: usize) -> Vec<bool> {
    let mut allowed = vec![path.is_empty(); n_features];
    for group in interactions.iter().filter(|group| path.iter().all(|feature| group.contains(feature))) {
        for &feature in group {
            allowed[feature as usize] = true;
        }
    }
    if let Some(&first) = path.first()
        && path.iter().all(|&feature| feature == first)
    {
        allowed[first as usize] = true;
    }
    allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_has_the_wanted_number_of_the_allowed_and_every_feature_its_turn() {
        let mut counts = [0; 10];
        for seed in 0..1000 {
            let mut allowed = [true, true, true, true, true, true, true, true, false, false];
            sample_features(&mut allowed, 0.5, seed, 7);
            assert_eq!(allowed.iter().filter(|is_in| **is_in).count(), 4);
            counts.iter_mut().zip(allowed).for_each(|(count, is_in)| *count += u32::from(is_in));
        }
        // 500 expected, deviation 16.
        assert!(counts[..8].iter().all(|count| (435..565).contains(count)) && counts[8..] == [0, 0], "{counts:?}");
    }

    #[test]
    fn features_join_a_path_when_one_group_has_them_all() {
        let groups = vec![vec![0, 1], vec![1, 2]];
        assert_eq!(joinable_features(&groups, &[], 4), [true; 4]);
        assert_eq!(joinable_features(&groups, &[1], 4), [true, true, true, false]);
        assert_eq!(joinable_features(&groups, &[1, 0], 4), [true, true, false, false]);
        assert_eq!(joinable_features(&groups, &[3], 4), [false, false, false, true], "in no group: alone");
    }
}
