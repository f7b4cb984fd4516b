//! The overview: how far the connection is, the one thing to do now, the five questions, and how to import once that can be.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::audit::Entry;
use crate::domain::check::Truths;
use crate::domain::help_links::HelpLinks;
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Lifecycle, Refusal};
use crate::domain::school::School;
use crate::links;
use crate::services::ServiceError;
use crate::services::checks::{self, ActivationAnswer};
use crate::services::messages::thread;
use crate::services::onboarding::arrangements;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::operations::usual;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::form::FieldErrors;
use crate::web::page::{self, Frame};
use crate::web::portal::ask_kurve::{Ask, Question};
use crate::web::portal::connection::{self, ConnectionPanel};
use crate::web::portal::evidence;
use crate::web::portal::hold::Seen;
use crate::web::portal::my_reminders;
use crate::web::portal::next::{self, Link, NextCard};
use crate::web::portal::next_of_several;
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::school_boxes;
use crate::web::portal::school_rows::{self, SchoolRow, Standing, listed, standing_so};
use crate::web::portal::since::{self, Since};
use crate::web::portal::undo_end;
use crate::web::portal::view::{self, GateRow, Train};
use crate::words::{self, HelpLink, Names};

const REPORT_IN_ROW: &str = "Is de import gelukt? Meld dat dan hierboven, bij de school.";

/// How many lines of the timeline are searched for who reported an import.
const SEARCHED_LINES: u64 = 400;

/// How to import, once that can be; before that only what the list of steps does not say.
struct ImportPanel {
    is_open: bool,
    /// The schools that can import, where others cannot yet; empty otherwise.
    open_for: String,
    instruction: Vec<&'static str>,
    licence: &'static str,
    /// The field that names the school whose import can be reported here; empty when there is none.
    report_field: String,
    report_path: String,
    /// Why this visitor cannot report an import; empty when they can, or when there is nothing to report.
    report_refusal: String,
    /// Asks Kurve for what they lack.
    ask: Ask,
    /// What the manual points to here, as far as this installation knows of it.
    help: Vec<HelpLink>,
    /// Leave of an admin to activate without a check that passed; empty when there is none.
    leave: String,
    /// Why Kurve activated although the newest check was no ground for it.
    despite: Vec<String>,
}

impl ImportPanel {
    fn of(file: &ConnectionFile, answer: &ActivationAnswer, who: &SchoolContact, help: &HelpLinks) -> Self {
        let may_report = who.contact.is_vouched();
        let may_import = open_schools(&file.state);
        let open: Vec<&School> = file.schools.iter().filter(|school| may_import.contains(&school.id)).collect();
        let is_done = open.iter().all(|school| Standing::of(&file.state, school.id) == Standing::Done);
        let mut instruction = words::import_instruction().to_vec();
        // The last line asks to report it: not to someone who did.
        let asks = instruction.pop().filter(|_| !is_done);
        // Each of several schools has its own button, in its row.
        instruction.extend(asks.map(|asks| if file.connection.has_many() { REPORT_IN_ROW } else { asks }));
        let leave = answer.counting_leave();
        Self {
            is_open: !open.is_empty(),
            open_for: if open.len() < file.state.live().count() { listed(&open) } else { String::new() },
            instruction,
            licence: words::licence_note(),
            report_field: match file.only_school() {
                Some(only) if !is_done && may_report => school_boxes::field(only.id),
                Some(_) | None => String::new(),
            },
            report_path: who.at(links::SCHOOL_IMPORTED),
            report_refusal: match is_done || may_report {
                true => String::new(),
                false => words::refusal(&Refusal::NotVouched),
            },
            ask: Ask::access(&who.contact),
            help: words::import_help(help),
            leave: leave.map(|leave| words::leave(leave.at, &leave.reason)).unwrap_or_default(),
            despite: words::despite_lines(&file.state),
        }
    }
}

#[derive(Template)]
#[template(path = "portal/overview.html")]
struct OverviewPage {
    /// What is wrong with a form of the page, where one came back.
    errors: FieldErrors,
    frame: Frame,
    around: Around,
    train: Train,
    card: NextCard,
    gates: Vec<GateRow>,
    /// What changed since the visit before.
    since: Option<Since>,
    /// A question to Kurve, where a school stopped.
    ask: Option<Ask>,
    /// The schools, where the connection carries several.
    schools: Vec<SchoolRow>,
    import: ImportPanel,
    connection: Option<ConnectionPanel>,
    people: Vec<(String, &'static str)>,
    lifecycle: &'static str,
    pause_label: &'static str,
    can_stop: bool,
    /// Until when reminders are off; empty while they are on.
    snoozed_until: String,
    /// Reminders come for this connection, unless they are off.
    has_reminders: bool,
    reminders_path: String,
    wake_path: String,
    own_days_path: String,
    pause_path: String,
    stop_path: String,
    /// Whether this contact put their reminders off.
    is_unreminded: bool,
    my_reminders_path: String,
    undo_path: String,
    /// What Kurve and the school wrote to each other; empty while nobody wrote.
    messages_path: String,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    page::show(&build(&web, &who, FieldErrors::default()).await?)
}

/// The overview again, with what is wrong with a form on it.
pub(super) async fn come_back(web: &WebState, who: &SchoolContact, errors: FieldErrors) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(web, who, errors).await?)
}

async fn build(web: &WebState, who: &SchoolContact, errors: FieldErrors) -> Result<OverviewPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "overview").await?;
    let arrangement = arrangements::load(&web.context, who.connection()).await?;
    let answer = checks::activation(&web.context, file.connection.id).await?;
    let connection = connection::panel(web, who, &file).await?;
    let failed = connection.as_ref().and_then(|panel| panel.failed);
    let names = view::names_of(&file, who.contact.id);
    let truths = Truths { state: &file.state, newest: checks::newest(&web.context, file.connection.id).await? };
    let usual = usual::load(&web.context, who.visit.now).await?;
    let gates =
        view::gate_rows(&Seen { truths: &truths, names: &names, me: &who.contact, contacts: &file.contacts, usual });
    let mut train = view::train(&truths);
    if let Some(activated) = evidence::activated_text(&file.state).filter(|_| around.has_many) {
        train.text = format!("{}, {activated}", train.text);
    }
    let people = file.contacts.iter().filter(|contact| contact.is_active());
    let lifecycle = file.state.lifecycle();
    let card = next_of_several::card(&file, &truths, &who.contact);
    let mut card = card.unwrap_or_else(|| next::card(&truths, &who.contact, &names)).usually(&truths, usual);
    let undone_until = |school| undo_end::undone_until(&file.state, school, &who.contact, who.visit.now);
    if let Some(until) = file.only_school().and_then(|school| undone_until(school.id)) {
        card = card.say(format!("Klopt dit niet? Tot {} kun je het terugdraaien.", words::date_nl(until)));
        card.post = Some(Link::new(who.at(links::SCHOOL_UNDO_END), "Terugdraaien"));
    } else if lifecycle.is_withdrawn() && !file.connection.has_many() {
        card = card.say("Druk niet op MAGISTER IMPORT in Numo.").say("Willen jullie toch verder? Vraag het Kurve.");
    }
    let asks_kurve = lifecycle.is_withdrawn() && card.post.is_none();
    let mut schools = school_rows::rows(&file, &names, &reports(web, &file).await?);
    for row in &mut schools {
        let school = file.schools.iter().find(|school| school_boxes::field(school.id) == row.field);
        row.can_undo = school.is_some_and(|school| undone_until(school.id).is_some());
        row.can_report &= who.contact.is_vouched();
    }
    Ok(OverviewPage {
        errors,
        frame,
        train,
        around,
        card: next::beside_check(card, &file.state, &who.contact, failed),
        gates,
        schools,
        since: since(web, who, &names).await?,
        ask: asks_kurve.then(|| Ask::new(&who.contact, Question::GoOn, None)),
        import: ImportPanel::of(&file, &answer, who, &web.context.help_links),
        connection,
        people: people.map(|contact| (contact.name.as_str().to_owned(), contact.roles.words_nl())).collect(),
        lifecycle: lifecycle.as_str(),
        pause_label: match lifecycle {
            Lifecycle::Active => "Op pauze zetten",
            Lifecycle::Paused { .. } => "Pauze veranderen",
            Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => "",
        },
        can_stop: !lifecycle.is_withdrawn(),
        snoozed_until: arrangement
            .rests_until(amsterdam_date(who.visit.now))
            .map(words::date_only_nl)
            .unwrap_or_default(),
        has_reminders: matches!(lifecycle, Lifecycle::Active),
        reminders_path: who.at(links::SCHOOL_REMINDERS),
        wake_path: who.at(links::SCHOOL_WAKE),
        own_days_path: who.at(links::SCHOOL_OWN_DAYS),
        pause_path: who.at(links::SCHOOL_PAUSE),
        stop_path: who.at(links::SCHOOL_WITHDRAW),
        is_unreminded: my_reminders::is_stopped(web, who).await?,
        my_reminders_path: who.at(links::SCHOOL_REMINDERS_TO_ME),
        undo_path: who.at(links::SCHOOL_UNDO_END),
        messages_path: match thread::has_any(&web.context, who.connection()).await? {
            true => who.at(links::SCHOOL_MESSAGES),
            false => String::new(),
        },
    })
}

/// What changed since this contact was here before.
async fn since(web: &WebState, who: &SchoolContact, names: &Names) -> Result<Option<Since>, ServiceError> {
    let timeline = onboardings::list_timeline(&web.context, who.connection(), None, since::SEARCHED_LINES).await?;
    let visitor = since::Visitor { me: who.contact.id, signed_in_at: who.signed_in_at, names };
    Ok(since::since(&timeline, visitor))
}

/// The lines that may say who reported an import; none where no page asks.
async fn reports(web: &WebState, file: &ConnectionFile) -> Result<Vec<Entry>, ServiceError> {
    if !file.connection.has_many() || standing_so(file, Standing::Done).is_empty() {
        return Ok(vec![]);
    }
    onboardings::list_timeline(&web.context, file.connection.id, None, SEARCHED_LINES).await
}
