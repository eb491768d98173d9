//! What a browser makes of the pages: page one on one sheet, nothing cut on a phone, nothing refused, nothing said on the console.
//!
//! Told as ignored where Chromium is not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::fixture::{Project, repository};

/// Headless Chromium as Debian and others call it.
fn browser(folder: &Path, arguments: &[&str], page: &Path) -> Output {
    let program = ["chromium", "chromium-browser", "google-chrome"];
    let program = program.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok()).expect("a browser is installed");
    Command::new(program)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(["--virtual-time-budget=5000", "--enable-logging=stderr"])
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts")
}

/// The sample's reports and their index.
fn sample(project: &Project) -> Vec<PathBuf> {
    let out = project.root.display().to_string();
    let program = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["run", "reports", "--out", &out]).current_dir(repository()).output();
    let stdout = program.expect("the program starts").stdout;
    let stdout = String::from_utf8_lossy(&stdout);
    let pages: Vec<PathBuf> = stdout.lines().filter(|line| line.ends_with("report.html")).map(PathBuf::from).collect();
    assert_eq!(pages.len(), 2, "{stdout}");
    pages.into_iter().chain([project.root.join("index.html")]).collect()
}

/// The page without its policy, which would stop the measuring script, and with `added` at its end.
fn altered(project: &Project, page: &Path, added: &str) -> PathBuf {
    let html = fs::read_to_string(page).expect("a page");
    let (before, rest) = html.split_once("<meta http-equiv=\"Content-Security-Policy\"").expect("a policy");
    let (_, after) = rest.split_once('>').expect("the policy ends");
    let path = project.root.join("altered.html");
    fs::write(&path, format!("{before}{}", after.replace("</body>", &format!("{added}</body>")))).expect("writable");
    path
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n")
}

/// Pages of a PDF as Chromium writes it.
fn n_sheets(pdf: &Path) -> usize {
    let bytes = fs::read(pdf).expect("a PDF");
    let text = String::from_utf8_lossy(&bytes);
    text.split("/Type /Page").skip(1).filter(|rest| !rest.starts_with('s')).count()
}

fn sheets(project: &Project, page: &Path) -> usize {
    let pdf = project.root.join("page.pdf");
    let made = browser(&project.root, &["--no-pdf-header-footer", &format!("--print-to-pdf={}", pdf.display())], page);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    n_sheets(&pdf)
}

/// A number that a script wrote into the page's title.
fn measured(output: &Output) -> f64 {
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = dom.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map_or("", |(title, _)| title);
    title.parse().unwrap_or_else(|_| panic!("no number was measured: {title}"))
}

/// The widest place of a page in a frame as wide as a phone; what scrolls inside its own place does not count.
fn width_at(project: &Project, page: &Path, width: u32) -> f64 {
    let alone = altered(project, page, "");
    let html = fs::read_to_string(alone).expect("just written").replace('&', "&amp;").replace('"', "&quot;");
    let frame = project.root.join("frame.html");
    let script = "const frame = document.querySelector('iframe'); frame.onload = () => { document.title = frame.contentDocument.documentElement.scrollWidth; };";
    let text =
        format!("<!DOCTYPE html><title>none</title><iframe width=\"{width}\" height=\"800\" srcdoc=\"{html}\"></iframe><script>{script}</script>");
    fs::write(&frame, text).expect("writable");
    measured(&browser(&project.root, &["--dump-dom"], &frame))
}

#[test]
#[cfg_attr(not(chromium), ignore = "no Chromium is installed")]
fn page_one_is_one_sheet_and_one_screen_and_nothing_is_cut_on_a_phone() {
    let project = Project::new("browser");
    for page in sample(&project) {
        let is_index = page.ends_with("index.html");
        let console = said(&browser(&project.root, &["--dump-dom"], &page));
        assert_eq!(console, "", "{} says something on the console: a request or a style that its policy refuses", page.display());
        let wide = width_at(&project, &page, 390);
        assert!(wide <= 390.0, "{} is {wide} pixels wide on a phone of 390", page.display());
        if is_index {
            continue;
        }
        let alone = altered(&project, &page, "<style>main, nav { display: none !important; } .front { break-after: auto !important; }</style>");
        assert_eq!(sheets(&project, &alone), 1, "page one of {} is more than a sheet", page.display());
        let evidence = altered(&project, &page, "<style>#record { display: none !important; }</style>");
        let n = sheets(&project, &evidence);
        assert!(n <= 14, "{} has {n} sheets before its record", page.display());
        // The upper edge of the figures lies above the fold, and all else of page one above them.
        let script = "<script>document.title = document.querySelector('.pair').getBoundingClientRect().top</script>";
        let top = measured(&browser(&project.root, &["--window-size=1280,900", "--dump-dom"], &altered(&project, &page, script)));
        assert!(top < 760.0, "the figures of {} begin {top} pixels down, of 900", page.display());
    }
}
