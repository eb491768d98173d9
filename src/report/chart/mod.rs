//! Chart: one figure kind per file, each from a plain struct to an SVG that needs no script, font or network.

mod axis;
mod bars;
mod calibration;
mod canvas;
mod downsample;
mod drawdown;
mod error_by_window;
mod heat_map;
mod label;
mod lines;
mod losses_against_var;
mod roc;
mod score_bands;
mod sparkline;
mod style;
mod traffic_strip;
mod window_spans;

pub(crate) use axis::Scale;
pub(crate) use bars::{Bar, BarChart, bars};
pub(crate) use calibration::{CalibrationChart, CalibrationPoint, CalibrationSeries, calibration};
pub(crate) use drawdown::{DrawdownChart, drawdown};
pub(crate) use error_by_window::error_by_window;
pub(crate) use heat_map::{HeatMap, HeatRow, heat_map};
pub(crate) use lines::{LineChart, Series, Zero, lines};
pub(crate) use losses_against_var::{Breach, LossChart, losses_against_var};
pub(crate) use roc::{RocChart, RocCurve, roc};
pub(crate) use score_bands::{Band, BandChart, score_bands};
pub(crate) use sparkline::sparkline;
pub(crate) use style::Style;
pub(crate) use traffic_strip::{TrafficChart, traffic_strip};
pub(crate) use window_spans::{WindowSpan, WindowSpans, window_spans};
