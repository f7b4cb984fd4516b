//! Everything through the front door: the router with a real database, and what runs beside it.
//!
//! `support::run` runs a test twice, on SQLite and on PostgreSQL, each time with a database, clock, generator and mailbox
//! of its own; what needs no database runs once. Without PostgreSQL on the machine the tests say so and run on SQLite
//! alone; with `KOPPELKLAAR_TEST_ALL` they fail instead. To add a test: a module per entrance or subject.

mod support;

mod api;
mod architecture;
mod arrangements;
mod away;
mod ball;
mod board;
mod bounce_pipe;
mod bounces;
mod checks;
mod cli;
mod colleagues;
mod coming_back;
mod contacts;
mod crash_window;
mod credentials;
mod crew;
mod digest;
mod dispatch;
mod endings;
mod export;
mod fixed_cost;
mod fleet;
mod hand_over;
mod holidays;
mod housekeeping;
mod insight;
mod join_races;
mod join_undone;
mod joins;
mod journey;
mod limits;
mod lost_lease;
mod mail_by_hand;
mod mail_links;
mod mail_rules;
mod mail_table;
mod moves;
mod one_mail;
mod optie_b;
mod option_b;
mod passwords_typed;
mod patterns;
mod portal;
mod portal_schools;
mod post_pages;
mod post_previews;
mod query_template;
mod registration;
mod reminders;
mod roles;
mod schema;
mod secrets;
mod security;
mod server;
mod sign_in;
mod simulator;
mod smtp;
mod staff;
mod staff_schools;
mod store;
mod stored_names;
mod summaries;
mod threads;
mod timer;
mod two_tabs;
mod undo;
mod unreadable;
mod unsubscribe;
mod wake;
mod worker_health;
