//! Losses against VaR: did losses stay below what was forecast, and where did they not?

use crate::day::Day;

use super::axis::{Scale, dates, numbers};
use super::canvas::{Canvas, Frame, no_data, paint};
use super::downsample::{POINTS, downsample};
use super::label::Placement;
use super::lines::{Series, drawn, finite, name_ends, values};
use super::style::Tone;

/// A loss above VaR.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Breach {
    /// The day.
    pub(crate) day: Day,
    /// The loss, positive.
    pub(crate) loss: f64,
    /// The VaR it exceeded, positive.
    pub(crate) var: f64,
}

/// Daily losses, VaR forecasts and breaches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LossChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// How the vertical axis is written.
    pub(crate) scale: Scale,
    /// Losses by day, in order; a gain is negative.
    pub(crate) losses: Vec<(Day, f64)>,
    /// One or two VaR forecasts, positive.
    pub(crate) vars: Vec<Series>,
    /// Every breach of the first VaR.
    pub(crate) breaches: Vec<Breach>,
}

/// Draws losses as thin bars, VaR as lines, every breach as a dot.
#[must_use]
pub(crate) fn losses_against_var(chart: &LossChart) -> String {
    let losses: Vec<(f64, f64)> = chart.losses.iter().filter(|(_, loss)| loss.is_finite()).map(|(day, loss)| (f64::from(day.0), *loss)).collect();
    let days = || chart.losses.iter().map(|(day, _)| *day);
    let (Some(from), Some(to)) = (days().min(), days().max()) else { return no_data(&chart.label, "no day has both a loss and a forecast") };
    let vars = finite(&chart.vars);
    let heights = losses.iter().map(|(_, loss)| *loss).chain(values(&vars)).chain([0.0]);
    let y = numbers(heights, chart.scale, &chart.y_title);
    let names: Vec<&str> = vars.iter().map(|line| line.name.as_str()).collect();
    let placement = Placement::choose(&names);
    let frame = Frame {
        height: 680,
        label: chart.label.clone(),
        x: dates(from, to),
        y,
        legend_lines: placement.legend_lines(),
        right: placement.right(),
        left: None,
    };
    paint(&frame, |canvas| {
        draw_losses(canvas, &losses);
        for line in &vars {
            canvas.line(&drawn(line), line.color.tone(), 3);
        }
        for breach in &chart.breaches {
            let title = format!("{}: loss {}, VaR {}", breach.day, chart.scale.write_value(breach.loss), chart.scale.write_value(breach.var));
            canvas.marked((f64::from(breach.day.0), breach.loss), Tone::Red, &title);
        }
        name_ends(canvas, placement, &vars);
    })
}

fn draw_losses(canvas: &Canvas, losses: &[(f64, f64)]) {
    if losses.len() <= POINTS {
        for &(day, loss) in losses {
            let ((x, zero), (_, y)) = (canvas.pixel((day, 0.0)), canvas.pixel((day, loss)));
            canvas.rule((x, zero), (x, y), Tone::Grey);
        }
        return;
    }
    // Bars thinner than a pixel are drawn as one line from bucket's low to bucket's high.
    canvas.line(&downsample(losses, 2 * POINTS), Tone::Grey, 2);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::Style;

    #[test]
    fn every_breach_is_a_dot_with_its_date_loss_and_var() {
        let losses: Vec<(Day, f64)> = (0..3_500).map(|i| (Day(i), if i % 500 == 499 { 0.05 } else { 0.01 })).collect();
        let var = losses.iter().map(|(day, _)| (*day, 0.03)).collect();
        let breaches: Vec<Breach> =
            losses.iter().filter(|(_, loss)| 0.03 < *loss).map(|(day, loss)| Breach { day: *day, loss: *loss, var: 0.03 }).collect();
        let mut chart = LossChart {
            label: "l".into(),
            y_title: "Loss, %".into(),
            scale: Scale::Percent,
            losses,
            vars: vec![Series { name: "VaR 99 %".into(), color: Style::Series(0), points: var }],
            breaches,
        };
        let svg = losses_against_var(&chart);
        assert_eq!(svg.matches("<title>").count(), 7);
        assert!(svg.contains("<title>1971-05-15: loss 5.00 %, VaR 3.00 %</title>"));
        chart.losses.clear();
        assert!(losses_against_var(&chart).contains("No data"));
    }
}
