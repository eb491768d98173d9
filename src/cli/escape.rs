//! What a terminal shows: no text of a spec, a file or a cell moves its cursor, changes its colours or turns its letters round.

pub(super) use crate::acting::{lines, value};

use crate::acting::acts;

/// A line of JSON, in which they are escaped as JSON does it.
pub(super) fn json(object: &serde_json::Value) -> String {
    let escaped = |letter: char| match letter {
        letter if !acts(letter) => letter.to_string(),
        // All of them have four digits.
        letter => format!("\\u{:04x}", u32::from(letter)),
    };
    object.to_string().chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_act_are_written_out() {
        assert_eq!(value("red \u{1b}[31m\u{7f}\u{9b}\n\t\u{202e}x\u{2066}"), "red \\u{1b}[31m\\u{7f}\\u{9b}\\u{a}\\u{9}\\u{202e}x\\u{2066}");
        assert_eq!(value("é 漢 \u{200d} ñ"), "é 漢 \u{200d} ñ");
        assert_eq!(lines("a\n\tb\u{7}\r\nc"), "a\n\tb\\u{7}\\u{d}\nc");
    }

    #[test]
    fn json_stays_json() {
        let object = serde_json::json!({ "a": "x\u{1b}\u{202e}\u{7f}" });
        let printed = json(&object);
        assert_eq!(printed, "{\"a\":\"x\\u001b\\u202e\\u007f\"}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).expect("JSON"), object);
    }
}
