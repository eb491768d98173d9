//! Text: how wide words are, before a browser has chosen the font.

/// Width of words at twelve pixels, in pixels: as in DejaVu Sans, the widest font that the stylesheet may come to.
pub(super) fn text_width(text: &str) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | ' ' | '\u{a0}' => 0.33,
            'f' | 't' | 'r' | '(' | ')' | '-' | '/' | '[' | ']' | '!' => 0.41,
            'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '—' => 1.0,
            '+' | '=' | '<' | '>' | '\u{2212}' => 0.84,
            c if c.is_ascii_digit() || c.is_ascii_lowercase() => 0.64,
            c if c.is_ascii_uppercase() => 0.79,
            _ => 0.75,
        })
        .sum();
    12.0 * em
}

/// Words cut to a width, with an ellipsis where something is missing.
pub(super) fn shortened(text: &str, widest: f64) -> String {
    if text_width(text) <= widest {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if widest < text_width(&out) + 12.0 + text_width(&c.to_string()) {
            break;
        }
        out.push(c);
    }
    out + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_capitals_are_as_wide_as_in_dejavu_sans() {
        // Its advance widths: digits 0.636 em, W 0.989 em, i 0.278 em.
        assert!((text_width("2008") - 4.0 * 0.64 * 12.0).abs() < 1e-9);
        assert!(0.989 * 12.0 <= text_width("W") && 0.278 * 12.0 <= text_width("i"));
        assert!(text_width(&shortened("a_feature_with_a_long_name", 100.0)) <= 100.0);
        assert_eq!(shortened("short", 100.0), "short");
    }
}
