//! A colleague on the page of all colleagues: how it is with the account, whether the mail with the link got there, and what an
//! admin can do.

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::ask::{Ask, AskField, Choice, Weight};
use super::mails::{MailReader, MailRow, mail_row};
use crate::domain::actor::StaffRole;
use crate::domain::ids::StaffId;
use crate::links;
use crate::services::people::colleagues::Listed;
use crate::store::mail::outbox::MailStatus;
use crate::words;

/// Who looks, and when.
#[derive(Clone, Copy)]
pub(super) struct Looking {
    pub(super) reader: StaffId,
    pub(super) is_admin: bool,
    pub(super) now: DateTime<Utc>,
}

/// A colleague.
pub(super) struct ColleagueRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    /// The same as people read it.
    pub(super) shown: String,
    pub(super) role: &'static str,
    /// The stored name of the role, for tests.
    pub(super) role_key: &'static str,
    /// Whether it is the reader.
    pub(super) is_reader: bool,
    /// How it is with the account, for tests.
    pub(super) state: &'static str,
    /// Kind and words of its tag.
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    /// What is known beside it, a line each.
    pub(super) lines: Vec<String>,
    /// The mail with the link, while one waits for them.
    pub(super) mail: Option<MailRow>,
    pub(super) asks: Vec<Ask>,
}

/// How it is with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Disabled,
    Tried,
    Active,
    Uninvited,
    Expired,
    Unreached,
    Invited,
}

impl State {
    fn of(listed: &Listed, now: DateTime<Utc>) -> Self {
        let Listed { account, invite, mail, .. } = listed;
        let is_lost = mail.as_ref().is_some_and(|mail| matches!(mail.status, MailStatus::Failed | MailStatus::Dropped));
        match invite {
            _ if account.disabled_at.is_some() => Self::Disabled,
            _ if account.can_sign_in() && account.alarms.lasts_since(now).is_some() => Self::Tried,
            _ if account.can_sign_in() => Self::Active,
            None => Self::Uninvited,
            Some(invite) if now > invite.expires_at => Self::Expired,
            Some(_) if is_lost => Self::Unreached,
            Some(_) => Self::Invited,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Tried => "tried",
            Self::Active => "active",
            Self::Uninvited => "uninvited",
            Self::Expired => "expired",
            Self::Unreached => "unreached",
            Self::Invited => "invited",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Active => "ready",
            Self::Disabled => "blocked",
            Self::Tried | Self::Expired | Self::Unreached => "stuck",
            Self::Uninvited | Self::Invited => "neutral",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Disabled => "Uitgezet",
            Self::Tried => "Foute pogingen",
            Self::Active => "Actief",
            Self::Uninvited => "Geen uitnodiging",
            Self::Expired => "Uitnodiging verlopen",
            Self::Unreached => "Uitnodiging niet aangekomen",
            Self::Invited => "Uitgenodigd",
        }
    }
}

/// A colleague as the page shows them.
pub(super) fn row(listed: &Listed, looking: Looking) -> ColleagueRow {
    let Listed { account, mail, .. } = listed;
    let state = State::of(listed, looking.now);
    let reader = MailReader { can_act: false, now: looking.now };
    ColleagueRow {
        id: account.id.to_string(),
        name: account.name.to_string(),
        email: account.email.to_string(),
        shown: account.email.shown(),
        role: words::role_name(account.role),
        role_key: account.role.as_str(),
        is_reader: account.id == looking.reader,
        state: state.key(),
        kind: state.kind(),
        words: state.words(),
        lines: lines(listed, state, looking.now),
        mail: mail.as_ref().filter(|_| !account.can_sign_in()).map(|mail| mail_row(mail, String::new(), reader)),
        asks: if looking.is_admin { asks(listed, state, looking) } else { vec![] },
    }
}

fn lines(listed: &Listed, state: State, now: DateTime<Utc>) -> Vec<String> {
    let Listed { account, invite, gets_in, .. } = listed;
    let disabled = account.disabled_at.map(|at| format!("Uitgezet op {}.", words::date_nl(at)));
    let tried = account.alarms.lasts_since(now).filter(|_| state == State::Tried);
    let tried = tried.map(|at| format!("Veel foute pogingen om in te loggen, op {}.", words::moment_nl(at)));
    let invited = invite.filter(|_| account.disabled_at.is_none()).map(|invite| {
        let until = words::moment_nl(invite.expires_at);
        if state == State::Expired {
            format!("De link werkte tot {until}.")
        } else {
            format!("De link werkt tot {until}.")
        }
    });
    let linked = account
        .linked_at
        .map(|at| format!("Logt in met het account van de organisatie, gekoppeld op {}.", words::date_nl(at)));
    let out = (account.can_sign_in() && !gets_in)
        .then(|| "Kan niet inloggen zolang er geen account van de organisatie is gekoppeld.".to_owned());
    disabled.into_iter().chain(tried).chain(linked).chain(out).chain(invited).collect()
}

/// What an admin can do about a colleague; about themselves only what does not shut them out.
fn asks(listed: &Listed, state: State, looking: Looking) -> Vec<Ask> {
    let Listed { account, invite, .. } = listed;
    let id = account.id;
    let is_other = id != looking.reader;
    let is_disabled = state == State::Disabled;
    let can_sign_in = account.can_sign_in();
    let again = || {
        about(id, "invite_again", "Opnieuw uitnodigen", links::STAFF_COLLEAGUE_INVITE)
            .note("Er gaat een nieuwe mail met een nieuwe link. Een oudere link werkt dan niet meer.")
    };
    let withdraw = || {
        about(id, "withdraw", "Uitnodiging intrekken", links::STAFF_COLLEAGUE_WITHDRAW)
            .note("De link werkt dan niet meer.")
            .weight(Weight::Warning)
    };
    let role = || {
        about(id, "role", "Rol wijzigen", links::STAFF_COLLEAGUE_ROLE)
            .note("De nieuwe rol geldt meteen.")
            .field(role_field(account.role.as_str()))
    };
    let reset = || {
        let ask = about(id, "reset", "Opnieuw laten instellen", links::STAFF_COLLEAGUE_RESET)
            .note("Voor wie wachtwoord of telefoon kwijt is. Het oude wachtwoord en de oude code-app werken meteen niet meer.")
            .note("Je collega krijgt een mail met een link om ze opnieuw te kiezen.")
            .weight(Weight::Warning);
        match account.linked_at {
            Some(_) => ask.note("Het account van de organisatie wordt losgekoppeld."),
            None => ask,
        }
    };
    let disable = || {
        about(id, "disable", "Uitzetten", links::STAFF_COLLEAGUE_DISABLE)
            .note("Deze collega is meteen overal uitgelogd. Wat die deed, blijft staan met de naam erbij.")
            .weight(Weight::Warning)
    };
    let enable = || {
        about(id, "enable", "Weer aanzetten", links::STAFF_COLLEAGUE_ENABLE)
            .note("Je collega krijgt een mail met een link om een wachtwoord en een code-app te kiezen.")
    };
    let all = [
        (!is_disabled && !can_sign_in).then(again),
        (!is_disabled && invite.is_some()).then(withdraw),
        is_disabled.then(enable),
        Some(role()),
        (can_sign_in && is_other).then(reset),
        (!is_disabled && is_other).then(disable),
    ];
    all.into_iter().flatten().collect()
}

fn about(id: StaffId, key: &'static str, verb: &'static str, path: &str) -> Ask {
    let id = id.to_string();
    Ask::new(key, verb, verb, links::fill(path, &[&id])).about(&id)
}

/// What a colleague may do, to choose from.
pub(super) fn role_field(role: &str) -> AskField {
    let mut choices = vec![Choice { value: String::new(), label: "Kies een rol".into() }];
    let choice = |role: StaffRole| Choice { value: role.as_str().into(), label: words::role_name(role).into() };
    choices.extend(StaffRole::iter().map(choice));
    AskField::select("role", "Rol", role, choices)
        .hint("Beheerder: alles, ook collega's. Support: alles bij scholen. Alleen lezen: verandert niets.")
}
