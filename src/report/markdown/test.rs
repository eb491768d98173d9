use serde_json::json;

use super::csv::files;
use super::escape::{code, fenced, prose, text};
use super::page;

#[test]
fn no_text_becomes_markup() {
    for (words, expected) in [
        ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
        ("a | b\nc", "a \\| b c"),
        ("# no heading", "\\# no heading"),
        ("- no list", "\\- no list"),
        ("1. no list", "1\\. no list"),
        ("0.031 at 1.5", "0.031 at 1.5"),
        ("[x](http://e.org) ![y](z)", "\\[x\\](http\\://e.org) !\\[y\\](z)"),
        ("www.e.org, a@b.org, &amp; $x$ *b* _i_ ~s~", "www\\.e.org, a\\@b.org, \\&amp; \\$x\\$ \\*b\\* \\_i\\_ \\~s\\~"),
        ("{{ page }} \u{1b}[2J", "\\{\\{ page \\}\\} \\\\u\\{1b\\}\\[2J"),
        ("    no code", "no code"),
    ] {
        assert_eq!(text(words), expected);
    }
    assert_eq!(prose("VaR of `ewma<1>` is in [Table 3](#t3), [no](https://e.org)."), "VaR of `ewma<1>` is in Table 3, \\[no\\](https\\://e.org).");
    assert_eq!(prose("an open ` tick"), "an open \\` tick");
    assert_eq!(code("a`b``c|d"), "```a`b``c|d```");
    assert_eq!(fenced("select 1\n```\nx"), "````\nselect 1\n```\nx\n````");
}

fn kept() -> serde_json::Value {
    let column = |name: &str, unit: &str, align: &str| json!({ "name": name, "unit": unit, "align": align });
    let table = json!({
        "id": "cells", "number": "3.2", "title": "Cells <b>", "note": "n = 5.", "shown": 2, "reasons": ["no rows"],
        "columns": [column("Name", "", "left"), column("Share", "%", "right"), column("Value", "", "right")],
        "rows": [
            [{ "kind": "text", "value": "=1+1, \"x\"" }, { "kind": "percent", "value": 0.0123 }, { "kind": "percent", "value": 0.29 }],
            [{ "kind": "code", "value": "a|b" }, { "kind": "na", "value": "no rows" }, { "kind": "number", "value": -0.012_345_6, "digits": 4 }],
            [{ "kind": "text", "value": "third" }, { "kind": "percent", "value": -0.5 }, { "kind": "count", "value": 1000 }],
        ],
    });
    json!({
        "head": { "title": "# <T>", "as_of": "2020-01-01", "verdict": { "state": "red", "headline": "1 of 2", "sentences": ["`m` is low."] } },
        "sections": [{ "number": "3", "title": "Section", "blocks": [
            { "kind": "table", "content": table },
            { "kind": "figure", "content": { "number": "3.1", "title": "Losses", "note": "n = 5 days." } },
        ] }],
    })
}

#[test]
fn a_table_and_a_figure_are_named_and_numbered_as_on_the_page() {
    let made = page(&kept(), "ab");
    assert!(made.starts_with("# \\# \\<T\\>\n\n- As of: 2020-01-01\n"), "{made}");
    let table = "**Table 3.2** Cells \\<b\\>\n\n| Name | Share, % | Value |\n| --- | ---: | ---: |\n| \\=1+1, \"x\" | 1.23 | 29.00 % |\n| `a\\|b` | n/a (a) | \u{2212}0.01235 |";
    assert!(made.contains(table), "{made}");
    assert!(made.contains("1 more rows in summary.json, table `cells`.\n\nn = 5.\n\n(a) n/a: no rows"), "{made}");
    assert!(made.contains("**Figure 3.1** Losses. n = 5 days. (It is drawn in report.html.)"), "{made}");
    assert!(made.contains("**Red.** 1 of 2\n\n- `m` is low."), "{made}");
}

#[test]
fn a_csv_holds_every_row_and_starts_no_formula() {
    let made = files(&kept());
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].0, "cells.csv");
    let expected = "Name,\"Share, %\",Value\r\n\"'=1+1, \"\"x\"\"\",1.23,29 %\r\na|b,n/a (no rows),-0.0123456\r\nthird,-50,1000\r\n";
    assert_eq!(made[0].1, expected);
}
