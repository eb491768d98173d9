//! Score bands: the observed rate of every band beside the rate predicted for it.

use crate::report::format;

use super::axis::{Scale, numbers, places};
use super::canvas::{Frame, Size, no_data, paint};
use super::label::{Name, Placement, write};
use super::style::{Style, Tone};

/// A band of scores, deciles or grades.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    /// Name under the bar.
    pub(crate) name: String,
    /// Cases in the band.
    pub(crate) n: u64,
    /// Observed rate.
    pub(crate) observed: f64,
    /// Mean predicted rate.
    pub(crate) predicted: f64,
}

/// Observed and predicted rates by band.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BandChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// What the bands are.
    pub(crate) x_title: String,
    /// Quantity and unit.
    pub(crate) y_title: String,
    /// How the vertical axis is written.
    pub(crate) scale: Scale,
    /// Colour of the forecasts: the model's on the whole page.
    pub(crate) color: Style,
    /// Bands in order of score.
    pub(crate) bands: Vec<Band>,
}

/// Draws observed rates as bars and predicted ones as a line.
#[must_use]
pub(crate) fn score_bands(chart: &BandChart, size: Size) -> String {
    let bands: Vec<&Band> = chart.bands.iter().filter(|band| band.observed.is_finite() && band.predicted.is_finite()).collect();
    if bands.is_empty() {
        return no_data(&chart.label, "no band has cases");
    }
    let x = places(bands.iter().map(|band| band.name.clone()), &chart.x_title);
    let y = numbers(bands.iter().flat_map(|band| [band.observed, band.predicted]).chain([0.0]), chart.scale, &chart.y_title);
    let placement = Placement::choose(&["observed", "predicted"], size);
    let (legend_lines, right) = (placement.legend_lines(), placement.right());
    let frame = Frame { size, height: size.height(300.0), label: chart.label.clone(), x, y, legend_lines, right, left: None };
    paint(&frame, |canvas| {
        let tone = chart.color.tone();
        let (mut observed_y, mut predicted_y) = (canvas.bottom, canvas.bottom);
        for (idx, band) in bands.iter().enumerate() {
            let (low, high) = (canvas.pixel((idx as f64 - 0.36, 0.0)), canvas.pixel((idx as f64 + 0.36, band.observed)));
            canvas.block(low, high, Tone::Grey);
            let title = format!(
                "{}: observed {}, predicted {}, n = {}",
                band.name,
                chart.scale.write_value(band.observed),
                chart.scale.write_value(band.predicted),
                format::count(band.n)
            );
            canvas.titled(low, high, &title);
            canvas.marked((idx as f64, band.predicted), tone, &title);
            observed_y = high.1;
            predicted_y = canvas.pixel((idx as f64, band.predicted)).1;
        }
        let line: Vec<(f64, f64)> = bands.iter().enumerate().map(|(idx, band)| (idx as f64, band.predicted)).collect();
        canvas.line(&line, tone, 1.6);
        let names = [Name::new("observed", Tone::Muted, 6.0, observed_y), Name::new("predicted", tone, 1.6, predicted_y)];
        write(canvas, placement, &names, size);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_band_says_its_rates_and_its_size() {
        let bands = vec![Band { name: "A".into(), n: 1_500, observed: 0.012, predicted: 0.0105 }];
        let mut chart =
            BandChart { label: "b".into(), x_title: "Grade".into(), y_title: "%".into(), scale: Scale::Percent, color: Style::Series(0), bands };
        assert!(score_bands(&chart, Size::Wide).contains("A: observed 1.20 %, predicted 1.05 %, n = 1,500"));
        chart.bands.clear();
        assert!(score_bands(&chart, Size::Wide).contains("No data"));
    }
}
