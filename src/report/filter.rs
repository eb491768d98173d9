//! Filter: how templates turn raw numbers and words into what is read.
//!
//! | filter | of | gives |
//! |---|---|---|
//! | `count` | 1043 | 1,043 |
//! | `number(digits=4)` | 0.0123456 | 0.01235 |
//! | `percent` | 0.0123 | 1.23 |
//! | `basis_points` | 0.0012 | 12.0 |
//! | `money` | 1234567.8 | 1,234,568 |
//! | `p_value` | 0.0004 | < 0.001 |
//! | `date` | 2019-12-31 | 31 Dec 2019 |
//! | `aligned(decimals=3, suffix=" %")` | a printed number | the same, aligned on the decimal |
//! | `width` | characters of a column's words | a class of the stylesheet |
//! | `mark(reasons=..)` | a reason | its footnote mark |
//! | `prose` | words with `code` and `[Table 3](#id)` | HTML |
//! | `noun` | a section's heading | what stands before its colon |
//! | `spark` | heights of bins | a small SVG |
//! | `bar` | 0.28 | a small bar and 28 % |
//! | `css_string` | words | a string for CSS |

use std::fmt::Write;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::day::Day;

use super::{chart, format};

/// Decimals that the stylesheet has a width for: pages carry no style but their stylesheet's.
const MOST_DECIMALS: usize = 20;
/// Characters beyond which words may break.
const WIDEST: usize = 24;

/// Makes every filter known to the templates.
pub(super) fn register_all(tera: &mut Tera) {
    tera.register_filter("count", |value: u64, _: Kwargs, _: &State| format::count(value));
    tera.register_filter("number", number);
    tera.register_filter("percent", |value: f64, _: Kwargs, _: &State| finite(value).map(format::percent));
    tera.register_filter("basis_points", |value: f64, _: Kwargs, _: &State| finite(value).map(format::basis_points));
    tera.register_filter("money", |value: f64, _: Kwargs, _: &State| finite(value).map(format::money));
    tera.register_filter("p_value", |value: f64, _: Kwargs, _: &State| finite(value).map(format::p_value));
    tera.register_filter("date", date);
    tera.register_filter("aligned", aligned);
    tera.register_filter("width", |widest: u64, _: Kwargs, _: &State| format!("w{}", widest.min(WIDEST as u64)));
    tera.register_filter("mark", mark);
    tera.register_filter("prose", |words: &str, _: Kwargs, _: &State| Value::safe_string(&prose(words)));
    tera.register_filter("noun", |title: &str, _: Kwargs, _: &State| title.split(':').next().unwrap_or_default().to_owned());
    tera.register_filter("spark", spark);
    tera.register_filter("bar", |value: f64, _: Kwargs, _: &State| finite(value).map(|value| Value::safe_string(&bar(value))));
    tera.register_filter("css_string", |words: &str, _: Kwargs, _: &State| Value::safe_string(&css_string(words)));
}

fn finite(value: f64) -> TeraResult<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::message(format!("{value} cannot be printed; an undefined value is a cell of kind `na`"))) }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of Tera's filters")]
fn number(value: f64, kwargs: Kwargs, _: &State) -> TeraResult<String> {
    let digits = kwargs.get::<u8>("digits")?.unwrap_or(4);
    Ok(format::number(finite(value)?, digits))
}

fn date(iso: &str, _: Kwargs, _: &State) -> TeraResult<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day: Day = iso.parse().map_err(Error::message)?;
    // Spaces that do not break: a date stays on its line.
    Ok(format!("{}\u{a0}{}\u{a0}{}", day.day_of_month(), MONTHS[day.month() as usize - 1], day.year()))
}

/// Splits a printed number at its point; the stylesheet gives the right part the column's width.
#[expect(clippy::needless_pass_by_value, reason = "the shape of Tera's filters")]
fn aligned(printed: &str, kwargs: Kwargs, _: &State) -> TeraResult<Value> {
    let decimals = kwargs.must_get::<usize>("decimals")?;
    let suffix = format::escaped(kwargs.get::<&str>("suffix")?.unwrap_or_default()).replace(' ', "\u{a0}");
    let printed = format::escaped(printed);
    if decimals == 0 {
        return Ok(Value::safe_string(&(printed + &suffix)));
    }
    let (whole, fraction) = printed.split_at(printed.find('.').unwrap_or(printed.len()));
    Ok(Value::safe_string(&format!("{whole}<span class=\"d d{}\">{fraction}{suffix}</span>", decimals.min(MOST_DECIMALS))))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of Tera's filters")]
fn mark(reason: &str, kwargs: Kwargs, _: &State) -> TeraResult<String> {
    let reasons = kwargs.must_get::<Vec<String>>("reasons")?;
    Ok(reasons.iter().position(|known| known == reason).map_or_else(String::new, format::footnote_mark))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of Tera's filters")]
fn spark(heights: Vec<f64>, _: Kwargs, _: &State) -> Value {
    Value::safe_string(&chart::sparkline(&heights))
}

/// A bar of the share, and its percentage; beyond the limit there is no bar.
fn bar(share: f64) -> String {
    let percent = (100.0 * share).round();
    // What is within its limit by little is not told as nothing.
    let words = match share {
        share if 0.0 < share && share < 0.01 => "< 1".to_owned(),
        share if -0.01 < share && share < 0.0 => "< 0".to_owned(),
        _ => format!("{percent:.0}").replace('-', "\u{2212}"),
    };
    let width = (60.0 * share.clamp(0.0, 1.0)).round();
    format!(
        "<svg class=\"share\" viewBox=\"0 0 60 8\" width=\"60\" height=\"8\" aria-hidden=\"true\"><path class=\"f rule\" d=\"M0 0h60v8h-60z\"/><path class=\"f muted\" d=\"M0 0h{width}v8h-{width}z\"/></svg> {}\u{a0}%",
        format::escaped(&words)
    )
}

/// Back-ticks become code, `[Table 3](#id)` a link; everything else is escaped.
fn prose(words: &str) -> String {
    // A number and its % stay on one line.
    let words = words.replace(" %", "\u{a0}%");
    let parts: Vec<&str> = words.split('`').collect();
    let mut out = String::with_capacity(words.len() + 16);
    for (idx, part) in parts.iter().enumerate() {
        let is_closed = idx + 1 < parts.len();
        if idx % 2 == 1 && is_closed {
            write!(out, "<code>{}</code>", format::escaped(part)).expect("a string takes every word");
        } else {
            if idx % 2 == 1 {
                out.push('`');
            }
            push_linked(&mut out, part);
        }
    }
    out
}

fn push_linked(out: &mut String, words: &str) {
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(&format::escaped(before));
        let link = after.split_once("](#").and_then(|(label, tail)| tail.split_once(')').map(|(id, tail)| (label, id, tail)));
        match link {
            Some((label, id, tail)) if !label.contains('[') => {
                write!(out, "<a href=\"#{}\">{}</a>", format::escaped(id), format::escaped(label)).expect("a string takes every word");
                rest = tail;
            }
            Some(_) | None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(&format::escaped(rest));
}

/// A quoted CSS string; `<` is written as its code so that no text can close the style element.
fn css_string(words: &str) -> String {
    let mut out = String::from("\"");
    for c in words.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '<' => out.push_str("\\3c "),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use tera::Context;

    fn print<T: serde::Serialize>(template: &str, value: T) -> String {
        let mut tera = Tera::default();
        register_all(&mut tera);
        tera.add_raw_template("t.html", template).expect("a template");
        let mut context = Context::new();
        context.insert("x", &value);
        tera.render("t.html", &context).expect("a page")
    }

    #[test]
    fn filters_print_raw_numbers() {
        assert_eq!(print("{{ x | percent }}", 0.0123), "1.23");
        // A whole f64 must not be taken for an integer on its way through the template.
        assert_eq!(print("{{ x | number(digits=3) }}", 2.0), "2.00");
        assert_eq!(print("{{ x | count }}", 620_000_u64), "620,000");
        assert_eq!(print("{{ x | p_value }}", 0.0001), "&lt; 0.001");
        assert_eq!(print("{{ x | date }}", "2019-12-31"), "31\u{a0}Dec\u{a0}2019");
    }

    #[test]
    fn a_column_is_aligned_on_its_decimal() {
        assert_eq!(print("{{ x | number(digits=3) | aligned(decimals=4) }}", 12.34), r#"12<span class="d d4">.3</span>"#);
        assert_eq!(print("{{ x | p_value | aligned(decimals=3) }}", 0.0), r#"&lt; 0<span class="d d3">.001</span>"#);
        assert_eq!(print("{{ x | count | aligned(decimals=0) }}", 7_u64), "7");
    }

    #[test]
    fn prose_knows_code_and_links_to_anchors_and_nothing_else() {
        assert_eq!(prose("VaR of `ewma<1>` is in [Table 3](#t3)."), "VaR of <code>ewma&lt;1&gt;</code> is in <a href=\"#t3\">Table 3</a>.");
        assert_eq!(prose("[x](https://example.org) <script>"), "[x](https://example.org) &lt;script&gt;");
        assert_eq!(prose("an open ` tick and [bracket"), "an open ` tick and [bracket");
    }

    #[test]
    fn no_text_can_close_the_style_element() {
        assert_eq!(css_string("a \"b\" </style>\n"), "\"a \\\"b\\\" \\3c /style> \"");
    }
}
