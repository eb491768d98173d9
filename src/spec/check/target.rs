//! `[target]`: the unit of what is forecast, and how common its ones are in the population.

use crate::error::Result;
use crate::spec::reader::Reader;
use crate::spec::{Kind, ModelSpec, Quantity, TargetSpec, TargetUnit};

pub(super) fn target(top: &Reader<'_>, kind: Kind, models: &[ModelSpec]) -> Result<TargetSpec> {
    let block = top.block("target")?.plain()?;
    let unit = unit(&block, kind, models)?;
    let prior = block.number_if("prior")?;
    let asks = |quantity: Quantity| models.iter().any(|model| model.ask.contains(&quantity));
    if prior.is_some() && !asks(Quantity::Probability) {
        return Err(block
            .refuse("prior", "corrects probabilities, and no model of this spec is asked for `probability`")
            .hint("drop it, or ask a model for \"probability\""));
    }
    Ok(TargetSpec { unit, delay_dates: block.count("delay_dates")?, prior })
}

fn unit(block: &Reader<'_>, kind: Kind, models: &[ModelSpec]) -> Result<TargetUnit> {
    let unit = block.choice_if("unit")?.unwrap_or_else(|| default(kind, models));
    match (unit, block.text_if("currency")?) {
        ("money", Some(currency)) if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(TargetUnit::Money(currency)),
        ("money", Some(currency)) => Err(block.refuse("currency", format!("must be the three letters of ISO 4217, such as USD; was `{currency}`"))),
        ("money", None) => Err(block.refuse("currency", "is missing; unit = \"money\" needs it").hint("such as currency = \"USD\"")),
        (_, Some(_)) => Err(block.refuse("currency", "goes with unit = \"money\" only").hint("drop it, or write unit = \"money\"")),
        ("return", None) => Ok(TargetUnit::Return),
        ("share", None) => Ok(TargetUnit::Share),
        ("probability", None) => Ok(TargetUnit::Probability),
        ("number", None) => Ok(TargetUnit::Number),
        (other, None) => unreachable!("the table of keys has no unit {other}"),
    }
}

/// The unit where the author names none.
fn default(kind: Kind, models: &[ModelSpec]) -> &'static str {
    let is_asked = |quantity: &Quantity| *quantity == Quantity::Probability;
    match kind {
        // A target of 0 and 1 is no return, though it may say that one was positive.
        Kind::Market if models.iter().all(|model| model.ask.iter().all(is_asked)) => "probability",
        Kind::Market => "return",
        Kind::Credit if models.iter().any(|model| model.ask.iter().any(is_asked)) => "probability",
        Kind::Credit => "share",
    }
}
