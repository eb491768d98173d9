//! Cut and flipped files: each is refused by name or harmless; numbers change in silence only where pages carry no checksums.
//!
//! A few hundred cases; `PLIMSOLL_LONG=1` tries a thousand of each.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaDataReader, RowGroupMetaData};
use rand_core::RngCore as _;
use rand_pcg::Pcg64;

use plimsoll::error::Result;
use plimsoll::{feature, model, source};

use crate::fixture::{Bars, Project, copy, hashes_of_predictions, repository};

fn n_cases(short: usize) -> usize {
    if std::env::var_os("PLIMSOLL_LONG").is_some() { 1000 } else { short }
}

fn below(generator: &mut Pcg64, n: usize) -> usize {
    (generator.next_u64() % n as u64) as usize
}

/// What became of a broken file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    refused: usize,
    harmless: usize,
    silent_in_pages: usize,
    silent_elsewhere: usize,
}

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Cut(usize),
    Flip(usize),
}

impl Damage {
    /// A third are cut; of the others half lie in the last part, where all that is said of the rows stands.
    fn draw(generator: &mut Pcg64, n_bytes: usize, last_part: usize) -> Self {
        match below(generator, 6) {
            0 | 1 => Self::Cut(below(generator, n_bytes)),
            2 | 3 => Self::Flip(8 * (n_bytes - last_part) + below(generator, 8 * last_part)),
            _ => Self::Flip(below(generator, 8 * (n_bytes - last_part))),
        }
    }

    fn of(self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        match self {
            Self::Cut(end) => bytes.truncate(end),
            Self::Flip(bit) => bytes[bit / 8] ^= 1 << (bit % 8),
        }
        bytes
    }
}

fn rows(path: &Path) -> Result<Vec<Vec<String>>> {
    let tables = source::open_files(&[("t".to_owned(), path.to_owned(), vec![])])?;
    feature::query(&tables, "q.sql", "select * from t")
}

/// Byte ranges of the columns' pages.
fn pages(path: &Path) -> Vec<std::ops::Range<u64>> {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&fs::File::open(path).expect("readable")).expect("a good file");
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    columns.map(ColumnChunkMetaData::byte_range).map(|(start, n)| start..start + n).collect()
}

/// Damages copies of a file and reads them.
#[expect(clippy::print_stdout, reason = "the counts are what is asked")]
fn damaged(file: &Path, seed: u64, n_cases: usize) -> Tally {
    let project = Project::new("damaged");
    let whole = fs::read(file).expect("a good file");
    let good = rows(file).expect("a good file");
    let pages = pages(file);
    let last_part = whole.len() - pages.iter().map(|range| range.end as usize).max().expect("a column");
    let mut generator = Pcg64::new(seed.into(), 3);
    let mut tally = Tally::default();
    for case in 0..n_cases {
        let damage = Damage::draw(&mut generator, whole.len(), last_part);
        let path = project.root.join(format!("data/{case}.parquet"));
        fs::write(&path, damage.of(&whole)).expect("writable");
        let found = catch_unwind(AssertUnwindSafe(|| rows(&path))).unwrap_or_else(|_| panic!("{}: {damage:?} panics", file.display()));
        match found {
            Err(error) => {
                let named = error.to_string().contains(&format!("data/{case}.parquet: "));
                assert!(named, "{}: {damage:?} is refused without the file's name: {error}", file.display());
                tally.refused += 1;
            }
            Ok(found) if found == good => tally.harmless += 1,
            Ok(_) => match damage {
                Damage::Flip(bit) if pages.iter().any(|range| range.contains(&(bit as u64 / 8))) => tally.silent_in_pages += 1,
                Damage::Flip(_) | Damage::Cut(_) => {
                    println!("{}: {damage:?} of {} is silent", file.display(), whole.len());
                    tally.silent_elsewhere += 1;
                }
            },
        }
        fs::remove_file(&path).expect("removable");
    }
    println!("{}: {tally:?}", file.display());
    tally
}

#[test]
fn damaged_parquet_is_refused_or_harmless() {
    let sample = repository().join("data/sample");
    for (seed, name) in (1..).zip(["macro.parquet", "stocks.parquet", "loan_events.parquet"]) {
        let tally = damaged(&sample.join(name), seed, n_cases(120));
        assert_eq!(tally.silent_elsewhere, 0, "{name}: {tally:?}");
        assert!(n_cases(120) / 2 < tally.refused, "{name}: {tally:?}");
    }
}

#[test]
fn no_flipped_bit_is_silent_where_pages_have_checksums() {
    let tally = damaged(&repository().join("tests/corrupt/checksums.parquet"), 7, n_cases(250));
    assert_eq!((tally.silent_in_pages, tally.silent_elsewhere), (0, 0), "{tally:?}");
}

#[test]
fn a_flipped_bit_in_a_page_is_told_with_the_file_and_the_column_and_no_panic_is_shown() {
    let project = Project::new("page");
    let good = repository().join("tests/corrupt/checksums.parquet");
    let whole = fs::read(&good).expect("part of the repository");
    let third = &pages(&good)[2];
    let middle = (third.start + third.end) as usize / 2;
    let path = project.root.join("data/t.parquet");
    fs::write(&path, Damage::Flip(8 * middle).of(&whole)).expect("writable");
    project.write("q.sql", "select * from t");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = program.args(["query", "q.sql", "--table", "t=data/t.parquet", "--root"]).arg(&project.root).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: ") && said.contains("data/t.parquet: column `close` cannot be read after row "), "{said}");
    assert!(said.contains("Page CRC checksum mismatch") && !said.contains("panicked"), "{said}");
}

#[test]
fn a_footer_that_asks_for_more_than_there_is_is_refused() {
    let project = Project::new("footer");
    let whole = fs::read(repository().join("data/sample/stocks.parquet")).expect("part of the repository");
    let path = project.root.join("data/t.parquet");
    let said = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("writable");
        rows(&path).expect_err("it is broken").to_string()
    };
    let with_length = |length: u32| {
        let mut bytes = whole.clone();
        let at = bytes.len() - 8;
        bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
        bytes
    };
    for length in [u32::MAX, 1 << 31, (1 << 31) - 1, whole.len() as u32, whole.len() as u32 - 11] {
        let said = said(&with_length(length));
        assert!(said.contains(&format!("has a broken footer: it is {length} bytes long, in a file of {}", whole.len())), "{said}");
    }
    // Row groups by the billion: a list's size in place of the footer's first field.
    let footer: [u8; 8] = [0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0];
    let bytes = [&b"PAR1"[..], &footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat();
    assert!(said(&bytes).contains("has a broken footer: a list of 2147483647 has 1 bytes left"), "{}", said(&bytes));
}

const SPEC: &str = r#"
title = "A small panel"
kind = "market"
[tables.bars]
path = "data/bars.parquet"
time = "date"
[features]
sql = ["features.sql"]
truncation_dates = 2
[window]
scheme = "rolling"
train = "6mo"
test = "1mo"
[[models]]
name = "first"
kind = "linear"
ask = ["mean"]
"#;

fn project(name: &str, spec: &str) -> Project {
    let project = Project::new(name);
    copy(&repository().join("tests/bad_specs/run/missing_file/features.sql"), &project.root.join("features.sql"));
    project.bars("data/bars.parquet", &Bars::new());
    project.write("spec.toml", spec);
    project
}

#[test]
fn damaged_kept_results_are_made_again() {
    let project = project("kept", SPEC);
    let run = project.run("spec.toml").expect("a good report");
    let good = hashes_of_predictions(&run);
    let work = project.root.join("out/spec/.work");
    let mut generator = Pcg64::new(11, 3);
    for _ in 0..n_cases(60) / 20 {
        let kept = || fs::read_dir(&work).expect("results are kept").map(|entry| entry.expect("readable").path());
        let results: Vec<PathBuf> = kept().filter(|path| path.extension().is_none() && path.is_file()).collect();
        for path in results.iter().chain([&work.join("cuts/known.json")]) {
            let whole = fs::read(path).expect("readable");
            fs::write(path, Damage::draw(&mut generator, whole.len(), whole.len() / 2).of(&whole)).expect("writable");
        }
        fs::write(work.join("runs.json"), "[[").expect("writable");
        fs::remove_dir_all(&run.folder).expect("removable");
        let again = project.run("spec.toml").expect("a good report");
        assert_eq!(hashes_of_predictions(&again), good);
        assert_eq!(again.manifest.machine.n_known, 0, "of {} damaged results", results.len());
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts are what is asked")]
fn damaged_models_are_refused_or_read_and_never_panic() {
    let import = "kind = \"import\"\nask = [\"mean\"]\n[models.params]\npath = \"FILE\"\nformat = \"FORMAT\"";
    for (file, format) in [("xgboost/old.json", "xgboost"), ("lightgbm/binary.txt", "lightgbm")] {
        let name = file.rsplit('/').next().expect("a name");
        let project = project("models", SPEC);
        let data = feature::build_untested(
            &project.root,
            &project.spec("spec.toml").expect("a good spec"),
            &source::open(&project.root, &project.spec("spec.toml").expect("a good spec")).expect("good tables"),
        );
        let data = data.expect("a good view");
        let import = import.replace("FILE", name).replace("FORMAT", format);
        project.write("import.toml", &SPEC.replace("kind = \"linear\"\nask = [\"mean\"]", &import));
        let whole = fs::read(repository().join("tests/golden").join(file)).expect("part of the repository");
        let mut generator = Pcg64::new(13, 3);
        let mut n_refused = 0;
        let n = n_cases(150);
        for _ in 0..n {
            let damage = Damage::draw(&mut generator, whole.len(), whole.len() / 2);
            fs::write(project.root.join(name), damage.of(&whole)).expect("writable");
            let read = || project.spec("import.toml").and_then(|spec| model::admit(&spec, &data));
            // Good trees ask for features that the view does not have, which is told last.
            let error = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| panic!("{file}: {damage:?} panics")).expect_err("no such feature");
            n_refused += usize::from(!error.to_string().contains("which the view does not have"));
        }
        println!("{file}: {n_refused} of {n} refused, the others read");
        assert!(n / 3 < n_refused && n_refused < n, "{n_refused} of {n}");
    }
}
