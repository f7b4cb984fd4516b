//! What happens to a person within a few minutes goes in one mail, and no mail says what another said.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::ids::ContactId;
use koppelklaar::domain::notice::TIME_TO_UNDO;
use koppelklaar::domain::onboarding::{Command, Ground, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{ContactRef, NewContact};
use koppelklaar::domain::text::{EmailAddress, PersonName};
use koppelklaar::mail::transport::SendErrorKind;
use koppelklaar::services::onboarding::{credentials, onboardings, undo};
use koppelklaar::services::people::contacts;
use koppelklaar::services::{AnonymousCall, Call, ServiceError};
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};

use crate::contacts::people;
use crate::support::acting::reason;
use crate::support::post::Mail;
use crate::support::{TestApp, TestSchool, run_gathering};

const COR: &str = "cor@bonhoeffer.example";
const BEA: &str = "bea@bonhoeffer.example";

const FEW_MINUTES: TimeDelta = TimeDelta::minutes(6);

fn person(name: &str, email: &str, role: ContactRole) -> NewContact {
    NewContact {
        name: PersonName::parse(name).expect("a name"),
        email: EmailAddress::parse(email).expect("an address"),
        roles: Roles::of(role),
    }
}

fn cor() -> NewContact {
    person("Cor Blom", COR, ContactRole::Applicatiebeheerder)
}

/// Cor as the superbeheerder, whom Kurve has to appoint first.
fn cor_with_consent() -> NewContact {
    person("Cor Blom", COR, ContactRole::Superbeheerder)
}

async fn school(app: &TestApp) -> TestSchool {
    app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await
}

async fn hand(app: &TestApp, school: &TestSchool, step: Step, to: NewContact) {
    let handed = onboardings::hand_over(app.context(), &app.call_of(school), school.connection, step, to).await;
    handed.expect("the step is open");
}

async fn contact(app: &TestApp, school: &TestSchool, email: &str) -> ContactId {
    people(app, school).await.iter().find(|one| one.email.as_str() == email).expect("a contact").id
}

fn call_of(app: &TestApp, id: ContactId) -> Call {
    app.call(Actor::Contact {
        id,
        roles: Roles::of(ContactRole::Superbeheerder).with(ContactRole::Applicatiebeheerder),
    })
}

async fn look(app: &TestApp, school: &TestSchool, contact: ContactId) {
    let who = ContactRef { connection: school.connection, contact };
    let shown = credentials::reveal(app.context(), &call_of(app, contact), who, 1).await;
    shown.expect("Kurve vouches for them");
}

async fn claim(app: &TestApp, school: &TestSchool, by: ContactId, step: Step) {
    let command = Command::Claim { step, ground: Ground::Word, credential_version: None };
    let done: Result<(), ServiceError> =
        onboardings::act(app.context(), &call_of(app, by), school.connection, &command, None).await;
    done.expect("its turn has come");
}

async fn activate(app: &TestApp, kurve: Actor, school: &TestSchool) {
    let command = Command::Confirm { step: Step::ActivationConfirmed, ground: Ground::Word };
    let done = onboardings::act(app.context(), &app.call(kurve), school.connection, &command, None).await;
    done.expect("everything before it is yes");
}

fn to<'a>(mails: &'a [Mail], email: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to == email).collect()
}

/// The text without its line ends.
fn flat(mail: &Mail) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn mails_to(app: &TestApp, contact: ContactId) -> Vec<OutboxMail> {
    let mut found = vec![];
    for status in [MailStatus::Waiting, MailStatus::Sent, MailStatus::Skipped, MailStatus::Failed] {
        found
            .extend(outbox::list_with_status(app.context().db.reader(), status, 100).await.expect("the store answers"));
    }
    found.retain(|mail| mail.contact == Some(contact));
    found
}

#[test]
fn steps_that_are_handed_to_a_colleague_one_after_another_come_in_one_mail_without_what_is_done() {
    run_gathering(|app: TestApp| async move {
        let school = school(&app).await;
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        app.advance(TimeDelta::minutes(2));
        hand(&app, &school, Step::ConsentGiven, cor_with_consent()).await;
        let cor = contact(&app, &school, COR).await;

        assert_eq!(app.new_mails().await.len(), 0, "it waits for what else there is");
        claim(&app, &school, cor, Step::AllowlistingRequested).await;
        hand(&app, &school, Step::AllowlistingConfirmed, self::cor()).await;
        app.advance(FEW_MINUTES);
        let told = app.new_mails().await;

        let [mail] = to(&told, COR)[..] else { panic!("{told:?}") };
        assert!(mail.subject.contains("en nog 1 bericht – koppeling Numo (Bonhoeffer College)"), "{}", mail.subject);
        assert!(
            flat(mail).contains("Consent geven in Magister") && flat(mail).contains("Bevestiging van Magister melden")
        );
        assert!(!flat(mail).contains("Allowlisting aanvragen bij Magister"), "it was done: {}", mail.text);
        assert_eq!(flat(mail).matches("Log in met dit e-mailadres").count(), 1, "{}", mail.text);
        app.advance(TimeDelta::days(2));
        assert_eq!(to(&app.new_mails().await, COR).len(), 0, "nothing is left");
        let of_cor = mails_to(&app, cor).await;
        let statuses: Vec<MailStatus> = of_cor.iter().map(|mail| mail.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == MailStatus::Sent).count(), 2, "{of_cor:?}");
        assert_eq!(statuses.iter().filter(|status| **status == MailStatus::Skipped).count(), 1, "{of_cor:?}");
    });
}

#[test]
fn who_looked_and_kurve_read_of_it_now_and_the_others_with_their_next_mail_or_after_a_day() {
    run_gathering(|app: TestApp| async move {
        let (kurve, school) = (app.kurve().await, school(&app).await);
        app.issue(kurve, &school).await;
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        app.advance(FEW_MINUTES);
        app.new_mails().await;

        look(&app, &school, school.contact).await;
        look(&app, &school, school.contact).await;
        app.advance(FEW_MINUTES);
        let now = app.new_mails().await;
        let hers = to(&now, &school.email);
        assert_eq!((hers.len(), to(&now, COR).len(), to(&now, "support@kurve.nl").len()), (1, 0, 2), "{now:?}");
        assert_eq!(flat(hers[0]).matches("Bekijken kan hierna").count(), 2, "{}", hers[0].text);

        hand(&app, &school, Step::ConsentGiven, cor_with_consent()).await;
        app.advance(FEW_MINUTES);
        let next = app.new_mails().await;
        let [mail] = to(&next, COR)[..] else { panic!("{next:?}") };
        assert!(mail.subject.starts_with("Anna de Wit vraagt je"), "{}", mail.subject);
        assert_eq!(flat(mail).matches("Bekijken kan hierna").count(), 2, "{}", mail.text);

        look(&app, &school, school.contact).await;
        app.advance(TimeDelta::hours(25));
        let later = app.new_mails().await;
        let [alone] = to(&later, COR)[..] else { panic!("{later:?}") };
        assert!(alone.subject.starts_with("Anna de Wit bekeek het wachtwoord"), "{}", alone.subject);
    });
}

#[test]
fn a_mail_that_could_not_go_comes_back_with_all_that_was_in_it() {
    run_gathering(|app: TestApp| async move {
        let school = school(&app).await;
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        hand(&app, &school, Step::ConsentGiven, cor_with_consent()).await;
        app.advance(FEW_MINUTES);

        app.mailbox.fail_next(SendErrorKind::Temporary);
        assert_eq!(app.new_mails().await.len(), 0);
        let cor = contact(&app, &school, COR).await;
        assert!(mails_to(&app, cor).await.iter().all(|mail| mail.told_by.is_none()), "each may go by itself again");
        app.advance(FEW_MINUTES);
        let told = app.new_mails().await;

        let [mail] = to(&told, COR)[..] else { panic!("{told:?}") };
        assert!(mail.subject.contains("en nog 1 bericht"), "{}", mail.subject);
    });
}

#[test]
fn a_mail_of_which_nobody_knows_whether_it_went_goes_again_to_the_byte_and_nothing_of_it_by_itself() {
    run_gathering(|app: TestApp| async move {
        let school = school(&app).await;
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        hand(&app, &school, Step::ConsentGiven, cor_with_consent()).await;
        app.advance(FEW_MINUTES);

        app.mailbox.fail_next(SendErrorKind::Unknown);
        let first = app.new_mails().await;
        app.advance(TimeDelta::days(1));
        let again = app.new_mails().await;

        let ([one], [other]) = (&to(&first, COR)[..], &to(&again, COR)[..]) else { panic!("{first:?} {again:?}") };
        assert_eq!(one.raw, other.raw);
        let cor = contact(&app, &school, COR).await;
        assert!(mails_to(&app, cor).await.iter().all(|mail| mail.status == MailStatus::Sent));
    });
}

#[test]
fn a_mail_that_is_dropped_while_nobody_knows_whether_it_went_takes_nothing_along() {
    run_gathering(|app: TestApp| async move {
        let (kurve, school) = (app.kurve().await, school(&app).await);
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        hand(&app, &school, Step::ConsentGiven, cor_with_consent()).await;
        app.advance(FEW_MINUTES);
        app.mailbox.fail_next(SendErrorKind::Unknown);
        app.new_mails().await;
        let cor = contact(&app, &school, COR).await;
        let first = mails_to(&app, cor).await.into_iter().find(|mail| mail.told_by.is_none()).expect("the first").id;

        let call = app.call(kurve);
        let dropped =
            koppelklaar::services::mail::dispatch::drop_by_hand(app.context(), &call, first, reason("Klopt niet."));
        dropped.await.expect("it waits");
        app.advance(TimeDelta::days(1));

        let told = app.new_mails().await;
        assert_eq!(to(&told, COR).len(), 1, "the other goes by itself: {told:?}");
    });
}

#[test]
fn who_is_no_contact_any_more_gets_nothing_of_it() {
    run_gathering(|app: TestApp| async move {
        let (kurve, school) = (app.kurve().await, school(&app).await);
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        hand(&app, &school, Step::ConsentGiven, cor_with_consent()).await;
        let who = ContactRef { connection: school.connection, contact: contact(&app, &school, COR).await };
        contacts::remove(app.context(), &app.call(kurve), who, None).await.expect("another contact stays");
        app.advance(FEW_MINUTES);

        let told = app.new_mails().await;

        assert_eq!(to(&told, COR).len(), 0, "{told:?}");
    });
}

#[test]
fn an_activation_that_is_undone_in_time_went_with_no_other_mail() {
    run_gathering(|app: TestApp| async move {
        let (kurve, school) = (app.kurve().await, school(&app).await);
        app.issue(kurve, &school).await;
        for step in crate::support::acting::STEPS_OF_SCHOOL {
            app.claim(&school, step).await.expect("its turn has come");
        }
        look(&app, &school, school.contact).await;
        app.advance(TimeDelta::minutes(4));
        activate(&app, kurve, &school).await;
        app.advance(TimeDelta::minutes(1));

        let told = app.new_mails().await;
        let version = onboardings::load_file(app.context(), school.connection).await.expect("it is there").version;
        let undone = undo::undo_activation(app.context(), &app.call(kurve), school.connection, version).await;
        undone.expect("nobody was told");
        app.advance(TIME_TO_UNDO + FEW_MINUTES);
        let later = app.new_mails().await;

        for mail in to(&told, &school.email).into_iter().chain(to(&later, &school.email)) {
            assert!(!flat(mail).contains("importeren in Numo"), "{}", mail.text);
        }
    });
}

#[test]
fn a_reminder_waits_where_another_mail_told_of_the_step_less_than_an_hour_ago() {
    run_gathering(|app: TestApp| async move {
        let school = school(&app).await;
        app.clock.set("2026-11-26T09:40:00Z".parse().expect("a moment"));
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        app.advance(FEW_MINUTES);
        let handed = app.new_mails().await;
        assert_eq!(to(&handed, COR).len(), 1, "{handed:?}");

        app.clock.set("2026-11-26T10:10:00Z".parse().expect("a moment"));
        app.run(koppelklaar::jobs::Job::PlanReminders).await;
        let soon = app.new_mails().await;
        app.clock.set("2026-11-26T11:10:00Z".parse().expect("a moment"));
        let later = app.new_mails().await;

        let reminders =
            |mails: &[Mail]| to(mails, COR).iter().filter(|mail| mail.subject.starts_with("Herinnering")).count();
        assert_eq!((reminders(&soon), reminders(&later)), (0, 1), "{soon:?} {later:?}");
    });
}

/// Somebody signs in; that costs a mail.
async fn sign_in(app: &TestApp, email: &str) {
    let browser = koppelklaar::crypto::Token::new(&app.context().chance);
    let email = EmailAddress::parse(email).expect("an address");
    let asked = koppelklaar::services::people::portal_access::request_link(
        app.context(),
        AnonymousCall::new(app.now(), "test"),
        &email,
        &browser,
    );
    asked.await.expect("not too often");
}

/// Ten minutes pass, and what is due goes.
async fn let_pass(app: &TestApp, got: &mut BTreeMap<String, Vec<String>>) {
    app.advance(TimeDelta::minutes(10));
    for mail in app.new_mails().await {
        got.entry(mail.to).or_default().push(mail.subject);
    }
}

#[test]
fn a_whole_journey_with_three_contacts_costs_each_of_them_at_most_twelve_mails() {
    run_gathering(|app: TestApp| async move {
        let kurve = app.kurve().await;
        app.new_mails().await;
        let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let school = school(&app).await;
        // The mails to confirm and with what can be done already.
        got.entry(school.email.clone()).or_default().extend(["Bevestig".to_owned(), "Begin nu".to_owned()]);
        let anna = school.contact;

        sign_in(&app, &school.email).await;
        hand(&app, &school, Step::ConsentGiven, person("Bea Kok", BEA, ContactRole::Superbeheerder)).await;
        hand(&app, &school, Step::AllowlistingRequested, cor()).await;
        let_pass(&app, &mut got).await;
        let (bea, cor_id) = (contact(&app, &school, BEA).await, contact(&app, &school, COR).await);
        for contact in [anna, bea, cor_id] {
            let who = ContactRef { connection: school.connection, contact };
            let ground = reason("Gebeld via het algemene nummer van de school.");
            contacts::vouch(app.context(), &app.call(kurve), who, ground, None).await.expect("a colleague may");
        }
        let issued = credentials::issue(app.context(), &app.call(kurve), school.connection, None, None).await;
        issued.expect("the details are in");
        let_pass(&app, &mut got).await;

        app.advance(TimeDelta::days(1));
        sign_in(&app, BEA).await;
        let_pass(&app, &mut got).await;
        claim(&app, &school, bea, Step::ConsentGiven).await;
        sign_in(&app, &school.email).await;
        hand(&app, &school, Step::QueryExecuted, cor()).await;
        let_pass(&app, &mut got).await;

        app.advance(TimeDelta::days(1));
        sign_in(&app, COR).await;
        let_pass(&app, &mut got).await;
        claim(&app, &school, cor_id, Step::AllowlistingRequested).await;
        claim(&app, &school, cor_id, Step::QueryExecuted).await;
        for _ in 0..3 {
            look(&app, &school, cor_id).await;
        }
        claim(&app, &school, cor_id, Step::PasswordSet).await;
        claim(&app, &school, cor_id, Step::PermissionsChecked).await;
        let_pass(&app, &mut got).await;

        app.advance(TimeDelta::days(2));
        sign_in(&app, COR).await;
        let_pass(&app, &mut got).await;
        let stuck =
            Command::ReportStuck { step: Step::AllowlistingConfirmed, reason: reason("Er komt geen antwoord.") };
        let asked = onboardings::act(app.context(), &call_of(&app, cor_id), school.connection, &stuck, None).await;
        asked.expect("the step is open");
        let_pass(&app, &mut got).await;
        let answer =
            Command::AnswerStuck { step: Step::AllowlistingConfirmed, answer: reason("Vraag het in je ticket.") };
        let answered = onboardings::act(app.context(), &app.call(kurve), school.connection, &answer, None).await;
        answered.expect("it is stuck");
        let_pass(&app, &mut got).await;
        claim(&app, &school, cor_id, Step::AllowlistingConfirmed).await;
        let_pass(&app, &mut got).await;
        activate(&app, kurve, &school).await;
        let_pass(&app, &mut got).await;

        app.advance(TimeDelta::days(1));
        sign_in(&app, &school.email).await;
        let_pass(&app, &mut got).await;
        let done = Command::ReportImported { school: school.id };
        let call = call_of(&app, anna);
        let done = onboardings::act(app.context(), &call, school.connection, &done, None);
        done.await.expect("they may import");
        let_pass(&app, &mut got).await;

        let counts: Vec<usize> =
            [school.email.as_str(), BEA, COR].into_iter().map(|email| got.get(email).map_or(0, Vec::len)).collect();
        assert!(counts.iter().all(|count| (1..=12).contains(count)), "{counts:?} {got:#?}");
        let gathered = mails_to(&app, cor_id).await.into_iter().filter(|mail| mail.told_by.is_some()).count();
        assert!(gathered >= 2, "three looks are one mail: {got:#?}");
    });
}
