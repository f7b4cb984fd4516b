//! What a page says instead where it promises a mail that does not get to all.

use crate::services::mail::reach::Reach;

/// Whom a message promises a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promised {
    /// The contacts of the connection.
    School,
    /// Those of them for whom Kurve vouches.
    Vouched,
    /// One person.
    Person,
    /// The reader.
    Reader,
}

impl Promised {
    /// What is said where the mail does not get to all of them.
    pub fn instead(self, reach: Reach) -> &'static str {
        match (self, reach) {
            (_, Reach::Everyone) => "",
            (Self::Reader, Reach::Some | Reach::Nobody) => {
                "Bij jouw e-mailadres komt geen mail aan: je leest het antwoord hier."
            }
            (Self::Reader, Reach::Held) => "Je leest het antwoord hier.",
            (_, Reach::Held) => "De mail wacht: er worden nu geen mails verstuurd.",
            (Self::School | Self::Vouched, Reach::Some) => "Niet iedereen krijgt de mail: een e-mailadres werkt niet.",
            (Self::School | Self::Vouched, Reach::Nobody) => {
                "Er gaat geen mail: bij niemand van de school komt mail aan. Bel de school."
            }
            (Self::Person, Reach::Some | Reach::Nobody) => "Er gaat geen mail: op dit e-mailadres komt mail niet aan.",
        }
    }
}
