//! What was just done, said once on the next page. The cookie holds a name; the sentence is ours.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::credential::reveal::{REVEAL_DAYS, REVEALS_ALLOWED};
use crate::domain::onboarding::Step;
use crate::web::WebState;
use crate::web::session::Jar;
use crate::words;

macro_rules! flashes {
    ($($(#[$doc:meta])* $variant:ident => $name:literal, $sentence:literal;)+) => {
        /// Something that was just done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Flash {
            $($(#[$doc])* $variant,)+
        }

        impl Flash {
            /// The name in the cookie.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Reads the name in the cookie.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$variant),)+ _ => None }
            }

            /// What the page says.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
}

flashes! {
    /// A step was claimed.
    StepDone => "step_done", "Opgeslagen: deze stap is gedaan.";
    /// A step was taken back.
    StepTakenBack => "step_taken_back", "Opgeslagen: deze stap staat weer open.";
    /// It was so already.
    AlreadySo => "already_so", "Dit stond al zo. Er is niets veranderd.";
    /// A step was reported stuck.
    StuckReported => "stuck_reported", "Je melding is verstuurd. Kurve kijkt ernaar; je krijgt bericht per mail.";
    /// A step was handed over.
    HandedOver => "handed_over", "De stap is doorgegeven. Je collega krijgt een mail met uitleg.";
    /// Details were sent.
    DetailsSent => "details_sent", "De gegevens zijn opgeslagen.";
    /// The import was reported done.
    ImportReported => "import_reported", "Dank je wel. De import staat als gedaan genoteerd.";
    /// Paused.
    Paused => "paused", "De koppeling staat op pauze. Tot die datum krijgen jullie geen herinneringen.";
    /// Reminders come again.
    RemindersResumed => "reminders_resumed", "Opgeslagen: er komen weer herinneringen.";
    /// The digest comes again.
    DigestResumed => "digest_resumed", "Opgeslagen: Kurve krijgt het overzicht van de dag weer.";
    /// Mail arrives again.
    AddressWorks => "address_works", "Opgeslagen: dit adres krijgt weer mail.";
    /// Resumed.
    Resumed => "resumed", "De koppeling gaat weer verder.";
    /// Reminders were put off.
    Snoozed => "snoozed", "Opgeslagen. Tot die dag komen er geen herinneringen.";
    /// Reminders were turned on again.
    Woken => "woken", "De herinneringen staan weer aan.";
    /// Days of the school's own were added.
    OwnDaysAdded => "own_days_added", "De dagen zijn opgeslagen.";
    /// Days of the school's own were taken away.
    OwnDaysRemoved => "own_days_removed", "De dagen zijn weggehaald.";
    /// Withdrawn.
    Withdrawn => "withdrawn", "De koppeling is gestopt.";
    /// Reopened.
    Reopened => "reopened", "De koppeling is weer geopend.";
    /// Signed out.
    SignedOut => "signed_out", "Je bent uitgelogd.";
    /// A form came after the session had ended.
    WasAway => "was_away", "Je was te lang weg. Log opnieuw in. Wat je net invulde, is niet opgeslagen.";
    /// Credentials were issued.
    Issued => "issued", "Wachtwoord en query zijn klaargezet. Wie Kurve heeft bevestigd, krijgt bericht.";
    /// Credentials were handed over again.
    HandedAgain => "handed_again", "Het wachtwoord kan weer worden bekeken.";
    /// A step was confirmed.
    Confirmed => "confirmed", "De stap is bevestigd.";
    /// A step was sent back.
    SentBack => "sent_back", "De stap is teruggestuurd. De school krijgt bericht.";
    /// A stuck step was answered.
    Answered => "answered", "Je antwoord is verstuurd.";
    /// A note was written.
    NoteAdded => "note_added", "De notitie is opgeslagen.";
    /// A filter was kept.
    ViewSaved => "view_saved", "De weergave is bewaard.";
    /// A kept filter was forgotten.
    ViewDeleted => "view_deleted", "De weergave is verwijderd.";
    /// A contact was added.
    ContactAdded => "contact_added", "De contactpersoon is toegevoegd en krijgt bericht.";
    /// A contact was changed.
    ContactChanged => "contact_changed", "De contactpersoon is gewijzigd.";
    /// A contact was removed.
    ContactRemoved => "contact_removed", "De contactpersoon is verwijderd en uitgelogd.";
    /// A contact was vouched for.
    Vouched => "vouched", "Vastgelegd: Kurve staat in voor deze contactpersoon.";
    /// An admin gave leave to activate without a check that passed.
    Allowed => "allowed", "Vastgelegd: deze school mag worden geactiveerd zonder goede controle.";
    /// A mail was put back in line.
    MailRetried => "mail_retried", "De mail staat weer in de rij.";
    /// A mail was taken out of the line.
    MailDropped => "mail_dropped", "De mail wordt niet verstuurd.";
    /// The Magister of the demo behaves otherwise.
    DemoMagisterSet => "demo_magister_set", "Opgeslagen. Druk bij een school op Verbinding controleren om het te zien.";
    /// Password and second factor were chosen.
    Enrolled => "enrolled", "Je wachtwoord en code-app zijn ingesteld. Log nu in.";
}

/// Something that was just done, with the step that it was about where the page names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashMessage {
    flash: Flash,
    about: Option<Step>,
}

impl Flash {
    /// With the step that it was about.
    pub fn about(self, step: Step) -> FlashMessage {
        FlashMessage { flash: self, about: Some(step) }
    }
}

impl From<Flash> for FlashMessage {
    fn from(flash: Flash) -> Self {
        Self { flash, about: None }
    }
}

impl FlashMessage {
    /// The text in the cookie.
    pub fn as_text(self) -> String {
        match self.about {
            Some(step) => format!("{}.{}", self.flash.as_str(), step.as_str()),
            None => self.flash.as_str().to_owned(),
        }
    }

    /// Reads the text in the cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, step) = text.split_once('.').unwrap_or((text, ""));
        Some(Self { flash: Flash::parse(name)?, about: Step::parse(step) })
    }

    /// What the page says.
    pub fn sentence(self) -> String {
        match (self.flash, self.about) {
            (Flash::StepDone, Some(step)) => format!("Opgeslagen: “{}” is gedaan.", words::step_name(step)),
            (Flash::StepTakenBack, Some(step)) => format!("Opgeslagen: “{}” staat weer open.", words::step_name(step)),
            (Flash::HandedOver, Some(step)) => {
                format!("“{}” is doorgegeven. Je collega krijgt een mail met uitleg.", words::step_name(step))
            }
            (Flash::HandedAgain, _) => {
                format!("Het wachtwoord kan weer {REVEALS_ALLOWED} keer worden bekeken, {REVEAL_DAYS} dagen lang.")
            }
            (flash, _) => flash.sentence().to_owned(),
        }
    }
}

/// Goes to another page, which says what was done.
pub fn redirect(web: &WebState, to: &str, message: impl Into<FlashMessage>) -> Response {
    let cookie = Jar::Flash.write(web, message.into().as_text());
    with_cookie(see_other(to), &cookie)
}

/// Goes to another page after a form.
pub fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).expect("paths of ours are plain ASCII");
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Adds a cookie to an answer.
pub fn with_cookie(mut response: Response, cookie: &str) -> Response {
    let value = HeaderValue::from_str(cookie).expect("cookies of ours are plain ASCII");
    response.headers_mut().append(header::SET_COOKIE, value);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_reads_back_from_the_cookie_and_nothing_else_does() {
        for message in [Flash::Woken.into(), Flash::StepDone.about(Step::PasswordSet), Flash::StepDone.into()] {
            assert_eq!(FlashMessage::parse(&message.as_text()), Some(message));
            assert!(message.sentence().ends_with('.'));
        }
        assert_eq!(FlashMessage::parse("step_done.nergens"), Some(Flash::StepDone.into()));
        for strange in ["", "iets", ".password_set", "<b>.password_set"] {
            assert_eq!(FlashMessage::parse(strange), None);
        }
    }
}
