//! What grown trees promise.

use super::grow::{Gradients, Grower};
use super::naive::{Naive, TestTable, assert_routed, assert_same, hash, nested, settings, table};
use super::settings::{Threshold, TreeSettings};
use super::tree::{Rule, Side, Tree};

fn with_pool<T: Send>(cores: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(cores).build().unwrap().install(work)
}

fn assert_twin(table: &TestTable, settings: &TreeSettings) {
    let ones = vec![1.0; table.rows.len()];
    for (grown, hessian) in [(table.grow(settings, 1), &ones), (table.grow_general(settings, 1), &table.hessian)] {
        let naive = Naive { matrix: &table.matrix, gradient: &table.gradient, hessian, settings };
        assert_same(&nested(&grown, 0), &naive.tree(table.rows.clone()));
        assert_routed(table, &grown);
    }
}

#[test]
fn trees_are_those_of_a_grower_that_tries_every_threshold() {
    for (n_rows, levels, missing) in [(150, 1000, 0), (150, 1000, 4), (200, 12, 0), (200, 12, 3), (60, 1000, 2)] {
        let table = table(n_rows, 4, levels, missing, vec![]);
        assert_twin(&table, &settings(9, 64, 5));
        assert_twin(&table, &settings(64, 3, 1));
        assert_twin(&table, &TreeSettings { l1: 20.0, l2: 3.0, min_leaf_hessian: 9.5, min_gain: 15.0, ..settings(20, 6, 4) });
        assert_twin(&table, &TreeSettings { l2: 0.5, ..settings(31, 64, 2) });
    }
}

#[test]
fn the_twin_agrees_on_a_sample_and_on_listed_rows() {
    let table = table(300, 3, 1000, 5, vec![]);
    let settings = settings(8, 64, 6);
    let rows: Vec<u32> = (20..290).filter(|row| row % 7 != 3).collect();
    let of = |values: &[f32]| -> Vec<f32> { rows.iter().map(|&row| values[row as usize]).collect() };
    let (gradient, weight) = (of(&table.gradient), of(&table.hessian));
    let sample: Vec<u32> = (0..rows.len() as u32).filter(|row| row % 3 > 0).collect();
    let matrix = table.matrix.gather(&rows);
    let naive = Naive { matrix: &matrix, gradient: &gradient, hessian: &weight, settings: &settings };
    let mut grower = Grower::new(&table.binned, &rows, Some(&weight), &settings, 1);
    for _ in 0..2 {
        let grown = grower.grow(Gradients::Constant { gradient: &gradient }, Some(&sample), 1);
        assert_same(&nested(&grown, 0), &naive.tree(sample.clone()));
        let weighed: f64 = sample.iter().map(|&row| f64::from(weight[row as usize])).sum();
        assert!((grown.tree.nodes[0].cover - weighed).abs() < 1e-9);
        grower.recycle(grown);
    }
}

#[test]
fn every_row_gets_its_leaf_value_in_the_sample_and_outside() {
    let table = table(40_000, 5, 300, 6, vec![4]);
    let settings = settings(20, 64, 10);
    let rows: Vec<u32> = (100..39_000).collect();
    let gradient = &table.gradient[100..39_000];
    let sample: Vec<u32> = (0..rows.len() as u32).filter(|row| row % 5 > 1).collect();
    let held: Vec<u32> = (39_000..40_000).collect();
    for cores in [1, 2] {
        with_pool(cores, || {
            let mut grower = Grower::new(&table.binned, &rows, None, &settings, cores);
            let grown = grower.grow(Gradients::Constant { gradient }, Some(&sample), 1);
            let values: Vec<f64> = (0..grown.tree.nodes.len()).map(|node| node as f64).collect();
            let (mut scores, mut held_scores) = (vec![0.5; rows.len()], vec![0.25; held.len()]);
            grower.add(&grown, &values, &mut scores);
            grower.add_held_out(&grown, &values, &held, &mut held_scores);
            let leaf = |row: u32| grown.tree.leaf(|feature| seen(&table, feature, row)) as f64;
            rows.iter().zip(scores).for_each(|(&row, score)| assert_eq!(score, 0.5 + leaf(row)));
            held.iter().zip(held_scores).for_each(|(&row, score)| assert_eq!(score, 0.25 + leaf(row)));
        });
    }
}

/// A value, NaN for a category beyond those kept.
fn seen(table: &TestTable, feature: usize, row: u32) -> f32 {
    let is_kept = usize::from(table.binned.column(feature)[row as usize]) < table.binned.cuts().n_bins(feature);
    if is_kept { table.matrix.column(feature)[row as usize] } else { f32::NAN }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let table = table(30_000, 40, 500, 9, vec![3]);
    let variants = [
        settings(31, 64, 20),
        settings(64, 6, 20),
        TreeSettings { column_share: 0.4, node_column_share: 0.3, ..settings(31, 8, 20) },
        TreeSettings { column_share: 0.7, node_column_share: 0.8, threshold: Threshold::Drawn, ..settings(31, 8, 20) },
        TreeSettings { monotone: vec![-1; 40], interactions: vec![vec![0, 1, 2], vec![2, 3]], l1: 1.0, ..settings(31, 8, 20) },
    ];
    for settings in variants {
        let one = with_pool(1, || (table.grow(&settings, 1).tree, table.grow_general(&settings, 1).tree));
        assert!(one.0.nodes.len() > 20);
        for cores in [2, 4] {
            let many = with_pool(cores, || (table.grow(&settings, cores).tree, table.grow_general(&settings, cores).tree));
            assert!(one == many, "{settings:?}");
        }
    }
}

#[test]
fn too_little_memory_for_histograms_changes_no_bit() {
    let table = table(6000, 20, 500, 9, vec![3]);
    let settings = settings(60, 64, 20);
    let grow = |histogram_bytes: usize| {
        let mut grower = Grower::new(&table.binned, &table.rows, None, &settings, 1);
        grower.histogram_bytes = histogram_bytes;
        grower.grow(Gradients::Constant { gradient: &table.gradient }, None, 1).tree
    };
    assert!(grow(1 << 30) == grow(0));
}

#[test]
fn a_hessian_of_one_grows_the_tree_of_squared_error() {
    let mut table = table(5000, 20, 500, 9, vec![]);
    table.hessian = vec![1.0; 5000];
    assert!(table.grow(&settings(31, 64, 20), 1).tree == table.grow_general(&settings(31, 64, 20), 1).tree);
}

#[test]
fn forecasts_rise_and_fall_with_monotone_features_on_100_000_pairs() {
    let table = table(3000, 3, 400, 8, vec![]);
    let free = settings(60, 64, 5);
    let bound = TreeSettings { monotone: vec![1, -1, 0], ..free.clone() };
    let n_broken = |tree: &Tree| -> usize {
        let value = |n: usize, c: usize| if hash(n, 50 + c).is_multiple_of(9) { f32::NAN } else { (hash(n, 60 + c) % 400) as f32 };
        let mut n_broken = 0;
        for pair in 0..100_000 {
            let (feature, mut low) = (pair % 2, [value(pair, 0), value(pair, 1), value(pair, 2)]);
            let mut high = low;
            (low[feature], high[feature]) = ((hash(pair, 70) % 400) as f32, (hash(pair, 71) % 400) as f32);
            if low[feature] > high[feature] {
                std::mem::swap(&mut low, &mut high);
            }
            let [low, high] = [low, high].map(|row| tree.nodes[tree.leaf(|f| row[f])].value);
            n_broken += usize::from(if feature == 0 { low > high } else { low < high });
        }
        n_broken
    };
    for grow in [TestTable::grow, TestTable::grow_general] {
        let grown = grow(&table, &bound, 1);
        assert!(grown.tree.leaves().count() > 20);
        assert_eq!(n_broken(&grown.tree), 0);
        assert!(n_broken(&grow(&table, &free, 1).tree) > 1000, "without constraints the pairs do break");
        for (node, it) in grown.tree.nodes.iter().enumerate() {
            let (lower, upper) = grown.bounds(node);
            assert!(lower <= it.value && it.value <= upper);
        }
    }
}

#[test]
fn features_of_different_groups_never_meet_on_a_path() {
    let table = table(4000, 5, 300, 8, vec![]);
    let groups = vec![vec![0, 1], vec![1, 2, 3]];
    let grown = table.grow(&TreeSettings { interactions: groups.clone(), ..settings(60, 64, 5) }, 1);
    let mut paths = vec![vec![]; grown.tree.nodes.len()];
    for node in 0..grown.tree.nodes.len() {
        if let Some(split) = &grown.tree.nodes[node].split {
            let path = [paths[node].clone(), vec![split.feature]].concat();
            let alone = path.iter().all(|&feature| feature == path[0]);
            assert!(alone || groups.iter().any(|group| path.iter().all(|feature| group.contains(feature))), "{path:?}");
            (paths[split.left as usize], paths[split.right as usize]) = (path.clone(), path);
        }
    }
    assert!(grown.tree.nodes.len() == 119);
}

#[test]
fn the_best_of_all_sets_of_few_categories_is_found() {
    for (n_categories, missing) in [(2, 0), (4, 0), (7, 0), (8, 0), (5, 4)] {
        let table = table(400, 1, n_categories, missing, vec![0]);
        let grown = table.grow(&settings(2, 1, 10), 1);
        let column = table.matrix.column(0);
        let mut best = f64::NEG_INFINITY;
        for set in 0_u32..1 << (n_categories + 1) {
            let mut sums = [(0.0, 0.0); 2];
            for (value, gradient) in column.iter().zip(&table.gradient) {
                let code = if value.is_nan() { n_categories } else { *value as u32 };
                let side = &mut sums[(set >> code & 1) as usize];
                *side = (side.0 + f64::from(*gradient), side.1 + 1.0);
            }
            if sums.iter().all(|sum| sum.1 >= 10.0) {
                let total = sums[0].0 + sums[1].0;
                best = best.max(0.5 * (sums[0].0 * sums[0].0 / sums[0].1 + sums[1].0 * sums[1].0 / sums[1].1 - total * total / 400.0));
            }
        }
        let split = grown.tree.nodes[0].split.as_ref().unwrap();
        assert!((split.gain - best).abs() < 1e-9 * best, "{n_categories}: {} {best}", split.gain);
        assert!(matches!(split.rule, Rule::OneOf(_)));
        assert_routed(&table, &grown);
    }
}

#[test]
fn many_categories_send_at_most_32_left() {
    let table = table(20_000, 1, 200, 0, vec![0]);
    let grown = table.grow(&settings(2, 1, 10), 1);
    let Some(Rule::OneOf(left)) = grown.tree.nodes[0].split.as_ref().map(|split| split.rule.clone()) else { panic!("a split") };
    assert!((2..=32).contains(&left.len()) && left.is_sorted());
}

#[test]
fn what_cannot_be_split_is_one_leaf() {
    let constant = table(50, 2, 1, 0, vec![]);
    let mean = -constant.gradient.iter().map(|&g| f64::from(g)).sum::<f64>() / 50.0;
    let grown = constant.grow(&settings(31, 6, 1), 1);
    assert_eq!((grown.tree.nodes.len(), grown.tree.nodes[0].n_rows), (1, 50));
    assert!((grown.tree.nodes[0].value - mean).abs() < 1e-9);
    let missing = table(50, 2, 9, 1, vec![1]);
    assert_eq!(missing.grow(&settings(31, 6, 1), 1).tree.nodes.len(), 1, "all missing");
    let varied = table(50, 2, 9, 0, vec![]);
    assert_eq!(varied.grow(&TreeSettings { min_gain: 1e9, ..settings(31, 6, 1) }, 1).tree.nodes.len(), 1);
    let flat = TestTable { gradient: vec![0.1; 50], ..varied };
    assert_eq!(flat.grow(&settings(31, 6, 1), 1).tree.nodes.len(), 1, "equal gradients have nothing to gain");
    for n_rows in [0, 1] {
        let few = table(n_rows, 2, 9, 0, vec![1]);
        let grown = few.grow_general(&settings(31, 6, 1), 1);
        assert_eq!((grown.tree.nodes.len(), grown.leaf_rows(0).len()), (1, n_rows));
    }
    let none = TestTable { hessian: vec![0.0; 50], ..flat };
    assert_eq!(none.grow_general(&settings(31, 6, 1), 1).tree.nodes[0].value, 0.0, "no hessian, no step");
}

#[test]
fn a_missing_value_goes_to_the_larger_side_where_none_was_seen() {
    let table = table(500, 2, 50, 0, vec![1]);
    let grown = table.grow(&settings(20, 64, 5), 1);
    for node in &grown.tree.nodes {
        if let Some(split) = &node.split {
            let [left, right] = [split.left, split.right].map(|child| grown.tree.nodes[child as usize].n_rows);
            assert_eq!(split.missing, if left >= right { Side::Left } else { Side::Right });
        }
    }
}

#[test]
fn a_tree_uses_only_its_share_of_the_columns() {
    let table = table(2000, 40, 100, 0, vec![]);
    let settings = TreeSettings { column_share: 0.1, ..settings(31, 64, 5) };
    let features = |seed: u64| {
        let mut grower = Grower::new(&table.binned, &table.rows, None, &settings, 1);
        let grown = grower.grow(Gradients::Constant { gradient: &table.gradient }, None, seed);
        grown.tree.nodes.iter().filter_map(|node| node.split.as_ref()).map(|split| split.feature).collect::<std::collections::BTreeSet<u32>>()
    };
    assert_eq!(features(1).len(), 4);
    assert_ne!(features(1), features(2));
    assert_eq!(features(3), features(3));
}

#[test]
fn random_shapes_grow_trees_that_route_their_rows() {
    for case in 0..300 {
        let pick = |stream: usize, n: u32| hash(case, 200 + stream) % n;
        let (n_rows, n_columns) = (pick(0, 400) as usize, 1 + pick(1, 40) as usize);
        let categorical = if pick(2, 3) == 0 { vec![0] } else { vec![] };
        let table = table(n_rows, n_columns, 1 + pick(3, 300), pick(4, 4), categorical);
        let settings = TreeSettings {
            l1: f64::from(pick(5, 3)) * 5.0,
            l2: f64::from(pick(6, 3)),
            min_leaf_hessian: f64::from(pick(7, 3)),
            column_share: [0.3, 1.0][pick(8, 2) as usize],
            node_column_share: [0.3, 0.7, 1.0][pick(9, 3) as usize],
            monotone: if pick(10, 3) == 0 { (0..n_columns).map(|c| (c % 3) as i8 - 1).collect() } else { vec![] },
            interactions: if pick(11, 3) == 0 { vec![(0..n_columns as u32).step_by(2).collect()] } else { vec![] },
            threshold: [Threshold::Best, Threshold::Drawn][pick(12, 2) as usize],
            ..settings(2 + pick(13, 40), 1 + pick(14, 64), 1 + pick(15, 9))
        };
        let grown = if pick(16, 2) == 0 { table.grow(&settings, 1) } else { table.grow_general(&settings, 1) };
        let kept = TestTable {
            matrix: crate::feature::Matrix::from_columns(
                n_rows,
                &(0..n_columns).map(|c| table.rows.iter().map(|&row| seen(&table, c, row)).collect()).collect::<Vec<_>>(),
            ),
            ..table
        };
        if n_rows > 0 {
            assert_routed(&kept, &grown);
        }
        assert!(grown.tree.leaves().count() <= settings.leaves as usize);
        assert_eq!(grown.tree.leaves().map(|leaf| grown.leaf_rows(leaf).len()).sum::<usize>(), n_rows);
        let least = settings.min_leaf_rows as usize;
        assert!(grown.tree.nodes.len() == 1 || grown.tree.leaves().all(|leaf| grown.leaf_rows(leaf).len() >= least));
    }
}
