//! The overview: how far the school is, what comes next, the five questions, and the verdict.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Lifecycle, Onboarding};
use crate::links;
use crate::services::checks::{self, ActivationAnswer};
use crate::services::onboarding::arrangements;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::page::{self, Frame};
use crate::web::portal::connection::{self, ConnectionPanel};
use crate::web::portal::my_reminders;
use crate::web::portal::next::{self, NextCard};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::view::{self, GateRow, ReasonRow};
use crate::words;

/// The verdict with what it means.
struct ImportPanel {
    is_open: bool,
    reasons: Vec<ReasonRow>,
    instruction: &'static [&'static str],
    licence: &'static str,
    can_report: bool,
    report_path: String,
    /// Leave of an admin to activate without a check that passed; empty when there is none.
    leave: String,
}

impl ImportPanel {
    fn of(state: &Onboarding, answer: &ActivationAnswer, report_path: String) -> Self {
        let reasons = view::closed_reasons(state);
        let is_open = reasons.is_empty();
        let instruction = words::import_instruction();
        // The last line asks to report it: not to someone who did.
        let is_done = state.lifecycle().is_completed();
        let leave = answer.counting_leave();
        let shown = if is_done { instruction.len() - 1 } else { instruction.len() };
        Self {
            is_open,
            reasons,
            instruction: &instruction[..shown],
            licence: words::licence_note(),
            can_report: is_open && !is_done,
            report_path,
            leave: leave.map(|leave| words::leave(leave.at, &leave.reason)).unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "portal/overview.html")]
struct OverviewPage {
    frame: Frame,
    around: Around,
    done_text: String,
    card: NextCard,
    gates: Vec<GateRow>,
    import: ImportPanel,
    connection: Option<ConnectionPanel>,
    people: Vec<(String, &'static str)>,
    lifecycle: &'static str,
    pause_label: &'static str,
    can_stop: bool,
    /// Until when reminders are off; empty while they are on.
    snoozed_until: String,
    /// Reminders come to this school, unless they are off.
    has_reminders: bool,
    reminders_path: String,
    wake_path: String,
    own_days_path: String,
    pause_path: String,
    stop_path: String,
    /// Whether this contact put their reminders off.
    is_unreminded: bool,
    my_reminders_path: String,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let Opened { frame, around, file } = open(&web, &who, "overview").await?;
    let arrangement = arrangements::load(&web.context, who.connection()).await?;
    let answer = checks::activation(&web.context, file.connection.id).await?;
    let connection = connection::panel(&web, &who, &file).await?;
    let failed = connection.as_ref().and_then(|panel| panel.failed);
    let names = view::names_of(&file);
    let gates = view::gate_rows(&file.state, &names, who.connection());
    let people = file.contacts.iter().filter(|contact| contact.is_active());
    let lifecycle = file.state.lifecycle();
    page::show(&OverviewPage {
        frame,
        around,
        done_text: view::done_text(&gates),
        card: next::beside_check(next::card(&file.state, &who.contact, &names), &file.state, &who.contact, failed),
        gates,
        import: ImportPanel::of(&file.state, &answer, who.at(links::SCHOOL_IMPORTED)),
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
        is_unreminded: my_reminders::is_stopped(&web, &who).await?,
        my_reminders_path: who.at(links::SCHOOL_REMINDERS_TO_ME),
    })
}
