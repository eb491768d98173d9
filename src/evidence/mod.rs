//! Evidence: what makes a run folder one that can be held against its maker.
//!
//! `run.json` holds the hash of every file that the run wrote; `attestation.json` holds them again, with `run.json`'s, in a form that other
//! tools read; sign-offs below `signatures/` sign the attestation. A folder is believed only where all of these agree.

mod content;
mod finding;
mod kept;
mod sign_off;
mod signature;
mod signers;
mod statement;

pub use content::{SIGNATURES, TIMESTAMP, files};
pub use finding::{Finding, Origin};
pub use kept::{Kept, SUMMARY, edited, edited_of, problems};
pub use sign_off::{Role, SignOff, SignedBy, Timestamp, sign, sign_offs};
pub use signers::Signers;
pub use statement::{ATTESTATION, LimitState, Link, attestation};
