//! One person who is a contact of several connections gets one mail over them for what happens within a few minutes.

use chrono::TimeDelta;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{ContactRef, NewContact};
use koppelklaar::domain::text::{EmailAddress, PersonName};
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::people::contacts;
use koppelklaar::services::privacy::erase::erase;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};

use crate::contacts::people;
use crate::support::acting::reason;
use crate::support::database::texts;
use crate::support::post::Mail;
use crate::support::{TestApp, TestSchool, run_gathering};

const COR: &str = "cor@stichting.example";

const FEW_MINUTES: TimeDelta = TimeDelta::minutes(6);

async fn two_schools(app: &TestApp) -> [TestSchool; 2] {
    [
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await,
        app.school_by_services("Tweede Lyceum", "13CD", "tweede").await,
    ]
}

/// Cor, whom the schools know by another name and the one address.
async fn ask_cor(app: &TestApp, school: &TestSchool, step: Step) {
    let email = if school.brin == "12AB" { COR } else { "Cor@Stichting.example" };
    let cor = NewContact {
        name: PersonName::parse(if school.brin == "12AB" { "Cor Blom" } else { "C. Blom" }).expect("a name"),
        email: EmailAddress::parse(email).expect("an address"),
        roles: Roles::of(match step {
            Step::ConsentGiven => ContactRole::Superbeheerder,
            _ => ContactRole::Applicatiebeheerder,
        }),
    };
    let handed = onboardings::hand_over(app.context(), &app.call_of(school), school.connection, step, cor).await;
    handed.expect("the step is open");
}

fn to_cor(mails: &[Mail]) -> Vec<&Mail> {
    mails.iter().filter(|mail| mail.to.eq_ignore_ascii_case(COR)).collect()
}

/// The text without its line ends.
fn flat(mail: &Mail) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn sent_about(app: &TestApp, school: &TestSchool) -> Vec<OutboxMail> {
    let sent = outbox::list_with_status(app.context().db.reader(), MailStatus::Sent, 100).await;
    let mut sent = sent.expect("the store answers");
    sent.retain(|mail| mail.connection == Some(school.connection) && mail.kind == MailKind::StepHandedOver);
    sent
}

#[test]
fn what_happens_at_two_schools_is_told_in_one_mail_with_a_part_for_each() {
    run_gathering(|app: TestApp| async move {
        let [one, two] = two_schools(&app).await;
        ask_cor(&app, &one, Step::AllowlistingRequested).await;
        app.advance(TimeDelta::minutes(2));
        ask_cor(&app, &two, Step::AllowlistingRequested).await;
        ask_cor(&app, &one, Step::ConsentGiven).await;
        app.advance(FEW_MINUTES);
        let told = app.new_mails().await;

        let [mail] = to_cor(&told)[..] else { panic!("{told:?}") };
        assert!(mail.subject.contains("en nog 2 berichten"), "{}", mail.subject);
        assert!(mail.subject.ends_with("– koppeling Numo (Bonhoeffer College en andere)"), "{}", mail.subject);
        let text = flat(mail);
        assert!(text.contains("In deze mail staan 3 berichten, over 2 koppelingen."), "{text}");
        let (first, second) = text.split_once("=== Tweede Lyceum ===").expect("a part of its own");
        assert!(first.contains("=== Bonhoeffer College ==="), "{first}");
        for (part, school, other) in [(first, &one, &two), (second, &two, &one)] {
            assert!(part.contains(&format!("/school/{}", school.connection)), "{part}");
            assert!(!part.contains(&format!("/school/{}", other.connection)), "{part}");
            assert!(part.contains("Log in met dit e-mailadres"), "{part}");
        }
        assert!(!mail.raw.contains("References:"), "it is in the thread of neither: {}", mail.raw);
        assert_eq!((sent_about(&app, &one).await.len(), sent_about(&app, &two).await.len()), (2, 1));
        app.advance(TimeDelta::days(2));
        assert_eq!(to_cor(&app.new_mails().await).len(), 0, "nothing is left");
    });
}

#[test]
fn what_cannot_wait_at_the_one_school_goes_at_once_and_by_itself() {
    run_gathering(|app: TestApp| async move {
        let [one, two] = two_schools(&app).await;
        let kurve = app.kurve().await;
        ask_cor(&app, &two, Step::AllowlistingRequested).await;
        ask_cor(&app, &one, Step::AllowlistingRequested).await;
        app.advance(FEW_MINUTES);
        app.new_mails().await;
        ask_cor(&app, &two, Step::ConsentGiven).await;
        let cor = people(&app, &one).await.iter().find(|person| person.email.as_str() == COR).expect("a contact").id;
        let who = ContactRef { connection: one.connection, contact: cor };
        let ground = reason("Gebeld via het algemene nummer van de school.");
        contacts::vouch(app.context(), &app.call(kurve), who, ground, None).await.expect("a colleague may");
        let issued = credentials::issue(app.context(), &app.call(kurve), one.connection, None, None).await;
        issued.expect("the details are in");

        let now = app.new_mails().await;
        app.advance(FEW_MINUTES);
        let later = app.new_mails().await;

        let ([ready], [asked]) = (&to_cor(&now)[..], &to_cor(&later)[..]) else { panic!("{now:?} {later:?}") };
        assert!(ready.text.contains("Bonhoeffer College") && !ready.text.contains("Tweede Lyceum"), "{}", ready.text);
        assert!(asked.subject.ends_with("(Tweede Lyceum)"), "{}", asked.subject);
    });
}

#[test]
fn who_is_erased_at_the_one_school_is_in_no_bytes_of_a_mail_that_went_with_one_of_the_other() {
    run_gathering(|app: TestApp| async move {
        let [one, two] = two_schools(&app).await;
        ask_cor(&app, &one, Step::AllowlistingRequested).await;
        ask_cor(&app, &two, Step::AllowlistingRequested).await;
        app.advance(FEW_MINUTES);
        app.new_mails().await;
        let of_cor = "SELECT mail_id FROM frozen_mail JOIN outbox ON outbox.id = mail_id
            JOIN contact ON contact.id = contact_id WHERE lower(contact.email) = 'cor@stichting.example'";
        let of_cor = if app.database.is_postgres() {
            of_cor.replace("mail_id FROM", "mail_id::text FROM")
        } else {
            of_cor.replace("SELECT mail_id", "SELECT hex(mail_id)")
        };
        assert_eq!(texts(&app.database.url, &of_cor).await.len(), 1, "one mail tells of both");

        // The contact of the second school asked Cor: the mail of the first names them.
        let asker = EmailAddress::parse(&two.email).expect("an address");
        let done = erase(app.context(), &app.app.mailer, &app.call(Actor::Operator), &asker).await;

        done.expect("Cor stays");
        assert!(texts(&app.database.url, &of_cor).await.is_empty(), "the bytes are gone");
    });
}
