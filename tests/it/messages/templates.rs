//! Kurve's templates of messages.

use futures_util::future::join_all;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor, run};

async fn add(staff: &Visitor, name: &str, text: &str) -> Page {
    let page = staff.get(links::STAFF_TEMPLATES).await;
    page.submit(staff, "form[data-form=add_template]", &[("name", name), ("text", text)]).await
}

#[test]
fn a_template_keeps_every_text_that_it_had_with_who_and_when() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let made = add(&staff, "Consent", "Geef consent voor {{school}}.").await;
        let twice = add(&staff, "Consent", "Geef consent voor {{school}}.").await;
        let href = staff.get(links::STAFF_TEMPLATES).await.attributes("[data-template] a", "href").remove(0);
        let page = staff.get(&href).await;
        let form = "form[data-form=change_template]";

        let changed = page.submit(&staff, form, &[("text", "Geef eerst consent.")]).await;
        let stale = page.submit(&staff, form, &[("text", "Iets anders.")]).await;
        let same = staff.get(&href).await.submit(&staff, form, &[]).await;
        let after = staff.get(&href).await;

        assert_eq!((made.status, twice.status, changed.status, stale.status, same.status), (303, 303, 303, 409, 303));
        assert!(stale.has("[data-conflict]") && stale.text("textarea") == "Iets anders.", "{}", stale.body);
        assert_eq!(after.texts("[data-version] .mail-text"), ["Geef eerst consent.", "Geef consent voor {{school}}."]);
        let who = after.texts("[data-version] .meta");
        assert!(who[0].starts_with("versie 2, Eva Jansen, ") && who[1].starts_with("versie 1, "), "{who:?}");
        let removed = after.submit(&staff, "form[data-form=remove_template]", &[]).await;
        let again = after.submit(&staff, "form[data-form=remove_template]", &[]).await;
        let free = add(&staff, "consent", "Nieuw.").await;
        assert_eq!((removed.status, again.status, free.status), (303, 303, 303), "{}", free.body);
        assert_eq!(staff.get(&href).await.status, 404);
        let payloads =
            texts(&app.database.url, "SELECT payload FROM audit WHERE action LIKE 'message_template%'").await;
        assert!(payloads.len() == 4 && payloads.iter().all(|text| !text.contains("consent")), "{payloads:?}");
    });
}

#[test]
fn what_is_wrong_with_a_template_stands_at_its_field() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        add(&staff, "Consent", "Geef consent.").await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        let unknown = add(&staff, "Naam", "Beste {{naam}},").await;
        let taken = add(&staff, " consent ", "Anders.").await;
        let empty = add(&staff, "", "").await;

        for (page, field, said) in [
            (&unknown, "text", "{{naam}} kunnen we niet invullen"),
            (&taken, "name", "Er is al een sjabloon met deze naam"),
            (&empty, "name", "Geef dit sjabloon een naam"),
        ] {
            assert_eq!(page.status, 422, "{said}");
            assert!(page.text(&format!("[data-error-for={field}]")).contains(said), "{}", page.body);
        }
        assert!(unknown.text("textarea").contains("{{naam}}"), "{}", unknown.body);
        assert!(!reader.get(links::STAFF_TEMPLATES).await.has("form[data-form=add_template]"));
    });
}

#[test]
fn of_those_who_take_a_name_at_once_one_gets_it_and_the_others_read_why_not() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let page = staff.get(links::STAFF_TEMPLATES).await;
        let texts: Vec<String> = (0..8).map(|number| format!("Tekst {number}.")).collect();
        let take = |text| {
            let (page, staff) = (&page, &staff);
            async move { page.submit(staff, "form[data-form=add_template]", &[("name", "Consent"), ("text", text)]).await }
        };

        let answers = join_all(texts.iter().map(|text| take(text.as_str()))).await;

        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422, 422, 422, 422, 422, 422, 422]);
    });
}
