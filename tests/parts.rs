//! A next night writes what is new: what two runs hold alike is on the disk once, and each run folder is whole by itself all the same.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use plimsoll::day::Day;
use plimsoll::evidence::{Kept, attestation, problems};
use plimsoll::folder::ReportFolder;
use plimsoll::manifest::Manifest;
use plimsoll::run::Ran;

use crate::fixture::{Bars, Project, Silent, copy, predictions, replace};

/// Three years of bars, which are the same pattern three times over.
pub(crate) fn project(name: &str) -> Project {
    let project = crate::night::project(name);
    let (one, mut all) = (Bars::new(), Bars::new());
    for year in 1..3 {
        // 364 days are whole weeks: weekdays stay weekdays.
        all.date.extend(one.date.iter().map(|day| day.plus_days(364 * year)));
        all.ticker.extend(one.ticker.iter().cloned());
        all.close.extend(&one.close);
        all.volume.extend(&one.volume);
    }
    project.bars("data/bars.parquet", &all);
    project
}

/// Runs the report as of a day.
pub(crate) fn run(project: &Project, as_of: &str) -> plimsoll::error::Result<Ran> {
    let mut spec = project.spec("kept.toml").expect("a good spec");
    spec.as_of = Some(as_of.parse::<Day>().expect("a day"));
    plimsoll::run::run(&project.root, &project.root.join("reports"), &spec, &Silent)
}

fn names(run: &Path) -> Vec<String> {
    predictions(run).iter().map(|path| path.file_name().expect("a name").display().to_string()).collect()
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("there").ino()
}

/// Whether a run made from scratch has the bytes of this one, and the folder holds no others.
fn verifies(project: &Project, ran: &Ran) -> bool {
    let mut spec = project.spec("kept.toml").expect("a good spec");
    spec.as_of = Some(ran.manifest.as_of.parse().expect("a day"));
    let made = plimsoll::run::again(&project.root, &ran.folder, &spec, &Silent).expect("a run from scratch");
    made.manifest.outputs == ran.manifest.outputs && problems(&ran.folder, &ran.manifest).expect("listed").is_empty()
}

#[test]
fn a_next_night_shares_what_it_leaves_as_it_was_and_each_run_is_whole_by_itself() {
    let project = project("parts");
    let first = run(&project, "2020-09-15").expect("a run");
    let second = run(&project, "2020-09-16").expect("the next night");
    assert_eq!(names(&first.folder), ["2018.parquet", "2019.parquet", "2020.parquet"]);
    assert_eq!(names(&second.folder), names(&first.folder));
    let is_shared = |name: &str| inode(&first.folder.join(name)) == inode(&second.folder.join(name));
    assert!(is_shared("predictions/2018.parquet") && is_shared("predictions/2019.parquet"));
    for name in ["predictions/2020.parquet", "report.html", "summary.json", "run.json", "attestation.json"] {
        assert!(!is_shared(name), "{name}");
    }
    for ran in [&first, &second] {
        assert!(verifies(&project, ran), "{}", ran.manifest.as_of);
        let files = plimsoll::evidence::files(&ran.folder).expect("listed");
        let writable = |name: &String| !fs::metadata(ran.folder.join(name)).expect("there").permissions().readonly();
        assert_eq!(files.iter().find(|(name, _)| writable(name)), None);
    }
    // A copy of one folder, and the loss of the other.
    let alone = project.root.join("alone/2020-09-16");
    copy(&second.folder, &alone);
    fs::remove_dir_all(&first.folder).expect("removable");
    for folder in [&alone, &second.folder] {
        let kept = Kept::read(folder).expect("whole");
        assert!(problems(folder, &kept.manifest).expect("listed").is_empty());
    }
    // A run between two others, or before the first, takes from the one after it.
    let earlier = run(&project, "2020-09-14").expect("a run");
    assert_eq!(inode(&earlier.folder.join("predictions/2018.parquet")), inode(&second.folder.join("predictions/2018.parquet")));
}

#[test]
fn a_file_that_was_edited_is_never_shared() {
    let project = project("parts-edited");
    let first = run(&project, "2020-09-15").expect("a run");
    let second = run(&project, "2020-09-16").expect("the next night");
    // Replaced in the second alone: it is made again from the first, and the edited folder is kept aside.
    let edited = second.folder.join("predictions/2019.parquet");
    replace(&edited, "edited");
    let again = run(&project, "2020-09-16").expect("the same night");
    assert_eq!(again.manifest.outputs, second.manifest.outputs);
    assert!(again.told.iter().any(|words| words.contains("2020-09-16.replaced-1: kept aside")), "{:?}", again.told);
    assert_eq!(inode(&edited), inode(&first.folder.join("predictions/2019.parquet")));
    assert!(verifies(&project, &again));
    // In the one before: it is not compared with.
    replace(&first.folder.join("predictions/2019.parquet"), "edited");
    let refused = run(&project, "2020-09-17").err();
    assert!(refused.is_none(), "the run of the 16th stands between: {refused:?}");
    replace(&edited, "edited");
    fs::remove_dir_all(project.root.join("reports/kept/2020-09-17")).expect("removable");
    let refused = run(&project, "2020-09-17").expect_err("what it is compared with was edited");
    assert!(refused.to_string().contains("predictions/2019.parquet is not the file that the run wrote"), "{refused}");
}

#[test]
fn a_file_is_believed_by_its_rows_and_not_by_its_name() {
    let project = project("parts-forged");
    let first = run(&project, "2020-09-15").expect("a run");
    let good = first.manifest.outputs["predictions/2019.parquet"].clone();
    // A forger lays another year's rows under the name, and makes hash, manifest and attestation again.
    let other = fs::read(first.folder.join("predictions/2018.parquet")).expect("there");
    forge(&first.folder, "predictions/2019.parquet", &other);
    let second = run(&project, "2020-09-16").expect("the forgery is consistent");
    assert_eq!(second.manifest.outputs["predictions/2019.parquet"], good);
    assert!(verifies(&project, &second));
}

fn forge(folder: &Path, name: &str, bytes: &[u8]) {
    let kept = Kept::read(folder).expect("a whole run");
    replace(&folder.join(name), bytes);
    let mut manifest: Manifest = kept.manifest;
    manifest.outputs.insert(name.to_owned(), plimsoll::digest::sha256(bytes));
    replace(&folder.join("run.json"), manifest.json());
    let summary = fs::read(folder.join("summary.json")).expect("there");
    replace(&folder.join("attestation.json"), attestation(&manifest, &summary, kept.before).expect("a summary"));
}

#[test]
fn what_a_killed_run_left_goes_without_the_files_that_it_shares() {
    let project = project("parts-killed");
    let first = run(&project, "2020-09-15").expect("a run");
    let report = first.folder.parent().expect("a folder").to_owned();
    // Killed while it wrote: some files are linked, one is half.
    let half = report.join(".new-2020-09-16");
    fs::create_dir_all(half.join("predictions")).expect("writable");
    for name in ["predictions/2018.parquet", "predictions/2019.parquet"] {
        fs::hard_link(first.folder.join(name), half.join(name)).expect("a file system with links");
    }
    fs::write(half.join("predictions/2020-01.parquet"), "half").expect("writable");
    drop(ReportFolder::lock(&project.root.join("reports"), "kept").expect("free"));
    assert!(!half.exists());
    assert!(problems(&first.folder, &first.manifest).expect("listed").is_empty());
    let second = run(&project, "2020-09-16").expect("the next night");
    assert!(verifies(&project, &second));
    let left: Vec<PathBuf> = fs::read_dir(&report).expect("readable").flatten().map(|entry| entry.path()).collect();
    assert!(left.iter().all(|path| !path.display().to_string().contains("replaced")), "{left:?}");
}
