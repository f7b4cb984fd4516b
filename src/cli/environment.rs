//! The environment: every name of ours in it is a setting.

use std::collections::BTreeSet;

use crate::settings::{UnknownName, find_unknown};
use crate::startup::StartError;

/// The names of ours in the environment that are no setting of the program, whose commands these are.
pub(super) fn find_unknown_names(program: &clap::Command) -> Vec<UnknownName> {
    let mut known = BTreeSet::new();
    gather(program, &mut known);
    find_unknown(std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()), &known)
}

/// Refuses a name of ours that is no setting: what it was meant to set would not be set.
pub(super) fn check(program: &clap::Command) -> Result<(), StartError> {
    match find_unknown_names(program).into_iter().next() {
        Some(unknown) => Err(StartError::new(unknown.to_string())),
        None => Ok(()),
    }
}

/// The names of the settings of a command and of those under it.
fn gather(command: &clap::Command, names: &mut BTreeSet<String>) {
    let settings = command.get_arguments().filter_map(clap::Arg::get_env);
    names.extend(settings.map(|name| name.to_string_lossy().into_owned()));
    command.get_subcommands().for_each(|one| gather(one, names));
}
