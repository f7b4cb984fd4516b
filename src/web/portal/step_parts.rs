//! The parts of a step's page: what may be done with it now, its credentials, and the forms that can come back on it.

use serde::Deserialize;
use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::credential::reveal::{REVEALS_ALLOWED, RevealState, may_download, may_reveal};
use crate::domain::credential::{ClosedReason, RevealRefusal};
use crate::domain::import_gate::open_schools;
use crate::domain::join::JoinRequest;
use crate::domain::onboarding::{
    Change, Command, Evidence, Gone, Ground, Onboarding, PasswordAsked, Refusal, Step, decide,
};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Contact, Region};
use crate::services::Call;
use crate::services::onboarding::credentials::Issued;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::form::FieldErrors;
pub(super) use crate::web::portal::choice::Choice;
use crate::web::portal::view;
use crate::words;

/// What a colleague can be, with what they can do then.
pub(super) fn role_choices() -> Vec<Choice> {
    let hint = |roles: Roles| match (
        roles.contains(ContactRole::Superbeheerder),
        roles.contains(ContactRole::Applicatiebeheerder),
    ) {
        (true, true) => "Kan alle stappen in Magister doen.",
        (true, false) => "Mag als enige consent geven in Magister.",
        (false, true) => "Werkt in Decibel en in Beheer > Webservices.",
        (false, false) => "Is geen beheerder van Magister.",
    };
    Roles::CHOICES.map(|roles| Choice::new(roles.as_str(), roles.label_nl(), hint(roles))).into()
}

/// The holiday regions.
pub(super) fn region_choices() -> Vec<Choice> {
    Region::iter().map(|region| Choice::new(region.as_str(), region.label_nl(), words::region_hint(region))).collect()
}

/// "Vraag een collega": someone who is a contact already, or someone new. Without `Debug`: it names somebody.
#[derive(Default, Deserialize)]
pub(super) struct HandOverForm {
    #[serde(default)]
    pub(super) colleague: String,
    #[serde(default)]
    pub(super) colleague_name: String,
    #[serde(default)]
    pub(super) colleague_email: String,
    #[serde(default)]
    pub(super) colleague_role: String,
    #[serde(default)]
    pub(super) sure_colleague_email: String,
}

/// What the school gives of itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DetailsForm {
    #[serde(default)]
    pub(super) school_name: String,
    #[serde(default)]
    pub(super) brin: String,
    #[serde(default)]
    pub(super) domain: String,
    #[serde(default)]
    pub(super) region: String,
    #[serde(default)]
    pub(super) sure_domain: String,
}

impl From<&ConnectionFile> for DetailsForm {
    fn from(file: &ConnectionFile) -> Self {
        let details = &file.connection.details;
        Self {
            school_name: details.name.to_string(),
            brin: file.only_school().map(|school| school.details.brin.to_string()).unwrap_or_default(),
            domain: details.domain.label().to_owned(),
            region: details.region.as_str().to_owned(),
            sure_domain: String::new(),
        }
    }
}

impl DetailsForm {
    /// As given last: what is asked for elsewhere stands here too, as it was typed.
    pub(super) fn given(file: &ConnectionFile, asked: Option<&JoinRequest>) -> Self {
        let kept = Self::from(file);
        match asked {
            Some(asked) => Self {
                brin: if kept.brin.is_empty() { kept.brin } else { asked.school.brin.to_string() },
                domain: asked.domain.label().to_owned(),
                ..kept
            },
            None => kept,
        }
    }
}

/// Which form of the page came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Section {
    /// None, or one without a text.
    #[default]
    None,
    /// "Klaar melden".
    Claim,
    /// "Het lukt niet".
    Stuck,
    /// "Vraag een collega".
    HandOver,
}

/// What was typed on a page that comes back, and what is wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    /// Why nothing was done, in one sentence; empty when the errors say it.
    pub(super) refusal: String,
    pub(super) errors: FieldErrors,
    pub(super) section: Section,
    pub(super) ticket: String,
    pub(super) reason: String,
    pub(super) colleague: HandOverForm,
    pub(super) details: Option<DetailsForm>,
}

impl Typed {
    /// A page that comes back filled in because there were too many forms from one place.
    pub(super) fn too_often() -> Self {
        Self::refused(words::TOO_MANY_FORMS.to_owned())
    }

    /// A page that comes back because the rules refuse it.
    pub(super) fn refused(refusal: String) -> Self {
        Self { refusal, ..Self::default() }
    }
}

/// What this visitor may do with a step now; all of it asked of the rules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allowed {
    /// The ball is somewhere, and the school may say that it does not work or pass it on.
    pub(super) is_open: bool,
    pub(super) can_claim: bool,
    /// Why this visitor's role is not enough; empty if it is.
    pub(super) role_refusal: String,
    /// Why nobody can say yet that it is done, where its turn has come; empty if they can.
    pub(super) claim_refusal: String,
    pub(super) takes_ticket: bool,
    /// It is done by word, and a ticket number would make that stronger.
    pub(super) can_add_ticket: bool,
    pub(super) can_take_back: bool,
    /// What else falls when it is taken back.
    pub(super) falls_along: Vec<&'static str>,
    pub(super) closes_import: bool,
    /// Why it cannot be taken back though it is done; empty if it can.
    pub(super) take_back_refusal: String,
}

pub(super) fn allowed(state: &Onboarding, step: Step, call: &Call) -> Allowed {
    let claim = Command::Claim { step, ground: Ground::Word, credential_version: None };
    let claimed = decide(state, &claim, &call.actor, call.now);
    let is_open = state.holder(step).is_some() && step.can_school_report() && !state.lifecycle().is_withdrawn();
    let mut found = Allowed {
        is_open,
        can_claim: is_open && claimed.is_ok(),
        takes_ticket: step.takes_ticket(),
        can_add_ticket: can_add_ticket(state, step),
        ..Allowed::default()
    };
    if let (true, Err(refusal @ Refusal::WrongRole { .. })) = (is_open, &claimed) {
        found.role_refusal = words::refusal(refusal);
    }
    if let (true, Err(refusal @ Refusal::PasswordUnseen)) = (is_open, &claimed) {
        found.claim_refusal = words::refusal(refusal);
    }
    let taken_back = decide(state, &Command::TakeBack { step }, &call.actor, call.now);
    if let Err(refusal @ Refusal::DetailsInUse) = &taken_back {
        found.take_back_refusal = words::refusal(refusal);
    }
    if let Ok(events) = taken_back {
        found.can_take_back = true;
        for event in &events {
            if let Change::StepFell { step: other, .. } = event.change
                && other != step
                && !found.falls_along.contains(&words::step_name(other))
            {
                found.falls_along.push(words::step_name(other));
            }
        }
        found.closes_import = !open_schools(state).is_empty();
    }
    found
}

fn can_add_ticket(state: &Onboarding, step: Step) -> bool {
    let is_weaker = state.answer(step).is_some_and(|answer| answer.with(Evidence::Confirmed).is_none());
    step.takes_ticket() && step.can_school_report() && is_weaker && !state.lifecycle().is_withdrawn()
}

/// Password and query file, as far as this visitor may know of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CredentialsPanel {
    pub(super) version: u32,
    pub(super) issued: String,
    pub(super) left: u32,
    pub(super) until: String,
    pub(super) sha256: String,
    pub(super) template_version: String,
    /// Whether Kurve vouched for the visitor; if not, nothing else of this is shown.
    pub(super) is_vouched: bool,
    /// Colleagues who can pick it up.
    pub(super) vouched: Vec<String>,
    /// Why the password is not shown now; empty if it can be.
    pub(super) password_refusal: String,
    /// Why the query cannot be downloaded now; empty if it can be.
    pub(super) query_refusal: String,
    pub(super) password_used: bool,
    /// The password is not shown any more, and nobody asked for a new one.
    pub(super) can_ask: bool,
    /// Who asked for a new one, and when; empty if nobody did.
    pub(super) asked: String,
    pub(super) is_renewed: bool,
}

pub(super) fn credentials_panel(file: &ConnectionFile, issued: &Issued, me: &Contact, call: &Call) -> CredentialsPanel {
    let rule = RevealState {
        version: issued.version,
        current_version: file.state.credential_version(),
        reveals_used: REVEALS_ALLOWED.saturating_sub(issued.reveals_left),
        expires_at: issued.expires_at,
        closed: issued.closed,
        step_issued: file.state.is_yes(Step::CredentialsIssued),
        is_withdrawn: file.state.lifecycle().is_withdrawn(),
        contact_vouched: me.is_vouched(),
    };
    let vouched = file.contacts.iter().filter(|other| other.is_active() && other.is_vouched() && other.id != me.id);
    let refusal = |refused| words::reveal_refusal(&refused);
    let shown = may_reveal(&rule, issued.version, call.now);
    let asked = file.state.access().asked();
    let gone = match shown {
        Err(RevealRefusal::UsedUp) => Some(Gone::UsedUp),
        Err(RevealRefusal::Expired) => Some(Gone::Expired),
        Err(RevealRefusal::Closed(ClosedReason::Proven)) => Some(Gone::Proven),
        Ok(_) | Err(_) => None,
    };
    let is_gone = gone.is_some();
    CredentialsPanel {
        version: issued.version,
        issued: words::moment_nl(issued.issued_at),
        left: issued.reveals_left,
        until: words::until_nl(issued.expires_at),
        sha256: issued.query_sha256.clone(),
        template_version: issued.template_version.clone(),
        is_vouched: me.is_vouched(),
        vouched: vouched.map(|other| other.name.to_string()).collect(),
        password_refusal: match gone {
            // What to do then is the button below it, or said already.
            Some(gone) => words::gone_sentence(gone).to_owned(),
            None => shown.err().map(refusal).unwrap_or_default(),
        },
        query_refusal: may_download(&rule, issued.version).err().map(refusal).unwrap_or_default(),
        password_used: rule.reveals_used > 0,
        can_ask: is_gone && asked.is_none(),
        asked: asked.filter(|_| is_gone).map(|asked| asked_sentence(file, asked, me)).unwrap_or_default(),
        is_renewed: issued.version > 1,
    }
}

fn asked_sentence(file: &ConnectionFile, asked: &PasswordAsked, me: &Contact) -> String {
    let when = words::date_nl(asked.at);
    match asked.by {
        Actor::Contact { id, .. } if id == me.id => {
            format!("Je vroeg op {when} om een nieuw wachtwoord. Kurve is aan de beurt.")
        }
        by => {
            let who = words::actor_name(&by, &view::names_of(file, me.id));
            format!("{who}, vroeg op {when} om een nieuw wachtwoord. Kurve is aan de beurt.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::onboarding::testing::{Walk, contact, school_id, superbeheerder, support, ticket};

    fn ask(walk: &Walk, step: Step, actor: Actor) -> Allowed {
        allowed(&walk.state, step, &Call { actor, now: walk.now, request_id: "test".into() })
    }

    #[test]
    fn only_the_superbeheerder_can_say_that_consent_was_given() {
        let walk = Walk::start();

        assert!(ask(&walk, Step::ConsentGiven, superbeheerder()).can_claim);
        let other = ask(&walk, Step::ConsentGiven, contact(ContactRole::Applicatiebeheerder));
        assert!(other.is_open && !other.can_claim && other.role_refusal.contains("superbeheerder"));
    }

    #[test]
    fn a_step_that_cannot_be_done_yet_or_is_kurves_offers_nothing() {
        let walk = Walk::start();

        for step in [Step::QueryExecuted, Step::CredentialsIssued, Step::ActivationConfirmed] {
            let found = ask(&walk, step, superbeheerder());

            assert!(!found.is_open && !found.can_claim && !found.can_take_back, "{}", step.as_str());
        }
    }

    #[test]
    fn taking_back_names_what_falls_along() {
        let walk = Walk::all_but(&[]);

        let found = ask(&walk, Step::QueryExecuted, superbeheerder());

        assert!(found.can_take_back && found.closes_import && !found.is_open);
        assert_eq!(found.falls_along.len(), 3, "{:?}", found.falls_along);
        assert!(!ask(&walk, Step::DetailsSubmitted, superbeheerder()).take_back_refusal.is_empty());
    }

    #[test]
    fn a_ticket_number_can_be_added_until_there_is_one() {
        let mut walk = Walk::all_but(&[]);
        let step = Step::AllowlistingConfirmed;
        assert!(ask(&walk, step, superbeheerder()).can_add_ticket);

        walk.does(superbeheerder(), &Command::Claim { step, ground: ticket(), credential_version: None });
        assert!(!ask(&walk, step, superbeheerder()).can_add_ticket);
        assert!(!ask(&walk, Step::ActivationConfirmed, superbeheerder()).can_add_ticket);
    }

    #[test]
    fn nothing_can_be_done_with_a_stopped_school() {
        let mut walk = Walk::start();
        let reason = crate::domain::onboarding::testing::reason("Optie B");
        walk.does(support(), &Command::Withdraw { school: school_id(1), reason, chose_option_b: false });

        assert_eq!(ask(&walk, Step::ConsentGiven, superbeheerder()), Allowed::default());
    }
}
