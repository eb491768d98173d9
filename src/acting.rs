//! Acting: letters that do something where they are shown, instead of being seen.

use std::fmt::Write;

/// Letters of control, of direction, and the two that break a line.
#[must_use]
pub fn acts(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A value, such as a title or a cell: each of them is written as `\u{1b}`.
#[must_use]
pub fn value(text: &str) -> String {
    written_out(text, acts)
}

/// Lines of ours around values: line ends and tabs stay.
#[must_use]
pub fn lines(text: &str) -> String {
    written_out(text, |letter| acts(letter) && !matches!(letter, '\n' | '\t'))
}

fn written_out(text: &str, acts: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) {
            write!(out, "\\u{{{:x}}}", u32::from(letter)).expect("a string takes every letter");
        } else {
            out.push(letter);
        }
    }
    out
}
