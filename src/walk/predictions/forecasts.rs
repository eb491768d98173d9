//! A column of forecasts: numbers side by side, and a bit for each that is not there.

/// One forecast per tested row, or none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecasts {
    /// 0 where there is none.
    values: Vec<f64>,
    /// A bit a row, set where there is none; as long as the last of them needs.
    missing: Vec<u64>,
}

impl Forecasts {
    /// An empty column with room for `n` rows.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Self { values: Vec::with_capacity(n), missing: Vec::new() }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether row `at` has a forecast.
    #[must_use]
    pub fn has(&self, at: usize) -> bool {
        self.missing.get(at / 64).is_none_or(|bits| bits >> (at % 64) & 1 == 0)
    }

    /// The forecast of row `at`, if it has one.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<f64> {
        let value = self.values[at];
        self.has(at).then_some(value)
    }

    /// Whether every row has a forecast.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// The numbers, 0 where there is no forecast.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Rows in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
        (0..self.values.len()).map(|at| self.get(at))
    }

    /// Adds a row.
    pub fn push(&mut self, forecast: Option<f64>) {
        let at = self.values.len();
        self.values.push(forecast.unwrap_or(0.0));
        if forecast.is_none() {
            self.missing.resize(at / 64 + 1, 0);
            self.missing[at / 64] |= 1 << (at % 64);
        }
    }
}

impl Extend<Option<f64>> for Forecasts {
    fn extend<I: IntoIterator<Item = Option<f64>>>(&mut self, forecasts: I) {
        forecasts.into_iter().for_each(|forecast| self.push(forecast));
    }
}

impl FromIterator<Option<f64>> for Forecasts {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(forecasts: I) -> Self {
        let mut column = Self::default();
        column.extend(forecasts);
        column
    }
}

impl From<Vec<Option<f64>>> for Forecasts {
    fn from(forecasts: Vec<Option<f64>>) -> Self {
        forecasts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_gives_back_what_was_put_in() {
        let rows: Vec<Option<f64>> = (0..300).map(|at| (at % 67 != 66).then_some(f64::from(at) - 0.5)).collect();
        let column = Forecasts::from(rows.clone());
        assert_eq!(column.iter().collect::<Vec<_>>(), rows);
        assert!(!column.is_whole() && column.has(299) && !column.has(66) && column.get(267).is_none());
        let whole: Forecasts = rows.into_iter().flatten().map(Some).collect();
        assert!(whole.is_whole() && whole.len() == 296);
    }
}
