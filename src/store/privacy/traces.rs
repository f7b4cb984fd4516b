//! Where a person is found beside the audit: the rows of each table.

use entity::{
    access_link, address_mark, attachment, bulk_run, check_override, contact, frozen_mail, join_request, known_browser,
    mail_connection, message, message_receiver, note, outbox, registration, reminder_mail, saved_view, session,
    stranger_count,
};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::Known;
use crate::domain::ids::ConnectionId;
use crate::domain::privacy::Person;
use crate::store::mail::outbox::MailStatus;
use crate::store::{ConnectionTrait, StoreError};

/// A row of which the sealed part was opened.
pub struct OpenedRow {
    /// Which row.
    pub id: Uuid,
    /// Its number, where that is part of what it is known by.
    pub number: i32,
    /// What it says of the person, to be read.
    pub what: Value,
}

/// Rows of which the sealed part names the person.
#[derive(Default)]
pub struct Opened {
    /// Requests for a school.
    pub registrations: Vec<OpenedRow>,
    /// Forms that somebody typed as their session ended.
    pub forms: Vec<OpenedRow>,
    /// Lists of schools that were brought.
    pub rosters: Vec<OpenedRow>,
    /// Rows of such lists that are carried out, by run and number.
    pub items: Vec<OpenedRow>,
}

/// Where a person is found beside the audit. Without `Debug`: it is personal data.
pub struct Traces {
    pub(super) opened: Opened,
    pub(super) links: Vec<access_link::Model>,
    pub(super) sessions: Vec<session::Model>,
    pub(super) browsers: Vec<known_browser::Model>,
    pub(super) marks: Vec<address_mark::Model>,
    pub(super) reminders: Vec<reminder_mail::Model>,
    pub(super) counts: Vec<stranger_count::Model>,
    pub(super) views: Vec<saved_view::Model>,
    /// Mails to them.
    pub(super) mails: Vec<outbox::Model>,
    /// The bytes of mails to others that may name them.
    pub(super) bytes: Vec<Uuid>,
    /// How many such bytes stay, since their mail is on its way.
    pub(super) on_their_way: u64,
    /// What they wrote, what was written to them alone, and what names them.
    pub(super) messages: Vec<message::Model>,
    pub(super) attachments: Vec<attachment::Model>,
    pub(super) notes: Vec<note::Model>,
    /// Grounds on which Kurve vouched for others, that name them.
    pub(super) grounds: Vec<contact::Model>,
    pub(super) overrides: Vec<check_override::Model>,
    /// Reasons for which requests of others were declined, that name them.
    pub(super) reasons: Vec<join_request::Model>,
    /// The same of requests for schools that were not here.
    pub(super) declined: Vec<registration::Model>,
    /// What went wrong with mails to others, or why those were dropped, that names them.
    pub(super) errors: Vec<outbox::Model>,
    pub(super) runs: Vec<bulk_run::Model>,
}

impl Traces {
    /// How many mails on their way to others may name the person; their bytes are erased once they went.
    pub fn on_their_way(&self) -> u64 {
        self.on_their_way
    }

    /// The mails of which the bytes go.
    pub fn mails_of_bytes(&self) -> Vec<Uuid> {
        self.mails.iter().map(|mail| mail.id).chain(self.bytes.iter().copied()).collect()
    }
}

/// Looks through all tables.
pub async fn find(
    conn: &impl ConnectionTrait,
    known: &Known,
    person: &Person,
    opened: Opened,
) -> Result<Traces, StoreError> {
    let key = known.email_key.as_str();
    let near = Near { person, connections: person.connections.iter().map(|id| id.as_uuid()).collect() };
    let links = access_link::Entity::find().filter(access_link::COLUMN.email_key.eq(key)).all(conn).await?;
    let mails = find_mails(conn, known, &links, &opened).await?;
    let messages = find_messages(conn, known, &near).await?;
    let of_messages = attachment::COLUMN.message_id.is_in(messages.iter().map(|message| message.id));
    let of_staff = known.staff.as_ref().map(|staff| staff.id);
    let of_address = session::COLUMN.email_key.eq(key);
    let to_address = stranger_count::COLUMN.name.like(format!("%/to/{key}"));
    let waiting = outbox::COLUMN.status.eq(MailStatus::Waiting.as_str());
    let mut bytes = find_bytes(conn, &near, waiting.clone().not()).await?;
    bytes.retain(|id| !mails.iter().any(|mail| mail.id == *id));
    let mut on_their_way = find_bytes(conn, &near, waiting).await?;
    on_their_way.retain(|id| !mails.iter().any(|mail| mail.id == *id));
    Ok(Traces {
        sessions: session::Entity::find()
            .filter(Condition::any().add(of_address).add(session::COLUMN.staff_id.eq(of_staff.unwrap_or_default())))
            .all(conn)
            .await?,
        browsers: known_browser::Entity::find().filter(known_browser::COLUMN.email_key.eq(key)).all(conn).await?,
        marks: address_mark::Entity::find().filter(address_mark::COLUMN.address_key.eq(key)).all(conn).await?,
        reminders: reminder_mail::Entity::find().filter(reminder_mail::COLUMN.address_key.eq(key)).all(conn).await?,
        counts: stranger_count::Entity::find().filter(to_address).all(conn).await?,
        views: saved_view::Entity::find()
            .filter(saved_view::COLUMN.staff_id.eq(of_staff.unwrap_or_default()))
            .all(conn)
            .await?,
        bytes,
        on_their_way: on_their_way.len() as u64,
        attachments: attachment::Entity::find().filter(of_messages).all(conn).await?,
        notes: near.of(note::Entity::find(), note::Column::Body, note::Column::ConnectionId).all(conn).await?,
        grounds: near
            .of(contact::Entity::find(), contact::Column::VouchGround, contact::Column::ConnectionId)
            .all(conn)
            .await?,
        overrides: near
            .of(check_override::Entity::find(), check_override::Column::Reason, check_override::Column::ConnectionId)
            .all(conn)
            .await?,
        reasons: near
            .of(join_request::Entity::find(), join_request::Column::Reason, join_request::Column::ConnectionId)
            .all(conn)
            .await?,
        declined: registration::Entity::find().filter(near.mentioned(registration::Column::Reason)).all(conn).await?,
        errors: near
            .of(outbox::Entity::find(), outbox::Column::LastError, outbox::Column::ConnectionId)
            .all(conn)
            .await?,
        runs: bulk_run::Entity::find().filter(bulk_run::COLUMN.work.is_not_null()).all(conn).await?,
        opened,
        links,
        mails,
        messages,
    }
    .only_named(known, person))
}

impl Traces {
    /// The database finds more than what names the person: here it is looked at word for word.
    fn only_named(mut self, known: &Known, person: &Person) -> Self {
        let named = |text: Option<&str>, connection: Option<Uuid>| {
            text.is_some_and(|text| person.is_named_in(text, connection.map(ConnectionId::from_uuid)))
        };
        let is_own = |id: Uuid| known.contacts.iter().any(|contact| contact.id == id);
        self.notes.retain(|note| named(Some(&note.body), Some(note.connection_id)));
        self.grounds
            .retain(|other| !is_own(other.id) && named(other.vouch_ground.as_deref(), Some(other.connection_id)));
        self.overrides.retain(|leave| named(Some(&leave.reason), Some(leave.connection_id)));
        let is_request = |id: Uuid| known.requests.iter().any(|request| request.id == id);
        self.reasons.retain(|other| !is_request(other.id) && named(other.reason.as_deref(), Some(other.connection_id)));
        let is_own_form = |id: Uuid| self.opened.registrations.iter().any(|own| own.id == id);
        self.declined.retain(|other| !is_own_form(other.id) && named(other.reason.as_deref(), None));
        let is_mail = |id: Uuid| self.mails.iter().any(|mail| mail.id == id);
        self.errors.retain(|mail| !is_mail(mail.id) && named(mail.last_error.as_deref(), mail.connection_id));
        // A run is about many connections; what was said with it may be about any of theirs.
        let near = known.connections().into_iter().next().map(ConnectionId::as_uuid);
        self.runs.retain(|run| named(run.work.as_deref(), near));
        self
    }
}

/// Where texts may name a person.
struct Near<'a> {
    person: &'a Person,
    connections: Vec<Uuid>,
}

impl Near<'_> {
    /// Rows about connections of theirs that have a text, and rows elsewhere whose text has their address.
    fn of<E, C>(&self, query: sea_orm::Select<E>, text: C, connection: C) -> sea_orm::Select<E>
    where
        E: EntityTrait<Column = C>,
        C: ColumnTrait + Copy,
    {
        let here = connection.is_in(self.connections.iter().copied()).and(text.is_not_null());
        query.filter(Condition::any().add(here).add(self.mentioned(text)))
    }

    fn mentioned(&self, text: impl ColumnTrait) -> SimpleExpr {
        Expr::expr(Func::lower(Expr::col(text.as_column_ref()))).like(format!("%{}%", self.person.address()))
    }
}

/// Mails to them: as a contact, as a colleague, with a link to sign in, or about a request of theirs.
async fn find_mails(
    conn: &impl ConnectionTrait,
    known: &Known,
    links: &[access_link::Model],
    opened: &Opened,
) -> Result<Vec<outbox::Model>, StoreError> {
    let contacts = known.contacts.iter().map(|contact| contact.id);
    let about = |field: &str, id: Uuid| outbox::COLUMN.about.like(format!("%\"{field}\":\"{id}\"%"));
    let mut to_them = Condition::any().add(outbox::COLUMN.contact_id.is_in(contacts));
    for link in links {
        to_them = to_them.add(about("link", link.id));
    }
    for registration in &opened.registrations {
        to_them = to_them.add(about("registration", registration.id));
    }
    for request in &known.requests {
        to_them = to_them.add(about("request", request.id));
    }
    if let Some(staff) = &known.staff {
        to_them = to_them.add(about("staff", staff.id));
    }
    Ok(outbox::Entity::find().filter(to_them).order_by_asc(outbox::COLUMN.id).all(conn).await?)
}

/// The bytes of mails about connections of theirs, and to Kurve: what they say may name them.
async fn find_bytes(conn: &impl ConnectionTrait, near: &Near<'_>, mails: SimpleExpr) -> Result<Vec<Uuid>, StoreError> {
    let of_several = Query::select()
        .column(mail_connection::Column::MailId)
        .from(mail_connection::Entity)
        .and_where(mail_connection::COLUMN.connection_id.is_in(near.connections.iter().copied()))
        .to_owned();
    // One mail to a person may tell of what mails about several of their connections tell.
    let telling = Query::select()
        .column(outbox::Column::ToldBy)
        .from(outbox::Entity)
        .and_where(outbox::COLUMN.told_by.is_not_null())
        .and_where(outbox::COLUMN.connection_id.is_in(near.connections.iter().copied()))
        .to_owned();
    let here = Condition::any()
        .add(outbox::COLUMN.connection_id.is_in(near.connections.iter().copied()))
        .add(outbox::COLUMN.id.in_subquery(of_several))
        .add(outbox::COLUMN.id.in_subquery(telling))
        .add(outbox::COLUMN.contact_id.is_null());
    let mails =
        Query::select().column(outbox::Column::Id).from(outbox::Entity).cond_where(here).and_where(mails).to_owned();
    let bytes = frozen_mail::Entity::find().select_only().column(frozen_mail::Column::MailId);
    Ok(bytes.filter(frozen_mail::COLUMN.mail_id.in_subquery(mails)).into_tuple().all(conn).await?)
}

async fn find_messages(
    conn: &impl ConnectionTrait,
    known: &Known,
    near: &Near<'_>,
) -> Result<Vec<message::Model>, StoreError> {
    let contacts: Vec<Uuid> = known.contacts.iter().map(|contact| contact.id).collect();
    let received = Query::select()
        .column(message_receiver::Column::MessageId)
        .from(message_receiver::Entity)
        .and_where(message_receiver::COLUMN.contact_id.is_in(contacts.iter().copied()))
        .to_owned();
    let others = Query::select()
        .column(message_receiver::Column::MessageId)
        .from(message_receiver::Entity)
        .and_where(message_receiver::COLUMN.contact_id.is_not_in(contacts.iter().copied()))
        .to_owned();
    let to_them_alone = message::COLUMN.id.in_subquery(received).and(message::COLUMN.id.not_in_subquery(others));
    let here = message::COLUMN.connection_id.is_in(near.connections.iter().copied());
    let some = Condition::any()
        .add(message::COLUMN.contact_id.is_in(contacts.iter().copied()))
        .add(to_them_alone.clone())
        .add(here)
        .add(near.mentioned(message::Column::Body))
        .add(near.mentioned(message::Column::Sender));
    let mut found = message::Entity::find().filter(some).order_by_asc(message::COLUMN.id).all(conn).await?;
    let alone: Vec<Uuid> = message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(to_them_alone)
        .into_tuple()
        .all(conn)
        .await?;
    found.retain(|message| {
        let connection = Some(ConnectionId::from_uuid(message.connection_id));
        let names =
            |text: &Option<String>| text.as_deref().is_some_and(|text| near.person.is_named_in(text, connection));
        let is_theirs = message.contact_id.is_some_and(|contact| contacts.contains(&contact));
        is_theirs || alone.contains(&message.id) || names(&message.body) || names(&message.sender)
    });
    Ok(found)
}
