//! One school by the form of Kurve's own.

use koppelklaar::domain::actor::StaffRole;

use crate::support::{Page, TestApp, Visitor, run};

const FIELDS: [(&str, &str); 9] = [
    ("school_name", "De Zonnebloem"),
    ("brin", "98-zb"),
    ("domain", "https://zonnebloem.swp.nl:8800/doc"),
    ("region", "zuid"),
    ("name", "Els van Dam"),
    ("email", "e.vandam@zonnebloem.example"),
    ("role", "superbeheerder"),
    ("ground", "called"),
    ("mails", "ordinary"),
];

async fn put_in(staff: &Visitor, with: &[(&str, &str)]) -> Page {
    let page = staff.get("/beheer/scholen/toevoegen").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let fields: Vec<(&str, &str)> =
        FIELDS.iter().filter(|(name, _)| with.iter().all(|(other, _)| other != name)).chain(with).copied().collect();
    page.submit(staff, "form[data-form=new_school]", &fields).await
}

#[test]
fn a_school_comes_with_a_contact_for_whom_the_colleague_vouches_on_the_spot() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        app.staff_as("noor@kurve.nl", StaffRole::Support).await;

        let done = put_in(&staff, &[]).await;
        let page = staff.follow(&done).await;

        assert!(page.body.contains("De Zonnebloem") && page.body.contains("98ZB"), "{}", page.body);
        assert!(page.body.contains("Els van Dam"), "{}", page.body);
        // The password can be issued at once: somebody is vouched for.
        let issued = page.submit(&staff, "form[action$='/wachtwoord']", &[]).await;
        assert_eq!(issued.status, 303, "{}", issued.body);
        let mails = app.new_mails().await;
        assert!(mails.iter().all(|mail| mail.to == "e.vandam@zonnebloem.example"), "to the contact only");
        assert_eq!(mails.len(), 2);
    });
}

#[test]
fn the_same_form_twice_says_that_the_school_is_here() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        assert_eq!(put_in(&staff, &[]).await.status, 303);

        let again = put_in(&staff, &[]).await;

        assert_eq!(again.status, 422);
        assert!(again.text("[data-refusal]").contains("Deze school is hier al"), "{}", again.body);
    });
}

#[test]
fn a_second_school_at_the_same_domain_joins_its_connection() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let first = put_in(&staff, &[]).await;

        let second = put_in(&staff, &[("brin", "98ZB01"), ("school_name", "Zon Zuid"), ("ground", "later")]).await;

        assert_eq!(first.location(), second.location());
        assert!(staff.follow(&second).await.body.contains("Zon Zuid"));
    });
}

#[test]
fn what_is_wrong_stands_at_its_field_and_the_form_keeps_what_was_typed() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;

        let wrong = put_in(&staff, &[("brin", "12A8"), ("ground", "other"), ("ground_text", "")]).await;

        assert_eq!(wrong.status, 422);
        let fields = wrong.attributes("[data-error-for]", "data-error-for");
        assert_eq!(fields, ["brin", "ground_text"]);
        assert_eq!(wrong.attributes("#school_name", "value"), ["De Zonnebloem"]);
        assert_eq!(wrong.attributes("#brin", "value"), ["12A8"]);
    });
}

#[test]
fn nobody_is_vouched_for_unless_the_colleague_says_so() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        app.staff_as("noor@kurve.nl", StaffRole::Support).await;

        let wrong = put_in(&staff, &[("ground", "")]).await;
        assert_eq!(wrong.attributes("[data-error-for]", "data-error-for"), ["ground"]);

        let done = put_in(&staff, &[("ground", "later")]).await;
        let page = staff.follow(&done).await;
        // Whoever put the school in called it: the same colleague may vouch later too, before there is a password.
        let contact = page.attributes("form[action$='/instaan']", "action");
        assert_eq!(contact.len(), 1, "{}", page.body);
        let vouched =
            page.submit(&staff, "form[action$='/instaan']", &[("ground", "Teruggebeld via de website.")]).await;
        assert_eq!(vouched.status, 303, "{}", vouched.body);
    });
}
