//! A run folder is evidence: whatever is edited in it is named, by `verify` and by the next run, and signatures hold for it alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::fixture::{Project, copy, replace, repository};

const REPORT: &str = "loan_default";

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(repository()).output().expect("the program starts")
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A run of the sample's loan report in a folder of its own.
struct Run {
    project: Project,
}

impl Run {
    fn new(name: &str) -> Self {
        let run = Self { project: Project::new(name) };
        let ran = run.again();
        assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", words(&ran));
        run
    }

    fn again(&self) -> Output {
        program(&["run", &format!("reports/{REPORT}.toml"), "--out", &self.out()])
    }

    fn out(&self) -> String {
        self.project.root.display().to_string()
    }

    fn folder(&self) -> PathBuf {
        self.project.root.join(REPORT).join("2020-01-01")
    }

    fn verify(&self, more: &[&str]) -> Output {
        let folder = self.folder().display().to_string();
        program(&[&["verify", folder.as_str()], more].concat())
    }
}

/// Puts back what a forgery changed.
fn restore(from: &Path, to: &Path) {
    fs::remove_dir_all(to).expect("writable");
    copy(from, to);
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("readable");
    assert!(text.contains(from), "{} holds no {from}", path.display());
    replace(path, text.replacen(from, to, 1));
}

/// Every value of the manifest but those of the machine and the program, by its path.
fn values(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                values(value, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

fn other(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) if text.len() == 64 => format!("{}{}", &text[1..], &text[..1]).into(),
        serde_json::Value::String(text) if text == "red" => "green".into(),
        serde_json::Value::String(text) if text.parse::<plimsoll::day::Day>().is_ok() => "2019-01-01".into(),
        serde_json::Value::String(text) => format!("{text}x").into(),
        serde_json::Value::Number(number) => (number.as_u64().unwrap_or(0) + 1).into(),
        serde_json::Value::Null => serde_json::json!(["2019-01-01", "00"]),
        other => panic!("{other} is not edited"),
    }
}

#[test]
fn every_edit_of_a_manifest_is_named() {
    let run = Run::new("manifest-edits");
    let kept = run.project.root.join("kept");
    copy(&run.folder(), &kept);
    let path = run.folder().join("run.json");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("JSON");
    let mut fields = vec![];
    values(&manifest, "", &mut fields);
    fields.retain(|field| !field.starts_with("/machine"));
    assert!(30 < fields.len(), "{fields:?}");
    for field in &fields {
        let mut edited = manifest.clone();
        let value = edited.pointer_mut(field).expect("a field");
        *value = other(value);
        let mut text = serde_json::to_vec_pretty(&edited).expect("JSON");
        text.push(b'\n');
        replace(&path, text);
        let verified = run.verify(&[]);
        assert_eq!(verified.status.code(), Some(1), "{field}: {}", words(&verified));
        assert!(["run.json", "x:", "is gone"].iter().any(|named| words(&verified).contains(named)), "{field}: {}", words(&verified));
    }
    // A line taken out, a line added, a manifest that is written otherwise.
    restore(&kept, &run.folder());
    let name = "models/gbdt.json";
    let mut without = manifest.clone();
    without["outputs"].as_object_mut().expect("outputs").remove(name);
    replace(&path, serde_json::to_vec_pretty(&without).expect("JSON"));
    let told = words(&run.verify(&[]));
    assert!(told.contains("models/gbdt.json is no file of the run") && told.contains("models/gbdt.json is not named in run.json"), "{told}");
    for (what, text) in [("added", format!("{{\"more\": 1, {}", &manifest.to_string()[1..])), ("compact", manifest.to_string())] {
        replace(&path, text);
        assert_eq!(run.verify(&[]).status.code(), Some(1), "{what}");
    }
}

#[test]
fn every_edit_of_a_file_is_named_and_none_is_believed_by_the_next_run() {
    let run = Run::new("file-edits");
    let kept = run.project.root.join("kept");
    copy(&run.folder(), &kept);
    let manifest = plimsoll::manifest::Manifest::read(&run.folder()).expect("a manifest");
    // Of the forecasts the last file stands for all: a verification takes seconds.
    let last = manifest.outputs.keys().rfind(|name| name.starts_with("predictions/")).expect("forecasts");
    let files = manifest.outputs.keys().filter(|name| *name == last || !name.starts_with("predictions/"));
    for name in files.map(String::as_str).chain(["attestation.json"]) {
        let path = run.folder().join(name);
        let bytes = fs::read(&path).expect("a file of the run");
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        for (what, content) in [("a flipped bit", Some(flipped)), ("a cut", Some(bytes[..bytes.len() - 1].to_vec())), ("nothing", None)] {
            match content {
                Some(content) => replace(&path, content),
                None => fs::remove_file(&path).expect("writable"),
            }
            let told = words(&run.verify(&[]));
            assert!(told.contains("does not verify") && told.contains(name), "{what} in {name}: {told}");
            let _ = fs::remove_file(&path);
            fs::write(&path, &bytes).expect("writable");
        }
    }
    fs::write(run.folder().join("notes.html"), "more").expect("writable");
    assert!(words(&run.verify(&[])).contains("notes.html is no file of the run"));
    fs::remove_file(run.folder().join("notes.html")).expect("writable");
    std::os::unix::fs::symlink("report.html", run.folder().join("page.html")).expect("writable");
    assert!(words(&run.verify(&[])).contains("page.html is a link"));
    fs::remove_file(run.folder().join("page.html")).expect("writable");

    // The next run takes its exit code from what it hashed: an edited folder is made again, and the edited one kept aside.
    edit(&run.folder().join("run.json"), "\"n_breached\": 2", "\"n_breached\": 0");
    let ran = run.again();
    assert_eq!(ran.status.code(), Some(3), "{}", words(&ran));
    assert!(!words(&ran).contains("unchanged"), "{}", words(&ran));
    assert_eq!(run.verify(&[]).status.code(), Some(0));
    edit(&run.folder().join("report.html"), "limits breached", "limits kept");
    let ran = run.again();
    assert!(words(&ran).contains("2020-01-01.replaced-1: kept aside"), "{}", words(&ran));
    assert!(fs::read_to_string(run.project.root.join(REPORT).join("2020-01-01.replaced-1/report.html")).expect("kept").contains("limits kept"));
    assert_eq!(run.verify(&[]).status.code(), Some(0));
}

#[test]
fn the_index_and_what_changed_read_no_run_that_was_edited() {
    let run = Run::new("edited-before");
    let index = || fs::read_to_string(run.project.root.join("index.html")).expect("an index");
    let digest = words(&run.again()).split_whitespace().find(|word| word.len() == 64).expect("a digest").to_owned();
    assert!(index().contains(&digest) && index().contains("2 of 4 limits breached"));
    edit(&run.folder().join("run.json"), "\"n_breached\": 2", "\"n_breached\": 0");
    let later = program(&["run", &format!("reports/{REPORT}.toml"), "--as-of", "2020-02-01", "--out", &run.out()]);
    assert_eq!(later.status.code(), Some(1), "{}", words(&later));
    assert!(words(&later).contains("run.json: says of the run what summary.json does not"), "{}", words(&later));
    assert!(index().contains("Not to be believed: run.json") && !index().contains(&digest), "{}", index());
}

/// An Ed25519 key of its own, and the line of it in an allowed_signers file.
fn key(project: &Project, name: &str, options: &str) -> (String, String) {
    let path = project.root.join(name);
    let mut seed = [0_u8; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    let pair = ssh_key::private::Ed25519Keypair::from_seed(&seed);
    let private = ssh_key::PrivateKey::from(pair);
    let text = private.to_openssh(ssh_key::LineEnding::LF).expect("a key");
    fs::write(&path, text.as_bytes()).expect("writable");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("writable");
    let public = private.public_key().to_openssh().expect("a key");
    (path.display().to_string(), format!("{name}@bank.example {options} {public}\n"))
}

#[test]
fn a_signature_holds_for_one_run_and_one_key() {
    let run = Run::new("signed");
    let (alice, alice_line) = key(&run.project, "alice", "");
    let (_, bob_line) = key(&run.project, "bob", "");
    let signers = run.project.root.join("allowed_signers");
    let check = |lines: &str, more: &[&str]| {
        fs::write(&signers, lines).expect("writable");
        let path = signers.display().to_string();
        run.verify(&[&["--signers", path.as_str()], more].concat())
    };
    assert!(words(&check(&alice_line, &[])).contains("nobody has signed the run"));
    let folder = run.folder().display().to_string();
    let signed = program(&["sign", &folder, "--as", "reviewed", "--key", &alice, "--remark", "PDs are too low"]);
    assert_eq!(signed.status.code(), Some(0), "{}", words(&signed));
    let told = words(&check(&alice_line, &[]));
    assert!(told.contains("reviewed-1  alice@bank.example") && told.contains("PDs are too low"), "{told}");
    assert!(fs::read_to_string(run.project.root.join("index.html")).expect("an index").contains("reviewed by key SHA256:"));

    // Another's key, an expired one, one for other things, none at all.
    assert!(words(&check(&bob_line, &[])).contains("allowed_signers does not list"));
    let (_, expired) = key(&run.project, "alice", "valid-before=\"20200101Z\"");
    assert!(words(&check(&expired, &[])).contains("which expired on 2020-01-01 00:00:00 UTC"));
    assert_eq!(check(&expired, &["--at", "2019-12-31"]).status.code(), Some(0));
    let (_, git) = key(&run.project, "alice", "namespaces=\"git\"");
    assert!(words(&check(&git, &[])).contains("may sign for git only"));
    assert!(words(&check("alice@bank.example", &[])).contains("allowed_signers:1: holds no SSH public key"));

    // An approval is made of a review, and two reviews of one.
    let signatures = run.folder().join("signatures");
    for (name, expected) in
        [("approved-1", "signatures/approved-1 holds a sign-off as reviewed"), ("reviewed-2", "signatures/reviewed-2 is a copy of reviewed-1")]
    {
        copy(&signatures.join("reviewed-1"), &signatures.join(name));
        let told = words(&check(&alice_line, &[]));
        assert!(told.contains("does not verify") && told.contains(expected), "{told}");
        fs::remove_dir_all(signatures.join(name)).expect("writable");
    }
    assert!(words(&check(&alice_line, &["--require", "approved"])).contains("nobody has signed the run as approved"));
    let (_, pattern) = key(&run.project, "alice", "namespaces=\"git,plim*\"");
    assert_eq!(check(&pattern, &["--require", "reviewed"]).status.code(), Some(0));
    fs::create_dir_all(signatures.join("attached")).expect("writable");
    fs::write(signatures.join("attached/scan.pdf"), "a scan").expect("writable");
    assert_eq!(check(&alice_line, &[]).status.code(), Some(0));

    // A signed day is copied over another.
    let other = run.project.root.join(REPORT).join("2020-03-01");
    copy(&run.folder(), &other);
    let told = words(&program(&["verify", &other.display().to_string()]));
    assert!(told.contains("is of the run of 2020-01-01, which does not belong here"), "{told}");
    fs::remove_dir_all(&other).expect("writable");

    // The sign-off is edited.
    let document = run.folder().join("signatures/reviewed-1/sign-off.json");
    edit(&document, "too low", "right");
    assert!(words(&check(&alice_line, &[])).contains("sign-off.json has a signature that does not hold"));
    edit(&document, "right", "too low");

    // A forger edits the report, and makes everything else again: hashes, manifest, attestation.
    forge(&run.folder());
    assert!(words(&check(&alice_line, &[])).contains("signs another run or another state of it"));

    // A signed folder is never deleted.
    fs::remove_file(run.folder().join("book.parquet")).expect("writable");
    let ran = run.again();
    assert!(words(&ran).contains("2020-01-01.replaced-1: kept aside"), "{}", words(&ran));
    assert!(run.project.root.join(REPORT).join("2020-01-01.replaced-1/signatures/reviewed-1/sign-off.json").is_file());
}

/// Edits the report and makes its hash, the manifest and the attestation again.
fn forge(folder: &Path) {
    use plimsoll::digest::sha256_file;
    use plimsoll::evidence::{Kept, attestation};
    let kept = Kept::read(folder).expect("a whole run");
    edit(&folder.join("report.html"), "limits breached", "limits kept");
    let mut manifest = kept.manifest;
    manifest.outputs.insert("report.html".to_owned(), sha256_file(&folder.join("report.html")).expect("readable"));
    replace(&folder.join("run.json"), manifest.json());
    let summary = fs::read(folder.join("summary.json")).expect("readable");
    replace(&folder.join("attestation.json"), attestation(&manifest, &summary, kept.before).expect("a summary"));
    assert!(Kept::read(folder).is_ok(), "the forgery is consistent");
}

#[test]
#[cfg_attr(not(ssh_keygen), ignore = "there is no ssh-keygen")]
fn ssh_keygen_alone_checks_a_sign_off() {
    let run = Run::new("keygen");
    let (alice, line) = key(&run.project, "alice", "namespaces=\"plimsoll\"");
    let signers = run.project.root.join("allowed_signers");
    fs::write(&signers, line).expect("writable");
    let folder = run.folder().display().to_string();
    let signed = program(&["sign", &folder, "--as", "approved", "--key", &alice]);
    assert_eq!(signed.status.code(), Some(0), "{}", words(&signed));
    // By the public half, ssh-keygen signs; here it finds the private half beside.
    let public = format!("{alice}.pub");
    let half = ssh_key::PrivateKey::read_openssh_file(Path::new(&alice)).expect("a key").public_key().to_openssh().expect("a key");
    fs::write(&public, half).expect("writable");
    let signed = program(&["sign", &folder, "--as", "prepared", "--key", &public]);
    assert_eq!(signed.status.code(), Some(0), "{}", words(&signed));
    // Kinds of keys that are not known here sign and are checked by way of ssh-keygen.
    for (kind, bits, role) in [("ecdsa", "384", "reviewed"), ("rsa", "2048", "approved")] {
        let path = run.project.root.join(kind).display().to_string();
        let made = Command::new("ssh-keygen").args(["-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f", &path]).status().expect("it starts");
        assert!(made.success());
        let line = fs::read_to_string(format!("{path}.pub")).expect("a key");
        fs::write(&signers, format!("{}bob@bank.example {line}", fs::read_to_string(&signers).expect("there"))).expect("writable");
        let signed = program(&["sign", &folder, "--as", role, "--key", &path]);
        assert_eq!(signed.status.code(), Some(0), "{kind}: {}", words(&signed));
    }
    let verified = run.verify(&["--signers", &signers.display().to_string()]);
    assert_eq!(verified.status.code(), Some(0), "{}", words(&verified));
    assert!(words(&verified).contains("4 signatures by allowed signers"), "{}", words(&verified));
    let check = |name: &str| {
        let document = run.folder().join("signatures").join(name).join("sign-off.json");
        let mut command = Command::new("ssh-keygen");
        command.args(["-Y", "verify", "-n", "plimsoll", "-I", "alice@bank.example", "-f"]).arg(&signers);
        command.arg("-s").arg(format!("{}.sig", document.display())).stdin(fs::File::open(&document).expect("readable"));
        command.output().expect("it starts").status.success()
    };
    assert!(check("approved-1") && check("prepared-1"));
    edit(&run.folder().join("signatures/approved-1/sign-off.json"), "approved", "reviewed");
    assert!(!check("approved-1"));
}

#[test]
fn the_attestation_is_an_in_toto_statement_over_every_file() {
    use base64::Engine as _;
    let run = Run::new("statement");
    let envelope: serde_json::Value = serde_json::from_slice(&fs::read(run.folder().join("attestation.json")).expect("there")).expect("JSON");
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
    let payload = base64::engine::general_purpose::STANDARD.decode(envelope["payload"].as_str().expect("text")).expect("base64");
    let statement: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    let subjects = statement["subject"].as_array().expect("subjects");
    let mut files = plimsoll::evidence::files(&run.folder()).expect("listed");
    files.retain(|(name, _)| name != "attestation.json");
    assert_eq!(subjects.len(), files.len());
    for subject in subjects {
        let name = subject["name"].as_str().expect("a name");
        let hash = plimsoll::digest::sha256_file(&run.folder().join(name)).expect("readable");
        assert_eq!(subject["digest"]["sha256"], hash, "{name}");
    }
    assert_eq!(statement["predicate"]["verdict"]["n_breached"], 2);
    assert_eq!(statement["predicate"]["previous"], serde_json::Value::Null);
    // The next run names this one.
    let first = plimsoll::evidence::Kept::read(&run.folder()).expect("whole");
    program(&["run", &format!("reports/{REPORT}.toml"), "--as-of", "2020-02-01", "--out", &run.out()]);
    let second = plimsoll::evidence::Kept::read(&run.project.root.join(REPORT).join("2020-02-01")).expect("whole");
    assert_eq!(second.before, Some(first.link()));
}
