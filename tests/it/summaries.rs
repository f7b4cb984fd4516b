//! What lists show of schools is what is so, whatever happened before: written with each change, and made anew where it
//! is missing.

use chrono::{Days, TimeDelta};
use koppelklaar::chance::Chance;
use koppelklaar::demo::fleet::{self, Order};
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::ids::SchoolId;
use koppelklaar::domain::onboarding::decide::amsterdam_date;
use koppelklaar::domain::onboarding::{Command, Ground, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{ContactRef, NewContact, SchoolDetails, SchoolRef};
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use koppelklaar::jobs::Job;
use koppelklaar::services::onboarding::moves::{self, MoveTo};
use koppelklaar::services::onboarding::{details, onboardings, schools};
use koppelklaar::services::people::contacts;
use koppelklaar::services::{Call, ServiceError};
use koppelklaar::store::onboarding::schools as rows;
use koppelklaar::store::onboarding::upkeep::{self, Which};
use koppelklaar::store::schema;
use strum::IntoEnumIterator;

use crate::support::acting::reason;
use crate::support::database::{sql, texts};
use crate::support::{TestApp, TestSchool, run};

/// How many things happen in one history.
const HAPPENINGS: u32 = 60;

async fn untrue(app: &TestApp) -> Vec<SchoolId> {
    upkeep::list_untrue(app.context().db.reader()).await.expect("the store answers")
}

#[test]
fn lists_show_what_is_so_after_anything_that_happens() {
    for seed in [1, 2, 3] {
        run(|app: TestApp| async move {
            let kurve = app.kurve().await;
            let board = app.board(kurve).await;
            let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
            app.issue(kurve, &board[0]).await;
            let story = Story { app: app.clone(), kurve, schools: board.into_iter().chain([other]).collect() };
            let chance = Chance::seeded(seed);
            let mut done = 0;

            for number in 0..HAPPENINGS {
                let school = &story.schools[chance.below(5) as usize];
                let place = rows::find(app.context().db.reader(), school.id).await.expect("the store answers");
                let here = TestSchool { connection: place.expect("it is somewhere").connection, ..school.clone() };
                let happened = story.happens(&chance, number, &here).await;
                done += u32::from(happened.is_ok());
                assert_eq!(untrue(&app).await, [], "seed {seed}, happening {number}: {happened:?}");
                let work = upkeep::list_untrue_work(app.context().db.reader()).await.expect("the store answers");
                assert_eq!(work, Vec::<String>::new(), "seed {seed}, happening {number}: {happened:?}");
                app.advance(TimeDelta::hours(i64::from(chance.below(30))));
            }

            assert!(done > HAPPENINGS / 4, "only {done} of {HAPPENINGS} were allowed");
            app.new_mails().await;
        });
    }
}

/// Some schools under two connections, and who does things to them.
struct Story {
    app: TestApp,
    kurve: Actor,
    schools: Vec<TestSchool>,
}

impl Story {
    /// Something happens to a school, or is refused.
    async fn happens(&self, chance: &Chance, number: u32, school: &TestSchool) -> Result<(), ServiceError> {
        let (app, context) = (&self.app, self.app.context());
        let (kurve, contact) = (app.call(self.kurve), app.call_of(school));
        let seen = app.file(school).await.version;
        let step = Step::iter().nth(chance.below(9) as usize).expect("nine steps");
        match chance.below(12) {
            0 | 1 => app.claim(school, step).await,
            2 | 3 => self.does(&kurve, school, Command::Confirm { step, ground: Ground::Word }).await,
            4 => self.does(&kurve, school, self.turn(chance, school)).await,
            5 => self.does(&kurve, school, Command::SendBack { step, reason: reason("Het klopt niet.") }).await,
            6 => self.does(&contact, school, Command::ReportStuck { step, reason: reason("Het lukt niet.") }).await,
            7 => {
                let label = ["rivierenland", "molenveld", "zuid"][chance.below(3) as usize];
                let domain = SchoolDomain::parse(label).expect("a domain");
                let people = app.file(school).await.contacts.iter().map(|one| one.id).collect();
                let to = MoveTo { domain, contacts: people, reason: reason("Andere Magister.") };
                let place = SchoolRef { connection: school.connection, school: school.id };
                moves::move_school(context, &kurve, place, &to, seen).await.map(drop)
            }
            8 => {
                let person = NewContact {
                    name: PersonName::parse(&format!("Bea Bos {number}")).expect("a name"),
                    email: EmailAddress::parse(&format!("bea{number}@school.example")).expect("an address"),
                    roles: Roles::of(ContactRole::Applicatiebeheerder),
                };
                contacts::add(context, &kurve, school.connection, person, None).await
            }
            9 => {
                let first = app.file(school).await.contacts.first().map(|one| one.id).ok_or(ServiceError::NotFound)?;
                let who = ContactRef { connection: school.connection, contact: first };
                match chance.below(2) {
                    0 => contacts::remove(context, &kurve, who, None).await,
                    _ => {
                        let name = PersonName::parse(&format!("Çağla {number}")).expect("a name");
                        contacts::change(context, &kurve, who, name, Roles::of(ContactRole::Superbeheerder), None).await
                    }
                }
            }
            10 => {
                let name = SchoolName::parse(&format!("Één {number}")).expect("a name");
                let brin = Brin::parse(&school.brin).expect("a BRIN");
                let place = SchoolRef { connection: school.connection, school: school.id };
                let new = SchoolDetails { name, brin };
                details::change_school(context, &kurve, place, &new, seen).await
            }
            _ => {
                app.advance(TimeDelta::days(i64::from(chance.below(40))));
                app.run(Job::PlanReminders).await;
                app.run(Job::ResumePaused).await;
                app.run(Job::EndPasswords).await;
                Ok(())
            }
        }
    }

    /// One of the ways in which a school, or its connection, stops or goes on.
    fn turn(&self, chance: &Chance, school: &TestSchool) -> Command {
        let school = school.id;
        let until = amsterdam_date(self.app.now()).checked_add_days(Days::new(9)).expect("a date in range");
        match chance.below(5) {
            0 => Command::Pause { reason: reason("Toetsweek."), until },
            1 => Command::Resume,
            2 => Command::Withdraw { school, reason: reason("Fusie."), chose_option_b: false },
            3 => Command::Activate { school, ground: Ground::Word },
            _ => Command::Reopen { school },
        }
    }

    async fn does(&self, call: &Call, school: &TestSchool, command: Command) -> Result<(), ServiceError> {
        onboardings::act(self.app.context(), call, school.connection, &command, None).await
    }
}

#[test]
fn rows_that_are_missing_are_made_by_the_next_migration_and_wrong_ones_by_order() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let order = Order { schools: 300, kurve, now: app.now() };
        fleet::fill(app.context(), order, |_| {}).await.expect("they are made");
        let (db, url) = (&app.context().db, &app.database.url);
        let all = "SELECT brin || name || search_text FROM school_summary ORDER BY sort_name, brin";
        let before = texts(url, all).await;
        assert_eq!((before.len(), untrue(&app).await), (300, vec![]));

        sql(url, "DELETE FROM school_summary WHERE brin > (SELECT min(brin) FROM school_summary)").await;
        assert_eq!(untrue(&app).await.len(), 299);
        assert_eq!(schema::migrate(db).await.expect("it runs"), 0, "no step was missing");
        assert_eq!(texts(url, all).await, before);

        sql(url, "UPDATE school_summary SET status = 'completed', search_text = 'niets', version = 0").await;
        assert_eq!(schema::migrate(db).await.expect("it runs"), 0);
        assert_eq!(untrue(&app).await.len(), 300, "what is there is not looked at");
        upkeep::fill(db, Which::All).await.expect("it runs");
        assert_eq!(texts(url, all).await, before);
        let found = schools::list(app.context(), &schools_called(&app, "college"), None).await.expect("a page");
        assert!(!found.page.rows.is_empty(), "the index of the search went along");
    });
}

fn schools_called(app: &TestApp, text: &str) -> koppelklaar::store::onboarding::school_list::Filter {
    let search = schools::read_search(app.context(), text);
    koppelklaar::store::onboarding::school_list::Filter { search, ..Default::default() }
}

#[test]
fn two_who_change_one_connection_leave_the_row_of_the_last() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let kurve = app.kurve().await;
        let contexts = [app.context().clone(), app.second_instance().await.context];
        let mut running = tokio::task::JoinSet::new();
        for (number, context) in (0..12).zip(contexts.into_iter().cycle()) {
            let call = app.call(kurve);
            let connection = school.connection;
            running.spawn(async move {
                let person = NewContact {
                    name: PersonName::parse(&format!("Bea Bos {number}")).expect("a name"),
                    email: EmailAddress::parse(&format!("bea{number}@school.example")).expect("an address"),
                    roles: Roles::of(ContactRole::Applicatiebeheerder),
                };
                contacts::add(&context, &call, connection, person, None).await
            });
        }

        let added = running.join_all().await;

        assert!(added.iter().all(Result::is_ok), "{added:?}");
        assert_eq!(untrue(&app).await, []);
        let text = texts(&app.database.url, "SELECT search_text FROM school_summary").await.concat();
        assert!((0..12).all(|number| text.contains(&format!("  {number}"))), "{text}");
        app.new_mails().await;
    });
}
