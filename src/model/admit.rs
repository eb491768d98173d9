//! Checks of a spec's models against the rows before any is fitted, the same in `check` and `run`.

use super::gbdt::{imported_features, is_category};
use super::regression::is_binary;
use crate::error::{Error, Result};
use crate::feature::Dataset;
use crate::spec::{ModelKind, ModelSpec, Quantity, Role, Spec};

/// Errors where a model could be fitted on no window of these rows, or not be judged on them: a probability is asked of targets that are not
/// 0 and 1, a feature that is declared `categorical` holds a number that is no code, or an imported model cannot be read, forecasts
/// something else, or knows features that the view does not have.
///
/// Places are keys of the spec.
pub fn admit(spec: &Spec, data: &Dataset) -> Result<()> {
    for (at, model) in spec.models.iter().enumerate() {
        check_target(at, model, data)?;
        check_categories(at, model, data)?;
        check_import(at, model, data)?;
    }
    Ok(())
}

fn check_target(at: usize, model: &ModelSpec, data: &Dataset) -> Result<()> {
    if !model.ask.contains(&Quantity::Probability) {
        return Ok(());
    }
    let odd = (0..data.n_rows()).find_map(|row| data.target[row].filter(|&target| !is_binary(target)).map(|target| (row, target)));
    let Some((row, target)) = odd else { return Ok(()) };
    let problem = format!(
        "model `{}` is asked for a probability, which needs targets 0 and 1; that of {} as_of {} is {target}",
        model.name,
        data.entity_name(row as u32),
        data.as_of[row]
    );
    Err(Error::spec(format!("`models[{at}].ask`"), problem).hint("ask for `mean`, or make the view's `target` 0 or 1"))
}

fn check_categories(at: usize, model: &ModelSpec, data: &Dataset) -> Result<()> {
    for mention in model.mentions().into_iter().filter(|mention| mention.role == Role::Category) {
        let Some(column) = data.feature_names.iter().position(|name| name == mention.feature) else { continue };
        let odd = data.features.column(column).iter().position(|&value| !value.is_nan() && !is_category(value));
        if let Some(row) = odd {
            let value = data.features.column(column)[row];
            let problem = format!("`{}` is {value} for {} as_of {}", mention.feature, data.entity_name(row as u32), data.as_of[row]);
            return Err(Error::spec(format!("`models[{at}].{}`", mention.key), problem)
                .hint("codes of categories are whole numbers from 0; number them in the view, or drop the feature from `categorical`"));
        }
    }
    Ok(())
}

fn check_import(at: usize, model: &ModelSpec, data: &Dataset) -> Result<()> {
    let ModelKind::Import(params) = &model.kind else { return Ok(()) };
    let place = format!("`models[{at}].params.path`");
    let features = imported_features(&place, params, model.ask[0])?;
    match features.iter().find(|name| !data.feature_names.contains(name)) {
        None => Ok(()),
        Some(missing) => Err(Error::spec(place, format!("`{}` reads feature `{missing}`, which the view does not have", params.path))
            .hint(format!("the view has: {}", data.feature_names.join(", ")))),
    }
}
