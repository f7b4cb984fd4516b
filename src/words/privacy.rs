//! What is kept of a person, by sort, and what is kept for a time.

use crate::domain::privacy::Kind;
use crate::domain::retention::Kept;

/// What a sort is called.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Contact => "Contactpersoon bij een koppeling",
        Kind::Colleague => "Account bij Kurve",
        Kind::JoinRequest => "Aanvraag om mee te doen",
        Kind::Registration => "Aanmelding van een school",
        Kind::KeptForm => "Formulier dat is bewaard tot na het inloggen",
        Kind::SchoolList => "Bestand met scholen",
        Kind::SchoolListRow => "Rij uit een bestand met scholen",
        Kind::Message => "Bericht",
        Kind::Attachment => "Bijlage",
        Kind::Note => "Notitie van Kurve",
        Kind::Remark => "Andere tekst met de naam of het adres",
        Kind::Mail => "Mail aan deze persoon",
        Kind::MailBytes => "Tekst van een mail aan iemand anders, waarin deze persoon kan staan",
        Kind::AccessLink => "Gevraagde link om in te loggen",
        Kind::Session => "Plek waar deze persoon is ingelogd",
        Kind::KnownBrowser => "Browser waarin deze persoon eerder inlogde",
        Kind::AddressMark => "Wat we weten van het adres",
        Kind::ReminderMail => "Dag waarop we een herinnering stuurden",
        Kind::AskedLinks => "Hoe vaak om een link is gevraagd, per uur",
        Kind::SavedView => "Bewaarde lijst",
        Kind::AuditText => "Tekst in de tijdlijn",
        Kind::Act => "Wat deze persoon deed",
    }
}

/// What a kind that is kept for a number of days is called.
pub fn kept_name(kept: Kept) -> &'static str {
    match kept {
        Kept::Links => "Links en aanmeldingen die zijn gebruikt of verlopen",
        Kept::FrozenMails => "De tekst van verstuurde mails",
        Kept::Checks => "Controles van verbindingen met Magister",
        Kept::Requests => "Aanmeldingen waarover Kurve besloot",
        Kept::Runs => "Wat je voor veel scholen tegelijk deed",
        Kept::Webhooks => "Berichten aan webhooks",
        Kept::Schools => "Scholen die klaar of gestopt zijn",
    }
}
