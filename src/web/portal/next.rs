//! The one card on top of the overview: what this visitor can best do now, or whom the school waits for.

use crate::domain::check::{Advice, CheckCode, Truths};
use crate::domain::import_gate::{open_schools, verdict_of_all};
use crate::domain::onboarding::progress::{OpenStep, TaskKind, kurve_tasks, open_steps};
use crate::domain::onboarding::{Command, Ground, Lifecycle, Onboarding, Party, Refusal, Step, StepState, decide};
use crate::domain::school::Contact;
use crate::links;
use crate::services::operations::usual::Usual;
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
    /// With how long what it waits for usually takes.
    pub(super) fn usually(mut self, truths: &Truths<'_>, usual: Usual) -> Self {
        let step = self.about.parse::<Step>().ok().filter(|_| self.kind == "wait");
        let days = step.and_then(|step| truths.holder(step)).and_then(|party| usual.of(party));
        self.lines.extend(days.map(|days| format!("Dat duurt {}.", words::usual(days))));
        self
    }

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
                .say("Jullie krijgen geen herinneringen. Op die dag stopt de pauze vanzelf.");
            card.post = Some(Link::new(links::SCHOOL_RESUME.at(me.connection), "Pauze stoppen"));
            card
        }
        Lifecycle::Completed { at } => NextCard::new("done", "completed", "Klaar", "De import in Numo is gedaan")
            .say(format!("Gemeld op {}. Jullie hoeven hier niets meer te doen.", words::date_nl(at)))
            .say(IMPORT_AGAIN),
        Lifecycle::Active if verdict_of_all(state).is_open() => {
            NextCard::new("done", "import", "Jouw volgende stap", "Je kunt nu importeren in Numo")
                .say(open_sentence(truths))
        }
        Lifecycle::Active => under_way(truths, me, names),
    }
}

/// Pupils come and go, so it is done more than once.
pub(super) const IMPORT_AGAIN: &str = "Zijn er nieuwe leerlingen of andere wijzigingen? Importeer dan opnieuw via TOOLS > \
                                       IMPORTEREN > MAGISTER IMPORT.";

/// An import stays open while what the newest check denies keeps its tries: then not all is yes.
fn open_sentence(truths: &Truths<'_>) -> &'static str {
    if truths.has_doubts() {
        "De laatste controle van de verbinding is niet geslaagd. Je kunt nog wel importeren. Hieronder staat hoe."
    } else {
        "Op alle vijf vragen is het antwoord ja. Hieronder staat hoe je importeert."
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
            let title = match advice {
                // What is wrong is no step; what to do is.
                Advice::Plain(CheckCode::ListNotGranted) => "Vink de lijst KurveLeerlingData aan",
                other => words::advice_title(other),
            };
            let mut asked = NextCard::new("now", "connection", "Jouw volgende stap", title);
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
        (Some(_), _) => ("wait", "Een collega is aan de beurt", "Deze stap openen"),
        (None, true) => ("now", "Jouw volgende stap", "Deze stap openen"),
        (None, false) => ("now", "Jouw volgende stap", "Vraag een collega"),
    };
    let title = match (kind, step) {
        ("now", Step::ConsentGiven) if !may_do(state, me, step) => "Vraag de superbeheerder om consent te geven",
        (_, step) => words::step_name(step),
    };
    let mut card = NextCard::new(kind, step.as_str(), label, title);
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
    card = card.say(words::who_can(step));
    card = card.say(evidence::holder_sentence(truths, names, step));
    card.link = Some(Link::new(page, button));
    card
}

fn magisters_turn(truths: &Truths<'_>, me: &Contact, names: &Names, open: OpenStep) -> NextCard {
    let since = words::date_nl(open.since);
    let mut card = NextCard::new("wait", open.step.as_str(), "Wachten op Magister", "Magister is aan de beurt")
        .say(format!("Sinds {since}. Magister bevestigt de allowlisting bij degene die het ticket heeft ingediend."))
        .say("Heb je de bevestiging? Meld dat dan hier.");
    let now = words::now_sentence(&truths.of(open.step));
    if !now.is_empty() {
        card = card.say(now);
    }
    if let Some(kurve) = oldest_of_kurve(truths) {
        card = card.say(kurve_sentence(truths.state, names, kurve));
    }
    card.link = Some(Link::new(links::SCHOOL_STEP.step(me.connection, open.step), "Bevestiging melden"));
    card
}

fn kurves_turn(truths: &Truths<'_>, me: &Contact, names: &Names) -> NextCard {
    let state = truths.state;
    let Some(open) = oldest_of_kurve(truths) else {
        // Nothing open and the import closed cannot be: something is always open until all is yes.
        return NextCard::new("wait", "none", "Nu niets te doen", "Jullie hoeven nu niets te doen");
    };
    let title = format!("Kurve is aan de beurt sinds {}", words::date_nl(open.since));
    let is_doubted = open.step == Step::ActivationConfirmed && truths.has_doubts();
    let said = if is_doubted { DOUBTED.to_owned() } else { kurve_sentence(state, names, open) };
    let mut card = NextCard::new("wait", open.step.as_str(), "Nu niets te doen", title).say(said);
    card.link = Some(Link::new(links::SCHOOL_STEP.step(me.connection, open.step), "Deze stap openen"));
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
            "Kurve zet het wachtwoord en de query klaar. Wie van jullie toegang heeft, krijgt dan een mail.".to_owned()
        }
        (false, Step::ActivationConfirmed) => {
            "Alles van jullie kant is klaar. Kurve activeert de koppeling in Numo. Zodra je kunt importeren, lees je dat hier."
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
#[path = "next_tests.rs"]
mod tests;
