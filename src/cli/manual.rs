//! What is made of the command line itself, for packages: man pages, completions, and an example of the environment.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command};
use clap_complete::Shell;

use super::help;
use crate::startup::StartError;

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The folder for the pages, which is made
    dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// For which shell
    shell: Shell,
}

/// Writes a man page for each command.
pub(super) fn write_pages(program: Command, args: &ManArgs) -> Result<(), StartError> {
    let cannot = |error: io::Error| StartError::new(format!("{} cannot be used ({error})", args.dir.display()));
    std::fs::create_dir_all(&args.dir).map_err(cannot)?;
    let mut program = help::shown_once(program).disable_help_subcommand(true);
    program.build();
    write_page(program, &args.dir).map_err(cannot)
}

fn write_page(command: Command, dir: &Path) -> io::Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    let below: Vec<Command> = command.get_subcommands().cloned().collect();
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    clap_mangen::Man::new(command).render(&mut std::fs::File::create(dir.join(format!("{name}.1")))?)?;
    below.into_iter().try_for_each(|one| write_page(one, dir))
}

/// Prints what a shell reads to complete commands.
pub(super) fn print_completions(program: Command, args: &CompletionsArgs) {
    clap_complete::generate(args.shell, &mut help::shown_once(program), "koppelklaar", &mut io::stdout());
}

/// Every setting with what it is for and what it is when it is not set, for a file with the environment of the service.
pub(super) fn example(program: &Command) -> String {
    let mut text =
        "# The settings of koppelklaar, as an environment: for systemd (EnvironmentFile), containers, and a shell.\n\
        # Made by `koppelklaar example-env`. A line without # is set; `koppelklaar --help` says the same.\n"
            .to_owned();
    let serve = program.find_subcommand("serve");
    for setting in program.get_arguments().chain(serve.into_iter().flat_map(Command::get_arguments)) {
        let Some(name) = setting.get_env() else { continue };
        let help = setting.get_help().map(ToString::to_string).unwrap_or_default();
        let values = of_setting(setting);
        let choice = if values.is_empty() { String::new() } else { format!(" [{}]", values.join(", ")) };
        let default = setting.get_default_values().first().map(|value| value.to_string_lossy()).unwrap_or_default();
        text.push('\n');
        for line in wrapped(&format!("{help}{choice}")) {
            writeln!(text, "# {line}").expect("a text grows");
        }
        writeln!(text, "#{}={default}", name.to_string_lossy()).expect("a text grows");
    }
    text
}

/// The values that a setting may have, where they are few.
fn of_setting(setting: &Arg) -> Vec<String> {
    let values = setting.get_possible_values();
    values.into_iter().map(|value| value.get_name().to_owned()).collect()
}

/// Lines of a text that fit beside one another on a screen.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + word.chars().count() < 100 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
