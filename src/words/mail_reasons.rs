//! Why a mail did not go, for Kurve: what the outbox keeps, said in Dutch.

use crate::domain::unsent::UnsentReason;

/// Why a mail was not sent, in Dutch.
pub fn unsent_reason(reason: UnsentReason) -> &'static str {
    match reason {
        UnsentReason::LinkGone => "De inloglink is opgeruimd. Wie wil inloggen, vraagt een nieuwe.",
        UnsentReason::LinkExpired => "De inloglink was al verlopen of gebruikt. Zo'n mail gaat nooit te laat weg.",
        UnsentReason::NoContactWithAddress => "Geen contactpersoon heeft dit adres nog.",
        UnsentReason::SignInDoubtful => {
            "Een eerdere poging stopte halverwege. De mail is misschien aangekomen. Wie wil inloggen, kan een nieuwe vragen."
        }
        UnsentReason::RegistrationGone => "De aanmelding is opgeruimd.",
        UnsentReason::RegistrationExpired => "De aanmelding is al bevestigd of verlopen.",
        UnsentReason::RegistrationDoubtful => {
            "Een eerdere poging stopte halverwege. De mail is misschien aangekomen. Wie zich aanmeldde, kan het formulier opnieuw versturen."
        }
        UnsentReason::NothingAsked => "Over deze aanmelding is al beslist.",
        UnsentReason::ContactGone => "De contactpersoon is er niet meer.",
        UnsentReason::ContactRemoved => "De contactpersoon is verwijderd.",
        UnsentReason::AddressBounces => "Op dit adres komt geen mail aan. Vraag de school om een ander adres.",
        UnsentReason::AddressUnused => "Niemand heeft dit adres nog.",
        UnsentReason::AddressWorksAgain => "Op dit adres komt weer mail aan.",
        UnsentReason::DigestOutdated => "Dit dagoverzicht was van een eerdere dag. Het volgende zegt hetzelfde.",
        UnsentReason::DigestUnwritable => {
            "Dit dagoverzicht kon de hele dag niet worden geschreven. Vraag je beheerder om in het logboek te kijken."
        }
        UnsentReason::DigestStopped => "Het dagoverzicht staat uit.",
        UnsentReason::DigestEmpty => "Er was niets te melden.",
        UnsentReason::CredentialsTakenBack => "Het wachtwoord is ingetrokken.",
        UnsentReason::PasswordGone => "Het wachtwoord is niet meer te bekijken. Maak eerst een nieuw wachtwoord.",
        UnsentReason::StepDone => "De stap is intussen klaar.",
        UnsentReason::StepNotStuck => "De stap lukt intussen weer.",
        UnsentReason::StepMovedOn => "De stap is intussen verder.",
        UnsentReason::PauseEnded => "De pauze is intussen voorbij.",
        UnsentReason::EndUndone => "Dit is intussen teruggedraaid.",
        UnsentReason::CheckAwaited => "Een stap die Magister weigerde, wordt eerst opnieuw gecontroleerd.",
        UnsentReason::NothingToActivate => "Er is nu niets te activeren.",
        UnsentReason::ImportClosed => "De school kan intussen niet meer importeren.",
        UnsentReason::ActivationUndone => "Kurve maakte het activeren ongedaan voordat de mail wegging.",
        UnsentReason::ImportOpenToldAlready => "Een andere mail zegt al dat de school kan importeren.",
        UnsentReason::ImportOpened => "De school kan intussen weer importeren.",
        UnsentReason::RemindersGone => "De herinnering is opgeruimd.",
        UnsentReason::EverythingDone => "Alles waaraan de mail herinnerde, is intussen klaar.",
        UnsentReason::ConnectionBack => "De verbinding met Magister werkt intussen weer.",
        UnsentReason::OutageGone => "De storing bij Magister is opgeruimd.",
        UnsentReason::OutageEnded => "De storing bij Magister is intussen voorbij.",
        UnsentReason::OutsideWorkingHours => "Deze mail gaat alleen onder werktijd weg.",
        UnsentReason::AnotherReminderToday => {
            "Deze persoon krijgt vandaag al een herinnering. Deze gaat een andere dag."
        }
        UnsentReason::ToldAnHourAgo => "Een andere mail zei dit minder dan een uur geleden. Deze gaat later.",
        UnsentReason::MayHaveArrived => {
            "Een eerdere poging stopte halverwege. De mail is misschien aangekomen. De ontvanger kan zelf een nieuwe vragen."
        }
        UnsentReason::BytesGone => {
            "De mail is misschien al aangekomen. Precies dezelfde mail kan niet nog een keer, want de tekst van toen is er niet meer."
        }
        UnsentReason::InviteGone => "Deze uitnodiging is gebruikt, ingetrokken, vervangen of verlopen.",
        UnsentReason::ColleagueDisabled => "Het account van deze collega staat uit.",
        UnsentReason::WebhookGoes => "De webhook doet het weer, of is verwijderd.",
        UnsentReason::OutsideList => {
            "De ontvanger staat niet op de lijst van deze proefinstallatie. Je beheerder bepaalt die met KOPPELKLAAR_MAIL_ONLY_TO."
        }
        UnsentReason::FaultWhileWriting => "Bij het schrijven van de mail ging iets mis in Koppelklaar.",
    }
}

/// How errors of the mail server start, and what they mean; the first that fits counts.
const STEPS: &[(&str, &str)] = &[
    ("connect:", "De mailserver was niet te bereiken."),
    ("TLS:", "De beveiligde verbinding met de mailserver lukte niet."),
    ("sign in:", "De mailserver liet Koppelklaar niet inloggen."),
    ("MAIL FROM: refused with 5", "De mailserver neemt geen mail van Koppelklaar aan."),
    ("MAIL FROM:", "De mailserver nam de mail nog niet aan."),
    ("RCPT TO: refused with 5", "De mailserver weigert dit adres."),
    ("RCPT TO:", "De mailserver nam de mail voor dit adres nog niet aan."),
    ("DATA: refused with 5", "De mailserver weigert deze mail."),
    ("DATA:", "De mailserver nam de mail nog niet aan."),
    ("after DATA: refused with 5", "De mailserver weigert deze mail."),
    ("after DATA: refused with 4", "De mailserver nam de mail nog niet aan."),
    ("after DATA:", "De verbinding viel weg toen de mail al was aangeboden. Niemand weet of hij is aangekomen."),
    ("envelope:", "Dit e-mailadres kan geen mail krijgen."),
    ("the receiver of the mail", "De naam of het adres van de ontvanger past niet in een mail."),
];

/// What errors hold in which the mail server asks for a log-in, at whatever step.
const SIGN_IN: &[&str] =
    &["refused with 530", "refused with 534", "refused with 535", "refused with 538", " 5.7.8", " 5.7.9", " 5.7.11"];

/// How what is kept of a report begins that is about somebody behind the address of the mail.
const ELSEWHERE: &str = "came back for another address: ";

/// What is to be said of a mail that was sent; `None` for nearly all.
pub fn although_sent(kept: &str) -> Option<&'static str> {
    kept.starts_with(ELSEWHERE).then_some(
        "Een adres waarnaar deze mail werd doorgestuurd, zoals dat van een lid van een groep, werkt niet. Het adres zelf is niet afgekeurd.",
    )
}

/// What a kept reason means, be it ours or the mail server's; `None` for what a person typed, and for what is new here.
pub fn mail_reason(kept: &str) -> Option<&'static str> {
    kept.parse().map(unsent_reason).ok().or_else(|| came_back(kept)).or_else(|| mail_server_error(kept))
}

/// The same of a mail that came back: `came back: CODE`, and then why where it says nothing of the address.
fn came_back(kept: &str) -> Option<&'static str> {
    let Some(rest) = kept.strip_prefix("came back: ") else { return although_sent(kept) };
    let why = rest.split_once(", ").map_or("", |(_, why)| why);
    Some(if why.starts_with("refused") {
        "De mail kwam terug: de mailserver van de ontvanger weigerde hem. Het adres is niet afgekeurd."
    } else if why.starts_with("for now") || rest.starts_with('4') {
        "De mail kwam terug: hij kon voorlopig niet worden bezorgd."
    } else {
        "De mail kwam terug: hij kon niet worden bezorgd."
    })
}

fn mail_server_error(kept: &str) -> Option<&'static str> {
    let (_, meaning) = STEPS.iter().find(|(start, _)| kept.starts_with(start))?;
    let is_about_sign_in = kept.contains(": refused with 5") && SIGN_IN.iter().any(|sign| kept.contains(sign));
    Some(if is_about_sign_in { "De mailserver liet Koppelklaar niet inloggen." } else { meaning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_code_is_said_in_dutch() {
        assert_eq!(mail_reason("contact_removed"), Some("De contactpersoon is verwijderd."));
        assert_eq!(mail_reason("contact_removed "), None);
    }

    #[test]
    fn a_refusal_for_good_is_told_from_one_for_now() {
        for (kept, meaning) in [
            ("RCPT TO: refused with 550 5.1.1", Some("De mailserver weigert dit adres.")),
            ("RCPT TO: refused with 450 4.2.0", Some("De mailserver nam de mail voor dit adres nog niet aan.")),
            ("RCPT TO: refused with 530 5.7.0", Some("De mailserver liet Koppelklaar niet inloggen.")),
            ("DATA: refused with 554 5.7.8", Some("De mailserver liet Koppelklaar niet inloggen.")),
            ("MAIL FROM: refused with 550 5.7.1", Some("De mailserver neemt geen mail van Koppelklaar aan.")),
            ("connect: no answer within 2 s", Some("De mailserver was niet te bereiken.")),
            ("after DATA: refused with 554", Some("De mailserver weigert deze mail.")),
            ("came back: 5.1.1", Some("De mail kwam terug: hij kon niet worden bezorgd.")),
            ("came back: 4.4.7", Some("De mail kwam terug: hij kon voorlopig niet worden bezorgd.")),
            ("Al aan de telefoon gezegd.", None),
        ] {
            assert_eq!(mail_reason(kept), meaning, "{kept}");
        }
        for (kept, part) in [
            ("came back: 5.0.0 (550), refused: 550 Denied by policy, for now", "weigerde hem"),
            ("came back: no code, refused", "weigerde hem"),
            ("came back: 5.2.2, for now: 552 5.2.2 Mailbox full, refused", "voorlopig niet"),
            ("came back for another address: 5.1.1: User unknown", "een lid van een groep"),
        ] {
            assert!(mail_reason(kept).is_some_and(|said| said.contains(part)), "{kept}");
        }
        assert_eq!((although_sent("came back: 5.1.1"), although_sent("")), (None, None));
        assert!(mail_reason("after DATA: no answer within 600 s").is_some_and(|said| said.contains("Niemand weet")));
    }
}
