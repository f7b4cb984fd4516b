//! `koppelklaar mail in`, as a mail server runs it: a mail on standard input, and a code that says what to do.

use super::{last_mail, sent, thread};
use crate::bounce_pipe::pipe_to;
use crate::journey::Table;
use crate::support::answers::{self, answer, answer_to};
use crate::support::program::Program;
use crate::support::{TestApp, on_each_database, reports, run_to_failure};

#[test]
fn an_answer_comes_in_once_and_stands_with_the_school() {
    run_to_failure(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let to = sent(&app, &table, "Staat het schuifje aan?").await;
        let mut program = Program::new(app.database.kind).await;
        program.set("KOPPELKLAAR_DATABASE_URL", &app.database.url);
        program.set("KOPPELKLAAR_KEYS", &app.keys_text);
        program.set("KOPPELKLAAR_REPLY_ADDRESS", "antwoord@kurve.nl");
        let mail = answer(answers::GMAIL_NL, &table.school.email, &to);
        let by_id = answer_to(answers::ENGLISH, &table.school.email, &last_mail(&app, &table.school));

        let first = pipe_to("in", &program, &[], mail.as_bytes());
        let again = pipe_to("in", &program, &["--to", &to], mail.as_bytes());
        let other = pipe_to("in", &program, &[], by_id.as_bytes());
        let away = pipe_to("in", &program, &["--to", &to], answer(answers::AWAY, &table.school.email, &to).as_bytes());

        assert_eq!(
            (first.0, again.0, other.0, away.0),
            (Some(0), Some(0), Some(0), Some(0)),
            "{} {}",
            first.1,
            again.1
        );
        assert!(first.1.contains("stands with the school and waits on Kurve"), "{}", first.1);
        assert!(again.1.contains("taken before"), "{}", again.1);
        assert!(away.1.contains("Ignored: "), "{}", away.1);
        for (_, said) in [&first, &again, &other, &away] {
            assert!(
                !said.contains(&table.school.email) && !said.contains("antwoord+") && !said.contains("schuifje"),
                "{said}"
            );
        }
        assert_eq!(thread(&table).await.texts("[data-message=in]").len(), 2);
    });
}

#[test]
fn a_mail_server_learns_what_to_do_with_what_it_brought() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        program.set("KOPPELKLAAR_REPLY_ADDRESS", "antwoord@kurve.nl");
        let forged = format!("antwoord+{}-{}@kurve.nl", "a".repeat(26), "b".repeat(16));
        let mail = |to: &str| answer(answers::ENGLISH, "anna@school.example", to);

        for (message, code, line) in [
            (mail("antwoord@kurve.nl"), 65, "this mail answers no mail of ours; nothing was changed"),
            (mail(&forged), 65, "came to an address that was never given out"),
            (String::new(), 65, "this is no mail"),
            ("x".repeat(45_000_000), 65, "this mail is larger than any that is taken"),
            (reports::OUT_OF_OFFICE.to_owned(), 0, "Ignored: an automatic reply"),
            (reports::POSTFIX_UNKNOWN.to_owned(), 0, "Ignored: a delivery report"),
        ] {
            let (ended, said) = pipe_to("in", &program, &[], message.as_bytes());

            assert_eq!(ended, Some(code), "{said}");
            assert!(said.contains(line), "{said}");
            assert!(!said.contains("anna@school.example") && !said.contains("antwoord+"), "{said}");
        }
        let unmigrated = Program::new(kind).await;
        let (ended, said) = pipe_to("in", &unmigrated, &[], mail(&forged).as_bytes());
        assert_eq!(ended, Some(75), "{said}");
    });
}
