//! A school wants to join, to the contacts of the connection; does not say who asked.

use super::asked::named;
use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::join::JoinKind;
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::onboarding::joins;

pub(super) struct JoinAsked {
    name: String,
    school: SchoolFacts,
    /// What is open now, and was not asked by the contacts themselves; never empty.
    asked: Vec<String>,
    link: String,
}

impl Mail for JoinAsked {
    const NAME: &'static str = "School wil meedoen";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let mut open = joins::list_open(request.context.db.reader(), about.id()).await?;
        open.retain(|one| matches!(one.kind, JoinKind::NewSchool | JoinKind::OtherDomain));
        if open.is_empty() {
            return Err(NotSent::NotNeeded(UnsentReason::NothingAsked));
        }
        about.draft(&Self { name: about.reader(), school: about.facts(), asked: named(&open), link: about.portal() })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "Een school wil bij jullie koppeling")
    }

    bodies!(JoinAsked, "mail/join_asked.txt", "mail/join_asked.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            asked: vec![format!("{} (34CD)", samples::NASTY_NAME)],
            link: samples::LINK.into(),
        }
    }
}
