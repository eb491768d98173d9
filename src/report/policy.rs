//! Policy: what a browser may do with a page, written into the page. It may use the page's own stylesheet, told by its hash, and nothing
//! else: no script, no picture, no font, no form, no address. The index alone may run one script, told by its hash too.

use crate::acting;
use crate::digest::sha256;

/// The page with its Content-Security-Policy at the beginning of its head; a template without a head has none. Letters that act instead of
/// being seen are written out: a title does not turn the letters of a page round.
///
/// * `script`: the text of the one script that may run; no other does, wherever it stands.
pub(super) fn guarded(page: &str, script: Option<&str>) -> String {
    let page = acting::lines(page);
    let Some((before, after)) = page.split_once("<head>") else { return page };
    let hashes: Vec<String> = styles(&page).map(hashed).collect();
    let styles = if hashes.is_empty() { "'none'".to_owned() } else { hashes.join(" ") };
    let script = script.map(|text| format!(" script-src {};", hashed(text))).unwrap_or_default();
    format!(
        "{before}<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {styles};{script} base-uri 'none'; form-action 'none'\">{after}"
    )
}

/// A text by its hash, as a policy names it.
fn hashed(text: &str) -> String {
    format!("'sha256-{}'", base64(&sha256(text.as_bytes())))
}

/// What stands between the tags of each stylesheet.
fn styles(page: &str) -> impl Iterator<Item = &str> {
    page.split("<style>").skip(1).filter_map(|rest| Some(rest.split_once("</style>")?.0))
}

/// The bytes of a hash in hexadecimal, in base 64.
fn base64(hexadecimal: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Three digits of 4 bits are two letters of 6.
    let digits: Vec<usize> = hexadecimal.chars().map(|digit| digit.to_digit(16).expect("a hash is written in hexadecimal") as usize).collect();
    let mut out = String::new();
    for part in digits.chunks(3) {
        let bits = part.iter().fold(0, |bits, digit| bits << 4 | digit) << (4 * (3 - part.len()));
        out.push(char::from(LETTERS[bits >> 6]));
        if 1 < part.len() {
            out.push(char::from(LETTERS[bits & 63]));
        }
    }
    out + &"=".repeat((4 - out_len(digits.len()) % 4) % 4)
}

/// Letters of base 64 that so many digits make.
fn out_len(n_digits: usize) -> usize {
    (4 * n_digits).div_ceil(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_use_its_own_style_and_nothing_else() {
        // printf 'a{}' | openssl dgst -sha256 -binary | base64
        let page = guarded("<html>\n<head>\n<style>a{}</style></head><style>b{}</style>", None);
        let policy = page.split("content=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk=' 'sha256-"), "{policy}");
        assert!(!policy.contains("script"), "{policy}");
        assert_eq!(guarded("no head", None), "no head");
    }

    #[test]
    fn one_script_may_run_and_only_where_it_is_named() {
        // printf 'a()' | openssl dgst -sha256 -binary | base64
        let page = guarded("<head><script>a()</script></head>", Some("a()"));
        assert!(page.contains("style-src 'none'; script-src 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='; base-uri 'none'"), "{page}");
    }

    #[test]
    fn base_64_is_that_of_everybody() {
        // printf 'Ma' | base64, and so on: RFC 4648, section 10.
        for (hexadecimal, expected) in [("66", "Zg=="), ("666f", "Zm8="), ("666f6f", "Zm9v"), ("666f6f626172", "Zm9vYmFy")] {
            assert_eq!(base64(hexadecimal), expected);
        }
    }
}
