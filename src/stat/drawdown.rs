//! How deep and how long was a strategy under water?

use serde::Serialize;

use crate::day::Day;

/// Wealth at the close of a day, from 1 before the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EquityPoint {
    /// The day.
    pub day: Day,
    /// Wealth, all returns so far compounded.
    pub equity: f64,
    /// Wealth over its highest so far, less 1: 0 at a peak, else negative.
    pub drawdown: f64,
}

/// A spell under water.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drawdown {
    /// Last day at the peak; the first day of all when capital never rose above its start.
    pub peak: Day,
    /// Day of the lowest wealth.
    pub trough: Day,
    /// First day back at the peak; `None`: not yet.
    pub recovery: Option<Day>,
    /// Wealth at the trough over that at the peak, less 1; negative.
    pub depth: f64,
    /// Calendar days from the peak to the recovery, or to the last day.
    pub n_days: i32,
}

/// Wealth and drawdown of every day. The start, wealth 1, counts as a peak: a loss on the first day is a drawdown.
pub(super) fn equity_points(days: &[Day], returns: &[f64]) -> Vec<EquityPoint> {
    let (mut equity, mut peak) = (1.0, 1.0);
    days.iter()
        .zip(returns)
        .map(|(&day, r)| {
            equity *= 1.0 + r;
            peak = f64::max(peak, equity);
            EquityPoint { day, equity, drawdown: equity / peak - 1.0 }
        })
        .collect()
}

/// All spells under water, in order of time.
pub(super) fn spells(curve: &[EquityPoint]) -> Vec<Drawdown> {
    let (Some(first), Some(last)) = (curve.first(), curve.last()) else {
        return Vec::new();
    };
    let mut spells = Vec::new();
    let mut peak = first.day;
    let mut open: Option<Drawdown> = None;
    for point in curve {
        if point.drawdown < 0.0 {
            let spell = open.get_or_insert(Drawdown { peak, trough: point.day, recovery: None, depth: 0.0, n_days: 0 });
            if point.drawdown < spell.depth {
                spell.trough = point.day;
                spell.depth = point.drawdown;
            }
        } else {
            if let Some(spell) = open.take() {
                spells.push(Drawdown { recovery: Some(point.day), n_days: point.day.0 - spell.peak.0, ..spell });
            }
            peak = point.day;
        }
    }
    spells.extend(open.map(|spell| Drawdown { n_days: last.day.0 - spell.peak.0, ..spell }));
    spells
}

#[cfg(test)]
mod tests {
    use super::super::sample::assert_close;
    use super::*;

    #[test]
    fn a_loss_on_the_first_day_is_a_drawdown_from_the_start() {
        // By hand: 1, .9, .8, 1.2 (a new peak), 1.2, .6.
        let days: Vec<Day> = [0, 1, 5, 6, 9].map(Day).to_vec();
        let returns = [-0.1, 0.8 / 0.9 - 1.0, 0.5, 0.0, -0.5];
        let curve = equity_points(&days, &returns);
        for (point, (equity, drawdown)) in curve.iter().zip([(0.9, -0.1), (0.8, -0.2), (1.2, 0.0), (1.2, 0.0), (0.6, -0.5)]) {
            assert_close(point.equity, equity, 1e-12);
            assert_close(point.drawdown, drawdown, 1e-12);
        }
        let spells = spells(&curve);
        assert_eq!(spells.len(), 2);
        assert_eq!((spells[0].peak, spells[0].trough, spells[0].recovery, spells[0].n_days), (Day(0), Day(1), Some(Day(5)), 5));
        // A flat day at the peak is a peak: the second spell starts on day 6.
        assert_eq!((spells[1].peak, spells[1].trough, spells[1].recovery, spells[1].n_days), (Day(6), Day(9), None, 3));
        assert_close(spells[1].depth, -0.5, 1e-12);
    }

    #[test]
    fn rising_wealth_has_no_spell() {
        let days: Vec<Day> = (0..3).map(Day).collect();
        assert!(spells(&equity_points(&days, &[0.0, 0.01, 0.0])).is_empty());
        assert!(spells(&[]).is_empty());
    }
}
