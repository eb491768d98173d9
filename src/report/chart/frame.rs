//! Frame: how wide and high a figure is, its margins, and where text and panels sit in it.

use super::axis::Axis;

/// How wide a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// Across the page.
    Wide,
    /// Beside another one.
    Half,
}

impl Size {
    /// Width in pixels, as shown.
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Half => 480.0,
        }
    }

    /// Height of what is `wide` pixels high across the page.
    pub(super) fn height(self, wide: f64) -> f64 {
        match self {
            Self::Wide => wide,
            Self::Half => (0.82 * wide).round(),
        }
    }

    /// Its class in the stylesheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Wide => "plot",
            Self::Half => "plot narrow",
        }
    }
}

/// Size, margins and axes of a figure of one panel.
pub(super) struct Frame {
    /// How wide it is shown.
    pub(super) size: Size,
    /// Height in pixels.
    pub(super) height: f64,
    /// What a listener hears.
    pub(super) label: String,
    /// Horizontal axis.
    pub(super) x: Axis,
    /// Vertical axis.
    pub(super) y: Axis,
    /// Room above the plot, beside the axis title: lines of legend.
    pub(super) legend_lines: usize,
    /// Room to the right for labels, in pixels.
    pub(super) right: f64,
    /// Room to the left; `None`: as the tick labels need.
    pub(super) left: Option<f64>,
}

/// Where text sits relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Starts at the point.
    Start,
    /// Centred on the point.
    Middle,
    /// Ends at the point.
    End,
}

/// Edges of a panel in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edges {
    /// Left edge.
    pub(super) left: f64,
    /// Right edge.
    pub(super) right: f64,
    /// Upper edge.
    pub(super) top: f64,
    /// Lower edge.
    pub(super) bottom: f64,
}

/// Whether a panel writes the labels of its horizontal axis, or leaves them to the panel below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// Ticks and labels.
    Shown,
    /// Ticks only.
    Shared,
}
