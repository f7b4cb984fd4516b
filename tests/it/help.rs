//! What `--help` shows: the options of a command with it, and those of the installation once.

use crate::support::program::Program;
use crate::support::{DatabaseKind, block_on};

#[test]
fn the_help_of_a_command_shows_its_own_options_and_where_the_others_are() {
    block_on(async {
        let program = Program::new(DatabaseKind::Sqlite).await;
        let general = "--database-url";
        assert!(program.run(&["--help"]).good().contains(general));
        for command in [&["serve"][..], &["staff"], &["staff", "add"], &["optie-b", "convert"], &["doctor"]] {
            let help = program.run(&[command, &["--help"]].concat()).good();
            let short = program.run(&[command, &["-h"]].concat()).good();

            for text in [&help, &short] {
                assert!(!text.contains(general), "{command:?}: {text}");
                assert!(text.contains("`koppelklaar --help`"), "{command:?}: {text}");
            }
        }
        // They are taken there all the same, and before it.
        let refusals = [
            &["doctor", "--check", "soms"][..],
            &["--check", "soms", "staff", "list"],
            &["staff", "list", "--check", "soms"],
        ];
        for arguments in refusals {
            assert!(program.run(arguments).refusal().contains("'soms' for '--check"), "{arguments:?}");
        }
    });
}
