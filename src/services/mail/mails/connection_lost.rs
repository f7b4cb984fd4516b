//! A connection is lost by a cause that is Kurve's to find out, to support.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::check::{Advice, CheckCode};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::checks::{check_status, connection_checks};
use crate::words;

pub(super) struct ConnectionLost {
    school: SchoolFacts,
    cause: String,
    /// What Magister said, without what is secret in it; may be empty.
    said: String,
    link: String,
}

impl Mail for ConnectionLost {
    const NAME: &'static str = "Verbinding werkt niet meer (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let conn = request.context.db.reader();
        let known = check_status::load(conn, about.id()).await?;
        let Some((code, _)) = known.last.filter(|_| known.is_lost) else {
            return Err(NotSent::NotNeeded(UnsentReason::ConnectionBack));
        };
        let newest = connection_checks::list_of_connection(conn, about.id(), None, 1).await?;
        let result = newest.first().and_then(|check| check.result());
        let said = result.and_then(|result| result.redacted_text.clone());
        let seen = result.filter(|result| result.code == code).and_then(|result| result.oddity).map(words::oddity);
        let cause = match (code, seen) {
            (CheckCode::Ok, _) => String::new(),
            (code, None) => words::advice_sentence(Advice::going_on(code, &about.state)).to_owned(),
            (code, Some(seen)) => format!("{} {seen}", words::advice_sentence(Advice::going_on(code, &about.state))),
        };
        about.draft(&Self { school: about.facts(), cause, said: said.unwrap_or_default(), link: about.staff() })
    }

    fn subject(&self) -> String {
        subject::for_kurve(&self.school, "Zoek uit waarom de verbinding niet meer werkt")
    }

    bodies!(ConnectionLost, "mail/connection_lost.txt", "mail/connection_lost.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            school: samples::nasty_school(),
            cause: "Het certificaat van jullie Magister is niet geldig.".into(),
            said: "EMGeneralFailure <b>".into(),
            link: samples::LINK.into(),
        }
    }
}
