//! Condition: which file answers which condition.

use super::Answer;
use super::{author, credit, evidence, market};
use crate::report::material::Material;
use crate::spec::Condition;

pub(super) fn answer(material: &Material<'_>, condition: Condition) -> Answer {
    let stated = &material.facts.spec.governance;
    match condition {
        Condition::BacktestVar => market::backtest(material),
        Condition::Var99 => market::var_at(material, &[0.01]),
        Condition::VarBoth => market::var_at(material, &[0.01, 0.025]),
        Condition::Var250Days => market::days(material),
        Condition::OneDayHorizon => market::horizon(material),
        Condition::NoMissingDays => market::missing_days(material),
        Condition::DeskExceptions => market::desk_exceptions(material),
        Condition::IndependenceTested => market::independence(material),
        Condition::TrafficLight => market::light(material),
        Condition::TrafficLightGreen => market::green(material),
        Condition::SeriesTested => market::series(material),
        Condition::EsForecast => market::es(material),
        Condition::Es975 => market::es_at(material, 0.025),
        Condition::EsTested => market::es_tested(material),
        Condition::DiscriminationMeasured => credit::discrimination(material),
        Condition::CalibrationTested => credit::calibration(material),
        Condition::CalibrationHolds => credit::calibration_holds(material),
        Condition::LossesCompared => credit::losses(material),
        Condition::VintagesShown => credit::vintages(material),
        Condition::SegmentsShown => evidence::segments(material),
        Condition::StabilityMeasured => evidence::stability(material),
        Condition::DriftMeasured => evidence::drift(material),
        Condition::OutOfSample => evidence::out_of_sample(material),
        Condition::NoLookaheadCertificate => evidence::certificate(material),
        Condition::NoAlarm => evidence::alarms(material),
        Condition::BaselineCompared => evidence::baseline(material),
        Condition::ChallengersTried => evidence::challengers(material),
        Condition::ModelsExplained => evidence::explained(material),
        Condition::DataQualityChecked => evidence::quality(material),
        Condition::FeaturesDocumented => evidence::features(material),
        Condition::Reproducible => evidence::reproducible(material),
        Condition::ChangesTracked => evidence::changes(material),
        Condition::LimitsSet => evidence::limits_set(material),
        Condition::WithinLimits => evidence::within_limits(material),
        Condition::FindingsTracked => author::findings(material),
        Condition::OverlaysListed => author::overlays(material),
        Condition::ModelIdStated => author::stated(stated.model_id.as_deref(), "the model is", "model_id"),
        Condition::TierStated => author::stated(stated.tier.as_deref(), "the tier is", "tier"),
        Condition::OwnerNamed => author::stated(stated.owner.as_deref(), "the owner is", "owner"),
        Condition::DeveloperNamed => author::stated(stated.developer.as_deref(), "the developer is", "developer"),
        Condition::ValidatorNamed => author::validator(stated),
        Condition::IntendedUseStated => author::is_stated(stated.intended_use.is_some(), "the spec states the intended use", "intended_use"),
        Condition::RestrictionsStated => author::is_stated(!stated.restrictions.is_empty(), "the spec states restrictions", "restrictions"),
        Condition::LimitationsStated => author::is_stated(!material.facts.spec.limitations.is_empty(), "the spec states limitations", "limitations"),
        Condition::ReviewDateSet => author::review(material),
        Condition::SignOffNamed => author::sign_off(material),
    }
}
