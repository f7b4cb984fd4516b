//! A message on its way to the next page: what was done, and what else it says of that. It travels in a cookie.

use super::flash::{Flash, Undo};
use crate::domain::credential::reveal::REVEALS_ALLOWED;
use crate::domain::ids::ConnectionId;
use crate::domain::notice::TIME_TO_UNDO;
use crate::domain::onboarding::Step;
use crate::services::mail::reach::Reach;
use crate::words;

/// What stands in the cookie before the connection that a message is about.
const ABOUT: &str = "van-";

/// Something that was just done, with the step that it was about where the page names it, and whom the mail gets to
/// that it promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashMessage {
    pub(super) flash: Flash,
    pub(super) about: Option<Step>,
    pub(super) undo: Option<Undo>,
    pub(super) reach: Reach,
    /// The connection that it is about, where the page shows several.
    pub(super) connection: Option<ConnectionId>,
}

impl From<Flash> for FlashMessage {
    fn from(flash: Flash) -> Self {
        Self { flash, about: None, undo: None, reach: Reach::Everyone, connection: None }
    }
}

impl FlashMessage {
    /// With whom the mail gets to that it promises.
    #[must_use]
    pub fn reaching(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// With the connection that it is about, for a page that shows several.
    #[must_use]
    pub fn of(self, connection: ConnectionId) -> Self {
        Self { connection: Some(connection), ..self }
    }

    /// The connection that it is about, where that is not clear from the page.
    pub fn connection(self) -> Option<ConnectionId> {
        self.connection
    }

    /// The text in the cookie.
    pub fn as_text(self) -> String {
        let mut text = self.flash.as_str().to_owned();
        text.extend(self.about.iter().flat_map(|step| [".", step.as_str()]));
        if self.reach != Reach::Everyone {
            text.extend([".", self.reach.into()]);
        }
        if let Some(connection) = self.connection {
            text += &format!(".{ABOUT}{connection}");
        }
        if let Some(undo) = self.undo {
            text += &format!(".{}.{}", undo.connection, undo.version);
        }
        text
    }

    /// Reads the text in the cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let (said, undo) = match text.rsplitn(3, '.').collect::<Vec<_>>()[..] {
            [version, connection, said] => match (connection.parse(), version.parse()) {
                (Ok(connection), Ok(version)) => (said, Some(Undo { connection, version })),
                (_, _) => (text, None),
            },
            _ => (text, None),
        };
        let mut parts = said.split('.');
        let flash = Flash::read(parts.next()?)?;
        let message = FlashMessage { undo, ..flash.into() };
        let connection = |part: &str| part.strip_prefix(ABOUT)?.parse().ok();
        Some(parts.fold(message, |message: Self, part| match (part.parse::<Step>(), part.parse::<Reach>()) {
            (Ok(step), _) => Self { about: Some(step), ..message },
            (Err(_), Ok(reach)) => message.reaching(reach),
            (Err(_), Err(_)) => Self { connection: connection(part).or(message.connection), ..message },
        }))
    }

    /// Whether it is this message, with whatever is said beside it.
    pub fn is(self, flash: Flash) -> bool {
        self.flash == flash
    }

    /// The press that can be undone for a while, if it was one.
    pub fn undo(self) -> Option<Undo> {
        self.undo
    }

    /// What the page says.
    pub fn sentence(self) -> String {
        if let (Some((promised, left)), true) = (self.flash.promised(), self.reach != Reach::Everyone) {
            return format!("{left} {}", promised.instead(self.reach));
        }
        match (self.flash, self.about) {
            (Flash::StepDone, Some(step)) => format!("Opgeslagen: “{}” is klaar.", words::step_name(step)),
            (Flash::StepTakenBack, Some(step)) => format!("Opgeslagen: “{}” staat weer open.", words::step_name(step)),
            (Flash::HandedOver, Some(step)) => {
                format!("Je collega krijgt een mail met uitleg over “{}”.", words::step_name(step))
            }
            (Flash::HandedAgain, _) => {
                format!("Het wachtwoord kan weer {REVEALS_ALLOWED} keer worden bekeken.")
            }
            (flash @ (Flash::Confirmed | Flash::SchoolActivated | Flash::JoinAcceptedAndActivated), _)
                if self.undo.is_some() =>
            {
                let minutes = TIME_TO_UNDO.num_minutes();
                format!("{} De mails hierover gaan over {minutes} minuten weg.", flash.sentence())
            }
            (flash, _) => flash.sentence().to_owned(),
        }
    }
}
