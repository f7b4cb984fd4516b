//! Schools with contacts that have done nothing yet.

use chrono::{DateTime, Utc};
use koppelklaar::app::App;
use koppelklaar::domain::connection::{Carried, Connection};
use koppelklaar::domain::ids::{ConnectionId, ContactId, SchoolId};
use koppelklaar::domain::onboarding::Onboarding;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{Contact, Region, RequestDetails, School};
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use koppelklaar::store::ConnectionTrait;
use koppelklaar::store::onboarding::{connections, onboardings, schools};
use koppelklaar::store::people::contacts;
use strum::IntoEnumIterator;

/// Makes a school with this number and so many contacts.
pub(crate) async fn insert_school(
    app: &App,
    conn: &impl ConnectionTrait,
    (number, people): (u32, u32),
    now: DateTime<Utc>,
) -> (ConnectionId, Vec<Contact>) {
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
    connections::insert(conn, &connection).await.expect("a fresh domain");
    let school = SchoolId::from_uuid(context.chance.uuid_v7(now));
    let school = School { id: school, connection: id, details: details.school(), created_at: now };
    schools::insert(conn, &school).await.expect("a fresh BRIN");
    onboardings::insert(conn, id, &Onboarding::start(now, school.id), now).await.expect("a fresh school");
    let mut made = vec![];
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
        let key = context.keys.email_key(&contact.email.key_form());
        contacts::insert(conn, &contact, &key).await.expect("a fresh contact");
        made.push(contact);
    }
    (id, made)
}

/// A BRIN of its own for each number: two digits, two letters, and the site.
pub(crate) fn brin(number: u32) -> Brin {
    let letter = |of: u32| char::from(b'A' + u8::try_from(of % 26).expect("below 26"));
    let (place, site) = (number % 67_600, number / 67_600);
    let text = format!("{:02}{}{}{site:02}", place / 676, letter(place / 26), letter(place));
    Brin::parse(&text).expect("a BRIN")
}
