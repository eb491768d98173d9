//! Names with stars.

/// Whether a name is meant by a pattern, in which * stands for any part of a name and ? for one character.
///
/// Where the name goes on unlike the pattern, the last star takes one character more. Earlier stars are settled by then, so that the work
/// is at most the product of the two lengths.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut seen) = (0, 0);
    let mut star = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(&letter) if letter == '?' || letter == name[seen] => (at, seen) = (at + 1, seen + 1),
            Some(_) | None => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                (at, seen) = (star_at + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&letter| letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule as it reads: exponential, and plain.
    fn naive(pattern: &[u8], name: &[u8]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some((b'*', rest)) => (0..=name.len()).any(|taken| naive(rest, &name[taken..])),
            Some((b'?', rest)) => name.split_first().is_some_and(|(_, tail)| naive(rest, tail)),
            Some((letter, rest)) => name.split_first().is_some_and(|(first, tail)| first == letter && naive(rest, tail)),
        }
    }

    #[test]
    fn a_star_stands_for_any_part_of_a_name_and_a_question_mark_for_one_letter() {
        assert!(matches("prices_*.parquet", "prices_2010.parquet"));
        assert!(matches("*", ""));
        assert!(matches("q?.parquet", "q4.parquet") && matches("q?.parquet", "qé.parquet"));
        assert!(!matches("q?.parquet", "q10.parquet"));
        assert!(!matches("prices_*.parquet", "loans_2010.parquet"));
    }

    #[test]
    fn the_fast_rule_is_the_plain_one() {
        let words = |letters: &[char], most: usize| -> Vec<String> {
            let mut all = vec![String::new()];
            let mut longest = all.clone();
            for _ in 0..most {
                longest = longest.iter().flat_map(|word| letters.iter().map(move |letter| format!("{word}{letter}"))).collect();
                all.extend(longest.iter().cloned());
            }
            all
        };
        let names = words(&['a', 'b'], 5);
        for pattern in words(&['a', 'b', '*', '?'], 5) {
            for name in &names {
                assert_eq!(matches(&pattern, name), naive(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
            }
        }
    }

    #[test]
    fn many_stars_do_not_backtrack() {
        // 3^200 steps for a rule that tries every way.
        assert!(!matches(&format!("{}b", "*a".repeat(200)), &"a".repeat(2000)));
    }
}
