//! Kurve put in the schools of a contact: what is ready at each, and what the reader can do now. One mail a person.

use strum::IntoEnumIterator;

use super::facts::AboutSchool;
use super::{Mail, bodies, phrases, subject};
use crate::domain::check::Truths;
use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::{Party, Step};
use crate::domain::roles::Roles;
use crate::links;
use crate::services::Context;
use crate::services::checks;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::onboarding::{connections, onboardings};
use crate::store::people::contacts;
use crate::words;

pub(super) struct Welcome {
    name: String,
    /// The connection that the mail is about first; never empty.
    items: Vec<WelcomeItem>,
    link: String,
}

/// A connection of the reader.
struct WelcomeItem {
    school: String,
    brin: String,
    /// The steps that are ready and that the newest check does not deny, in words.
    ready: Vec<&'static str>,
    /// Those that the reader can do now.
    to_do: Vec<Step>,
    is_open: bool,
}

impl Mail for Welcome {
    const NAME: &'static str = "Welkom, met wat klaar is";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let mut items = vec![];
        let mut first = None;
        if let Some(reader) = &about.receiver {
            let newest = checks::newest(request.context, about.id()).await?;
            first = Some(WelcomeItem::of(&about.connection, &Truths { state: &about.state, newest }, reader.roles));
            items = others(request.context, about.id(), &reader.email.key_form()).await?;
        }
        let items: Vec<WelcomeItem> = first.into_iter().chain(items).collect();
        let link = if items.len() > 1 { request.context.base.to(links::SCHOOLS) } else { about.portal() };
        about.draft(&Self { name: about.reader(), items, link })
    }

    fn subject(&self) -> String {
        let first = self.items.first().map(|item| subject::shortened(&item.school)).unwrap_or_default();
        let others = if self.items.len() > 1 { " en andere" } else { "" };
        let to_do = self.items.iter().any(|item| !item.to_do.is_empty());
        let what = if to_do { "Doe de volgende stap" } else { "Kijk wat klaar is" };
        subject::about_named(&format!("{first}{others}"), what)
    }

    bodies!(Welcome, "mail/welcome.txt", "mail/welcome.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        let item = |school: &str, brin: &str| WelcomeItem {
            school: school.into(),
            brin: brin.into(),
            ready: vec![words::step_name(Step::DetailsSubmitted), words::step_name(Step::ConsentGiven)],
            to_do: vec![Step::AllowlistingRequested],
            is_open: false,
        };
        let open = WelcomeItem { to_do: vec![], is_open: true, ..item("Het Molenveld", "34CD") };
        Self {
            name: samples::NAME.into(),
            items: vec![item(samples::NASTY_NAME, "12AB"), open],
            link: samples::LINK.into(),
        }
    }
}

impl Welcome {
    /// The first step that the reader can do.
    fn next(&self) -> Option<&Step> {
        self.items.iter().flat_map(|item| &item.to_do).next()
    }
}

/// The other connections of a person, by the key form of their address.
async fn others(context: &Context, but: ConnectionId, key_form: &str) -> Result<Vec<WelcomeItem>, NotSent> {
    let conn = context.db.reader();
    let mut items = vec![];
    for contact in contacts::list_by_email(conn, &context.keys.email_key(key_form)).await? {
        if contact.connection != but {
            let connection = connections::load(conn, contact.connection).await?;
            let state = onboardings::load(conn, contact.connection).await?.state;
            let newest = checks::newest(context, contact.connection).await?;
            items.push(WelcomeItem::of(&connection, &Truths { state: &state, newest }, contact.roles));
        }
    }
    Ok(items)
}

impl WelcomeItem {
    fn of(connection: &Connection, truths: &Truths<'_>, roles: Roles) -> Self {
        let state = truths.state;
        let is_theirs = |step: &Step| {
            let is_schools = state.holder(*step).is_some() && truths.holder(*step) == Some(Party::School);
            is_schools && step.takes_role().is_none_or(|role| roles.contains(role))
        };
        let is_ended = state.lifecycle().is_withdrawn();
        Self {
            school: connection.details.name.to_string(),
            brin: connection.carried.to_string(),
            ready: truths.done().into_iter().map(words::step_name).collect(),
            to_do: Step::iter().filter(|step| !is_ended && is_theirs(step)).collect(),
            is_open: !open_schools(state).is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::testing::histories;
    use crate::domain::connection::{Carried, ConnectionDetails};
    use crate::domain::onboarding::testing::first_morning;
    use crate::domain::roles::ContactRole;
    use crate::domain::school::Region;
    use crate::domain::text::{Brin, SchoolDomain, SchoolName};

    fn connection() -> Connection {
        let name = SchoolName::parse("Bonhoeffer College").expect("a name");
        let domain = SchoolDomain::parse("bonhoeffer").expect("a label");
        Connection {
            id: ConnectionId::from_uuid(uuid::Uuid::from_u128(7)),
            details: ConnectionDetails { name, domain, region: Region::Noord },
            carried: Carried::One(Brin::parse("12AB").expect("a BRIN")),
            created_at: first_morning(),
        }
    }

    proptest::proptest! {
        #[test]
        fn it_calls_no_step_ready_whose_newest_check_refused_it_and_names_none_that_is_kurves(moments in histories()) {
            for moment in moments {
                let truths = moment.truths();
                let item = WelcomeItem::of(&connection(), &truths, Roles::of(ContactRole::Superbeheerder));

                assert!(moment.refused().is_none_or(|step| !item.ready.contains(&words::step_name(step))), "{truths:?}");
                assert!(item.to_do.iter().all(|step| truths.holder(*step) == Some(Party::School)), "{truths:?}");
            }
        }
    }
}
