//! Messages between Kurve and a school: written, answered by mail and on the page, with files.

mod answers;
mod files;
mod kurve;
mod pipe;
mod school;
mod templates;

use chrono::TimeDelta;
use koppelklaar::domain::message::Sorted;
use koppelklaar::domain::text::MessageText;
use koppelklaar::links;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::services::messages::receiving;

use crate::journey::Table;
use crate::support::{Page, TestApp, TestSchool};

/// A school that writes to Kurve, and has its password already.
pub(crate) async fn school_writes(app: &TestApp, name: &str, brin: &str) {
    let school = app.school_by_services(name, brin, &name.to_lowercase()).await;
    app.issue(app.kurve_again().await, &school).await;
    let text = MessageText::parse("Het schuifje staat aan.").expect("a message");
    let call = app.call_of(&school);
    receiving::receive(app.context(), &call, school.connection, text, Sorted::default()).await.expect("it is kept");
}

/// The page of the thread for Kurve.
async fn thread(table: &Table) -> Page {
    table.staff.get(&links::staff_school(links::STAFF_MESSAGES, table.school.connection)).await
}

/// Kurve writes to all contacts.
async fn write(table: &Table, text: &str) -> Page {
    thread(table).await.submit(&table.staff, "form[data-form=message]", &[("text", text), ("do", "send")]).await
}

/// Kurve writes, and the mail goes to the contact of the school; its Reply-To.
async fn sent(app: &TestApp, table: &Table, text: &str) -> String {
    app.new_mails().await;
    let written = write(table, text).await;
    assert_eq!(written.status, 303, "{}", written.body);
    app.advance(TimeDelta::seconds(1));
    app.only_mail_to(&table.school.email).await.reply_to.expect("a mail is answered somewhere")
}

/// The mail that went last.
fn last_mail(app: &TestApp, school: &TestSchool) -> BuiltMail {
    let mails = app.mailbox.mails();
    mails.into_iter().rev().find(|mail| mail.to == school.email).expect("a mail went")
}
