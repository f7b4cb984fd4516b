//! Who somebody is here, by the keyed hash of their address.

use std::collections::BTreeSet;

use entity::{contact, join_request, staff, staff_identity};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::domain::ids::{ConnectionId, ContactId, JoinRequestId, StaffId};
use crate::domain::privacy::Person;
use crate::domain::school::ContactRef;
use crate::domain::text::EmailAddress;
use crate::store::{ConnectionTrait, StoreError};

/// What one address is here. Without `Debug`: it is personal data.
pub struct Known {
    pub(super) email_key: String,
    pub(super) contacts: Vec<contact::Model>,
    pub(super) requests: Vec<join_request::Model>,
    pub(super) staff: Option<staff::Model>,
    /// The accounts of their organisation that a colleague signs in with.
    pub(super) identities: Vec<staff_identity::Model>,
}

impl Known {
    /// What the address with this key is.
    pub async fn load(conn: &impl ConnectionTrait, email_key: &str) -> Result<Self, StoreError> {
        let contacts = contact::Entity::find()
            .filter(contact::COLUMN.email_key.eq(email_key))
            .order_by_asc(contact::COLUMN.id)
            .all(conn)
            .await?;
        let requests = join_request::Entity::find()
            .filter(join_request::COLUMN.email_key.eq(email_key))
            .order_by_asc(join_request::COLUMN.id)
            .all(conn)
            .await?;
        let staff = staff::Entity::find().filter(staff::COLUMN.email_key.eq(email_key)).one(conn).await?;
        let of_staff = staff.as_ref().map(|staff| staff.id).unwrap_or_default();
        let identities =
            staff_identity::Entity::find().filter(staff_identity::COLUMN.staff_id.eq(of_staff)).all(conn).await?;
        Ok(Self { email_key: email_key.to_owned(), contacts, requests, staff, identities })
    }

    /// The person, as they are known again elsewhere. A colleague of Kurve is known again by the address only: what they
    /// wrote is about schools.
    pub fn person(&self, address: &EmailAddress) -> Person {
        let of_requests = self.requests.iter().filter_map(|request| request.name.as_deref());
        let names = self.contacts.iter().map(|contact| contact.name.as_str()).chain(of_requests);
        let mut person = Person::new(address, names);
        person.contacts = self.contacts.iter().map(|contact| ContactId::from_uuid(contact.id)).collect();
        person.requests = self.requests.iter().map(|request| JoinRequestId::from_uuid(request.id)).collect();
        person.connections = self.connections();
        person
    }

    /// The connections where they are or were a contact, or asked to join.
    pub fn connections(&self) -> BTreeSet<ConnectionId> {
        let of_contacts = self.contacts.iter().map(|contact| contact.connection_id);
        let of_requests = self.requests.iter().map(|request| request.connection_id);
        of_contacts.chain(of_requests).map(ConnectionId::from_uuid).collect()
    }

    /// As which contact they act today, one for each connection.
    pub fn acting(&self) -> Vec<ContactRef> {
        let today = self.contacts.iter().filter(|contact| contact.removed_at.is_none());
        let to_ref = |contact: &contact::Model| ContactRef {
            connection: ConnectionId::from_uuid(contact.connection_id),
            contact: ContactId::from_uuid(contact.id),
        };
        today.map(to_ref).collect()
    }

    /// The account of a colleague of Kurve with this address, while it is in use.
    pub fn staff_in_use(&self) -> Option<StaffId> {
        let staff = self.staff.as_ref().filter(|staff| staff.disabled_at.is_none());
        staff.map(|staff| StaffId::from_uuid(staff.id))
    }
}
