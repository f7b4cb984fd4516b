//! The pages of an admin, and the commands.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use super::{Told, look};
use crate::support::database::texts;
use crate::support::hook::{Answer, Hook};
use crate::support::{TestApp, run};

#[test]
fn an_admin_adds_an_endpoint_tries_it_and_sees_what_came_of_it() {
    run(|app: TestApp| async move {
        let (admin, hook) = (app.staff_as("boss@kurve.nl", StaffRole::Admin).await, Hook::open().await);
        let empty = admin.get(links::STAFF_WEBHOOKS).await;
        assert!(empty.has("[data-empty]"), "{}", empty.body);

        let made = empty.submit(&admin, "form[data-form=add_webhook]", &[("url", &hook.url())]).await;
        let secret = made.text("#geheim");
        assert!(secret.starts_with("whsec_"), "{}", made.body);
        let list = admin.get(links::STAFF_WEBHOOKS).await;
        let href = list.attributes("[data-webhook-row] a", "href").remove(0);
        let page = admin.get(&href).await;
        assert!(!list.body.contains(&secret) && !page.body.contains(&secret), "it is shown once");
        page.submit(&admin, "form[data-form=test]", &[]).await;
        look(&app, hook.courier()).await;

        let page = admin.get(&href).await;
        assert_eq!(hook.received()[0].json()["type"], "webhook.test");
        assert!(page.text("[data-message]").contains("Aangekomen"), "{}", page.body);
        let noted =
            texts(&app.database.url, "SELECT payload FROM audit WHERE action LIKE 'webhook%' ORDER BY id").await;
        assert!(noted.len() == 1 && noted[0].contains("webhook_added"), "{noted:?}");
        assert!(!texts(&app.database.url, "SELECT url FROM webhook_endpoint").await.concat().contains(&secret));
    });
}

#[test]
fn a_wrong_address_comes_back_filled_in_with_what_to_do() {
    run(|app: TestApp| async move {
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
        let empty = admin.get(links::STAFF_WEBHOOKS).await;
        for (typed, said) in [
            ("numo.example", "Dit is geen webadres."),
            ("http://numo.example/", "Het adres moet met https:// beginnen."),
            ("https://127.0.0.1/", "Typ de naam van een host"),
            ("https://eva:geheim@numo.example/", "Laat de gebruikersnaam en het wachtwoord weg"),
        ] {
            let page = empty.submit(&admin, "form[data-form=add_webhook]", &[("url", typed)]).await;

            assert_eq!(page.status, 422, "{typed}");
            assert!(page.text("[data-error-for=url]").contains(said), "{}", page.body);
            assert!(page.body.contains(&format!("value=\"{typed}\"")), "{}", page.body);
        }
    });
}

#[test]
fn what_does_not_arrive_is_shown_with_why_and_when_it_is_tried_again() {
    run(|app: TestApp| async move {
        let told = Told::of(&app).await;
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;
        told.hook.answers([Answer::Status(503)]);
        told.school("12AB").await;
        told.look().await;
        let href = links::fill(links::STAFF_WEBHOOK, &[&told.id.to_string()]);

        let page = admin.get(&href).await;
        assert!(page.text("[data-state]").contains("Komt niet aan"), "{}", page.body);
        let row = page.text("[data-message]");
        assert!(row.contains("status 503") && row.contains("Volgende poging"), "{row}");
        page.submit(&admin, "[data-message] form", &[]).await;
        told.look().await;
        let page = admin.get(&href).await;
        assert!(page.text("[data-message]").contains("Aangekomen"), "{}", page.body);

        page.submit(&admin, "form[data-form=stop]", &[]).await;
        told.school("13AB").await;
        told.look().await;
        let page = admin.get(&href).await;
        assert!(page.text("[data-state]").contains("Uitgezet"), "{}", page.body);
        page.submit(&admin, "form[data-form=start]", &[]).await;
        told.look().await;
        assert_eq!(told.hook.received().len(), 3);

        let page = admin.get(&href).await;
        let wrong = page.submit(&admin, "form[data-form=replay]", &[("after", "gisteren")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text("[data-error-for=after]").contains("Typ een nummer"), "{}", wrong.body);
        page.submit(&admin, "form[data-form=replay]", &[("after", "0")]).await;
        told.look().await;
        assert_eq!(told.hook.received().len(), 5);

        let fresh = page.submit(&admin, "form[data-form=secret]", &[]).await;
        assert!(fresh.text("#geheim").starts_with("whsec_") && fresh.has("[data-old-secret]"), "{}", fresh.body);
        page.submit(&admin, "form[data-form=remove]", &[]).await;
        assert!(admin.get(links::STAFF_WEBHOOKS).await.has("[data-empty]"));
        assert_eq!(admin.get(&href).await.status, 404);
    });
}
