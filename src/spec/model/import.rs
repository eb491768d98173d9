//! `import`: trees trained elsewhere, scored as a challenger.

use serde::Serialize;

use super::declaration::{Declaration, Learning, Reads, one_quantity};
use crate::error::Result;
use crate::spec::Quantity;
use crate::spec::key::Need::Required;
use crate::spec::key::Shape::{Choice, Text};
use crate::spec::key::key;
use crate::spec::reader::Reader;

/// Whose file an imported model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// A `models/*.model.json` of ours.
    Plimsoll,
    /// `Booster.save_model("m.json")` of XGBoost.
    Xgboost,
    /// `Booster.save_model("m.txt")` of LightGBM.
    Lightgbm,
}

/// Settings of `import`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportParams {
    /// The file, relative to the project root.
    pub path: String,
    /// Whose it is.
    pub format: ImportFormat,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its text.
    #[serde(skip)]
    pub text: String,
}

pub(super) const IMPORT: Declaration<ImportParams> = Declaration {
    name: "import",
    meaning: "trees trained elsewhere, scored as a challenger; nothing is learnt",
    keys: &[
        key("path", Text, Required, "\"models/challenger.json\"", "The model's file, relative to the project root."),
        key("format", Choice(&["plimsoll", "xgboost", "lightgbm"]), Required, "\"xgboost\"", "Whose file it is."),
    ],
    read,
    forecasts: |_, quantity| quantity != Quantity::Volatility,
    check_ask: |_, model, ask| one_quantity("import", model, ask),
    learns: Learning::Nothing,
    // Which features it reads stands in its file.
    reads: Reads::Nothing,
    mentions: |_| Vec::new(),
    looks_back: |_| false,
    refresh: |_| None,
    follows_class_shares: |_| false,
};

/// The file is read later, where the project root is known.
fn read(params: &Reader<'_>) -> Result<ImportParams> {
    let format = match params.choice("format")? {
        "plimsoll" => ImportFormat::Plimsoll,
        "xgboost" => ImportFormat::Xgboost,
        "lightgbm" => ImportFormat::Lightgbm,
        other => unreachable!("the table of keys has no format {other}"),
    };
    Ok(ImportParams { path: params.text("path")?, format, sha256: String::new(), text: String::new() })
}
