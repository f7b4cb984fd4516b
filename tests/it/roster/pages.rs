//! The four steps of a spreadsheet on the page.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::jobs::Job;

use super::{everything, files};
use crate::support::{Page, TestApp, Visitor, run};

const BRING: &str = "/beheer/scholen/uit-bestand";

async fn bring(staff: &Visitor, name: &str, bytes: &[u8]) -> Page {
    let page = staff.get(BRING).await;
    assert_eq!(page.status, 200, "{}", page.body);
    staff.upload(&page, name, bytes).await
}

const CSV: &str = "School;BRIN;Magister;Regio;Contact;Mail;Rol;Stand;Telefoon\n\
    De Zonnebloem;98ZB;zonnebloem.swp.nl;Zuid;Els van Dam;els@zonnebloem.example;SB;consent gegeven;06\n\
    De Vlieger;98VL;vlieger;Zuid;Bo Bos;bo@vlieger.example;directeur;;06\n\
    De Toorts;1OAB;toorts;;Jo Jansen;jo@toorts.example;;;06\n";

#[test]
fn a_file_is_read_and_says_for_each_row_what_would_happen_and_nothing_does() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let before = everything(&app).await;

        let brought = bring(&staff, "delta.csv", CSV.as_bytes()).await;
        let page = staff.follow(&brought).await;

        assert_eq!(page.text("#proef-kop"), "Proefronde: 2 van de 3 rijen kunnen");
        assert_eq!(page.text("#kolommen-kop"), "delta.csv");
        assert!(page.body.contains("Niet gebruikt: Telefoon."), "{}", page.body);
        assert_eq!(page.attributes("tr[data-kind=fault]", "data-row"), ["3"]);
        assert_eq!(page.attributes("tr[data-kind=look]", "data-row"), ["4", "4"]);
        assert!(page.text("tr[data-row='3']").contains("Die rol kennen we niet."));
        let chips = page.texts("[data-chip]");
        assert_eq!(
            chips,
            ["Fout of kijk na 2", "Wordt gemaakt 2", "Komt bij een koppeling 0", "Verandert 0", "Blijft gelijk 0"]
        );
        let made = staff.get(page.attributes("[data-chip]", "href")[1].split('#').next().expect("a path")).await;
        assert_eq!(made.attributes("tr[data-row]", "data-row"), ["2", "4"]);
        let mut after = everything(&app).await;
        after.retain(|line| !line.starts_with("audit/"));
        assert_eq!(after, before.into_iter().filter(|line| !line.starts_with("audit/")).collect::<Vec<_>>());
    });
}

#[test]
fn another_column_is_chosen_where_it_shows() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let csv = CSV.replacen("Magister", "Adres", 1);
        let page = staff.follow(&bring(&staff, "delta.csv", csv.as_bytes()).await).await;
        assert!(!page.has("[data-dry-run]"));
        assert_eq!(page.attributes("[data-error-for]", "data-error-for"), ["domain"]);

        let doubled = page.submit(&staff, "form[data-form=mapping]", &[("domain", "1")]).await;
        assert_eq!(doubled.status, 422);
        assert_eq!(doubled.attributes("[data-error-for]", "data-error-for"), ["brin", "domain"]);

        let chosen = doubled.submit(&staff, "form[data-form=mapping]", &[("domain", "2")]).await;
        let page = staff.follow(&chosen).await;
        assert_eq!(page.text("#proef-kop"), "Proefronde: 2 van de 3 rijen kunnen");
    });
}

#[test]
fn the_rows_to_look_at_come_as_a_file_with_the_explanation_and_no_formula() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let csv = CSV.replace("directeur", "=directeur");
        let page = staff.follow(&bring(&staff, "delta.csv", csv.as_bytes()).await).await;

        let file = staff.get(&page.attributes("[data-faults]", "href")[0]).await;

        assert!(file.header("content-type").starts_with("text/csv"));
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(lines.len(), 3, "{}", file.body);
        assert!(lines[0].ends_with("Telefoon;Uitleg"), "{}", lines[0]);
        assert!(lines[1].starts_with("3;De Vlieger") && lines[1].contains(";'=directeur;"), "{}", lines[1]);
    });
}

#[test]
fn a_wrong_file_says_why_at_its_field() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let rows: String = (0..5_001).map(|row| format!("School {row};98ZB;zon\n")).collect();
        let long = format!("School;BRIN;Domein\n{rows}");
        for (bytes, said) in [
            (&b""[..], "leeg"),
            (b"%PDF-1.7\n\0", "geen CSV of Excel"),
            (b"PK\x03\x04half", "beschadigd"),
            (b"School;BRIN;Domein\n", "geen rij"),
            (long.as_bytes(), "hoogstens 5000"),
        ] {
            let wrong = bring(&staff, "x.csv", bytes).await;
            assert_eq!(wrong.status, 422, "{said}");
            assert!(wrong.text("[data-error-for=file]").contains(said), "{said}: {}", wrong.body);
        }
        let large = bring(&staff, "x.csv", &vec![b'a'; 21 * 1024 * 1024]).await;
        assert_eq!(large.status, 413);
        assert!(large.body.contains("Dit bestand is te groot"), "{}", large.body);
        let just = bring(&staff, "x.csv", &vec![b'a'; 20 * 1024 * 1024 + 1]).await;
        assert_eq!(just.status, 422);
        assert!(just.text("[data-error-for=file]").contains("te groot"));
    });
}

#[test]
fn a_file_is_of_who_brought_it_and_is_gone_after_a_day() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let brought = bring(&staff, "delta.csv", &files::dutch_csv().bytes).await;
        let path = brought.location().to_owned();
        let noor = app.staff_as("noor@kurve.nl", StaffRole::Support).await;

        assert_eq!(noor.get(&path).await.status, 404);
        assert_eq!(staff.get(&path).await.status, 200);
        app.advance(chrono::TimeDelta::hours(25));
        let staff = app.staff_as("eva@kurve.nl", StaffRole::Support).await;
        assert_eq!(staff.get(&path).await.status, 404);
        assert!(app.run(Job::DeleteExpired).await >= 1);
    });
}

#[test]
fn a_file_takes_the_token_of_its_page() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let mut page = staff.get(BRING).await;
        page.body = page.body.replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x");

        let refused = staff.upload(&page, "delta.csv", CSV.as_bytes()).await;

        assert_eq!(refused.status, 403);
    });
}

#[test]
fn the_list_of_schools_leads_there_and_the_example_can_be_brought() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let schools = staff.get("/beheer/scholen").await;
        assert_eq!(schools.attributes("[data-add-schools] a", "href"), ["/beheer/scholen/toevoegen", BRING]);
        let reader = app.staff_as("lees@kurve.nl", StaffRole::Reader).await;
        assert!(!reader.get("/beheer/scholen").await.has("[data-add-schools]"));

        let sample = staff.get("/beheer/scholen/uit-bestand/voorbeeld.csv").await;
        let page = staff.follow(&bring(&staff, "voorbeeld.csv", &sample.bytes).await).await;

        assert_eq!(page.text("#proef-kop"), "Proefronde: 2 van de 2 rijen kunnen");
    });
}
