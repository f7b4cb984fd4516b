//! The connection check as the rules see it: the ladder, what each rung proves, and who has the ball when one breaks.
//!
//! A [`CheckResult`] is all that is kept of a check: codes, times, column names and counts, never a row. What it does to
//! the steps is [`judge()`], what it tells of them [`Truths`], and what to do then [`Advice`]; [`schedule`] says when it is made, [`policy`] what activation asks of it. [`Oddity`] names
//! what was unexpected. Not here: how a check is made (the room `magister`). To add a code: start at [`CheckCode`] and
//! follow the compiler.

mod advice;
pub mod certificate;
mod fleet;
mod judge;
pub mod made;
mod oddity;
pub mod policy;
pub mod schedule;
mod shrink;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod truth;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

pub use self::advice::Advice;
pub use self::certificate::Certificate;
pub use self::fleet::{Ask, Fleet};
pub use self::judge::{Alarm, CheckHistory, Judgement, Streak, judge};
pub use self::made::{CheckProgress, CheckRefusal, NotMade, Receipt};
pub use self::oddity::{Oddity, TlsFault, Way};
pub use self::policy::{ActivationFacts, ActivationGround, CheckPolicy};
pub use self::shrink::ListGuard;
pub use self::truth::{Newest, Sight, Stand, StepTruth, Truths};
use super::count::dotted;
use super::onboarding::gate::{Party, Step};

/// One rung of the ladder, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rung {
    /// The host has an address.
    Name,
    /// The port takes a connection.
    Tcp,
    /// The connection is safe, with a certificate that holds.
    Tls,
    /// The user Kurve can log in with the password.
    Login,
    /// The list may be read.
    Data,
    /// The list has our columns.
    Shape,
    /// The list has pupils.
    Rows,
}

impl Rung {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What the rung asks, for the page that shows the ladder.
    pub fn question(self) -> &'static str {
        match self {
            Self::Name => "Bestaat het schooldomein bij Magister?",
            Self::Tcp => "Laat Magister Kurve binnen?",
            Self::Tls => "Is de verbinding beveiligd?",
            Self::Login => "Kan de gebruiker Kurve inloggen?",
            Self::Data => "Mag Kurve de lijst lezen?",
            Self::Shape => "Staan alle kolommen in de lijst?",
            Self::Rows => "Staan er leerlingen in de lijst?",
        }
    }

    /// The steps that are proven when this rung holds.
    pub fn proves(self) -> &'static [Step] {
        match self {
            Self::Name | Self::Tls | Self::Shape | Self::Rows => &[],
            Self::Tcp => &[Step::AllowlistingRequested, Step::AllowlistingConfirmed],
            Self::Login => &[Step::QueryExecuted, Step::PasswordSet],
            Self::Data => &[Step::PermissionsChecked],
        }
    }
}

/// How a check ended, in the order of the ladder. The names are stable: they are stored, logged and part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CheckCode {
    /// Every rung held.
    Ok,
    /// No such host.
    HostUnknown,
    /// The port does not answer at all.
    PortSilent,
    /// The port refuses the connection.
    PortRefused,
    /// No TLS connection came about.
    TlsFailed,
    /// The certificate does not hold.
    CertificateInvalid,
    /// Magister refuses the user or the password.
    LoginRefused,
    /// The user may not read the list, or there is no such list.
    ListNotGranted,
    /// The user may not make the call.
    ServiceNotGranted,
    /// The list lacks a column.
    ListOutdated,
    /// The list has no rows.
    ListEmpty,
    /// The list has fewer than half of the rows that it had.
    ListShrunk,
    /// The list itself fails: its SQL, or the time it takes.
    ListFailed,
    /// There is no way from here to the host; it says nothing of the school.
    NoRoute,
    /// An answer took longer than we wait.
    TooSlow,
    /// Anything that the ladder does not know.
    UnexpectedAnswer,
}

impl CheckCode {
    /// The stored name, also used by the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether every check that ends with this code held a rung.
    pub fn always_holds(self, rung: Rung) -> bool {
        let broke_on = match self {
            Self::Ok => return true,
            // The second comes up on any rung.
            Self::HostUnknown | Self::UnexpectedAnswer => Rung::Name,
            Self::PortSilent | Self::PortRefused | Self::NoRoute => Rung::Tcp,
            Self::TlsFailed | Self::CertificateInvalid => Rung::Tls,
            // The second comes up on the next rung too.
            Self::LoginRefused | Self::TooSlow => Rung::Login,
            Self::ListNotGranted | Self::ServiceNotGranted | Self::ListFailed => Rung::Data,
            Self::ListOutdated => Rung::Shape,
            Self::ListEmpty | Self::ListShrunk => Rung::Rows,
        };
        rung < broke_on
    }

    /// The step that Magister itself speaks against with this answer. Silence speaks against none, and neither does what is
    /// Kurve's to find out.
    pub fn refuses(self) -> Option<Step> {
        match self {
            // The user existed when the query was proven; what changes is the password.
            Self::LoginRefused => Some(Step::PasswordSet),
            Self::ListNotGranted | Self::ServiceNotGranted => Some(Step::PermissionsChecked),
            Self::Ok
            | Self::HostUnknown
            | Self::PortSilent
            | Self::PortRefused
            | Self::TlsFailed
            | Self::CertificateInvalid
            | Self::ListOutdated
            | Self::ListEmpty
            | Self::ListShrunk
            | Self::ListFailed
            | Self::NoRoute
            | Self::TooSlow
            | Self::UnexpectedAnswer => None,
        }
    }

    /// Who has to act now; nobody when all is well.
    pub fn holder(self) -> Option<Party> {
        match self {
            Self::Ok => None,
            Self::HostUnknown
            | Self::LoginRefused
            | Self::ListNotGranted
            | Self::ServiceNotGranted
            | Self::ListEmpty
            | Self::ListShrunk => Some(Party::School),
            Self::PortSilent => Some(Party::Magister),
            Self::PortRefused
            | Self::TlsFailed
            | Self::CertificateInvalid
            | Self::ListOutdated
            | Self::ListFailed
            | Self::NoRoute
            | Self::TooSlow
            | Self::UnexpectedAnswer => Some(Party::Kurve),
        }
    }

    /// What is wrong and what to do, in one or two sentences for the school.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ok => "De verbinding met Magister werkt. Je hoeft niets te doen.",
            Self::HostUnknown => {
                "We vinden geen Magister op dit schooldomein. Kijk na hoe jullie Magister heet en verbeter het \
                 schooldomein."
            }
            Self::PortSilent => {
                "Magister geeft geen antwoord; meestal is de allowlisting dan nog niet klaar. Wacht op de bevestiging \
                 van Magister, of vraag in je ticket hoe het ermee staat."
            }
            Self::PortRefused => {
                "De webservice van Magister weigert de verbinding. Kurve zoekt uit waarom. Je hoeft niets te doen."
            }
            Self::TlsFailed => {
                "Er komt geen beveiligde verbinding met Magister tot stand. Kurve zoekt uit waarom. Je hoeft niets te \
                 doen."
            }
            Self::CertificateInvalid => {
                "Het certificaat van jullie Magister is niet geldig. Kurve zoekt uit waarom. Je hoeft niets te doen."
            }
            Self::LoginRefused => {
                "Magister weigert de gebruiker Kurve of het wachtwoord. Kijk bij Beheer > Webservices > Gebruikers of \
                 Kurve erbij staat en vul het wachtwoord daar opnieuw 2 keer in. Staat Kurve er niet? Voer dan eerst \
                 de query uit in Decibel."
            }
            Self::ListNotGranted => {
                "Kurve mag de lijst KurveLeerlingData niet lezen. Vink de lijst aan bij Beheer > Webservices > \
                 Gebruikers > Kurve, op het tabblad Lijsten. Staat de lijst er niet? Voer dan de query opnieuw uit in \
                 Decibel."
            }
            Self::ServiceNotGranted => {
                "Kurve mag de gegevens niet ophalen. Dat kan twee oorzaken hebben. Kijk bij Beheer > Webservices > \
                 Gebruikers > Kurve eerst op het tabblad Services: vink Data.GetData, Algemeen.Login en \
                 Algemeen.Logout aan. Kijk dan op het tabblad Lijsten of KurveLeerlingData is aangevinkt. Staat de \
                 lijst daar niet? Dan hoort ze bij een ander account: voer de query opnieuw uit in Decibel."
            }
            Self::ListOutdated => {
                "In de lijst KurveLeerlingData ontbreekt een kolom. Kurve kijkt welke query je nodig hebt. Je hoeft nu \
                 niets te doen."
            }
            Self::ListEmpty => {
                "De verbinding werkt, maar er staan geen leerlingen in de lijst. Kijk in Magister of dat klopt. Misschien is \
                 het nieuwe schooljaar nog niet ingericht."
            }
            Self::ListShrunk => {
                "In de lijst staat minder dan de helft van de leerlingen van eerder. Importeer nu niet. Kijk in \
                 Magister of het klopt. Klopt het? Meld het aan Kurve: dan kunnen jullie toch importeren."
            }
            Self::ListFailed => {
                "Magister kan de lijst KurveLeerlingData niet maken: er zit een fout in de lijst zelf. Kurve past de \
                 query aan. Je hoeft nu niets te doen."
            }
            Self::NoRoute => {
                "Kurve kan jullie Magister vanaf hier niet bereiken. Dat ligt aan de verbinding van Kurve en zegt \
                 niets over jullie school. Je hoeft niets te doen."
            }
            Self::TooSlow => "Magister doet te lang over een antwoord. Kurve zoekt uit waarom. Je hoeft niets te doen.",
            Self::UnexpectedAnswer => {
                "De controle kon niet af, want er kwam een onverwacht antwoord. Kurve zoekt uit waarom. Je hoeft niets \
                 te doen."
            }
        }
    }

    /// Whether Kurve got as far as the list: then no connection is lost, whatever is in the list.
    pub fn is_connected(self) -> bool {
        match self {
            Self::Ok | Self::ListOutdated | Self::ListEmpty | Self::ListShrunk => true,
            Self::HostUnknown
            | Self::PortSilent
            | Self::PortRefused
            | Self::TlsFailed
            | Self::CertificateInvalid
            | Self::LoginRefused
            | Self::ListNotGranted
            | Self::ServiceNotGranted
            | Self::ListFailed
            | Self::NoRoute
            | Self::TooSlow
            | Self::UnexpectedAnswer => false,
        }
    }
}

/// What is counted in the list, and all that is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Rows: one for each pupil.
    pub rows: u32,
    /// Rows without an opleidingscode.
    pub without_opleidingscode: u32,
    /// Rows without an idGebr.
    pub without_id_gebr: u32,
    /// Rows whose stamnr was in an earlier row; of a list of more than a hundred thousand pupils at least so many.
    pub double_stamnr: u32,
}

impl Counts {
    /// The receipt that school and Kurve see: "612 leerlingen, 3 zonder opleidingscode".
    pub fn receipt(&self) -> String {
        let mut text = match self.rows {
            1 => "1 leerling".to_owned(),
            rows => format!("{} leerlingen", dotted(rows.into())),
        };
        let details = [
            (self.without_opleidingscode, "zonder opleidingscode"),
            (self.without_id_gebr, "zonder idGebr"),
            (self.double_stamnr, "met een dubbel stamnr"),
        ];
        for (count, what) in details.into_iter().filter(|(count, _)| *count > 0) {
            text.push_str(&format!(", {} {what}", dotted(count.into())));
        }
        text
    }
}

/// How long one rung took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RungTime {
    /// Which rung.
    pub rung: Rung,
    /// In milliseconds.
    pub millis: u32,
}

/// All that is kept of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// How it ended.
    pub code: CheckCode,
    /// The rung that broke; the last one when all held.
    pub rung: Rung,
    /// The time of each rung that was tried, lowest first.
    pub times: Vec<RungTime>,
    /// The names of the columns, as Magister gave them.
    pub columns: Vec<String>,
    /// What was counted, once a list was read.
    pub counts: Option<Counts>,
    /// What was unexpected.
    pub oddity: Option<Oddity>,
    /// What Magister said of it: one short line, cleaned of secrets and long numbers.
    #[serde(rename = "said")]
    pub redacted_text: Option<String>,
    /// Where the server read what it was asked; none when no list was asked for, or nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// Until when the server's certificate holds; none when there was no safe connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<DateTime<Utc>>,
}

impl CheckResult {
    /// A check that ended so on a rung; of the rest nothing is known.
    pub fn ended(code: CheckCode, rung: Rung) -> Self {
        Self {
            code,
            rung,
            times: vec![],
            columns: vec![],
            counts: None,
            oddity: None,
            redacted_text: None,
            way: None,
            certificate_until: None,
        }
    }

    /// Whether a rung held.
    pub fn holds(&self, rung: Rung) -> bool {
        self.code == CheckCode::Ok || rung < self.rung
    }

    /// The steps that the rungs that held prove together, in the order of the steps.
    pub fn proven(&self) -> Vec<Step> {
        let mut steps: Vec<Step> =
            Rung::iter().filter(|rung| self.holds(*rung)).flat_map(|rung| rung.proves()).copied().collect();
        steps.sort_unstable();
        steps
    }

    /// How long the whole check took, in milliseconds.
    pub fn millis(&self) -> u32 {
        self.times.iter().fold(0, |sum, time| sum.saturating_add(time.millis))
    }
}
