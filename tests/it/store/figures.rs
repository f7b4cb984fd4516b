//! What is counted while it happens is what the rows say; every other test of this kind ends with the same question
//! (`TestApp::finish`).

use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use koppelklaar::demo::fleet::{self, Order};
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::onboarding::{Command, Ground, Step};
use koppelklaar::domain::school::{SchoolDetails, SchoolRef};
use koppelklaar::domain::tally::week_of;
use koppelklaar::domain::text::{Brin, SchoolDomain, SchoolName};
use koppelklaar::services::onboarding::moves::{self, MoveTo};
use koppelklaar::services::onboarding::onboardings::{self, ConnectionFile};
use koppelklaar::services::onboarding::schools;
use koppelklaar::store::onboarding::upkeep::{self, Which};
use koppelklaar::store::operations::{recount, tally};
use koppelklaar::store::people::staff;
use koppelklaar::store::schema;
use migration::{Migrator, MigratorTrait};
use sea_orm::Database;
use strum::IntoEnumIterator;
use tokio::task::JoinSet;

use crate::support::acting::{STEPS_OF_SCHOOL, reason};
use crate::support::database::{self, sql, texts};
use crate::support::{TestApp, TestSchool, run};

const SCHOOLS: [(&str, &str); 4] = [("10AA", "een"), ("10AB", "twee"), ("10AC", "drie"), ("10AD", "vier")];

/// Draws the same numbers each time.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// Something that somebody does at a connection; refused as often as not.
async fn anything(app: &TestApp, drawn: &mut Drawn, at: &TestSchool) -> bool {
    let kurve = app.kurve_again().await;
    let ConnectionFile { state, version, .. } =
        onboardings::load_file(app.context(), at.connection).await.expect("it is here");
    let ever: Vec<_> = state.ever_here().collect();
    let school = drawn.one_of(&ever);
    let step = drawn.one_of(&Step::iter().collect::<Vec<_>>());
    let until = NaiveDate::from_ymd_opt(2028, 1, 1).expect("a date");
    let command = match drawn.below(13) {
        0..3 => Command::Claim { step, ground: Ground::Word, credential_version: None },
        3..6 => Command::Confirm { step, ground: Ground::Word },
        6 => Command::SendBack { step, reason: reason("Dit klopt nog niet.") },
        7 => Command::Activate { school, ground: Ground::Word },
        8 => Command::Withdraw { school, reason: reason("Wij stoppen."), chose_option_b: false },
        9 => Command::Reopen { school },
        10 => Command::ReportImported { school },
        11 => Command::Pause { reason: reason("Verbouwing"), until },
        _ => Command::Resume,
    };
    match drawn.below(8) {
        0 => {
            let name = SchoolName::parse("Nog een school").expect("a name");
            let brin = Brin::parse(&format!("2{}BB{:02}", drawn.below(10), drawn.below(100))).expect("a BRIN");
            let new = SchoolDetails { name, brin };
            schools::add(app.context(), &app.call(kurve), at.connection, new, version).await.is_ok()
        }
        1 => {
            let domain = drawn.one_of(&["een", "twee", "vijf", "zes"]);
            let domain = SchoolDomain::parse(domain).expect("a domain");
            let to = MoveTo { domain, contacts: [at.contact].into(), reason: reason("Een ander bestuur.") };
            let school = SchoolRef { connection: at.connection, school };
            moves::move_school(app.context(), &app.call(kurve), school, &to, version).await.is_ok()
        }
        2 | 3 => onboardings::act(app.context(), &app.call_of(at), at.connection, &command, None).await.is_ok(),
        _ => onboardings::act(app.context(), &app.call(kurve), at.connection, &command, None).await.is_ok(),
    }
}

#[test]
fn whatever_happens_the_figures_are_what_the_rows_say() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let mut all = vec![];
        for (brin, label) in SCHOOLS {
            all.push(app.school_by_services(&format!("School {label}"), brin, label).await);
        }
        app.open_import(kurve, &all[0]).await;
        app.issue(kurve, &all[1]).await;
        let (mut drawn, mut done) = (Drawn(8), 0);

        for _ in 0..150 {
            app.advance(TimeDelta::hours(i64::try_from(drawn.below(60)).expect("few")));
            let at = drawn.one_of(&all);
            done += usize::from(anything(&app, &mut drawn, &at).await);
            app.figures_hold().await;
        }

        assert!(done > 40, "{done} of them were done");
        let (mut least, mut weeks) = (i64::MAX, vec![]);
        for (week, n) in tally::load_all(app.context().db.reader()).await.expect("they are read").weekly() {
            (least, weeks) = (least.min(n), [weeks, vec![week.monday]].concat());
        }
        weeks.dedup();
        assert!(least > 0 && weeks.len() > 5, "{weeks:?}");
        app.new_mails().await;
    });
}

#[test]
fn changes_that_come_at_once_are_each_counted() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let mut all = vec![];
        for number in 10..22 {
            let (name, brin, label) = (format!("School {number}"), format!("{number}AA"), format!("school{number}"));
            all.push(app.school_by_services(&name, &brin, &label).await);
        }
        for school in &all {
            app.issue(kurve, school).await;
        }
        app.advance(TimeDelta::days(3));
        let mut running = JoinSet::new();

        for (school, turn) in all.iter().cloned().zip(0..) {
            let app = app.clone();
            let other = app.second_instance().await;
            running.spawn(async move {
                let contexts = [app.context(), &other.context];
                let steps = STEPS_OF_SCHOOL.into_iter().zip(turn..);
                for (step, turn) in steps {
                    let command = Command::Confirm { step, ground: Ground::Word };
                    let call = app.call(kurve);
                    let done = onboardings::act(contexts[turn % 2], &call, school.connection, &command, None).await;
                    done.unwrap_or_else(|error| panic!("{step:?}: {error}"));
                }
            });
        }
        running.join_all().await;

        app.figures_hold().await;
        let standing = tally::load_standing(app.context().db.reader()).await.expect("it is read");
        let kept: Vec<_> = standing.standing().map(|(_, schools)| schools).collect();
        assert_eq!(kept, [12; 5], "all but the activation");
        app.new_mails().await;
    });
}

/// Makes schools in every state, over half a year.
async fn fill(app: &TestApp) {
    app.staff().await;
    let account = staff::list(app.context().db.reader()).await.expect("the store answers").remove(0);
    let order = Order { schools: 150, kurve: Actor::Staff { id: account.id, role: account.role }, now: app.now() };
    fleet::fill(app.context(), order, |_| {}).await.expect("they are made");
}

#[test]
fn the_step_that_makes_the_figures_counts_what_was_there_before_it() {
    run(|app: TestApp| async move {
        fill(&app).await;
        at_every_boundary(&app).await;
        let url = app.database.url.strip_prefix("sqlite:").map(|path| format!("sqlite://{path}"));
        let db = Database::connect(url.unwrap_or_else(|| app.database.url.clone())).await.expect("it opens");
        let steps = Migrator::migrations();
        let place = steps.iter().position(|step| step.name() == "m20261205_000002_weekly_figure").expect("it is there");
        let back = u32::try_from(steps.len() - place).expect("few");

        database::lay_texts_aside(&app.database.url).await;
        Migrator::down(&db, Some(back)).await.expect("they can be undone");
        Migrator::up(&db, None).await.expect("and done again");
        database::put_texts_back(&app.database.url).await;
        upkeep::fill(&app.context().db, Which::All).await.expect("the lists are filled");

        assert!(!texts(&app.database.url, "SELECT kind FROM weekly_figure").await.is_empty());
        app.figures_hold().await;
    });
}

/// Turns of Kurve that ended around the beginning of each week of four years.
async fn at_every_boundary(app: &TestApp) {
    let own = texts(&app.database.url, "SELECT CAST(count(*) AS text) FROM holding WHERE ended_at IS NOT NULL").await;
    assert_ne!(own, ["0"], "some are there");
    let mut moment = Utc.with_ymd_and_hms(2024, 1, 7, 21, 59, 59).single().expect("a Sunday evening");
    let mut mondays = std::collections::BTreeSet::new();
    let mut rows = vec![];
    while rows.len() < 4 * 52 * 4 {
        for seconds in [0, 1, 3600, 3601] {
            let at = moment + TimeDelta::seconds(seconds);
            mondays.insert(week_of(at));
            let id = if app.database.is_postgres() {
                format!("'{}'", app.context().chance.uuid_v7(at))
            } else {
                format!("x'{}'", app.context().chance.uuid_v7(at).simple())
            };
            let at = at.to_rfc3339();
            rows.push(format!(
                "({id}, (SELECT min(connection_id) FROM onboarding), 'consent_given', 'kurve', '{at}', '{at}', 1)"
            ));
        }
        moment += TimeDelta::weeks(1);
    }
    assert!(mondays.len() > 4 * 52);
    let insert = "INSERT INTO holding (id, connection_id, step, party, begun_at, ended_at, working_days) VALUES";
    let rows = rows.join(", ");
    let rows = if app.database.is_postgres() {
        rows.replace("min(connection_id) FROM onboarding", "connection_id FROM onboarding LIMIT 1")
    } else {
        rows
    };
    sql(&app.database.url, &format!("{insert} {rows}")).await;
}

#[test]
fn figures_that_were_emptied_are_counted_anew_with_the_next_migration() {
    run(|app: TestApp| async move {
        fill(&app).await;
        for table in ["weekly_figure", "standing"] {
            sql(&app.database.url, &format!("DELETE FROM {table}")).await;
        }

        schema::migrate(&app.context().db).await.expect("it is up to date");
        schema::migrate(&app.context().db).await.expect("it is still");

        let counted = recount::count(app.context().db.reader()).await.expect("they are read");
        assert!(counted.weekly().count() > 20);
        app.figures_hold().await;
    });
}
