//! What is wrong with a model's JSON, without what stands in it: a path that leads to a secret must not print it.

/// The error's words, its place, and never a value of the file.
pub(super) fn unquoted(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let is_ours = ["missing field", "duplicate field"].iter().any(|words| said.starts_with(words));
    match said.rsplit_once(", expected ") {
        Some((_, expected)) if error.is_data() && !is_ours => format!("a value of another kind, expected {expected}"),
        None if error.is_data() && !is_ours => format!("a value of another kind at line {} column {}", error.line(), error.column()),
        Some(_) | None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_told() {
        let said = |text: &str| unquoted(&serde_json::from_str::<Vec<u32>>(text).expect_err("no list of numbers"));
        assert_eq!(said("[\"hunter2\"]"), "a value of another kind, expected u32 at line 1 column 10");
        assert_eq!(said("{\"password\": \"hunter2\"}"), "a value of another kind, expected a sequence at line 1 column 0");
        assert_eq!(said("password: hunter2"), "expected value at line 1 column 1");
    }
}
