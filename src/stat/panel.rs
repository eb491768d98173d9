//! Panel: the outcomes of a table's dates, ranked once, and every forecast or feature held against them.

use std::ops::Range;

use super::Outcome;
use super::cross_section::{Dates, Orders, Ranked, of_ranks, rank_packed};
use super::error::{DateIc, RankIc, rank_ic, summarize_ic};

/// Rows with a known outcome, date by date, and the order of the outcomes of each date.
#[derive(Debug)]
pub(super) struct Panel {
    dates: Dates,
    realized: Vec<f64>,
    order: Orders,
    is_finite: bool,
}

/// A date's rank correlation, where it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DateRank {
    /// The date, as given.
    pub(super) date_idx: u32,
    /// Rows that took part, at least one.
    pub(super) n: usize,
    /// Spearman's correlation; `None` with fewer than three rows, or with one value for all on either side.
    pub(super) ic: Option<f64>,
}

/// One series of forecasts of a panel's rows, ranked once.
pub(super) struct Forecast<'a> {
    /// One a row; what stands where there is none says nothing.
    values: Vec<f64>,
    has: &'a [bool],
    /// `None` where a forecast or an outcome is not finite: then the plain way finds the words.
    order: Option<Orders>,
}

impl Panel {
    /// * `date_idx`: rows of a date are neighbours. * `realized`: one a row.
    pub(super) fn new(date_idx: impl IntoIterator<Item = u32>, realized: Vec<f64>) -> Self {
        let dates = Dates::new(date_idx);
        let is_finite = realized.iter().all(|value| value.is_finite());
        let order = if is_finite { Orders::new(&dates, &realized) } else { Orders::new(&Dates::new([]), &[]) };
        Self { dates, realized, order, is_finite }
    }

    /// Mean rank IC of a column over the rows, NaN being missing; [`rank_ic`] of the rows that have a value.
    ///
    /// * `value`: of a row of the panel.
    pub(super) fn strength<T: Ranked + Into<f64>>(&self, value: impl Fn(usize) -> T) -> Outcome<f64> {
        let n_rows = self.realized.len();
        if !self.is_finite || (0..n_rows).any(|row| !value(row).is_missing() && !Ranked::is_finite(value(row))) {
            return self.plainly(|row| Some(value(row)).filter(|value| !value.is_missing()).map(Into::into)).map(|ic| ic.mean);
        }
        let mut scratch = Scratch::default();
        let mut packed: Vec<T::Packed> = Vec::new();
        let ic = |place: usize| {
            let rows = self.dates.rows(place);
            packed.clear();
            let n = scratch.seat(rows.clone(), |row| {
                let value = value(row);
                let takes_part = !value.is_missing();
                if takes_part {
                    packed.push(value.pack(packed.len()));
                }
                takes_part
            });
            rank_packed::<T>(&mut packed, &mut scratch.first);
            self.order.ranks(rows.clone(), |row| scratch.places.get(row, rows.start), &mut scratch.second);
            (n, of_ranks(&scratch.first, &scratch.second))
        };
        let mut found = self.by_date(ic);
        // A mean is summed in the order of the numbers of the dates, as [`rank_ic`] sums it.
        found.sort_by_key(|date| date.date_idx);
        if found.is_empty() {
            return Outcome::undefined("there are no forecasts");
        }
        mean_of(&found).map(|ic| ic.mean)
    }

    /// Ranks a series of forecasts.
    ///
    /// * `has`: whether a row has one.
    pub(super) fn forecast<'a>(&self, values: Vec<f64>, has: &'a [bool]) -> Forecast<'a> {
        let is_finite = values.iter().zip(has).all(|(value, has)| !has || value.is_finite());
        let order = (is_finite && self.is_finite).then(|| {
            let filled: Vec<f64> = values.iter().zip(has).map(|(&value, &has)| if has { value } else { f64::INFINITY }).collect();
            Orders::new(&self.dates, &filled)
        });
        Forecast { values, has, order }
    }

    /// Rank correlations by date of the forecasts of rows that take part; `None` where one is not finite.
    pub(super) fn ranks(&self, forecast: &Forecast<'_>, takes_part: impl Fn(usize) -> bool) -> Option<Vec<DateRank>> {
        let order = forecast.order.as_ref()?;
        let mut scratch = Scratch::default();
        Some(self.by_date(|place| {
            let rows = self.dates.rows(place);
            let n = scratch.seat(rows.clone(), |row| forecast.has[row] && takes_part(row));
            order.ranks(rows.clone(), |row| scratch.places.get(row, rows.start), &mut scratch.first);
            self.order.ranks(rows.clone(), |row| scratch.places.get(row, rows.start), &mut scratch.second);
            (n, of_ranks(&scratch.first, &scratch.second))
        }))
    }

    /// [`rank_ic`] of the forecasts of rows that take part, from ranks that are shared.
    pub(super) fn rank_ic(&self, forecast: &Forecast<'_>, takes_part: impl Fn(usize) -> bool) -> Outcome<RankIc> {
        match self.ranks(forecast, &takes_part) {
            Some(found) if found.is_empty() => Outcome::undefined("there are no forecasts"),
            Some(found) => mean_of(&found),
            None => self.plainly(|row| (forecast.has[row] && takes_part(row)).then_some(forecast.values[row])),
        }
    }

    fn plainly(&self, value: impl Fn(usize) -> Option<f64>) -> Outcome<RankIc> {
        let (mut date_idx, mut predicted, mut realized) = (Vec::new(), Vec::new(), Vec::new());
        for (place, &date) in self.dates.date_idx().iter().enumerate() {
            for row in self.dates.rows(place) {
                if let Some(value) = value(row) {
                    date_idx.push(date);
                    predicted.push(value);
                    realized.push(self.realized[row]);
                }
            }
        }
        rank_ic(&date_idx, &predicted, &realized)
    }

    fn by_date(&self, mut ic: impl FnMut(usize) -> (usize, Option<f64>)) -> Vec<DateRank> {
        let of = |place: usize| {
            let (n, found) = ic(place);
            (0 < n).then(|| DateRank { date_idx: self.dates.date_idx()[place], n, ic: found.filter(|_| 3 <= n) })
        };
        (0..self.dates.len()).filter_map(of).collect()
    }
}

/// What rank correlations by date come to.
pub(super) fn mean_of(dates: &[DateRank]) -> Outcome<RankIc> {
    let by_date: Vec<DateIc> = dates.iter().filter_map(|date| Some(DateIc { date_idx: date.date_idx, n: date.n, ic: date.ic? })).collect();
    let n_skipped = dates.len() - by_date.len();
    summarize_ic(by_date, n_skipped)
}

/// Rows of a date that take part, their ranks on either side.
#[derive(Default)]
struct Scratch {
    places: Places,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Scratch {
    /// Gives a place to every row that takes part.
    fn seat(&mut self, rows: Range<usize>, mut takes_part: impl FnMut(usize) -> bool) -> usize {
        let mut n = 0;
        self.places.0.clear();
        self.places.0.extend(rows.map(|row| {
            let seated = takes_part(row);
            n += u32::from(seated);
            if seated { n - 1 } else { u32::MAX }
        }));
        self.first.resize(n as usize, 0.0);
        self.second.resize(n as usize, 0.0);
        n as usize
    }
}

/// The place of each row of a date among those that take part.
#[derive(Default)]
struct Places(Vec<u32>);

impl Places {
    fn get(&self, row: usize, start: usize) -> Option<usize> {
        let place = self.0[row - start];
        (place != u32::MAX).then_some(place as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::Draw;
    use super::*;

    /// Sixty dates of one to forty rows; a value and an outcome of few levels, every seventh value missing.
    fn rows() -> (Vec<u32>, Vec<f32>, Vec<f64>) {
        let mut draw = Draw::new(11);
        let date_idx: Vec<u32> = (0..60_u32).flat_map(|date| vec![2 * date; 1 + draw.below(40)]).collect();
        let level = |draw: &mut Draw| (draw.unit() * 20.0).floor() - 10.0;
        let values = (0..date_idx.len()).map(|row| if row % 7 == 0 { f32::NAN } else { level(&mut draw) as f32 }).collect();
        let realized = (0..date_idx.len()).map(|_| level(&mut draw)).collect();
        (date_idx, values, realized)
    }

    /// [`rank_ic`] of the rows that take part.
    fn naive(date_idx: &[u32], values: &[f32], realized: &[f64], takes_part: impl Fn(usize) -> bool) -> Outcome<RankIc> {
        let kept: Vec<usize> = (0..values.len()).filter(|&row| !values[row].is_nan() && takes_part(row)).collect();
        let pick = |values: &[f64]| kept.iter().map(|&row| values[row]).collect::<Vec<_>>();
        let wide: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
        rank_ic(&kept.iter().map(|&row| date_idx[row]).collect::<Vec<_>>(), &pick(&wide), &pick(realized))
    }

    #[test]
    fn shared_ranks_give_the_rank_ic_of_ranking_again_to_the_bit() {
        let (date_idx, mut values, realized) = rows();
        for infinite in [false, true] {
            if infinite {
                values[40] = f32::INFINITY;
            }
            let panel = Panel::new(date_idx.iter().copied(), realized.clone());
            let expected = naive(&date_idx, &values, &realized, |_| true);
            assert_eq!(panel.strength(|row| values[row]), expected.clone().map(|ic| ic.mean));
            let has: Vec<bool> = values.iter().map(|value| !value.is_nan()).collect();
            let forecast = panel.forecast(values.iter().map(|&value| f64::from(value)).collect(), &has);
            assert_eq!(panel.rank_ic(&forecast, |_| true), expected);
            let some = |row: usize| !row.is_multiple_of(3);
            assert_eq!(panel.rank_ic(&forecast, some), naive(&date_idx, &values, &realized, some));
            assert_eq!(panel.rank_ic(&forecast, |_| false), Outcome::undefined("there are no forecasts"));
        }
    }
}
