//! What was just done, said once on the next page. The cookie holds a name; the sentence is ours.

mod crew;

pub use crew::CrewDone;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use strum::{EnumString, IntoStaticStr};

use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Step;
use crate::links;
use crate::services::mail::reach::Reach;
use crate::web::WebState;
pub use crate::web::flash_message::FlashMessage;
use crate::web::promised::Promised;
use crate::web::session::Jar;

/// Something that was just done. Its name is in the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Flash {
    /// A step was claimed.
    StepDone,
    /// A step was taken back.
    StepTakenBack,
    /// Kurve laid a connection aside.
    PausedByKurve,
    /// It was so already.
    AlreadySo,
    /// A step was reported stuck.
    StuckReported,
    /// A step was handed over.
    HandedOver,
    /// A step was taken over.
    TakenOver,
    /// A question was put to Kurve.
    Asked,
    /// It was put before and waits.
    AskedAlready,
    /// A new password was asked for.
    PasswordAsked,
    /// Details were sent.
    DetailsSent,
    /// A school domain was corrected, or Kurve was asked to.
    DomainGiven,
    /// The import was reported done.
    ImportReported,
    /// Paused.
    Paused,
    /// Reminders come again.
    RemindersResumed,
    /// The digest comes again.
    DigestResumed,
    /// The mail that asks to confirm a request goes again.
    ConfirmationSent,
    /// It waits, since mails are held.
    ConfirmationHeld,
    /// Mail arrives again.
    AddressWorks,
    /// Resumed.
    Resumed,
    /// Reminders were put off.
    Snoozed,
    /// Reminders were turned on again.
    Woken,
    /// Days of the school's own were added.
    OwnDaysAdded,
    /// Days of the school's own were taken away.
    OwnDaysRemoved,
    /// Withdrawn.
    Withdrawn,
    /// Some schools of a connection were withdrawn.
    SchoolsWithdrawn,
    /// A contact undid that a school stopped or was done.
    EndUndone,
    /// Reopened.
    Reopened,
    /// One school was activated.
    SchoolActivated,
    /// One of several schools was withdrawn.
    SchoolWithdrawn,
    /// One of several schools was reopened.
    SchoolReopened,
    /// A school was added to a connection.
    SchoolAdded,
    /// A school was moved to another connection.
    SchoolMoved,
    /// Something of Optie B was kept with the school.
    OptionBKept,
    /// Signed out.
    SignedOut,
    /// A form came after the session had ended.
    WasAway,
    /// A form came after the session had ended, and is kept.
    FormKept,
    /// The password is shown only to who signed in a moment ago.
    FreshCode,
    /// Credentials were issued.
    Issued,
    /// Credentials were handed over again.
    HandedAgain,
    /// A step was confirmed.
    Confirmed,
    /// An activation was undone before anybody was told of it.
    Undone,
    /// An activation was undone after people were told of it.
    UndoneAndTold,
    /// A step was sent back.
    SentBack,
    /// A stuck step was answered.
    Answered,
    /// A note was written.
    NoteAdded,
    /// A connection was taken.
    Taken,
    /// A connection was given to a colleague.
    Given,
    /// A connection was let go.
    LetGo,
    /// What is kept of a connection that ended stays for another term.
    Kept,
    /// The keys of the worklist were turned on.
    KeysOn,
    /// The keys of the worklist were turned off.
    KeysOff,
    /// Something about colleagues, notes, or the address of a contact.
    Crew(CrewDone),
    /// A filter was kept.
    ViewSaved,
    /// A kept filter was forgotten.
    ViewDeleted,
    /// Further schools were asked for.
    SchoolsAsked,
    /// Requests to join were let in.
    JoinAccepted,
    /// Requests to join were let in, and their schools activated.
    JoinAcceptedAndActivated,
    /// Requests to join, or to begin, were declined.
    JoinDeclined,
    /// A school that waited begins.
    SchoolBegins,
    /// A school that waited asks to join what came here meanwhile.
    SchoolJoinsInstead,
    /// A contact was added.
    ContactAdded,
    /// A contact was changed.
    ContactChanged,
    /// A contact was removed.
    ContactRemoved,
    /// A contact was vouched for.
    Vouched,
    /// An admin gave leave to activate without a check that passed.
    Allowed,
    /// A mail was put back in line.
    MailRetried,
    /// The mails that failed were put back in line.
    MailsRetried,
    /// A mail was taken out of the line.
    MailDropped,
    /// The Magister of the demo behaves otherwise.
    DemoMagisterSet,
    /// Password and second factor were chosen.
    Enrolled,
}

/// What "Ongedaan maken" undoes: the press after which an onboarding had this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// Of which connection.
    pub connection: ConnectionId,
    /// The version after the press.
    pub version: i32,
}

impl Undo {
    /// Where that is posted.
    pub fn path(self) -> String {
        links::staff_school(links::STAFF_UNDO, self.connection)
    }
}

impl Flash {
    /// The name in the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crew(done) => done.as_str(),
            other => other.into(),
        }
    }

    pub(super) fn read(name: &str) -> Option<Self> {
        name.parse::<CrewDone>().map(Self::Crew).or_else(|_| name.parse()).ok()
    }

    /// What the page says.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::StepDone => "Opgeslagen: deze stap is klaar.",
            Self::StepTakenBack => "Opgeslagen: deze stap staat weer open.",
            Self::PausedByKurve => "De koppeling staat op pauze. De school krijgt een mail.",
            Self::AlreadySo => "Dit was al zo. Er is niets veranderd.",
            Self::StuckReported => "Je melding is verstuurd. Kurve helpt je: je krijgt een mail.",
            Self::HandedOver => "Je collega krijgt een mail met uitleg over deze stap.",
            Self::TakenOver => "Opgeslagen: deze stap is nu van jou.",
            Self::Asked => "Je vraag staat bij Kurve. Het antwoord lees je bij Berichten.",
            Self::AskedAlready => "Deze vraag staat al bij Kurve. Je hoeft niets meer te doen.",
            Self::PasswordAsked => "Kurve weet dat jullie een nieuw wachtwoord nodig hebben.",
            Self::DetailsSent => "De gegevens zijn opgeslagen.",
            Self::DomainGiven => "Het schooldomein is opgeslagen. De verbinding wordt zo opnieuw gecontroleerd.",
            Self::ImportReported => "Bedankt. We hebben genoteerd dat de import gelukt is.",
            Self::Paused => "De koppeling staat op pauze. Tot die datum krijgen jullie geen herinneringen.",
            Self::RemindersResumed => "Opgeslagen: er komen weer herinneringen.",
            Self::DigestResumed => "Opgeslagen: Kurve krijgt het dagoverzicht weer.",
            Self::ConfirmationSent => "De mail om te bevestigen gaat opnieuw naar wie de school aanmeldde.",
            Self::ConfirmationHeld => "De mail staat klaar. Hij gaat pas weg als er weer mails worden verstuurd.",
            Self::AddressWorks => "Opgeslagen: dit adres krijgt weer mail.",
            Self::Resumed => "De pauze is gestopt. Jullie kunnen weer verder.",
            Self::Snoozed => "Opgeslagen. Tot die dag komen er geen herinneringen.",
            Self::Woken => "De herinneringen staan weer aan.",
            Self::OwnDaysAdded => "De dagen zijn opgeslagen.",
            Self::OwnDaysRemoved => "De dagen zijn weggehaald.",
            Self::Withdrawn => "De koppeling is gestopt.",
            Self::SchoolsWithdrawn => "Het stoppen is opgeslagen. De andere scholen gaan door.",
            Self::EndUndone => "Teruggedraaid. Jullie kunnen weer verder.",
            Self::Reopened => "De koppeling is heropend.",
            Self::SchoolActivated => "De school is geactiveerd.",
            Self::SchoolWithdrawn => "De school is gestopt.",
            Self::SchoolReopened => "De school doet weer mee.",
            Self::SchoolAdded => "De school is toegevoegd.",
            Self::SchoolMoved => "De school is verplaatst. Je ziet nu de koppeling waar de school bij hoort.",
            Self::OptionBKept => "Bewaard bij jullie school. Het staat er de volgende keer nog.",
            Self::SignedOut => "Je bent uitgelogd.",
            Self::WasAway => "Je bent automatisch uitgelogd. Log opnieuw in. Wat je net invulde, is niet opgeslagen.",
            Self::FormKept => "Je bent automatisch uitgelogd. Log opnieuw in. Daarna staat er nog wat je typte.",
            Self::FreshCode => {
                "Je bent al langer dan een kwartier ingelogd. Vul eerst de code uit een nieuwe mail in. Daarna kun je het \
                 wachtwoord bekijken."
            }
            Self::Issued => "Het wachtwoord en de query staan klaar. Contactpersonen met toegang krijgen een mail.",
            Self::HandedAgain => "Het wachtwoord kan weer worden bekeken.",
            Self::Confirmed => "De stap is bevestigd.",
            Self::Undone => "Ongedaan gemaakt. De mails zijn niet verstuurd. In de geschiedenis blijft het staan.",
            Self::UndoneAndTold => {
                "Ongedaan gemaakt. Er was al mail weg. De school krijgt daarom een mail dat importeren niet meer kan."
            }
            Self::SentBack => "De stap is teruggestuurd. De school krijgt een mail.",
            Self::Answered => "Je antwoord is verstuurd.",
            Self::NoteAdded => "De notitie is opgeslagen.",
            Self::Taken => "Deze staat nu bij jou.",
            Self::Given => "Deze staat nu bij je collega.",
            Self::LetGo => "Losgelaten: iedereen bij Kurve kan ermee verder.",
            Self::Kept => "Opgeslagen: we bewaren de gegevens langer.",
            Self::KeysOn => "De toetsen staan aan.",
            Self::KeysOff => "De toetsen staan uit.",
            Self::Crew(done) => done.sentence(),
            Self::ViewSaved => "De weergave is bewaard.",
            Self::ViewDeleted => "De weergave is verwijderd.",
            Self::SchoolsAsked => "Kurve kijkt de aanmelding na.",
            Self::JoinAccepted => "De aanmelding is toegelaten.",
            Self::JoinAcceptedAndActivated => {
                "De aanmelding is toegelaten en wat erbij kwam is geactiveerd. Ongedaan maken haalt alleen het activeren terug."
            }
            Self::JoinDeclined => "De aanmelding is afgewezen. Wie het vroeg, krijgt een mail.",
            Self::SchoolBegins => "De school kan beginnen. Wie de school aanmeldde, krijgt een mail.",
            Self::SchoolJoinsInstead => {
                "De school of het schooldomein staat intussen in Koppelklaar. Beslis hier over de aanmelding."
            }
            Self::ContactAdded => "De contactpersoon is toegevoegd en krijgt een mail.",
            Self::ContactChanged => "De contactpersoon is gewijzigd.",
            Self::ContactRemoved => "De contactpersoon is verwijderd en uitgelogd.",
            Self::Vouched => "Opgeslagen: deze contactpersoon heeft toegang tot het wachtwoord en de query.",
            Self::Allowed => "Opgeslagen: Kurve mag deze koppeling activeren zonder geslaagde controle.",
            Self::MailRetried => "De mail wordt opnieuw verstuurd.",
            Self::MailsRetried => "De mails die waren mislukt, worden opnieuw verstuurd.",
            Self::MailDropped => "De mail wordt niet verstuurd.",
            Self::DemoMagisterSet => "Opgeslagen. Druk bij een school op Verbinding controleren om het te zien.",
            Self::Enrolled => "Je wachtwoord en code-app zijn ingesteld. Log nu in.",
        }
    }

    /// Whom it promises a mail, and what is left to say without the promise.
    pub fn promised(self) -> Option<(Promised, &'static str)> {
        Some(match self {
            Self::StuckReported => (Promised::Reader, "Je melding staat bij Kurve."),
            Self::HandedOver => (Promised::Person, "De stap staat nu bij je collega."),
            Self::Issued => (Promised::Vouched, "Het wachtwoord en de query staan klaar."),
            Self::SentBack => (Promised::School, "De stap is teruggestuurd."),
            Self::Answered => (Promised::School, "Je antwoord is opgeslagen."),
            Self::Crew(CrewDone::ColleagueAdded) => (Promised::Person, "Je collega doet mee."),
            Self::Crew(CrewDone::AccessAsked) => (Promised::Reader, "Kurve weet het."),
            Self::Crew(CrewDone::MessageSent) => (Promised::School, "Je bericht is opgeslagen."),
            Self::Crew(CrewDone::MessageReceived) => (Promised::Reader, "Je bericht staat bij Kurve."),
            Self::PausedByKurve => (Promised::School, "De koppeling staat op pauze."),
            Self::JoinDeclined => (Promised::Person, "De aanmelding is afgewezen."),
            Self::SchoolBegins => (Promised::Person, "De school kan beginnen."),
            Self::ContactAdded => (Promised::Person, "De contactpersoon is toegevoegd."),
            _ => return None,
        })
    }

    /// With the step that it was about.
    pub fn about(self, step: Step) -> FlashMessage {
        FlashMessage { about: Some(step), ..self.into() }
    }

    /// With a press that can be undone for a while.
    pub fn undone_by(self, undo: Undo) -> FlashMessage {
        FlashMessage { undo: Some(undo), ..self.into() }
    }

    /// With whom the mail gets to that it promises.
    pub fn reaching(self, reach: Reach) -> FlashMessage {
        FlashMessage { reach, ..self.into() }
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
#[path = "flash_tests.rs"]
mod tests;
