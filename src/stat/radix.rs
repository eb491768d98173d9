//! Radix: numbers sorted digit by digit, in time that grows with their count and nothing more.

/// Below this many a comparison sort is faster.
const FEW: usize = 1 << 12;
/// Bits of a digit: as many places are written at once as fit the first cache and its table of pages.
const DIGIT: usize = 8;
const N_VALUES: usize = 1 << DIGIT;

/// A whole number that orders as `value` does, -0 and 0 the same. No value may be NaN.
pub(super) fn key(value: f64) -> u64 {
    ordered(value + 0.0)
}

/// -0 below 0.
fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// A number that can be sorted by its digits.
pub trait Number: Copy + Into<f64> {
    /// The values as `f64::total_cmp` orders them; NaN, which is a missing value, is left out.
    fn present(values: &[Self]) -> Vec<f64>;
}

impl Number for f64 {
    fn present(values: &[Self]) -> Vec<f64> {
        let mut present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        if present.len() < FEW {
            present.sort_unstable_by(Self::total_cmp);
            return present;
        }
        let mut keys: Vec<u64> = present.iter().map(|&value| ordered(value)).collect();
        by_digits::<8, _>(&mut keys, |&key| key);
        for (value, key) in present.iter_mut().zip(keys) {
            *value = Self::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key });
        }
        present
    }
}

impl Number for f32 {
    fn present(values: &[Self]) -> Vec<f64> {
        let key = |value: &Self| {
            let bits = value.to_bits();
            if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
        };
        let mut keys: Vec<u32> = values.iter().filter(|value| !value.is_nan()).map(key).collect();
        if keys.len() < FEW {
            keys.sort_unstable();
        } else {
            by_digits::<4, _>(&mut keys, |&key| u64::from(key));
        }
        let value = |key: u32| f64::from(Self::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key }));
        keys.into_iter().map(value).collect()
    }
}

/// Two ascending lists in one.
pub(super) fn merged(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let mut rest = b;
    for &value in a {
        while let Some((&first, others)) = rest.split_first()
            && first.total_cmp(&value).is_lt()
        {
            all.push(first);
            rest = others;
        }
        all.push(value);
    }
    all.extend_from_slice(rest);
    all
}

/// Sorts by key; equal keys stay in the order given, which is that of their positions.
pub(super) fn sort_positions(keyed: &mut Vec<(u64, u32)>) {
    if keyed.len() < FEW { keyed.sort_unstable() } else { by_digits::<8, _>(keyed, |&(key, _)| key) }
}

/// Least digit first, each pass stable; a digit that all keys share needs no pass.
fn by_digits<const N_DIGITS: usize, T: Copy + Default>(items: &mut Vec<T>, key: impl Fn(&T) -> u64) {
    let mut counts = [[0_u32; N_VALUES]; N_DIGITS];
    let digit = |key: u64, pass: usize| (key >> (pass * DIGIT)) as usize & (N_VALUES - 1);
    for item in items.iter() {
        let key = key(item);
        for (pass, counts) in counts.iter_mut().enumerate() {
            counts[digit(key, pass)] += 1;
        }
    }
    let mut other = vec![T::default(); items.len()];
    for (pass, counts) in counts.iter().enumerate() {
        if counts.iter().any(|&count| count as usize == items.len()) {
            continue;
        }
        let mut next = [0_u32; N_VALUES];
        let mut start = 0;
        for (place, &count) in next.iter_mut().zip(counts) {
            *place = start;
            start += count;
        }
        for item in items.iter() {
            let place = &mut next[digit(key(item), pass)];
            other[*place as usize] = *item;
            *place += 1;
        }
        std::mem::swap(items, &mut other);
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::*;

    #[test]
    fn numbers_come_in_the_order_that_comparing_them_gives() {
        let mut draw = Draw::new(3);
        let mut values: Vec<f64> = (0..20_000).map(|_| (draw.unit() - 0.5) * 10_f64.powi((draw.unit() * 600.0) as i32 - 300)).collect();
        values.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -f64::MIN_POSITIVE, 1.0, 1.0, -1.0]);
        values.extend((0..5_000).map(|_| f64::from((draw.unit() as f32 * 50.0).floor() - 25.0)));
        for n in [0, 1, 7, 300, values.len()] {
            let some = &values[values.len() - n..];
            let narrow: Vec<f32> = some.iter().map(|&value| value as f32).collect();
            let widened: Vec<f64> = narrow.iter().map(|&value| f64::from(value)).collect();
            for (fast, values) in [(Number::present(some), some), (Number::present(&narrow), &widened)] {
                let mut naive = values.to_vec();
                naive.sort_by(f64::total_cmp);
                assert!(fast.len() == n && fast.iter().zip(&naive).all(|(a, b)| a.to_bits() == b.to_bits()), "{n} values");
            }
        }
        assert_eq!(Number::present(&[2.0, f64::NAN, 1.0]), [1.0, 2.0]);
        for at in [0, 1, 9_000, values.len()] {
            let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(merged(&f64::present(&values[..at]), &f64::present(&values[at..]))), bits(f64::present(&values)));
        }
        let mut keyed: Vec<(u64, u32)> = values.iter().zip(0..).map(|(&value, at)| (key(value), at)).collect();
        sort_positions(&mut keyed);
        let mut naive: Vec<u32> = (0..values.len() as u32).collect();
        naive.sort_by(|&a, &b| values[a as usize].partial_cmp(&values[b as usize]).expect("no NaN"));
        assert_eq!(keyed.into_iter().map(|(_, at)| at).collect::<Vec<_>>(), naive);
    }
}
