//! One change: a write transaction that gathers audit entries and mails, and commits all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::feed::FeedKind;
use crate::domain::ids::{ConnectionId, ContactId, MailId};
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::Event;
use crate::domain::school::SchoolRef;
use crate::domain::tally::Tally;
use crate::services::operations::audit::conceal;
use crate::services::operations::feed::{self, News};
use crate::services::{Call, Context, ServiceError, sealed_password};
use crate::store::mail::outbox::{MailStatus, OutboxMail};
use crate::store::mail::{mail_connections, outbox};
use crate::store::operations::{audit, tally};
use crate::store::{self, Changing, WriteTx, lock};

/// A change under way.
pub(super) struct UnitOfWork<'a> {
    context: &'a Context,
    call: &'a Call,
    tx: WriteTx,
    entries: Vec<audit::NewEntry>,
    /// What people typed about a connection and is kept elsewhere than in the audit.
    said: Vec<(ConnectionId, String)>,
    mails: Vec<OutboxMail>,
    /// The connections of mails that are about several.
    schools: Vec<(MailId, BTreeSet<ConnectionId>)>,
    /// What is counted of it.
    tally: Tally,
    /// What machines hear of it that is no entry of the audit.
    news: Vec<News>,
}

/// For whom and about what a mail is put in the outbox.
pub(super) struct NewMail {
    pub(super) kind: MailKind,
    pub(super) connection: Option<ConnectionId>,
    pub(super) contact: Option<ContactId>,
    pub(super) about: About,
    /// What the mail is about, so that with kind and receiver it is sent once: the dedupe key is made of the three.
    pub(super) occasion: String,
}

/// What a mail is known by, so that it is put in the outbox once.
pub(super) fn dedupe_key(kind: MailKind, contact: Option<ContactId>, occasion: &str) -> String {
    let receiver = contact.map_or_else(|| "-".to_owned(), |contact| contact.to_string());
    format!("{}/{receiver}/{occasion}", kind.as_str())
}

impl<'a> UnitOfWork<'a> {
    pub(super) async fn begin(context: &'a Context, call: &'a Call) -> Result<Self, ServiceError> {
        let tx = context.db.begin_write().await?;
        let tally = Tally::default();
        let (entries, said, mails, schools, news) = (vec![], vec![], vec![], vec![], vec![]);
        Ok(Self { context, call, tx, entries, said, mails, schools, tally, news })
    }

    pub(super) fn conn(&self) -> &impl Changing {
        self.tx.conn()
    }

    pub(super) fn context(&self) -> &'a Context {
        self.context
    }

    /// What is counted of this change; imports that open are counted by themselves.
    pub(super) fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// Tells machines something of all schools of a connection that the audit does not keep.
    pub(super) fn tell_machines(&mut self, connection: ConnectionId, kind: FeedKind) {
        self.news.push(News { connection, school: None, kind });
    }

    pub(super) fn note(&mut self, connection: Option<ConnectionId>, action: Action) {
        self.note_version(connection, None, action);
    }

    pub(super) fn note_version(&mut self, connection: Option<ConnectionId>, version: Option<i32>, action: Action) {
        self.entries.push(audit::NewEntry {
            connection,
            school: None,
            onboarding_version: version,
            at: self.call.now,
            by: self.call.actor,
            action,
            request_id: self.call.request_id.clone(),
        });
    }

    /// Notes something about one of the schools of a connection.
    pub(super) fn note_school(&mut self, school: SchoolRef, version: Option<i32>, action: Action) {
        self.note_version(Some(school.connection), version, action);
        if let Some(entry) = self.entries.last_mut() {
            entry.school = Some(school.school);
        }
    }

    /// Notes what happened in a version of an onboarding.
    pub(super) fn note_event(&mut self, connection: ConnectionId, version: i32, event: &Event) {
        self.note_version(Some(connection), Some(version), Action::Onboarding(event.change.clone()));
        if let Some(entry) = self.entries.last_mut() {
            entry.school = event.school;
        }
    }

    /// Notes it at a connection as done by whom that connection knows, where one person is a contact of several.
    pub(super) fn note_by(&mut self, by: Actor, connection: ConnectionId, action: Action) {
        self.note(Some(connection), action);
        self.last_by(by);
    }

    /// Says that somebody else did what was noted last.
    pub(super) fn last_by(&mut self, by: Actor) {
        if let Some(entry) = self.entries.last_mut() {
            entry.by = by;
        }
    }

    /// Says what somebody typed about a connection where the audit does not keep it: it may hold none of its passwords.
    pub(super) fn said(&mut self, connection: ConnectionId, text: impl ToString) {
        self.said.push((connection, text.to_string()));
    }

    /// Whatever people typed is held against the passwords of the connection that it is about; all of it goes through here.
    async fn check_texts(&self) -> Result<(), ServiceError> {
        let is_person = |by: &Actor| matches!(by, Actor::Contact { .. } | Actor::Staff { .. });
        let mut texts: BTreeMap<ConnectionId, Vec<String>> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| is_person(&entry.by)) {
            if let Some(connection) = entry.connection {
                texts.entry(connection).or_default().extend(entry.action.texts());
            }
        }
        for (connection, text) in &self.said {
            texts.entry(*connection).or_default().push(text.clone());
        }
        for (connection, texts) in &texts {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            sealed_password::check_texts(self.context, self.tx.conn(), *connection, &texts).await?;
        }
        Ok(())
    }

    /// Who is made a contact in this change, and hears of all of it by that mail.
    pub(super) fn welcomed(&self) -> impl Iterator<Item = ContactId> {
        self.mails.iter().filter(|mail| mail.kind == MailKind::ContactAdded).filter_map(|mail| mail.contact)
    }

    pub(super) fn mail(&mut self, mail: NewMail) {
        let id = MailId::from_uuid(self.context.chance.uuid_v7(self.call.now));
        let dedupe_key = dedupe_key(mail.kind, mail.contact, &mail.occasion);
        let waits = self.context.gathering.wait(mail.kind, mail.contact, &mail.about);
        self.mails.push(OutboxMail {
            id,
            kind: mail.kind,
            connection: mail.connection,
            contact: mail.contact,
            about: mail.about,
            dedupe_key,
            status: MailStatus::Waiting,
            attempts: 0,
            created_at: self.call.now,
            next_attempt_at: self.call.now + waits,
            handing_over_at: None,
            may_be_double: false,
            sent_at: None,
            message_id: format!("<{id}@{}>", self.context.base.mail_host()),
            last_error: None,
            told_by: None,
        });
    }

    /// None of the mails until now may go before a moment.
    pub(super) fn hold_mails(&mut self, at: DateTime<Utc>) {
        self.mails.iter_mut().for_each(|mail| mail.next_attempt_at = mail.next_attempt_at.max(at));
    }

    /// None of the mails until now goes.
    pub(super) fn silence(&mut self) {
        self.mails.clear();
        self.schools.clear();
    }

    /// A mail about one connection or several; `schools` takes the place of its own connection.
    pub(super) fn mail_about(&mut self, schools: BTreeSet<ConnectionId>, mail: NewMail) {
        let connection = schools.first().copied().filter(|_| schools.len() == 1);
        self.mail(NewMail { connection, ..mail });
        if let (None, Some(mail)) = (connection, self.mails.last()) {
            self.schools.push((mail.id, schools));
        }
    }

    /// Writes mails, what lists show, figures, audit and feed and commits. The audit comes last: it makes other writers wait. So do
    /// the figures before it, which many changes add to; nothing else is locked after them, and they always come in one order.
    ///
    /// # Errors
    /// `HoldsPassword` when somebody typed a password of the connection: then nothing of the change is kept.
    pub(super) async fn finish(mut self) -> Result<(), ServiceError> {
        self.check_texts().await?;
        outbox::insert_all(self.tx.conn(), &self.mails).await?;
        for (mail, schools) in self.schools {
            mail_connections::insert(self.tx.conn(), mail, schools).await?;
        }
        let settled = self.tx.settle().await?;
        self.entries.iter().for_each(|entry| self.tally.count_action(entry.at, &entry.action));
        tally::add(self.tx.conn(), &self.tally).await?;
        let events = feed::gather(&self.tx, self.call.now, self.news, &self.entries, &settled).await?;
        let has_news = !events.is_empty();
        let keys = &self.context.keys;
        let mac = |parts: &[&[u8]]| keys.audit_mac(None, parts).expect("the newest key is always there");
        let conceal = |text: &str| conceal(&self.context.chance, text);
        if has_news || !self.entries.is_empty() {
            lock::hold_audit_tail(self.tx.conn()).await?;
        }
        audit::append(self.tx.conn(), self.entries, mac, conceal).await?;
        store::operations::feed::append(self.tx.conn(), events).await?;
        self.tx.commit().await?;
        if has_news {
            self.context.feed_waits.notify_waiters();
            self.context.webhook_waits.notify_one();
        }
        if !self.mails.is_empty() {
            self.context.mail_waits.notify_one();
        }
        Ok(())
    }
}
