//! What Optie B says in more places than one: the mail that asks the applicatiebeheerder for `IDGebr`.

/// What the mail is about.
pub const IDS_MAIL_SUBJECT: &str = "Numo: bestand met Stamnr en IDGebr";

/// The mail to the applicatiebeheerder, to change before it goes.
pub const IDS_MAIL: &str = "\
Hoi,

Leerlingen gaan met Single Sign-on (SSO) inloggen in Numo. Daarvoor is het veld IDGebr uit Magister nodig. Jij kunt dat als \
applicatiebeheerder uit de database halen.

Wil je een bestand maken met twee kolommen: Stamnr en IDGebr? Alleen van de leerlingen in deze klassen: [vul de klassen in].

Zet het bestand op een plek op ons eigen netwerk waar alleen wij bij kunnen, en mail het niet. Is de import gelukt? Dan \
laat ik het weten. Wil je het bestand dan verwijderen, ook uit je prullenbak?

Alvast bedankt!";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_names_both_columns_and_who_can_make_the_file() {
        assert!(IDS_MAIL.contains("Stamnr en IDGebr") && IDS_MAIL.contains("applicatiebeheerder"));
        assert!(IDS_MAIL_SUBJECT.contains("Stamnr en IDGebr"));
    }

    #[test]
    fn the_manual_has_all_fourteen_steps_with_the_names_of_magister_and_numo() {
        let manual = include_str!("../../templates/option_b/manual.html");

        for step in 1..=14 {
            assert!(manual.contains(&format!("data-manual-step=\"{step}\"")), "{step}");
        }
        for name in [
            "Deelnemers &gt; Deelnemers overzicht",
            "Kolommenkiezer",
            "Layout",
            "NAW",
            "Communicatie &gt; E-mail",
            "Voltooi",
            "Export",
            "numo.nl/inleesbestand",
            "Opleidingen",
            "Power Query",
            "CSV gescheiden door lijstscheidingstekens",
            "TOOLS | IMPORTEREN",
            "Kies CSV-bestand",
        ] {
            assert!(manual.contains(name), "{name}");
        }
    }
}
