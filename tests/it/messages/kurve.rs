//! Kurve writes to the contacts of a connection.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use super::{sent, thread, write};
use crate::journey::Table;
use crate::support::database::texts;
use crate::support::{TestApp, run};

#[test]
fn a_message_goes_to_who_was_chosen_stands_in_the_thread_and_is_logged_without_its_text() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let kurve = app.kurve_again().await;
        app.add_contact(kurve, &table.school, "bea@school.example").await;
        app.new_mails().await;
        let page = thread(&table).await;
        let (_, fields) = page.form("form[data-form=message]");
        let bea = fields
            .iter()
            .find(|(name, _)| name.starts_with("to-") && !name.contains(&table.school.contact.to_string()));
        let (action, mut chosen) = page.form("form[data-form=message]");
        chosen.retain(|(name, _)| bea.is_none_or(|(bea, _)| bea != name) && name != "text");
        chosen.push(("text".to_owned(), "Staat het <b>schuifje</b> aan bij {{school}}?".to_owned()));
        chosen.push(("do".to_owned(), "send".to_owned()));

        let written = table.staff.post(&action, &chosen).await;
        let twice = table.staff.post(&action, &chosen).await;

        assert_eq!((written.status, twice.status), (303, 303), "{}", written.body);
        let mails = app.new_mails().await;
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str()]);
        let mail = &mails[0];
        assert!(mail.subject.contains("Bonhoeffer College"), "{}", mail.subject);
        assert!(
            mail.text.contains("Eva Jansen van Kurve") && mail.text.contains("schuifje</b> aan bij Bonhoeffer"),
            "{}",
            mail.text
        );
        assert!(mail.reply_to.as_deref().is_some_and(|to| to.starts_with("antwoord+")), "{:?}", mail.reply_to);
        assert!(mail.raw.contains(&format!("References: <school-{}@koppelklaar.test>", table.school.connection)));
        let page = table.staff_page().await;
        assert_eq!(
            page.texts("[data-message=out] [data-text]"),
            ["Staat het <b>schuifje</b> aan bij Bonhoeffer College?"]
        );
        assert!(page.text("[data-message=out] .meta").starts_with("Eva Jansen van Kurve aan "), "{}", page.body);
        let payloads = texts(&app.database.url, "SELECT payload FROM audit WHERE action = 'message_sent'").await;
        assert!(payloads.len() == 1 && !payloads[0].contains("schuifje"), "{payloads:?}");
    });
}

#[test]
fn a_template_fills_the_form_and_a_look_beforehand_sends_nothing() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let templates = table.staff.get(links::STAFF_TEMPLATES).await;
        let fields = [("name", "Consent"), ("text", "Geef consent voor {{ school }}.\nOpen: {{pagina}}")];
        let made = templates.submit(&table.staff, "form[data-form=add_template]", &fields).await;
        app.new_mails().await;
        let page = thread(&table).await;
        let id = page.attributes("#template option", "value").remove(1);
        let form = "form[data-form=message]";

        let filled = page.submit(&table.staff, form, &[("template", &id), ("do", "template")]).await;
        let added = page.submit(&table.staff, form, &[("template", &id), ("text", "Hoi,"), ("do", "template")]).await;
        let none = page.submit(&table.staff, form, &[("text", "Hoi,"), ("do", "template")]).await;
        let looked = filled.submit(&table.staff, form, &[("do", "preview")]).await;

        assert_eq!((made.status, filled.status, added.status, none.status, looked.status), (303, 200, 200, 422, 200));
        assert!(filled.text("#text").starts_with("Geef consent voor {{ school }}."), "{}", filled.body);
        assert!(added.text("#text").starts_with("Hoi, Geef consent"), "{}", added.body);
        assert!(none.has("[data-error-for=template]") && none.text("#text") == "Hoi,", "{}", none.body);
        let preview = looked.text("[data-preview] .mail-text");
        assert!(preview.starts_with("Geef consent voor Bonhoeffer College. Open: https://"), "{preview}");
        assert!(looked.text("#text").contains("{{ school }}"), "{}", looked.body);
        assert!(app.new_mails().await.is_empty() && !thread(&table).await.has("[data-message]"));
    });
}

#[test]
fn what_is_wrong_stands_at_its_field_and_what_was_typed_stays() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.new_mails().await;
        let page = thread(&table).await;
        let (action, fields) = page.form("form[data-form=message]");
        let with = |text: &str, wish: &str, keep_people: bool| {
            let mut fields = fields.clone();
            fields.retain(|(name, _)| name != "text" && (keep_people || !name.starts_with("to-")));
            fields.extend([("text".to_owned(), text.to_owned()), ("do".to_owned(), wish.to_owned())]);
            fields
        };

        let unknown = table.staff.post(&action, &with("Beste {{naam}},", "send", true)).await;
        let looked = table.staff.post(&action, &with("Beste {{naam}},", "preview", true)).await;
        let empty = table.staff.post(&action, &with(" ", "send", true)).await;
        let nobody = table.staff.post(&action, &with("Hoi", "send", false)).await;
        let long = table.staff.post(&action, &with(&"x".repeat(4_001), "send", true)).await;

        for (page, field, said) in [
            (&unknown, "text", "{{naam}} kunnen we niet invullen"),
            (&looked, "text", "{{school}}"),
            (&empty, "text", "Schrijf eerst je bericht"),
            (&nobody, "to", "Kies minstens één"),
            (&long, "text", "4000"),
        ] {
            assert_eq!(page.status, 422, "{said}");
            assert!(page.text(&format!("[data-error-for={field}]")).contains(said), "{}", page.body);
        }
        assert_eq!(unknown.text("#text"), "Beste {{naam}},");
        assert!(!nobody.has("#to[checked]") && unknown.has("#to[checked]"), "what was ticked stays");
        assert!(app.new_mails().await.is_empty());
    });
}

#[test]
fn a_password_in_a_message_is_refused_and_not_given_back() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        let password = crate::passwords_typed::reveal(&table).await;

        let refused = write(&table, &format!("Het is {password}")).await;

        assert_eq!(refused.status, 422);
        assert!(refused.has("[data-error-for=text]") && !refused.body.contains(&password), "{}", refused.body);
        assert!(!thread(&table).await.has("[data-message]"));
    });
}

#[test]
fn a_reader_of_kurve_reads_the_thread_and_writes_nothing() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let reply_to = sent(&app, &table, "Hoi").await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        let page = reader.get(&links::staff_school(links::STAFF_MESSAGES, table.school.connection)).await;

        assert!(reply_to.starts_with("antwoord+"));
        assert!(page.has("[data-message=out]") && !page.has("form[data-form=message]"), "a reader only reads");
    });
}
