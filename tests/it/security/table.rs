//! Every route of the product, and what it is to each kind of visitor.

use koppelklaar::links;

/// What a route is to a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    /// They get past the lock: a page, or an answer about what they sent.
    Enter,
    /// They are asked to sign in as a school.
    SignIn,
    /// They are asked to sign in as Kurve.
    StaffSignIn,
    /// They may know of it, and may not do it.
    No,
    /// They are asked for a key.
    Key,
}

use May::{Enter, Key, No, SignIn, StaffSignIn};

const PUBLIC: [May; 4] = [Enter; 4];
const PORTAL: [May; 4] = [SignIn, Enter, SignIn, SignIn];
const STAFF: [May; 4] = [StaffSignIn, StaffSignIn, Enter, Enter];
const ACTING: [May; 4] = [StaffSignIn, StaffSignIn, No, Enter];
const MACHINE: [May; 4] = [Key; 4];

/// Every route, for: a stranger, a school contact, a reader of Kurve, a colleague of support.
pub(crate) const TABLE: &[(&str, &str, [May; 4])] = &[
    ("GET", links::HOME, PUBLIC),
    ("GET", links::OPTION_B, PUBLIC),
    ("GET", links::OPTION_B_CONVERTER, PUBLIC),
    ("GET", links::WORDS, PUBLIC),
    ("GET", links::REGISTER, PUBLIC),
    ("POST", links::REGISTER, PUBLIC),
    ("GET", links::REGISTER_SENT, PUBLIC),
    ("GET", links::REGISTER_CONFIRM, PUBLIC),
    ("POST", links::REGISTER_CONFIRM, PUBLIC),
    // Who is signed in as a school is led on to it.
    ("GET", links::SIGN_IN, PUBLIC),
    ("POST", links::SIGN_IN, PUBLIC),
    ("GET", links::SIGN_IN_CODE, PUBLIC),
    ("POST", links::SIGN_IN_CODE, PUBLIC),
    ("GET", links::SIGN_IN_LINK, PUBLIC),
    ("POST", links::SIGN_IN_LINK, PUBLIC),
    ("POST", links::SIGN_OUT, PUBLIC),
    ("GET", links::UNSUBSCRIBE, PUBLIC),
    ("POST", links::UNSUBSCRIBE, PUBLIC),
    ("POST", links::UNSUBSCRIBE_UNDO, PUBLIC),
    ("GET", links::ASSETS, PUBLIC),
    ("GET", links::SCHOOLS, PORTAL),
    ("GET", links::SCHOOL.route(), PORTAL),
    ("GET", links::SCHOOL_STEP.route(), PORTAL),
    ("POST", links::SCHOOL_CLAIM.route(), PORTAL),
    ("POST", links::SCHOOL_TAKE_BACK.route(), PORTAL),
    ("POST", links::SCHOOL_STUCK.route(), PORTAL),
    ("POST", links::SCHOOL_HAND_OVER.route(), PORTAL),
    ("POST", links::SCHOOL_DETAILS.route(), PORTAL),
    ("POST", links::SCHOOL_PASSWORD.route(), PORTAL),
    ("POST", links::SCHOOL_NEW_PASSWORD.route(), PORTAL),
    ("POST", links::SCHOOL_QUERY.route(), PORTAL),
    ("POST", links::SCHOOL_IMPORTED.route(), PORTAL),
    ("GET", links::SCHOOL_CONTACTS.route(), PORTAL),
    ("GET", links::SCHOOL_PAUSE.route(), PORTAL),
    ("POST", links::SCHOOL_PAUSE.route(), PORTAL),
    ("POST", links::SCHOOL_REMINDERS_TO_ME.route(), PORTAL),
    ("POST", links::SCHOOL_RESUME.route(), PORTAL),
    ("GET", links::SCHOOL_REMINDERS.route(), PORTAL),
    ("POST", links::SCHOOL_REMINDERS.route(), PORTAL),
    ("POST", links::SCHOOL_WAKE.route(), PORTAL),
    ("GET", links::SCHOOL_OWN_DAYS.route(), PORTAL),
    ("POST", links::SCHOOL_OWN_DAYS.route(), PORTAL),
    ("POST", links::SCHOOL_OWN_DAYS_REMOVE.route(), PORTAL),
    ("GET", links::SCHOOL_WITHDRAW.route(), PORTAL),
    ("POST", links::SCHOOL_UNDO_END.route(), PORTAL),
    ("POST", links::SCHOOL_WITHDRAW.route(), PORTAL),
    ("GET", links::SCHOOL_OPTION_B.route(), PORTAL),
    ("GET", links::SCHOOL_OPTION_B_OF.route(), PORTAL),
    ("GET", links::SCHOOL_OPTION_B_TABLE.route(), PORTAL),
    ("POST", links::SCHOOL_OPTION_B_TABLE.route(), PORTAL),
    ("POST", links::SCHOOL_OPTION_B_MADE.route(), PORTAL),
    ("POST", links::SCHOOL_OPTION_B_CLEANED.route(), PORTAL),
    ("GET", links::SCHOOL_SCHOOLS.route(), PORTAL),
    ("POST", links::SCHOOL_SCHOOLS.route(), PORTAL),
    ("GET", links::SCHOOL_CONNECTION.route(), PORTAL),
    ("POST", links::SCHOOL_CONNECTION.route(), PORTAL),
    ("POST", links::SCHOOL_DOMAIN.route(), PORTAL),
    ("GET", links::SCHOOL_CHECK.route(), PORTAL),
    ("GET", links::SCHOOL_CHECK_LIVE.route(), PORTAL),
    ("GET", links::STAFF_SIGN_IN, PUBLIC),
    ("POST", links::STAFF_SIGN_IN, PUBLIC),
    ("GET", links::STAFF_INVITE, PUBLIC),
    ("POST", links::STAFF_INVITE, PUBLIC),
    ("GET", links::STAFF, STAFF),
    ("GET", links::STAFF_SCHOOLS, STAFF),
    ("GET", links::STAFF_SCHOOLS_CSV, STAFF),
    ("GET", links::STAFF_SCHOOLS_XLSX, STAFF),
    ("GET", links::STAFF_INSIGHT, STAFF),
    ("POST", links::STAFF_VIEWS, STAFF),
    ("POST", links::STAFF_VIEW_DELETE, STAFF),
    ("GET", links::STAFF_SCHOOL, STAFF),
    ("GET", links::STAFF_MAILS, STAFF),
    ("GET", links::STAFF_CONNECTION, STAFF),
    ("POST", links::STAFF_CONNECTION, ACTING),
    ("GET", links::STAFF_CHECK, STAFF),
    ("GET", links::STAFF_CHECK_LIVE, STAFF),
    // Only an admin may; support learns that from the service.
    ("POST", links::STAFF_ALLOW, [StaffSignIn, StaffSignIn, No, No]),
    ("GET", links::STAFF_CONNECTIONS, STAFF),
    ("POST", links::STAFF_CONNECTIONS, ACTING),
    ("GET", links::STAFF_CHECK_RUN, STAFF),
    ("GET", links::STAFF_CHECK_RUN_LIVE, STAFF),
    ("POST", links::STAFF_ISSUE, ACTING),
    ("POST", links::STAFF_HAND_AGAIN, ACTING),
    ("POST", links::STAFF_CONFIRM, ACTING),
    ("POST", links::STAFF_UNDO, ACTING),
    ("POST", links::STAFF_SEND_BACK, ACTING),
    ("POST", links::STAFF_ANSWER, ACTING),
    ("POST", links::STAFF_TAKE, ACTING),
    ("POST", links::STAFF_LET_GO, ACTING),
    ("POST", links::STAFF_KEYS, STAFF),
    ("POST", links::STAFF_PAUSE, ACTING),
    ("POST", links::STAFF_RESUME, ACTING),
    ("POST", links::STAFF_ADD_SCHOOL.route(), ACTING),
    ("POST", links::STAFF_CHANGE_SCHOOL.route(), ACTING),
    ("POST", links::STAFF_ACTIVATE.route(), ACTING),
    ("POST", links::STAFF_DEACTIVATE.route(), ACTING),
    ("POST", links::STAFF_WITHDRAW.route(), ACTING),
    ("POST", links::STAFF_REOPEN.route(), ACTING),
    ("POST", links::STAFF_MOVE.route(), ACTING),
    ("POST", links::STAFF_SNOOZE, ACTING),
    ("POST", links::STAFF_WAKE, ACTING),
    ("POST", links::STAFF_OWN_DAYS, ACTING),
    ("POST", links::STAFF_OWN_DAYS_REMOVE, ACTING),
    ("POST", links::STAFF_NOTE, ACTING),
    ("GET", links::STAFF_DETAILS, ACTING),
    ("POST", links::STAFF_DETAILS, ACTING),
    ("POST", links::STAFF_ACCEPT, ACTING),
    ("POST", links::STAFF_DECLINE, ACTING),
    ("POST", links::STAFF_CONTACTS, ACTING),
    ("POST", links::STAFF_CONTACT, ACTING),
    ("POST", links::STAFF_CONTACT_REMOVE, ACTING),
    ("POST", links::STAFF_CONTACT_VOUCH, ACTING),
    ("POST", links::STAFF_MAILS_RETRY, ACTING),
    ("GET", links::STAFF_MAIL, STAFF),
    ("GET", links::STAFF_MAIL_HTML, STAFF),
    ("POST", links::STAFF_CONTACT_WORKS, ACTING),
    ("POST", links::STAFF_DIGEST, ACTING),
    ("POST", links::STAFF_SEND_CONFIRMATION, ACTING),
    ("POST", links::STAFF_MAIL_RETRY, ACTING),
    ("POST", links::STAFF_MAIL_DROP, ACTING),
    ("POST", links::STAFF_SIGN_OUT, STAFF),
    ("GET", links::API_IMPORT_GATE, MACHINE),
    ("GET", links::API_DESCRIPTION, PUBLIC),
    ("GET", links::HEALTH_LIVE, PUBLIC),
    ("GET", links::HEALTH_READY, PUBLIC),
];

/// Paths on a listener of their own, which the public address does not know.
pub(super) const ELSEWHERE: [&str; 1] = [links::METRICS];

/// Paths that only the demo has.
pub(super) const DEMO: [&str; 6] = [
    links::DEMO_MAILS,
    links::DEMO_MAIL,
    links::DEMO_MAIL_HTML,
    links::DEMO_CODES,
    links::DEMO_ERROR,
    links::DEMO_MAGISTER,
];
