//! What is kept of a person, to be read: every column that says something, and no key, hash or seal.

use entity::staff_identity;
use serde_json::{Value, json};

use super::traces::OpenedRow;
use super::{AuditTraces, Known, Traces};
use crate::domain::privacy::{Kind, Section};

impl Traces {
    /// Everything, by sort; sorts of which there is nothing are left out.
    pub fn sections(&self, known: &Known, audit: &AuditTraces) -> Vec<Section> {
        let of_tables = self.who(known).into_iter().chain(self.said()).chain(self.at_the_doors());
        let of_audit = [(Kind::AuditText, audit.said.clone()), (Kind::Act, audit.acts.clone())];
        let all = of_tables.chain(of_audit).filter(|(_, rows)| !rows.is_empty());
        all.map(|(kind, rows)| Section { kind, rows }).collect()
    }

    fn who(&self, known: &Known) -> Vec<(Kind, Vec<Value>)> {
        let opened = |rows: &[OpenedRow]| rows.iter().map(|row| row.what.clone()).collect();
        let contacts = known.contacts.iter().map(|contact| {
            json!({
                "connection": contact.connection_id, "name": contact.name, "email": contact.email, "roles": contact.roles,
                "proposed_roles": contact.proposed_roles, "vouched_at": contact.vouched_at,
                "vouch_ground": contact.vouch_ground, "created_at": contact.created_at, "removed_at": contact.removed_at,
            })
        });
        let identity = |one: &staff_identity::Model| json!({ "issuer": one.issuer, "subject": one.subject, "linked_at": one.linked_at, "last_used_at": one.last_used_at });
        let identities: Vec<Value> = known.identities.iter().map(identity).collect();
        let colleagues = known.staff.iter().map(|staff| {
            json!({
                "name": staff.name, "email": staff.email, "role": staff.role, "created_at": staff.created_at,
                "disabled_at": staff.disabled_at, "identities": identities,
            })
        });
        let requests = known.requests.iter().map(|request| {
            json!({
                "connection": request.connection_id, "kind": request.kind, "school": request.school_name, "brin": request.brin,
                "domain": request.domain, "region": request.region, "name": request.name, "email": request.email,
                "roles": request.roles, "asked_at": request.asked_at, "decided_at": request.decided_at,
                "decision": request.decision, "reason": request.reason,
            })
        });
        vec![
            (Kind::Contact, contacts.collect()),
            (Kind::Colleague, colleagues.collect()),
            (Kind::JoinRequest, requests.collect()),
            (Kind::Registration, opened(&self.opened.registrations)),
            (Kind::KeptForm, opened(&self.opened.forms)),
            (Kind::SchoolList, opened(&self.opened.rosters)),
            (Kind::SchoolListRow, opened(&self.opened.items)),
        ]
    }

    fn said(&self) -> Vec<(Kind, Vec<Value>)> {
        let messages = self.messages.iter().map(|message| {
            json!({
                "connection": message.connection_id, "direction": message.direction, "sender": message.sender,
                "step": message.step, "text": message.body, "created_at": message.created_at,
            })
        });
        let files = self.attachments.iter();
        let files = files.map(|file| json!({ "name": file.name, "media": file.media, "size_bytes": file.size_bytes }));
        let notes = self.notes.iter();
        let notes = notes.map(|note| {
            json!({ "connection": note.connection_id, "text": note.body, "created_at": note.created_at, "changed_at": note.changed_at })
        });
        let grounds = self.grounds.iter().map(|other| json!({ "vouch_ground": other.vouch_ground }));
        let leaves = self.overrides.iter().map(|leave| json!({ "reason": leave.reason, "at": leave.at }));
        let reasons = self.reasons.iter().map(|other| json!({ "reason": other.reason }));
        let declined = self.declined.iter().map(|other| json!({ "reason": other.reason }));
        let errors = self.errors.iter().map(|mail| json!({ "mail": mail.kind, "reason": mail.last_error }));
        let runs = self.runs.iter().map(|run| json!({ "run": run.work, "asked_at": run.asked_at }));
        let mails = self.mails.iter().map(|mail| {
            json!({
                "kind": mail.kind, "connection": mail.connection_id, "status": mail.status, "created_at": mail.created_at,
                "sent_at": mail.sent_at, "last_error": mail.last_error,
            })
        });
        vec![
            (Kind::Message, messages.collect()),
            (Kind::Attachment, files.collect()),
            (Kind::Note, notes.collect()),
            (Kind::Remark, grounds.chain(leaves).chain(reasons).chain(declined).chain(errors).chain(runs).collect()),
            (Kind::Mail, mails.collect()),
            (Kind::MailBytes, self.bytes.iter().map(|id| json!({ "mail": id })).collect()),
        ]
    }

    fn at_the_doors(&self) -> Vec<(Kind, Vec<Value>)> {
        let links = self.links.iter();
        let links = links.map(|link| json!({ "requested_at": link.requested_at, "used_at": link.used_at }));
        let sessions = self.sessions.iter();
        let sessions = sessions.map(|one| json!({ "created_at": one.created_at, "last_seen_at": one.last_seen_at }));
        let marks = self.marks.iter().map(|mark| {
            json!({
                "bounced_at": mark.bounced_at, "bounce_code": mark.bounce_code,
                "reminders_stopped_at": mark.reminders_stopped_at, "digest_stopped_at": mark.digest_stopped_at,
            })
        });
        vec![
            (Kind::AccessLink, links.collect()),
            (Kind::Session, sessions.collect()),
            (Kind::KnownBrowser, self.browsers.iter().map(|one| json!({ "seen_at": one.seen_at })).collect()),
            (Kind::AddressMark, marks.collect()),
            (Kind::ReminderMail, self.reminders.iter().map(|one| json!({ "on": one.on_date, "at": one.at })).collect()),
            (Kind::AskedLinks, self.counts.iter().map(|one| json!({ "hour": one.hour, "n": one.n })).collect()),
            (
                Kind::SavedView,
                self.views.iter().map(|view| json!({ "name": view.name, "query": view.query })).collect(),
            ),
        ]
    }
}
