//! The schools of which something cannot be read: a damaged row, or one that a newer release wrote. Lists leave such rows
//! out, and name them here instead.

use std::collections::BTreeSet;

use entity::{check_status, contact, onboarding, reminder_arrangement, school};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::domain::ids::SchoolId;
use crate::store::checks::connections::to_connection;
use crate::store::onboarding::arrangements::to_arrangement;
use crate::store::onboarding::overview::{NamedSchool, to_overview};
use crate::store::people::contacts::to_contact;
use crate::store::{ConnectionTrait, StoreError};

/// Reads every school whole, and names those of which something cannot be read, by name. Each is there since its
/// onboarding was last written: by then it could be read.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<NamedSchool>, StoreError> {
    let mut broken = Broken::default();
    for row in contact::Entity::find().all(conn).await? {
        broken.note(row.school_id, to_contact(row));
    }
    for row in check_status::Entity::find().all(conn).await? {
        broken.note(row.school_id, to_connection(&row));
    }
    for row in reminder_arrangement::Entity::find().all(conn).await? {
        broken.note(row.school_id, to_arrangement(&row));
    }
    let mut found = vec![];
    for pair in onboarding::Entity::find().find_also_related(school::Entity).all(conn).await? {
        let (id, since) = (pair.0.school_id, pair.0.updated_at);
        let (name, brin) = pair.1.as_ref().map(|school| (school.name.clone(), school.brin.clone())).unwrap_or_default();
        broken.note(id, to_overview(pair));
        if broken.0.contains(&id) {
            found.push(NamedSchool { id: SchoolId::from_uuid(id), name, brin, since });
        }
    }
    found.sort_by(|a, b| (&a.name, &a.brin).cmp(&(&b.name, &b.brin)));
    Ok(found)
}

#[derive(Default)]
struct Broken(BTreeSet<Uuid>);

impl Broken {
    fn note<T>(&mut self, school: Uuid, read: Result<T, StoreError>) {
        if let Err(error) = read {
            tracing::error!(school.id = %school, error = %error, "Something of a school cannot be read");
            self.0.insert(school);
        }
    }
}
