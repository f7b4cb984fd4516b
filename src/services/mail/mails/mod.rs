//! The mails, one file each: the facts it loads, what its templates print, its subject, its name and a sample for tests.
//!
//! Text and HTML say the same; the text is complete by itself. A mail names the school and what to do in its subject,
//! carries the whole next step, and its link changes nothing. Who gets which mail is in `domain::notice`; headers and
//! line width are in `mail::message`.
//!
//! To add a mail: its kind in `domain/notice.rs`, a file here with its line in [`registered`], and `NAME.txt` and
//! `NAME.html` in `templates/mail`.

mod activation_asked;
mod address_bounced;
mod already_registered;
mod asked;
mod begin_requested;
mod confirm_address;
mod connection_lost;
mod connections_outage;
mod connections_outage_ended;
mod contact_added;
mod credentials_ready;
mod credentials_revealed;
mod digest;
mod facts;
mod frame;
mod gathered;
mod import_closed;
mod import_open;
mod join_asked;
mod join_declined;
mod join_requested;
mod lifecycle_changed;
mod mail;
mod message;
mod paused_by_kurve;
mod phrases;
mod reminder;
mod request_confirmed;
#[cfg(test)]
mod samples;
mod sign_in;
mod sign_in_alarm;
mod staff_account_changed;
mod staff_invited;
mod step_handed_over;
mod step_lost;
mod step_sent_back;
mod stuck_answered;
mod stuck_reported;
mod subject;
mod support_request;
#[cfg(test)]
mod tests;
mod webhook_stopped;
mod welcome;

use futures_util::future::BoxFuture;

use frame::bodies;
pub(super) use gathered::{Told, in_one};
pub(super) use mail::{Bodies, Mail};

use super::draft::{Draft, DraftRequest, NotSent};
use crate::domain::notice::MailKind;

/// What can be done with a kind of mail.
struct Registered {
    name: &'static str,
    draft: for<'a> fn(DraftRequest<'a>) -> BoxFuture<'a, Result<Draft, NotSent>>,
    #[cfg(test)]
    sample: fn() -> crate::mail::message::RenderedMail,
}

impl Registered {
    fn of<M: Mail + 'static>() -> Self {
        Self {
            name: M::NAME,
            draft: |request| Box::pin(M::draft(request)),
            #[cfg(test)]
            sample: || samples::rendered(&M::sample()),
        }
    }
}

/// The mail of each kind.
fn registered(kind: MailKind) -> Registered {
    match kind {
        MailKind::ConfirmAddress => Registered::of::<confirm_address::ConfirmAddress>(),
        MailKind::SupportRequest => Registered::of::<support_request::SupportRequest>(),
        MailKind::RequestConfirmed => Registered::of::<request_confirmed::RequestConfirmed>(),
        MailKind::AlreadyRegistered => Registered::of::<already_registered::AlreadyRegistered>(),
        MailKind::JoinAsked => Registered::of::<join_asked::JoinAsked>(),
        MailKind::JoinRequested => Registered::of::<join_requested::JoinRequested>(),
        MailKind::BeginRequested => Registered::of::<begin_requested::BeginRequested>(),
        MailKind::JoinDeclined => Registered::of::<join_declined::JoinDeclined>(),
        MailKind::SignIn => Registered::of::<sign_in::SignIn>(),
        MailKind::CredentialsReady => Registered::of::<credentials_ready::CredentialsReady>(),
        MailKind::CredentialsRevealed => Registered::of::<credentials_revealed::CredentialsRevealed>(),
        MailKind::StepSentBack => Registered::of::<step_sent_back::StepSentBack>(),
        MailKind::StepHandedOver => Registered::of::<step_handed_over::StepHandedOver>(),
        MailKind::StuckReported => Registered::of::<stuck_reported::StuckReported>(),
        MailKind::StuckAnswered => Registered::of::<stuck_answered::StuckAnswered>(),
        MailKind::Message => Registered::of::<message::Message>(),
        MailKind::PausedByKurve => Registered::of::<paused_by_kurve::PausedByKurve>(),
        MailKind::ActivationAsked => Registered::of::<activation_asked::ActivationAsked>(),
        MailKind::ImportOpen => Registered::of::<import_open::ImportOpen>(),
        MailKind::ImportClosed => Registered::of::<import_closed::ImportClosed>(),
        MailKind::LifecycleChanged => Registered::of::<lifecycle_changed::LifecycleChanged>(),
        MailKind::StepLost => Registered::of::<step_lost::StepLost>(),
        MailKind::ConnectionLost => Registered::of::<connection_lost::ConnectionLost>(),
        MailKind::ConnectionsOutage => Registered::of::<connections_outage::ConnectionsOutage>(),
        MailKind::ConnectionsOutageEnded => Registered::of::<connections_outage_ended::ConnectionsOutageEnded>(),
        MailKind::ContactAdded => Registered::of::<contact_added::ContactAdded>(),
        MailKind::Welcome => Registered::of::<welcome::Welcome>(),
        MailKind::Reminder => Registered::of::<reminder::Reminder>(),
        MailKind::Digest => Registered::of::<digest::Digest>(),
        MailKind::AddressBounced => Registered::of::<address_bounced::AddressBounced>(),
        MailKind::StaffInvited => Registered::of::<staff_invited::StaffInvited>(),
        MailKind::StaffAccountChanged => Registered::of::<staff_account_changed::StaffAccountChanged>(),
        MailKind::SignInAlarm => Registered::of::<sign_in_alarm::SignInAlarm>(),
        MailKind::WebhookStopped => Registered::of::<webhook_stopped::WebhookStopped>(),
    }
}

/// What a kind of mail is called in a list.
pub fn mail_name(kind: MailKind) -> &'static str {
    registered(kind).name
}

/// Writes a mail, or says why there is none.
pub(super) async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
    (registered(request.mail.kind).draft)(request).await
}
