//! What someone reads when a wish is refused: what is the matter, and what they can do.

use super::dates::period_nl;
use super::names::step_name;
use crate::domain::check::CheckRefusal;
use crate::domain::credential::reveal::REVEALS_ALLOWED;
use crate::domain::credential::{ClosedReason, RevealRefusal};
use crate::domain::onboarding::{MOST_SCHOOLS, Party, Refusal, Step};
use crate::domain::reminder::own_days::MOST_PERIODS;
use crate::domain::reminder::{OwnDaysRefusal, SnoozeRefusal};

/// Why a change was refused, for whoever asked for it.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotAllowed => {
            "Jij mag dit niet doen in Koppelklaar. Vraag een collega van je school, of schrijf het Kurve bij \
             Berichten."
                .into()
        }
        Refusal::WrongParty { step } => wrong_party(*step),
        Refusal::WrongRole { step, needed } => format!(
            "Alleen de {role} kan de stap “{}” doen. Vraag een collega die {role} is. Ben je het zelf? Schrijf het Kurve bij \
             Berichten: die past je rol aan.",
            step_name(*step),
            role = needed.as_str(),
        ),
        Refusal::RoleNotConfirmed { step } => format!(
            "Kurve controleert eerst of je superbeheerder bent. Daarna kun je de stap “{}” doen. Je krijgt dan een mail.",
            step_name(*step)
        ),
        Refusal::NotYet { step, missing } => {
            format!("De stap “{}” kan nog niet. Eerst moet dit klaar zijn: {}.", step_name(*step), listed(missing))
        }
        Refusal::AlreadyDone { step } => {
            format!("De stap “{}” is al klaar. Je hoeft hier niets meer te doen.", step_name(*step))
        }
        Refusal::NotDone { step } => {
            format!("De stap “{}” staat al open. Je hoeft niets te doen.", step_name(*step))
        }
        Refusal::NotStuck { step } => format!(
            "Bij de stap “{}” staat geen melding meer open. Misschien heeft een collega al geantwoord. Laad de pagina opnieuw.",
            step_name(*step)
        ),
        Refusal::OldCredentials { current } => format!(
            "Kurve heeft intussen een nieuw wachtwoord klaargezet (versie {current}). Laad de pagina opnieuw en gebruik \
             het nieuwe wachtwoord."
        ),
        Refusal::PasswordUnseen => {
            "Nog niemand heeft dit wachtwoord bekeken, dus het kan nog niet in Magister staan. Bekijk het eerst en vul \
             het in."
                .into()
        }
        Refusal::PasswordShown => "Het wachtwoord is nog te bekijken. Een nieuw wachtwoord is niet nodig.".into(),
        Refusal::DetailsInUse => {
            "Je kunt deze gegevens niet meer wijzigen: Kurve heeft er al een wachtwoord en een query mee gemaakt. Kloppen ze \
             niet? Schrijf het Kurve bij Berichten."
                .into()
        }
        Refusal::ImportClosed => "Je kunt nog niet importeren. Kijk in het overzicht welke vragen nog openstaan.".into(),
        Refusal::UnknownSchool => "Deze school hoort niet bij deze koppeling. Laad de pagina opnieuw.".into(),
        Refusal::TooManySchools => {
            format!("Een koppeling kan maximaal {MOST_SCHOOLS} scholen hebben. Zijn het er meer? Schrijf het Kurve bij Berichten.")
        }
        Refusal::IsWithdrawn => {
            "Jullie zijn gestopt met deze koppeling. Willen jullie toch verder? Schrijf het Kurve bij Berichten."
                .into()
        }
        Refusal::NotWithdrawn => "Deze koppeling is niet gestopt. Heropenen hoeft niet.".into(),
        Refusal::IsCompleted => "Deze koppeling is al klaar. Pauzeren kan niet meer.".into(),
        Refusal::NotPaused => "Deze koppeling staat niet op pauze. Je kunt gewoon verder.".into(),
        Refusal::CheckNeeded => {
            "Controleer eerst de verbinding. Activeren kan alleen na een geslaagde controle van de laatste 24 uur, met het \
             nieuwste wachtwoord. Lukt dat niet? Vraag een beheerder van Kurve om toestemming."
                .into()
        }
        Refusal::NotVouched => {
            "Dit kan alleen een collega met toegang. Vraag het een collega die al toegang heeft, of vraag Kurve bij \
             Collega's om jou toegang te geven."
                .into()
        }
        Refusal::UndoTooLate => {
            "Dit kun je zelf niet meer terugdraaien. Schrijf het Kurve bij Berichten: die kan het nog wel."
                .into()
        }
        Refusal::ReasonNeeded => {
            "De laatste controle is niet geslaagd, of is ouder dan 24 uur. Controleer de verbinding opnieuw, of schrijf op \
             waarom activeren nu toch verantwoord is."
                .into()
        }
        Refusal::BadResumeDate => "Kies een datum vanaf morgen, tot en met een jaar vooruit.".into(),
    }
}

/// Why a step cannot be handed to someone who is no contact yet.
pub fn too_many_contacts(most: usize, most_new: usize) -> String {
    format!(
        "Jullie kunnen zelf maximaal {most} contactpersonen toevoegen, en per dag maximaal {most_new}. Vraag een collega \
         die al meedoet, of schrijf het Kurve bij Berichten."
    )
}

/// Why no more schools can be asked for.
pub fn too_many_requests(most: u64) -> String {
    format!(
        "Er staan al {most} aanvragen open. Wacht tot Kurve erover heeft beslist. Duurt het lang? Schrijf het Kurve bij Berichten."
    )
}

/// Why a form comes back when too many came from one place.
pub const TOO_MANY_FORMS: &str =
    "Je hebt te vaak achter elkaar op een knop gedrukt. Wacht een minuut en probeer het opnieuw.";

/// Why a text with a password in it is not taken.
pub const HOLDS_PASSWORD: &str = "Hier staat het wachtwoord van de koppeling in. Zet dat nergens neer: wat je schrijft, \
    wordt bewaard en gemaild. Schrijf het opnieuw, zonder het wachtwoord.";

/// Why a step is not handed to the one who hands it over.
pub const HAND_OVER_TO_SELF: &str = "Dit is je eigen e-mailadres. Doe je de stap zelf? Dan hoef je hier niets te doen. Vul anders het adres van een collega in.";

/// Why nobody corrects their own address, removes themselves, or gives themselves a role.
pub const NOT_ONESELF: &str =
    "Dit kun je niet voor jezelf doen. Vraag een collega die meedoet, of schrijf het Kurve bij Berichten.";

/// Why a colleague is not added once more.
pub const COLLEAGUE_EXISTS: &str = "Dit e-mailadres hoort al bij een collega die meedoet, of eerder meedeed. Kies die collega in de lijst, of vul een ander adres in.";

/// Why the last contact stays.
pub const LAST_CONTACT: &str = "Er moet altijd iemand van de school meedoen. Voeg eerst een andere collega toe.";

/// Why reminders are not put off until that date.
pub fn snooze_refusal(refusal: SnoozeRefusal) -> String {
    format!(
        "Kies een datum vanaf morgen, tot en met {} dagen vooruit. Willen jullie langer wachten? Zet de koppeling dan op pauze.",
        refusal.max_days
    )
}

/// Why days of the school's own are not taken.
pub fn own_days_refusal(refusal: OwnDaysRefusal) -> String {
    match refusal {
        OwnDaysRefusal::EndsBeforeItBegins => "De laatste dag ligt vóór de eerste dag. Pas een van de twee aan.".into(),
        OwnDaysRefusal::TooLong => {
            "Vul maximaal zes weken achter elkaar in. Duurt het langer? Vul het dan in delen in.".into()
        }
        OwnDaysRefusal::Past => "Deze dagen zijn al voorbij. Kijk of het jaar klopt.".into(),
        OwnDaysRefusal::TooFar => "Deze dagen zijn te ver weg. Kies dagen in dit schooljaar of het volgende.".into(),
        OwnDaysRefusal::TooMany => {
            format!("Er staan al {MOST_PERIODS} regels in de lijst. Verwijder eerst een regel die niet meer nodig is.")
        }
        OwnDaysRefusal::Overlaps(known) => {
            format!("Een deel van deze dagen staat al in de lijst: {}. Verwijder die regel eerst.", period_nl(known))
        }
    }
}

fn wrong_party(step: Step) -> String {
    let name = step_name(step);
    match (step, step.party()) {
        (Step::CredentialsIssued, _) => {
            format!("De stap “{name}” wordt vanzelf klaar gemeld als het wachtwoord en de query zijn klaargezet.")
        }
        (_, Party::Kurve) => format!("De stap “{name}” doet Kurve. Je hoeft hier zelf niets te doen."),
        (_, Party::School | Party::Magister) => {
            format!(
                "Alleen de school kan melden dat de stap “{name}” klaar is. Klopt er iets niet? Bel of mail de school."
            )
        }
    }
}

/// Why no connection check is made, for whoever asked for one.
pub fn check_refusal(refusal: &CheckRefusal) -> &'static str {
    match refusal {
        CheckRefusal::Off => {
            "Koppelklaar kan de verbinding niet zelf controleren. Dat geeft niet: meld de stappen als ze klaar zijn."
        }
        CheckRefusal::NotIssued => {
            "Er is nog niets om te controleren. Dat kan zodra Kurve het wachtwoord en de query heeft klaargezet."
        }
        CheckRefusal::Paused => {
            "Deze koppeling staat op pauze. Ga eerst verder met de koppeling en controleer dan de verbinding."
        }
        CheckRefusal::Withdrawn => {
            // Read by the school and by Kurve: what then stands on their own pages.
            "De school is gestopt met deze koppeling. Daarom controleren we de verbinding niet meer."
        }
    }
}

/// Why a password is not reported as set yet, to who may not look at it.
pub fn seen_by_colleague() -> &'static str {
    "Nog niemand heeft dit wachtwoord bekeken, dus het kan nog niet in Magister staan. Een collega die het mag zien, \
     bekijkt het eerst."
}

/// Why the password or the query is not shown, for the contact who asked.
pub fn reveal_refusal(refusal: &RevealRefusal) -> String {
    match refusal {
        RevealRefusal::NotVouched => {
            "Je hebt nog geen toegang tot het wachtwoord. Kurve controleert eerst of je bij deze school werkt. Vraag Kurve \
             bij Collega's om toegang, of vraag een collega die al toegang heeft."
                .into()
        }
        RevealRefusal::Withdrawn => {
            "Jullie zijn gestopt met deze koppeling. Daarom is er niets meer te zien. Klopt dit niet? Schrijf het Kurve bij \
             Berichten."
                .into()
        }
        RevealRefusal::NotIssued => {
            "Het wachtwoord en de query staan nog niet klaar. Je krijgt een mail zodra je ze kunt bekijken.".into()
        }
        RevealRefusal::OldVersion { current } => format!(
            "Kurve heeft intussen een nieuw wachtwoord klaargezet (versie {current}). Laad de pagina opnieuw en gebruik \
             alleen het nieuwe."
        ),
        RevealRefusal::Closed(ClosedReason::Renewed) => {
            "Kurve heeft een nieuw wachtwoord klaargezet. Laad de pagina opnieuw en gebruik alleen het nieuwe.".into()
        }
        RevealRefusal::Closed(ClosedReason::Proven) => {
            "We hebben met dit wachtwoord ingelogd. Daarom laten we het niet meer zien. \
             Heb je het toch nodig? Vraag een nieuw wachtwoord."
                .into()
        }
        RevealRefusal::Closed(ClosedReason::Withdrawn) => {
            "Dit wachtwoord werkt niet meer. Vraag een nieuw wachtwoord.".into()
        }
        RevealRefusal::Expired => {
            "De tijd om dit wachtwoord te bekijken is voorbij. Vraag een nieuw wachtwoord.".into()
        }
        RevealRefusal::UsedUp => {
            format!("Het wachtwoord is al {REVEALS_ALLOWED} keer bekeken. Vaker kan niet. Vraag een nieuw wachtwoord.")
        }
    }
}

fn listed(steps: &[Step]) -> String {
    let names: Vec<_> = steps.iter().map(|step| format!("“{}”", step_name(*step))).collect();
    listed_nl(&names, "en")
}

/// Things in a sentence, with `en` or `of` before the last.
pub fn listed_nl(things: &[String], before_last: &str) -> String {
    match things.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {before_last} {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::domain::roles::ContactRole;

    fn every_refusal() -> Vec<Refusal> {
        let step = Step::PasswordSet;
        let mut all = vec![
            Refusal::NotAllowed,
            Refusal::WrongRole { step: Step::ConsentGiven, needed: ContactRole::Superbeheerder },
            Refusal::RoleNotConfirmed { step: Step::ConsentGiven },
            Refusal::NotYet { step, missing: vec![Step::QueryExecuted] },
            Refusal::AlreadyDone { step },
            Refusal::NotDone { step },
            Refusal::NotStuck { step },
            Refusal::OldCredentials { current: 2 },
            Refusal::PasswordUnseen,
            Refusal::PasswordShown,
            Refusal::DetailsInUse,
            Refusal::ImportClosed,
            Refusal::UnknownSchool,
            Refusal::TooManySchools,
            Refusal::IsWithdrawn,
            Refusal::NotWithdrawn,
            Refusal::IsCompleted,
            Refusal::NotPaused,
            Refusal::CheckNeeded,
            Refusal::NotVouched,
            Refusal::UndoTooLate,
            Refusal::ReasonNeeded,
            Refusal::BadResumeDate,
        ];
        all.extend(Step::iter().map(|step| Refusal::WrongParty { step }));
        all
    }

    /// Each sentence with which something is refused.
    fn every_sentence() -> Vec<String> {
        let reveal = [
            RevealRefusal::NotVouched,
            RevealRefusal::Withdrawn,
            RevealRefusal::NotIssued,
            RevealRefusal::OldVersion { current: 2 },
            RevealRefusal::Expired,
            RevealRefusal::UsedUp,
        ];
        let closed: Vec<_> = ClosedReason::iter().map(RevealRefusal::Closed).collect();
        let said = every_refusal().iter().map(refusal).collect::<Vec<_>>().into_iter();

        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        let own_days = [
            OwnDaysRefusal::EndsBeforeItBegins,
            OwnDaysRefusal::TooLong,
            OwnDaysRefusal::Past,
            OwnDaysRefusal::TooFar,
            OwnDaysRefusal::TooMany,
            OwnDaysRefusal::Overlaps(crate::domain::reminder::Period { first_day: day, last_day: day }),
        ];
        let others = [
            HAND_OVER_TO_SELF.to_owned(),
            NOT_ONESELF.to_owned(),
            COLLEAGUE_EXISTS.to_owned(),
            LAST_CONTACT.to_owned(),
            too_many_contacts(20, 10),
            too_many_requests(100),
            snooze_refusal(SnoozeRefusal { max_days: 60 }),
        ];
        let checks = [CheckRefusal::Off, CheckRefusal::NotIssued, CheckRefusal::Paused, CheckRefusal::Withdrawn];
        let others = others.into_iter().chain(own_days.map(own_days_refusal));
        let others = others.chain(checks.iter().map(|refusal| check_refusal(refusal).to_owned()));
        let fixed = [TOO_MANY_FORMS, HOLDS_PASSWORD, seen_by_colleague()].map(str::to_owned);
        said.chain(reveal.iter().chain(&closed).map(reveal_refusal)).chain(others).chain(fixed).collect()
    }

    #[test]
    fn every_refusal_is_a_sentence() {
        for sentence in every_sentence() {
            assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn no_refusal_sends_anybody_to_their_mail_program_for_what_a_button_brings_to_kurve() {
        for sentence in every_sentence() {
            let small = sentence.to_lowercase();
            let is_to_mail = ["mail kurve", "kurve mailen", "mail naar", "@"].iter().any(|words| small.contains(words));

            assert!(!is_to_mail, "{sentence}");
        }
    }

    #[test]
    fn why_no_check_is_made_sends_nobody_to_kurve_for_kurve_reads_it_too() {
        for refusal in [CheckRefusal::Off, CheckRefusal::NotIssued, CheckRefusal::Paused, CheckRefusal::Withdrawn] {
            let said = check_refusal(&refusal);

            assert!(!said.contains("contact op") && !said.contains("Mail Kurve"), "{said}");
        }
    }

    #[test]
    fn what_is_missing_is_listed_in_words() {
        let missing = vec![Step::ConsentGiven, Step::QueryExecuted, Step::PasswordSet];

        let said = refusal(&Refusal::NotYet { step: Step::ActivationConfirmed, missing });

        assert!(said.ends_with(
            "“Consent geven in Magister”, “Query uitvoeren in Decibel” en “Wachtwoord instellen in Magister”."
        ));
    }
}
