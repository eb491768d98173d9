//! Framework: the requirements of a supervisor or standard, in our own words, and what of a report answers them.
//!
//! The maps are data (`data/framework/*.toml`), part of the program: a page made twice says the same.

use serde::{Deserialize, Serialize};

use super::Kind;

/// Frameworks by the name that a spec gives them, with the text of their maps.
const FILES: [(&str, &str); 6] = [
    ("sr_26_2", include_str!("../../data/framework/sr_26_2.toml")),
    ("sr_11_7", include_str!("../../data/framework/sr_11_7.toml")),
    ("ss1_23", include_str!("../../data/framework/ss1_23.toml")),
    ("ecb", include_str!("../../data/framework/ecb.toml")),
    ("mar32_33", include_str!("../../data/framework/mar32_33.toml")),
    ("ifrs_9", include_str!("../../data/framework/ifrs_9.toml")),
];

/// A framework and its requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// How people call it: "SS1/23".
    pub title: String,
    /// Full name, publisher and date.
    pub source: String,
    /// What the map leaves out, and what in it could not be checked.
    #[serde(default)]
    pub note: String,
    /// Its requirements, in its order.
    #[serde(rename = "requirement")]
    pub requirements: Vec<Requirement>,
}

/// One requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Where it stands in the framework.
    pub paragraph: String,
    /// What it asks, in our own words.
    pub text: String,
    /// Reports that it applies to.
    pub kinds: Vec<Kind>,
    /// Anchor of the section that answers it; empty where no section does.
    pub section: String,
    /// Who can answer it.
    pub answers: Answers,
    /// What must hold for it to be met; empty where only a person can answer.
    #[serde(default)]
    pub needs: Vec<Condition>,
    /// What a person must show; empty where the program's answer is all of it.
    #[serde(default)]
    pub show: String,
}

/// Who can answer a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// The program, from what it measured.
    Program,
    /// The author, by what the spec states.
    Author,
    /// A person, outside the report.
    Human,
}

/// What a program can decide of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// VaR of a series was forecast and held against losses.
    BacktestVar,
    /// VaR at 99 % was.
    #[serde(rename = "var_99")]
    Var99,
    /// VaR at 99 % and at 97.5 % was.
    #[serde(rename = "var_97_5_and_99")]
    VarBoth,
    /// On 250 days or more.
    #[serde(rename = "var_250_days")]
    Var250Days,
    /// Targets are of one day each.
    OneDayHorizon,
    /// Every day with a known loss had a forecast.
    NoMissingDays,
    /// No series has more exceptions in 250 days than a desk may have: 12 at 99 %, 30 at 97.5 %.
    DeskExceptions,
    /// Breaches were tested for coming in clusters.
    IndependenceTested,
    /// The zones of the traffic light are shown.
    TrafficLight,
    /// The zone of the last 250 days is green.
    TrafficLightGreen,
    /// Series below the headline (desks, funds, names) were tested one by one.
    SeriesTested,
    /// ES was forecast.
    EsForecast,
    /// ES at 97.5 % was.
    #[serde(rename = "es_97_5")]
    Es975,
    /// ES was tested.
    EsTested,
    /// Ranking of defaults was measured.
    DiscriminationMeasured,
    /// PDs were tested against default rates.
    CalibrationTested,
    /// None of those tests rejects.
    CalibrationHolds,
    /// Expected losses are shown against realised ones.
    LossesCompared,
    /// Losses are shown by quarter of origination or observation.
    VintagesShown,
    /// Errors are broken down by segment.
    SegmentsShown,
    /// Errors or rates are shown window by window.
    StabilityMeasured,
    /// Drift of the features was measured.
    DriftMeasured,
    /// Every row was forecast by a model that had not seen it.
    OutOfSample,
    /// The truncation test was passed.
    NoLookaheadCertificate,
    /// No alarm of a leak was rung.
    NoAlarm,
    /// Models were compared with a baseline.
    BaselineCompared,
    /// Two or more kinds of model were tried side by side.
    ChallengersTried,
    /// Coefficients or importances are shown.
    ModelsExplained,
    /// Tables were checked for quality.
    DataQualityChecked,
    /// Definitions of the features are printed.
    FeaturesDocumented,
    /// Inputs are hashed and the run can be made again.
    Reproducible,
    /// Numbers are compared with the run before.
    ChangesTracked,
    /// Limits are set.
    LimitsSet,
    /// All limits are kept and no test rejects without one.
    WithinLimits,
    /// The register of findings is in order.
    FindingsTracked,
    /// Overlays are listed with approval and expiry.
    OverlaysListed,
    /// The spec names the model's id in an inventory.
    ModelIdStated,
    /// The spec states a tier.
    TierStated,
    /// The spec names an owner.
    OwnerNamed,
    /// The spec names a developer.
    DeveloperNamed,
    /// The spec names a validator who is not the developer.
    ValidatorNamed,
    /// The spec states the intended use.
    IntendedUseStated,
    /// The spec states restrictions.
    RestrictionsStated,
    /// The spec states limitations.
    LimitationsStated,
    /// The spec sets a day of review that has not passed.
    ReviewDateSet,
    /// The spec names who prepared, reviewed and approved.
    SignOffNamed,
}

impl Framework {
    /// Names of all frameworks, as a spec writes them.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        FILES.iter().map(|(name, _)| *name).collect()
    }

    /// The framework of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
        Some(toml::from_str(text).expect("the maps are part of the program, and a test reads each of them"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Anchors of sections and of parts of them that a report may have.
    const ANCHORS: [&str; 22] = [
        "limits-and-tests",
        "changed",
        "risk",
        "credit",
        "errors",
        "book",
        "models",
        "windows",
        "features",
        "data",
        "limitations",
        "conventions",
        "reproduce",
        "findings",
        "responsible",
        "look-ahead",
        "losses",
        "traffic-light",
        "shortfall",
        "discrimination",
        "calibration",
        "vintages",
    ];

    #[test]
    fn every_map_is_read_and_says_who_answers_each_requirement() {
        for name in Framework::names() {
            let framework = Framework::named(name).expect("it is listed");
            let n = framework.requirements.len();
            assert!((15..=30).contains(&n), "{name} has {n} requirements");
            assert!(!framework.source.is_empty() && !framework.title.is_empty(), "{name}");
            for one in &framework.requirements {
                let place = format!("{name} {}", one.paragraph);
                assert!(one.text.ends_with('.') && !one.kinds.is_empty(), "{place}");
                assert!(one.section.is_empty() || ANCHORS.contains(&one.section.as_str()), "{place}: no section {}", one.section);
                match one.answers {
                    Answers::Program | Answers::Author => assert!(!one.needs.is_empty(), "{place}: nothing decides it"),
                    Answers::Human => assert!(one.needs.is_empty() && !one.show.is_empty(), "{place}: a person must be told what to show"),
                }
            }
        }
        assert_eq!(Framework::named("ss1/23"), None);
    }
}
