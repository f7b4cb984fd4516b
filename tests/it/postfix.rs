//! Mail that comes back by a Postfix that is set with the files of `contrib/postfix`.

use koppelklaar::store::mail::outbox::{self, MailStatus};

use crate::bounces::{is_marked, sent};
use crate::support::answers::{self, answer};
use crate::support::postfix::{Postfix, hand_over};
use crate::support::{DatabaseKind, TestApp, block_on, reports};

#[test]
fn postfix_brings_reports_and_answers_and_refuses_other_receivers() {
    block_on(async {
        let app = TestApp::start(DatabaseKind::Sqlite).await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mails = [sent(&app, &school, "1").await, sent(&app, &school, "2").await, sent(&app, &school, "3").await];
        let mails_left = app.database.folder.path().join("mails").display().to_string();
        let settings = [
            ("KOPPELKLAAR_DATABASE_URL", app.database.url.as_str()),
            ("KOPPELKLAAR_MAIL_DIR", mails_left.as_str()),
            ("KOPPELKLAAR_KEYS", app.keys_text.as_str()),
            ("KOPPELKLAAR_BOUNCE_ADDRESS", "bounces@kurve.nl"),
        ];
        let Some(postfix) = Postfix::start(&settings) else { return };
        hand_over(app.database.folder.path());
        let status = async |at: usize| {
            let id = mails[at].message_id.trim_start_matches('<').split('@').next().expect("a first part");
            let id = id.parse().expect("an id");
            outbox::find(app.context().db.reader(), id).await.expect("the store answers").expect("it is there").status
        };

        // One message to two of our addresses runs the program for each. Nothing in it tells that it is a report but that
        // it has no sender.
        let wordless = "From: x@elders.example\nSubject: ?\n\nKapot.\n";
        let taken = postfix.bring("", &[&mails[0].from, &mails[1].from], wordless);
        let codes = postfix.codes(2);
        assert!(taken.last().is_some_and(|last| last.starts_with("250")), "{taken:?}");
        assert_eq!(codes, ["0", "0"], "{}", postfix.log());
        assert_eq!((status(0).await, status(1).await), (MailStatus::Failed, MailStatus::Failed));

        // An answer of a person ends well too, and nobody gets an error mail.
        postfix.bring(&school.email, &[&mails[2].from], &answer(answers::ENGLISH, &school.email, &mails[2].from));
        assert_eq!((postfix.codes(1), status(2).await), (vec!["0".to_owned()], MailStatus::Sent));
        assert!(!postfix.log().contains("status=bounced"), "{}", postfix.log());

        let dead = reports::about(reports::POSTFIX_UNKNOWN, &mails[2]);
        postfix.bring("", &[&mails[2].from.to_uppercase()], &dead);
        assert_eq!(postfix.codes(1), ["0"]);
        assert!(is_marked(&app, &school.email).await);

        let unknown = postfix.bring("", &["iemand@kurve.nl"], wordless);
        assert!(unknown.last().is_some_and(|last| last.starts_with("550 5.1.1")), "{unknown:?}");
    });
}
