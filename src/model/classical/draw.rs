//! A seeded draw of training rows for learners whose time grows faster than their number.

use rand_core::RngCore;
use rand_pcg::Pcg64;

/// PCG's published default stream; any odd constant would do, but it must never change.
const STREAM: u128 = 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96;

/// Rows drawn, and what each stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    /// Positions among the training rows, ascending; one may come more than once where weights differ.
    pub(super) rows: Vec<u32>,
    /// What a drawn row of class 0 and of class 1 stands for, 1 on average over the drawn rows.
    pub(super) stands_for: [f64; 2],
    /// What the reader should know.
    pub(super) notes: Vec<String>,
}

/// At most `max_rows` of the rows of weight above 0, the rarer class first.
///
/// Of two classes the rarer is drawn whole, or up to half of `max_rows`; `stands_for` gives both classes back their weight. Within
/// a class rows of equal weight are drawn without replacement, every subset equally likely; rows of different weight in proportion
/// to it, one from each of equal slices of the summed weight (Kitagawa 1996), so that none comes more often than its weight, rounded up.
///
/// * `class`: of each row, 0 or 1; all 0 where there are no classes.
pub(super) fn draw(class: &[usize], weight: &[f64], max_rows: usize, seed: u64) -> Drawn {
    let rows_of =
        |wanted: usize| -> Vec<u32> { (0..class.len() as u32).filter(|&row| class[row as usize] == wanted && 0.0 < weight[row as usize]).collect() };
    let classes = [rows_of(0), rows_of(1)];
    let n_rows = classes[0].len() + classes[1].len();
    let n_wanted = quotas([classes[0].len(), classes[1].len()], max_rows);
    let n_drawn = (n_wanted[0] + n_wanted[1]) as f64;
    let sums = classes.each_ref().map(|rows| rows.iter().map(|&row| weight[row as usize]).sum::<f64>());
    let mut generator = Pcg64::new(u128::from(seed), STREAM);
    let mut drawn = Drawn { rows: Vec::with_capacity(n_drawn as usize), stands_for: [1.0; 2], notes: Vec::new() };
    let mut is_uneven = false;
    for (idx, rows) in classes.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
        let first = weight[rows[0] as usize];
        if rows.iter().all(|&row| weight[row as usize] == first) {
            drawn.rows.extend(plain(rows, n_wanted[idx], &mut generator));
        } else {
            is_uneven = true;
            drawn.rows.extend(weighted(rows, weight, (n_wanted[idx], sums[idx]), &mut generator));
        }
        drawn.stands_for[idx] = sums[idx] / (sums[0] + sums[1]) * n_drawn / n_wanted[idx] as f64;
    }
    drawn.rows.sort_unstable();
    if (n_drawn as usize) < n_rows {
        drawn.notes.push(format!("{} of {n_rows} training rows drawn (`max_rows`)", n_drawn as usize));
    }
    if is_uneven {
        drawn.notes.push("training rows drawn in proportion to their weight".into());
    }
    drawn
}

/// How many rows of each class are drawn.
fn quotas(counts: [usize; 2], max_rows: usize) -> [usize; 2] {
    let rarer = usize::from(counts[1] < counts[0]);
    let common = 1 - rarer;
    let mut quotas = [0; 2];
    quotas[rarer] = counts[rarer].min((max_rows / 2).max(1));
    quotas[common] = counts[common].min(max_rows.saturating_sub(quotas[rarer]).max(1));
    quotas
}

/// Selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S).
fn plain(rows: &[u32], n_wanted: usize, generator: &mut Pcg64) -> Vec<u32> {
    let (mut n_left, mut n_missing) = (rows.len() as u128, n_wanted as u128);
    let mut drawn = Vec::with_capacity(n_wanted);
    for &row in rows {
        if (u128::from(generator.next_u64()) * n_left) >> 64 < n_missing {
            drawn.push(row);
            n_missing -= 1;
        }
        n_left -= 1;
    }
    drawn
}

fn weighted(rows: &[u32], weight: &[f64], (n_wanted, sum): (usize, f64), generator: &mut Pcg64) -> Vec<u32> {
    let mut drawn = Vec::with_capacity(n_wanted);
    let (mut at, mut reached) = (0, weight[rows[0] as usize]);
    for slice in 0..n_wanted {
        let share = (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let point = (slice as f64 + share) / n_wanted as f64 * sum;
        while reached <= point && at + 1 < rows.len() {
            at += 1;
            reached += weight[rows[at] as usize];
        }
        drawn.push(rows[at]);
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_of_equal_weight_are_all_drawn_once_and_stand_for_themselves() {
        let drawn = draw(&[0, 1, 0, 0, 1], &[2.0, 2.0, 2.0, 0.0, 2.0], 10, 1);
        assert_eq!(drawn, Drawn { rows: vec![0, 1, 2, 4], stands_for: [1.0, 1.0], notes: vec![] });
    }

    #[test]
    fn a_rare_class_is_drawn_whole_and_the_common_one_stands_for_more() {
        // 20 of 1,000 rows are of class 1; of 100 drawn rows 80 stand for 980 and 20 for 20.
        let class: Vec<usize> = (0..1000).map(|row| usize::from(row % 50 == 7)).collect();
        let drawn = draw(&class, &[1.0; 1000], 100, 5);
        let n_rare = drawn.rows.iter().filter(|&&row| class[row as usize] == 1).count();
        assert_eq!((drawn.rows.len(), n_rare), (100, 20));
        assert!((drawn.stands_for[0] - 0.98 / 0.80).abs() < 1e-12 && (drawn.stands_for[1] - 0.02 / 0.20).abs() < 1e-12);
        assert!(drawn.rows.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(drawn.notes, ["100 of 1000 training rows drawn (`max_rows`)"]);
        assert_eq!(drawn, draw(&class, &[1.0; 1000], 100, 5));
        assert_ne!(drawn.rows, draw(&class, &[1.0; 1000], 100, 6).rows);
    }

    #[test]
    fn classes_of_constant_weight_need_no_draw_and_stand_for_their_weight() {
        // Class 1 weighs 3 a row: of 4 rows with weights 1, 1, 1, 3, shares 1/2 and 1/2 over 3 and 1 rows.
        let drawn = draw(&[0, 0, 0, 1], &[1.0, 1.0, 1.0, 3.0], 10, 1);
        assert_eq!(drawn.rows, [0, 1, 2, 3]);
        assert!((drawn.stands_for[0] - 2.0 / 3.0).abs() < 1e-15 && (drawn.stands_for[1] - 2.0).abs() < 1e-15);
    }

    #[test]
    fn rows_are_drawn_in_proportion_to_their_weight() {
        // Weights 1, 2, 3, 4 over 4 draws: 0.4, 0.8, 1.2, 1.6 times each, over 5,000 seeds.
        let mut counts = [0_u32; 4];
        for seed in 0..5000 {
            let drawn = draw(&[0; 4], &[1.0, 2.0, 3.0, 4.0], 4, seed);
            assert_eq!(drawn.notes, ["training rows drawn in proportion to their weight"]);
            drawn.rows.iter().for_each(|&row| counts[row as usize] += 1);
        }
        for (count, expected) in counts.iter().zip([2000.0, 4000.0, 6000.0, 8000.0]) {
            assert!((f64::from(*count) - expected).abs() < 200.0, "{counts:?}");
        }
    }
}
