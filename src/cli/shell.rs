//! What a shell and its user look up: completions, the manual, the schemas of what a run writes.

use clap::{CommandFactory as _, ValueEnum};
use clap_complete::{Shell, generate};

use super::args::Args;
use super::{Exit, say_bytes};
use crate::error::{Error, Result};

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Completes {
    /// GNU Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// fish.
    Fish,
}

/// A file of a run that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Schema {
    /// `summary.json`.
    Summary,
    /// `run.json`.
    Run,
}

/// Prints the script that completes `plimsoll` in a shell.
pub(super) fn completions(shell: Completes) -> Result<Exit> {
    let shell = match shell {
        Completes::Bash => Shell::Bash,
        Completes::Zsh => Shell::Zsh,
        Completes::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Args::command(), "plimsoll", &mut script);
    say_bytes(&script)
}

/// Prints the manual page of the program, or of one of its commands.
pub(super) fn man(command: Option<&str>) -> Result<Exit> {
    let mut whole = Args::command();
    // Global options reach the commands, and their names become `plimsoll run`.
    whole.build();
    let told = match command {
        None => whole,
        Some(name) => {
            let names: Vec<String> = whole.get_subcommands().map(|one| one.get_name().to_owned()).collect();
            let found = whole.find_subcommand(name).cloned();
            let unknown = || Error::machine("man", format!("no command `{name}`")).hint(format!("the commands are {}", names.join(", ")));
            let found = found.ok_or_else(unknown)?;
            // A page is found by its title: `man plimsoll-run`.
            found.display_name(format!("plimsoll-{name}"))
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(told).render(&mut page).map_err(|cause| Error::machine("man", cause))?;
    say_bytes(&page)
}

/// Prints the JSON Schema (2020-12) of a file.
pub(super) fn schema(of: Schema) -> Result<Exit> {
    let text = match of {
        Schema::Summary => include_str!("../../docs/schema/summary.schema.json"),
        Schema::Run => include_str!("../../docs/schema/run.schema.json"),
    };
    say_bytes(text.as_bytes())
}
