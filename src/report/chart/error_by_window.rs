//! Error by window: is a model wrong all the time, or some of the time?

use super::canvas::Size;
use super::lines::{LineChart, drawn, framed};

/// Windows beyond which single points are no longer marked.
const MARKED: usize = 60;

/// Draws an error measure of several models, a point per window at the test's first day.
#[must_use]
pub(crate) fn error_by_window(chart: &LineChart, size: Size) -> String {
    framed(chart, (size, 290.0), "no window was tested", |canvas, line| {
        canvas.line(&drawn(line), line.color.tone(), 1.4);
        if line.points.len() <= MARKED {
            for (day, value) in &line.points {
                let title = format!("{}, test from {day}: {}", line.name, chart.scale.write_value(*value));
                canvas.marked((f64::from(day.0), *value), line.color.tone(), &title);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::report::chart::Style;
    use crate::report::chart::{Scale, Series, Zero};

    #[test]
    fn every_window_of_a_short_walk_says_its_error() {
        let series = vec![Series { name: "ridge".into(), color: Style::Series(2), points: vec![(Day(0), 0.021), (Day(31), 0.034)] }];
        let mut chart = LineChart { label: "e".into(), y_title: "RMSE, %".into(), scale: Scale::Percent, zero: Zero::Shown, series };
        let svg = error_by_window(&chart, Size::Wide);
        assert!(svg.contains("ridge, test from 1970-02-01: 3.40 %") && svg.contains("1970-01-01: 2.10 %"));
        chart.series.clear();
        assert!(error_by_window(&chart, Size::Wide).contains("No data"));
    }
}
