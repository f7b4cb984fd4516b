//! The key ring at start: with another one than the database was made with nothing begins, and it says what is wrong.

use crate::support::database::{sql, texts};
use crate::support::on_each_database;
use crate::support::program::Program;

/// What every command that opens an installation is.
const COMMANDS: [&[&str]; 4] = [&["serve"], &["staff", "list"], &["audit", "verify"], &["migrate"]];

/// Runs a test with an installation of its own and three lines for a ring, of which the first is in use; once on each
/// kind of database.
fn with<F: Future<Output = ()>>(test: impl Fn(Program, [String; 3]) -> F) {
    on_each_database(async |kind| {
        let mut program = Program::new(kind).await;
        let line = |id| program.run(&["key", "new", "--id", id]).good().trim().to_owned();
        let lines = ["k1", "k2", "k3"].map(line);
        program.set("KOPPELKLAAR_KEYS", &lines[0]);
        program.run(&["migrate"]).good();
        test(program, lines).await;
    });
}

/// Every command refuses, and the doctor too.
#[track_caller]
fn refused(program: &Program, words: &str) {
    for command in COMMANDS {
        let refusal = program.run(command).refusal();
        assert!(refusal.contains("KOPPELKLAAR_KEYS: ") && refusal.contains(words), "{command:?}: {refusal}");
    }
    let doctor = program.run(&["doctor"]);
    assert!(doctor.out.contains("FAIL  KOPPELKLAAR_KEYS: ") && doctor.out.contains(words), "{doctor:?}");
    doctor.refusal();
}

#[test]
fn another_ring_is_refused_also_when_its_key_has_the_same_name() {
    with(|mut program, [one, two, _]| async move {
        let another = program.run(&["key", "new", "--id", "k1"]).good();

        program.set("KOPPELKLAAR_KEYS", another.trim());
        refused(&program, "these keys are not this database's");
        program.set("KOPPELKLAAR_KEYS", &two);
        refused(&program, "these keys are not this database's");
        program.set("KOPPELKLAAR_KEYS", &one.replace("k1:", "eerste:"));
        refused(&program, "these keys are not this database's: the key `k1` is called `eerste` now");

        program.set("KOPPELKLAAR_KEYS", &one);
        assert_eq!(program.run(&["staff", "list"]).good(), "");
        assert!(program.run(&["doctor"]).good().contains("ok    keys: 1 on the ring\n"));
    });
}

#[test]
fn a_line_is_added_at_the_end_and_the_first_one_stays_where_it_is() {
    with(|mut program, [one, two, three]| async move {
        program.set("KOPPELKLAAR_KEYS", &format!("{one}\n{two}"));
        program.run(&["api-key", "add", "--name", "numo"]).good();

        for ring in [format!("{two}\n{one}"), format!("{three}\n{one}\n{two}"), two.clone()] {
            program.set("KOPPELKLAAR_KEYS", &ring);
            refused(&program, "the first line moved: addresses are looked up with `k1`");
        }

        program.set("KOPPELKLAAR_KEYS", &format!("{one}\n{two}\n{three}"));
        program.run(&["audit", "verify"]).good();
    });
}

#[test]
fn a_key_may_go_only_when_it_signed_nothing() {
    with(|mut program, [one, two, three]| async move {
        program.set("KOPPELKLAAR_KEYS", &format!("{one}\n{two}"));
        program.run(&["api-key", "list"]).good();
        program.set("KOPPELKLAAR_KEYS", &format!("{one}\n{three}"));
        program.run(&["api-key", "add", "--name", "numo"]).good();

        program.set("KOPPELKLAAR_KEYS", &one);

        refused(&program, "the key `k3` is not on the ring, and entries of the audit are signed with it");
    });
}

#[test]
fn a_database_of_before_anything_was_kept_of_its_keys_tells_by_its_rows() {
    with(|mut program, [one, two, _]| async move {
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();
        let url = program.database.url.clone();
        let forget = "DELETE FROM key_fingerprint";
        sql(&url, forget).await;

        program.set("KOPPELKLAAR_KEYS", &two);
        refused(&program, "these keys are not this database's");
        program.set("KOPPELKLAAR_KEYS", &format!("{two}\n{one}"));
        refused(&program, "the first line moved: addresses were looked up with another key");
        assert_eq!(texts(&url, "SELECT id FROM key_fingerprint").await, Vec::<String>::new());

        program.set("KOPPELKLAAR_KEYS", &format!("{one}\n{two}"));
        program.run(&["staff", "list"]).good();

        assert_eq!(texts(&url, "SELECT id FROM key_fingerprint ORDER BY id").await, ["k1", "k2"]);
        let first = texts(&url, "SELECT id FROM key_fingerprint WHERE is_first").await;
        assert_eq!(first, ["k1"]);
    });
}

#[test]
fn what_is_kept_of_a_key_is_no_part_of_it() {
    with(|program, [one, ..]| async move {
        // The whole of it, with its folder.
        let program = &program;
        let kept = texts(&program.database.url, "SELECT fingerprint FROM key_fingerprint").await;

        let key = one.split(':').nth(1).expect("a line has a key");
        assert!(kept.iter().all(|kept| kept.len() == 32 && !key.contains(kept.as_str())), "{kept:?}");
        assert_eq!(kept.len(), 1);
    });
}
