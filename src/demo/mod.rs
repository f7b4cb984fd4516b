//! Demo schools in every state, made through the services as people would make them. Never in a real installation.

mod board;
pub mod fleet;
pub mod magister;

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use secrecy::SecretString;
use strum::IntoEnumIterator;

use crate::crypto::Token;
use crate::crypto::password_hash::StaffPassword;
use crate::crypto::totp::{self, TotpSecret};
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::ids::{ConnectionId, ContactId, MailId, SchoolId};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Command, Ground, Step};
use crate::domain::option_b::StudyTable;
use crate::domain::reminder::{OwnDayKind, Period};
use crate::domain::roles::Roles;
use crate::domain::school::{ContactRef, Region, RequestDetails, SchoolRef};
use crate::domain::text::{Brin, EmailAddress, NoteText, PersonName, Reason, SchoolDomain, SchoolName, TicketRef};
use crate::services::onboarding::credentials::NewVouch;
use crate::services::onboarding::option_b::OptionBCommand;
use crate::services::onboarding::{arrangements, credentials, notes, onboardings, option_b};
use crate::services::people::registrations::RegistrationForm;
use crate::services::people::staff_auth::NewFactor;
use crate::services::people::{contacts, registrations, staff_accounts, staff_auth};
use crate::services::{AnonymousCall, Call, Context, ServiceError};
use crate::store;
use crate::store::mail::outbox::{MailStatus, OutboxMail};

/// The password of every staff account of the demo.
pub const STAFF_PASSWORD: &str = "vier paarse paraplus";

/// A staff account of the demo.
#[derive(Debug)]
pub struct DemoStaff {
    /// The address.
    pub email: String,
    /// What it may do.
    pub role: StaffRole,
    /// The second factor.
    pub totp: TotpSecret,
}

/// A school contact of the demo.
#[derive(Debug)]
pub struct DemoContact {
    /// The address to sign in with.
    pub email: String,
    /// What there is to see.
    pub what: &'static str,
}

/// What was made.
#[derive(Debug)]
pub struct Demo {
    /// The staff accounts.
    pub staff: Vec<DemoStaff>,
    /// The school contacts.
    pub contacts: Vec<DemoContact>,
    /// The colleague who did Kurve's part.
    pub kurve: Actor,
}

/// Fills an empty installation.
pub async fn fill(context: &Context, now: DateTime<Utc>) -> Result<Demo, ServiceError> {
    let staff = vec![
        add_colleague(context, now, "eva@kurve.example", "Eva Jansen", StaffRole::Admin).await?,
        add_colleague(context, now, "lezer@kurve.example", "Rob Lezer", StaffRole::Reader).await?,
    ];
    let eva = EmailAddress::parse("eva@kurve.example").map_err(|_| ServiceError::Broken("a demo address"))?;
    let found =
        store::people::staff::find_by_email(context.db.reader(), &context.keys.email_key(&eva.key_form())).await?;
    let by = found.ok_or(ServiceError::Broken("a demo account"))?;
    let actor = Actor::Staff { id: by.id, role: by.role };
    let mut contacts = vec![];
    for (number, (name, domain, what, stage)) in SCHOOLS.iter().enumerate() {
        let plan = Plan { context, kurve: actor, now, number, name, domain };
        contacts.push(DemoContact { email: plan.email(), what });
        plan.play(*stage).await?;
    }
    Ok(Demo { staff, contacts, kurve: actor })
}

/// How far a demo school is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Requested,
    Issued,
    Snoozed,
    Stuck,
    SentBack,
    AtMagister,
    ToActivate,
    Open,
    Completed,
    Renewed,
    Paused,
    Withdrawn,
    Board,
}

/// Names are made up; the first is the manual's example of a school domain. The last two have one contact.
const SCHOOLS: &[(&str, &str, &str, Stage)] = &[
    ("Bonhoeffer College", "bonhoeffer", "net aangemeld, Kurve is aan de beurt", Stage::Requested),
    ("Lyceum De Wilgen", "dewilgen", "wachtwoord en query staan klaar", Stage::Issued),
    ("Het Molenveld", "molenveld", "de query lukt niet", Stage::Stuck),
    ("Scholengemeenschap Zuiderzee", "zuiderzee", "een stap teruggestuurd door Kurve", Stage::SentBack),
    ("Vechtstroom College", "vechtstroom", "wacht alleen nog op Magister", Stage::AtMagister),
    ("Atheneum Noorderpoort", "atheneumnp", "alles klaar, Kurve kan activeren", Stage::ToActivate),
    ("Duinrand Lyceum", "duinrand", "de school kan importeren", Stage::Open),
    ("Kompas College", "kompascollege", "de import is gelukt", Stage::Completed),
    ("Heuvelrug College", "heuvelrug", "nieuw wachtwoord na de import", Stage::Renewed),
    ("De Bongerd", "debongerd", "gepauzeerd", Stage::Paused),
    ("Maasplein", "maasplein", "gestopt, koos Optie B", Stage::Withdrawn),
    (
        "Openbare Interconfessionele Scholengemeenschap voor Gymnasium, Atheneum, Havo en Vmbo Westerkwartier-Hogeland",
        "westerkwartier",
        "een heel lange naam; herinneringen uitgesteld, een studiedag",
        Stage::Snoozed,
    ),
    (
        "Rivierenland Noord",
        "rivierenland",
        "een bestuur: één Magister, drie scholen, een vierde wil meedoen; en nog een koppeling",
        Stage::Board,
    ),
    ("Waalzicht", "waalzicht", "de andere koppeling van die contactpersoon", Stage::Issued),
];

struct Plan<'a> {
    context: &'a Context,
    kurve: Actor,
    now: DateTime<Utc>,
    number: usize,
    name: &'a str,
    domain: &'a str,
}

impl Plan<'_> {
    fn email(&self) -> String {
        let home = if self.domain == "waalzicht" { "rivierenland" } else { self.domain };
        format!("contact@{home}.example")
    }

    /// A moment some days ago: nine o'clock UTC and some minutes.
    fn days_ago(&self, days: i64, minutes: i64) -> DateTime<Utc> {
        let day = (self.now - Duration::days(days)).date_naive();
        let start = NaiveTime::from_hms_opt(9, 0, 0).expect("nine o'clock exists");
        day.and_time(start).and_utc() + Duration::minutes(minutes)
    }

    async fn play(&self, stage: Stage) -> Result<(), ServiceError> {
        if stage == Stage::Board {
            return board::play(self).await;
        }
        let (school, contact) = self.register().await?;
        if stage == Stage::Requested {
            return Ok(());
        }
        if stage == Stage::Withdrawn {
            let reason = reason("We kiezen Optie B. Maar twee klassen gaan met Numo werken.")?;
            let who = ContactRef { connection: school, contact };
            let ground = self::reason("Gebeld via het algemene nummer van de school.")?;
            contacts::vouch(self.context, &self.call(self.kurve, self.days_ago(9, 0)), who, ground, None).await?;
            let command = Command::Withdraw { school: self.only_school(school).await?, reason, chose_option_b: true };
            self.by_school(school, contact, 8, &command).await?;
            return self.go_on_with_option_b(school, contact).await;
        }
        let call = self.call(self.kurve, self.days_ago(11, 15));
        let vouch = NewVouch { contact, ground: reason("Gebeld via het algemene nummer van de school.")? };
        credentials::issue(self.context, &call, school, Some(vouch), None).await?;
        match stage {
            Stage::Requested | Stage::Withdrawn | Stage::Board | Stage::Issued => Ok(()),
            Stage::Snoozed => self.snooze(school, contact).await,
            Stage::Stuck => {
                let reason =
                    reason("Decibel geeft bij Uitvoeren de melding 'geen rechten'. We weten niet wie die wel heeft.")?;
                self.by_school(school, contact, 4, &Command::ReportStuck { step: Step::QueryExecuted, reason }).await
            }
            Stage::Paused => {
                let until = amsterdam_date(self.now) + Days::new(30);
                let reason = reason("Onze applicatiebeheerder is tot na de toetsweek niet beschikbaar.")?;
                self.by_school(school, contact, 3, &Command::Pause { reason, until }).await
            }
            Stage::SentBack => {
                self.claim_all(school, contact, &BEFORE_TICKET).await?;
                let reason = reason(
                    "In het ticket stond geen vinkje bij Voor webservice. Dien het nog eens in. Vragen? Mail \
                            applicatiebeheer-leerlingadministratie@bonhoeffercollege.example.",
                )?;
                let command = Command::SendBack { step: Step::AllowlistingRequested, reason };
                onboardings::act(self.context, &self.call(self.kurve, self.days_ago(2, 5)), school, &command, None)
                    .await
            }
            Stage::AtMagister => self.claim_all(school, contact, &BEFORE_TICKET).await,
            Stage::ToActivate => self.claim_all(school, contact, &ALL_OF_SCHOOL).await,
            Stage::Open => self.open(school, contact).await,
            Stage::Completed | Stage::Renewed => {
                self.open(school, contact).await?;
                let done = Command::ReportImported { school: self.only_school(school).await? };
                self.by_school(school, contact, 1, &done).await?;
                if stage == Stage::Renewed {
                    let call = self.call(self.kurve, self.now - Duration::minutes(90));
                    credentials::issue(self.context, &call, school, None, None).await?;
                    return self.lose_mail(school).await;
                }
                Ok(())
            }
        }
    }

    /// Its table is kept and the file was made; it did not say yet that it cleaned up. The codes are invented.
    async fn go_on_with_option_b(&self, connection: ConnectionId, contact: ContactId) -> Result<(), ServiceError> {
        let call = self.call(self.contact(contact), self.days_ago(7, 0));
        let of = SchoolRef { connection, school: self.only_school(connection).await? };
        let table = "Studie;opleidingscode\nHavo 4;VERZONNEN-H4\nHavo 5;VERZONNEN-H5\nMavo 3;VERZONNEN-M3\n";
        let table = StudyTable::parse(table).map_err(|_| BROKEN)?;
        option_b::say(self.context, &call, of, OptionBCommand::KeepTable { studies: table, over: String::new() })
            .await?;
        option_b::say(self.context, &call, of, OptionBCommand::FileMade).await?;
        Ok(())
    }

    async fn only_school(&self, connection: ConnectionId) -> Result<SchoolId, ServiceError> {
        let schools = store::onboarding::schools::list(self.context.db.reader(), connection).await?;
        Ok(schools.first().ok_or(BROKEN)?.id)
    }

    /// Reminders put off for two weeks and a bit, and two study days after that.
    async fn snooze(&self, connection: ConnectionId, contact: ContactId) -> Result<(), ServiceError> {
        let call = self.call(self.contact(contact), self.days_ago(1, 20));
        let today = amsterdam_date(self.now);
        arrangements::snooze(self.context, &call, connection, today + Days::new(17)).await?;
        let study = Period { first_day: today + Days::new(24), last_day: today + Days::new(25) };
        arrangements::add_own_days(self.context, &call, connection, OwnDayKind::Closed, study).await?;
        Ok(())
    }

    async fn open(&self, connection: ConnectionId, contact: ContactId) -> Result<(), ServiceError> {
        self.claim_all(connection, contact, &ALL_OF_SCHOOL).await?;
        let call = self.call(self.kurve, self.days_ago(2, 30));
        let text = NoteText::parse("Aan de kant van Numo ingericht en nagekeken.").map_err(|_| BROKEN)?;
        notes::add(self.context, &call, connection, text).await?;
        let command = Command::Confirm { step: Step::ActivationConfirmed, ground: Ground::Word };
        onboardings::act(self.context, &call, connection, &command, None).await
    }

    /// Another mail like the newest about the school, which did not arrive.
    async fn lose_mail(&self, connection: ConnectionId) -> Result<(), ServiceError> {
        let mails = store::mail::outbox::list_of_connection(self.context.db.reader(), connection, 1).await?;
        let newest = mails.into_iter().flatten().next().ok_or(BROKEN)?;
        let lost = OutboxMail {
            id: MailId::from_uuid(self.context.chance.uuid_v7(self.now)),
            dedupe_key: format!("{}-lost", newest.dedupe_key),
            message_id: newest.message_id.replacen('<', "<lost-", 1),
            status: MailStatus::Failed,
            attempts: 1,
            last_error: Some("RCPT TO: refused with 550 5.1.1".to_owned()),
            ..newest
        };
        Ok(store::mail::outbox::insert_all(self.context.db.writer(), &[lost]).await?)
    }

    async fn claim_all(
        &self,
        connection: ConnectionId,
        contact: ContactId,
        steps: &[Step],
    ) -> Result<(), ServiceError> {
        for (order, step) in steps.iter().enumerate() {
            let ground = match step {
                Step::AllowlistingConfirmed => {
                    Ground::Ticket(TicketRef::parse(&format!("M-{}", 20_260_000 + self.number)).map_err(|_| BROKEN)?)
                }
                _ => Ground::Word,
            };
            let command = Command::Claim { step: *step, ground, credential_version: None };
            let days = 8 - i64::try_from(order).unwrap_or_default();
            if *step == Step::PasswordSet {
                let call = self.call(self.contact(contact), self.days_ago(days, 30));
                credentials::reveal(self.context, &call, ContactRef { connection, contact }, 1).await?;
            }
            self.by_school(connection, contact, days, &command).await?;
        }
        Ok(())
    }

    async fn by_school(
        &self,
        connection: ConnectionId,
        contact: ContactId,
        days: i64,
        command: &Command,
    ) -> Result<(), ServiceError> {
        let call = self.call(self.contact(contact), self.days_ago(days, 40));
        onboardings::act(self.context, &call, connection, command, None).await
    }

    fn contact(&self, id: ContactId) -> Actor {
        Actor::Contact { id, roles: self.roles() }
    }

    /// At a small school one person does it all, as at the second here; elsewhere the superbeheerder asks.
    fn roles(&self) -> Roles {
        let [superbeheerder, _, both, _] = Roles::CHOICES;
        if self.number == 1 { both } else { superbeheerder }
    }

    async fn register(&self) -> Result<(ConnectionId, ContactId), ServiceError> {
        let at = self.days_ago(12, i64::try_from(self.number).unwrap_or_default());
        let browser = Token::new(&self.context.chance);
        let form = self.form()?;
        let id = registrations::request(self.context, AnonymousCall::new(at, "demo"), &form, &browser).await?;
        let token = registrations::mint(self.context, at, id).await?.ok_or(BROKEN)?;
        registrations::confirm(self.context, AnonymousCall::new(at, "demo"), &token, None).await?;
        let conn = self.context.db.reader();
        let school = store::onboarding::schools::find_by_brin(conn, &form.details.brin).await?.ok_or(BROKEN)?;
        let people = store::people::contacts::list(conn, school.connection).await?;
        Ok((school.connection, people.first().ok_or(BROKEN)?.id))
    }

    fn form(&self) -> Result<RegistrationForm, ServiceError> {
        // No school has a BRIN that starts with 99.
        let letter = char::from(b'A' + u8::try_from(self.number).unwrap_or_default());
        Ok(RegistrationForm {
            details: RequestDetails {
                name: SchoolName::parse(self.name).map_err(|_| BROKEN)?,
                brin: Brin::parse(&format!("99X{letter}")).map_err(|_| BROKEN)?,
                domain: SchoolDomain::parse(self.domain).map_err(|_| BROKEN)?,
                region: Region::iter().cycle().nth(self.number).ok_or(BROKEN)?,
            },
            name: PersonName::parse(PEOPLE[self.number % PEOPLE.len()]).map_err(|_| BROKEN)?,
            email: EmailAddress::parse(&self.email()).map_err(|_| BROKEN)?,
            roles: self.roles(),
        })
    }

    fn call(&self, actor: Actor, now: DateTime<Utc>) -> Call {
        Call { actor, now, request_id: "demo".to_owned() }
    }
}

/// The texts of the demo are constants that the rules take.
const BROKEN: ServiceError = ServiceError::Broken("a text of the demo");

const PEOPLE: [&str; 5] =
    ["Anna de Wit", "Mehmet Yılmaz", "Sjoerd Hoekstra", "Fatima el Amrani", "Joke van den Berg-O'Neill"];

const BEFORE_TICKET: [Step; 5] =
    [Step::ConsentGiven, Step::QueryExecuted, Step::PasswordSet, Step::PermissionsChecked, Step::AllowlistingRequested];

const ALL_OF_SCHOOL: [Step; 6] = [
    Step::ConsentGiven,
    Step::QueryExecuted,
    Step::PasswordSet,
    Step::PermissionsChecked,
    Step::AllowlistingRequested,
    Step::AllowlistingConfirmed,
];

fn reason(text: &str) -> Result<Reason, ServiceError> {
    Reason::parse(text).map_err(|_| BROKEN)
}

async fn add_colleague(
    context: &Context,
    now: DateTime<Utc>,
    email: &str,
    name: &str,
    role: StaffRole,
) -> Result<DemoStaff, ServiceError> {
    let address = EmailAddress::parse(email).map_err(|_| BROKEN)?;
    let name = PersonName::parse(name).map_err(|_| BROKEN)?;
    let token = staff_accounts::add(context, now, address, name, role).await?;
    let secret = TotpSecret::of_invite(&context.keys, &token);
    let password = StaffPassword::parse(&SecretString::from(STAFF_PASSWORD), email).map_err(|_| BROKEN)?;
    // An earlier code, so that the current one is still to be used.
    let earlier = now - Duration::minutes(2);
    let code = totp::current(&secret, earlier);
    let factor = NewFactor { secret: secret.clone(), code: &code };
    let enrolled = staff_auth::enrol(context, AnonymousCall::new(earlier, "demo"), &token, password, factor).await;
    enrolled.map_err(|_| ServiceError::Broken("a demo account"))?;
    Ok(DemoStaff { email: email.to_owned(), role, totp: secret })
}
