//! The pages of a school contact: what is done, what is theirs to do now and how, and who has the ball since when.
//!
//! [`view`], [`evidence`], [`next`] and [`school_rows`] turn an onboarding into rows and sentences; `overview` and `step`
//! show them; the other files answer one form each. Not here: signing in (`public/`). To add a page: a path in
//! [`crate::links`], a file with struct and handler, a template in `templates/portal/`, a route below, a row in
//! `tests/it/security.rs`.

mod act;
mod ask_kurve;
mod choice;
mod choose;
mod colleague;
mod connection;
mod contacts;
mod credentials;
mod details;
mod evidence;
mod hand_over;
mod hold;
mod imported;
mod kept_step;
mod leave;
mod messages;
mod my_reminders;
mod next;
mod next_of_several;
mod onwards;
mod opened;
mod option_b;
mod overview;
mod own_days;
mod pause;
mod reader;
mod reminders;
mod school_boxes;
mod school_rows;
mod schools;
mod since;
mod sketch;
mod step;
mod step_actions;
mod step_parts;
mod take_over;
mod undo_end;
mod verdict;
mod view;
mod withdraw;

use axum::Router;
use axum::routing::{get, post};

use crate::links;
use crate::web::WebState;

/// The routes of this folder.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(links::SCHOOLS, get(choose::show))
        .route(links::SCHOOL.route(), get(overview::show))
        .route(links::SCHOOL_STEP.route(), get(step::show))
        .route(links::SCHOOL_CLAIM.route(), post(step_actions::claim))
        .route(links::SCHOOL_TAKE_BACK.route(), post(step_actions::take_back))
        .route(links::SCHOOL_STUCK.route(), post(step_actions::report_stuck))
        .route(links::SCHOOL_HAND_OVER.route(), post(hand_over::create))
        .route(links::SCHOOL_TAKE_OVER.route(), post(take_over::create))
        .route(links::SCHOOL_ASK.route(), post(ask_kurve::create))
        .route(links::SCHOOL_DETAILS.route(), post(details::create))
        .route(links::SCHOOL_PASSWORD.route(), post(credentials::reveal))
        .route(links::SCHOOL_NEW_PASSWORD.route(), post(credentials::ask_for_new))
        .route(links::SCHOOL_QUERY.route(), post(credentials::download))
        .route(links::SCHOOL_IMPORTED.route(), post(imported::create))
        .route(links::SCHOOL_CONTACTS.route(), get(contacts::list).post(contacts::create))
        .route(links::SCHOOL_COLLEAGUE.route(), get(colleague::show))
        .route(links::SCHOOL_COLLEAGUE_ADDRESS.route(), post(colleague::correct_address))
        .route(links::SCHOOL_COLLEAGUE_ROLE.route(), post(colleague::propose_role))
        .route(links::SCHOOL_COLLEAGUE_ACCESS.route(), post(colleague::ask_access))
        .route(links::SCHOOL_COLLEAGUE_REMOVE.route(), post(colleague::remove))
        .route(links::SCHOOL_READER.route(), post(reader::create))
        .route(links::SCHOOL_LEAVE.route(), get(leave::show).post(leave::create))
        .route(links::SCHOOL_SCHOOLS.route(), get(schools::show).post(schools::create))
        .route(links::SCHOOL_CONNECTION.route(), get(connection::show).post(connection::create))
        .route(links::SCHOOL_DOMAIN.route(), post(connection::correct_domain))
        .route(links::SCHOOL_CHECK.route(), get(connection::show_one))
        .route(links::SCHOOL_CHECK_LIVE.route(), get(connection::show_live))
        .route(links::SCHOOL_MESSAGES.route(), get(messages::show).post(messages::create))
        .route(links::SCHOOL_PAUSE.route(), get(pause::show).post(pause::create))
        .route(links::SCHOOL_REMINDERS_TO_ME.route(), post(my_reminders::resume))
        .route(links::SCHOOL_RESUME.route(), post(pause::resume))
        .route(links::SCHOOL_REMINDERS.route(), get(reminders::show).post(reminders::create))
        .route(links::SCHOOL_WAKE.route(), post(reminders::wake))
        .route(links::SCHOOL_OWN_DAYS.route(), get(own_days::show).post(own_days::create))
        .route(links::SCHOOL_OWN_DAYS_REMOVE.route(), post(own_days::remove))
        .route(links::SCHOOL_OPTION_B.route(), get(option_b::show_first))
        .route(links::SCHOOL_OPTION_B_OF.route(), get(option_b::show))
        .route(links::SCHOOL_OPTION_B_TABLE.route(), get(option_b::show_table).post(option_b::keep_table))
        .route(links::SCHOOL_OPTION_B_MADE.route(), post(option_b::file_made))
        .route(links::SCHOOL_OPTION_B_CLEANED.route(), post(option_b::cleaned_up))
        .route(links::SCHOOL_UNDO_END.route(), post(undo_end::create))
        .route(links::SCHOOL_WITHDRAW.route(), get(withdraw::show).post(withdraw::create))
}
