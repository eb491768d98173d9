//! Did you mean?

/// The known name most like `name`, when one is near enough to be a typing error, or begins as the other does (`warning`, `warn`).
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = name.to_lowercase();
    // A third of the letters wrong is still a typing error; more is another word.
    let reach = (written.chars().count() / 3).max(1);
    let near = known.into_iter().map(|known| (strsim::osa_distance(&written, &known.to_lowercase()), known));
    let begins = |known: &str| 2 < written.len().min(known.len()) && (written.starts_with(known) || known.starts_with(&written));
    near.filter(|(distance, known)| *distance <= reach || begins(known)).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// A hint from the nearest known name, or from all of them.
pub(super) fn hint(name: &str, what: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there are no {what}"),
        None => format!("{what} are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let known = ["depth", "trees", "learning_rate"];
        assert_eq!(nearest("deptth", known), Some("depth"));
        assert_eq!(nearest("Tree", known), Some("trees"));
        assert_eq!(nearest("learn_rate", known), Some("learning_rate"));
        assert_eq!(nearest("depth_of_tree", known), Some("depth"));
        assert_eq!(nearest("leaves", known), None);
        assert_eq!(hint("leaves", "keys", &known), "keys are depth, trees, learning_rate");
    }
}
