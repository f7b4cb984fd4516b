//! Mails as mail programs group them: those about one school stand together, and apart from those about another.

use crate::dispatch::put_in_outbox;
use crate::support::post::Mail;
use crate::support::{TestApp, run};

fn header<'a>(mail: &'a Mail, name: &str) -> &'a str {
    let line = mail.raw.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in:\n{}", mail.raw))
}

/// The identities that a mail names as those before it, and its own.
fn thread(mail: &Mail) -> (&str, &str, &str) {
    (header(mail, "References"), header(mail, "In-Reply-To"), header(mail, "Message-ID"))
}

#[test]
fn mails_about_one_school_share_a_root_and_those_about_another_have_another() {
    run(|app: TestApp| async move {
        let one = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        put_in_outbox(&app, &one, 2).await;
        let of_one = app.new_mails().await;
        let mail = crate::dispatch::waiting(&app, &other, "other");
        crate::post_pages::put(&app, &[mail]).await;
        let of_other = app.new_mails().await;

        let [first, second] = [thread(&of_one[0]), thread(&of_one[1])];
        let third = thread(&of_other[0]);

        assert_eq!((of_one.len(), of_other.len()), (2, 1));
        assert_eq!((first.0, first.1), (second.0, second.1));
        assert_ne!(first.2, second.2);
        assert_eq!(first.0, format!("<school-{}@koppelklaar.test>", one.connection));
        assert_eq!((third.0, third.1), (third.1, third.0));
        assert_eq!(third.0, format!("<school-{}@koppelklaar.test>", other.connection));
    });
}
