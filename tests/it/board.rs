//! The story of a board through the front door: twelve schools in one Magister with one password, and a thirteenth that
//! joins them.

use chrono::TimeDelta;
use koppelklaar::domain::audit::Action;
use koppelklaar::domain::ids::ContactId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::links;
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::store::mail::outbox;
use strum::IntoEnumIterator;

use crate::journey::{Table, verdict_of};
use crate::registration::request;
use crate::support::{TestApp, run};

const CARLA: &str = "carla@rivierenland-13.example";

/// The BRIN of one of the schools, from 1.
fn brin(number: usize) -> String {
    format!("{}RL", 10 + number)
}

fn name(number: usize) -> String {
    format!("Rivierenland {number}")
}

/// The board's first school asks, its contact names the other eleven, Kurve lets them in and names the board.
async fn twelve_schools(app: &TestApp) -> Table {
    let school = app.school(&name(1), &brin(1), "rivierenland").await;
    let table = Table { portal: app.portal(&school).await, staff: app.staff().await, school };
    let further: String = (2..=12).map(|number| format!("{}, {}\n", name(number), brin(number))).collect();
    let page = table.portal.open("/scholen").await;
    let asked = page.submit(&table.portal, "main form", &[("schools", &further)]).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    let accepted = table.kurve("", "accept", &[]).await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    let page = table.staff.get(&links::staff_school(links::STAFF_DETAILS, table.school.connection)).await;
    let named = page.submit(&table.staff, "form[data-form=details]", &[("name", "Rivierenland")]).await;
    assert_eq!(named.status, 303, "{}", named.body);
    table
}

/// Everything that the school does, with one look at the password.
async fn do_all_steps(table: &Table) {
    table.claim(&["consent_given", "query_executed"]).await;
    let page = table.portal.open("/stap/password_set").await;
    let shown = page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let rest = ["password_set", "permissions_checked", "allowlisting_requested", "allowlisting_confirmed"];
    table.claim(&rest).await;
}

/// Carla of a thirteenth school fills in the public form.
async fn carla_asks(app: &TestApp) {
    let stranger = app.anonymous();
    let fields = [
        ("school_name", &*name(13)),
        ("brin", &*brin(13)),
        ("domain", "rivierenland"),
        ("name", "Carla Vos"),
        ("email", CARLA),
    ];
    let sent = request(&stranger, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let mail = app.only_mail_to(CARLA).await;
    let confirm = stranger.get(&mail.path_of("/aanmelden/bevestig/")).await;
    let answer = confirm.submit(&stranger, "main form", &[]).await;
    assert_eq!(answer.text("h1[data-state=asked]"), "Je aanmelding is bij Kurve");
}

async fn verdicts(app: &TestApp, key: &str, numbers: std::ops::RangeInclusive<usize>) -> Vec<String> {
    let mut found = vec![];
    for number in numbers {
        let answer = verdict_of(app, key, &brin(number)).await;
        found.push(answer["verdict"].as_str().expect("a word").to_owned());
    }
    found.sort();
    found.dedup();
    found
}

/// The mails to a person in the order of the story, but for those with a link that they had just asked for.
async fn mails_to(app: &TestApp, table: &Table, contact: ContactId) -> Vec<MailKind> {
    let kinds: Vec<MailKind> = MailKind::iter().filter(|kind| !kind.carries_token()).collect();
    let conn = app.context().db.reader();
    let mails = outbox::list_to_contact(conn, table.school.connection, contact, &kinds).await;
    let mut mails = mails.expect("the store answers");
    mails.sort_by_key(|mail| mail.created_at);
    mails.into_iter().map(|mail| mail.kind).collect()
}

async fn count_actions(app: &TestApp, table: &Table, counted: &Action) -> usize {
    let lines = onboardings::list_timeline(app.context(), table.school.connection, None, 500).await;
    lines.expect("the store answers").iter().filter(|line| line.action == *counted).count()
}

async fn credential_version(app: &TestApp, table: &Table) -> u32 {
    let issued = credentials::find_issued(app.context(), table.school.connection).await.expect("the store answers");
    issued.expect("they were issued").version
}

#[test]
fn a_board_of_twelve_schools_does_all_once_and_a_thirteenth_joins_it() {
    run(|app: TestApp| async move {
        let key = app.api_key().await;
        let minute = TimeDelta::minutes(1);
        let table = twelve_schools(&app).await;
        app.advance(minute);
        table.issue().await;
        app.advance(minute);
        do_all_steps(&table).await;
        app.advance(minute);
        app.new_mails().await;

        let closed = verdicts(&app, &key, 1..=12).await;
        let activated = table.kurve("activation_confirmed", "confirm", &[]).await;
        table.staff.let_stand();
        let opened = app.new_mails().await;

        assert_eq!(activated.status, 303, "{}", activated.body);
        assert_eq!(closed, ["closed"]);
        assert_eq!(verdicts(&app, &key, 1..=12).await, ["open"]);
        assert_eq!(count_actions(&app, &table, &Action::ImportOpened).await, 12);
        let subjects: Vec<&str> = opened.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(opened.len(), 1, "{subjects:?}");
        assert!(subjects[0].contains("Rivierenland, 12 scholen"), "{subjects:?}");
        assert!(opened[0].text.contains(&name(12)), "{}", opened[0].text);

        app.advance(minute);
        carla_asks(&app).await;
        app.new_mails().await;
        let accepted = table.kurve("", "accept", &[("activate", "ja")]).await;
        table.staff.let_stand();

        assert_eq!(accepted.status, 303, "{}", accepted.body);
        assert_eq!(verdicts(&app, &key, 1..=13).await, ["open"]);
        assert_eq!(credential_version(&app, &table).await, 1, "it needs no password of its own");
        app.new_mails().await;

        app.advance(minute);
        let renewed = table.kurve("", "issue", &[]).await;
        let told = app.new_mails().await;

        assert_eq!(renewed.status, 303, "{}", renewed.body);
        assert_eq!(verdicts(&app, &key, 1..=13).await, ["closed"]);
        assert_eq!(count_actions(&app, &table, &Action::ImportClosed).await, 13);
        let mut to: Vec<&str> = told.iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, [CARLA, table.school.email.as_str()], "each person hears of it once");
        assert!(told.iter().all(|mail| mail.subject.contains("13 scholen")), "{told:?}");

        let people =
            onboardings::load_file(app.context(), table.school.connection).await.expect("it is there").contacts;
        let carla = people.iter().find(|person| person.email.to_string() == CARLA).expect("she is a contact").id;
        let of_anna = mails_to(&app, &table, table.school.contact).await;
        assert_eq!(
            of_anna,
            [
                MailKind::RequestConfirmed,
                MailKind::CredentialsReady,
                MailKind::CredentialsRevealed,
                MailKind::ImportOpen,
                MailKind::JoinAsked,
                MailKind::CredentialsReady,
            ],
            "at most six for the whole story"
        );
        assert_eq!(mails_to(&app, &table, carla).await, [MailKind::ContactAdded, MailKind::ImportClosed]);
    });
}
