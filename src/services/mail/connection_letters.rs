//! Mails about connections: a school's that is lost, and outages.

use crate::domain::check::CheckCode;
use crate::domain::ids::SchoolId;
use crate::domain::notice::MailKind;
use crate::links;
use crate::mail::templates::{Content, SchoolFacts};
use crate::services::mail::letters::{Draft, Unsendable, write};
use crate::services::{Context, ServiceError};
use crate::store::checks::{connection_checks, connections, outages};
use crate::store::mail::outbox::OutboxMail;
use crate::words;

/// A school's connection that is lost by a cause that is Kurve's to find out.
pub(in crate::services) async fn lost(
    context: &Context,
    id: SchoolId,
    school: SchoolFacts,
    link: String,
) -> Result<Content, Unsendable> {
    let conn = context.db.reader();
    let known = connections::load(conn, id).await?;
    let Some((code, _)) = known.last.filter(|_| known.is_lost) else {
        return Err(Unsendable::NotNeeded("the connection came back meanwhile"));
    };
    let newest = connection_checks::list_of_school(conn, id, None, 1).await?;
    let said = newest.first().and_then(|check| check.result()).and_then(|result| result.redacted_text.clone());
    let cause = match code {
        CheckCode::Ok => String::new(),
        code => code.sentence().to_owned(),
    };
    Ok(Content::ConnectionLost { school, cause, said: said.unwrap_or_default(), link })
}

/// An outage that began or ended.
pub(in crate::services) async fn outage(context: &Context, mail: &OutboxMail) -> Result<Draft, Unsendable> {
    let id = mail.about.outage.ok_or(ServiceError::Broken("a mail about an outage without one"))?;
    let outage = outages::find(context.db.reader(), id).await?.ok_or(Unsendable::NotNeeded("the outage is gone"))?;
    let link = context.base.to(links::STAFF);
    let began = words::moment_nl(outage.noticed_at);
    let content = match (mail.kind, outage.ended_at) {
        (MailKind::ConnectionsOutageEnded, Some(ended)) => {
            Content::ConnectionsOutageEnded { began, ended: words::moment_nl(ended), link }
        }
        (MailKind::ConnectionsOutageEnded, None) => {
            return Err(ServiceError::Broken("the end of an outage that lasts").into());
        }
        (_, Some(_)) => return Err(Unsendable::NotNeeded("the outage ended meanwhile")),
        (_, None) => Content::ConnectionsOutage {
            failing: outage.round.failing,
            worked_before: outage.round.worked_before,
            since: words::moment_nl(outage.began_at),
            link,
        },
    };
    write(context, &content, None)
}
