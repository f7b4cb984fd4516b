//! The one glossary: what our words mean, for the page "Woorden", and which other words we do not use for the same thing.
//!
//! Pages and mails are held to it by `tests/it/architecture/words.rs`.

/// A word that schools meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As it is written in the middle of a sentence.
    pub name: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
    /// What we do not call it, in small letters.
    pub not: &'static [&'static str],
}

const fn word(name: &'static str, meaning: &'static str, not: &'static [&'static str]) -> Word {
    Word { name, meaning, not }
}

/// The words, in the order of the alphabet. Names of Magister and Numo stand as they are there.
pub const GLOSSARY: [Word; 27] = [
    word(
        "aan zet",
        "Wie aan zet is, moet nu iets doen. Dat is je school, Kurve of Magister.",
        &["actiehouder", "eigenaar", "aan de bal"],
    ),
    word(
        "activeren",
        "Kurve zet de koppeling aan de kant van Numo aan. Dat is de laatste stap.",
        &["live zetten", "activatie", "vrijgeven"],
    ),
    word(
        "allowlisting",
        "Magister laat alleen bekende IP-adressen bij de webservice. Met allowlisting komen die van Kurve erbij. Je \
         vraagt het aan met een ticket.",
        &["whitelist", "whitelisting", "whitelisten", "vrijgavelijst"],
    ),
    word(
        "applicatiebeheerder",
        "Wie op school Magister beheert. Kan in Decibel werken en bij Beheer > Webservices.",
        &["systeembeheerder", "functioneel beheerder"],
    ),
    word(
        "BRIN-nummer",
        "Het nummer van je school: twee cijfers en twee letters, soms met twee cijfers voor de vestiging.",
        &["brincode", "brin-code", "brinnummer", "schoolnummer"],
    ),
    word(
        "consent",
        "De superbeheerder geeft in Magister aan dat Numo gegevens mag krijgen. In Magister heet dat “Toegang verlenen \
         tot derden”.",
        &["consent formulier", "akkoordverklaring"],
    ),
    word(
        "contactpersoon",
        "Iemand van je school die in Koppelklaar kan inloggen en er mails van krijgt.",
        &["contact persoon", "aanspreekpunt", "relatie"],
    ),
    word(
        "controle",
        "Koppelklaar kijkt zelf in Magister of de verbinding werkt.",
        &["test", "testen", "getest", "verbindingstest", "check", "verificatie", "verifiëren", "validatie"],
    ),
    word(
        "dagwachtwoord",
        "Het wachtwoord waarmee je in Decibel inlogt. Het is op school bekend. Kurve kent het niet.",
        &["dagcode"],
    ),
    word("Decibel", "Een programma in Magister Desktop, onder Onderhoud. Daarin voer je de query uit.", &[]),
    word(
        "gereed",
        "De stap is klaar. Je hoeft er niets meer aan te doen.",
        &["voltooid", "compleet", "done", "succesvol"],
    ),
    word(
        "herinnering",
        "Een mail als jullie aan zet zijn en er een tijd niets gebeurt.",
        &["reminder", "rappel", "aanmaning"],
    ),
    word(
        "import",
        "Numo haalt de gegevens op uit Magister. In Numo heet de knop MAGISTER IMPORT.",
        &["synchronisatie", "inlezing", "datamigratie"],
    ),
    word(
        "koppeling",
        "De verbinding tussen Magister en Numo. Daarmee kan Numo gegevens van leerlingen ophalen.",
        &["integratie", "connector", "interface"],
    ),
    word(
        "KurveLeerlingData",
        "De enige lijst in Magister die Kurve mag lezen. Je ziet hem op het tabblad Lijsten.",
        &[],
    ),
    word(
        "mail",
        "Een bericht in je mailbox. Koppelklaar stuurt een mail als er iets voor jullie te doen is.",
        &["e-mailbericht", "mailtje", "notificatie"],
    ),
    word(
        "pauze",
        "De koppeling staat even stil, tot een dag die je zelf kiest. Tot die dag komen er geen herinneringen.",
        &["on hold", "opgeschort"],
    ),
    word(
        "query",
        "Een bestand van Kurve voor Decibel. Na het uitvoeren staat Kurve tussen de gebruikers in Magister.",
        &["sql-bestand", "zoekopdracht"],
    ),
    word(
        "schooldomein",
        "Het eerste deel van het adres van jullie Magister. Is dat https://bonhoeffer.swp.nl? Dan is het bonhoeffer.",
        &["domein", "subdomein", "domeinnaam", "tenant"],
    ),
    word(
        "stap",
        "Iets wat gedaan moet worden voordat jullie kunnen importeren. Er zijn er negen.",
        &["taak", "actiepunt", "to-do"],
    ),
    word("superbeheerder", "De enige die in Magister consent kan geven.", &["super beheerder", "hoofdbeheerder"]),
    word(
        "ticket",
        "Een verzoek aan Magister in hun ticketsysteem. Het heeft een nummer.",
        &["incident", "servicedesk", "helpdesk"],
    ),
    word("vastgelopen", "Iemand meldde dat een stap niet lukt. Kurve is dan aan zet.", &["geblokkeerd", "geëscaleerd"]),
    word(
        "verbinding",
        "Hoe Kurve met de webservice bij jullie Magister komt. Een controle laat zien of dat lukt.",
        &["connectie", "connectiviteit"],
    ),
    word(
        "vraag",
        "Er zijn vijf vragen. Staan ze alle vijf op ja, dan gaat de import open. Bij elke vraag horen een of meer stappen.",
        &["onderdeel", "mijlpaal"],
    ),
    word(
        "wachtwoord",
        "Kurve maakt voor elke school één wachtwoord voor de webservice. Je vult het 2 keer in bij Magister.",
        &["password", "inloggegevens", "credentials", "toegangscode"],
    ),
    word(
        "webservice",
        "De weg waarlangs Kurve gegevens bij Magister ophaalt. Kurve heeft daar een eigen gebruiker.",
        &["web service", "webdienst"],
    ),
];

/// Words that no reader at B1 needs, each with what we write in its place.
pub const PLAIN: [(&str, &[&str]); 12] = [
    ("al", &["reeds"]),
    ("als", &["indien", "mits"]),
    ("door, met", &["middels", "door middel van", "d.m.v."]),
    ("je, jullie", &["u", "uw"]),
    ("kiezen", &["selecteren", "selecteer", "aanvinkvakje"]),
    ("maar", &["echter", "edoch"]),
    ("moet", &["dient te", "dienen te", "gelieve"]),
    ("ook", &["tevens", "eveneens", "alsmede"]),
    ("over", &["inzake", "omtrent", "betreffende"]),
    ("overzicht", &["dashboard", "portaal", "homepage"]),
    ("volgens", &["conform"]),
    ("voor", &["ten behoeve van", "t.b.v.", "teneinde"]),
];
