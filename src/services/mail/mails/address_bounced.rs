//! Mail does not arrive at the address of a contact: asks Kurve for another contact at every connection that has it.

use super::facts::{PersonFacts, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::onboarding::connections;
use crate::store::people::{address_marks, contacts};

pub(super) struct AddressBounced {
    contact: PersonFacts,
    code: String,
    /// Each with its page; never empty.
    schools: Vec<(SchoolFacts, String)>,
}

impl Mail for AddressBounced {
    const NAME: &'static str = "Mail komt niet aan (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let conn = request.context.db.reader();
        let id = request.mail.about.unreached.ok_or(ServiceError::Broken("a mail about an address of nobody"))?;
        let person = contacts::load(conn, id).await?;
        let key = request.context.keys.email_key(&person.email.key_form());
        let bounced = address_marks::find(conn, &key).await?.bounced;
        let bounced = bounced.ok_or(NotSent::NotNeeded(UnsentReason::AddressWorksAgain))?;
        let mut schools = vec![];
        for one in contacts::list_by_email(conn, &key).await? {
            let school = connections::load(conn, one.connection).await?;
            let page = request.context.base.to(&links::staff_school(links::STAFF_SCHOOL, one.connection));
            schools.push((SchoolFacts::of(&school), format!("{page}#contact-{}", one.id)));
        }
        if schools.is_empty() {
            return Err(NotSent::NotNeeded(UnsentReason::AddressUnused));
        }
        let mail = Self { contact: PersonFacts::of(&person), code: bounced.code, schools };
        Ok(Draft::to_support(request.context, &mail)?)
    }

    fn subject(&self) -> String {
        let which = match self.schools.as_slice() {
            [] => "Koppelklaar".to_owned(),
            [(only, _)] => subject::named(&only.name, &only.brin),
            [(first, _), ..] => format!("{} en andere", subject::named(&first.name, &first.brin)),
        };
        format!("Zoek een ander adres, mail komt niet aan: {which}")
    }

    bodies!(AddressBounced, "mail/address_bounced.txt", "mail/address_bounced.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        let other = SchoolFacts { brin: "34CD".into(), ..samples::school() };
        Self {
            contact: PersonFacts {
                name: samples::NAME.into(),
                email: "a.dewit@bonhoeffer.nl".into(),
                role: "Superbeheerder".into(),
            },
            code: "5.1.1".into(),
            schools: vec![(samples::nasty_school(), samples::LINK.into()), (other, samples::LINK.into())],
        }
    }
}
