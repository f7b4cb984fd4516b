//! A connection with several schools, and both sides of the table.

use axum::http::{HeaderMap, Method, header};
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::ids::{ConnectionId, SchoolId};
use koppelklaar::domain::onboarding::Onboarding;
use koppelklaar::domain::school::SchoolDetails;
use koppelklaar::domain::text::{Brin, SchoolName};
use koppelklaar::links;
use koppelklaar::services::onboarding::details::{self, NewDetails};
use koppelklaar::services::onboarding::onboardings::{self, ConnectionFile};
use koppelklaar::services::onboarding::schools;

use super::acting::STEPS_OF_SCHOOL;
use super::app::{TestApp, TestSchool};
use super::page::Page;
use super::visitor::Visitor;

/// A connection with several schools.
pub(crate) struct Board {
    pub(crate) app: TestApp,
    /// The school that asked to take part, with the connection's contact.
    pub(crate) first: TestSchool,
    pub(crate) staff: Visitor,
}

impl Board {
    /// A connection called Rivierenland with schools `Rivierenland 10`, of BRIN `10AA`, and up; their mails are read.
    pub(crate) async fn of(app: &TestApp, count: u32) -> Self {
        Self::at(app, "Rivierenland", 10..10 + count).await
    }

    /// Another one, at the school domain of its name.
    pub(crate) async fn at(app: &TestApp, name: &str, numbers: std::ops::Range<u32>) -> Self {
        let (named, brin) = (|number| format!("{name} {number}"), |number| format!("{number}AA"));
        let label = name.to_lowercase();
        let first = app.school_by_services(&named(numbers.start), &brin(numbers.start), &label).await;
        let staff = app.staff().await;
        let board = Self { app: app.clone(), first, staff };
        let call = app.call(app.kurve_again().await);
        for number in numbers.skip(1) {
            let name = SchoolName::parse(&named(number)).expect("a name");
            let new = SchoolDetails { name, brin: Brin::parse(&brin(number)).expect("a BRIN") };
            let seen = board.file().await.version;
            schools::add(app.context(), &call, board.first.connection, new, seen).await.expect("it is new");
        }
        let ConnectionFile { connection, version, .. } = board.file().await;
        if connection.has_many() {
            let name = SchoolName::parse(name).expect("a name");
            let details =
                NewDetails { connection: ConnectionDetails { name, ..connection.details.clone() }, brin: None };
            details::change(app.context(), &call, connection.id, &details, version).await.expect("only its name");
        }
        app.new_mails().await;
        board
    }

    /// Everything but the activation; the mails are read.
    pub(crate) async fn made_ready(self) -> Self {
        self.app.issue(self.app.kurve_again().await, &self.first).await;
        for step in STEPS_OF_SCHOOL {
            self.app.claim(&self.first, step).await.expect("its turn has come");
        }
        self.app.new_mails().await;
        self
    }

    /// Everything, for every school; the mails are read.
    pub(crate) async fn opened(self) -> Self {
        let board = self.made_ready().await;
        let page = board.page().await;
        let done = page.submit(&board.staff, "[data-step=activation_confirmed] form[data-form=confirm]", &[]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        board.staff.let_stand();
        board.app.new_mails().await;
        board
    }

    pub(crate) fn id(&self) -> ConnectionId {
        self.first.connection
    }

    pub(crate) async fn file(&self) -> ConnectionFile {
        onboardings::load_file(self.app.context(), self.id()).await.expect("the connection is here")
    }

    pub(crate) async fn state(&self) -> Onboarding {
        self.file().await.state
    }

    /// The id of the school with this BRIN.
    pub(crate) async fn school(&self, brin: &str) -> SchoolId {
        let file = self.file().await;
        let found = file.schools.iter().find(|school| school.details.brin.as_str() == brin);
        found.unwrap_or_else(|| panic!("{brin} is not here")).id
    }

    /// Kurve's page of the connection.
    pub(crate) async fn page(&self) -> Page {
        self.staff.get(&links::staff_school(links::STAFF_SCHOOL, self.id())).await
    }

    /// Presses a button in the row of a school.
    pub(crate) async fn press(&self, brin: &str, form: &str, fields: &[(&str, &str)]) -> Page {
        self.press_on(&self.page().await, brin, form, fields).await
    }

    /// The same on a page that was opened before.
    pub(crate) async fn press_on(&self, page: &Page, brin: &str, form: &str, fields: &[(&str, &str)]) -> Page {
        page.submit(&self.staff, &format!("[data-school-row='{brin}'] form[data-form={form}]"), fields).await
    }

    /// Where the row of each school says that it stands.
    pub(crate) async fn stands(&self) -> Vec<String> {
        self.page().await.attributes("[data-school-row]", "data-school-state")
    }
}

impl TestApp {
    /// What Numo is told of a school.
    pub(crate) async fn verdict_of(&self, key: &str, brin: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {key}").parse().expect("a value"));
        let path = format!("/api/v1/import-gate/{brin}");
        let answer = self.anonymous().send(Method::GET, &path, headers, String::new()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        body["verdict"].as_str().expect("a word").to_owned()
    }
}
