//! `[book]`, `[risk]` and `[[limits]]`: what is held, and how it is judged.

use super::table::check_carried;
use crate::error::{Error, Result};
use crate::spec::near::hint;
use crate::spec::reader::Reader;
use crate::spec::{BookSpec, Kind, Limit, LoansSpec, LongShortSpec, ModelSpec, Quantity, Rebalance, RiskSpec, TargetUnit, Weights};

pub(super) fn book(top: &Reader<'_>, kind: Kind, unit: &TargetUnit, (models, carry): (&[ModelSpec], &[String])) -> Result<BookSpec> {
    let block = top.block("book")?.by("kind")?;
    let book = match block.choice("kind")? {
        "long_short" => BookSpec::LongShort(long_short(&block, models)?),
        "loans" => BookSpec::Loans(loans(&block, models, carry)?),
        other => unreachable!("the table of keys has no book kind {other}"),
    };
    match (kind, &book) {
        // A day's return is the sum of weight x target: a sum of dollars would be taken for one.
        (Kind::Market, BookSpec::LongShort(_)) if *unit != TargetUnit::Return => Err(block
            .refuse("kind", format!("cannot be `long_short` where the target's unit is {}: its targets must be returns", unit.name()))
            .hint("write unit = \"return\" under [target] if they are, or drop the book")),
        (Kind::Market, BookSpec::LongShort(_)) | (Kind::Credit, BookSpec::Loans(_)) => Ok(book),
        (Kind::Market, BookSpec::Loans(_)) => Err(block
            .refuse("kind", "cannot be `loans` in a report of kind = \"market\"")
            .hint("write kind = \"long_short\" here, or kind = \"credit\" at the top")),
        (Kind::Credit, BookSpec::LongShort(_)) => Err(block
            .refuse("kind", "cannot be `long_short` in a report of kind = \"credit\"")
            .hint("write kind = \"loans\" here, or kind = \"market\" at the top")),
    }
}

fn long_short(block: &Reader<'_>, models: &[ModelSpec]) -> Result<LongShortSpec> {
    let weights = match block.choice("weights")? {
        "equal" => Weights::Equal,
        "rank" => Weights::Rank,
        other => unreachable!("the table of keys has no weights {other}"),
    };
    let rebalance = match block.choice("rebalance")? {
        "daily" => Rebalance::Daily,
        "weekly" => Rebalance::Weekly,
        "monthly" => Rebalance::Monthly,
        other => unreachable!("the table of keys has no rebalance {other}"),
    };
    Ok(LongShortSpec {
        models: followed(block, models, Quantity::Mean)?,
        share: block.number("share")?,
        weights,
        rebalance,
        cost_bps: block.number("cost_bps")?,
        delay_days: block.count("delay_days")?,
        delisting_return: block.number("delisting_return")?,
    })
}

fn loans(block: &Reader<'_>, models: &[ModelSpec], carry: &[String]) -> Result<LoansSpec> {
    let loans = LoansSpec {
        models: followed(block, models, Quantity::Probability)?,
        lgd: block.number("lgd")?,
        exposure: block.text("exposure")?,
        realized_loss: block.text_if("realized_loss")?,
        cutoff: block.number("cutoff")?,
    };
    check_carried(block, "exposure", &loans.exposure, carry)?;
    if let Some(loss) = &loans.realized_loss {
        check_carried(block, "realized_loss", loss, carry)?;
    }
    Ok(loans)
}

/// The models a book follows, each of which forecasts what the book needs.
fn followed(block: &Reader<'_>, models: &[ModelSpec], needed: Quantity) -> Result<Vec<String>> {
    let names = block.texts("models")?;
    for (idx, name) in names.iter().enumerate() {
        let key = format!("models[{idx}]");
        let model = models.iter().find(|model| &model.name == name).ok_or_else(|| stranger(block, &key, name, models))?;
        if !model.ask.contains(&needed) {
            let remedy = if model.kind.forecasts(needed) {
                format!("ask `{name}` for it, or take `{name}` out of the book")
            } else {
                format!("a {} model cannot forecast it: take `{name}` out of the book", model.kind.name())
            };
            return Err(block.refuse(&key, format!("is `{name}`, a model not asked for `{needed}`, which the book follows")).hint(remedy));
        }
    }
    Ok(names)
}

fn stranger(block: &Reader<'_>, key: &str, name: &str, models: &[ModelSpec]) -> Error {
    let known: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    block.refuse(key, format!("is `{name}`, which is no model of this spec")).hint(hint(name, "its models", &known))
}

pub(super) fn risk(top: &Reader<'_>, models: &[ModelSpec]) -> Result<RiskSpec> {
    let block = top.block("risk")?.plain()?;
    let risk = RiskSpec {
        entity: block.text_if("entity")?,
        entities: block.texts("entities")?,
        days_per_year: block.number("days_per_year")?,
        significance: block.number("significance")?,
        baseline: block.text_if("baseline")?,
    };
    match &risk.baseline {
        Some(name) if !models.iter().any(|model| &model.name == name) => Err(stranger(&block, "baseline", name, models)),
        Some(_) | None => Ok(risk),
    }
}

pub(super) fn limits(top: &Reader<'_>) -> Result<Vec<Limit>> {
    let mut limits = Vec::new();
    for block in top.blocks("limits")? {
        let block = block.plain()?;
        let limit = Limit { metric: block.text("metric")?, min: block.number_if("min")?, max: block.number_if("max")? };
        match (limit.min, limit.max) {
            (None, None) => {
                return Err(block
                    .refuse("metric", format!("is `{}`, with neither `min` nor `max`", limit.metric))
                    .hint("add at least one of the two"));
            }
            (Some(min), Some(max)) if max < min => return Err(block.refuse("min", format!("must be at most `max`, which is {max}; was {min}"))),
            (Some(_) | None, Some(_) | None) => limits.push(limit),
        }
    }
    Ok(limits)
}
