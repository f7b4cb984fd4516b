//! Kurve puts in one school, with its contact, for whom it may vouch on the spot.

use super::carry::{Carried, RowOutcome, Terms, With, carry_with};
use crate::domain::ids::ConnectionId;
use crate::domain::roster::{Fault, MailChoice, Person, RosterRow, Stand, Verb};
use crate::domain::school::RequestDetails;
use crate::domain::text::Reason;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::schools;

/// A school as a colleague typed it.
#[derive(Debug, Clone)]
pub struct NewSchool {
    /// The school with its Magister.
    pub details: RequestDetails,
    /// Its contact.
    pub person: Person,
    /// On what ground the colleague vouches for the contact, if they do.
    pub vouch: Option<Reason>,
    /// What the contact hears of it.
    pub mails: MailChoice,
    /// Of the form: the same form twice is one.
    pub occasion: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// The school is here now, in this connection.
    Made(ConnectionId),
    /// It came to a connection that was here.
    Joined(ConnectionId),
    /// It was here already, and nothing changed.
    Known(ConnectionId),
    /// It cannot be put in.
    Faulty(Vec<Fault>),
}

/// Puts in a school. One that is here is left as it is.
///
/// # Errors
/// `Forbidden` for who may not act; `AddedByOneself` when somebody is to be vouched for whose connection has a password
/// already: that takes a second colleague.
pub async fn enter(context: &Context, call: &Call, new: &NewSchool) -> Result<Entered, ServiceError> {
    if let Some(known) = schools::find_by_brin(context.db.reader(), &new.details.brin).await? {
        call.check_may_act()?;
        return Ok(Entered::Known(known.connection));
    }
    let RequestDetails { name, brin, domain, region } = new.details.clone();
    let row = RosterRow {
        number: 0,
        school: name,
        brin,
        domain,
        region: Some(region),
        person: Some(new.person.clone()),
        stand: Stand::default(),
        looks: vec![],
    };
    let terms = Terms { file: None, mails: new.mails, occasion: new.occasion.clone() };
    let with = With { terms: &terms, vouch: new.vouch.as_ref() };
    Ok(match carry_with(context, call, &row, with).await? {
        RowOutcome::Faulty(faults) => Entered::Faulty(faults),
        RowOutcome::Carried(Carried { verb, connection, .. }) => match verb {
            Verb::Make => Entered::Made(connection),
            Verb::Join => Entered::Joined(connection),
            Verb::Change | Verb::Leave => Entered::Known(connection),
        },
    })
}
