//! The whole story through the front door: from the request to an open import, the import done, and closed again.

use axum::http::{HeaderMap, Method, header};

use crate::support::{Page, TestApp, TestSchool, Visitor, run};
use koppelklaar::links;

/// A school with both sides of the table.
pub(crate) struct Table {
    pub(crate) school: TestSchool,
    pub(crate) portal: Visitor,
    pub(crate) staff: Visitor,
}

impl Table {
    pub(crate) async fn set(app: &TestApp) -> Self {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let portal = app.portal(&school).await;
        let staff = app.staff().await;
        Self { school, portal, staff }
    }

    /// The school's page for Kurve.
    pub(crate) async fn staff_page(&self) -> Page {
        self.staff.get(&links::staff_school(links::STAFF_SCHOOL, self.school.connection)).await
    }

    /// Presses a button of Kurve on the school's page; within a step when one is given.
    pub(crate) async fn kurve(&self, step: &str, form: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.staff_page().await;
        let scope = if step.is_empty() { String::new() } else { format!("[data-step={step}] ") };
        page.submit(&self.staff, &format!("{scope}form[data-form={form}]"), fields).await
    }

    /// Presses a button of the school on the page of a step.
    pub(crate) async fn school(&self, step: &str, button: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.portal.open(&format!("/stap/{step}")).await;
        page.submit(&self.portal, &format!("form:has([data-action={button}])"), fields).await
    }

    /// Says of steps that they are done.
    pub(crate) async fn claim(&self, steps: &[&str]) {
        for step in steps {
            if *step == "password_set" {
                self.look().await;
            }
            let done = self.school(step, "claim", &[]).await;
            assert_eq!(done.status, 303, "{step}\n{}", done.body);
        }
    }

    /// Looks at the password, which has to be before it is said to be set; not where somebody did.
    async fn look(&self) {
        let page = self.portal.open("/stap/password_set").await;
        if !page.has("[data-action=claim]") {
            let shown = page.submit(&self.portal, "form[action$='/wachtwoord']", &[]).await;
            assert_eq!(shown.status, 200, "{}", shown.body);
        }
    }

    /// Kurve vouches for the contact and issues the first credentials.
    pub(crate) async fn issue(&self) {
        let ground = "Gebeld via het algemene nummer van de school.";
        let contact = self.school.contact.to_string();
        let issued = self.kurve("", "issue", &[("contact", &contact), ("ground", ground)]).await;
        assert_eq!(issued.status, 303, "{}", issued.body);
    }

    /// Kurve vouches for the contact.
    pub(crate) async fn vouch(&self) {
        let ground = "Teruggebeld via het algemene nummer van de school.";
        let vouched = self.kurve("", "vouch", &[("ground", ground)]).await;
        assert_eq!(vouched.status, 303, "{}", vouched.body);
    }

    /// Everything up to and with Kurve's activation.
    pub(crate) async fn open_import(&self) {
        self.issue().await;
        let mine = [
            "consent_given",
            "query_executed",
            "password_set",
            "permissions_checked",
            "allowlisting_requested",
            "allowlisting_confirmed",
        ];
        self.claim(&mine).await;
        let confirmed = self.kurve("activation_confirmed", "confirm", &[]).await;
        assert_eq!(confirmed.status, 303, "{}", confirmed.body);
        self.staff.let_stand();
    }

    /// What Numo is told.
    pub(crate) async fn verdict(&self, app: &TestApp, key: &str) -> serde_json::Value {
        verdict_of(app, key, &self.school.brin).await
    }
}

/// What Numo is told of the school with this BRIN.
pub(crate) async fn verdict_of(app: &TestApp, key: &str, brin: &str) -> serde_json::Value {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
    let path = format!("/api/v1/import-gate/{brin}");
    let answer = app.anonymous().send(Method::GET, &path, headers, String::new()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

/// Kinds of mail by receiver, from the subjects that came since the last look.
async fn told(app: &TestApp) -> Vec<String> {
    let mut lines: Vec<String> =
        app.new_mails().await.into_iter().map(|mail| format!("{} | {}", mail.to, mail.subject)).collect();
    lines.sort();
    lines
}

#[test]
fn a_school_goes_from_its_request_to_an_open_import_and_back() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let key = app.api_key().await;
        let mut story = vec![];

        let overview = table.portal.open("").await;
        story.push(format!(
            "{} / {}",
            overview.text("[data-progress] .progress__text"),
            table.verdict(&app, &key).await["verdict"]
        ));

        table.issue().await;
        story.push("Kurve issues:".to_owned());
        story.extend(told(&app).await);

        let query_page = table.portal.open("/stap/query_executed").await;
        let file = query_page.submit(&table.portal, "form[action$='/query']", &[]).await;
        assert_eq!(file.status, 200);
        assert!(
            file.header("content-disposition").contains("kurve-query-12AB"),
            "{}",
            file.header("content-disposition")
        );
        assert!(file.body.contains("KurveLeerlingData"), "{}", file.body);
        table.claim(&["consent_given", "query_executed"]).await;

        let password_page = table.portal.open("/stap/password_set").await;
        let shown = password_page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert_eq!(shown.text("[data-secret]").len(), 28);
        story.push("The contact looks at the password:".to_owned());
        story.extend(told(&app).await);

        table.claim(&["password_set", "permissions_checked", "allowlisting_requested"]).await;
        story.push("Nothing more to tell so far:".to_owned());
        story.extend(told(&app).await);
        let confirmed = table.school("allowlisting_confirmed", "claim", &[("ticket", "M-2026-17")]).await;
        assert_eq!(confirmed.status, 303, "{}", confirmed.body);
        story.push("The last answer of the school:".to_owned());
        story.extend(told(&app).await);
        let overview = table.portal.open("").await;
        story.push(format!(
            "{} / {}",
            overview.text("[data-progress] .progress__text"),
            table.verdict(&app, &key).await["verdict"]
        ));

        table.kurve("activation_confirmed", "confirm", &[]).await;
        table.staff.let_stand();
        story.push("Kurve activates:".to_owned());
        story.extend(told(&app).await);
        let overview = table.portal.open("").await;
        story.push(format!(
            "{} / {}",
            overview.text("[data-progress] .progress__text"),
            table.verdict(&app, &key).await["verdict"]
        ));

        let done = overview.submit(&table.portal, "form[action$='/import-gedaan']", &[]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        story.push(format!("The import is done: {}", table.verdict(&app, &key).await["state"]));
        story.extend(told(&app).await);

        let back = table.school("permissions_checked", "take-back", &[]).await;
        assert_eq!(back.status, 303, "{}", back.body);
        story.push("The school takes an answer back:".to_owned());
        story.extend(told(&app).await);
        let verdict = table.verdict(&app, &key).await;
        story.push(format!("{} {} {}", verdict["verdict"], verdict["state"], verdict["reasons"]));

        insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
            insta::assert_snapshot!("journey", story.join("\n"));
        });
    });
}

#[test]
fn a_renewed_password_closes_the_import_and_says_so_once_to_each_person() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        app.new_mails().await;

        let renewed = table.kurve("", "issue", &[]).await;
        let mails = app.new_mails().await;

        assert_eq!(renewed.status, 303, "{}", renewed.body);
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, [table.school.email.as_str()], "one mail, and none to Kurve, which did it");
        let overview = table.portal.open("").await;
        assert_eq!(overview.attributes("[data-verdict]", "data-verdict"), ["closed"]);
        let page = table.portal.open("/stap/password_set").await;
        assert!(page.has("[data-fallen]"), "{}", page.body);
    });
}
