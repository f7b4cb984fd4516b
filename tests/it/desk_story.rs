//! Forty requests come in. Two colleagues clear them from the worklist in few presses, and nothing waits that it does not
//! show.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::jobs;
use koppelklaar::links;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::people::registrations;

use crate::desk_property::Story;
use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor, run};

/// A colleague, of whom every press is counted: a link, a box or a choice, and a button.
struct Colleague {
    visitor: Visitor,
    presses: usize,
}

impl Colleague {
    fn new(visitor: Visitor) -> Self {
        Self { visitor, presses: 0 }
    }

    /// Presses a link of the menu.
    async fn worklist(&mut self) -> Page {
        self.presses += 1;
        self.visitor.get(links::STAFF).await
    }

    /// Presses the first link that matches.
    async fn link(&mut self, page: &Page, selector: &str) -> Page {
        self.presses += 1;
        let href = page.attributes(selector, "href").into_iter().next();
        self.visitor.get(&href.unwrap_or_else(|| panic!("no {selector} on {}", page.body))).await
    }

    /// Chooses what the page offers, each with a press, and presses the button of a form; on to where that leads.
    async fn form(&mut self, page: &Page, form: &str, chosen: &[(&str, &str)]) -> Page {
        for (name, value) in chosen {
            let field = format!("[name='{name}'][value='{value}']");
            assert!(page.has(&field), "no {field} on {}", page.body);
        }
        assert!(page.has(&format!("{form} button")), "no button in {form} on {}", page.body);
        self.presses += chosen.len() + usize::from(!chosen.iter().any(|(name, _)| *name == "doen"));
        let done = page.submit(&self.visitor, form, chosen).await;
        self.visitor.follow(&done).await
    }

    /// Vouches for all on the page of the worklist, and issues to them; returns how it went.
    async fn vouch_and_issue_to_all(&mut self, app: &TestApp, ground: &str) -> Page {
        let list = self.worklist().await;
        let all = [("bladzijde", "ja"), ("doen", "vouch_and_issue")];
        let run = self.form(&list, "[data-form=bulk]", &all).await;
        let begun = self.form(&run, "[data-form=begin]", &[("ground", ground)]).await;
        jobs::bulk::run_due(&app.app).await.expect("the store answers");
        app.new_mails().await;
        self.visitor.get(&begun.path).await
    }
}

/// What happens to each of the requests.
const CONFIRMED: u32 = 34;
const JOINING: u32 = 3;
const UNCONFIRMED: u32 = 3;

#[test]
fn forty_requests_are_cleared_by_two_colleagues_in_at_most_thirty_presses() {
    run(|app: TestApp| async move {
        let mut schools = vec![];
        for number in 0..CONFIRMED {
            let (name, brin) = (format!("School {number}"), format!("{}AB", number + 10));
            schools.push(app.school_by_services(&name, &brin, &format!("school{number}")).await);
            app.advance(TimeDelta::minutes(1));
        }
        let confirm = async |token| {
            let asked = AnonymousCall::new(app.now(), "test");
            registrations::confirm(app.context(), asked, &token, None).await.expect("it waits");
            app.new_mails().await;
        };
        for number in 0..JOINING {
            let (brin, label) = (format!("{}CD", number + 10), format!("school{number}"));
            confirm(app.ask_for_school("Erbij", &brin, &label, &format!("erbij@{label}.example")).await).await;
        }
        let email = |number: u32| format!("joke@later{number}.example");
        for number in 0..UNCONFIRMED {
            let (brin, label) = (format!("{}EF", number + 10), format!("later{number}"));
            app.ask_for_school("Later", &brin, &label, &email(number)).await;
        }
        app.advance(TimeDelta::minutes(61));
        let story = Story { app: app.clone(), kurve: app.kurve().await, schools };
        let mut eva = Colleague::new(app.staff_as("noor@kurve.nl", StaffRole::Support).await);
        let mut bram = Colleague::new(app.staff_as("bram@kurve.nl", StaffRole::Support).await);
        assert_eq!(eva.visitor.get(links::STAFF).await.texts("[data-kind]").len(), 40);
        assert_eq!(story.held().await, story.listed().await);

        let ended = eva.vouch_and_issue_to_all(&app, "called").await;
        assert_eq!(ended.text("[data-run] label"), "Klaar: 34 van 34 gedaan.");
        let left_out = ended.texts("[data-item=left_out]");
        let why = |part: &str| left_out.iter().filter(|row| row.contains(part)).count();
        assert_eq!([why("nog niet bevestigd"), left_out.len()], [3, 3], "{left_out:?}");
        assert_eq!(story.held().await, story.listed().await);

        for _ in 0..JOINING {
            let list = bram.worklist().await;
            let asked = bram.link(&list, "[data-kind=join] .work__do a").await;
            bram.form(&asked, "form[data-form=accept]", &[]).await;
        }
        let mut list = bram.worklist().await;
        for key in list.attributes("[data-kind=unconfirmed]", "data-key") {
            list = bram.form(&list, &format!("[data-key='{key}'] .work__do form"), &[]).await;
        }
        let mails = app.new_mails().await;
        for number in 0..UNCONFIRMED {
            let mail = mails.iter().rfind(|mail| mail.to == email(number)).expect("it was sent again");
            let visitor = app.anonymous();
            visitor.get(&mail.path_of("/aanmelden/bevestig/")).await.submit(&visitor, "main form", &[]).await;
        }
        let ended = bram.vouch_and_issue_to_all(&app, "known").await;
        assert_eq!(ended.text("[data-run] label"), "Klaar: 3 van 3 gedaan.");

        let empty = bram.visitor.get(links::STAFF).await;
        assert!(!empty.has("[data-kind]"), "{}", empty.body);
        assert_eq!((story.held().await.len(), story.listed().await.len()), (0, 0));
        let counted = "SELECT (SELECT COUNT(*) FROM school) || ' ' || (SELECT COUNT(*) FROM credential)";
        assert_eq!(texts(&app.database.url, counted).await, ["40 37"]);
        assert!(eva.presses + bram.presses <= 30, "{} and {}", eva.presses, bram.presses);
    });
}
