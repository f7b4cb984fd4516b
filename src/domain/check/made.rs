//! One check from the moment it is asked for: how far it is, why it was not made, and why it may not be asked for.

use serde::{Deserialize, Serialize};

use super::{Counts, Rung, RungTime};
use chrono::{DateTime, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckProgress {
    /// The rungs that held, lowest first.
    pub held: Vec<RungTime>,
    /// The rung that is tried now.
    pub trying: Option<Rung>,
}

/// Why a check that was in line was not made. It says nothing about the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NotMade {
    /// Several connections in a row found the address dead; it is left in peace for a while.
    Resting,
    /// There was nothing to log in with any more, or the connection stopped or was laid aside.
    NotNeeded,
    /// Password, domain or answers changed while it ran, so that it says nothing.
    Overtaken,
    /// It did not end in time, or our own machinery failed.
    BrokeOff,
}

impl NotMade {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it means, for whoever asked.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Resting => {
                "Magister gaf bij meerdere scholen geen antwoord. We proberen het straks opnieuw. Je hoeft niets te doen."
            }
            Self::NotNeeded => {
                "De controle was niet meer nodig, want er is intussen iets veranderd. Open de pagina opnieuw."
            }
            Self::Overtaken => {
                "Tijdens de controle is er iets veranderd, zoals het wachtwoord. Controleer de verbinding opnieuw."
            }
            Self::BrokeOff => {
                "De controle is gestopt door een fout bij ons. Jullie hebben niets verkeerd gedaan. Probeer het opnieuw."
            }
        }
    }
}

/// Why no check may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckRefusal {
    /// This installation makes no checks.
    #[error("this installation makes no connection checks")]
    Off,
    /// There is nothing to log in with yet.
    #[error("no credentials are issued")]
    NotIssued,
    /// The onboarding is laid aside.
    #[error("the onboarding is paused")]
    Paused,
    /// All its schools stopped.
    #[error("the onboarding is withdrawn")]
    Withdrawn,
}

/// What was counted when a list was last read: the receipt that school and Kurve see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// What was counted.
    pub counts: Counts,
    /// When.
    pub at: DateTime<Utc>,
}
