//! A board whose schools share one Magister, and so one connection.

use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::connection::ConnectionDetails;
use koppelklaar::domain::ids::SchoolId;
use koppelklaar::domain::notice::TIME_TO_UNDO;
use koppelklaar::domain::onboarding::{Command, Ground};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{NewContact, Region, School, SchoolDetails};
use koppelklaar::domain::tally::{Figure, Tally};
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use koppelklaar::services::onboarding::onboardings::{self, ConnectionFile};
use koppelklaar::services::people::contacts;
use koppelklaar::store::onboarding::{connections, schools};
use koppelklaar::store::operations::tally;

use super::app::{TestApp, TestSchool};

impl TestApp {
    /// The board of Rivierenland with four schools in one Magister, of which nothing is done yet but the request.
    pub(crate) async fn board(&self, kurve: Actor) -> [TestSchool; 4] {
        let zuid = self.school_by_services("Rivierenland Zuid", "99XA", "rivierenland").await;
        let details = ConnectionDetails {
            name: SchoolName::parse("Scholengroep Rivierenland").expect("a name"),
            domain: SchoolDomain::parse("rivierenland").expect("a domain"),
            region: Region::Noord,
        };
        let work = self.context().db.begin_write().await.expect("a connection comes free");
        let saved = connections::save_details(work.conn(), zuid.connection, &details, self.now()).await;
        saved.expect("the connection is here");
        work.commit().await.expect("nothing stands in the way");
        let mut further = vec![];
        for (name, brin) in
            [("Rivierenland Noord", "99XB"), ("Rivierenland Midden", "99XC"), ("Rivierenland Oost", "99XD")]
        {
            further.push(self.school_beside(kurve, &zuid, name, brin).await);
        }
        self.new_mails().await;
        let [noord, midden, oost] = further.try_into().expect("three were added");
        [zuid, noord, midden, oost]
    }

    /// Kurve adds a school to the connection of another.
    pub(crate) async fn school_beside(&self, kurve: Actor, first: &TestSchool, name: &str, brin: &str) -> TestSchool {
        let work = self.context().db.begin_write().await.expect("a connection comes free");
        let id = SchoolId::from_uuid(self.context().chance.uuid_v7(self.now()));
        let details =
            SchoolDetails { name: SchoolName::parse(name).expect("a name"), brin: Brin::parse(brin).expect("a BRIN") };
        let new = School { id, connection: first.connection, details, created_at: self.now() };
        schools::insert(work.conn(), &new).await.expect("the BRIN is free");
        connections::save_carried(work.conn(), first.connection).await.expect("the connection is here");
        let mut counted = Tally::default();
        counted.count(self.now(), Figure::Registered);
        tally::add(work.conn(), &counted).await.expect("the store answers");
        work.commit().await.expect("nothing stands in the way");
        self.command(kurve, first, &[Command::AddSchool { school: id, asked_by: None }]).await;
        TestSchool { id, brin: brin.to_owned(), ..first.clone() }
    }

    /// Kurve activates schools of one connection.
    pub(crate) async fn activate(&self, kurve: Actor, schools: &[&TestSchool]) {
        let one = |school: &&TestSchool| Command::Activate { school: school.id, ground: Ground::Word };
        self.command(kurve, schools[0], &schools.iter().map(one).collect::<Vec<_>>()).await;
        self.advance(TIME_TO_UNDO);
    }

    /// Kurve makes somebody a contact of a school.
    pub(crate) async fn add_contact(&self, kurve: Actor, school: &TestSchool, email: &str) {
        let person = NewContact {
            name: PersonName::parse("Anna de Wit").expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
            roles: Roles::of(ContactRole::Superbeheerder),
        };
        let added = contacts::add(self.context(), &self.call(kurve), school.connection, person, None).await;
        added.expect("nobody has the address there");
        self.new_mails().await;
    }

    /// Someone changes a connection.
    pub(crate) async fn command(&self, actor: Actor, school: &TestSchool, commands: &[Command]) {
        let done = onboardings::act_all(self.context(), &self.call(actor), school.connection, commands, None).await;
        done.expect("the rules allow it");
    }

    /// The connection of a school as it is now.
    pub(crate) async fn file(&self, school: &TestSchool) -> ConnectionFile {
        onboardings::load_file(self.context(), school.connection).await.expect("the connection is here")
    }
}
