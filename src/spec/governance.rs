//! Governance: who answers for the model, how far it may be used, and what stands against it.

use serde::{Deserialize, Serialize};

use super::Framework;
use crate::day::Day;

/// Who answers for the model and what stands against it, in the author's words; nothing of it moves a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Governance {
    /// Whether the tables hold what happened.
    pub data_origin: Option<DataOrigin>,
    /// Identity of the model in the owner's inventory.
    pub model_id: Option<String>,
    /// Tier of the model in the owner's inventory, such as `1` or `high`.
    pub tier: Option<String>,
    /// Who owns the model.
    pub owner: Option<String>,
    /// Who developed it.
    pub developer: Option<String>,
    /// Who validates it.
    pub validator: Option<String>,
    /// What it is to be used for.
    pub intended_use: Option<String>,
    /// What it may not be used for, or only so.
    pub restrictions: Vec<String>,
    /// Day of the next review.
    pub next_review: Option<Day>,
    /// What the author recommends.
    pub recommendation: Option<String>,
    /// The frameworks that the evidence map is drawn for.
    pub frameworks: Vec<Framework>,
    /// Adjustments made to the model's output outside it.
    pub overlays: Vec<Overlay>,
    /// What stands against the model, by the author.
    pub findings: Vec<StatedFinding>,
}

/// Where the rows of the tables come from, as the author states it; the program cannot see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataOrigin {
    /// They hold what happened.
    Observed,
    /// They were made.
    Synthetic,
    /// Some of either.
    Mixed,
}

/// An adjustment made to the model's output outside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlay {
    /// Its name, once in a spec.
    pub name: String,
    /// What it does, and why.
    pub text: String,
    /// How much it is, in words.
    pub amount: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Day from which it no longer holds.
    pub expires: Option<Day>,
}

/// What stands against the model, as the author states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatedFinding {
    /// Its name, once in a spec and the same from run to run; a draft of the program is adopted by stating its id.
    pub id: String,
    /// How grave it is.
    pub severity: Gravity,
    /// What it is.
    pub text: String,
    /// Who answers for the remedy.
    pub owner: Option<String>,
    /// Day by which the remedy is due.
    pub due: Option<Day>,
    /// The remedy.
    pub action: Option<String>,
    /// Day it was raised.
    pub opened: Option<Day>,
    /// Day it was closed.
    pub closed: Option<Day>,
}

/// How grave a finding is; the gravest is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// The model may not be used as it is.
    High,
    /// The model may be used with care.
    Medium,
    /// To be mended when the model is next changed.
    Low,
}
