//! Why a mail did not go, for Kurve: the outbox keeps short English reasons of ours, this says them in Dutch.

/// Reasons that the product itself gives, word for word, and what they mean.
const KNOWN: &[(&str, &str)] = &[
    ("the link is gone", "De inloglink is opgeruimd. Wie wil inloggen, vraagt een nieuwe."),
    ("the link no longer works", "De inloglink was al verlopen of gebruikt. Zo'n mail gaat nooit te laat weg."),
    ("no contact has this address", "Geen contactpersoon heeft dit adres nog."),
    (
        "an earlier try stopped halfway; the visitor can ask for a new mail",
        "Een eerdere poging stopte halverwege. De mail is misschien aangekomen. Wie wil inloggen, kan een nieuwe vragen.",
    ),
    ("the request is gone", "De aanmelding is opgeruimd."),
    ("the request no longer counts", "De aanmelding is al bevestigd of verlopen."),
    (
        "an earlier try stopped halfway; the visitor can send the form again",
        "Een eerdere poging stopte halverwege. De mail is misschien aangekomen. De aanvrager kan het formulier opnieuw versturen.",
    ),
    ("the contact is gone", "De contactpersoon is er niet meer."),
    ("the contact was removed", "De contactpersoon is verwijderd."),
    ("mail does not arrive at this address", "Op dit adres komt geen mail aan. Vraag de school om een ander adres."),
    ("nobody has the address any more", "Niemand heeft dit adres nog."),
    ("mail arrives at the address again", "Op dit adres komt weer mail aan."),
    ("the digest of another day", "Dit dagoverzicht was van een eerdere dag. Het volgende zegt hetzelfde."),
    (
        "the digest could not be written the whole day",
        "Dit dagoverzicht kon de hele dag niet worden geschreven. Vraag je beheerder om in het logboek te kijken.",
    ),
    ("the digest was stopped", "Het dagoverzicht staat uit."),
    ("the credentials were taken back", "Het wachtwoord is ingetrokken."),
    ("the step was done meanwhile", "De stap is intussen gedaan."),
    ("the step is not stuck any more", "De stap is niet meer vastgelopen."),
    ("the step moved on meanwhile", "De stap is intussen verder."),
    ("there is nothing to activate now", "Er is nu niets te activeren."),
    ("the import closed meanwhile", "De import is intussen weer dicht."),
    ("another mail says that the import is open", "Een andere mail zegt al dat de import open is."),
    ("the import opened meanwhile", "De import is intussen weer open."),
    ("the reminders are gone", "De herinnering is opgeruimd."),
    ("everything was done meanwhile", "Alles waaraan de mail herinnerde, is intussen gedaan."),
    ("the connection came back meanwhile", "De verbinding met Magister werkt intussen weer."),
    ("the outage is gone", "De storing bij Magister is opgeruimd."),
    ("the outage ended meanwhile", "De storing bij Magister is intussen voorbij."),
    ("there is nothing to say", "Er was niets te melden."),
    ("waits for working hours", "Deze mail gaat alleen onder werktijd weg."),
    (
        "the person has another reminder today",
        "Deze persoon krijgt vandaag al een herinnering. Deze gaat een andere dag.",
    ),
    (
        "an earlier try stopped halfway and it may have arrived; the visitor can ask for a new mail",
        "Een eerdere poging stopte halverwege. De mail is misschien aangekomen. De ontvanger kan zelf een nieuwe vragen.",
    ),
    (
        "what was handed over before is no longer kept",
        "De mail is misschien al aangekomen. Precies dezelfde mail kan niet nog een keer, want de tekst van toen is er niet meer.",
    ),
    (
        "the receiver is not in KOPPELKLAAR_MAIL_ONLY_TO",
        "De ontvanger staat niet op de lijst van deze proefinstallatie. Je beheerder bepaalt die met KOPPELKLAAR_MAIL_ONLY_TO.",
    ),
    ("a fault while the mail was written", "Bij het schrijven van de mail ging iets mis in Koppelklaar."),
];

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
    ("came back: 4", "De mail kwam terug: hij kon voorlopig niet worden bezorgd."),
    ("came back: 5", "De mail kwam terug: hij kon niet worden bezorgd."),
    ("envelope:", "Dit e-mailadres kan geen mail krijgen."),
    ("the receiver of the mail", "De naam of het adres van de ontvanger past niet in een mail."),
];

/// What errors hold in which the mail server asks for a log-in, at whatever step.
const SIGN_IN: &[&str] =
    &["refused with 530", "refused with 534", "refused with 535", "refused with 538", " 5.7.8", " 5.7.9", " 5.7.11"];

/// What a kept reason means; `None` for what a person typed, and for what is new here.
pub fn mail_reason(kept: &str) -> Option<&'static str> {
    let known = KNOWN.iter().find(|(text, _)| *text == kept);
    let step = || STEPS.iter().find(|(start, _)| kept.starts_with(start));
    let asks = |kept: &str| kept.contains(": refused with 5") && SIGN_IN.iter().any(|sign| kept.contains(sign));
    match known.or_else(step) {
        Some(_) if asks(kept) => Some("De mailserver liet Koppelklaar niet inloggen."),
        found => found.map(|(_, meaning)| *meaning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reasons that stand in a source: the text of `NotNeeded("…")` and its kin, and of constants.
    fn reasons(source: &str) -> Vec<&str> {
        let starts = ["NotNeeded(\"", "Doubtful(\"", "Failed(\"", "let why = \"", ": &str = \"", ": &str =\n    \""];
        let after = starts.iter().flat_map(|start| source.match_indices(start).map(|(at, _)| at + start.len()));
        after.filter_map(|at| source[at..].split('"').next()).collect()
    }

    #[test]
    fn every_reason_not_to_send_a_mail_is_said_in_dutch() {
        let sources = [
            include_str!("../services/mail/letters.rs"),
            include_str!("../services/mail/token_letters.rs"),
            include_str!("../services/mail/address_letters.rs"),
            include_str!("../services/mail/reminder_letters.rs"),
            include_str!("../services/mail/connection_letters.rs"),
            include_str!("../services/mail/dispatch/write.rs"),
        ];
        let all: Vec<&str> = sources.into_iter().flat_map(reasons).collect();

        let unsaid: Vec<_> = all.iter().filter(|reason| mail_reason(reason).is_none()).collect();

        assert!(all.len() > 10, "the reasons are read: {all:?}");
        assert!(unsaid.is_empty(), "without a Dutch sentence above: {unsaid:?}");
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
            ("Al aan de telefoon gezegd.", None),
        ] {
            assert_eq!(mail_reason(kept), meaning, "{kept}");
        }
        assert!(mail_reason("after DATA: no answer within 600 s").is_some_and(|said| said.contains("Niemand weet")));
    }
}
