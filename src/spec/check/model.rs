//! `[[models]]`: which learner, with which settings, asked for what.

use super::name::is_model_name;
use super::select::select;
use super::tune::tune;
use crate::error::{Error, Result};
use crate::spec::model::{KINDS, Kind, check_members};
use crate::spec::reader::{Block, Reader};
use crate::spec::{Mention, ModelKind, ModelSpec, Quantity, TuneSpec};

/// `seed` is that of the spec: trials of a search are drawn with it.
pub(super) fn models(top: &Reader<'_>, seed: u64) -> Result<Vec<ModelSpec>> {
    let mut models: Vec<ModelSpec> = Vec::new();
    for block in top.blocks("models")? {
        let block = block.plain()?;
        let name = block.text("name")?;
        if !is_model_name(&name) {
            return Err(block
                .refuse("name", format!("cannot be `{name}`"))
                .hint("begin the name with a lower-case letter, and use lower-case letters, digits, _ and - in it"));
        }
        if let Some(earlier) = models.iter().position(|model| model.name == name) {
            return Err(block.refuse("name", format!("is `{name}`, as is `models[{earlier}].name`")).hint("give each model a name of its own"));
        }
        let tune = if block.has("tune") { Some(tune(&block, seed, &name)?) } else { None };
        let kind = match &tune {
            None => kind(block.choice("kind")?, block.block("params")?)?,
            Some(tune) => tune.trials[0].kind.clone(),
        };
        let asked = ask(&block, &name, &kind)?;
        // What a model can forecast may depend on a setting that is tuned.
        for trial in tune.iter().flat_map(|tune| &tune.trials) {
            ask(&block, &name, &trial.kind)?;
        }
        if let ModelKind::Ensemble(params) = &kind {
            check_members(&block, params, &asked, &models)?;
        }
        let select = if block.has("select") { Some(select(&block, &kind, tune.as_ref())?) } else { None };
        check_mentions(&block, &kind, tune.as_ref())?;
        models.push(ModelSpec { name, kind, ask: asked, select, tune });
    }
    Ok(models)
}

/// A setting that names a feature names one that the model reads.
fn check_mentions(block: &Reader<'_>, kind: &ModelKind, tune: Option<&TuneSpec>) -> Result<()> {
    for kind in tune.iter().flat_map(|tune| &tune.trials).map(|trial| &trial.kind).chain([kind]) {
        let stranger = |mention: &Mention<'_>| !kind.features().iter().any(|feature| feature == mention.feature);
        if let Some(mention) = kind.mentions().into_iter().find(stranger).filter(|_| !kind.features().is_empty()) {
            return Err(block
                .refuse(&format!("params.{}", mention.key), format!("is `{}`, which is not among the model's `features`", mention.feature))
                .hint("add it there, or drop it"));
        }
    }
    Ok(())
}

/// Reads the settings of a model of this kind.
pub(super) fn kind(name: &'static str, params: Block<'_>) -> Result<ModelKind> {
    (declared(name).read)(&params.of(name)?)
}

/// The kind of this name, which stands in the table of keys.
pub(super) fn declared(name: &'static str) -> &'static Kind {
    KINDS.iter().find(|kind| kind.name == name).expect("the table of keys takes the names of kinds from this list")
}

fn ask(block: &Reader<'_>, name: &str, kind: &ModelKind) -> Result<Vec<Quantity>> {
    let mut ask: Vec<Quantity> = Vec::new();
    for (idx, text) in block.texts("ask")?.iter().enumerate() {
        let key = format!("ask[{idx}]");
        let quantity: Quantity = text.parse().map_err(|problem| Error::spec(block.place(&key), problem))?;
        if !kind.forecasts(quantity) {
            return Err(block
                .refuse(&key, format!("is `{quantity}`, which model `{name}` of kind = \"{}\" cannot forecast", kind.name()))
                .hint(format!("it can forecast {}", forecast(kind).join(", "))));
        }
        if ask.contains(&quantity) {
            return Err(block.refuse("ask", format!("holds `{quantity}` twice")));
        }
        ask.push(quantity);
    }
    kind.check_ask(block, &ask)?;
    Ok(ask)
}

/// What models of a kind can forecast, in words.
fn forecast(kind: &ModelKind) -> Vec<&'static str> {
    let all = [Quantity::Mean, Quantity::Probability, Quantity::Volatility, Quantity::Quantile(0.01), Quantity::Shortfall(0.01)];
    all.into_iter().filter(|quantity| kind.forecasts(*quantity)).map(Quantity::noun).collect()
}
