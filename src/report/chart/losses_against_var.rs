//! Losses against VaR: did losses stay below what was forecast, and where did they not?

use crate::day::Day;

use super::axis::{Scale, dates, numbers};
use super::canvas::{Canvas, Frame, Size, no_data, paint};
use super::downsample::{POINTS, downsample};
use super::lines::{Series, draw_chosen, drawn, finite, name_ends, placed, values};
use super::strong::choose;
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

/// Draws losses as thin grey bars, VaR as solid lines, every breach as a dark dot.
#[must_use]
pub(crate) fn losses_against_var(chart: &LossChart, size: Size) -> String {
    let losses: Vec<(f64, f64)> = chart.losses.iter().filter(|(_, loss)| loss.is_finite()).map(|(day, loss)| (f64::from(day.0), *loss)).collect();
    let days = || chart.losses.iter().map(|(day, _)| *day);
    let (Some(from), Some(to)) = (days().min(), days().max()) else { return no_data(&chart.label, "no day has both a loss and a forecast") };
    let vars = finite(&chart.vars);
    let heights = losses.iter().map(|(_, loss)| *loss).chain(values(&vars)).chain([0.0]);
    let y = numbers(heights, chart.scale, &chart.y_title);
    let chosen = choose(vars);
    let placement = placed(&chosen, size);
    let (legend_lines, right) = (placement.legend_lines(), placement.right());
    let x = dates(from, to, size);
    let frame = Frame { size, height: size.height(340.0), label: chart.label.clone(), x, y, legend_lines, right, left: None };
    paint(&frame, |canvas| {
        draw_losses(canvas, &losses);
        draw_chosen(canvas, &chosen, |canvas, line| canvas.line(&drawn(line), line.color.tone(), 1.6));
        for breach in &chart.breaches {
            let title = format!("{}: loss {}, VaR {}", breach.day, chart.scale.write_value(breach.loss), chart.scale.write_value(breach.var));
            canvas.struck((f64::from(breach.day.0), breach.loss), &title);
        }
        name_ends(canvas, placement, &chosen, size);
    })
}

fn draw_losses(canvas: &mut Canvas, losses: &[(f64, f64)]) {
    if losses.len() <= POINTS {
        for &(day, loss) in losses {
            let ((x, zero), (_, y)) = (canvas.pixel((day, 0.0)), canvas.pixel((day, loss)));
            canvas.rule((x, zero), (x, y), Tone::Grey);
        }
        return;
    }
    // Bars thinner than a pixel are drawn as one line from bucket's low to bucket's high.
    canvas.line(&downsample(losses, 2 * POINTS), Tone::Grey, 1.0);
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
        let svg = losses_against_var(&chart, Size::Wide);
        assert_eq!(svg.matches("<circle class=\"f hit ink\"").count(), 7);
        assert!(svg.contains("<title>1971-05-15: loss 5.00 %, VaR 3.00 %</title>"));
        chart.losses.clear();
        assert!(losses_against_var(&chart, Size::Wide).contains("No data"));
    }
}
