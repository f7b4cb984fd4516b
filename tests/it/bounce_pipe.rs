//! `koppelklaar mail bounce`, as a mail server runs it: a message on standard input, and a code that says what to do.

use std::io::Write;
use std::process::Stdio;

use crate::bounces::{is_marked, sent};
use crate::support::answers::{self, answer};
use crate::support::database::texts;
use crate::support::program::Program;
use crate::support::{on_each_database, reports, run_to_failure};

/// Runs the command with a message; the code it ends with and everything it said.
fn pipe(program: &Program, arguments: &[&str], message: &[u8]) -> (Option<i32>, String) {
    pipe_to("bounce", program, arguments, message)
}

/// The same for one of the commands that take a message.
pub(crate) fn pipe_to(name: &str, program: &Program, arguments: &[&str], message: &[u8]) -> (Option<i32>, String) {
    let mut command = program.command(&[&["mail", name], arguments].concat());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(message).expect("the message is read to its end");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("panicked"), "{said}");
    (output.status.code(), said)
}

#[test]
fn a_mail_server_learns_what_to_do_with_what_it_brought() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        program.set("KOPPELKLAAR_BOUNCE_ADDRESS", "bounces@kurve.nl");
        let id = "<01890000-0000-7000-8000-000000000000@127.0.0.1>";
        let unknown = reports::to(reports::POSTFIX_UNKNOWN, "bounces@kurve.nl", id);
        let forged = format!("bounces+{}-{}@kurve.nl", "a".repeat(26), "b".repeat(16));

        for (arguments, message, code, line) in [
            (vec![], unknown.clone(), 65, "this report is about no mail in the outbox; nothing was changed"),
            (vec!["--to", forged.as_str()], unknown.clone(), 65, "came to an address that was never given out"),
            (vec![], reports::SPAM.to_owned(), 65, "this is no delivery report; nothing was changed"),
            (vec![], String::new(), 65, "this is no delivery report"),
            (vec![], "x".repeat(8_000_000), 65, "this is no delivery report"),
            (vec![], reports::OUT_OF_OFFICE.to_owned(), 0, "Ignored: an automatic reply"),
        ] {
            let (ended, said) = pipe(&program, &arguments, message.as_bytes());

            assert_eq!(ended, Some(code), "{said}");
            assert!(said.contains(line), "{said}");
            assert!(!said.contains("anna@school.example") && !said.contains("bounces+"), "{said}");
        }
    });
}

#[test]
fn a_report_that_an_address_does_not_exist_marks_it_and_asks_kurve_for_another() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let report = reports::about(reports::POSTFIX_UNKNOWN, &mail);
        let mut program = Program::new(app.database.kind).await;
        program.set("KOPPELKLAAR_DATABASE_URL", &app.database.url);
        program.set("KOPPELKLAAR_KEYS", &app.keys_text);
        program.set("KOPPELKLAAR_BOUNCE_ADDRESS", "bounces@kurve.nl");
        let was_marked = is_marked(&app, &school.email).await;

        let first = pipe(&program, &[], report.as_bytes());
        let again = pipe(&program, &["--to", &mail.from], report.as_bytes());

        assert_eq!((first.0, again.0), (Some(0), Some(0)), "{} {}", first.1, again.1);
        assert!(first.1.contains("Mail does not arrive at this address"), "{}", first.1);
        assert!(again.1.contains("Nothing to do"), "{}", again.1);
        assert!(!first.1.contains(&school.email) && !first.1.contains("bounces+"), "{}", first.1);
        assert!(!was_marked && is_marked(&app, &school.email).await);
        let asked = texts(&app.database.url, "SELECT kind FROM outbox WHERE kind = 'address_bounced'").await;
        assert_eq!(asked.len(), 1, "{asked:?}");
        // The program goes by the time of its own, so the row may wait for the clock of this test.
        let waiting = texts(&app.database.url, "SELECT kind FROM work_item WHERE kind = 'address'").await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
    });
}

#[test]
fn an_answer_that_comes_to_the_address_for_reports_ends_well_and_reaches_kurve() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = sent(&app, &school, "1").await;
        let mut program = Program::new(app.database.kind).await;
        program.set("KOPPELKLAAR_DATABASE_URL", &app.database.url);
        program.set("KOPPELKLAAR_KEYS", &app.keys_text);
        program.set("KOPPELKLAAR_BOUNCE_ADDRESS", "bounces@kurve.nl");
        let silent = "Subject: Re: uw mail\nDate: Mon, 30 Nov 2026 09:58:30 +0100\n\n";

        for (message, line) in [
            (answer(answers::AWAY, &school.email, &mail.from), "stands with the school and waits on Kurve"),
            (answer(answers::ENGLISH, &school.email, &mail.from), "stands with the school and waits on Kurve"),
            (answer(answers::ENGLISH, &school.email, &mail.from), "Nothing to do"),
            (format!("From: {}\n{silent}", school.email), "Ignored: an answer without text and files."),
        ] {
            let (ended, said) = pipe(&program, &["--to", &mail.from], message.as_bytes());

            assert_eq!(ended, Some(0), "{said}");
            assert!(said.contains(line) && !said.contains(&school.email) && !said.contains("bounces+"), "{said}");
        }
        let waiting = texts(&app.database.url, "SELECT kind FROM work_item WHERE kind = 'reply'").await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        assert!(!is_marked(&app, &school.email).await);
    });
}

#[test]
fn trouble_of_ours_makes_the_mail_server_keep_the_message() {
    on_each_database(async |kind| {
        let program = Program::new(kind).await;

        // The database was never migrated.
        let (ended, said) = pipe(&program, &[], reports::POSTFIX_UNKNOWN.as_bytes());

        assert_eq!(ended, Some(75), "{said}");
        assert!(said.contains("`koppelklaar migrate`"), "{said}");
    });
}

#[test]
fn a_command_line_or_a_setting_that_is_wrong_is_trouble_of_ours_too() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;

        let (option, said_of_option) = pipe(&program, &["--from", "x"], b"");
        let (help, _) = pipe(&program, &["--help"], b"");
        let other = program.run(&["migrate", "--from", "x"]).code;
        program.set("KOPPELKLAAR_LOG_FORMAT", "nonsense");
        let (setting, said_of_setting) = pipe(&program, &[], b"");

        assert_eq!((option, help, other, setting), (Some(75), Some(0), Some(2), Some(75)));
        assert!(said_of_option.contains("--from"), "{said_of_option}");
        assert!(said_of_setting.contains("KOPPELKLAAR_LOG_FORMAT") || said_of_setting.contains("--log-format"));
    });
}
