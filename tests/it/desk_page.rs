//! The page of a connection for Kurve: what is to be done stands above the steps, its form once, and the timeline is folded.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use crate::journey::Table;
use crate::support::board::Board;
use crate::support::database::sql;
use crate::support::{Page, TestApp, run};

/// What waits on Kurve, as the cards say it.
fn cards(page: &Page) -> Vec<String> {
    page.attributes("[data-todo]", "data-todo")
}

fn timeline(page: &Page) -> Vec<String> {
    page.texts(".timeline li > p:first-child")
}

#[test]
fn what_waits_on_kurve_stands_first_with_its_form_open_and_nowhere_else() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let fresh = table.staff_page().await;
        assert_eq!(
            (fresh.attributes("[data-now]", "data-now"), cards(&fresh)),
            (vec!["kurve".into()], vec!["do".into()])
        );
        assert_eq!(fresh.texts("form[data-form=issue]").len(), 1);
        assert!(fresh.has("#wachtwoord[data-todo] > form[data-form=issue]"), "links to the password lead to the card");

        table.issue().await;
        let issued = table.staff_page().await;
        assert_eq!(issued.attributes("[data-now]", "data-now"), ["others"]);
        assert!(issued.text("[data-now]").contains("De school is aan de beurt: "), "{}", issued.text("[data-now]"));
        assert!(issued.has("#wachtwoord[data-credentials='1']") && !issued.has("form .btn:not([class*=btn--])"));

        table.school("consent_given", "stuck", &[("reason", "Het menu is er niet.")]).await;
        let stuck = table.staff_page().await;
        assert_eq!(cards(&stuck), ["answer"]);
        assert_eq!(stuck.text("#stap-consent_given[data-todo] [data-stuck-reason]"), "Het menu is er niet.");
        assert!(stuck.has("#stap-consent_given > form[data-form=answer]") && !stuck.has(".ledger [data-form=answer]"));
        assert!(
            stuck.has(".ledger [data-step=consent_given] [data-form=confirm]"),
            "what else can be done stays there"
        );

        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;
        let read = reader.get(&links::staff_school(links::STAFF_SCHOOL, table.school.connection)).await;
        assert_eq!(cards(&read), ["answer"]);
        assert!(!read.has("main form"), "{}", read.body);
        app.new_mails().await;
    });
}

#[test]
fn a_connection_that_rests_or_stopped_says_so_with_what_takes_it_up_again() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        table.kurve("", "pause", &[("reason", "Toetsweek."), ("until", "2026-12-14")]).await;
        let paused = table.staff_page().await;
        table.kurve("", "resume", &[]).await;
        table.kurve("", "withdraw", &[("reason", "Fusie.")]).await;
        let stopped = table.staff_page().await;

        for (page, key, reason, form) in
            [(&paused, "paused", "Toetsweek.", "resume"), (&stopped, "stopped", "Fusie.", "reopen")]
        {
            assert_eq!(page.attributes("[data-now]", "data-now"), [key]);
            assert!(page.text("[data-now] [data-lifecycle-reason]").contains(reason), "{}", page.body);
            assert_eq!(page.texts(&format!("form[data-form={form}]")).len(), 1);
            assert!(page.has(&format!("[data-now] form[data-form={form}]")) && cards(page).is_empty(), "{key}");
        }
        app.new_mails().await;
    });
}

#[test]
fn the_timeline_is_folded_until_somebody_asks_for_a_part_of_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        table.kurve("", "note", &[("text", "Gebeld.")]).await;
        table.claim(&["consent_given"]).await;
        app.new_mails().await;

        let page = table.staff_page().await;
        assert!(page.has("[data-fold=timeline]") && !page.has("[data-fold=timeline][open]"));
        let all = timeline(&page);
        let mut shown = vec![];
        for href in page.attributes("[data-fold=timeline] .chips a", "href") {
            let part = table.staff.get(&href).await;
            assert!(part.has("[data-fold=timeline][open]"), "{href}");
            assert_eq!(part.attributes(".chips [aria-current=page]", "href").concat(), href);
            let lines = timeline(&part);
            assert!(lines.iter().all(|line| all.contains(line)), "{href}: {lines:?}");
            shown.push(lines);
        }

        let [everything, steps, people, .., by_kurve, by_school] = &*shown else { panic!("{shown:?}") };
        assert_eq!(everything, &all);
        let says = |lines: &[String], what: &str| lines.iter().any(|line| line.contains(what));
        assert!(says(steps, "Consent") && !says(steps, "otitie"), "{steps:?}");
        assert!(says(people, "Anna de Wit") && !says(people, "Consent geven"), "{people:?}");
        assert!(says(by_kurve, "otitie") && !says(by_kurve, "Consent geven"), "{by_kurve:?}");
        assert!(says(by_school, "Consent geven") && !says(by_school, "otitie"), "{by_school:?}");
        let nonsense = table.staff.get(&format!("{}?verloop=zomaar&voor=x", page.path)).await;
        assert_eq!((nonsense.status, timeline(&nonsense)), (200, all));
    });
}

#[test]
fn a_part_of_a_long_timeline_goes_on_where_it_was() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        for number in 0..45 {
            table.kurve("", "note", &[("text", &format!("Notitie {number}"))]).await;
        }

        let first = table.staff.get(&format!("{}?verloop=by_kurve", table.staff_page().await.path)).await;
        let older = table.staff.get(&first.attributes("[data-older]", "href")[0]).await;
        let back = table.staff.get(&older.attributes("[data-newest]", "href")[0]).await;

        assert_eq!((timeline(&first).len(), timeline(&older).len()), (40, 5));
        assert_eq!(
            older.attributes(".chips [aria-current=page]", "href"),
            first.attributes(".chips [aria-current=page]", "href")
        );
        assert!(!older.has("[data-older]") && older.has("[data-fold=timeline][open]"));
        assert_eq!(timeline(&back), timeline(&first));
        assert_eq!(first.texts("[data-note]").len(), 45, "older notes are folded, not gone");
        assert_eq!(first.texts("[data-fold=notes] [data-note]").len(), 43);
    });
}

#[test]
fn a_mail_that_failed_shows_its_address_wherever_it_stands() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        let of_contact = "kind = 'credentials_ready' AND status = 'waiting'";
        let before = table.staff_page().await;
        assert!(!before.has("[data-mail-address]"), "one that is on its way needs none");

        sql(&app.database.url, &format!("UPDATE outbox SET status = 'failed' WHERE {of_contact}")).await;
        let page = table.staff_page().await;
        let post = table.staff.get("/beheer/post?stand=failed").await;
        let own = table.staff.get(&post.attributes("tr[data-mail] th a", "href")[0]).await;

        assert_eq!(page.text("[data-mail-fate=failed] [data-mail-address]"), table.school.email);
        assert_eq!(post.text("[data-mail-fate=failed] [data-mail-address]"), table.school.email);
        assert!(own.text(".facts").contains(&table.school.email), "{}", own.body);

        let again = post.submit(&table.staff, "tr[data-mail] form", &[]).await;
        let said = table.staff.follow(&again).await.text("[data-flash]");
        assert_eq!(said, "Bonhoeffer College: De mail wordt opnieuw verstuurd.");
        app.new_mails().await;
    });
}

#[test]
fn several_schools_are_activated_in_the_card_and_each_alone_in_its_row() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 3).await.made_ready().await;

        let page = board.page().await;

        assert_eq!(cards(&page), ["do"]);
        assert_eq!(page.text("[data-todo] h3"), "3 scholen activeren");
        assert_eq!(page.texts("form[data-form=confirm] .btn:not(.btn--secondary)").len(), 1, "one loud button");
        assert_eq!(page.texts("[data-school-row] form[data-form=activate]").len(), 3);
    });
}
