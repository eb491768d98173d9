//! What a spec may reach and what a page may tell: nothing outside the root, no machine's paths, no letter that acts on a terminal.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::digest::sha256;

use crate::fixture::{Bars, Project};

const SPEC: &str = r#"
title = "A small panel"
kind = "market"
[tables.bars]
path = "data/bars.parquet"
time = "date"
[features]
sql = ["sql/features.sql"]
[window]
scheme = "rolling"
train = "6mo"
test = "1mo"
[[models]]
name = "first"
kind = "linear"
ask = ["mean"]
"#;

const FEATURES: &str = "-- grain: entity, as_of
select
    bars.ticker as entity,
    bars.date + interval '1 day' as as_of,
    lead(bars.date) over by_name as known_on,
    lead(bars.close) over by_name / bars.close - 1 as target,
    bars.close / lag(bars.close) over by_name - 1 as move
from bars
window by_name as (partition by bars.ticker order by bars.date)";

const SECRET: &str = "hunter2";

/// A root in `project/`, and beside it a library that it has no business in.
fn project(name: &str) -> (Project, PathBuf) {
    let project = Project::new(name);
    for file in ["project/spec.toml", "library/spec.toml"] {
        project.write(file, SPEC);
    }
    for file in ["project/sql/features.sql", "library/sql/features.sql"] {
        project.write(file, FEATURES);
    }
    project.write("library/market.html", "{{ nothing }}");
    project.write("library/model.json", &format!("{{\"password\": \"{SECRET}\"}}"));
    project.write("library/secret.txt", &format!("password: {SECRET}"));
    for folder in ["project/data", "library/lake"] {
        fs::create_dir_all(project.root.join(folder)).expect("writable");
        project.bars(&format!("{folder}/bars.parquet"), &Bars::new());
    }
    let root = project.root.join("project");
    (project, root)
}

fn ended(root: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(root).output().expect("the program starts");
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), words(&output.stdout), words(&output.stderr))
}

fn refused(root: &Path, arguments: &[&str]) -> String {
    let (code, _, stderr) = ended(root, arguments);
    assert_eq!(code, Some(1), "{arguments:?}: {stderr}");
    assert!(!stderr.contains(SECRET), "{stderr}");
    stderr
}

const IMPORT: &str = "[[models]]\nname = \"other\"\nkind = \"import\"\nask = [\"mean\"]\n[models.params]\nformat = \"xgboost\"\npath = ";

#[test]
fn what_lies_outside_the_root_is_refused_unless_its_folder_is_allowed() {
    let (project, root) = project("outside");
    let library = project.root.canonicalize().expect("it is there").join("library").display().to_string();
    let allowed = ["--allow-outside", &library];
    let outside = "leads out of the project root\n  hint: move it under the root, or allow its folder with --allow-outside ";

    let spec = ["check", "../library/spec.toml"];
    assert!(refused(&root, &spec).starts_with(&format!("error: ../library/spec.toml: {outside}{library}")));
    assert_eq!(ended(&root, &[&spec[..], &allowed].concat()).0, Some(0));

    let query = ["query", "../library/sql/features.sql", "--table", "bars=../library/lake/bars.parquet"];
    assert!(refused(&root, &query).contains(outside));
    assert_eq!(ended(&root, &[&query[..], &allowed].concat()).0, Some(0));

    fs::write(root.join("sql.toml"), SPEC.replace("sql/features.sql", "../library/sql/features.sql")).expect("writable");
    assert!(refused(&root, &["check", "sql.toml"]).contains(&format!("`features.sql[0]` is `../library/sql/features.sql`, which {outside}")));
    assert_eq!(ended(&root, &[&["check", "sql.toml"][..], &allowed].concat()).0, Some(0));

    fs::write(root.join("import.toml"), format!("{SPEC}{IMPORT}\"../library/model.json\"")).expect("writable");
    assert!(refused(&root, &["check", "import.toml"]).contains(outside));
    let read = refused(&root, &[&["run", "import.toml"][..], &allowed].concat());
    assert!(read.contains("not an XGBoost model in JSON"), "{read}");

    fs::create_dir(root.join("templates")).expect("writable");
    symlink("../../library/market.html", root.join("templates/market.html")).expect("writable");
    assert!(refused(&root, &["run", "spec.toml"]).contains(&format!("templates/market.html: {outside}")));
}

#[test]
fn what_is_no_file_of_ours_is_refused_at_once_and_never_quoted() {
    let (project, root) = project("special");
    let made = Command::new("mkfifo").args(["pipe.toml", "pipe.sql", "pipe.json"]).current_dir(&root).status().expect("there is a mkfifo");
    assert!(made.success());
    fs::copy(project.root.join("library/secret.txt"), root.join("secret.txt")).expect("copied");
    for link in ["link.toml", "link.sql", "link.json"] {
        symlink("secret.txt", root.join(link)).expect("writable");
    }
    assert!(refused(&root, &["check", "pipe.toml"]).contains("is a pipe, not a spec"));
    assert!(refused(&root, &["query", "pipe.sql"]).contains("is a pipe, not an SQL file"));
    assert!(refused(&root, &["check", "/etc/passwd"]).contains("is not the name of a spec"));
    assert!(refused(&root, &["check", "/proc/self/environ.toml"]).contains("is a file of the system, not a spec"));
    assert!(refused(&root, &["query", "/dev/zero"]).contains("is a file of the system, not an SQL file"));
    assert!(refused(&root, &["query", "secret.txt"]).contains("does not end in .sql"));
    refused(&root, &["query", "link.sql"]);
    refused(&root, &["check", "link.toml"]);
    for (path, problem) in [("pipe.json", "is a pipe, not a model"), ("secret.txt", ""), ("link.json", "")] {
        fs::write(root.join("import.toml"), format!("{SPEC}{IMPORT}\"{path}\"")).expect("writable");
        assert!(refused(&root, &["run", "import.toml"]).contains(problem));
    }
    for (path, problem) in [("pipe.sql", "is a pipe, not an SQL file"), ("secret.txt", "does not end in .sql"), ("link.sql", "")] {
        fs::write(root.join("sql.toml"), SPEC.replace("sql/features.sql", path)).expect("writable");
        assert!(refused(&root, &["run", "sql.toml"]).contains(problem));
    }
}

/// Name and bytes of the files below a run that do not tell the time.
fn outputs(out: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(out).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(outputs(&path));
        } else if path.extension().is_some_and(|extension| ["html", "json", "parquet"].iter().any(|known| extension == *known)) {
            found.push((path.clone(), fs::read(&path).expect("readable")));
        }
    }
    found.sort();
    found
}

#[test]
fn no_output_tells_where_the_tables_lie() {
    let (project, root) = project("lake");
    let lake = project.root.join("library/lake");
    fs::write(root.join("spec.toml"), SPEC.replace("data/bars.parquet", &lake.join("bars.parquet").display().to_string())).expect("writable");
    let (code, _, stderr) = ended(&root, &["run", "spec.toml", "--out", "out"]);
    assert_eq!(code, Some(0), "{stderr}");
    let above = project.root.file_name().expect("a name").to_string_lossy().into_owned();
    let files = outputs(&root.join("out"));
    assert!(4 < files.len(), "{} files", files.len());
    for (path, bytes) in &files {
        assert!(!String::from_utf8_lossy(bytes).contains(&above), "{} names {above}", path.display());
    }
    let page = files.iter().find(|(path, _)| path.ends_with("report.html")).map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
    let page = page.expect("a page");
    assert!(page.contains("lake/bars.parquet") || page.contains("lake&#x2F;bars.parquet"), "the table is named by its last parts");
}

#[test]
fn a_spec_has_one_name_however_it_is_written() {
    let (_project, root) = project("one-name");
    let absolute = root.join("spec.toml").display().to_string();
    let mut first = None;
    for (idx, path) in ["spec.toml", "./spec.toml", ".//sql/../spec.toml", &absolute].into_iter().enumerate() {
        let out = format!("out{idx}");
        let (code, _, stderr) = ended(&root, &["run", path, "--out", &out]);
        assert_eq!(code, Some(0), "{stderr}");
        // The manifest tells the time, and what is said of the whole run holds its hash.
        let tells_the_time = |path: &Path| ["run.json", "attestation.json", "index.html"].iter().any(|name| path.ends_with(name));
        let told = |(path, bytes): (PathBuf, Vec<u8>)| (!tells_the_time(&path)).then_some(bytes);
        let made: Vec<Vec<u8>> = outputs(&root.join(out).join("spec")).into_iter().filter_map(told).collect();
        assert!(3 < made.len());
        assert!(*first.get_or_insert_with(|| made.clone()) == made, "{path}");
    }
}

#[test]
fn no_value_acts_on_a_terminal() {
    let (_project, root) = project("terminal");
    let acts = |text: &str| text.chars().any(|letter| (letter.is_control() && letter != '\n') || ('\u{202a}'..='\u{202e}').contains(&letter));
    fs::write(root.join("spec.toml"), SPEC.replace("A small panel", "red \\u001b[31m \\u202e turned\\nerror: faked")).expect("writable");
    let (code, stdout, stderr) = ended(&root, &["check", "spec.toml"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!acts(&stdout) && stdout.starts_with("spec.toml: red \\u{1b}[31m \\u{202e} turned\\u{a}error: faked\n"), "{stdout}");

    fs::write(root.join("cell.sql"), "select 'a' || chr(27) || chr(8238) || chr(10) || 'b' as \"\u{1b}name\"").expect("writable");
    let (code, stdout, stderr) = ended(&root, &["query", "cell.sql"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout, "\\u{1b}name\na\\u{1b}\\u{202e}\\u{a}b\n");

    fs::write(root.join("bad.sql"), "select \"\u{1b}[2J\u{202e}\" from (values (1)) as t(x)").expect("writable");
    for arguments in [&["query", "bad.sql"][..], &["query", "bad.sql", "--json"], &["query", "no\u{1b}.sql"], &["no\u{202e}such"]] {
        let (code, _, stderr) = ended(&root, arguments);
        assert!(code == Some(1) && !acts(&stderr), "{stderr}");
    }
}

#[test]
fn a_page_lets_a_browser_use_its_own_style_and_the_index_its_own_script() {
    let (_project, root) = project("policy");
    let (code, _, stderr) = ended(&root, &["run", "spec.toml", "--out", "out"]);
    assert_eq!(code, Some(0), "{stderr}");
    let pages: Vec<(PathBuf, Vec<u8>)> =
        outputs(&root.join("out")).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "html")).collect();
    assert_eq!(pages.len(), 2, "a page and the index");
    for (path, page) in pages {
        let page = String::from_utf8(page).expect("UTF-8");
        assert!(page.contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"), "{}", path.display());
        let hash = page.split("'sha256-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a hash");
        let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
        assert_eq!(hash, base64(&sha256(style.as_bytes())), "{}", path.display());
        assert!(!page.contains(" style="), "{} has what its policy forbids", path.display());
        // The index has one script of ours, told by its hash; reports have none.
        let is_index = path.ends_with("index.html");
        let scripts: Vec<&str> = page.split("<script>").skip(1).filter_map(|rest| rest.split("</script>").next()).collect();
        assert_eq!((scripts.len(), page.matches("<script").count()), (usize::from(is_index), usize::from(is_index)), "{}", path.display());
        assert_eq!(page.contains("script-src"), is_index, "{}", path.display());
        for script in scripts {
            assert!(page.contains(&format!("; script-src 'sha256-{}';", base64(&sha256(script.as_bytes())))), "{}", path.display());
        }
    }
}

/// The bytes of a hash in base 64, by the naive rule: bit by bit.
fn base64(hexadecimal: &str) -> String {
    let bits = |digit: char| format!("{:04b}", digit.to_digit(16).expect("hexadecimal"));
    let bits = hexadecimal.chars().map(bits).collect::<Vec<_>>().concat();
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let letter = |six: &[u8]| {
        let six = format!("{:0<6}", std::str::from_utf8(six).expect("digits"));
        letters[usize::from_str_radix(&six, 2).expect("six bits")]
    };
    let written: String = bits.as_bytes().chunks(6).map(letter).collect();
    format!("{written}=")
}
