//! Sort keys of rows as numbers, so that sorting millions of rows compares integers.
//!
//! Each column of the key becomes a number that orders as the column does; the numbers of a row, and its position behind them, are packed
//! into one integer. Positions differ, so that sorted integers are a stable sort.
//!
//! All of it on the thread that asks: cuts of the truncation test wait on rayon's threads for the pass that is sorted here, which must not wait
//! for one of those.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use datafusion::arrow::compute::{SortOptions, cast};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use datafusion::common::Result;

/// Distinct texts of a column beyond which numbers for them cost more than they save.
const MOST_TEXTS: usize = 65_536;

/// Bits of a row's position.
const POSITION_BITS: u32 = 32;

/// The columns of a key, row after row.
pub(super) struct Keys {
    columns: Vec<Column>,
    n_rows: usize,
}

/// One column of a key.
struct Column {
    options: SortOptions,
    /// A number per row that orders as the values do; of texts, their places in `texts`.
    codes: Vec<u64>,
    /// Rows without a value.
    nulls: Vec<u32>,
    /// Texts by the order in which they came; `None` for numbers.
    texts: Option<BTreeMap<Box<[u8]>, u64>>,
}

impl Keys {
    /// No rows yet; `None` where a column's type has no such numbers.
    pub(super) fn of(kinds: &[(DataType, SortOptions)]) -> Option<Self> {
        let column = |(kind, options): &(DataType, SortOptions)| {
            let texts = match kind {
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(BTreeMap::new()),
                _ if kind.is_integer() || kind.is_floating() => None,
                DataType::Boolean | DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _) => None,
                _ => return None,
            };
            Some(Column { options: *options, codes: Vec::new(), nulls: Vec::new(), texts })
        };
        Some(Self { columns: kinds.iter().map(column).collect::<Option<_>>()?, n_rows: 0 })
    }

    /// Adds rows; false where they are too many or too different for numbers.
    pub(super) fn push(&mut self, columns: &[ArrayRef]) -> Result<bool> {
        let n_rows = columns.first().map_or(0, Array::len);
        if u32::MAX as usize <= self.n_rows + n_rows {
            return Ok(false);
        }
        for (column, values) in self.columns.iter_mut().zip(columns) {
            if let Some(nulls) = values.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
                column.nulls.extend((0..n_rows).filter(|&row| nulls.is_null(row)).map(|row| (self.n_rows + row) as u32));
            }
            if !column.push(values)? {
                return Ok(false);
            }
        }
        self.n_rows += n_rows;
        Ok(true)
    }

    /// The rows in order, ties as they came; `None` where the keys are too wide to be packed.
    pub(super) fn order(self) -> Option<Order> {
        let Self { columns, n_rows } = self;
        let mut packed: Vec<u128> = (0..n_rows as u128).collect();
        let mut n_bits = POSITION_BITS;
        // From the last column to the first, each above those behind it.
        for column in columns.into_iter().rev() {
            let (codes, width) = column.ranked(n_rows);
            if u128::BITS < n_bits + width {
                return None;
            }
            packed.iter_mut().zip(codes).for_each(|(packed, code)| *packed |= u128::from(code).checked_shl(n_bits).unwrap_or(0));
            n_bits += width;
        }
        if packed.is_sorted() {
            return Some(Order::AsTheyCame);
        }
        Some(Order::Sorted(if n_bits <= u64::BITS {
            let mut narrow: Vec<u64> = packed.into_iter().map(|packed| packed as u64).collect();
            narrow.sort_unstable();
            narrow.into_iter().map(|packed| packed as u32).collect()
        } else {
            packed.sort_unstable();
            packed.into_iter().map(|packed| packed as u32).collect()
        }))
    }
}

/// The order of rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// They were sorted already.
    AsTheyCame,
    /// Their positions, first to last.
    Sorted(Vec<u32>),
}

impl Column {
    fn push(&mut self, values: &ArrayRef) -> Result<bool> {
        if let Some(texts) = &mut self.texts {
            let values = cast(values, &DataType::Utf8)?;
            let values = values.as_string::<i32>();
            // Neighbours are often the same: rows of one name.
            let mut last: Option<(&str, u64)> = None;
            for row in 0..values.len() {
                let text = if values.is_null(row) { "" } else { values.value(row) };
                let code = match last {
                    Some((before, code)) if before == text => code,
                    _ => {
                        let next = texts.len() as u64;
                        *texts.entry(text.as_bytes().into()).or_insert(next)
                    }
                };
                last = Some((text, code));
                self.codes.push(code);
            }
            return Ok(texts.len() <= MOST_TEXTS);
        }
        match values.data_type() {
            kind if kind.is_floating() => {
                let values = cast(values, &DataType::Float64)?;
                self.codes.extend(values.as_primitive::<Float64Type>().values().iter().map(|value| ordered_float(*value)));
            }
            DataType::UInt64 => self.codes.extend(values.as_primitive::<UInt64Type>().values()),
            DataType::Boolean => self.codes.extend(booleans(values.as_boolean())),
            _ => {
                // A date casts to its days only by way of Int32.
                let values = if values.data_type() == &DataType::Date32 { &cast(values, &DataType::Int32)? } else { values };
                let values = cast(values, &DataType::Int64)?;
                self.codes.extend(values.as_primitive::<Int64Type>().values().iter().map(|value| ordered_integer(*value)));
            }
        }
        Ok(true)
    }

    /// The least numbers that order as the column does, NULL among them, and the bits that they need.
    fn ranked(self, n_rows: usize) -> (Vec<u64>, u32) {
        let Self { options, mut codes, nulls, texts } = self;
        if let Some(texts) = texts {
            let mut ranks = vec![0; texts.len()];
            texts.into_values().enumerate().for_each(|(rank, place)| ranks[place as usize] = rank as u64);
            for code in &mut codes {
                *code = ranks[*code as usize];
            }
        }
        if options.descending {
            for code in &mut codes {
                *code = !*code;
            }
        }
        let mut is_null = vec![false; if nulls.is_empty() { 0 } else { n_rows }];
        for &row in &nulls {
            is_null[row as usize] = true;
        }
        let has_value = |row: usize| is_null.get(row).is_none_or(|is_null| !is_null);
        let known = || codes.iter().enumerate().filter(|(row, _)| has_value(*row)).map(|(_, code)| *code);
        let (least, most) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
        let Some(span) = (most - least).checked_add(u64::from(!nulls.is_empty())) else {
            // 2^64 different values and NULL: wider than any key that is packed beside a position and another column.
            return (codes, u128::BITS);
        };
        let (first, null) = if options.nulls_first && !nulls.is_empty() { (1, 0) } else { (0, span) };
        codes.iter_mut().enumerate().for_each(|(row, code)| *code = if has_value(row) { *code - least + first } else { null });
        (codes, u64::BITS - span.leading_zeros())
    }
}

fn booleans(values: &BooleanArray) -> impl Iterator<Item = u64> {
    values.values().iter().map(u64::from)
}

/// Moves the negative numbers below the positive ones.
fn ordered_integer(value: i64) -> u64 {
    (value as u64) ^ (1 << 63)
}

/// IEEE 754's total order, as Arrow sorts floats.
fn ordered_float(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, UInt64Array};
    use datafusion::arrow::compute::{SortColumn, lexsort_to_indices};

    use super::*;

    /// 1,000 rows of every type with ties and NULLs; the last column tells ties apart.
    fn columns() -> Vec<ArrayRef> {
        let step = |row: usize, m: usize| (row * 7919 + 13) % m;
        let every = |row: usize, n: usize| !row.is_multiple_of(n);
        let rows = 0..1000;
        let floats = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-300, 3.0, f64::INFINITY, f64::NAN];
        vec![
            Arc::new(rows.clone().map(|row| every(row, 9).then(|| ["b", "", "abc", "zz", "é"][step(row, 5)])).collect::<StringArray>()),
            Arc::new(rows.clone().map(|row| every(row, 11).then(|| floats[step(row, 8)])).collect::<Float64Array>()),
            Arc::new(rows.clone().map(|row| Some(step(row, 3) as i32 - 1)).collect::<Date32Array>()),
            Arc::new(rows.clone().map(|row| every(row, 7).then(|| step(row, 2) == 0)).collect::<BooleanArray>()),
            Arc::new(rows.clone().map(|row| Some([u64::MAX, 0, 5][step(row, 3)])).collect::<UInt64Array>()),
            Arc::new(rows.map(|row| row as i64).collect::<Int64Array>()),
        ]
    }

    fn packed(columns: &[(ArrayRef, SortOptions)]) -> Option<Order> {
        let kinds: Vec<_> = columns.iter().map(|(column, options)| (column.data_type().clone(), *options)).collect();
        let mut keys = Keys::of(&kinds)?;
        for (start, n) in [(0, 300), (300, 1), (301, 0), (301, 699)] {
            let batch: Vec<_> = columns.iter().map(|(column, _)| column.slice(start, n)).collect();
            assert!(keys.push(&batch).expect("comparable"));
        }
        keys.order()
    }

    #[test]
    fn rows_are_sorted_as_arrow_sorts_them_ties_as_they_came() {
        let columns = columns();
        let position = columns.last().expect("the last tells ties apart");
        for options in [(false, false), (false, true), (true, false), (true, true)] {
            let options = SortOptions { descending: options.0, nulls_first: options.1 };
            for pair in [[0, 1], [1, 0], [2, 0], [3, 2], [4, 3], [0, 4]] {
                let keys: Vec<_> = pair.iter().map(|&at| (Arc::clone(&columns[at]), options)).collect();
                let mut all: Vec<_> =
                    keys.iter().map(|(values, options)| SortColumn { values: Arc::clone(values), options: Some(*options) }).collect();
                all.push(SortColumn { values: Arc::clone(position), options: None });
                let expected = lexsort_to_indices(&all, None).expect("comparable").values().to_vec();
                assert_eq!(packed(&keys), Some(Order::Sorted(expected)), "{pair:?} {options:?}");
            }
        }
    }

    #[test]
    fn rows_that_come_sorted_are_left_as_they_are() {
        let columns = columns();
        assert_eq!(packed(&[(Arc::clone(&columns[5]), SortOptions::default())]), Some(Order::AsTheyCame));
    }

    #[test]
    fn keys_too_wide_to_be_packed_are_refused() {
        let columns = columns();
        let wide = [(Arc::clone(&columns[1]), SortOptions::default()), (Arc::clone(&columns[4]), SortOptions::default())];
        assert_eq!(packed(&wide), None);
        assert!(Keys::of(&[(DataType::Binary, SortOptions::default())]).is_none());
        let mut keys = Keys::of(&[(DataType::Utf8, SortOptions::default())]).expect("texts");
        let many: ArrayRef = Arc::new(StringArray::from_iter_values((0..=MOST_TEXTS).map(|n| n.to_string())));
        assert!(!keys.push(&[many]).expect("comparable"));
    }
}
