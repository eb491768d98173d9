//! Fitting messages: what models noted, those that differ by a number or a date together.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::cell::Cell;
use crate::report::page::{Column, Table};
use crate::walk::WindowCards;

/// The messages of all models with the number of windows that have them; `None` without any.
pub(super) fn table(cards: &[WindowCards]) -> Option<Table> {
    let mut messages: BTreeMap<(usize, Vec<String>), Message> = BTreeMap::new();
    for window in cards {
        for (at, (model, card)) in window.cards.iter().enumerate() {
            for note in &card.notes {
                let (words, values) = split(note);
                let key = (at, words.into_iter().map(str::to_owned).collect());
                messages.entry(key).or_insert_with(|| Message { model: model.clone(), ..Message::default() }).add(window.window, &values);
            }
        }
    }
    if messages.is_empty() {
        return None;
    }
    let columns = vec![Column::words("Model"), Column::words("Message"), Column::numbers("Windows", "")];
    let mut table = Table::new("model-notes", "Fitting messages", columns);
    if messages.values().any(|message| message.ranges.iter().any(|(low, high)| low != high)) {
        table = table.note("Messages that differ by a number or a date only are one row, with the smallest and the largest.");
    }
    let row = |((_, words), message): (&(usize, Vec<String>), &Message)| {
        vec![Cell::code(&message.model), Cell::text(message.text(words)), Cell::Count(message.windows.len() as u64)]
    };
    table.rows = messages.iter().map(row).collect();
    Some(table)
}

/// Messages that differ by their numbers only.
#[derive(Default)]
struct Message {
    model: String,
    windows: BTreeSet<u32>,
    /// Smallest and largest value at each place, as they were written.
    ranges: Vec<(String, String)>,
}

impl Message {
    fn add(&mut self, window: u32, values: &[&str]) {
        self.windows.insert(window);
        if self.ranges.is_empty() {
            self.ranges = values.iter().map(|&value| (value.to_owned(), value.to_owned())).collect();
        }
        for ((low, high), &value) in self.ranges.iter_mut().zip(values) {
            if is_below(value, low) {
                value.clone_into(low);
            } else if is_below(high, value) {
                value.clone_into(high);
            }
        }
    }

    fn text(&self, words: &[String]) -> String {
        let mut text = words[0].clone();
        for ((low, high), rest) in self.ranges.iter().zip(&words[1..]) {
            text.push_str(low);
            if low != high {
                text.push_str(" to ");
                text.push_str(high);
            }
            text.push_str(rest);
        }
        text
    }
}

/// Numbers by size; dates, which are written year first, by their letters.
fn is_below(a: &str, b: &str) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a < b,
        (Ok(_) | Err(_), _) => a < b,
    }
}

/// The words of a note around its numbers and dates, one more than these, and the numbers and dates.
///
/// What stands in back-ticks is a name, and a digit after a letter belongs to one.
fn split(note: &str) -> (Vec<&str>, Vec<&str>) {
    let bytes = note.as_bytes();
    let (mut words, mut values) = (Vec::new(), Vec::new());
    let (mut at, mut start, mut is_code) = (0, 0, false);
    while at < bytes.len() {
        is_code ^= bytes[at] == b'`';
        let is_inside_word = 0 < at && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'.'));
        let end = if is_code || is_inside_word { at } else { value_end(bytes, at) };
        if at < end {
            words.push(&note[start..at]);
            values.push(&note[at..end]);
            (at, start) = (end, end);
        } else {
            at += 1;
        }
    }
    words.push(&note[start..]);
    (words, values)
}

/// Where the number or date that begins at `at` ends; `at` where none does. Only ASCII is part of one.
fn value_end(bytes: &[u8], at: usize) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_minus = bytes[at] == b'-' && (at == 0 || bytes[at - 1] == b' ');
    let mut end = at + usize::from(is_minus);
    if !digit(end) {
        return at;
    }
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',' | b'-')) && digit(end + 1)) || is_exponent(bytes, end) {
        end += 1;
    }
    if bytes.get(end).is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_') { at } else { end }
}

/// `e-5` and `e7` after digits.
fn is_exponent(bytes: &[u8], at: usize) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes[at - 1].is_ascii_digit() && bytes.get(at) == Some(&b'e') && (digit(at + 1) || (bytes.get(at + 1) == Some(&b'-') && digit(at + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Card;

    fn window(window: u32, notes: &[&str]) -> WindowCards {
        let notes = notes.iter().map(|&note| note.to_owned()).collect();
        WindowCards { window, cards: vec![("trees".to_owned(), Card { notes, ..Card::default() })] }
    }

    fn rows(cards: &[WindowCards]) -> Vec<(String, u64)> {
        let rows = table(cards).map_or_else(Vec::new, |table| table.rows);
        let row = |row: Vec<Cell>| match (&row[1], &row[2]) {
            (Cell::Text(text), Cell::Count(n)) => (text.clone(), *n),
            other => unreachable!("{other:?}"),
        };
        rows.into_iter().map(row).collect()
    }

    #[test]
    fn messages_that_differ_by_a_number_or_a_date_are_one_row() {
        let cards = [
            window(0, &["stopped after 9 of 50 rounds: judged on 1200 rows from 2012-03-01", "dropped, constant in training: `r5`"]),
            window(1, &["stopped after 31 of 50 rounds: judged on 900 rows from 2013-03-01", "dropped, constant in training: `r20`"]),
            window(2, &["stopped after 12 of 50 rounds: judged on 1000 rows from 2012-09-01"]),
        ];
        let expected = [
            ("dropped, constant in training: `r20`", 1),
            ("dropped, constant in training: `r5`", 1),
            ("stopped after 9 to 31 of 50 rounds: judged on 900 to 1200 rows from 2012-03-01 to 2013-03-01", 3),
        ];
        assert_eq!(rows(&cards), expected.map(|(text, n)| (text.to_owned(), n)));
    }

    #[test]
    fn a_message_that_comes_twice_in_a_window_counts_it_once() {
        let cards = [window(0, &["tail 0.01: stopped after 3 rounds", "tail 0.025: stopped after 7 rounds"])];
        assert_eq!(rows(&cards), [("tail 0.01 to 0.025: stopped after 3 to 7 rounds".to_owned(), 1)]);
        assert_eq!(table(&[window(0, &[])]), None);
    }

    #[test]
    fn numbers_are_found_and_names_are_not() {
        assert_eq!(split("error 4.1e-5 of x2, -3 and `l2 0.5`").1, ["4.1e-5", "-3"]);
        assert_eq!(split("on 3y of 1,200 rows.").1, ["1,200"]);
        assert_eq!(split("12").0, ["", ""]);
        assert_eq!(split("größer als 7").1, ["7"]);
    }
}
