//! Escape: words of a page as Markdown in which no text becomes markup.
//!
//! Source: GitHub Flavored Markdown Spec 0.29 (2019), sections 2.4, 4.5, 6.1, 6.5 and 6.9.

/// Words without any markup, on one line.
pub(super) fn text(words: &str) -> String {
    let words = one_line(words);
    let mut out = String::with_capacity(words.len() + 8);
    let letters: Vec<char> = words.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).map(|at| letters[at]), letters.get(at + 1));
        let is_markup = match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '^' | '#' | '@' | '{' | '}' => true,
            // An address becomes a link, and a word between colons a picture.
            ':' => after.is_some_and(|after| !after.is_whitespace()),
            '.' | ')' if is_numbered(&letters[..at]) => after.is_none_or(|after| after.is_whitespace()),
            '.' => letters[..at].ends_with(&['w'; 3]) || letters[..at].ends_with(&['W'; 3]),
            // At the start of a line: a list, a rule, a heading's underline, a definition.
            '+' | '-' | '=' | '!' => before.is_none(),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// Whether the line is digits so far: `1.` begins a list.
fn is_numbered(letters: &[char]) -> bool {
    !letters.is_empty() && letters.iter().all(char::is_ascii_digit)
}

/// Words with `code` in back-ticks; `[Table 3](#id)` is its label.
pub(super) fn prose(words: &str) -> String {
    spanned(words, code)
}

/// The same in a cell of a table.
pub(super) fn prose_in_table(words: &str) -> String {
    spanned(words, code_in_table)
}

fn spanned(words: &str, code: fn(&str) -> String) -> String {
    let words = unlinked(words);
    let parts: Vec<&str> = words.split('`').collect();
    let mut out = String::with_capacity(words.len() + 8);
    for (at, part) in parts.iter().enumerate() {
        let is_closed = at + 1 < parts.len();
        if at % 2 == 1 && is_closed {
            out.push_str(&code(part));
        } else {
            if at % 2 == 1 {
                out.push_str("\\`");
            }
            // Spaces at the ends belong to the words between.
            let inner = text(part);
            let is_inside = !out.is_empty();
            if is_inside && part.starts_with(' ') {
                out.push(' ');
            }
            out.push_str(&inner);
            if is_closed && part.ends_with(' ') && !inner.is_empty() {
                out.push(' ');
            }
        }
    }
    out
}

/// Words without links to anchors: each is its label.
pub(super) fn unlinked(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let link = after.split_once("](#").and_then(|(label, tail)| Some((label, tail.split_once(')')?.1)));
        match link {
            Some((label, tail)) if !label.contains('[') => {
                out.push_str(label);
                rest = tail;
            }
            Some(_) | None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

/// A code span in a cell of a table, where a `|` would end the cell even in a span.
pub(super) fn code_in_table(words: &str) -> String {
    code(words).replace('|', "\\|")
}

/// A code span.
pub(super) fn code(words: &str) -> String {
    let words = one_line(words);
    if words.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&words) + 1);
    // A back-tick at an end would lengthen the fence.
    let pad = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{words}{pad}{fence}")
}

/// A block of code, its fence longer than any in it.
pub(super) fn fenced(code: &str) -> String {
    let fence = "`".repeat(3.max(longest_run(code) + 1));
    let lines: Vec<String> = code.lines().map(shown).collect();
    format!("{fence}\n{}\n{fence}", lines.join("\n"))
}

fn longest_run(words: &str) -> usize {
    words.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// One line without spaces at its ends; letters that act are written out.
fn one_line(words: &str) -> String {
    let words: String = words.chars().map(|letter| if letter.is_whitespace() && letter != '\u{a0}' { ' ' } else { letter }).collect();
    shown(words.trim_matches(' '))
}

/// Letters of control and of direction are written as `\u{1b}`.
fn shown(words: &str) -> String {
    let acts = |letter: char| {
        letter != '\t' && letter.is_control()
            || matches!(letter, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    words.chars().map(|letter| if acts(letter) { format!("\\u{{{:x}}}", u32::from(letter)) } else { letter.to_string() }).collect()
}
