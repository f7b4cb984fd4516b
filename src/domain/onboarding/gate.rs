//! The five gates and nine steps: who does each, and what it needs first. Facts follow Kurve's manual.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use crate::domain::roles::ContactRole;

/// One of the five questions that close the manual; all five yes means: import. In the manual's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Gate {
    /// Is in Magister consent gegeven?
    Consent,
    /// Is de webservice actief?
    Webservice,
    /// Is het wachtwoord voor Numo aangemaakt en de query geplaatst?
    Password,
    /// Is allowlisting aangevraagd en bevestigd door Magister?
    Allowlisting,
    /// Heeft Kurve bevestigd dat de koppeling aan de kant van Numo geactiveerd is?
    Activation,
}

impl Gate {
    /// The stored name, also used by the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The steps that together answer the question, in order.
    pub fn steps(self) -> &'static [Step] {
        match self {
            Self::Consent => &[Step::ConsentGiven],
            Self::Webservice => &[Step::DetailsSubmitted, Step::CredentialsIssued, Step::QueryExecuted],
            Self::Password => &[Step::PasswordSet, Step::PermissionsChecked],
            Self::Allowlisting => &[Step::AllowlistingRequested, Step::AllowlistingConfirmed],
            Self::Activation => &[Step::ActivationConfirmed],
        }
    }
}

/// Who can do a step, and so who can hold the ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Party {
    /// The school.
    School,
    /// Kurve's support.
    Kurve,
    /// Magister's support.
    Magister,
}

impl Party {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One thing that one party does, in the order of the gates: what a step needs always comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    /// The superbeheerder gives consent for Numo UWLR smalle set at accounts.magister.net/admin.
    ConsentGiven,
    /// The school sends its name, BRIN and school domain.
    DetailsSubmitted,
    /// Kurve issues the unique password and the query file.
    CredentialsIssued,
    /// The school runs the query in Decibel.
    QueryExecuted,
    /// The school enters the password twice in Beheer > Webservices > Gebruikers > Kurve.
    PasswordSet,
    /// The school checks the tabs Services and Lijsten.
    PermissionsChecked,
    /// The school asks Magister for allowlisting by ticket.
    AllowlistingRequested,
    /// Magister confirms the allowlisting.
    AllowlistingConfirmed,
    /// Kurve confirms that the connection is active on Numo's side.
    ActivationConfirmed,
}

impl Step {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it is done once for all schools of a connection. Only the activation is each school's own.
    pub fn is_shared(self) -> bool {
        self != Self::ActivationConfirmed
    }

    /// The steps that are done once for all schools of a connection, in order.
    pub fn shared() -> impl Iterator<Item = Self> {
        Self::iter().filter(|step| step.is_shared())
    }

    /// The gate whose question this step helps to answer.
    pub fn gate(self) -> Gate {
        match self {
            Self::ConsentGiven => Gate::Consent,
            Self::DetailsSubmitted | Self::CredentialsIssued | Self::QueryExecuted => Gate::Webservice,
            Self::PasswordSet | Self::PermissionsChecked => Gate::Password,
            Self::AllowlistingRequested | Self::AllowlistingConfirmed => Gate::Allowlisting,
            Self::ActivationConfirmed => Gate::Activation,
        }
    }

    /// The one party that can do it.
    pub fn party(self) -> Party {
        match self {
            Self::ConsentGiven
            | Self::DetailsSubmitted
            | Self::QueryExecuted
            | Self::PasswordSet
            | Self::PermissionsChecked
            | Self::AllowlistingRequested => Party::School,
            Self::CredentialsIssued | Self::ActivationConfirmed => Party::Kurve,
            Self::AllowlistingConfirmed => Party::Magister,
        }
    }

    /// The steps that must be yes before this one can be.
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::ConsentGiven | Self::DetailsSubmitted | Self::AllowlistingRequested => &[],
            Self::CredentialsIssued => &[Self::DetailsSubmitted],
            Self::QueryExecuted => &[Self::CredentialsIssued],
            Self::PasswordSet | Self::PermissionsChecked => &[Self::QueryExecuted],
            Self::AllowlistingConfirmed => &[Self::AllowlistingRequested],
            // The four other gates are yes exactly when these are.
            Self::ActivationConfirmed => &[
                Self::ConsentGiven,
                Self::QueryExecuted,
                Self::PasswordSet,
                Self::PermissionsChecked,
                Self::AllowlistingConfirmed,
            ],
        }
    }

    /// Everything that needs this step, directly or through others, in the order of the steps.
    pub fn needed_by(self) -> Vec<Self> {
        let mut found = vec![self];
        for other in Self::iter() {
            if other.needs().iter().any(|need| found.contains(need)) {
                found.push(other);
            }
        }
        found.remove(0);
        found
    }

    /// Whether a contact of the school may report this step.
    ///
    /// Magister has no account here, so the school passes its confirmation on.
    pub fn can_school_report(self) -> bool {
        match self.party() {
            Party::School | Party::Magister => true,
            Party::Kurve => false,
        }
    }

    /// The role in which alone a contact can do this step. The manual: only the superbeheerder can give consent.
    pub fn takes_role(self) -> Option<ContactRole> {
        match self {
            Self::ConsentGiven => Some(ContactRole::Superbeheerder),
            Self::DetailsSubmitted
            | Self::CredentialsIssued
            | Self::QueryExecuted
            | Self::PasswordSet
            | Self::PermissionsChecked
            | Self::AllowlistingRequested
            | Self::AllowlistingConfirmed
            | Self::ActivationConfirmed => None,
        }
    }

    /// Whether the connection check can see this step through port 8800. Consent cannot be seen there.
    pub fn can_be_proven(self) -> bool {
        match self {
            Self::QueryExecuted
            | Self::PasswordSet
            | Self::PermissionsChecked
            | Self::AllowlistingRequested
            | Self::AllowlistingConfirmed => true,
            Self::ConsentGiven | Self::DetailsSubmitted | Self::CredentialsIssued | Self::ActivationConfirmed => false,
        }
    }

    /// Whether the school picks something up for it, which it can only where Kurve vouches for somebody.
    pub fn takes_credentials(self) -> bool {
        match self {
            Self::QueryExecuted | Self::PasswordSet => true,
            Self::ConsentGiven
            | Self::DetailsSubmitted
            | Self::CredentialsIssued
            | Self::PermissionsChecked
            | Self::AllowlistingRequested
            | Self::AllowlistingConfirmed
            | Self::ActivationConfirmed => false,
        }
    }

    /// Whether a check that sees this step used the password: with another password it says nothing of it.
    pub fn rests_on_credentials(self) -> bool {
        match self {
            Self::QueryExecuted | Self::PasswordSet | Self::PermissionsChecked => true,
            Self::ConsentGiven
            | Self::DetailsSubmitted
            | Self::CredentialsIssued
            | Self::AllowlistingRequested
            | Self::AllowlistingConfirmed
            | Self::ActivationConfirmed => false,
        }
    }

    /// Whether the connection check can make this step fall: what it can see, and the activation of a connection that is
    /// lost by a cause that is Kurve's to find out.
    pub fn can_be_lost(self) -> bool {
        self.can_be_proven() || self == Self::ActivationConfirmed
    }

    /// Whether Magister's ticket reference can be given as the ground.
    pub fn takes_ticket(self) -> bool {
        self.gate() == Gate::Allowlisting
    }
}
