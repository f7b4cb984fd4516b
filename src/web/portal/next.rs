//! The one card on top of the overview: what this visitor can best do now, or whom the school waits for.

use crate::domain::check::{Advice, CheckCode, Truths};
use crate::domain::import_gate::{open_schools, verdict_of_all};
use crate::domain::onboarding::progress::{OpenStep, TaskKind, kurve_tasks, open_steps};
use crate::domain::onboarding::{Command, Ground, Lifecycle, Onboarding, Party, Refusal, Step, StepState, decide};
use crate::domain::school::Contact;
use crate::links;
use crate::web::portal::evidence;
use crate::words::{self, Names};

/// A link or button with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) label: String,
}

impl Link {
    pub(super) fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }

    pub(super) fn to_step(me: &Contact, step: Step) -> Self {
        Self::new(links::SCHOOL_STEP.step(me.connection, step), words::step_name(step))
    }
}

/// The card: `kind` is `now`, `wait` or `done`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextCard {
    pub(super) kind: &'static str,
    /// What it is about, for tests: a step, or `import`, `paused`, `withdrawn`, `completed`.
    pub(super) about: &'static str,
    pub(super) label: &'static str,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    pub(super) link: Option<Link>,
    /// A button that posts.
    pub(super) post: Option<Link>,
    /// Other steps that can be done now.
    pub(super) also: Vec<OtherStep>,
}

/// Another step that can be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherStep {
    pub(super) link: Link,
    /// The colleague who has it; empty if nobody in particular has.
    pub(super) with: String,
}

impl NextCard {
    pub(super) fn new(kind: &'static str, about: &'static str, label: &'static str, title: impl Into<String>) -> Self {
        Self { kind, about, label, title: title.into(), lines: vec![], link: None, post: None, also: vec![] }
    }

    pub(super) fn say(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }
}

impl NextCard {
    /// Leads on to Optie B where a school chose it.
    pub(super) fn leading_to_option_b(mut self, state: &Onboarding, me: &Contact) -> Self {
        if state.schools().any(|(_, school)| school.chose_option_b()) {
            self.link = Some(Link::new(links::SCHOOL_OPTION_B.at(me.connection), "Verder met Optie B"));
        }
        self
    }
}

/// What `me` reads on top.
pub(super) fn card(truths: &Truths<'_>, me: &Contact, names: &Names) -> NextCard {
    let state = truths.state;
    match state.lifecycle() {
        Lifecycle::Withdrawn { at, reason } => {
            let card = NextCard::new("wait", "withdrawn", "Gestopt", "Deze koppeling is gestopt")
                .say(format!("Sinds {}. Reden: {reason}", words::date_nl(at)));
            card.leading_to_option_b(state, me)
        }
        Lifecycle::Paused { reason, until, .. } => {
            let until = words::date_only_nl(until);
            let mut card = NextCard::new("wait", "paused", "Pauze", format!("De koppeling staat op pauze tot {until}"))
                .say(format!("Reden: {reason}"))
                .say("Jullie krijgen geen herinneringen. Op die dag gaat het vanzelf verder.");
            card.post = Some(Link::new(links::SCHOOL_RESUME.at(me.connection), "Nu weer verdergaan"));
            card
        }
        Lifecycle::Completed { at } => NextCard::new("done", "completed", "Afgerond", "De import in Numo is gedaan")
            .say(format!("Gemeld op {}. Jullie hoeven hier niets meer te doen.", words::date_nl(at)))
            .say("Volgend schooljaar kun je op dezelfde manier opnieuw importeren, zolang de import open is."),
        Lifecycle::Active if verdict_of_all(state).is_open() => {
            NextCard::new("done", "import", "Jouw volgende stap", "De import is open: je mag importeren")
                .say(open_sentence(truths))
        }
        Lifecycle::Active => under_way(truths, me, names),
    }
}

/// An import stays open while what the newest check denies keeps its tries: then not all is yes.
fn open_sentence(truths: &Truths<'_>) -> &'static str {
    if truths.has_doubts() {
        "De laatste controle van de verbinding ging niet goed. De import is nog open. Hieronder staat hoe je importeert."
    } else {
        "Alle vijf vragen zijn met ja beantwoord. Hieronder staat hoe je importeert."
    }
}

/// What Kurve's turn means where the newest check denies a step: not all is ready.
pub(super) const DOUBTED: &str = "Jullie hebben alles gemeld, maar bij de laatste controle van de verbinding klopte iets nog niet. \
                       Hieronder lees je wat.";

/// The card, unless nothing but the last check asks something of the school: then that is what comes next.
pub(super) fn beside_check(card: NextCard, state: &Onboarding, me: &Contact, failed: Option<Advice>) -> NextCard {
    let is_free = state.lifecycle() == Lifecycle::Active
        && open_schools(state).is_empty()
        && open_steps(state).iter().all(|open| open.holder != Party::School)
        // Then the school cannot do what the check asks.
        && !kurve_tasks(state).iter().any(|task| matches!(task.kind, TaskKind::NewPassword(_)));
    // Whatever else is to be done, it is done for another Magister.
    let is_elsewhere = failed == Some(Advice::Plain(CheckCode::HostUnknown));
    let is_first =
        is_free || (is_elsewhere && state.lifecycle() == Lifecycle::Active && open_schools(state).is_empty());
    match failed {
        Some(advice) if is_first && advice.holder() == Some(Party::School) => {
            let mut asked = NextCard::new("now", "connection", "Jouw volgende stap", words::advice_title(advice));
            asked = asked.say(words::advice_sentence(advice));
            asked.link = Some(Link::new(links::SCHOOL_CONNECTION.at(me.connection), "Bekijk wat je kunt doen"));
            asked
        }
        Some(_) | None => card,
    }
}

fn under_way(truths: &Truths<'_>, me: &Contact, names: &Names) -> NextCard {
    let state = truths.state;
    let open = truths.open_steps();
    let mine: Vec<OpenStep> = open.iter().copied().filter(|open| open.holder == Party::School).collect();
    let chosen = mine.iter().min_by_key(|open| rank(state, me, names, open.step)).copied();
    match chosen.or_else(|| open.iter().copied().find(|open| open.holder == Party::Magister)) {
        Some(open) if open.holder == Party::School => {
            let mut card = to_do(truths, me, names, open);
            let others = mine.iter().filter(|other| other.step != open.step);
            card.also = others
                .map(|other| OtherStep {
                    link: Link::to_step(me, other.step),
                    with: colleague_with(state, me, names, other.step).unwrap_or_default().to_owned(),
                })
                .collect();
            card
        }
        Some(open) => magisters_turn(truths, me, names, open),
        None => kurves_turn(truths, me, names),
    }
}

/// Which open step comes first for this visitor: what was handed to them, what they may do, what they must pass on,
/// and last what a colleague has.
fn rank(state: &Onboarding, me: &Contact, names: &Names, step: Step) -> u8 {
    match state.handed_to(step).filter(|id| names.contact_of_today(*id).is_some()) {
        Some(id) if id == me.id => 0,
        Some(_) => 3,
        None if may_do(state, me, step) => 1,
        None => 2,
    }
}

/// Whether the rules let this contact report a step, as far as their role goes.
pub(super) fn may_do(state: &Onboarding, me: &Contact, step: Step) -> bool {
    let actor = crate::domain::actor::Actor::Contact { id: me.id, roles: me.roles };
    let claim = Command::Claim { step, ground: Ground::Word, credential_version: None };
    let decided = decide(state, &claim, &actor, me.created_at);
    !matches!(decided, Err(Refusal::WrongRole { .. } | Refusal::RoleNotConfirmed { .. }))
}

/// The colleague of today to whom a step was handed, unless it is this visitor.
fn colleague_with<'a>(state: &Onboarding, me: &Contact, names: &'a Names, step: Step) -> Option<&'a str> {
    state.handed_to(step).filter(|id| *id != me.id).and_then(|id| names.contact_of_today(id))
}

fn to_do(truths: &Truths<'_>, me: &Contact, names: &Names, open: OpenStep) -> NextCard {
    let (state, step) = (truths.state, open.step);
    let page = links::SCHOOL_STEP.step(me.connection, step);
    let with_colleague = colleague_with(state, me, names, step);
    let (kind, label, button) = match (with_colleague, may_do(state, me, step)) {
        (Some(_), _) => ("wait", "Een collega is aan zet", "Bekijk deze stap"),
        (None, true) => ("now", "Jouw volgende stap", "Naar deze stap"),
        (None, false) => ("now", "Jouw volgende stap: geef dit door", "Doorgeven aan een collega"),
    };
    let mut card = NextCard::new(kind, step.as_str(), label, words::step_name(step));
    let truth = truths.of(step);
    if let StepState::Open { fallen: Some(fallen), .. } = state.step(step) {
        card = card.say(words::why_open(&fallen.cause, &truth));
        if let Some(reason) = words::fall_reason(&fallen.cause) {
            card = card.say(format!("Reden: {reason}"));
        }
    }
    if let StepState::Open { answer: Some(answer), .. } = state.step(step) {
        card = card.say(format!("Antwoord van Kurve: {answer}"));
    }
    let now = words::now_sentence(&truth);
    if !now.is_empty() {
        card = card.say(now);
    }
    card = card.say(format!("Wie kan dit? {}", words::who_can(step)));
    card = card.say(evidence::holder_sentence(truths, names, step));
    card.link = Some(Link::new(page, button));
    card
}

fn magisters_turn(truths: &Truths<'_>, me: &Contact, names: &Names, open: OpenStep) -> NextCard {
    let since = words::date_nl(open.since);
    let mut card = NextCard::new("wait", open.step.as_str(), "Wachten op Magister", "Magister is aan zet")
        .say(format!("Sinds {since}. Magister bevestigt de allowlisting bij degene die het ticket heeft ingediend."))
        .say("Heb je de bevestiging? Geef die dan hier door.");
    let now = words::now_sentence(&truths.of(open.step));
    if !now.is_empty() {
        card = card.say(now);
    }
    if let Some(kurve) = oldest_of_kurve(truths) {
        card = card.say(kurve_sentence(truths.state, names, kurve));
    }
    card.link = Some(Link::new(links::SCHOOL_STEP.step(me.connection, open.step), "Bevestiging doorgeven"));
    card
}

fn kurves_turn(truths: &Truths<'_>, me: &Contact, names: &Names) -> NextCard {
    let state = truths.state;
    let Some(open) = oldest_of_kurve(truths) else {
        // Nothing open and the import closed cannot be: something is always open until all is yes.
        return NextCard::new("wait", "none", "Nu niets te doen", "Jullie hoeven nu niets te doen");
    };
    let title = format!("Kurve is aan zet sinds {}", words::date_nl(open.since));
    let is_doubted = open.step == Step::ActivationConfirmed && truths.has_doubts();
    let said = if is_doubted { DOUBTED.to_owned() } else { kurve_sentence(state, names, open) };
    let mut card = NextCard::new("wait", open.step.as_str(), "Nu niets te doen", title).say(said);
    card.link = Some(Link::new(links::SCHOOL_STEP.step(me.connection, open.step), "Bekijk deze stap"));
    card
}

fn oldest_of_kurve(truths: &Truths<'_>) -> Option<OpenStep> {
    truths.open_steps().into_iter().filter(|open| open.holder == Party::Kurve).min_by_key(|open| open.since)
}

fn kurve_sentence(state: &Onboarding, names: &Names, open: OpenStep) -> String {
    let obstacles = state.obstacles(open.step);
    if !obstacles.is_empty() {
        let said = obstacles.iter().map(|obstacle| words::obstacle_sentence(obstacle, names)).collect::<Vec<_>>();
        return format!("“{}”: {}", words::step_name(open.step), said.join(" "));
    }
    match (open.is_stuck, open.step) {
        (true, step) => format!(
            "Jullie meldden dat dit niet lukt: “{}”. Kurve zoekt het uit. Het antwoord lees je hier.",
            words::step_name(step)
        ),
        (false, Step::CredentialsIssued) => {
            "Kurve zet het wachtwoord en de query voor jullie klaar. Wie door Kurve is bevestigd, krijgt een mail zodra ze klaarstaan.".to_owned()
        }
        (false, Step::ActivationConfirmed) => {
            "Alles van jullie kant is gereed. Kurve activeert de koppeling in Numo. Zodra de import open is, lees je dat hier."
                .to_owned()
        }
        (
            false,
            step @ (Step::ConsentGiven
            | Step::DetailsSubmitted
            | Step::QueryExecuted
            | Step::PasswordSet
            | Step::PermissionsChecked
            | Step::AllowlistingRequested
            | Step::AllowlistingConfirmed),
        ) => format!("Kurve werkt aan de stap “{}”.", words::step_name(step)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::testing::histories;
    use crate::domain::ids::ConnectionId;
    use crate::domain::onboarding::testing::{
        Walk, contact_id, first_morning, reason, school_id, superbeheerder, support,
    };
    use crate::domain::roles::{ContactRole, Roles};
    use crate::domain::text::{EmailAddress, PersonName};

    fn someone(number: u128, role: ContactRole) -> Contact {
        Contact {
            id: contact_id(number),
            connection: ConnectionId::from_uuid(uuid::Uuid::from_u128(9)),
            name: PersonName::parse("Anna de Wit").expect("a plain name"),
            email: EmailAddress::parse("a@school.nl").expect("a plain address"),
            roles: Roles::of(role),
            proposed: None,
            vouch: None,
            created_at: first_morning(),
            removed_at: None,
        }
    }

    proptest::proptest! {
        #[test]
        fn no_card_says_that_all_is_yes_while_the_newest_check_refuses_a_step(moments in histories()) {
            for moment in moments {
                let Some(step) = moment.refused() else { continue };
                let card = card(&moment.truths(), &someone(1, ContactRole::Superbeheerder), &Names::default());
                let said = card.lines.join(" ");

                let is_yes = moment.state.is_yes(step);
                assert!(!is_yes || !said.contains("Alle vijf vragen") && !said.contains("is gereed"), "{said}");
            }
        }
    }

    fn told(walk: &Walk, role: ContactRole) -> NextCard {
        let number = if role == ContactRole::Superbeheerder { 1 } else { 2 };
        let names = [(contact_id(1), "Anna".to_owned()), (contact_id(2), "Bram".to_owned())].into();
        card(&Truths::said(&walk.state), &someone(number, role), &Names { contacts: names, ..Names::default() })
    }

    #[test]
    fn the_first_open_step_comes_first_and_the_others_are_named() {
        let card = told(&Walk::start(), ContactRole::Superbeheerder);

        assert_eq!((card.kind, card.about), ("now", "consent_given"));
        assert_eq!(card.also.len(), 2);
    }

    #[test]
    fn who_is_no_superbeheerder_starts_with_what_they_may_do() {
        assert_eq!(told(&Walk::start(), ContactRole::Applicatiebeheerder).about, "details_submitted");

        let walk = Walk::all_but(&[Step::ConsentGiven]);
        let card = told(&walk, ContactRole::Applicatiebeheerder);

        assert_eq!((card.kind, card.about), ("now", "consent_given"));
        assert_eq!(card.link.map(|link| link.label), Some("Doorgeven aan een collega".to_owned()));
    }

    #[test]
    fn a_step_that_a_colleague_has_comes_last() {
        let mut walk = Walk::all_but(&[Step::ConsentGiven]);
        let to = contact_id(1);
        walk.does(superbeheerder(), &Command::HandOver { step: Step::ConsentGiven, to });

        assert_eq!(told(&walk, ContactRole::Superbeheerder).kind, "now");
        assert_eq!(told(&walk, ContactRole::Applicatiebeheerder).label, "Een collega is aan zet");
    }

    #[test]
    fn magister_and_kurve_are_named_when_they_have_the_ball() {
        let magister = told(&Walk::all_but(&[Step::AllowlistingConfirmed]), ContactRole::Superbeheerder);
        assert_eq!((magister.kind, magister.about), ("wait", "allowlisting_confirmed"));

        let kurve = told(&Walk::all_but(&[Step::ActivationConfirmed]), ContactRole::Superbeheerder);
        assert!(kurve.title.starts_with("Kurve is aan zet sinds maandag 31 augustus 2026"), "{}", kurve.title);

        let mut stuck = Walk::all_but(&[Step::PasswordSet]);
        stuck.does(superbeheerder(), &Command::ReportStuck { step: Step::PasswordSet, reason: reason("Geen knop") });
        let card = told(&stuck, ContactRole::Superbeheerder);
        assert!(card.kind == "wait" && card.lines[0].contains("niet lukt"), "{card:?}");
    }

    #[test]
    fn a_step_sent_back_says_why() {
        let mut walk = Walk::all_but(&[]);
        let back = Command::SendBack { step: Step::PermissionsChecked, reason: reason("Een vinkje te veel.") };
        walk.does(support(), &back);

        let card = told(&walk, ContactRole::Superbeheerder);

        assert_eq!(card.lines[..2], ["Kurve vroeg om deze stap opnieuw te doen.", "Reden: Een vinkje te veel."]);
    }

    #[test]
    fn open_completed_paused_and_stopped_have_their_own_card() {
        let mut walk = Walk::all_but(&[]);
        assert_eq!(told(&walk, ContactRole::Contactpersoon).about, "import");
        walk.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
        assert_eq!(told(&walk, ContactRole::Contactpersoon).about, "completed");

        let mut walk = Walk::start();
        let until = walk.now.date_naive() + chrono::Days::new(9);
        walk.does(superbeheerder(), &Command::Pause { reason: reason("Toetsweek"), until });
        let paused = told(&walk, ContactRole::Contactpersoon);
        assert_eq!(paused.title, "De koppeling staat op pauze tot woensdag 9 september 2026");
        assert!(paused.post.is_some());
        walk.does(
            superbeheerder(),
            &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
        );
        assert_eq!(told(&walk, ContactRole::Contactpersoon).about, "withdrawn");
    }
}
