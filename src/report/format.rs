//! Format: numbers as a reader expects them. The only place that rounds.

/// A minus sign as wide as a digit, read aloud as "minus".
const MINUS: &str = "\u{2212}";

/// `digits` significant digits, thousands separated: 1,234 and 0.01235; whole digits are never rounded away.
pub(super) fn number(value: f64, digits: u8) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = usize::from(digits.max(1));
    let scientific = format!("{:.*e}", digits - 1, value.abs());
    let (mantissa, exponent) = scientific.split_once('e').expect("`e` formatting of a finite number writes an exponent");
    let exponent: i32 = exponent.parse().expect("`e` formatting writes a whole exponent");
    if !(-5..15).contains(&exponent) {
        let exponent = exponent.to_string().replace('-', MINUS);
        return format!("{}{mantissa}e{exponent}", if value < 0.0 { MINUS } else { "" });
    }
    fixed(value, (digits as i32 - 1 - exponent).max(0) as usize)
}

/// A fixed number of decimals, thousands separated; what rounds to zero has no sign.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let has_sign = value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let mut out = String::from(if has_sign { MINUS } else { "" });
    push_grouped(&mut out, whole);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number of things: 1,043.
pub(super) fn count(value: u64) -> String {
    let mut out = String::new();
    push_grouped(&mut out, &value.to_string());
    out
}

/// "1 breach", "14 breaches".
pub(super) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n as u64), if n == 1 { one } else { many })
}

/// 0.0123 as 1.23: two decimals, one from 1,000 % on, two significant digits below 0.01 %.
pub(super) fn percent(value: f64) -> String {
    let percent = 100.0 * value;
    let size = percent.abs();
    if 999.995 <= size {
        return fixed(percent, 1);
    }
    if 0.0 < size && size < 0.00995 { number(percent, 2) } else { fixed(percent, 2) }
}

/// 0.0012 as 12.0.
pub(super) fn basis_points(value: f64) -> String {
    fixed(10_000.0 * value, 1)
}

/// Whole units from 1,000 on, cents below.
pub(super) fn money(value: f64) -> String {
    fixed(value, if value.abs() < 999.995 { 2 } else { 0 })
}

/// 0.034, < 0.001 or > 0.999: neither end is rounded to a certainty.
pub(super) fn p_value(value: f64) -> String {
    if value < 0.001 {
        return "< 0.001".to_owned();
    }
    if (0.9995..1.0).contains(&value) {
        return "> 0.999".to_owned();
    }
    fixed(value, 3)
}

/// Characters after the decimal point.
pub(super) fn decimals(printed: &str) -> usize {
    printed.split_once('.').map_or(0, |(_, fraction)| fraction.chars().count())
}

/// The mark of footnote `idx`: a, b, ..., z, aa, ab.
pub(super) fn footnote_mark(idx: usize) -> String {
    let letter = char::from(b'a' + (idx % 26) as u8);
    if idx < 26 { letter.to_string() } else { format!("{}{letter}", footnote_mark(idx / 26 - 1)) }
}

/// Text that is safe between tags and inside quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn push_grouped(out: &mut String, digits: &str) {
    for (idx, digit) in digits.chars().enumerate() {
        if 0 < idx && (digits.len() - idx).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_significant_digits_and_every_whole_digit() {
        assert_eq!(number(0.034_159, 3), "0.0342");
        assert_eq!(number(-1_234.567, 3), "−1,235");
        assert_eq!(number(1_234_567.8, 4), "1,234,568");
        // Rounding that gains a digit must not gain a decimal: 9.9996 is 10.00, not 10.000.
        assert_eq!(number(9.9996, 4), "10.00");
        assert_eq!(number(-0.000_003_21, 3), "−3.21e−6");
        assert_eq!(number(1.5e17, 3), "1.50e17");
        assert_eq!(number(0.0, 3), "0");
    }

    #[test]
    fn nothing_that_rounds_to_zero_has_a_sign() {
        assert_eq!(fixed(-0.004, 2), "0.00");
        assert_eq!(fixed(-0.006, 2), "−0.01");
        assert_eq!(number(-0.0, 3), "0");
    }

    #[test]
    fn percentages_have_two_decimals_unless_large_or_tiny() {
        assert_eq!(percent(0.0123), "1.23");
        assert_eq!(percent(-0.999_99), "−100.00");
        assert_eq!(percent(12.345_6), "1,234.6");
        assert_eq!(percent(0.000_034_6), "0.0035");
        assert_eq!(percent(0.000_346), "0.03");
        assert_eq!(percent(0.0), "0.00");
    }

    #[test]
    fn p_values_are_never_rounded_to_certainty() {
        assert_eq!(p_value(0.0344), "0.034");
        assert_eq!(p_value(0.000_999), "< 0.001");
        assert_eq!(p_value(0.9997), "> 0.999");
        assert_eq!(p_value(1.0), "1.000");
        assert_eq!(p_value(0.001), "0.001");
    }

    #[test]
    fn money_and_basis_points_and_counts() {
        assert_eq!(money(-1_234_567.89), "−1,234,568");
        assert_eq!(money(999.99), "999.99");
        assert_eq!(money(999.996), "1,000");
        assert_eq!(basis_points(0.0012), "12.0");
        assert_eq!(count(1_043), "1,043");
        assert_eq!(count(620), "620");
    }

    #[test]
    fn footnote_marks_go_on_after_z() {
        assert_eq!([0, 25, 26, 27].map(footnote_mark), ["a", "z", "aa", "ab"]);
    }

    #[test]
    fn markup_in_data_is_inert() {
        assert_eq!(escaped(r#"<b x="1">&'"#), "&lt;b x=&quot;1&quot;&gt;&amp;&#39;");
    }
}
