//! Names that SQL, folders and metrics must be able to carry.

/// Whether SQL reads `name` as one name without quotes: a lower-case letter, then lower-case letters, digits and `_`.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// As `is_identifier`, with `-` allowed: a model is named in metrics and folders, not in SQL.
pub(super) fn is_model_name(name: &str) -> bool {
    is_identifier(&name.replace('-', "_"))
}
