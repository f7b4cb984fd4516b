//! What people do, straight through the services: for tests of rooms below the pages.

use koppelklaar::crypto::Token;
use koppelklaar::crypto::password_hash::StaffPassword;
use koppelklaar::crypto::totp::{self, TotpSecret};
use std::sync::Arc;

use koppelklaar::app::App;
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::gathering::Gathering;
use koppelklaar::domain::notice::TIME_TO_UNDO;
use koppelklaar::domain::onboarding::{Command, Ground, PasswordAccess, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::{Region, RequestDetails, School};
use koppelklaar::domain::text::{Brin, EmailAddress, PersonName, Reason, SchoolDomain, SchoolName, TicketRef};
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::onboarding::credentials::NewVouch;
use koppelklaar::services::onboarding::{credentials, onboardings};
use koppelklaar::services::people::registrations::{self, RegistrationForm};
use koppelklaar::services::people::{self, staff_auth};
use koppelklaar::services::{Call, Context, ServiceError};
use koppelklaar::store::onboarding::schools;
use koppelklaar::store::people::{contacts, staff};
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};

use super::app::{Parts, STAFF_PASSWORD, TestApp, TestSchool, nonzero};
use super::database::DatabaseKind;

/// The address of the colleague that most tests have.
const EVA: &str = "eva@kurve.nl";

/// What a school does before Kurve activates, once credentials are issued.
pub(crate) const STEPS_OF_SCHOOL: [Step; 6] = [
    Step::ConsentGiven,
    Step::QueryExecuted,
    Step::PasswordSet,
    Step::PermissionsChecked,
    Step::AllowlistingRequested,
    Step::AllowlistingConfirmed,
];

impl TestApp {
    /// An app whose mails wait for each other, as they do in the product.
    pub(crate) async fn start_gathering(kind: DatabaseKind) -> Self {
        Self::start_set(kind, |context| Context { gathering: Gathering::default(), ..context }).await
    }

    /// An app of which something is set otherwise than in other tests.
    pub(crate) async fn start_set(kind: DatabaseKind, set: impl FnOnce(Context) -> Context) -> Self {
        let parts = Arc::into_inner(Self::start(kind).await.0).expect("nobody else has it yet");
        let context = set(parts.app.context.clone());
        let app = App { context, ..parts.app };
        let allowance = Allowance { per_client: nonzero(10_000), per_address: nonzero(10_000) };
        let router = router(WebState::new(&app, WebOptions { allowance, trusted_proxies: 1 }, None));
        Self(Arc::new(Parts { app, router, ..parts }))
    }

    /// Registers a school through the services, without a page; its mails are read.
    pub(crate) async fn school_by_services(&self, name: &str, brin: &str, label: &str) -> TestSchool {
        let email = format!("contact-{}@{label}.example", brin.to_lowercase());
        let token = self.ask_for_school(name, brin, label, &email).await;
        let confirmed =
            registrations::confirm(self.context(), AnonymousCall::new(self.now(), "test"), &token, None).await;
        confirmed.expect("the request waits for its confirmation");
        self.new_mails().await;
        let conn = self.context().db.reader();
        let school = schools::find_by_brin(conn, &Brin::parse(brin).expect("a BRIN")).await.expect("the store answers");
        let School { id, connection, .. } = school.expect("the school was made");
        let contact = contacts::list(conn, connection).await.expect("the store answers")[0].id;
        TestSchool { id, connection, contact, brin: brin.to_owned(), email }
    }

    /// Asks for a school and returns the token that the mail brings; nothing is confirmed yet.
    pub(crate) async fn ask_for_school(&self, name: &str, brin: &str, label: &str, email: &str) -> Token {
        let form = RegistrationForm {
            details: RequestDetails {
                name: SchoolName::parse(name).expect("a name"),
                brin: Brin::parse(brin).expect("a BRIN"),
                domain: SchoolDomain::parse(label).expect("a domain"),
                region: Region::Noord,
            },
            name: PersonName::parse("Anna de Wit").expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
            roles: Roles::of(ContactRole::Superbeheerder),
        };
        let browser = Token::new(&self.context().chance);
        let asked =
            registrations::request(self.context(), AnonymousCall::new(self.now(), "test"), &form, &browser).await;
        asked.expect("anyone may ask");
        let path = self.only_mail_to(email).await.path_of("/aanmelden/bevestig/");
        Token::parse(path.rsplit('/').next().expect("a path")).expect("the mail holds a token")
    }

    /// A colleague of Kurve who may act, without a page.
    pub(crate) async fn kurve(&self) -> Actor {
        self.colleague(EVA).await
    }

    /// The colleague that [`TestApp::kurve`] made.
    pub(crate) async fn kurve_again(&self) -> Actor {
        self.colleague_again(EVA).await
    }

    /// A colleague at this address.
    pub(crate) async fn colleague(&self, email: &str) -> Actor {
        self.invite(email, StaffRole::Support).await;
        self.colleague_again(email).await
    }

    async fn colleague_again(&self, email: &str) -> Actor {
        let email = EmailAddress::parse(email).expect("an address");
        let key = self.context().keys.email_key(&email.key_form());
        let found = staff::find_by_email(self.context().db.reader(), &key).await.expect("the store answers");
        let account = found.expect("the account was made");
        Actor::Staff { id: account.id, role: account.role }
    }

    /// A colleague who chose password and second factor, without a page; the secret of the latter.
    pub(crate) async fn enrolled(&self, email: &str) -> TotpSecret {
        let token = self.invite(email, StaffRole::Support).await;
        let secret = TotpSecret::of_invite(&self.context().keys, &token);
        let password = StaffPassword::parse(&STAFF_PASSWORD.into(), email).expect("a good password");
        let code = totp::current(&secret, self.now());
        let factor = staff_auth::NewFactor { secret: secret.clone(), code: &code };
        let chosen =
            staff_auth::enrol(self.context(), AnonymousCall::new(self.now(), "test"), &token, password, factor).await;
        chosen.expect("a fresh link and the code of now");
        secret
    }

    /// A call of now.
    pub(crate) fn call(&self, actor: Actor) -> Call {
        Call { actor, now: self.now(), request_id: "test".to_owned() }
    }

    /// A call of a school's contact, now.
    pub(crate) fn call_of(&self, school: &TestSchool) -> Call {
        self.call(Actor::Contact { id: school.contact, roles: Roles::of(ContactRole::Superbeheerder) })
    }

    /// Kurve issues credentials and vouches for the contact.
    pub(crate) async fn issue(&self, kurve: Actor, school: &TestSchool) {
        let ground = Reason::parse("Gebeld via het algemene nummer van de school.").expect("a reason");
        let vouch = Some(NewVouch { contact: school.contact, ground });
        let issued = credentials::issue(self.context(), &self.call(kurve), school.connection, vouch, None).await;
        issued.expect("the details are in");
    }

    /// The school says that a step is done.
    pub(crate) async fn claim(&self, school: &TestSchool, step: Step) -> Result<(), ServiceError> {
        let ground = match step {
            Step::AllowlistingConfirmed => Ground::Ticket(TicketRef::parse("M-20260001").expect("a ticket")),
            _ => Ground::Word,
        };
        if step == Step::PasswordSet {
            self.see_password(school).await;
        }
        let command = Command::Claim { step, ground, credential_version: None };
        onboardings::act(self.context(), &self.call_of(school), school.connection, &command, None).await
    }

    /// Somebody looked at the password, of which nobody is told here.
    pub(crate) async fn see_password(&self, school: &TestSchool) {
        let file = onboardings::load_file(self.context(), school.connection).await.expect("the connection is here");
        if let Some(known) = file.state.access().password().filter(|known| !known.is_seen) {
            let command = Command::NotePassword { access: PasswordAccess { is_seen: true, ..*known } };
            let seen = onboardings::act(self.context(), &self.call_of(school), school.connection, &command, None).await;
            seen.expect("what is so can always be noted");
        }
    }

    /// Kurve vouches for a school's first contact.
    pub(crate) async fn vouch(&self, kurve: Actor, school: &TestSchool) {
        let ground = reason("Teruggebeld via het algemene nummer van de school.");
        let vouched =
            people::contacts::vouch(self.context(), &self.call(kurve), school.reference(), ground, None).await;
        vouched.expect("a colleague may");
    }

    /// Everything up to an open import.
    pub(crate) async fn open_import(&self, kurve: Actor, school: &TestSchool) {
        self.issue(kurve, school).await;
        for step in STEPS_OF_SCHOOL {
            self.claim(school, step).await.expect("its turn has come");
        }
        let command = Command::Confirm { step: Step::ActivationConfirmed, ground: Ground::Word };
        let done = onboardings::act(self.context(), &self.call(kurve), school.connection, &command, None).await;
        done.expect("everything before it is yes");
        self.advance(TIME_TO_UNDO);
    }
}

/// Someone's own words.
pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).expect("a reason of a fit length")
}
