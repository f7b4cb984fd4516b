//! Lists that cost as many statements for many rows as for one.

use koppelklaar::domain::address_mark::Bounced;
use koppelklaar::domain::ids::JoinRequestId;
use koppelklaar::domain::join::{Asker, JoinKind, JoinRequest};
use koppelklaar::domain::school::{ContactRef, Region, SchoolDetails};
use koppelklaar::domain::text::{Brin, SchoolDomain, SchoolName};
use koppelklaar::services::onboarding::joins::waiting;
use koppelklaar::services::people::portal_access;
use koppelklaar::store::onboarding::joins;
use koppelklaar::store::people::{address_marks, contacts};

use crate::support::counting::Counting;
use crate::support::database::sql;
use crate::support::{TestApp, TestSchool, run};

const SCHOOLS: [(&str, &str); 5] =
    [("10AA", "een"), ("10AB", "twee"), ("10AC", "drie"), ("10AD", "vier"), ("10AE", "vijf")];

async fn schools(app: &TestApp) -> Vec<TestSchool> {
    let mut schools = vec![];
    for (brin, label) in SCHOOLS {
        schools.push(app.school_by_services(&format!("School {label}"), brin, label).await);
    }
    schools
}

/// The contact of another connection says that its school stands at this one.
async fn asks(app: &TestApp, from: &TestSchool, at: &TestSchool) {
    let request = JoinRequest {
        id: JoinRequestId::from_uuid(app.context().chance.uuid_v7(app.now())),
        connection: at.connection,
        kind: JoinKind::OtherDomain,
        school: SchoolDetails {
            name: SchoolName::parse("Anders").expect("a name"),
            brin: Brin::parse(&from.brin).expect("a BRIN"),
        },
        domain: SchoolDomain::parse("anders").expect("a domain"),
        region: Region::Noord,
        asker: Asker::Contact(ContactRef { connection: from.connection, contact: from.contact }),
        asked_at: app.now(),
        decision: None,
    };
    let key = app.context().keys.email_key(&from.email);
    let tx = app.context().db.begin_write().await.expect("the store answers");
    joins::insert(tx.conn(), &request, &key).await.expect("it is new");
    tx.commit().await.expect("the store answers");
}

#[test]
fn requests_to_join_cost_the_same_for_one_as_for_many() {
    run(|app: TestApp| async move {
        let schools = schools(&app).await;
        let (at, others) = schools.split_first().expect("there are five");
        let mut took = vec![];

        for (from, count) in others.iter().zip(1..) {
            asks(&app, from, at).await;
            asks(&app, at, from).await;
            let conn = Counting::new(app.context().db.reader());
            let here = waiting::waiting_at(&conn, at.connection).await.expect("the store answers");
            let of_one = conn.statements();
            let conn = Counting::new(app.context().db.reader());
            let everywhere = waiting::waiting_everywhere(&conn).await.expect("the store answers");
            took.push((of_one, conn.statements()));

            assert_eq!((here.asked.len(), here.here.len(), everywhere.len()), (count, count, 2 * count));
        }

        assert!(took.iter().all(|cost| cost == &took[0]), "{took:?}");
    });
}

#[test]
fn the_connections_of_a_visitor_cost_the_same_for_one_as_for_many_and_one_that_cannot_be_read_hides_no_other() {
    run(|app: TestApp| async move {
        let schools = schools(&app).await;
        let key = app.context().keys.email_key(&schools[0].email);
        let mut took = vec![];
        for (school, count) in schools.iter().zip(1..) {
            // The same person everywhere.
            sql(
                &app.database.url,
                &format!(
                    "UPDATE contact SET email = '{}', email_key = '{key}' WHERE email = '{}'",
                    schools[0].email, school.email
                ),
            )
            .await;
            let conn = Counting::new(app.context().db.reader());
            let choices = portal_access::choices_of(&conn, &key).await.expect("the store answers");
            took.push(conn.statements());

            assert_eq!(choices.len(), count);
        }
        assert!(took.iter().all(|cost| cost == &took[0]), "{took:?}");

        let spoil = async |table: &str, change: &str, domain: &str| {
            let of = format!("(SELECT id FROM connection WHERE domain = '{domain}')");
            let id = if table == "connection" { "id" } else { "connection_id" };
            sql(&app.database.url, &format!("UPDATE {table} SET {change} WHERE {id} IN {of}")).await;
        };
        spoil("connection", "region = 'midden-aarde'", "twee").await;
        spoil("onboarding", "state = '{'", "drie").await;
        spoil("contact", "roles = 'tovenaar'", "vier").await;
        let choices = portal_access::list_choices(app.context(), &key).await.expect("the others can be read");

        let read: Vec<_> = choices.iter().map(|choice| (choice.name.as_str(), choice.state.is_some())).collect();
        assert_eq!(read, [("School drie", false), ("School een", true), ("School vier", true), ("School vijf", true)]);
    });
}

#[test]
fn addresses_that_ask_for_attention_cost_the_same_for_one_as_for_many() {
    run(|app: TestApp| async move {
        let schools = schools(&app).await;
        let mut took = vec![];
        for (school, count) in schools.iter().zip(1..) {
            let key = app.context().keys.email_key(&school.email);
            let bounced = Bounced { at: app.now(), code: "5.1.1".to_owned() };
            let tx = app.context().db.begin_write().await.expect("the store answers");
            address_marks::mark_bounced(tx.conn(), &key, &bounced).await.expect("the store answers");
            tx.commit().await.expect("the store answers");
            let conn = Counting::new(app.context().db.reader());
            let found = address_marks::list_contacts(&conn, 40).await.expect("the store answers");
            took.push(conn.statements());

            assert_eq!(found.len(), count);
            let who = contacts::load(app.context().db.reader(), school.contact).await.expect("they are there");
            assert!(found.iter().any(|(contact, _)| *contact == who));
        }
        assert!(took.iter().all(|cost| cost == &took[0]), "{took:?}");
    });
}
