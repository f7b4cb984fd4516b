//! What `--help` shows: the options of a command with it, and those of the installation once, with the program.

use clap::{Arg, Command, Id};

/// What stands under every command but the program itself.
const ELSEWHERE: &str = "Settings of the installation, such as its database, keys and mail server: `koppelklaar --help`. \
     Each is an option of this command too, and has a name in the environment.";

/// The program with the options of the installation hidden under its commands, which take them all the same.
pub(super) fn shown_once(program: Command) -> Command {
    let general: Vec<Arg> = program.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    let general: Vec<Arg> = general.into_iter().map(|arg| arg.hide(true)).collect();
    program.mut_subcommands(|command| without(command, &general))
}

fn without(command: Command, general: &[Arg]) -> Command {
    // A command may have one of its own under the same name.
    let own: Vec<Id> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let command = command.args(general.iter().filter(|arg| !own.contains(arg.get_id())).cloned()).after_help(ELSEWHERE);
    command.mut_subcommands(|below| without(below, general))
}
