//! What is typed or pasted into the search of schools, and what is found.

use koppelklaar::domain::onboarding::{Command, Party, Status};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{ContactRef, NewContact};
use koppelklaar::domain::text::{EmailAddress, PersonName};
use koppelklaar::services::onboarding::{onboardings, schools};
use koppelklaar::services::people::contacts;
use koppelklaar::store::onboarding::school_list::{self, Filter};

use crate::support::acting::reason;
use crate::support::{TestApp, TestSchool, run};

async fn found(app: &TestApp, typed: &str, chosen: Filter) -> Vec<String> {
    let filter = Filter { search: schools::read_search(app.context(), typed), ..chosen };
    let page = school_list::list(app.context().db.reader(), &filter, None, 100).await.expect("the store answers");
    page.rows.into_iter().map(|row| row.brin).collect()
}

async fn add(app: &TestApp, school: &TestSchool, name: &str, email: &str) {
    let person = NewContact {
        name: PersonName::parse(name).expect("a name"),
        email: EmailAddress::parse(email).expect("an address"),
        roles: Roles::of(ContactRole::Applicatiebeheerder),
    };
    let kurve = app.kurve_again().await;
    contacts::add(app.context(), &app.call(kurve), school.connection, person, None).await.expect("it is new");
}

/// The board of Rivierenland (99XA to 99XD: Zuid, Noord, Midden, Oost), and schools beside it.
async fn fill(app: &TestApp) {
    let kurve = app.kurve().await;
    let board = app.board(kurve).await;
    let mut made = vec![];
    for (name, brin, label) in [
        ("100% Gymnasium", "11AA", "honderd"),
        ("1000 Bomen", "11AB", "bomen"),
        ("Atheneum A_B", "12AB", "atheneum"),
        ("Atheneum AXB", "12AB01", "axb"),
        ("CSG Één Twee", "13AA", "eentwee"),
        ("De \\ School", "14AA", "deschool"),
        ("O.L.V.-college", "15AA", "olv"),
        ("Sint-Jan \"Noord\"", "16AA", "sint-jan"),
        ("'t Hof van Çelebi", "17AA", "celebi"),
    ] {
        made.push(app.school_by_services(name, brin, label).await);
    }
    add(app, &board[0], "Jan Bos", "jan@rivierenland.example").await;
    add(app, &made[2], "Jan Bos", "jan@rivierenland.example").await;
    add(app, &made[3], "Zoë van der Ploeg", "z.ploeg@axb.example").await;
    add(app, &made[4], "Weg Gegaan", "weg@eentwee.example").await;
    let gone = app.file(&made[4]).await.contacts.into_iter().find(|one| one.name.as_str() == "Weg Gegaan");
    let gone = ContactRef { connection: made[4].connection, contact: gone.expect("they were added").id };
    contacts::remove(app.context(), &app.call(kurve), gone, None).await.expect("another one is left");
    app.new_mails().await;
}

const BOARD: &str = "99XC 99XB 99XD 99XA";
const ALL: &str = "17AA 11AA 11AB 12AB 12AB01 13AA 14AA 15AA 99XC 99XB 99XD 99XA 16AA";

const TABLE: &[(&str, &str)] = &[
    // Nothing.
    ("", ALL),
    ("   ", ALL),
    ("bestaat niet", ""),
    // Parts of names, in any order and case.
    ("rivierenland", BOARD),
    ("RIVIEREN", BOARD),
    ("vieren", BOARD),
    ("noord riv", "99XB"),
    ("riv noord", "99XB"),
    ("Rivierenland Noord", "99XB"),
    ("Noord, Rivierenland", "99XB"),
    ("scholengroep", BOARD),
    ("scholengroep oost", "99XD"),
    ("noord", "99XB 16AA"),
    ("oost zuid", ""),
    ("atheneum", "12AB 12AB01"),
    // Accents, and how they are written.
    ("een twee", "13AA"),
    ("één", "13AA"),
    ("ÉÉN", "13AA"),
    ("e\u{301}e\u{301}n", "13AA"),
    ("celebi", "17AA"),
    ("ÇELEBI", "17AA"),
    ("\u{200b}celebi\u{ad}", "17AA"),
    // Signs between letters.
    ("sint jan", "16AA"),
    ("sint-jan", "16AA"),
    ("sintjan", "16AA"),
    ("Sint‑Jan", "16AA"),
    ("olv", "15AA"),
    ("o.l.v.", "15AA"),
    ("OLV-college", "15AA"),
    ("'t hof", "17AA"),
    ("’t Hof", "17AA"),
    ("\"Sint-Jan\"", "16AA"),
    // One or two signs are the beginning of a word.
    ("tw", "13AA"),
    ("we", ""),
    ("t h", "17AA"),
    ("1", "17AA 11AA 11AB 12AB 12AB01 13AA 14AA 15AA 16AA"),
    // A BRIN in any form.
    ("12AB", "12AB 12AB01"),
    ("12ab", "12AB 12AB01"),
    ("12 AB", "12AB 12AB01"),
    ("12-ab", "12AB 12AB01"),
    ("1 2 a b", "12AB 12AB01"),
    ("12AB00", "12AB"),
    ("12ab-00", "12AB"),
    ("12AB/01", "12AB01"),
    ("12 AB 01", "12AB01"),
    ("BRIN 12AB", "12AB 12AB01"),
    ("brin: 12ab/01", "12AB01"),
    ("BRIN-nummer: 99XA", "99XA"),
    ("BRIN12AB01", "12AB01"),
    ("12ABO1", ""),
    ("12AC", ""),
    ("99x", BOARD),
    // A school domain, and whatever address it stands in.
    ("rivierenland.swp.nl", BOARD),
    ("Rivierenland.SWP.nl", BOARD),
    ("https://rivierenland.swp.nl:8800/x?y", BOARD),
    ("http://rivierenland.swp.nl/", BOARD),
    ("https://rivierenland.swp.nl:8800/doc?library=data#top", BOARD),
    ("rivieren.swp.nl", ""),
    ("sint-jan.swp.nl", "16AA"),
    ("noord https://rivierenland.swp.nl", "99XB"),
    ("rivierenland.swp.nl axb.swp.nl", ""),
    // An address of a contact, whole.
    ("jan@rivierenland.example", "12AB 99XC 99XB 99XD 99XA"),
    ("JAN@RIVIERENLAND.EXAMPLE", "12AB 99XC 99XB 99XD 99XA"),
    ("mailto:jan@rivierenland.example", "12AB 99XC 99XB 99XD 99XA"),
    ("J. Bos <jan@rivierenland.example>", "12AB 99XC 99XB 99XD 99XA"),
    ("<z.ploeg@axb.example>;", "12AB01"),
    ("weg@eentwee.example", ""),
    ("niemand@axb.example", ""),
    ("jan@rivierenland.example oost", "99XD"),
    ("jan@rivierenland.example 12ab", "12AB"),
    // The name of a contact.
    ("zoe ploeg", "12AB01"),
    ("van der Ploeg, Zoë", "12AB01"),
    ("jan 12ab", "12AB"),
    ("bos rivier", BOARD),
    ("bos 99xb", "99XB"),
    ("gegaan", ""),
    // What means something to a database, and nothing here.
    ("100%", "11AA"),
    ("%", ""),
    ("%%%", ""),
    ("_", ""),
    ("A_B", "12AB"),
    ("a__", ""),
    ("\\", "14AA"),
    ("\\\\", ""),
    ("' OR 1=1 --", ""),
    ("noord\" OR \"oost", ""),
    ("noord OR oost", ""),
    ("noord AND riv", "99XB"),
    ("NOT noord", ""),
    ("search_text:noord", ""),
    ("noord*", ""),
    ("^noord", ""),
    ("NEAR(noord riv)", ""),
    ("\"", "16AA"),
    ("\"\"\"\"", ""),
    ("*", ""),
    ("-", ""),
    (".", ""),
    ("(", ""),
    ("{search_text} : x", ""),
    ("'; DROP TABLE school; --", ""),
    ("\u{0}noord\u{1f}", "99XB 16AA"),
];

#[test]
fn what_people_paste_is_found() {
    run(|app: TestApp| async move {
        fill(&app).await;

        for (typed, expected) in TABLE {
            let brins = found(&app, typed, Filter::default()).await.join(" ");
            assert_eq!(brins, *expected, "{typed:?}");
        }
    });
}

#[test]
fn a_search_is_narrowed_by_filters_and_paged_like_the_whole_list() {
    run(|app: TestApp| async move {
        fill(&app).await;
        let kurve = app.kurve_again().await;
        let noord =
            app.file(&app.school_by_services("Het Molenveld", "18AA", "molenveld").await).await.schools.remove(0);
        let stop = Command::Withdraw { school: noord.id, reason: reason("Fusie."), chose_option_b: false };
        onboardings::act(app.context(), &app.call(kurve), noord.connection, &stop, None).await.expect("Kurve may");
        let stopped = Filter { status: Some(Status::Withdrawn), ..Filter::default() };
        let of_kurve = Filter { holder: Some(Party::Kurve), ..Filter::default() };

        assert_eq!(found(&app, "molenveld", stopped.clone()).await, ["18AA"]);
        assert_eq!(found(&app, "rivierenland", stopped).await, Vec::<String>::new());
        assert_eq!(found(&app, "molenveld", of_kurve.clone()).await, Vec::<String>::new());
        assert_eq!(found(&app, "noord", of_kurve).await, ["99XB", "16AA"]);
        let filter = Filter { search: schools::read_search(app.context(), "rivierenland"), ..Filter::default() };
        let (mut after, mut seen) = (None, vec![]);
        loop {
            let conn = app.context().db.reader();
            let page = school_list::list(conn, &filter, after.as_ref(), 1).await.expect("the store answers");
            seen.extend(page.rows.into_iter().map(|row| row.brin));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["99XC", "99XB", "99XD", "99XA"]);
        app.new_mails().await;
    });
}
