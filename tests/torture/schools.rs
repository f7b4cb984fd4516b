//! Schools with contacts that have done nothing yet.

use chrono::{DateTime, Utc};
use koppelklaar::app::App;
use koppelklaar::domain::connection::{Carried, Connection};
use koppelklaar::domain::ids::{ConnectionId, ContactId, SchoolId};
use koppelklaar::domain::onboarding::Onboarding;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{Contact, Region, RequestDetails, School};
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use koppelklaar::store::Changing;
use koppelklaar::store::onboarding::bulk::{self, KeyedContact, WholeConnection};
use koppelklaar::store::onboarding::onboardings::Versioned;
use koppelklaar::store::reminders::Attention;
use strum::IntoEnumIterator;

/// Makes a school with this number and so many contacts, and stores it.
pub(crate) async fn insert_school(
    app: &App,
    conn: &impl Changing,
    number_and_people: (u32, u32),
    now: DateTime<Utc>,
) -> (ConnectionId, Vec<Contact>) {
    let school = make_school(app, number_and_people, now);
    bulk::insert_all(conn, std::slice::from_ref(&school), now).await.expect("a fresh school");
    (school.connection.id, school.contacts.into_iter().map(|keyed| keyed.contact).collect())
}

/// A school with this number and so many contacts, whose reminders are to be looked at now.
pub(crate) fn make_school(app: &App, (number, people): (u32, u32), now: DateTime<Utc>) -> WholeConnection {
    let context = &app.context;
    let id = ConnectionId::from_uuid(context.chance.uuid_v7(now));
    let details = RequestDetails {
        name: SchoolName::parse(&format!("Lyceum {number}")).expect("a name"),
        brin: brin(number),
        domain: SchoolDomain::parse(&format!("lyceum{number}")).expect("a domain"),
        region: Region::iter().cycle().nth(number as usize).expect("regions without end"),
    };
    let carried = Carried::One(details.brin.clone());
    let connection = Connection { id, details: details.connection(), carried, created_at: now };
    let school = SchoolId::from_uuid(context.chance.uuid_v7(now));
    let school = School { id: school, connection: id, details: details.school(), created_at: now };
    let state = Onboarding::start(now, school.id);
    let mut contacts = vec![];
    for person in 0..people {
        let email = EmailAddress::parse(&format!("contact{person}@lyceum{number}.example")).expect("an address");
        let contact = Contact {
            id: ContactId::from_uuid(context.chance.uuid_v7(now)),
            connection: id,
            name: PersonName::parse(&format!("Anna de Wit-{person}")).expect("a name"),
            email,
            roles: Roles::of(ContactRole::Contactpersoon),
            proposed: None,
            vouch: None,
            created_at: now,
            removed_at: None,
        };
        let email_key = context.keys.email_key(&contact.email.key_form());
        contacts.push(KeyedContact { contact, email_key });
    }
    WholeConnection {
        connection,
        schools: vec![school],
        contacts,
        onboarding: Versioned { state, version: 1 },
        changed_at: now,
        attention: Attention { next_at: Some(now), no_answer_since: None },
        credentials: vec![],
        holdings: vec![],
        reminders: vec![],
        next_check_at: None,
    }
}

/// A BRIN of its own for each number: two digits, two letters, and the site.
pub(crate) fn brin(number: u32) -> Brin {
    let letter = |of: u32| char::from(b'A' + u8::try_from(of % 26).expect("below 26"));
    let (place, site) = (number % 67_600, number / 67_600);
    let text = format!("{:02}{}{}{site:02}", place / 676, letter(place / 26), letter(place));
    Brin::parse(&text).expect("a BRIN")
}
