//! Someone was made a contact of a connection.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::ids::SchoolId;
use crate::domain::import_gate::open_schools;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct ContactAdded {
    name: String,
    school: SchoolFacts,
    role: String,
    /// Whether a school that they asked for may import.
    can_import: bool,
    /// The reader can do few steps: who does the others is said.
    involves_others: bool,
    link: String,
}

impl Mail for ContactAdded {
    const NAME: &'static str = "Toegevoegd als contactpersoon";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let role = about.receiver.as_ref().map(|contact| contact.roles.label_nl().to_owned()).unwrap_or_default();
        let me = about.receiver.as_ref().map(|contact| contact.id);
        let is_mine = |school: SchoolId| about.state.school(school).is_some_and(|one| one.asked_by() == me);
        let can_import = me.is_some() && open_schools(&about.state).into_iter().any(is_mine);
        let involves_others = about.is_neither_administrator();
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            role,
            can_import,
            involves_others,
            link: about.portal(),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "Je bent nu contactpersoon, kijk of er iets voor jou te doen is")
    }

    bodies!(ContactAdded, "mail/contact_added.txt", "mail/contact_added.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            role: "Superbeheerder".into(),
            can_import: false,
            involves_others: false,
            link: samples::LINK.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::rendered;

    #[test]
    fn whose_school_may_import_reads_that_at_once() {
        for can_import in [true, false] {
            let mail = rendered(&ContactAdded { can_import, ..ContactAdded::sample() });

            assert_eq!(mail.text.contains("Jullie school kan al importeren"), can_import, "{}", mail.text);
            assert_eq!(mail.html.contains("Jullie school kan al importeren"), can_import, "{}", mail.html);
            assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
        }
    }
}
