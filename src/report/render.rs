//! Render: a page and the templates make one HTML file that needs no network.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use tera::{Context, ErrorKind, Tera};

use crate::error::{Error, Result};
use crate::place;
use crate::spec::Kind;

use super::filter;
use super::page::{Block, Page};
use super::policy;

/// The templates as they were when the program was built.
const EMBEDDED: [(&str, &str); 11] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("credit.html", include_str!("../../templates/credit.html")),
    ("diff.html", include_str!("../../templates/diff.html")),
    ("figure.css", include_str!("../../templates/figure.css")),
    ("front.html", include_str!("../../templates/front.html")),
    ("index.css", include_str!("../../templates/index.css")),
    ("index.html", include_str!("../../templates/index.html")),
    ("index.js", include_str!("../../templates/index.js")),
    ("macros.html", include_str!("../../templates/macros.html")),
    ("market.html", include_str!("../../templates/market.html")),
    ("style.css", include_str!("../../templates/style.css")),
];

/// Parsed templates, and their text for the run's hashes.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    sources: BTreeMap<String, String>,
}

impl Templates {
    /// Reads `root/templates`; a file that is not there is taken as it was when the program was built.
    ///
    /// Errors when a file cannot be read or parsed; the message names the file and the line.
    pub fn load(root: &Path) -> Result<Self> {
        let mut sources: BTreeMap<String, String> = EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let folder = root.join("templates");
        if folder.is_dir() {
            read_folder(root, &folder, &mut sources)?;
        }
        Self::parse(sources)
    }

    fn parse(sources: BTreeMap<String, String>) -> Result<Self> {
        let mut tera = Tera::default();
        filter::register_all(&mut tera);
        tera.add_raw_templates(sources.iter().map(|(name, text)| (name.as_str(), text.as_str()))).map_err(|error| blame(&error))?;
        Ok(Self { tera, sources })
    }

    /// File name and text of every template, for the run's hashes.
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }

    fn render(&self, name: &str, context: &Context) -> Result<String> {
        self.tera.render(name, context).map(|page| policy::guarded(&page, None)).map_err(|error| blame(&error))
    }
}

/// The report's page; it must have been numbered.
///
/// Errors when a template asks for what the page does not hold.
pub fn html(templates: &Templates, kind: Kind, page: &Page) -> Result<String> {
    let mut context = Context::from_serialize(page).map_err(|error| blame(&error))?;
    // Drawings travel beside the page: `summary.json` carries numbers, not paths.
    context.insert("drawings", &drawings(page));
    let (name, words) = match kind {
        Kind::Market => ("market.html", "Market risk"),
        Kind::Credit => ("credit.html", "Credit risk"),
    };
    context.insert("kind", words);
    templates.render(name, &context)
}

/// A page about runs: the list of all reports, or a comparison.
///
/// * `script`: the template of the one script that the page may run.
///
/// Errors when the template asks for what is not told.
pub(super) fn about(templates: &Templates, name: &str, told: &impl Serialize, script: Option<&str>) -> Result<String> {
    let context = Context::from_serialize(told).map_err(|error| blame(&error))?;
    let script = script.and_then(|name| templates.sources.get(name));
    templates.tera.render(name, &context).map(|page| policy::guarded(&page, script.map(String::as_str))).map_err(|error| blame(&error))
}

fn drawings(page: &Page) -> BTreeMap<&str, &str> {
    let blocks = page.sections.iter().chain(&page.record).flat_map(|section| &section.blocks);
    let figures = blocks.filter_map(|block| match block {
        Block::Figure(figure) => Some(figure),
        Block::Subhead(_) | Block::Text(_) | Block::List(_) | Block::Table(_) | Block::Code(_) => None,
    });
    figures.chain(&page.front.figures).map(|figure| (figure.id.as_str(), figure.svg.as_str())).collect()
}

fn read_folder(root: &Path, folder: &Path, sources: &mut BTreeMap<String, String>) -> Result<()> {
    let refused = |path: &Path, error: std::io::Error| Error::machine(path.display(), format!("cannot be read: {error}"));
    for entry in fs::read_dir(folder).map_err(|error| refused(folder, error))? {
        let path = entry.map_err(|error| refused(folder, error))?.path();
        let is_template = path.extension().is_some_and(|extension| extension == "html" || extension == "css" || extension == "js");
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|_| is_template) {
            let found = place::find(root, &Path::new("templates").join(name)).map_err(|refused| {
                let (problem, hint) = refused.words("a template");
                hint.iter().fold(Error::template(path.display(), problem), Error::hint)
            })?;
            let text = fs::read_to_string(&found.whole).map_err(|error| refused(&path, error))?;
            sources.insert(name.to_owned(), text);
        }
    }
    Ok(())
}

/// The template's author must act: file, line and problem, dug out of Tera's report.
fn blame(error: &tera::Error) -> Error {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            Error::template(format!("templates/{}:{}", report.filename(), report.span().start_line), report.message().trim())
        }
        ErrorKind::MissingParent { current, parent } => {
            Error::template(format!("templates/{current}"), format!("extends `{parent}`, which is not there"))
        }
        ErrorKind::TemplateNotFound(name) => Error::template(format!("templates/{name}"), "is not there"),
        // Tera's list of kinds is open; unknown filters and components come as a printed report.
        other => blame_printed(&other.to_string()),
    }
}

/// A printed report holds `error: PROBLEM` and `--> FILE:LINE:COLUMN`, once or several times.
fn blame_printed(report: &str) -> Error {
    let mut problem = None;
    for line in report.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("error: ") {
            problem = Some(text);
        }
        let place = line.strip_prefix("--> ").and_then(|place| place.rsplit_once(':'));
        if let (Some(problem), Some((file_and_line, _))) = (problem, place) {
            return Error::template(format!("templates/{file_and_line}"), problem);
        }
    }
    Error::template("templates", report.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cell::Cell;
    use crate::report::page::{Column, Figure, Section, Table, Tile, blank};

    fn embedded_with(name: &str, text: &str) -> Result<Templates> {
        let mut sources: BTreeMap<String, String> = EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        sources.insert(name.to_owned(), text.to_owned());
        Templates::parse(sources)
    }

    fn embedded() -> Templates {
        Templates::load(Path::new("/nonexistent")).expect("embedded templates parse")
    }

    #[test]
    fn a_syntax_error_names_the_file_and_the_line() {
        let error = embedded_with("market.html", "{% extends \"base.html\" %}\n{% block more %}\n{{ page. }}\n{% endblock %}")
            .expect_err("a broken template");
        assert_eq!(error.fault().place, "templates/market.html:3");
    }

    #[test]
    fn a_value_that_is_not_there_names_the_file_and_the_line() {
        let templates = embedded_with("market.html", "\n\n{{ head.no_such_key }}").expect("a template that parses");
        let error = html(&templates, Kind::Market, &blank()).expect_err("there is no such key");
        assert_eq!(error.fault().place, "templates/market.html:3");
        assert!(matches!(error, Error::Template(_)));
    }

    #[test]
    fn an_unknown_filter_names_the_file_and_the_line() {
        let error =
            embedded_with("credit.html", "{% extends \"base.html\" %}\n{% block title %}{{ 1 | percnt }}{% endblock %}").expect_err("no such filter");
        assert_eq!(error, Error::template("templates/credit.html:2", "Unknown filter `percnt`"));
    }

    #[test]
    fn everything_from_data_is_escaped_and_nothing_is_fetched() {
        let mut page = blank();
        page.head.title = "<script>alert(1)</script>".into();
        let mut table = Table::new("t", "T & co", vec![Column::words("a<b"), Column::numbers("x", "%")]);
        table.rows = vec![vec![Cell::text("<img src=x>"), Cell::Percent(0.0123)], vec![Cell::code("a&b"), Cell::na("fewer than 2 \"days\"")]];
        let mut section = Section::new("s", "\"Quoted\"");
        page.front.tiles =
            vec![Tile { label: "<u>".into(), value: Cell::na("nothing was traded"), comparison: String::new(), n: Some(1_043), mark: None }];
        section.blocks = vec![Block::Table(table), Block::Figure(Figure::new("f", "F", "", "<svg id=\"drawn\"></svg>".into()))];
        page.sections = vec![section];
        page.number();
        let html = html(&embedded(), Kind::Market, &page).expect("a page");

        for raw in ["<script", "<img", "<u>", " src=\"", "<link", "@import", "http:", "https:"] {
            assert!(!html.contains(raw), "`{raw}` must not be in the page");
        }
        for part in ["<svg id=\"drawn\">", "&lt;img src=x&gt;", "1,043", "fewer than 2 &quot;days&quot;", "nothing was traded"] {
            assert!(html.contains(part), "`{part}` must be in the page");
        }
    }
}
