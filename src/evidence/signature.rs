//! SSH signatures of files, as `ssh-keygen -Y sign` makes them and `ssh-keygen -Y verify` checks them.
//!
//! Source: OpenSSH, PROTOCOL.sshsig (2020).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ssh_key::{Algorithm, EcdsaCurve, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::error::{Error, Result};

/// What a signature is for; a signature for another purpose is none.
pub(super) const NAMESPACE: &str = "plimsoll";

/// Who signs: a key in a file that is not encrypted here, any other by way of `ssh-keygen`, which asks for a passphrase, an agent or hardware.
pub(super) enum Key {
    File(Box<PrivateKey>),
    Program { key: PathBuf, public: PublicKey },
}

impl Key {
    /// The key in `path`: a private key, or the public half of one that an agent or a device holds.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let refuse = |problem: String| Error::machine(path.display(), problem).hint("name an SSH key, such as ~/.ssh/id_ed25519");
        if path.extension().is_some_and(|extension| extension == "pub") {
            let public = PublicKey::read_openssh_file(path).map_err(|cause| refuse(format!("is no SSH public key: {cause}")))?;
            return Ok(Self::Program { key: path.to_owned(), public });
        }
        let text = fs::read_to_string(path).map_err(|cause| refuse(format!("cannot be read: {cause}")))?;
        let private = PrivateKey::from_openssh(&text).map_err(|_| {
            refuse("is no private key in OpenSSH's format".to_owned())
                .hint("name an SSH key such as ~/.ssh/id_ed25519; an old PEM key signs by way of its .pub")
        })?;
        let public = private.public_key().clone();
        let is_here = !private.is_encrypted() && is_known(&private.algorithm());
        Ok(if is_here { Self::File(Box::new(private)) } else { Self::Program { key: path.to_owned(), public } })
    }

    /// `SHA256:...`, as `ssh-keygen -l` prints it.
    pub(super) fn fingerprint(&self) -> String {
        let public = match self {
            Self::File(private) => private.public_key(),
            Self::Program { public, .. } => public,
        };
        public.fingerprint(HashAlg::Sha256).to_string()
    }

    /// Signs the file at `path`; the signature is written beside it, as `path.sig`.
    pub(super) fn sign(&self, path: &Path) -> Result<()> {
        match self {
            Self::File(private) => {
                let refuse = |cause: String| Error::machine(path.display(), format!("cannot be signed: {cause}"));
                let document = fs::read(path).map_err(|cause| refuse(cause.to_string()))?;
                let signature = private.sign(NAMESPACE, HashAlg::Sha512, &document).map_err(|cause| refuse(cause.to_string()))?;
                let text = signature.to_pem(LineEnding::LF).map_err(|cause| refuse(cause.to_string()))?;
                fs::write(beside(path), text).map_err(|cause| refuse(cause.to_string()))
            }
            Self::Program { key, .. } => {
                let mut command = Command::new("ssh-keygen");
                command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key).arg(path).stdout(Stdio::null());
                let ended = command.status().map_err(|cause| missing(&cause))?;
                if ended.success() && beside(path).is_file() {
                    return Ok(());
                }
                Err(Error::machine(key.display(), "did not sign: ssh-keygen refused")
                    .hint("its message stands above; is the key in the agent (ssh-add -l), or the device there?"))
            }
        }
    }
}

/// The signature of a file stands beside it.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// The key that signed the file at `path`, by the signature beside it; in words why it is none.
pub(super) fn signer(path: &Path) -> Result<PublicKey, String> {
    let document = fs::read(path).map_err(|cause| format!("cannot be read: {cause}"))?;
    let text = fs::read(beside(path)).map_err(|cause| format!("has no signature: {cause}"))?;
    let signature = SshSig::from_pem(&text).map_err(|cause| format!("has a signature that cannot be read: {cause}"))?;
    if signature.namespace() != NAMESPACE {
        return Err(format!("is signed for `{}`, not for `{NAMESPACE}`", signature.namespace()));
    }
    let public = PublicKey::from(signature.public_key().clone());
    let holds = if is_known(&public.algorithm()) { public.verify(NAMESPACE, &document, &signature).is_ok() } else { holds_by_program(path)? };
    if holds { Ok(public) } else { Err("has a signature that does not hold: it was edited after it was signed".to_owned()) }
}

/// Whether signatures of such keys are made and checked here, and not by `ssh-keygen`.
fn is_known(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Ed25519 | Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 })
}

/// Kinds of keys that are not checked here, such as RSA's, `ssh-keygen` checks.
fn holds_by_program(path: &Path) -> Result<bool, String> {
    let document = fs::File::open(path).map_err(|cause| format!("cannot be read: {cause}"))?;
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "check-novalidate", "-n", NAMESPACE, "-s"]).arg(beside(path)).stdin(document).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.status().map_err(|cause| missing(&cause).fault().problem.clone())?.success())
}

fn missing(cause: &std::io::Error) -> Error {
    Error::machine("ssh-keygen", format!("cannot be started: {cause}"))
        .hint("install OpenSSH, which keys that are encrypted, on a device or not Ed25519 or ECDSA need")
}
