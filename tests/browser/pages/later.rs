//! What can only be seen at another hour, or while something is wrong: links that expired, a worker health that stands
//! still, connections that were lost, an outage.

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::jobs::Job;

use super::look::Look;
use crate::support::{Later, Mailbox, run};

/// Of the demo's schools with a password.
const ALL_DOMAINS: [&str; 9] = [
    "dewilgen",
    "molenveld",
    "zuiderzee",
    "vechtstroom",
    "atheneumnp",
    "duinrand",
    "kompascollege",
    "heuvelrug",
    "westerkwartier",
];

/// Opened its import, and its Magister works until it does not.
const LOST: &str = "contact@duinrand.example";

/// Has done everything; Kurve can activate.
const TO_ACTIVATE: &str = "contact@atheneumnp.example";

#[test]
fn every_link_that_expired_says_so_to_every_reader() {
    run(|stage| {
        let mut browser = stage.browser();
        let mut mailbox = Mailbox::of(LOST);
        browser.ask_for_link(LOST);
        let sign_in = mailbox.open(&browser, "/inloggen/link/");
        let printed = stage.operate(&["staff", "add", "noor@kurve.example", "--name", "Noor de Boer"]);
        let invite = printed.lines().find_map(|line| line.trim().strip_prefix(&browser.base)).expect("a link");
        browser.open("/aanmelden");
        super::public::request(&browser, "anna@nieuwebrug.example");
        let confirm = Mailbox::of("anna@nieuwebrug.example").open(&browser, "/aanmelden/bevestig/");

        let later = Later::on(stage, |_| ());
        later.clock.advance(TimeDelta::days(10));
        browser.base.clone_from(&later.base);
        let mut look = Look::with(&browser);
        for link in [sign_in.as_str(), &confirm, invite] {
            look.at(link);
        }
        browser.open("/inloggen/code");
        super::public::send_code(&browser, "12345678");
        look.here("with a code that expired");

        look.finish(&[]);
    });
}

#[test]
fn every_alarm_of_the_workers_is_fit_for_every_colleague() {
    run(|stage| {
        for (colleague, is_held, minutes, alarms) in [
            ("eva@kurve.example", false, 10, ["mail", "planner", "bulk"].as_slice()),
            ("lezer@kurve.example", true, 0, &["held"]),
        ] {
            let mut browser = stage.browser();
            browser.sign_in_as_staff(colleague);
            let later = Later::on(stage, |context| context.mail.is_held = is_held);
            later.clock.advance(TimeDelta::minutes(minutes));
            browser.base.clone_from(&later.base);
            let mut look = Look::with(&browser);
            browser.open("/beheer");
            for alarm in alarms {
                assert!(browser.has(&format!("[data-alarm={alarm}]")), "{}", browser.told());
            }
            look.here(&format!("with alarms: {}", alarms.join(", ")));
            look.finish(&[]);
        }
    });
}

#[test]
fn an_account_that_is_locked_says_so_to_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        for _ in 0..10 {
            browser.open("/beheer/inloggen");
            for (name, value) in [("email", "eva@kurve.example"), ("password", "geraden"), ("code", "123456")] {
                browser.fill(&format!("[name={name}]"), value);
            }
            browser.press("[data-action=sign_in]");
        }
        browser.sign_in_as_staff("eva@kurve.example");
        assert_eq!(browser.path(), "/beheer/inloggen", "the right password is of no use now");
        look.here("of an account that is locked");

        look.finish(&[]);
    });
}

#[test]
fn connections_that_are_lost_are_fit_for_every_reader() {
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::on(stage, |_| ());
        browser.base.clone_from(&later.base);
        later.check_for_long(&ALL_DOMAINS, "right");
        later.check_for_long(&["duinrand"], "wrong_password");
        let mut look = Look::with(&browser);

        later.sign_in(&browser, LOST);
        assert!(browser.has("[data-verdict=closed]"), "{}", browser.told());
        look.here("of a connection that is lost");
        look.at(&browser.at_school("/stap/password_set"));
        look.at(&browser.at_school("/verbinding"));
        later.sign_in_as_staff(&browser);
        look.at("/beheer/verbindingen?uitkomst=kwijt");
        look.at(&browser.attributes_found("//tr[@data-connection-row]//th//a", "href")[0]);

        look.finish(&[]);
    });
}

#[test]
fn an_outage_is_fit_for_every_colleague() {
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::on(stage, |_| ());
        browser.base.clone_from(&later.base);
        later.check_for_long(&ALL_DOMAINS, "right");
        later.check_for_long(&ALL_DOMAINS, "refuses");
        let mut look = Look::with(&browser);

        later.sign_in_as_staff(&browser);
        assert!(browser.has("[data-outage]"), "{}", browser.told());
        look.here("in an outage");
        look.at("/beheer/verbindingen");

        look.finish(&[]);
    });
}

#[test]
fn an_import_that_is_open_by_leave_is_fit_for_every_reader() {
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::on(stage, |context| context.check_policy = CheckPolicy::Require);
        browser.base.clone_from(&later.base);
        let mut look = Look::with(&browser);
        later.sign_in_as_staff(&browser);
        browser.press_found("//tr[@data-work='activation_confirmed']//th//a");
        look.here("that needs a check");
        browser.unfold("[data-ask=allow]");
        browser
            .fill("[data-form=allow] [name=reason]", "Magister heeft tot vrijdag onderhoud. Nagekeken met de school.");
        browser.press("[data-form=allow] [data-action]");
        look.here("with leave");
        browser.fill("[data-step=activation_confirmed] [name=ground]", "Kurve zag dat alleen een kolom ontbreekt.");
        browser.press("[data-step=activation_confirmed] [data-action=confirm]");
        later.sign_in(&browser, TO_ACTIVATE);
        assert!(browser.has("[data-verdict=open] [data-leave]"), "{}", browser.told());
        look.here("by leave");

        look.finish(&[]);
    });
}

#[test]
fn the_way_out_of_reminders_is_fit_for_every_reader() {
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::on(stage, |_| ());
        browser.base.clone_from(&later.base);
        let mut look = Look::with(&browser);
        // The demo may have reminded its schools this very morning; then they wait some weeks.
        let mut way_out = (0..6).map(|_| {
            later.wait_for_tuesday_at(9);
            later.run(Job::PlanReminders);
            later.find_link_in_mail("/afmelden/")
        });
        let way_out = way_out.find_map(|link| link);

        look.at(&way_out.expect("somebody is reminded within weeks"));
        browser.press("main form [data-action]");
        look.here("stopped");
        later.sign_in_as_staff(&browser);
        look.at("/beheer");

        look.finish(&[]);
    });
}

#[test]
fn a_house_without_schools_is_fit_for_every_colleague() {
    run(|stage| {
        let mut browser = stage.browser();
        let later = Later::on_nothing(stage);
        browser.base.clone_from(&later.base);
        let mut look = Look::with(&browser);
        later.sign_in_as_staff(&browser);

        for page in ["", "/scholen", "/inzicht", "/verbindingen", "/post"] {
            browser.open(&format!("/beheer{page}"));
            look.here("without schools");
        }

        look.finish(&[]);
    });
}
