//! What a list of schools costs.

use super::*;
use crate::domain::onboarding::testing::{Walk, school_id};

fn rows_of_twelve(walk: &Walk) -> Vec<Triple> {
    let (id, at) = (uuid::Uuid::from_u128(1), walk.now);
    let connection = connection::Model {
        id,
        name: "Stichting Noord".to_owned(),
        domain: "noord".to_owned(),
        region: "noord".to_owned(),
        school_count: 12,
        only_brin: None,
        created_at: at,
        updated_at: at,
    };
    let onboarding = onboarding::Model {
        connection_id: id,
        version: 3,
        state: serde_json::to_string(&walk.state).expect("it is written"),
        lifecycle: "active".to_owned(),
        gate_consent: false,
        gate_webservice: false,
        gate_password: false,
        gate_allowlisting: false,
        held_by_school: true,
        held_by_kurve: false,
        held_by_magister: false,
        kurve_since: None,
        password_until: None,
        is_stuck: false,
        resume_on: None,
        updated_at: at,
        attention_at: None,
        no_answer_since: None,
    };
    let row = |number: u128| {
        let brin = format!("{number:02}AA");
        let school = school::Model {
            id: school_id(number).as_uuid(),
            connection_id: id,
            name: format!("School {number}"),
            brin_key: format!("{brin}00"),
            brin,
            course: "under_way".to_owned(),
            is_activated: false,
            created_at: at,
            updated_at: at,
        };
        (school, Some(connection.clone()), Some(onboarding.clone()))
    };
    (1..=12).map(row).collect()
}

#[test]
fn a_connection_is_read_once_however_many_of_its_schools_are_listed() {
    let walk = Walk::start().with_schools(12);
    let mut rows = rows_of_twelve(&walk);
    // What is not looked at again may be anything.
    for (_, _, onboarding) in rows.iter_mut().skip(1) {
        onboarding.as_mut().expect("it is there").state = "{".to_owned();
    }
    let mut carriers = BTreeMap::new();

    let read: Vec<SchoolOverview> =
        rows.into_iter().map(|row| to_school_overview(row, &mut carriers).expect("it was read")).collect();

    assert_eq!((read.len(), carriers.len()), (12, 1));
    for (row, number) in read.iter().zip(1..) {
        assert_eq!(row.carrier.state, walk.state.only(school_id(number)).expect("it is there"));
    }
}
