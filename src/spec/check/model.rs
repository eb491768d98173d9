//! `[[models]]`: which learner, with which settings, asked for what.

use super::name::is_model_name;
use super::reader::{Block, Reader};
use crate::error::{Error, Result};
use crate::spec::{
    BaselineParams, ColumnParams, EwmaParams, GbdtEngine, GbdtParams, History, LinearParams, LogisticParams, ModelKind, ModelSpec, Quantity,
    RidgeParams,
};

pub(super) fn models(top: &Reader<'_>) -> Result<Vec<ModelSpec>> {
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
        let kind = kind(block.choice("kind")?, block.block("params")?)?;
        let ask = ask(&block, &name, &kind)?;
        models.push(ModelSpec { name, kind, ask });
    }
    Ok(models)
}

fn kind(kind: &'static str, params: Block<'_>) -> Result<ModelKind> {
    let params = params.of(kind)?;
    Ok(match kind {
        "baseline" => ModelKind::Baseline(baseline(&params)?),
        "ewma" => ModelKind::Ewma(EwmaParams { lambda: params.number("lambda")?, min_history: params.count("min_history")? }),
        "linear" => ModelKind::Linear(LinearParams { features: params.texts("features")? }),
        "ridge" => ModelKind::Ridge(RidgeParams { l2: params.number("l2")?, features: params.texts("features")? }),
        "logistic" => ModelKind::Logistic(LogisticParams {
            l2: params.number("l2")?,
            max_iterations: params.count("max_iterations")?,
            features: params.texts("features")?,
        }),
        "gbdt" => ModelKind::Gbdt(gbdt(&params)?),
        "column" => ModelKind::Column(column(&params)?),
        other => unreachable!("the table of keys has no model kind {other}"),
    })
}

fn baseline(params: &Reader<'_>) -> Result<BaselineParams> {
    let history = match params.choice("history")? {
        "pool" => History::Pool,
        "entity" => History::Entity,
        other => unreachable!("the table of keys has no history {other}"),
    };
    let (lookback, min_history) = (params.count("lookback")?, params.count("min_history")?);
    match history {
        // A setting that does nothing would be believed by whoever reads the spec.
        History::Pool if params.has("lookback") => Err(params
            .refuse("lookback", "does not go with history = \"pool\", which looks at all training rows")
            .hint("drop it, or write history = \"entity\"")),
        History::Entity if lookback < min_history => {
            Err(params.refuse("min_history", format!("must be at most `lookback`, which is {lookback}; was {min_history}")))
        }
        History::Pool | History::Entity => Ok(BaselineParams { history, lookback, min_history }),
    }
}

fn gbdt(params: &Reader<'_>) -> Result<GbdtParams> {
    let engine = match params.choice("engine")? {
        "gbdt" => GbdtEngine::Gbdt,
        other => unreachable!("the table of keys has no engine {other}"),
    };
    Ok(GbdtParams {
        engine,
        trees: params.count("trees")?,
        depth: params.count("depth")?,
        learning_rate: params.number("learning_rate")?,
        min_leaf_rows: params.count("min_leaf_rows")?,
        row_share: params.number("row_share")?,
        features: params.texts("features")?,
    })
}

fn column(params: &Reader<'_>) -> Result<ColumnParams> {
    let columns = params.texts("columns")?;
    for (idx, column) in columns.iter().enumerate() {
        if !column.starts_with("benchmark_") {
            return Err(params
                .refuse(&format!("columns[{idx}]"), format!("must begin with benchmark_, was `{column}`"))
                .hint("a column of the last view that begins so is a forecast from elsewhere and no feature"));
        }
    }
    Ok(ColumnParams { columns })
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
    if matches!(kind, ModelKind::Gbdt(_)) && ask.len() != 1 {
        return Err(block.refuse("ask", "must be either [\"mean\"] or [\"probability\"], was both").hint("list the model twice, under two names"));
    }
    if let ModelKind::Column(params) = kind
        && params.columns.len() != ask.len()
    {
        let problem = format!("must name one column per asked quantity: {} in `ask`, {} in `columns`", ask.len(), params.columns.len());
        return Err(block.refuse("params.columns", problem));
    }
    Ok(ask)
}

/// What models of a kind can forecast, in words.
fn forecast(kind: &ModelKind) -> Vec<&'static str> {
    let all = [Quantity::Mean, Quantity::Probability, Quantity::Volatility, Quantity::Quantile(0.01), Quantity::Shortfall(0.01)];
    all.into_iter().filter(|quantity| kind.forecasts(*quantity)).map(Quantity::noun).collect()
}
