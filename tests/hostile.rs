//! Texts that act where they are not escaped, in every spec text, ticker and column name: they print as text and nothing else.

use std::fs;
use std::process::Command;

use crate::fixture::{Bars, Project};

/// A tag, a template's braces, quotes of every kind, a control character, and marks of our own prose.
const HOSTILE: &str = "<script>alert(1)</script> {{ rows }} {% raw %} \"q\" 'x' \u{1b}[2J </style> & [a](http://e.org)";
/// As a name, where a spec wants a plain one, or SQL a column.
const COLUMN: &str = "f <script>b</script> {{ c }} 'd'";

/// The text as TOML writes it.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

fn project() -> Project {
    let project = Project::new("hostile");
    let mut bars = Bars::new();
    for ticker in &mut bars.ticker {
        *ticker = format!("{ticker} {HOSTILE}");
    }
    project.bars("data/bars.parquet", &bars);
    project.write(
        "features.sql",
        &format!(
            "-- grain: entity, as_of\n\
             select bars.ticker as entity, bars.date + interval '1 day' as as_of, lead(bars.date) over by_name as known_on,\n\
             lead(bars.close) over by_name / bars.close - 1 as target, 'sector <script>s</script> {{{{ t }}}}' as sector,\n\
             bars.close / lag(bars.close) over by_name - 1 as \"{COLUMN}\"\n\
             from bars window by_name as (partition by bars.ticker order by bars.date)\n"
        ),
    );
    let text = quoted(HOSTILE);
    let entity = quoted(&format!("AAA {HOSTILE}"));
    let governance: String = ["portfolio", "model_id", "tier", "owner", "developer", "validator", "intended_use", "recommendation"]
        .map(|key| format!("{key} = {text}\n"))
        .concat();
    let spec = format!(
        r#"title = {text}
kind = "market"
{governance}limitations = [{text}]
restrictions = [{text}]
framework = ["ss1_23", "mar32_33"]

[tables.bars]
path = "data/bars.parquet"
time = "date"
key = ["ticker", "date"]

[features]
sql = ["features.sql"]
carry = ["sector"]
segment = "sector"
truncation_dates = 2

[window]
scheme = "rolling"
train = "3mo"
test = "1mo"

[[models]]
name = "history"
kind = "baseline"
ask = ["mean", "volatility", "quantile 0.05", "shortfall 0.05"]

[[models]]
name = "trees"
kind = "gbdt"
ask = ["mean"]
[models.params]
trees = 5
min_leaf_rows = 5

[book]
kind = "long_short"
models = ["trees"]
share = 0.25

[risk]
entity = {entity}
baseline = "history"

[[overlays]]
name = {text}
text = {text}
amount = {text}
approved_by = {text}

[[findings]]
id = {text}
severity = "high"
text = {text}
owner = {text}
action = {text}
due = 2018-06-01
opened = 2018-05-01

[[findings]]
id = "closed"
severity = "low"
text = {text}
opened = 2018-05-01
closed = 2018-06-01

[sign_off]
prepared = {text}
reviewed = {text}
approved = {text}
"#
    );
    project.write("spec.toml", &spec);
    project
}

#[test]
fn hostile_texts_print_as_text() {
    let project = project();
    let root = project.root.display().to_string();
    let ran = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["run", "spec.toml", "--root", &root]).current_dir(&project.root).output();
    let ran = ran.expect("the program starts");
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&ran.stderr));
    let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
    let page = stdout.lines().next().expect("a report's path");
    let html = fs::read_to_string(project.root.join(page)).expect("a page");
    for raw in ["<script", "alert(1)</s", " src=", "href=\"http", "href='http", "\u{1b}", "<img", "javascript:"] {
        let at = html.find(raw).map(|at| html[at.saturating_sub(200)..].chars().take(400).collect::<String>());
        assert_eq!(at, None, "`{raw}` must not be in the page");
    }
    assert_eq!(html.matches("</style>").count(), 1, "a text ended the style");
    // Every place that shows it shows it as it was written: the head, page one, tables, figures, the record.
    assert!(30 < html.matches("&lt;script&gt;alert(1)").count(), "{}", html.matches("&lt;script&gt;alert(1)").count());
    assert!(html.contains("{{ rows }}") && html.contains("{% raw %}") && html.contains("&lt;script&gt;b&lt;/script&gt; {{ c }}"));
    assert!(html.contains("sector &lt;script&gt;s"), "a segment is on the page");
    // The console is not moved about either.
    for stream in [&ran.stdout, &ran.stderr] {
        assert!(!String::from_utf8_lossy(stream).contains('\u{1b}'), "a control character reached the terminal");
    }
}
