//! Kurve's own pages: what waits, every school and its connection, and what a colleague can do about each.
//!
//! Reading takes [`Staff`](crate::web::extract::Staff), changing takes
//! [`ActingStaff`](crate::web::extract::ActingStaff); signing in and choosing a password are public. To add a button: a
//! form in [`forms`], a handler that ends in [`press`], and the place where it applies in [`school`] or [`panels`].

mod account;
mod account_factor;
mod account_identity;
mod addresses;
mod alarms;
mod api_keys;
mod ask;
mod bulk;
mod bulk_bar;
mod bulk_begin;
mod bulk_choose;
mod check_run;
mod colleague_actions;
mod colleague_rows;
mod colleagues;
mod connection;
mod connections;
mod contact_address;
mod contacts;
mod credentials;
mod desk;
mod details;
mod export;
mod form_response;
mod forms;
mod grounds;
mod identity;
mod identity_fault;
mod insight;
mod invite;
mod leaving;
mod lifecycle;
mod mail;
mod mail_unreadable;
mod mails;
mod mentions;
mod message_templates;
mod messages;
mod moves;
mod notes;
mod now;
mod option_b;
mod panels;
mod pressed;
mod privacy;
mod reminders;
mod requests;
mod roster;
mod same_press;
mod school;
mod school_actions;
mod school_forms;
mod school_rows;
mod schools;
mod sign_in;
mod steps;
mod system;
mod system_words;
mod takings;
mod tally;
mod timeline;
mod unconfirmed;
mod view;
mod views;
mod way_back;
mod webhook;
mod webhooks;
mod work_forms;
mod work_rows;
mod worklist;
mod worklist_query;

use axum::Router;
use axum::routing::{get, post};

use crate::links;
use crate::web::WebState;

/// The routes of this folder.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(links::STAFF, get(worklist::show))
        .route(links::STAFF_SIGN_IN, get(sign_in::show).post(sign_in::create))
        .route(links::STAFF_SIGN_OUT, post(sign_in::delete))
        .route(links::STAFF_PROVIDER, post(identity::begin))
        .route(links::STAFF_PROVIDER_BACK, get(identity::show).post(identity::create))
        .route(links::STAFF_INVITE, get(invite::show).post(invite::create))
        .route(links::STAFF_INVITE_PROVIDER, post(identity::begin_invited))
        .route(links::STAFF_SCHOOLS, get(schools::list))
        .route(links::STAFF_SCHOOLS_CSV, get(export::csv))
        .route(links::STAFF_SCHOOLS_XLSX, get(export::workbook))
        .route(links::STAFF_NEW_SCHOOL, get(roster::new_school::new).post(roster::new_school::create))
        .route(links::STAFF_ROSTERS, get(roster::bring::new).post(roster::bring::create))
        .route(links::STAFF_ROSTER_SAMPLE, get(roster::bring::sample))
        .route(links::STAFF_ROSTER, get(roster::list::show).post(roster::list::update))
        .route(links::STAFF_ROSTER_FAULTS, get(roster::faults::csv))
        .route(links::STAFF_ROSTER_RUN, post(roster::run::create))
        .route(links::STAFF_BULK, get(bulk::list).post(bulk_choose::create))
        .route(links::STAFF_BULK_RUN, get(bulk::show))
        .route(links::STAFF_BULK_LIVE, get(bulk::show_live))
        .route(links::STAFF_BULK_BEGIN, post(bulk_begin::create))
        .route(links::STAFF_VIEWS, post(views::create))
        .route(links::STAFF_VIEW_DELETE, post(views::delete))
        .route(links::STAFF_INSIGHT, get(insight::show))
        .route(links::STAFF_SCHOOL, get(school::show))
        .route(links::STAFF_ISSUE, post(credentials::issue))
        .route(links::STAFF_HAND_AGAIN, post(credentials::hand_again))
        .route(links::STAFF_CONFIRM, post(steps::confirm))
        .route(links::STAFF_UNDO, post(steps::undo))
        .route(links::STAFF_SEND_BACK, post(steps::send_back))
        .route(links::STAFF_ANSWER, post(steps::answer))
        .route(links::STAFF_TAKE, post(takings::take))
        .route(links::STAFF_LET_GO, post(takings::let_go))
        .route(links::STAFF_KEEP, post(leaving::keep))
        .route(links::STAFF_KEYS, post(takings::set_keys))
        .route(links::STAFF_PAUSE, post(lifecycle::pause))
        .route(links::STAFF_RESUME, post(lifecycle::resume))
        .route(links::STAFF_ADD_SCHOOL.route(), post(school_actions::add))
        .route(links::STAFF_CHANGE_SCHOOL.route(), post(school_actions::update))
        .route(links::STAFF_ACTIVATE.route(), post(school_actions::activate))
        .route(links::STAFF_DEACTIVATE.route(), post(school_actions::deactivate))
        .route(links::STAFF_WITHDRAW.route(), post(school_actions::withdraw))
        .route(links::STAFF_REOPEN.route(), post(school_actions::reopen))
        .route(links::STAFF_MOVE.route(), post(moves::create))
        .route(links::STAFF_SNOOZE, post(reminders::snooze))
        .route(links::STAFF_WAKE, post(reminders::wake))
        .route(links::STAFF_OWN_DAYS, post(reminders::add_own_days))
        .route(links::STAFF_OWN_DAYS_REMOVE, post(reminders::remove_own_days))
        .route(links::STAFF_NOTE, post(notes::create))
        .route(links::STAFF_NOTE_CHANGE, post(notes::update))
        .route(links::STAFF_NOTE_DELETE, post(notes::delete))
        .route(links::STAFF_MESSAGES, get(messages::show).post(messages::create))
        .route(links::STAFF_MESSAGES_READ, post(messages::mark_read))
        .route(links::STAFF_ATTACHMENT, get(messages::attachment))
        .route(links::STAFF_TEMPLATES, get(message_templates::list).post(message_templates::create))
        .route(links::STAFF_TEMPLATE, get(message_templates::show).post(message_templates::update))
        .route(links::STAFF_TEMPLATE_REMOVE, post(message_templates::delete))
        .route(links::STAFF_DETAILS, get(details::edit).post(details::update))
        .route(links::STAFF_ACCEPT, post(requests::accept))
        .route(links::STAFF_DECLINE, post(requests::decline))
        .route(links::STAFF_CONTACTS, post(contacts::add))
        .route(links::STAFF_CONTACT, post(contacts::update))
        .route(links::STAFF_CONTACT_REMOVE, post(contacts::remove))
        .route(links::STAFF_CONTACT_VOUCH, post(contacts::vouch))
        .route(links::STAFF_CONTACT_ADDRESS, post(contact_address::update))
        .route(links::STAFF_CONNECTION, get(connection::list).post(connection::create))
        .route(links::STAFF_CHECK, get(connection::show))
        .route(links::STAFF_CHECK_LIVE, get(connection::show_live))
        .route(links::STAFF_ALLOW, post(connection::allow))
        .route(links::STAFF_CONNECTIONS, get(connections::list).post(connections::create))
        .route(links::STAFF_CHECK_RUN, get(check_run::show))
        .route(links::STAFF_CHECK_RUN_LIVE, get(check_run::show_live))
        .route(links::STAFF_CONTACT_WORKS, post(addresses::declare_working))
        .route(links::STAFF_SEND_CONFIRMATION, post(unconfirmed::send_again))
        .route(links::STAFF_DIGEST, post(addresses::resume_digest))
        .route(links::STAFF_MAILS, get(mails::list))
        .route(links::STAFF_MAILS_RETRY, post(mails::retry_all))
        .route(links::STAFF_MAIL, get(mail::show))
        .route(links::STAFF_MAIL_HTML, get(mail::show_html))
        .route(links::STAFF_MAIL_RETRY, post(mail::retry))
        .route(links::STAFF_MAIL_DROP, post(mail::drop))
        .merge(people_routes())
}

/// Those about colleagues and one's own account.
fn people_routes() -> Router<WebState> {
    Router::new()
        .route(links::STAFF_SYSTEM, get(system::show))
        .route(links::STAFF_PRIVACY, get(privacy::show).post(privacy::look))
        .route(links::STAFF_PRIVACY_PAGE, post(privacy::as_page))
        .route(links::STAFF_PRIVACY_JSON, post(privacy::as_json))
        .route(links::STAFF_PRIVACY_ERASE, post(privacy::erase))
        .route(links::STAFF_API_KEYS, get(api_keys::list).post(api_keys::create))
        .route(links::STAFF_API_KEY_REPLACE, post(api_keys::replace))
        .route(links::STAFF_API_KEY_REVOKE, post(api_keys::revoke))
        .route(links::STAFF_WEBHOOKS, get(webhooks::list).post(webhooks::create))
        .route(links::STAFF_WEBHOOK, get(webhook::show))
        .route(links::STAFF_WEBHOOK_STOP, post(webhook::stop))
        .route(links::STAFF_WEBHOOK_START, post(webhook::start))
        .route(links::STAFF_WEBHOOK_REMOVE, post(webhook::remove))
        .route(links::STAFF_WEBHOOK_SECRET, post(webhook::replace_secret))
        .route(links::STAFF_WEBHOOK_TEST, post(webhook::test))
        .route(links::STAFF_WEBHOOK_REPLAY, post(webhook::replay))
        .route(links::STAFF_WEBHOOK_AGAIN, post(webhook::send_again))
        .route(links::STAFF_COLLEAGUES, get(colleagues::list).post(colleagues::create))
        .route(links::STAFF_COLLEAGUE_INVITE, post(colleague_actions::invite_again))
        .route(links::STAFF_COLLEAGUE_WITHDRAW, post(colleague_actions::withdraw))
        .route(links::STAFF_COLLEAGUE_ROLE, post(colleague_actions::change_role))
        .route(links::STAFF_COLLEAGUE_DISABLE, post(colleague_actions::disable))
        .route(links::STAFF_COLLEAGUE_ENABLE, post(colleague_actions::enable))
        .route(links::STAFF_COLLEAGUE_RESET, post(colleague_actions::reset))
        .route(links::STAFF_ACCOUNT, get(account::show))
        .route(links::STAFF_ACCOUNT_PASSWORD, post(account::change_password))
        .route(links::STAFF_ACCOUNT_FACTOR, get(account_factor::show).post(account_factor::change))
        .route(links::STAFF_ACCOUNT_SESSIONS, post(account::end_sessions))
        .route(links::STAFF_ACCOUNT_PROVIDER, post(account_identity::begin))
        .route(links::STAFF_ACCOUNT_UNLINK, post(account_identity::delete))
        .route(links::STAFF_MENTION_SEEN, post(mentions::mark_seen))
}
