//! Traffic strip: breaches in the last 250 days, day by day, in Basel's colours and words.

use crate::day::Day;

use super::axis::{Scale, dates, numbers};
use super::canvas::{Anchor, Canvas, Frame, Size, no_data, paint};
use super::style::Tone;
use super::text::text_width;

/// A rolling breach count and its zones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TrafficChart {
    /// What a listener hears.
    pub(crate) label: String,
    /// Quantity, such as "Breaches in the last 250 days".
    pub(crate) y_title: String,
    /// Breaches in the window that ends on the day, in order.
    pub(crate) counts: Vec<(Day, u32)>,
    /// Fewest breaches of the amber zone; Basel: 5 of 250 at 1 %.
    pub(crate) amber_from: u32,
    /// Fewest breaches of the red zone; Basel: 10.
    pub(crate) red_from: u32,
}

/// A run of days in one zone.
#[derive(Debug, PartialEq)]
struct Run {
    zone: Zone,
    from: Day,
    to: Day,
    days: usize,
    most: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Green,
    Amber,
    Red,
}

impl Zone {
    fn tone(self) -> Tone {
        match self {
            Self::Green => Tone::Green,
            Self::Amber => Tone::Amber,
            Self::Red => Tone::Red,
        }
    }

    fn height(self) -> f64 {
        match self {
            Self::Green => 3.0,
            Self::Amber => 7.0,
            Self::Red => 12.0,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// Draws the count as steps, the zones as thresholds, and a strip below with colour and word.
#[must_use]
pub(crate) fn traffic_strip(chart: &TrafficChart, size: Size) -> String {
    let (Some(first), Some(last)) = (chart.counts.first(), chart.counts.last()) else {
        return no_data(&chart.label, "there are fewer days than the window needs");
    };
    let most = chart.counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(chart.red_from);
    let y = numbers([0.0, f64::from(most)], Scale::Number, &chart.y_title);
    let right = text_width(&format!("amber from {}", chart.red_from)) + 14.0;
    let x = dates(first.0, last.0, size);
    let frame = Frame { size, height: size.height(240.0), label: chart.label.clone(), x, y, legend_lines: 2, right, left: None };
    paint(&frame, |canvas| {
        for (from, zone) in [(chart.amber_from, Zone::Amber), (chart.red_from, Zone::Red)] {
            let (_, y) = canvas.pixel((0.0, f64::from(from)));
            let (left, right) = (canvas.left, canvas.right);
            canvas.dashed_stroke((left, y), (right, y), zone.tone(), "6 3");
            canvas.words((canvas.right + 6.0, y), &format!("{} from {from}", zone.word()), zone.tone(), Anchor::Start);
        }
        canvas.line(&steps(&chart.counts), Tone::Ink, 1.6);
        strip(canvas, &runs(chart));
    })
}

fn strip(canvas: &mut Canvas, runs: &[Run]) {
    let (top, bottom) = (canvas.top - 23.0, canvas.top - 11.0);
    for (idx, run) in runs.iter().enumerate() {
        let (from, _) = canvas.pixel((f64::from(run.from.0), 0.0));
        // A run lasts until the next one begins.
        let to = runs.get(idx + 1).map_or(canvas.right, |next| canvas.pixel((f64::from(next.from.0), 0.0)).0);
        let zone = run.zone;
        // Worse zones stand taller, for those who see no colour.
        canvas.block((from, bottom - zone.height()), (to.max(from + 1.0), bottom), zone.tone());
        if text_width(zone.word()) + 6.0 < to - from {
            canvas.words((0.5 * (from + to), bottom - zone.height() - 9.0), zone.word(), zone.tone(), Anchor::Middle);
        }
        canvas.titled(
            (from, top),
            (to, bottom),
            &format!("{}: {} to {}, {} days, at most {} breaches", zone.word(), run.from, run.to, run.days, run.most),
        );
    }
}

fn runs(chart: &TrafficChart) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for &(day, count) in &chart.counts {
        let zone = if count < chart.amber_from {
            Zone::Green
        } else if count < chart.red_from {
            Zone::Amber
        } else {
            Zone::Red
        };
        match out.last_mut() {
            Some(run) if run.zone == zone => {
                run.to = day;
                run.days += 1;
                run.most = run.most.max(count);
            }
            Some(_) | None => out.push(Run { zone, from: day, to: day, days: 1, most: count }),
        }
    }
    out
}

/// Corners of the step line: only days on which the count changes matter.
fn steps(counts: &[(Day, u32)]) -> Vec<(f64, f64)> {
    let mut corners: Vec<(Day, u32)> = Vec::new();
    for (idx, &(day, count)) in counts.iter().enumerate() {
        match corners.last() {
            Some(&(_, before)) if before == count && idx + 1 < counts.len() => {}
            Some(&(_, before)) => corners.extend([(day, before), (day, count)]),
            None => corners.push((day, count)),
        }
    }
    corners.into_iter().map(|(day, count)| (f64::from(day.0), f64::from(count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(counts: &[u32]) -> TrafficChart {
        let counts = counts.iter().enumerate().map(|(idx, count)| (Day(idx as i32), *count)).collect();
        TrafficChart { label: "t".into(), y_title: "Breaches".into(), counts, amber_from: 5, red_from: 10 }
    }

    #[test]
    fn basel_zones_begin_at_five_and_at_ten() {
        // BCBS 22: green 0 to 4, yellow 5 to 9, red 10 and more, in 250 days at 1 %.
        let zones: Vec<(Zone, usize, u32)> = runs(&chart(&[0, 4, 5, 9, 10, 12, 4])).iter().map(|run| (run.zone, run.days, run.most)).collect();
        assert_eq!(zones, [(Zone::Green, 2, 4), (Zone::Amber, 2, 9), (Zone::Red, 2, 12), (Zone::Green, 1, 4)]);
    }

    #[test]
    fn steps_keep_only_corners() {
        assert_eq!(steps(&[(Day(0), 1), (Day(1), 1), (Day(2), 3), (Day(3), 3)]), [(0.0, 1.0), (2.0, 1.0), (2.0, 3.0), (3.0, 3.0), (3.0, 3.0)]);
        assert!(traffic_strip(&chart(&[]), Size::Half).contains("No data"));
        assert!(traffic_strip(&chart(&[11]), Size::Half).contains("red: 1970-01-01 to 1970-01-01, 1 days, at most 11 breaches"));
    }
}
