//! Every path of the product, once, and how it becomes a whole address from the configured base URL.

mod base_url;
mod fill;
mod of_connection;
mod of_staff;
mod query;

pub use base_url::{BaseUrl, BaseUrlError};
pub use fill::fill;
pub use of_connection::OfConnection;
pub use of_staff::{
    correct_domain, failed_mails, failing_connections, lost_connections, silent_schools, staff_check, staff_contact,
    staff_mail, staff_requests, staff_school, staff_school_step, write_to_kurve,
};
pub use query::{in_query, new_mail, query, with_query};

/// The start page.
pub const HOME: &str = "/";
/// The request for Optie A.
pub const REGISTER: &str = "/aanmelden";
/// "Look in your mailbox", after a request.
pub const REGISTER_SENT: &str = "/aanmelden/verstuurd";
/// Confirms the address of a request.
pub const REGISTER_CONFIRM: &str = "/aanmelden/bevestig/{token}";
/// The request that such a link is about, to be filled in anew.
pub const REGISTER_CHANGE: &str = "/aanmelden/bevestig/{token}/wijzigen";
/// Signing in as a school.
pub const SIGN_IN: &str = "/inloggen";
/// Typing the code from the mail.
pub const SIGN_IN_CODE: &str = "/inloggen/code";
/// The link from the mail.
pub const SIGN_IN_LINK: &str = "/inloggen/link/{token}";
/// Signing out as a school.
pub const SIGN_OUT: &str = "/uitloggen";
/// What Optie B is.
pub const OPTION_B: &str = "/optie-b";
/// Makes Numo's file from an export, in the browser; without signing in.
pub const OPTION_B_CONVERTER: &str = "/optie-b/bestand";
/// What the words mean that a school meets.
pub const WORDS: &str = "/woorden";
/// Stops a kind of mail to one address: a page with a button, and the button of mail programs (RFC 8058).
pub const UNSUBSCRIBE: &str = "/afmelden/{token}";
/// Lets these mails come again.
pub const UNSUBSCRIBE_UNDO: &str = "/afmelden/{token}/weer-aan";
/// Files such as the style sheet.
pub const ASSETS: &str = "/assets/{*path}";

/// Leads a visitor on to their connection, or lets them choose among several.
pub const SCHOOLS: &str = "/school";
/// The page of a connection, for its contacts.
pub const SCHOOL: OfConnection = OfConnection::new("/school/{connection}");
/// The page of one step.
pub const SCHOOL_STEP: OfConnection = OfConnection::new("/school/{connection}/stap/{step}");
/// "Klaar melden".
pub const SCHOOL_CLAIM: OfConnection = OfConnection::new("/school/{connection}/stap/{step}/gedaan");
/// "Toch niet".
pub const SCHOOL_TAKE_BACK: OfConnection = OfConnection::new("/school/{connection}/stap/{step}/toch-niet");
/// "Het lukt niet".
pub const SCHOOL_STUCK: OfConnection = OfConnection::new("/school/{connection}/stap/{step}/lukt-niet");
/// "Vraag een collega".
pub const SCHOOL_HAND_OVER: OfConnection = OfConnection::new("/school/{connection}/stap/{step}/doorgeven");
/// "Overnemen": a contact takes a step.
pub const SCHOOL_TAKE_OVER: OfConnection = OfConnection::new("/school/{connection}/stap/{step}/overnemen");
/// A question to Kurve by a button.
pub const SCHOOL_ASK: OfConnection = OfConnection::new("/school/{connection}/vraag-kurve");
/// The details of the connection and its school, given again.
pub const SCHOOL_DETAILS: OfConnection = OfConnection::new("/school/{connection}/gegevens");
/// Shows the password.
pub const SCHOOL_PASSWORD: OfConnection = OfConnection::new("/school/{connection}/wachtwoord");
/// Asking for a new password.
pub const SCHOOL_NEW_PASSWORD: OfConnection = OfConnection::new("/school/{connection}/wachtwoord/nieuw");
/// Downloads the query file.
pub const SCHOOL_QUERY: OfConnection = OfConnection::new("/school/{connection}/query");
/// "Import melden".
pub const SCHOOL_IMPORTED: OfConnection = OfConnection::new("/school/{connection}/import-gedaan");
/// The connection's contacts.
pub const SCHOOL_CONTACTS: OfConnection = OfConnection::new("/school/{connection}/collegas");
/// One of the contacts.
pub const SCHOOL_COLLEAGUE: OfConnection = OfConnection::new("/school/{connection}/collegas/{contact}");
/// Correcting the address of a contact.
pub const SCHOOL_COLLEAGUE_ADDRESS: OfConnection = OfConnection::new("/school/{connection}/collegas/{contact}/adres");
/// Proposing a role for a contact.
pub const SCHOOL_COLLEAGUE_ROLE: OfConnection = OfConnection::new("/school/{connection}/collegas/{contact}/rol");
/// Asking Kurve to give a contact access.
pub const SCHOOL_COLLEAGUE_ACCESS: OfConnection = OfConnection::new("/school/{connection}/collegas/{contact}/toegang");
/// Removing a contact.
pub const SCHOOL_COLLEAGUE_REMOVE: OfConnection = OfConnection::new("/school/{connection}/collegas/{contact}/weg");
/// Who reads a shared mailbox.
pub const SCHOOL_READER: OfConnection = OfConnection::new("/school/{connection}/lezer");
/// "Ik ben hier niet meer".
pub const SCHOOL_LEAVE: OfConnection = OfConnection::new("/school/{connection}/niet-meer-hier");
/// What Kurve and the school wrote to each other, and writing to Kurve.
pub const SCHOOL_MESSAGES: OfConnection = OfConnection::new("/school/{connection}/berichten");
/// Pausing.
pub const SCHOOL_PAUSE: OfConnection = OfConnection::new("/school/{connection}/pauze");
/// Reminders to this contact again, who had stopped them.
pub const SCHOOL_REMINDERS_TO_ME: OfConnection = OfConnection::new("/school/{connection}/herinneringen-aan-mij");
/// Resuming.
pub const SCHOOL_RESUME: OfConnection = OfConnection::new("/school/{connection}/hervatten");
/// When reminders come, and putting them off.
pub const SCHOOL_REMINDERS: OfConnection = OfConnection::new("/school/{connection}/herinneringen");
/// Turning reminders on again.
pub const SCHOOL_WAKE: OfConnection = OfConnection::new("/school/{connection}/herinneringen/aan");
/// Days of the school's own.
pub const SCHOOL_OWN_DAYS: OfConnection = OfConnection::new("/school/{connection}/vrije-dagen");
/// Takes days of the school's own away.
pub const SCHOOL_OWN_DAYS_REMOVE: OfConnection = OfConnection::new("/school/{connection}/vrije-dagen/weg");
/// Stopping.
pub const SCHOOL_WITHDRAW: OfConnection = OfConnection::new("/school/{connection}/stoppen");
/// "Terugdraaien": what the school itself ended.
pub const SCHOOL_UNDO_END: OfConnection = OfConnection::new("/school/{connection}/terugdraaien");
/// Optie B, for the contacts of schools that chose it.
pub const SCHOOL_OPTION_B: OfConnection = OfConnection::new("/school/{connection}/optie-b");
/// Optie B of one of its schools.
pub const SCHOOL_OPTION_B_OF: OfConnection = OfConnection::new("/school/{connection}/optie-b/{school}");
/// The table of studies of such a school.
pub const SCHOOL_OPTION_B_TABLE: OfConnection = OfConnection::new("/school/{connection}/optie-b/{school}/tabel");
/// The file for Numo is made.
pub const SCHOOL_OPTION_B_MADE: OfConnection = OfConnection::new("/school/{connection}/optie-b/{school}/gemaakt");
/// All files with pupils are gone.
pub const SCHOOL_OPTION_B_CLEANED: OfConnection = OfConnection::new("/school/{connection}/optie-b/{school}/opgeruimd");
/// Further schools of the same Magister.
pub const SCHOOL_SCHOOLS: OfConnection = OfConnection::new("/school/{connection}/scholen");
/// The newest connection check, and the button for another.
pub const SCHOOL_CONNECTION: OfConnection = OfConnection::new("/school/{connection}/verbinding");
/// The school domain, corrected after a check found no Magister there.
pub const SCHOOL_DOMAIN: OfConnection = OfConnection::new("/school/{connection}/schooldomein");
/// One connection check.
pub const SCHOOL_CHECK: OfConnection = OfConnection::new("/school/{connection}/verbinding/{check}");
/// How far that check is, as it goes.
pub const SCHOOL_CHECK_LIVE: OfConnection = OfConnection::new("/school/{connection}/verbinding/{check}/voortgang");

/// The worklist of Kurve.
pub const STAFF: &str = "/beheer";
/// Signing in as a colleague.
pub const STAFF_SIGN_IN: &str = "/beheer/inloggen";
/// Signing out as a colleague.
pub const STAFF_SIGN_OUT: &str = "/beheer/uitloggen";
/// Signing in as a colleague with the account of their organisation.
pub const STAFF_PROVIDER: &str = "/beheer/inloggen/organisatie";
/// Coming back from there.
pub const STAFF_PROVIDER_BACK: &str = "/beheer/inloggen/organisatie/terug";
/// Choosing a password and a second factor.
pub const STAFF_INVITE: &str = "/beheer/uitnodiging/{token}";
/// Linking the account of the organisation instead.
pub const STAFF_INVITE_PROVIDER: &str = "/beheer/uitnodiging/{token}/organisatie";
/// The keys of machines.
pub const STAFF_API_KEYS: &str = "/beheer/sleutels";
/// Puts another key in the place of one.
pub const STAFF_API_KEY_REPLACE: &str = "/beheer/sleutels/{key}/vervangen";
/// Stops a key.
pub const STAFF_API_KEY_REVOKE: &str = "/beheer/sleutels/{key}/intrekken";
/// Where machines are told of what happens.
pub const STAFF_WEBHOOKS: &str = "/beheer/webhooks";
/// One of them, and what was sent to it.
pub const STAFF_WEBHOOK: &str = "/beheer/webhooks/{webhook}";
/// Sends nothing to it any more.
pub const STAFF_WEBHOOK_STOP: &str = "/beheer/webhooks/{webhook}/uitzetten";
/// Sends to it again.
pub const STAFF_WEBHOOK_START: &str = "/beheer/webhooks/{webhook}/aanzetten";
/// Removes it.
pub const STAFF_WEBHOOK_REMOVE: &str = "/beheer/webhooks/{webhook}/verwijderen";
/// Gives it another secret.
pub const STAFF_WEBHOOK_SECRET: &str = "/beheer/webhooks/{webhook}/geheim";
/// Sends it a message that only tries whether messages arrive.
pub const STAFF_WEBHOOK_TEST: &str = "/beheer/webhooks/{webhook}/proef";
/// Sends it everything after a place of the feed again.
pub const STAFF_WEBHOOK_REPLAY: &str = "/beheer/webhooks/{webhook}/vanaf";
/// Sends it one message again.
pub const STAFF_WEBHOOK_AGAIN: &str = "/beheer/webhooks/{webhook}/berichten/{bericht}/opnieuw";
/// How the installation itself is.
pub const STAFF_SYSTEM: &str = "/beheer/systeem";
/// What is kept of a person.
pub const STAFF_PRIVACY: &str = "/beheer/privacy";
/// The same, to hand over as a page.
pub const STAFF_PRIVACY_PAGE: &str = "/beheer/privacy/pagina";
/// The same, to hand over as JSON.
pub const STAFF_PRIVACY_JSON: &str = "/beheer/privacy/json";
/// Erases what is kept of a person.
pub const STAFF_PRIVACY_ERASE: &str = "/beheer/privacy/wissen";
/// The colleagues of Kurve.
pub const STAFF_COLLEAGUES: &str = "/beheer/collegas";
/// Sends a colleague another invitation.
pub const STAFF_COLLEAGUE_INVITE: &str = "/beheer/collegas/{colleague}/uitnodiging";
/// Withdraws the invitation of a colleague.
pub const STAFF_COLLEAGUE_WITHDRAW: &str = "/beheer/collegas/{colleague}/uitnodiging/intrekken";
/// Gives a colleague another role.
pub const STAFF_COLLEAGUE_ROLE: &str = "/beheer/collegas/{colleague}/rol";
/// Disables the account of a colleague.
pub const STAFF_COLLEAGUE_DISABLE: &str = "/beheer/collegas/{colleague}/uitzetten";
/// Takes the account of a colleague into use again.
pub const STAFF_COLLEAGUE_ENABLE: &str = "/beheer/collegas/{colleague}/aanzetten";
/// Has a colleague choose password and second factor anew.
pub const STAFF_COLLEAGUE_RESET: &str = "/beheer/collegas/{colleague}/opnieuw-instellen";
/// One's own account.
pub const STAFF_ACCOUNT: &str = "/beheer/account";
/// Another password of one's own.
pub const STAFF_ACCOUNT_PASSWORD: &str = "/beheer/account/wachtwoord";
/// Another second factor of one's own.
pub const STAFF_ACCOUNT_FACTOR: &str = "/beheer/account/code-app";
/// Ends sessions of one's own.
pub const STAFF_ACCOUNT_SESSIONS: &str = "/beheer/account/sessies";
/// Linking the account of one's organisation.
pub const STAFF_ACCOUNT_PROVIDER: &str = "/beheer/account/organisatie";
/// Unlinking it.
pub const STAFF_ACCOUNT_UNLINK: &str = "/beheer/account/organisatie/loskoppelen";
/// A note that names the reader was seen.
pub const STAFF_MENTION_SEEN: &str = "/beheer/vermeldingen/{note}/gezien";
/// All schools.
pub const STAFF_SCHOOLS: &str = "/beheer/scholen";
/// Puts in one school.
pub const STAFF_NEW_SCHOOL: &str = "/beheer/scholen/toevoegen";
/// Brings a spreadsheet of schools.
pub const STAFF_ROSTERS: &str = "/beheer/scholen/uit-bestand";
/// An example of such a spreadsheet.
pub const STAFF_ROSTER_SAMPLE: &str = "/beheer/scholen/uit-bestand/voorbeeld.csv";
/// A spreadsheet that was brought: its columns, and what would become of its rows.
pub const STAFF_ROSTER: &str = "/beheer/scholen/uit-bestand/{list}";
/// The rows of it that somebody has to look at.
pub const STAFF_ROSTER_FAULTS: &str = "/beheer/scholen/uit-bestand/{list}/fouten.csv";
/// Carries it out.
pub const STAFF_ROSTER_RUN: &str = "/beheer/scholen/uit-bestand/{list}/uitvoeren";
/// Keeps a filter of the list of schools.
pub const STAFF_VIEWS: &str = "/beheer/scholen/weergaven";
/// Forgets a kept filter.
pub const STAFF_VIEW_DELETE: &str = "/beheer/scholen/weergaven/{view}/verwijderen";
/// The list of schools as CSV.
pub const STAFF_SCHOOLS_CSV: &str = "/beheer/scholen/export.csv";
/// The list of schools as a workbook.
pub const STAFF_SCHOOLS_XLSX: &str = "/beheer/scholen/export.xlsx";
/// What a colleague did for many at once, and putting a run together from what was chosen.
pub const STAFF_BULK: &str = "/beheer/veel";
/// One run for many: what it is about, or how far it is.
pub const STAFF_BULK_RUN: &str = "/beheer/veel/{run}";
/// Begins such a run.
pub const STAFF_BULK_BEGIN: &str = "/beheer/veel/{run}/begin";
/// How far such a run is, as it goes.
pub const STAFF_BULK_LIVE: &str = "/beheer/veel/{run}/voortgang";
/// Figures: where schools stand, who keeps the ball how long, what comes in.
pub const STAFF_INSIGHT: &str = "/beheer/inzicht";
/// One connection, with its schools.
pub const STAFF_SCHOOL: &str = "/beheer/scholen/{school}";
/// Issues or renews credentials.
pub const STAFF_ISSUE: &str = "/beheer/scholen/{school}/wachtwoord";
/// Hands the same credentials over again.
pub const STAFF_HAND_AGAIN: &str = "/beheer/scholen/{school}/opnieuw-overhandigen";
/// Confirms a step.
pub const STAFF_CONFIRM: &str = "/beheer/scholen/{school}/bevestigen";
/// Undoes a press that activated.
pub const STAFF_UNDO: &str = "/beheer/scholen/{school}/ongedaan-maken";
/// Sends a step back.
pub const STAFF_SEND_BACK: &str = "/beheer/scholen/{school}/terugsturen";
/// Answers a stuck step.
pub const STAFF_ANSWER: &str = "/beheer/scholen/{school}/antwoorden";
/// Takes a connection, or gives it to a colleague.
pub const STAFF_TAKE: &str = "/beheer/scholen/{school}/pakken";
/// Lets a connection go that somebody took.
pub const STAFF_LET_GO: &str = "/beheer/scholen/{school}/loslaten";
/// Keeps a connection that is in line to go for longer.
pub const STAFF_KEEP: &str = "/beheer/scholen/{school}/langer-bewaren";
/// Turns the keys of the worklist on or off.
pub const STAFF_KEYS: &str = "/beheer/toetsen";
/// Pauses a connection.
pub const STAFF_PAUSE: &str = "/beheer/scholen/{school}/pauzeren";
/// Resumes a connection.
pub const STAFF_RESUME: &str = "/beheer/scholen/{school}/hervatten";
/// Puts a connection's reminders off.
pub const STAFF_SNOOZE: &str = "/beheer/scholen/{school}/herinneringen";
/// Turns a connection's reminders on again.
pub const STAFF_WAKE: &str = "/beheer/scholen/{school}/herinneringen/aan";
/// Adds days of a school's own.
pub const STAFF_OWN_DAYS: &str = "/beheer/scholen/{school}/vrije-dagen";
/// Takes days of a school's own away.
pub const STAFF_OWN_DAYS_REMOVE: &str = "/beheer/scholen/{school}/vrije-dagen/weg";
/// Writes a note.
pub const STAFF_NOTE: &str = "/beheer/scholen/{school}/notitie";
/// Changes a note.
pub const STAFF_NOTE_CHANGE: &str = "/beheer/scholen/{school}/notitie/{note}";
/// Deletes a note.
pub const STAFF_NOTE_DELETE: &str = "/beheer/scholen/{school}/notitie/{note}/verwijderen";
/// Messages with a school, and writing one.
pub const STAFF_MESSAGES: &str = "/beheer/scholen/{school}/berichten";
/// What the school wrote takes no answer.
pub const STAFF_MESSAGES_READ: &str = "/beheer/scholen/{school}/berichten/gelezen";
/// A file that came with a message.
pub const STAFF_ATTACHMENT: &str = "/beheer/scholen/{school}/berichten/bijlage/{attachment}";
/// The templates of messages.
pub const STAFF_TEMPLATES: &str = "/beheer/berichtsjablonen";
/// One of them, with every text that it had.
pub const STAFF_TEMPLATE: &str = "/beheer/berichtsjablonen/{template}";
/// Removes one.
pub const STAFF_TEMPLATE_REMOVE: &str = "/beheer/berichtsjablonen/{template}/verwijderen";
/// Changes the details of a connection, and of its school while it has one.
pub const STAFF_DETAILS: &str = "/beheer/scholen/{school}/gegevens";
/// Lets requests to join in.
pub const STAFF_ACCEPT: &str = "/beheer/scholen/{school}/aanvragen";
/// Declines requests to join.
pub const STAFF_DECLINE: &str = "/beheer/scholen/{school}/aanvragen/afwijzen";
/// Adds a school to a connection.
pub const STAFF_ADD_SCHOOL: OfConnection = OfConnection::new("/beheer/scholen/{connection}/scholen");
/// Changes the name and BRIN of one of several schools.
pub const STAFF_CHANGE_SCHOOL: OfConnection =
    OfConnection::new("/beheer/scholen/{connection}/scholen/{school}/gegevens");
/// Activates one school.
pub const STAFF_ACTIVATE: OfConnection = OfConnection::new("/beheer/scholen/{connection}/scholen/{school}/activeren");
/// Takes the activation of one school back.
pub const STAFF_DEACTIVATE: OfConnection =
    OfConnection::new("/beheer/scholen/{connection}/scholen/{school}/terugsturen");
/// Withdraws a school.
pub const STAFF_WITHDRAW: OfConnection = OfConnection::new("/beheer/scholen/{connection}/scholen/{school}/stoppen");
/// Takes a withdrawn school up again.
pub const STAFF_REOPEN: OfConnection = OfConnection::new("/beheer/scholen/{connection}/scholen/{school}/heropenen");
/// Moves a school to the Magister at another school domain.
pub const STAFF_MOVE: OfConnection = OfConnection::new("/beheer/scholen/{connection}/scholen/{school}/verplaatsen");
/// Adds a contact.
pub const STAFF_CONTACTS: &str = "/beheer/scholen/{school}/contacten";
/// Changes a contact.
pub const STAFF_CONTACT: &str = "/beheer/scholen/{school}/contacten/{contact}";
/// Removes a contact.
pub const STAFF_CONTACT_REMOVE: &str = "/beheer/scholen/{school}/contacten/{contact}/verwijderen";
/// Vouches for a contact.
pub const STAFF_CONTACT_VOUCH: &str = "/beheer/scholen/{school}/contacten/{contact}/instaan";
/// Corrects the address of a contact.
pub const STAFF_CONTACT_ADDRESS: &str = "/beheer/scholen/{school}/contacten/{contact}/adres";
/// The checks of a connection, and the button for another.
pub const STAFF_CONNECTION: &str = "/beheer/scholen/{school}/verbinding";
/// One connection check.
pub const STAFF_CHECK: &str = "/beheer/scholen/{school}/verbinding/{check}";
/// How far that check is, as it goes.
pub const STAFF_CHECK_LIVE: &str = "/beheer/scholen/{school}/verbinding/{check}/voortgang";
/// Leave to activate without a check that passed.
pub const STAFF_ALLOW: &str = "/beheer/scholen/{school}/zonder-controle";
/// All connections, and the button for a run over some of them.
pub const STAFF_CONNECTIONS: &str = "/beheer/verbindingen";
/// One run.
pub const STAFF_CHECK_RUN: &str = "/beheer/verbindingen/{run}";
/// How far that run is, as it goes.
pub const STAFF_CHECK_RUN_LIVE: &str = "/beheer/verbindingen/{run}/voortgang";
/// Mail arrives again at the address of a contact.
pub const STAFF_CONTACT_WORKS: &str = "/beheer/scholen/{school}/contacten/{contact}/adres-werkt";
/// The daily digest again.
pub const STAFF_DIGEST: &str = "/beheer/overzicht-van-de-dag";
/// Has the mail sent again that asks to confirm a request.
pub const STAFF_SEND_CONFIRMATION: &str = "/beheer/aanvragen/{request}/opnieuw";
/// A school that waits to begin.
pub const STAFF_REGISTRATION: &str = "/beheer/aanmeldingen/{request}";
/// Lets it begin.
pub const STAFF_BEGIN: &str = "/beheer/aanmeldingen/{request}/beginnen";
/// Declines it.
pub const STAFF_BEGIN_DECLINE: &str = "/beheer/aanmeldingen/{request}/afwijzen";
/// All mails.
pub const STAFF_MAILS: &str = "/beheer/post";
/// Puts all mails back in line that failed.
pub const STAFF_MAILS_RETRY: &str = "/beheer/post/opnieuw";
/// One mail.
pub const STAFF_MAIL: &str = "/beheer/post/{mail}";
/// The HTML part of a mail alone.
pub const STAFF_MAIL_HTML: &str = "/beheer/post/{mail}/opgemaakt";
/// Has a mail tried now.
pub const STAFF_MAIL_RETRY: &str = "/beheer/post/{mail}/opnieuw";
/// Takes a mail out of the line.
pub const STAFF_MAIL_DROP: &str = "/beheer/post/{mail}/niet-versturen";

/// The verdict, for Numo.
pub const API_IMPORT_GATE: &str = "/api/v1/import-gate/{brin}";
/// The same, signed.
pub const API_STATEMENT: &str = "/api/v1/import-gate/{brin}/statement";
/// The keys to check what is signed with.
pub const API_KEY_SET: &str = "/.well-known/jwks.json";
/// The schools, for machines.
pub const API_SCHOOLS: &str = "/api/v1/schools";
/// One of them.
pub const API_SCHOOL: &str = "/api/v1/schools/{brin}";
/// Its connection.
pub const API_CONNECTION: &str = "/api/v1/schools/{brin}/connection";
/// What happened to schools, in order.
pub const API_EVENTS: &str = "/api/v1/events";
/// The description of the API, to read.
pub const API: &str = "/api";
/// The description of the API.
pub const API_DESCRIPTION: &str = "/api/v1/openapi.json";
/// The process runs.
pub const HEALTH_LIVE: &str = "/health/live";
/// The service can do its work.
pub const HEALTH_READY: &str = "/health/ready";
/// Numbers for who watches from outside; on a listener of their own.
pub const METRICS: &str = "/metrics";
/// The mailbox of the demo.
pub const DEMO_MAILS: &str = "/demo/post";
/// One mail of the demo.
pub const DEMO_MAIL: &str = "/demo/post/{name}";
/// One mail of the demo as its HTML part.
pub const DEMO_MAIL_HTML: &str = "/demo/post/{name}/opgemaakt";
/// The one-time codes of the demo's staff.
pub const DEMO_CODES: &str = "/demo/codes";
/// How the Magister of the demo behaves.
pub const DEMO_MAGISTER: &str = "/demo/magister";
/// The page of an error, such as 429.
pub const DEMO_ERROR: &str = "/demo/fout/{status}";
