//! Who has the ball where the school cannot do a step by itself: its password is not shown any more, or Kurve vouches for
//! nobody who is to do it. And what is promised of mails.

use chrono::TimeDelta;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::address_mark::Bounced;
use koppelklaar::domain::credential::reveal::REVEALS_ALLOWED;
use koppelklaar::domain::onboarding::Command;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::text::Reason;
use koppelklaar::jobs::Job;
use koppelklaar::services::Call;
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::store::onboarding::onboardings as states;
use koppelklaar::store::people::address_marks;

use crate::hand_over::{PIET, hand_to_piet};
use crate::journey::Table;
use crate::support::database::texts;
use crate::support::post::Mail;
use crate::support::{Page, TestApp, run};

/// The school is to set the password.
async fn ready(app: &TestApp) -> Table {
    let table = Table::set(app).await;
    table.issue().await;
    table.claim(&["consent_given", "allowlisting_requested", "query_executed"]).await;
    app.new_mails().await;
    table
}

async fn look(table: &Table) -> Page {
    let page = table.portal.open("/stap/password_set").await;
    page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await
}

async fn use_up(table: &Table) {
    for _ in 0..REVEALS_ALLOWED {
        assert_eq!(look(table).await.status, 200);
    }
}

/// The rows of the worklist about the password, as they read.
async fn worklist(table: &Table) -> Vec<String> {
    table.staff.get("/beheer").await.texts("[data-work=password_set]")
}

/// The text of a mail without the ends of its lines.
fn flat(mail: &Mail) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn bounce(app: &TestApp, address: &str) {
    let key = app.context().keys.email_key(address);
    let bounced = Bounced { at: app.now(), code: "5.1.1".to_owned() };
    let tx = app.context().db.begin_write().await.expect("the store answers");
    address_marks::mark_bounced(tx.conn(), &key, &bounced).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

#[test]
fn a_password_that_nobody_looked_at_is_not_said_to_be_set() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;

        let page = table.portal.open("/stap/password_set").await;
        assert!(!page.has("[data-action=claim]"), "{}", page.body);
        let why = page.text("[data-claim-refusal]");
        assert!(why.contains("Bekijk het eerst"), "{why}");
        assert!(page.has("#doen [data-action=reveal]:not(.btn--secondary)"), "{}", page.body);
        let (_, mut values) = page.form("form[action$='/wachtwoord']");
        values.push(("credential_version".to_owned(), "1".to_owned()));
        let claimed = table.portal.post(&table.portal.at("/stap/password_set/gedaan"), &values).await;

        assert_eq!(claimed.status, 422);
        assert!(
            claimed.text("[data-refusal]").contains("Nog niemand heeft dit wachtwoord bekeken"),
            "{}",
            claimed.body
        );

        look(&table).await;
        table.claim(&["password_set"]).await;
        app.new_mails().await;
    });
}

#[test]
fn kurve_may_confirm_a_password_that_nobody_looked_at() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;

        let confirmed = table.kurve("password_set", "confirm", &[("ground", "Samen ingevuld aan de telefoon.")]).await;

        assert_eq!(confirmed.status, 303, "{}", confirmed.body);
    });
}

#[test]
fn once_every_view_is_used_kurve_has_the_ball_and_its_button_makes_a_new_password() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let key = app.api_key().await;
        use_up(&table).await;
        app.new_mails().await;

        let rows = worklist(&table).await;
        assert!(rows.len() == 1 && rows[0].contains("Nieuw wachtwoord maken"), "{rows:?}");
        let step = table.portal.open("/stap/password_set").await;
        assert_eq!(step.attributes("[data-state]", "data-state"), ["kurve"]);
        assert!(step.text("[data-holder]").contains("Kurve maakt een nieuw wachtwoord"), "{}", step.body);
        let overview = table.portal.open("").await;
        assert!(overview.body.contains("Kurve maakt een nieuw wachtwoord"), "{}", overview.body);
        let reasons = table.verdict(&app, &key).await["reasons"].to_string();
        assert!(reasons.contains(r#"{"holder":"kurve","step":"password_set"}"#), "{reasons}");

        let issued = table.staff.get("/beheer").await.submit(&table.staff, "form:has([data-action=issue])", &[]).await;

        assert_eq!(issued.status, 303, "{}", issued.body);
        assert_eq!(worklist(&table).await, Vec::<String>::new());
        let step = table.portal.open("/stap/password_set").await;
        assert_eq!(step.attributes("[data-state]", "data-state"), ["now"]);
        assert!(step.has("form[action$='/wachtwoord']"), "{}", step.body);
        app.new_mails().await;
    });
}

#[test]
fn whoever_asks_for_a_new_password_stands_on_the_worklist_with_when_and_once() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        assert!(!table.portal.open("/stap/password_set").await.has("[data-action=ask-password]"), "it is still shown");
        use_up(&table).await;
        table.claim(&["password_set"]).await;
        app.new_mails().await;
        assert_eq!(worklist(&table).await, Vec::<String>::new(), "nobody needs it");

        let page = table.portal.open("/stap/password_set").await;
        let asked = page.submit(&table.portal, "form:has([data-action=ask-password])", &[]).await;
        let twice = page.submit(&table.portal, "form:has([data-action=ask-password])", &[]).await;

        assert_eq!((asked.status, twice.status), (303, 303));
        let rows = worklist(&table).await;
        assert!(rows.len() == 1 && rows[0].contains("Gevraagd door Anna de Wit"), "{rows:?}");
        let shown = table.portal.open("/stap/password_set").await;
        assert!(!shown.has("[data-action=ask-password]"));
        assert!(shown.text("[data-password-asked]").contains("Kurve is aan de beurt"), "{}", shown.body);
        let staff = table.staff_page().await;
        assert!(staff.body.contains("Nieuw wachtwoord gevraagd"), "{}", staff.body);

        let renewed = table.kurve("", "issue", &[]).await;
        assert_eq!(renewed.status, 303, "{}", renewed.body);
        assert_eq!(worklist(&table).await, Vec::<String>::new());
        app.new_mails().await;
    });
}

#[test]
fn the_days_of_a_password_of_a_school_that_stopped_end_without_a_change() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let connection = table.school.connection;
        let actor = Actor::Contact { id: table.school.contact, roles: Roles::of(ContactRole::Superbeheerder) };
        let call = Call { actor, now: app.now(), request_id: "test".to_owned() };
        let reason = Reason::parse("We kiezen Optie B.").expect("a reason");
        let stop = Command::Withdraw { school: table.school.id, reason, chose_option_b: false };
        onboardings::act(app.context(), &call, connection, &stop, None).await.expect("it stops");
        app.new_mails().await;
        let version = async || states::load(app.context().db.reader(), connection).await.expect("it is there").version;
        let before = version().await;

        app.advance(TimeDelta::days(60));
        let ended = [app.run(Job::EndPasswords).await, app.run(Job::EndPasswords).await];

        assert_eq!((ended, version().await), ([0, 0], before));
    });
}

#[test]
fn once_its_days_are_over_nobody_is_reminded_of_the_password_and_kurve_has_it() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let issued = credentials::find_issued(app.context(), table.school.connection).await.expect("the store answers");
        let until = issued.expect("it was issued").expires_at;

        let mut named = vec![];
        while app.now() < until + TimeDelta::days(40) {
            app.advance(TimeDelta::hours(12));
            app.run(Job::EndPasswords).await;
            app.run(Job::PlanReminders).await;
            let is_over = app.now() >= until;
            let mails = app.new_mails().await.into_iter();
            named.extend(mails.filter(|mail| flat(mail).contains("Wachtwoord instellen")).map(|_| is_over));
        }

        assert_eq!(named, [false; 3], "three reminders while it is shown, and none after");
        let staff = app.staff().await;
        let row = staff.get("/beheer").await.text("[data-work=password_set]");
        assert!(row.contains("Nieuw wachtwoord maken") && row.contains("voorbij"), "{row}");
        app.new_mails().await;
    });
}

#[test]
fn a_step_handed_to_who_is_not_vouched_for_is_kurves_until_it_vouches() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        app.new_mails().await;

        let handed = hand_to_piet(&table, "query_executed", "applicatiebeheerder").await;
        assert_eq!(handed.status, 303, "{}", handed.body);

        let row = table.staff.get("/beheer").await.text("[data-work=query_executed]");
        assert!(row.contains("Instaan voor Piet Bakker"), "{row}");
        let mail = app.only_mail_to(PIET).await;
        assert!(mail.subject.contains("vraagt je straks: "), "{}", mail.subject);
        assert!(flat(&mail).contains("Nu hoef je nog niets te doen"), "{}", mail.text);
        assert!(!flat(&mail).contains("Meld in Koppelklaar dat de stap klaar is"), "{}", mail.text);
        let told =
            [("", "wacht tot Kurve toegang geeft"), ("/stap/query_executed", "Kurve controleert eerst of Piet Bakker")];
        for (path, said) in told {
            let page = table.portal.open(path).await;
            assert!(page.body.contains(said), "{path}: {}", page.body);
        }

        let page = table.staff.get("/beheer").await;
        let href = page.attributes("[data-work=query_executed] a", "href")[0].clone();
        let (_, place) = href.split_once("#contact-").expect("the place of the contact");
        let form = format!("#contact-{place} form[data-form=vouch]");
        let staff_page = table.staff_page().await;
        let vouched = staff_page.submit(&table.staff, &form, &[("ground", "Gebeld via de school.")]).await;

        assert_eq!(vouched.status, 303, "{}", vouched.body);
        assert!(!table.staff.get("/beheer").await.has("[data-work=query_executed]"));
        let told = app.only_mail_to(PIET).await;
        assert!(told.subject.contains("Voer de query uit in Decibel"), "{}", told.subject);
        let step = table.portal.open("/stap/query_executed").await;
        assert_eq!(step.attributes("[data-state]", "data-state"), ["now"]);
    });
}

#[test]
fn whoever_is_not_vouched_for_is_addressed_and_not_named() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        app.new_mails().await;
        hand_to_piet(&table, "query_executed", "applicatiebeheerder").await;
        let mail = app.only_mail_to(PIET).await;
        let piet = app.portal_as(PIET).await;
        app.new_mails().await;

        assert!(flat(&mail).contains("Kurve controleert eerst of je bij de school hoort."), "{}", mail.text);
        for (path, place) in [("", "[data-step=query_executed]"), ("/stap/query_executed", "[data-holder]")] {
            let told = piet.open(path).await.text(place);
            assert!(told.contains("Kurve controleert eerst of je bij de school hoort"), "{told}");
            assert!(!told.contains("Piet Bakker"), "{told}");
        }
        let main = piet.open("/stap/password_set").await.text("main");
        assert!(!main.contains("Bekijk het eerst en vul het in"), "{main}");
    });
}

#[test]
fn the_mail_to_who_comes_later_says_how_often_the_password_can_still_be_seen() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        for _ in 0..2 {
            look(&table).await;
        }
        hand_to_piet(&table, "password_set", "applicatiebeheerder").await;
        app.new_mails().await;
        let staff_page = table.staff_page().await;
        let form = "[data-todo=vouch] form[data-form=vouch]";
        staff_page.submit(&table.staff, form, &[("ground", "Gebeld via de school.")]).await;

        let mail = app.only_mail_to(PIET).await;

        assert!(flat(&mail).contains("Samen kunnen jullie dat nog 3 keer doen, tot"), "{}", mail.text);
    });
}

#[test]
fn kurves_pause_is_told_to_the_school_with_its_reason() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let fields = [("reason", "Wij wachten op Magister."), ("until", "2027-01-11")];

        let paused = table.kurve("", "pause", &fields).await;

        assert_eq!(paused.status, 303, "{}", paused.body);
        let mail = app.only_mail_to(&table.school.email).await;
        assert!(mail.subject.contains("Op pauze tot maandag 11 januari 2027"), "{}", mail.subject);
        assert!(mail.text.contains("Wij wachten op Magister."), "{}", mail.text);
        let next = table.staff.follow(&paused).await;
        assert!(next.text("[data-flash]").contains("De school krijgt bericht"), "{}", next.text("[data-flash]"));
    });
}

#[test]
fn requests_that_are_never_confirmed_are_counted_in_the_digest_until_the_school_asks_again_and_waits_to_join() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let email = "joke@dewilgen.example";
        app.ask_for_school("Lyceum De Wilgen", "34CD", "bonhoeffer", email).await;
        app.advance(TimeDelta::minutes(61));

        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        let token = app.ask_for_school("Lyceum De Wilgen", "34CD", "bonhoeffer", email).await;
        let listed = table.staff.get("/beheer").await;
        let visitor = app.anonymous();
        let page = visitor.get(&format!("/aanmelden/bevestig/{}", token.expose_text())).await;
        page.submit(&visitor, "main form", &[]).await;
        let after = table.staff.get("/beheer").await;
        app.new_mails().await;
        app.advance(TimeDelta::days(1));
        app.run(Job::Digest).await;
        let next = app.only_mail_to("support@kurve.nl").await;

        assert!(digest.subject.contains("1 aanmelding niet bevestigd"), "{}", digest.subject);
        assert!(flat(&digest).contains("Aanvragen die nooit zijn bevestigd: 1."), "{}", digest.text);
        assert!(listed.has("[data-kind=unconfirmed]"));
        assert!(after.has("[data-kind=join]") && !after.has("[data-kind=unconfirmed]"), "{}", after.body);
        assert!(!flat(&next).contains("bevestigd"), "{}", next.text);
    });
}

#[test]
fn nothing_promises_a_mail_to_a_school_where_mail_does_not_arrive() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["allowlisting_requested"]).await;
        bounce(&app, &table.school.email).await;

        let page = table.staff_page().await;
        let form = "[data-step=allowlisting_requested] form[data-form=send_back]";
        assert!(!page.body.contains("De school krijgt een mail"), "{}", page.body);
        let back = page.submit(&table.staff, form, &[("reason", "Er is geen ticket.")]).await;

        let said = table.staff.follow(&back).await.text("[data-flash]");
        assert!(said.contains("Er gaat geen mail") && !said.contains("krijgt bericht"), "{said}");

        let reminders = table.portal.open("/herinneringen").await.text("[data-upcoming]");
        assert!(reminders.contains("gaat naar niemand. Bij Anna de Wit komt mail niet aan."), "{reminders}");
        let planned = table.staff_page().await.texts("[data-upcoming]");
        assert!(planned.iter().all(|one| one.contains("Bij Anna de Wit komt mail niet aan.")), "{planned:?}");
    });
}

#[test]
fn a_request_that_is_never_confirmed_is_on_kurves_list_and_its_mail_can_be_sent_again() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let email = "joke@dewilgen.example";
        let old = app.ask_for_school("Lyceum De Wilgen", "34CD", "dewilgen", email).await;
        assert!(!staff.get("/beheer").await.has("[data-kind=unconfirmed]"), "it may come any moment");

        app.advance(TimeDelta::minutes(61));
        let list = staff.get("/beheer").await;
        let row = list.text("[data-kind=unconfirmed]");
        for part in ["Lyceum De Wilgen 34CD", "Anna de Wit", email, "De link werkt tot"] {
            assert!(row.contains(part), "{part} in {row}");
        }
        let sent = list.submit(&staff, "[data-kind=unconfirmed] .work__do form", &[]).await;
        let twice = list.submit(&staff, "[data-kind=unconfirmed] .work__do form", &[]).await;

        assert_eq!((sent.status, twice.status), (303, 303));
        let mail = app.only_mail_to(email).await;
        let visitor = app.anonymous();
        let gone = visitor.get(&format!("/aanmelden/bevestig/{}", old.expose_text())).await;
        assert!(!gone.has("form[action*='bevestig']"), "the link of before no longer works");
        let page = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
        assert_eq!(texts(&app.database.url, "SELECT name FROM connection").await, Vec::<String>::new());
        let done = page.submit(&visitor, "main form", &[]).await;
        assert!(done.status == 303 || done.status == 200, "{}", done.body);
        assert!(!staff.get("/beheer").await.has("[data-kind=unconfirmed]"));
        app.new_mails().await;
    });
}
