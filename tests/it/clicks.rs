//! How much one contact has to do and to read, from the request until the import is reported: always the one full button of
//! the page.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::store::mail::outbox::{self, MailStatus};

use crate::journey::Table;
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

/// The most that one contact presses, the request included.
const MOST_CLICKS: usize = 14;

/// The most pages that one contact sees after the request.
const MOST_PAGES: usize = 9;

/// The most mails that one contact gets, also where none waits for another.
const MOST_MAILS: usize = 12;

/// The one loud thing of a page.
const LOUD: &str = "main .btn:not([class*='btn--'])";

/// Somebody who presses what the page asks for, and what they had to press and see.
struct Walker<'a> {
    visitor: &'a Visitor,
    page: Page,
    clicks: usize,
    pages: BTreeSet<String>,
    /// What was handed out and is pressed once.
    downloads: usize,
}

impl Walker<'_> {
    fn see(&mut self, page: Page) {
        assert_eq!(page.status, 200, "{}\n{}", page.path, page.body);
        assert!(page.texts(LOUD).len() <= 1, "{}: {:?}", page.path, page.texts(LOUD));
        self.pages.insert(page.path.clone());
        self.page = page;
    }

    /// Presses the loud button, where there is one.
    async fn press(&mut self) -> bool {
        let is_downloaded = self.downloads > 0 && self.page.has("#doen [data-action=download]");
        if let [href] = &self.page.attributes(&format!("a{}", LOUD.trim_start_matches("main ")), "href")[..] {
            self.clicks += 1;
            let next = self.visitor.get(href).await;
            self.see(next);
            return true;
        }
        let form = if is_downloaded { "form:has([data-action=claim])" } else { "form:has(.btn:not([class*='btn--']))" };
        if !self.page.has(form) {
            return false;
        }
        self.clicks += 1;
        let answer = self.page.submit(self.visitor, form, &[]).await;
        match answer.status {
            303 => {
                let next = self.visitor.follow(&answer).await;
                self.see(next);
            }
            _ if answer.header("content-disposition").is_empty() => self.see(answer),
            _ => self.downloads += 1,
        }
        true
    }

    /// Magister's confirmation came: opens the step that waits for it.
    async fn opens_what_magister_answered(&mut self) -> bool {
        if !self.page.text("[data-progress]").contains("Magister is aan de beurt") {
            return false;
        }
        let href = self.page.attributes("[data-next] a[data-action=next]", "href")[0].clone();
        self.clicks += 1;
        let next = self.visitor.get(&href).await;
        self.see(next);
        true
    }
}

#[test]
fn one_contact_comes_to_the_import_in_a_few_clicks_and_pages() {
    run(|app: TestApp| async move {
        // The request takes two: sending it, and confirming the address.
        let table = Table::set(&app).await;
        table.issue().await;
        let visitor = &table.portal;
        let start = visitor.open("").await;
        let mut walker = Walker { visitor, page: start.clone(), clicks: 2, pages: BTreeSet::new(), downloads: 0 };
        walker.see(start);

        for _ in 0..MOST_CLICKS {
            if !walker.press().await && !walker.opens_what_magister_answered().await {
                break;
            }
        }
        let far = walker.page.text("[data-progress]");
        assert!(far.starts_with("8 van 9 stappen klaar, Kurve is aan de beurt"), "{far} on {}", walker.page.path);
        let activated = table.kurve("activation_confirmed", "confirm", &[]).await;
        assert_eq!(activated.status, 303, "{}", activated.body);
        let open = visitor.open("").await;
        walker.see(open);
        assert!(walker.press().await, "the import is reported");

        assert!(walker.page.has("[data-lifecycle=completed]"), "{}", walker.page.body);
        assert!(walker.clicks <= MOST_CLICKS, "{} clicks", walker.clicks);
        assert!(walker.pages.len() <= MOST_PAGES, "{:#?}", walker.pages);
        app.advance(TimeDelta::days(2));
        app.send_mails().await;
        // Beside these the one that confirms the address, and the one to sign in: they go to an address.
        let mails = mails_to_contact(&app, &table.school).await;
        assert!(mails.len() >= 4 && mails.len() + 2 <= MOST_MAILS, "{mails:?}");
    });
}

/// The kinds of the mails that a contact was sent.
async fn mails_to_contact(app: &TestApp, school: &TestSchool) -> Vec<MailKind> {
    let sent = outbox::list_with_status(app.context().db.reader(), MailStatus::Sent, 100).await;
    let sent = sent.expect("the store answers").into_iter();
    sent.filter(|mail| mail.contact == Some(school.contact)).map(|mail| mail.kind).collect()
}
