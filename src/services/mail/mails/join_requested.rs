//! A request to join, to support: who asks, and for which schools.

use super::asked::{Asked, named};
use super::facts::{AboutSchool, PersonFacts, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct JoinRequested {
    school: SchoolFacts,
    asker: PersonFacts,
    /// The school domain as typed.
    domain: String,
    /// Never empty.
    asked: Vec<String>,
    link: String,
}

impl Mail for JoinRequested {
    const NAME: &'static str = "School wil meedoen (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let asked = Asked::load(request).await?;
        if asked.first.decision.is_some() {
            return Err(NotSent::NotNeeded(UnsentReason::NothingAsked));
        }
        let mail = Self {
            school: about.facts(),
            asker: PersonFacts::asking(&asked.person),
            domain: asked.first.domain.to_string(),
            asked: named(&asked.together(request).await?),
            link: about.staff_requests(),
        };
        let reply_to = (asked.person.name.to_string(), asked.person.email.to_string());
        Ok(Draft { reply_to, ..about.draft(&mail)? })
    }

    fn subject(&self) -> String {
        subject::for_kurve(&self.school, &format!("{} wil meedoen, kijk de aanmelding na", self.asker.name))
    }

    bodies!(JoinRequested, "mail/join_requested.txt", "mail/join_requested.html");

    fn answered_by(&self) -> Option<&str> {
        Some(&self.asker.name)
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            school: samples::school(),
            asker: PersonFacts {
                name: samples::NAME.into(),
                email: "a.dewit@bonhoeffer.nl".into(),
                role: "Applicatiebeheerder".into(),
            },
            domain: samples::school().domain,
            asked: vec![format!("{} (34CD)", samples::NASTY_NAME), "Mavo Zuid (56EF)".into()],
            link: samples::LINK.into(),
        }
    }
}
