//! `[[models]]`: which learner, with which settings, asked for what.

use super::name::is_model_name;
use super::reader::{Block, Reader};
use super::select::select;
use super::tree;
use super::tune::tune;
use super::{classical, ensemble, regression};
use crate::error::{Error, Result};
use crate::spec::{
    BaselineParams, ColumnParams, EwmaParams, GbdtEngine, GbdtParams, History, ImportFormat, ImportParams, ImportanceKind, ModelKind, ModelSpec,
    Quantity,
};

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
            ensemble::check_members(&block, params, &asked, &models)?;
        }
        let select = if block.has("select") { Some(select(&block, &kind, tune.as_ref())?) } else { None };
        models.push(ModelSpec { name, kind, ask: asked, select, tune });
    }
    Ok(models)
}

/// Reads the settings of a model of this kind.
pub(super) fn kind(kind: &'static str, params: Block<'_>) -> Result<ModelKind> {
    let params = params.of(kind)?;
    Ok(match kind {
        "baseline" => ModelKind::Baseline(baseline(&params)?),
        "ewma" => ModelKind::Ewma(EwmaParams { lambda: params.number("lambda")?, min_history: params.count("min_history")? }),
        "linear" => ModelKind::Linear(regression::linear(&params)?),
        "ridge" => ModelKind::Ridge(regression::ridge(&params)?),
        "lasso" => ModelKind::Lasso(regression::lasso(&params)?),
        "elastic_net" => ModelKind::ElasticNet(regression::elastic_net(&params)?),
        "huber" => ModelKind::Huber(regression::huber(&params)?),
        "pcr" => ModelKind::Pcr(regression::components(&params)?),
        "pls" => ModelKind::Pls(regression::components(&params)?),
        "logistic" => ModelKind::Logistic(regression::logistic(&params)?),
        "quantile" => ModelKind::Quantile(regression::quantile(&params)?),
        "gbdt" => ModelKind::Gbdt(tree::gbdt(&params)?),
        "forest" => ModelKind::Forest(tree::forest(&params)?),
        "tree" => ModelKind::Tree(tree::tree(&params)?),
        "adaboost" => ModelKind::AdaBoost(tree::adaboost(&params)?),
        "svm" => ModelKind::Svm(classical::svm(&params)?),
        "neighbours" => ModelKind::Neighbours(classical::neighbours(&params)?),
        "naive_bayes" => ModelKind::NaiveBayes(classical::naive_bayes(&params)?),
        "ensemble" => ModelKind::Ensemble(ensemble::ensemble(&params)?),
        "import" => ModelKind::Import(import(&params)?),
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

/// The file is read later, where the project root is known.
fn import(params: &Reader<'_>) -> Result<ImportParams> {
    let format = match params.choice("format")? {
        "plimsoll" => ImportFormat::Plimsoll,
        "xgboost" => ImportFormat::Xgboost,
        "lightgbm" => ImportFormat::Lightgbm,
        other => unreachable!("the table of keys has no format {other}"),
    };
    Ok(ImportParams { path: params.text("path")?, format, sha256: String::new(), text: String::new() })
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
    let one_forecast = matches!(
        kind,
        ModelKind::Gbdt(GbdtParams { engine: GbdtEngine::Gbdt, .. })
            | ModelKind::Forest(_)
            | ModelKind::Tree(_)
            | ModelKind::AdaBoost(_)
            | ModelKind::Svm(_)
            | ModelKind::Import(_)
    );
    if one_forecast && ask.len() != 1 {
        let problem = format!("must be one quantity for kind = \"{}\", was {}", kind.name(), ask.len());
        return Err(block.refuse("ask", problem).hint("list the model again under another name"));
    }
    if let ModelKind::Gbdt(params) = kind
        && 0 < params.warm_trees
        && let Some(tail) = ask.iter().find(|quantity| quantity.tail().is_some())
    {
        let problem = format!("does not go with `{tail}`: only a mean or a probability is boosted onto earlier trees");
        return Err(block.refuse("params.warm_trees", problem).hint("drop it, or list the model again for its tails"));
    }
    if let ModelKind::Gbdt(params) = kind
        && params.importance == ImportanceKind::Permutation
        && let Some(tail) = ask.iter().find(|quantity| quantity.tail().is_some())
    {
        let problem = format!("is `permutation`, which does not go with `{tail}`: it is measured by the squared error of a mean or a probability");
        return Err(block.refuse("params.importance", problem).hint("take \"shap\" or \"gain\", or list the model again for its tails"));
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
