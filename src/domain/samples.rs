//! A connection with its one school, as tests of other rooms need it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::connection::{Carried, Connection};
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::school::{Region, RequestDetails, School};
use crate::domain::text::{Brin, SchoolDomain, SchoolName};

/// The connection with this number, and its school `12AB` with the same.
pub(crate) fn connection(number: u128, name: &str, created_at: DateTime<Utc>) -> (Connection, School) {
    let details = RequestDetails {
        name: SchoolName::parse(name).expect("a plain name"),
        brin: Brin::parse("12AB").expect("a plain BRIN"),
        domain: SchoolDomain::parse("bonhoeffer").expect("a plain domain"),
        region: Region::Noord,
    };
    let id = ConnectionId::from_uuid(Uuid::from_u128(number));
    let school = School {
        id: SchoolId::from_uuid(Uuid::from_u128(number)),
        connection: id,
        details: details.school(),
        created_at,
    };
    let carried = Carried::One(details.brin.clone());
    (Connection { id, details: details.connection(), carried, created_at }, school)
}
