//! What a report is composed from.

use crate::day::Day;
use crate::feature::Built;
use crate::manifest::Inputs;
use crate::source::TableProfile;
use crate::stat::{Facts, Summary};

use super::Previous;
use super::chart::Style;

/// Everything the sections may print.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// Spec, rows, windows, forecasts, book.
    pub facts: Facts<'a>,
    /// Every statistic.
    pub summary: &'a Summary,
    /// What the tables hold and what was found in them.
    pub profiles: &'a [TableProfile],
    /// Feature definitions and the no-look-ahead certificate.
    pub built: &'a Built,
    /// The run's day.
    pub as_of: Day,
    /// What determines the run's bytes.
    pub inputs: &'a Inputs,
    /// The run before.
    pub previous: Option<&'a Previous>,
}

impl Material<'_> {
    /// Look of a model's lines, the same on the whole page: by its place in the spec.
    pub(super) fn color(&self, model: &str) -> Style {
        Style::Series(self.facts.spec.models.iter().position(|spec| spec.name == model).unwrap_or(0))
    }
}
