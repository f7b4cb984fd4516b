//! The program of the last release, built from its commit.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The commit of 0.2.0.
const COMMIT: &str = "61cef175";

/// Builds it in a folder of its own, once; the database that it makes is that of the first step of ours.
pub(crate) fn build() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("target/last-release").join(COMMIT);
    let (source, target) = (folder.join("source"), folder.join("target"));
    if !source.join("Cargo.toml").exists() {
        std::fs::create_dir_all(&source).expect("room on the disk");
        let archive = folder.join("source.tar");
        run(Command::new("git").current_dir(here).args(["archive", "-o"]).arg(&archive).arg(COMMIT));
        run(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&source));
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&source).env("CARGO_TARGET_DIR", &target);
    run(cargo.args(["build", "--locked", "--quiet"]));
    target.join("debug/koppelklaar")
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
