//! The page of one step: how it is done, by whom, who has the ball, what supports it, and the buttons.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use strum::IntoEnumIterator;

use crate::domain::audit::{Action, Entry};
use crate::domain::check::{Advice, CheckCode, Truths};
use crate::domain::ids::ConnectionId;
use crate::domain::join::JoinRequest;
use crate::domain::onboarding::{Change, FallCause, Step, StepState};
use crate::links;
use crate::services::checks;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::onboarding::{credentials, details, onboardings};
use crate::services::operations::usual;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::kept;
use crate::web::ladder::{self, CheckButton};
use crate::web::page::{self, Frame};
use crate::web::portal::act::{self, Act};
use crate::web::portal::choice::{self, Choice};
use crate::web::portal::connection;
use crate::web::portal::evidence::{self, Fact, TimelineRow};
use crate::web::portal::hold::Seen;
use crate::web::portal::kept_step;
use crate::web::portal::next::Link;
use crate::web::portal::opened::{Around, Opened, StepPath, open};
use crate::web::portal::school_rows::{self, SchoolRow};
use crate::web::portal::sketch::{self, Line};
use crate::web::portal::step_parts::{self, Allowed, CredentialsPanel, DetailsForm, HandOverForm, Section, Typed};
use crate::web::portal::verdict::{Here, Verdict};
use crate::web::portal::view;
use crate::words::{self, HelpLink, Names};

/// How many lines of the step's history are shown, the newest first.
const HISTORY_LINES: u64 = 40;

/// What stands of a step before its forms.
struct StepText {
    key: &'static str,
    name: &'static str,
    /// "stap 5 van 9".
    place: String,
    question: &'static str,
    kind: &'static str,
    words: &'static str,
    holder: String,
    needs: Vec<Link>,
    /// Why it is open again, and what Kurve wrote with that.
    fallen: String,
    fallen_by: String,
    reason: String,
    /// What Kurve answered to "Het lukt niet".
    answer: String,
    /// What the school said that does not work.
    stuck: String,
    stuck_by: String,
    /// What the newest check saw of it, and when; empty where that says nothing new.
    sight: String,
    /// What to do now, by that check; empty where it is the step itself.
    to_do: &'static str,
    /// What is wrong, in a few words.
    to_do_title: &'static str,
    /// Where that is done, if it is elsewhere.
    to_do_link: Option<Link>,
    /// How far that check came, and what to look at.
    verdict: Verdict,
    is_done: bool,
    who_can: &'static str,
    instruction: Vec<Line>,
    /// Some line has a sketch.
    is_drawn: bool,
    afterwards: &'static str,
    /// The sketch of what one sees afterwards, or nothing.
    afterwards_sketch: &'static str,
    /// What the manual points to here, as far as this installation knows of it.
    help: Vec<HelpLink>,
}

/// Where the forms go.
struct Paths {
    claim: String,
    take_back: String,
    stuck: String,
    hand_over: String,
    details: String,
    password: String,
    new_password: String,
    query: String,
}

#[derive(Template)]
#[template(path = "portal/step.html")]
struct StepPage {
    frame: Frame,
    around: Around,
    typed: Typed,
    step: StepText,
    can: Allowed,
    /// What stands beside the instructions.
    act: Act,
    paths: Paths,
    panel: Option<CredentialsPanel>,
    /// The button for a check, where a check can prove the step.
    check: Option<CheckButton>,
    /// The version that stands in a claim of the password; empty elsewhere.
    credential_version: String,
    /// What to press first: `panel`, `claim`, `details`, `hand_over` or nothing.
    first: &'static str,
    claim_open: bool,
    stuck_open: bool,
    hand_over_open: bool,
    colleague: HandOverForm,
    colleagues: Vec<Choice>,
    roles: Vec<Choice>,
    details: DetailsForm,
    detail_facts: Vec<Fact>,
    /// The schools, where the connection carries several and the step is about each.
    schools: Vec<SchoolRow>,
    regions: Vec<Choice>,
    ticket_text: &'static str,
    statements: Vec<String>,
    next_path: String,
    history: Vec<TimelineRow>,
    /// Where this page is, for who has it on paper.
    address: String,
}

pub(super) async fn show(
    State(web): State<WebState>,
    who: SchoolContact,
    StepPath(step): StepPath,
) -> Result<Response, PageError> {
    let kept = kept_step::typed(&web, &who, step).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, step, kept.unwrap_or_default()).await?;
    page::show(&StepPage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

/// The page again, with what was typed and what is wrong.
pub(super) async fn come_back(
    web: &WebState,
    who: &SchoolContact,
    step: Step,
    typed: Typed,
) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(web, who, step, typed).await?)
}

async fn build(web: &WebState, who: &SchoolContact, step: Step, mut typed: Typed) -> Result<StepPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let names = view::names_of(&file, who.contact.id);
    let call = who.call();
    let shows_credentials = matches!(step, Step::QueryExecuted | Step::PasswordSet);
    let issued =
        if shows_credentials { credentials::find_issued(&web.context, file.connection.id).await? } else { None };
    let panel = issued.map(|issued| step_parts::credentials_panel(&file, &issued, &who.contact, &call));
    let check = if step.can_be_proven() && file.state.credential_version() > 0 {
        let latest = checks::latest(&web.context, file.connection.id).await?;
        Some(connection::button(web, who, &file, latest.as_ref()))
    } else {
        None
    };
    let lines = history_of(web, file.connection.id, step).await?;
    let mut can = step_parts::allowed(&file.state, step, &call);
    if !file.state.obstacles(step).is_empty() {
        // What Kurve does first is said on top.
        can.claim_refusal.clear();
    } else if !can.claim_refusal.is_empty() && panel.as_ref().is_some_and(|panel| !panel.is_vouched) {
        can.claim_refusal = words::seen_by_colleague().to_owned();
    }
    let truths = Truths { state: &file.state, newest: checks::newest(&web.context, file.connection.id).await? };
    let act = act::of(
        &Seen {
            truths: &truths,
            names: &names,
            me: &who.contact,
            contacts: &file.contacts,
            usual: usual::load(&web.context, who.visit.now).await?,
        },
        step,
        &can,
        panel.as_ref(),
    );
    let mut text = step_text(who, &truths, &names, step);
    text.help = words::step_help(step, &web.context.help_links);
    let schools = match step {
        Step::ActivationConfirmed | Step::DetailsSubmitted => school_rows::activation_rows(&file, &names),
        _ => vec![],
    };
    if step == Step::ActivationConfirmed && !schools.is_empty() {
        // Of the school that is least far: its row says so.
        text.fallen.clear();
    }
    let gives_details = step == Step::DetailsSubmitted;
    let asked = if gives_details { details::find_asked(&web.context, &file).await? } else { None };
    let first =
        act::first_button(step, &can, panel.as_ref(), act::was_downloaded(&lines, file.state.credential_version()));
    let section = typed.section;
    let mut colleague = std::mem::take(&mut typed.colleague);
    if section != Section::HandOver && step == Step::ConsentGiven {
        colleague.colleague_role = crate::domain::roles::ContactRole::Superbeheerder.as_str().to_owned();
    }
    if section != Section::Claim && step == Step::AllowlistingConfirmed {
        typed.ticket = evidence::ticket_given(&file.state);
    }
    Ok(StepPage {
        paths: paths(who, step),
        credential_version: credential_version(&file, step),
        first,
        act,
        claim_open: section == Section::Claim || !typed.ticket.is_empty(),
        stuck_open: section == Section::Stuck,
        hand_over_open: section == Section::HandOver || first == "hand_over",
        colleague,
        colleagues: choice::colleagues(&file.contacts, &who.contact, step),
        roles: step_parts::role_choices(),
        details: typed.details.take().unwrap_or_else(|| DetailsForm::given(&file, asked.as_ref())),
        detail_facts: detail_facts(&file, asked.as_ref()),
        regions: step_parts::region_choices(),
        ticket_text: words::ticket_text(),
        address: web.context.base.to(&who.at_step(links::SCHOOL_STEP, step)),
        statements: match (step, &*schools) {
            // Each school has its own, in its row.
            (Step::ActivationConfirmed, [_, ..]) => vec![],
            _ => evidence::evidence_sentences(&truths.of(step), &names),
        },
        schools,
        next_path: who.at_step(links::SCHOOL_STEP, Step::QueryExecuted),
        history: lines.iter().map(|line| evidence::timeline_row(line, &names)).collect(),
        frame,
        around,
        typed,
        step: text,
        can,
        panel,
        check,
    })
}

/// What happened to a step, the newest first; with what made it fall, where that was another step.
async fn history_of(web: &WebState, connection: ConnectionId, step: Step) -> Result<Vec<Entry>, PageError> {
    let mut lines = onboardings::list_of_step(&web.context, connection, step, HISTORY_LINES).await?;
    let fall = |line: &Entry| match &line.action {
        Action::Onboarding(Change::StepFell { step, cause }) => Some((*step, cause.clone())),
        _ => None,
    };
    let root_of = |line: &Entry| match fall(line)?.1 {
        FallCause::NeededStepFell { step: root } => Some((root, line.onboarding_version)),
        _ => None,
    };
    let roots: BTreeSet<(Step, Option<i32>)> = lines.iter().filter_map(root_of).collect();
    for root in roots.iter().map(|(root, _)| *root).collect::<BTreeSet<Step>>() {
        let others = onboardings::list_of_step(&web.context, connection, root, HISTORY_LINES).await?;
        let fell_along =
            |line: &Entry| fall(line).is_some_and(|(fallen, _)| roots.contains(&(fallen, line.onboarding_version)));
        lines.extend(others.into_iter().filter(fell_along));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.id));
    Ok(lines)
}

/// Of the password that the page is about; empty where it is about none.
fn credential_version(file: &ConnectionFile, step: Step) -> String {
    if step == Step::PasswordSet { file.state.credential_version().to_string() } else { String::new() }
}

fn step_text(who: &SchoolContact, truths: &Truths<'_>, names: &Names, step: Step) -> StepText {
    let (state, truth) = (truths.state, truths.of(step));
    let instruction = sketch::lines(step);
    let (kind, said) = view::standing(truths, step);
    let needs = state.missing_for(step).into_iter();
    let mut text = StepText {
        key: step.as_str(),
        name: words::step_name(step),
        place: place(step),
        question: words::gate_question(step.gate()),
        kind,
        words: said,
        holder: evidence::holder_sentence(truths, names, step),
        needs: needs.map(|need| Link::new(who.at_step(links::SCHOOL_STEP, need), words::step_name(need))).collect(),
        fallen: String::new(),
        fallen_by: String::new(),
        reason: String::new(),
        answer: String::new(),
        stuck: String::new(),
        stuck_by: String::new(),
        sight: words::sight_sentence(&truth),
        to_do: truth.to_do.map(words::advice_sentence).unwrap_or_default(),
        to_do_title: truth.to_do.map(words::advice_title).unwrap_or_default(),
        to_do_link: truth.to_do.and_then(|advice| elsewhere(who, step, advice)),
        verdict: truth
            .to_do
            .zip(truths.newest)
            .map(|(advice, newest)| Verdict::new(newest.code, advice, Here { connection: who.connection(), step }))
            .unwrap_or_default(),
        is_done: state.is_yes(step),
        who_can: words::who_can(step),
        is_drawn: instruction.iter().any(|line| !line.sketch.is_empty()),
        instruction,
        afterwards: words::check_afterwards(step),
        afterwards_sketch: sketch::afterwards(step),
        help: vec![],
    };
    if let Some(fallen) = state.fallen(step) {
        text.fallen = match fallen.cause {
            FallCause::CredentialsRenewed => words::why_open(&fallen.cause, &truth),
            _ => words::fall_cause(&fallen.cause),
        };
        text.fallen_by = said_by(&fallen.by, fallen.at, names);
        text.reason = words::fall_reason(&fallen.cause).map(ToString::to_string).unwrap_or_default();
    }
    match state.step(step) {
        StepState::Open { answer, .. } => {
            text.answer = answer.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        StepState::Stuck { since, reason, by, .. } => {
            text.stuck = reason.to_string();
            text.stuck_by = said_by(by, *since, names);
        }
        StepState::Waiting | StepState::Yes { .. } => {}
    }
    text
}

/// "stap 5 van 9".
fn place(step: Step) -> String {
    let number = Step::iter().position(|one| one == step).map_or(0, |place| place + 1);
    format!("stap {number} van {}", Step::iter().len())
}

/// Where what a check asks is done, if that is not here.
fn elsewhere(who: &SchoolContact, step: Step, advice: Advice) -> Option<Link> {
    if advice == Advice::Plain(CheckCode::HostUnknown) {
        return Some(Link::new(links::correct_domain(who.connection()), "Schooldomein verbeteren"));
    }
    if ladder::is_written_to_kurve(advice) {
        return Some(Link::new(links::write_to_kurve(who.connection()), "Bericht aan Kurve schrijven"));
    }
    let place = advice.step().filter(|place| *place != step)?;
    Some(Link::new(who.at_step(links::SCHOOL_STEP, place), format!("Naar “{}”", words::step_name(place))))
}

fn said_by(by: &crate::domain::actor::Actor, at: chrono::DateTime<chrono::Utc>, names: &Names) -> String {
    format!("{}, {}", words::actor_name(by, names), words::moment_nl(at))
}

/// What the school gave; what is asked for elsewhere reads as any other.
fn detail_facts(file: &ConnectionFile, asked: Option<&JoinRequest>) -> Vec<Fact> {
    let details = &file.connection.details;
    let fact = |name: &str, value: String| Fact { name: name.to_owned(), value };
    let (name, carried) = if file.connection.has_many() {
        ("Naam van de koppeling", "Scholen")
    } else {
        ("Naam van de school", "BRIN-nummer")
    };
    let brin = asked.filter(|_| !file.connection.has_many()).map(|asked| asked.school.brin.to_string());
    vec![
        fact(name, details.name.to_string()),
        fact(carried, brin.unwrap_or_else(|| file.connection.carried.to_string())),
        fact("Schooldomein", asked.map_or(&details.domain, |asked| &asked.domain).to_string()),
        fact("Vakantieregio", details.region.label_nl().to_owned()),
    ]
}

fn paths(who: &SchoolContact, step: Step) -> Paths {
    Paths {
        claim: who.at_step(links::SCHOOL_CLAIM, step),
        take_back: who.at_step(links::SCHOOL_TAKE_BACK, step),
        stuck: who.at_step(links::SCHOOL_STUCK, step),
        hand_over: who.at_step(links::SCHOOL_HAND_OVER, step),
        details: who.at(links::SCHOOL_DETAILS),
        password: who.at(links::SCHOOL_PASSWORD),
        new_password: who.at(links::SCHOOL_NEW_PASSWORD),
        query: who.at(links::SCHOOL_QUERY),
    }
}
