//! What was just done about the accounts of Kurve's colleagues, about notes and messages, and about the address of a contact.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// Something of it. Its name is in the cookie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CrewDone {
    /// A colleague was invited, or invited again.
    #[default]
    ColleagueInvited,
    /// An invitation was withdrawn.
    InviteWithdrawn,
    /// A colleague got another role.
    ColleagueChanged,
    /// An account was disabled.
    ColleagueDisabled,
    /// An account was taken into use again.
    ColleagueEnabled,
    /// A colleague chooses password and second factor anew.
    ColleagueReset,
    /// One's own password was changed.
    PasswordChanged,
    /// One's own second factor was changed.
    FactorChanged,
    /// The account of one's organisation was linked.
    IdentityLinked,
    /// It was unlinked.
    IdentityUnlinked,
    /// One or more of one's own sessions were ended.
    SessionsEnded,
    /// A note was changed.
    NoteChanged,
    /// A note was deleted.
    NoteDeleted,
    /// A note that names the reader was seen.
    MentionSeen,
    /// The address of a contact was corrected.
    AddressCorrected,
    /// Kurve wrote to contacts.
    MessageSent,
    /// What a school wrote takes no answer.
    MessagesRead,
    /// A school wrote to Kurve.
    MessageReceived,
    /// A contact added a colleague.
    ColleagueAdded,
    /// A contact proposed a role for a colleague.
    RoleProposed,
    /// A contact removed a colleague.
    ColleagueRemoved,
    /// A contact asked Kurve to give somebody access.
    AccessAsked,
    /// Whoever reads a shared mailbox said who they are.
    ReaderNamed,
    /// The reader is a contact no more.
    Left,
    /// The reader is the last contact, and Kurve knows that they leave.
    LeavesLast,
    /// A template of messages got a text.
    TemplateSaved,
    /// A template of messages was removed.
    TemplateRemoved,
    /// A key of a machine was stopped.
    ApiKeyRevoked,
    /// An endpoint of webhooks is sent nothing any more.
    WebhookStopped,
    /// It is sent to again.
    WebhookStarted,
    /// It was removed.
    WebhookRemoved,
    /// A message that only tries whether messages arrive is on its way.
    WebhookTested,
    /// Messages go again.
    WebhookReplayed,
}

impl CrewDone {
    /// The name in the cookie.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What the page says.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ColleagueInvited => "De uitnodiging staat klaar. Je ziet hieronder of de mail wegging.",
            Self::InviteWithdrawn => "De uitnodiging is ingetrokken. De link werkt niet meer.",
            Self::ColleagueChanged => "De rol is gewijzigd.",
            Self::ColleagueDisabled => "Het account staat uit. Deze collega is overal uitgelogd.",
            Self::ColleagueEnabled => "Het account staat weer aan. Je ziet hieronder of de mail met de link wegging.",
            Self::ColleagueReset => {
                "Het oude wachtwoord en de oude code-app werken niet meer. Je ziet hieronder of de mail met de link wegging."
            }
            Self::PasswordChanged => "Je wachtwoord is gewijzigd. Op andere plekken ben je uitgelogd.",
            Self::FactorChanged => "Je code-app is gewijzigd. Op andere plekken ben je uitgelogd.",
            Self::IdentityLinked => {
                "Je account is gekoppeld. Je kunt nu inloggen met het account van je organisatie. Op andere plekken ben je uitgelogd."
            }
            Self::IdentityUnlinked => {
                "Het account van je organisatie is losgekoppeld. Je logt weer in met je wachtwoord. Op andere plekken ben je uitgelogd."
            }
            Self::SessionsEnded => "Daar ben je uitgelogd.",
            Self::NoteChanged => "De notitie is gewijzigd.",
            Self::NoteDeleted => "De notitie is verwijderd.",
            Self::MentionSeen => "De notitie staat niet meer op je werklijst.",
            Self::MessageSent => "Je bericht is verstuurd.",
            Self::MessagesRead => "Opgeslagen: dit bericht is gelezen en staat niet meer op de werklijst.",
            Self::MessageReceived => {
                "Je bericht staat bij Kurve. Het antwoord lees je hier, en je krijgt het per mail."
            }
            Self::ColleagueAdded => "Je collega doet mee en krijgt een mail met uitleg.",
            Self::RoleProposed => "De rol is opgeslagen. Kurve kijkt die na als dat nodig is.",
            Self::ColleagueRemoved => "Je collega doet niet meer mee en kan niet meer inloggen.",
            Self::AccessAsked => "Kurve weet het. Het antwoord lees je bij Berichten, en je krijgt het per mail.",
            Self::ReaderNamed => "Opgeslagen: iedereen die meedoet ziet je naam bij wat je doet.",
            Self::Left => "Je doet niet meer mee met deze koppeling. Dank je wel.",
            Self::LeavesLast => {
                "Kurve weet dat je weggaat en zoekt met de school wie het overneemt. Tot die tijd sta je nog op de lijst."
            }
            Self::TemplateSaved => "Het sjabloon is opgeslagen.",
            Self::TemplateRemoved => "Het sjabloon is verwijderd.",
            Self::ApiKeyRevoked => "De sleutel is ingetrokken. Hij werkt niet meer.",
            Self::WebhookStopped => "De webhook staat uit. Koppelklaar stuurt er niets meer heen.",
            Self::WebhookStarted => "De webhook staat weer aan. Alles wat intussen gebeurde, komt alsnog aan.",
            Self::WebhookRemoved => "De webhook is verwijderd.",
            Self::WebhookTested => "Het proefbericht is onderweg. Ververs deze pagina om te zien of het aankwam.",
            Self::WebhookReplayed => {
                "De berichten gaan opnieuw, met hetzelfde nummer. De ontvanger herkent ze daaraan."
            }
            Self::AddressCorrected => "Het e-mailadres is verbeterd.",
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::web::flash::{Flash, FlashMessage};

    #[test]
    fn each_of_them_reads_back_from_the_cookie() {
        for done in CrewDone::iter() {
            let message = FlashMessage::from(Flash::Crew(done));

            assert_eq!(FlashMessage::parse(&message.as_text()), Some(message), "{done:?}");
            assert!(message.sentence().ends_with('.'), "{done:?}");
        }
    }
}
