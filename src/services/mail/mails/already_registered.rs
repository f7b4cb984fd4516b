//! Someone asked for a school that is already here, to its contacts; does not say who asked.

use askama::Template;

use super::facts::{AboutSchool, SchoolFacts};
use super::{Bodies, Mail, subject};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct AlreadyRegistered {
    name: String,
    school: SchoolFacts,
    link: String,
}

#[derive(Template)]
#[template(path = "mail/already_registered.txt")]
struct Text<'a> {
    mail: &'a AlreadyRegistered,
}

#[derive(Template)]
#[template(path = "mail/already_registered.html")]
struct Html<'a> {
    mail: &'a AlreadyRegistered,
}

impl Mail for AlreadyRegistered {
    const NAME: &'static str = "School was al aangemeld";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        about.draft(&Self { name: about.reader(), school: about.facts(), link: about.portal() })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "nieuwe aanvraag voor je school, kijk of dat klopt")
    }

    fn bodies(&self) -> askama::Result<Bodies> {
        Bodies::of(Text { mail: self }, Html { mail: self })
    }

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self { name: samples::NAME.into(), school: samples::school(), link: samples::LINK.into() }
    }
}
