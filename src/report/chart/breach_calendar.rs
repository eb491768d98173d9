//! Breach calendar: in which months losses were above VaR, and whether they came together.

use super::canvas::{Size, no_data};
use super::month_grid::{MonthCell, YearRow, month_grid};
use super::style::Tone;

/// A year of months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BreachYear {
    /// The year.
    pub(crate) year: i32,
    /// Breaches from January to December; `None` where no day was tested.
    pub(crate) months: [Option<u32>; 12],
}

/// Breaches by year and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BreachCalendar {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity, such as "Breaches of VaR 99 %".
    pub(crate) title: String,
    /// Years in order.
    pub(crate) years: Vec<BreachYear>,
}

/// Draws a count in every month tested, darker where there are more; a dot for none.
#[must_use]
pub(crate) fn breach_calendar(chart: &BreachCalendar, size: Size) -> String {
    let most = chart.years.iter().flat_map(|year| year.months).flatten().max();
    let Some(most) = most else { return no_data(&chart.label, "no day was tested") };
    let cell = |count: u32| MonthCell {
        text: if count == 0 { "·".to_owned() } else { count.to_string() },
        tone: Some(Tone::Heat(if count == 0 { 0 } else { -(4.0 * f64::from(count) / f64::from(most.max(4))).ceil() as i8 })),
    };
    let row = |year: &BreachYear| -> YearRow {
        let total: Option<u32> = year.months.iter().flatten().copied().reduce(|a, b| a + b);
        let total = total.map(|total| MonthCell { text: total.to_string(), tone: None });
        (year.year, year.months.iter().map(|count| count.map(cell)).chain([total]).collect())
    };
    let rows: Vec<YearRow> = chart.years.iter().map(row).collect();
    month_grid(&chart.label, &chart.title, &rows, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_says_its_count_and_a_year_its_sum() {
        let mut months = [None; 12];
        (months[0], months[1], months[2]) = (Some(3), Some(0), Some(8));
        let mut chart = BreachCalendar { label: "b".into(), title: "Breaches".into(), years: vec![BreachYear { year: 2008, months }] };
        let svg = breach_calendar(&chart, Size::Half);
        for text in [">3<", ">·<", ">8<", ">11<", ">2008<", "class=\"f h0\"", "class=\"f h2\"", "class=\"f h4\""] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        chart.years[0].months = [None; 12];
        assert!(breach_calendar(&chart, Size::Half).contains("No data: no day was tested"));
    }
}
