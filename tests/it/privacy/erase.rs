//! A person is erased: nothing of them is left, and everything that they did still holds.

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::privacy::{FORMER_CONTACT, Kind};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::NewContact;
use koppelklaar::domain::text::{EmailAddress, PersonName, Reason};
use koppelklaar::links;
use koppelklaar::mail::message::Sender;
use koppelklaar::mail::transport::Transport;
use koppelklaar::services::Call;
use koppelklaar::services::mail::dispatch::Mailer;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::operations::audit::{Finding, verify};
use koppelklaar::services::people::{contacts, readers};
use koppelklaar::services::privacy::erase::{EraseError, Erased, erase};
use koppelklaar::services::privacy::export::look;

use crate::journey::Table;
use crate::secrets::{everything_stored, holds};
use crate::support::database::{sql, texts};
use crate::support::{TestApp, TestSchool, run, run_to_failure};

pub(super) const NOTE: &str = "zevenentwintig olifanten";
const MESSAGE: &str = "achtendertig giraffen";
const REASON: &str = "negenenveertig zebra's";
const GROUND: &str = "vijftig nijlpaarden";
const READER: &str = "Wilhelmina Vogelzang";

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn operator(app: &TestApp) -> Call {
    app.call(Actor::Operator)
}

async fn erased(app: &TestApp, email: &str) -> Result<Erased, EraseError> {
    erase(app.context(), &app.app.mailer, &operator(app), &address(email)).await
}

/// A school on which two people worked, with something of the first everywhere.
pub(super) async fn history(app: &TestApp) -> Table {
    let table = Table::set(app).await;
    let ground = format!("Gebeld met Anna de Wit: {GROUND}.");
    let contact = table.school.contact.to_string();
    let issued = table.kurve("", "issue", &[("contact", &contact), ("ground", &ground)]).await;
    assert_eq!(issued.status, 303, "{}", issued.body);
    let stuck = Command::ReportStuck { step: Step::QueryExecuted, reason: Reason::parse(REASON).expect("a reason") };
    let call = app.call_of(&table.school);
    onboardings::act(app.context(), &call, table.school.connection, &stuck, None).await.expect("its turn has come");
    let noted = table.kurve("", "note", &[("text", &format!("Mevrouw De Wit belde over {NOTE}."))]).await;
    assert_eq!(noted.status, 303, "{}", noted.body);
    let thread = table.staff.get(&links::staff_school(links::STAFF_MESSAGES, table.school.connection)).await;
    let fields = [("text", MESSAGE), ("do", "send")];
    let written = thread.submit(&table.staff, "form[data-form=message]", &fields).await;
    assert_eq!(written.status, 303, "{}", written.body);
    let named = PersonName::parse(READER).expect("a name");
    readers::note(app.context(), &call, table.school.connection, named).await.expect("it is their mailbox");
    app.send_mails().await;
    let kurve = app.kurve_again().await;
    add_bea(app, kurve, &table.school).await;
    app.send_mails().await;
    table
}

async fn add_bea(app: &TestApp, kurve: Actor, school: &TestSchool) {
    let person = NewContact {
        name: PersonName::parse("Bea Bakker").expect("a name"),
        email: address("bea@school.example"),
        roles: Roles::of(ContactRole::Superbeheerder),
    };
    contacts::add(app.context(), &app.call(kurve), school.connection, person, None).await.expect("nobody has it");
}

/// The sealed bytes of mails to a contact, as they are found in what is stored.
async fn sealed_bytes(app: &TestApp, school: &TestSchool) -> Vec<Vec<u8>> {
    let bytes = if app.database.is_postgres() { "encode(sealed_mail, 'hex')" } else { "hex(sealed_mail)" };
    let query = format!(
        "SELECT {bytes} FROM frozen_mail JOIN outbox ON outbox.id = mail_id JOIN contact ON contact.id = contact_id
          WHERE contact.email = '{}'",
        school.email
    );
    let as_stored = |hex: String| {
        if app.database.is_postgres() {
            return hex.into_bytes();
        }
        hex.as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(&String::from_utf8_lossy(two), 16).expect("hex"))
            .collect()
    };
    texts(&app.database.url, &query).await.into_iter().map(as_stored).collect()
}

#[test]
fn nothing_is_left_of_who_is_erased_and_what_they_did_still_holds() {
    run(|app: TestApp| async move {
        let table = history(&app).await;
        let key = app.context().keys.email_key(&table.school.email);
        let bytes = sealed_bytes(&app, &table.school).await;
        assert!(!bytes.is_empty(), "mails went to them");
        let planted: Vec<Vec<u8>> =
            [table.school.email.as_str(), &key, "Anna de Wit", NOTE, MESSAGE, REASON, GROUND, READER]
                .into_iter()
                .map(|text| text.as_bytes().to_vec())
                .chain(bytes)
                .collect();
        let before = everything_stored(&app).await;
        // On SQLite large bytes lie over several pages, so that only their beginning is found whole.
        let beginning = |value: &[u8]| value[..value.len().min(200)].to_vec();
        for value in &planted {
            assert!(holds(&before, &beginning(value)), "{} is to be found before", String::from_utf8_lossy(value));
        }

        let done = erased(&app, &table.school.email).await.expect("Bea stays");

        assert!(done.is_swept, "{done:?}");
        let after = everything_stored(&app).await;
        for value in &planted {
            assert!(!holds(&after, &beginning(value)), "{} is left", String::from_utf8_lossy(value));
        }
        let found = verify(app.context()).await.expect("the audit can be read");
        assert!(matches!(found, Finding::Whole { .. }), "{found:?}");
        let page = table.staff_page().await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(FORMER_CONTACT), "{}", page.body);
        assert!(page.body.contains("(gewist)"), "{}", page.body);
        assert!(page.body.contains("Bea Bakker"), "{}", page.body);
        assert_eq!(table.portal.get(&table.portal.at("")).await.status, 303, "their session ended");
    });
}

#[test]
fn what_is_counted_before_is_what_goes_and_a_second_time_there_is_nobody() {
    run(|app: TestApp| async move {
        let table = history(&app).await;
        let dossier = look(app.context(), app.now(), address(&table.school.email)).await.expect("it reads");
        let mut counted = dossier.counts();
        counted.retain(|count| count.kind.goes());
        let json = dossier.to_json().to_string();
        let page = dossier.to_page().expect("it is written");
        for said in [table.school.email.as_str(), "Anna de Wit", NOTE, MESSAGE, GROUND, READER, "stuck_reported"] {
            assert!(json.contains(said), "{said} in {json}");
            assert!(page.contains(said), "{said} in {page}");
        }
        let key = app.context().keys.email_key(&table.school.email);
        assert!(!json.contains(&key) && !page.contains(&key), "keys are not handed over");

        let done = erased(&app, &table.school.email).await.expect("Bea stays");

        assert_eq!(done.counts, counted);
        let kinds: Vec<Kind> = counted.iter().map(|count| count.kind).collect();
        for kind in [Kind::Contact, Kind::Mail, Kind::Message, Kind::Note, Kind::Session, Kind::AuditText] {
            assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
        }
        let again = erased(&app, &table.school.email).await;
        assert!(matches!(again, Err(EraseError::Nobody)), "{again:?}");
        let told = texts(&app.database.url, "SELECT payload FROM audit WHERE action = 'person_erased'").await;
        assert!(told.len() == 1 && !told[0].contains(&table.school.email), "{told:?}");
    });
}

#[test]
fn others_keep_what_is_theirs() {
    run(|app: TestApp| async move {
        let table = history(&app).await;
        let kurve = app.kurve_again().await;
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.issue(kurve, &other).await;
        let of_bea = "SELECT email FROM contact WHERE name = 'Bea Bakker'";
        let of_other = format!("SELECT name FROM contact WHERE email = '{}'", other.email);
        let mails = "SELECT CAST(count(*) AS text) FROM outbox JOIN contact ON contact.id = contact_id WHERE name = 'Bea Bakker'";
        let before = texts(&app.database.url, mails).await;

        erased(&app, &table.school.email).await.expect("Bea stays");

        assert_eq!(texts(&app.database.url, of_bea).await, ["bea@school.example"]);
        assert_eq!(texts(&app.database.url, &of_other).await, ["Anna de Wit"], "another person of that name");
        assert_eq!(texts(&app.database.url, mails).await, before);
    });
}

#[test]
fn the_only_contact_of_a_school_under_way_is_not_erased_and_nothing_is_changed() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;

        let refused = erased(&app, &school.email).await;

        assert!(
            matches!(&refused, Err(EraseError::OnlyContact(domain)) if domain.label() == "bonhoeffer"),
            "{refused:?}"
        );
        assert_eq!(texts(&app.database.url, "SELECT email FROM contact").await, [school.email]);
    });
}

#[test]
fn the_only_contact_of_a_school_that_stopped_is_erased() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let reason = Reason::parse("Anna de Wit koos iets anders.").expect("a reason");
        let stop = Command::Withdraw { school: school.id, reason, chose_option_b: false };
        onboardings::act(app.context(), &app.call(kurve), school.connection, &stop, None).await.expect("Kurve may");
        app.send_mails().await;

        erased(&app, &school.email).await.expect("nobody waits for them");

        let stored = everything_stored(&app).await;
        assert!(!holds(&stored, b"Anna de Wit") && !holds(&stored, school.email.as_bytes()));
        app.new_mails().await;
    });
}

#[test]
fn a_colleague_is_erased_once_the_account_is_disabled() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.issue(kurve, &school).await;
        app.new_mails().await;

        let linked = "INSERT INTO staff_identity (id, issuer, subject, staff_id, linked_at)
            SELECT id, 'https://login.example', 'eva-at-the-provider', id, created_at FROM staff";
        sql(&app.database.url, linked).await;

        let in_use = erased(&app, "eva@kurve.nl").await;
        sql(&app.database.url, "UPDATE staff SET disabled_at = created_at").await;
        erased(&app, "eva@kurve.nl").await.expect("it is not in use");

        assert!(matches!(in_use, Err(EraseError::ColleagueInUse)), "{in_use:?}");
        assert_eq!(texts(&app.database.url, "SELECT name FROM staff").await, ["een eerdere collega"]);
        let stored = everything_stored(&app).await;
        assert!(!holds(&stored, b"eva@kurve.nl") && !holds(&stored, b"Eva Jansen"));
        assert!(!holds(&stored, b"eva-at-the-provider"));
    });
}

#[test]
fn who_has_a_text_inside_the_chain_is_not_erased() {
    run_to_failure(|app: TestApp| async move {
        let table = history(&app).await;
        let drop = if app.database.is_postgres() {
            "DROP TRIGGER audit_refuses_change ON audit"
        } else {
            "DROP TRIGGER audit_refuses_update"
        };
        sql(&app.database.url, drop).await;
        let old = format!(
            "UPDATE audit SET payload = '{{\"by\":{{\"kind\":\"clock\"}},\"action\":\"contact_vouched\",\"contact\":\"{}\",\
             \"ground\":\"Gebeld.\"}}' WHERE action = 'contact_vouched'",
            table.school.contact
        );
        sql(&app.database.url, &old).await;

        let refused = erased(&app, &table.school.email).await;

        assert!(matches!(refused, Err(EraseError::InsideTheChain(1))), "{refused:?}");
        assert!(holds(&everything_stored(&app).await, table.school.email.as_bytes()));
    });
}

#[test]
fn the_files_of_their_mails_go_from_the_mail_folder() {
    run(|app: TestApp| async move {
        let table = history(&app).await;
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        file("1-a.eml", &format!("To: {}\r\nSubject: Log in\r\n\r\nDag\r\n", table.school.email));
        file("2-b.eml", "To: support@kurve.nl\r\nSubject: Vraag\r\n\r\nAnna de Wit meldt: het lukt niet.\r\n");
        file("3-c.eml", "To: bea@school.example\r\nSubject: Log in\r\n\r\nDag Bea\r\n");
        let transport = Transport::Folder(folder.path().to_owned());
        let mailer = Mailer { transport, sender: Sender::clone(&app.app.mailer.sender) };

        let erased = erase(app.context(), &mailer, &operator(&app), &address(&table.school.email)).await;

        assert_eq!(erased.expect("Bea stays").files, Some(2));
        assert!(folder.path().join("3-c.eml").exists() && !folder.path().join("1-a.eml").exists());
    });
}
