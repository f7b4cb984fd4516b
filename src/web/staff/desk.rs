//! What all staff pages share: the menu, who is who, and how a path or a hidden field is read.

use super::alarms::{Alarm, Unreadable, alarms, unreadable};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Step;
use crate::links;
use crate::services::checks::SeenOutage;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::onboarding::schools;
use crate::services::people::staff_accounts;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::Frame;
use crate::words::{self, Names};

/// One entry of the menu.
pub(super) struct NavItem {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) is_current: bool,
}

/// The menu of Kurve's pages.
pub(super) struct Nav {
    pub(super) items: Vec<NavItem>,
    pub(super) colleague: String,
    pub(super) sign_out: &'static str,
    /// What needs a person in the worker health.
    pub(super) alarms: Vec<Alarm>,
    /// What lists leave out, for it cannot be read.
    pub(super) unreadable: Unreadable,
    /// The outage that lasts, in one sentence; empty when there is none.
    pub(super) outage: String,
}

impl Nav {
    /// The menu with one of its pages current; a page of one connection belongs to the list of schools.
    pub(super) fn new(staff: &Staff, current: &'static str) -> Self {
        let pages = [
            (links::STAFF, "Werklijst"),
            (links::STAFF_SCHOOLS, "Scholen"),
            (links::STAFF_INSIGHT, "Cijfers"),
            (links::STAFF_CONNECTIONS, "Verbindingen"),
            (links::STAFF_MAILS, "Mails"),
            (links::STAFF_COLLEAGUES, "Collega's"),
        ];
        Self {
            items: pages.map(|(href, label)| NavItem { href, label, is_current: href == current }).into(),
            colleague: staff.account.name.as_str().to_owned(),
            sign_out: links::STAFF_SIGN_OUT,
            alarms: alarms(&staff.worker_health),
            unreadable: unreadable(&staff.worker_health.unreadable),
            outage: staff.outage.as_ref().map(outage_sentence).unwrap_or_default(),
        }
    }
}

fn outage_sentence(SeenOutage { outage, seen }: &SeenOutage) -> String {
    let seen = words::outage_seen(seen);
    format!(
        "Sinds {} werken {} van de {} verbindingen die goed waren niet meer.{}{seen} Zolang dit duurt, blijven alle \
         stappen klaar staan en krijgen scholen hierover geen mail.",
        words::moment_nl(outage.began_at),
        outage.failing,
        outage.worked_before,
        if seen.is_empty() { "" } else { " " },
    )
}

/// The frame around a page of Kurve.
pub(super) fn frame(web: &WebState, staff: &Staff) -> Frame {
    Frame { home: links::STAFF.to_owned(), ..staff.visit.frame(web) }
}

/// The names behind the ids in a connection's file and timeline.
pub(super) async fn names(web: &WebState, file: &ConnectionFile) -> Result<Names, PageError> {
    let colleagues = staff_accounts::list(&web.context).await?;
    let named = |contact: &crate::domain::school::Contact| (contact.id, contact.name.as_str().to_owned());
    Ok(Names {
        schools: schools::find_carried_names(&web.context, &file.state).await?,
        removed: file.removed(),
        contacts: file.contacts.iter().map(named).collect(),
        staff: colleagues.into_iter().map(|account| (account.id, account.name.as_str().to_owned())).collect(),
        reader: None,
    })
}

/// The connection in a path.
pub(super) fn connection_id(text: &str) -> Result<ConnectionId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// The version that a page showed, from its hidden field.
pub(super) fn seen(text: &str) -> Result<i32, PageError> {
    text.parse().map_err(|_| PageError::BadForm)
}

/// The step that a form is about, from its hidden field.
pub(super) fn step(text: &str) -> Result<Step, PageError> {
    text.parse().map_err(|_| PageError::BadForm)
}
