//! A board with four schools in one Magister: one has imported, one may import, one waits for Kurve, one asks to join.

use chrono::{DateTime, Utc};

use super::{ALL_OF_SCHOOL, BROKEN, Plan};
use crate::crypto::Token;
use crate::domain::connection::ConnectionDetails;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::onboarding::{Command, Ground};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{RequestDetails, SchoolDetails};
use crate::domain::text::{Brin, EmailAddress, PersonName, SchoolName};
use crate::services::onboarding::credentials::{self, NewVouch};
use crate::services::onboarding::details::{self, NewDetails};
use crate::services::onboarding::joins::decide::{self, Accept};
use crate::services::onboarding::{joins, onboardings};
use crate::services::people::registrations::{self, RegistrationForm};
use crate::services::{AnonymousCall, ServiceError};
use crate::store;

/// What the board calls its connection.
const BOARD: &str = "Scholengroep Rivierenland";

/// The schools that come after the one that registered.
const FURTHER: [(&str, &str); 2] = [("Rivierenland Midden", "99YA"), ("Rivierenland Zuid", "99YB")];

/// The school that asks to join.
const ASKING: (&str, &str) = ("Rivierenland West", "99YC");

/// Plays the board's story; the plan is that of its first school.
pub(super) async fn play(plan: &Plan<'_>) -> Result<(), ServiceError> {
    let (connection, contact) = plan.register().await?;
    add_schools(plan, connection, contact).await?;
    let vouch = NewVouch { contact, ground: super::reason("Gebeld via het algemene nummer van het bestuur.")? };
    let issued = plan.call(plan.kurve, plan.days_ago(11, 15));
    credentials::issue(plan.context, &issued, connection, Some(vouch), None).await?;
    plan.claim_all(connection, contact, &ALL_OF_SCHOOL).await?;
    let schools = store::onboarding::schools::list(plan.context.db.reader(), connection).await?;
    let id_of = |name: &str| schools.iter().find(|school| school.details.name.as_str() == name).map(|school| school.id);
    let (first, last) = (id_of(plan.name).ok_or(BROKEN)?, id_of(FURTHER[1].0).ok_or(BROKEN)?);
    activate(plan, connection, &[first, last]).await?;
    plan.by_school(connection, contact, 1, &Command::ReportImported { school: first }).await?;
    ask_to_join(plan, plan.days_ago(1, 200)).await
}

/// The contact asks for further schools of the same Magister, and Kurve lets them in.
async fn add_schools(plan: &Plan<'_>, connection: ConnectionId, contact: ContactId) -> Result<(), ServiceError> {
    let (context, conn) = (plan.context, plan.context.db.reader());
    let further = FURTHER.into_iter().map(|(name, brin)| named(name, brin)).collect::<Result<Vec<_>, _>>()?;
    let asked = plan.call(plan.contact(contact), plan.days_ago(12, 90));
    joins::ask_further(context, &asked, connection, further).await?;
    let open = store::onboarding::joins::list_open(conn, connection).await?;
    let ids: Vec<_> = open.iter().map(|request| request.id).collect();
    let seen = store::onboarding::onboardings::load(conn, connection).await?.version;
    let call = plan.call(plan.kurve, plan.days_ago(11, 0));
    decide::accept(context, &call, connection, &ids, Accept::default(), seen).await?;
    let known = store::onboarding::connections::load(conn, connection).await?.details;
    let name = SchoolName::parse(BOARD).map_err(|_| BROKEN)?;
    let details = NewDetails { connection: ConnectionDetails { name, ..known }, brin: None };
    let seen = store::onboarding::onboardings::load(conn, connection).await?.version;
    details::change(context, &call, connection, &details, seen).await
}

async fn activate(plan: &Plan<'_>, connection: ConnectionId, schools: &[SchoolId]) -> Result<(), ServiceError> {
    let activate = |school: &SchoolId| Command::Activate { school: *school, ground: Ground::Word };
    let commands: Vec<Command> = schools.iter().map(activate).collect();
    let call = plan.call(plan.kurve, plan.days_ago(2, 5));
    onboardings::act_all(plan.context, &call, connection, &commands, None).await.map(|_| ())
}

/// Somebody of a fourth school fills in the public form, not knowing of the others.
async fn ask_to_join(plan: &Plan<'_>, at: DateTime<Utc>) -> Result<(), ServiceError> {
    let (name, brin) = ASKING;
    let SchoolDetails { name, brin } = named(name, brin)?;
    let form = RegistrationForm {
        details: RequestDetails { name, brin, ..plan.form()?.details },
        name: PersonName::parse("Joris Mulder").map_err(|_| BROKEN)?,
        email: EmailAddress::parse("j.mulder@rivierenland-west.example").map_err(|_| BROKEN)?,
        roles: Roles::of(ContactRole::Contactpersoon),
    };
    let asked = || AnonymousCall::new(at, "demo");
    let browser = Token::new(&plan.context.chance);
    let id = registrations::request(plan.context, asked(), &form, &browser).await?;
    let token = registrations::mint(plan.context, at, id).await?.ok_or(BROKEN)?;
    registrations::confirm(plan.context, asked(), &token, None).await?;
    Ok(())
}

fn named(name: &str, brin: &str) -> Result<SchoolDetails, ServiceError> {
    let name = SchoolName::parse(name).map_err(|_| BROKEN)?;
    Ok(SchoolDetails { name, brin: Brin::parse(brin).map_err(|_| BROKEN)? })
}
