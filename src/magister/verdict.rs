//! What the words of a "no" mean. Magister's wording is not public, so each question looks for what many servers say; what
//! none of them knows stays unknown.

use super::reply::Reply;

/// Of whom a refused log-in speaks, or that it was one.
const WHO: [&str; 12] = [
    "wachtwoord",
    "password",
    "gebruiker",
    "user",
    "credential",
    "authent",
    "geautoriseerd",
    "gemachtigd",
    "authorized",
    "authorised",
    "toegang",
    "access denied",
];
/// A log-in, and what was wrong with it.
const LOG_IN: [&str; 5] = ["login", "log in", "logon", "inlog", "aanmeld"];
const WAS_WRONG: [&str; 15] = [
    "fail",
    "mislukt",
    "denied",
    "geweiger",
    "refus",
    "onjuist",
    "niet juist",
    "incorrect",
    "verkeerd",
    "wrong",
    "klopt niet",
    "ongeldig",
    "invalid",
    "niet toegestaan",
    "not allowed",
];
/// The name of an exception that comes with everything: it says nothing of what went wrong.
const GENERAL: &str = "emgeneralfailure";
/// With these a server speaks of itself, also where it names a user or a log-in.
const OF_THE_SERVER: [&str; 12] = [
    "sql",
    "timeout",
    "time-out",
    "time out",
    "timed out",
    "deadlock",
    "impasse",
    "access violation",
    "licen",
    "maximum",
    "maximaal",
    "maximale",
];
/// What a list says that fails by itself, in English or Dutch: SQL, a value that does not fit, time, a lock.
const OF_THE_LIST: [&str; 51] = [
    "sql",
    "column",
    "kolom",
    "object name",
    "objectnaam",
    "procedure",
    "syntax",
    "statement",
    "subquery",
    "aggregate",
    "ambiguous",
    "multi-part identifier",
    "meerdelige id",
    "scalar variable",
    "scalaire variabele",
    "order by",
    "group by",
    "collation",
    "varchar",
    "tekenreeks",
    "is not a valid",
    "geen geldig",
    "integer",
    "datetime",
    "data type",
    "gegevenstype",
    "value null",
    "waarde null",
    "conver",
    "cast",
    "truncat",
    "afgekapt",
    "overflow",
    "overloop",
    "divide",
    "division",
    "door nul",
    "out of range",
    "access violation",
    "timeout",
    "time-out",
    "time out",
    "timed out",
    "deadlock",
    "impasse",
    "lock request",
    "vergrendel",
    "transacti",
    "database",
    "ole db",
    "odbc",
];

/// Whether a text that came in place of a token speaks of the user or the password.
pub(super) fn is_refusal(text: &str) -> bool {
    let said = said(text).replace(GENERAL, "");
    !says(&said, &OF_THE_SERVER) && (says(&said, &WHO) || (says(&said, &LOG_IN) && says(&said, &WAS_WRONG)))
}

/// Whether the server found no function in what it was asked.
fn is_no_function(text: &str) -> bool {
    says(&said(text), &["function", "functie", "library"]) && !is_refusal(text)
}

/// Whether a server that speaks SOAP says that it knows no such log-in there.
pub(super) fn knows_no_log_in(text: &str) -> bool {
    let words = ["function", "functie", "library", "method", "operati", "action", "service", "not implemented"];
    says(&said(text), &words) && !is_refusal(text)
}

/// The same of a whole answer.
pub(super) fn found_no_function(reply: &Reply) -> bool {
    reply.result != Some(true) && !reply.has_right_fault() && reply.verdict_text().is_some_and(is_no_function)
}

/// Whether the session that was asked with is over.
pub(super) fn is_session_gone(reply: &Reply) -> bool {
    let is_of_session = |text: &str| {
        let said = said(text);
        (says(&said, &["sessi"]) && !says(&said, &["sql", "deadlock", "impasse"]))
            || (says(&said, &["token"]) && !is_of_the_list(text))
    };
    reply.result != Some(true) && !reply.has_right_fault() && reply.verdict_text().is_some_and(is_of_session)
}

/// Whether it is the list itself that fails.
pub(super) fn is_of_the_list(text: &str) -> bool {
    says(&said(text), &OF_THE_LIST)
}

/// Whether an exception can be one of rights. Of the same name comes everything else that goes wrong within the list.
pub(super) fn is_of_rights(exception: &str) -> bool {
    said(exception).contains(GENERAL) && !is_of_the_list(exception)
}

/// What is said between the tags, in small letters.
fn said(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('<')).collect();
    words.join(" ").to_lowercase()
}

fn says(said: &str, words: &[&str]) -> bool {
    words.iter().any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_speaks_of_the_user_or_of_a_log_in_that_went_wrong() {
        for (text, expected) in [
            ("De gebruikersnaam of het wachtwoord is onjuist.", true),
            ("<Envelope> <Fault> <faultstring> Unknown user", true),
            ("SOAP-ENV:Client Authentication failed", true),
            ("EMGeneralFailure Inloggen mislukt", true),
            ("Login failed", true),
            ("Login denied", true),
            ("<faultstring> Toegang geweigerd", true),
            ("Unauthorized", true),
            ("Verkeerde inloggegevens", true),
            ("Wrong login", true),
            ("Gebruiker niet gevonden in de database", true),
            ("EMGeneralFailure Login is tijdelijk niet beschikbaar", false),
            ("EMGeneralFailure Maximum aantal gebruikers bereikt", false),
            ("EMGeneralFailure Cannot open database for user sa: timeout expired", false),
            ("EMGeneralFailure Geen licentie voor gebruiker Kurve", false),
            ("EMGeneralFailure Access violation in Login.pas, failed", false),
            ("<Envelope> <Body> <UserName> <faultstring> Simulated", false),
            ("SOAP-ENV:Server Method Login not found", false),
            ("EMGeneralFailure Geen licentie", false),
            ("", false),
        ] {
            assert_eq!(is_refusal(text), expected, "{text}");
        }
    }

    #[test]
    fn a_second_log_in_takes_words_on_what_was_called_and_none_on_who_called() {
        for (text, expected) in [
            ("SOAP-ENV:Server Method Login not found", true),
            ("<faultstring> Unsupported SOAPAction", true),
            ("Service Algemeen is not available", true),
            ("Function not found", true),
            ("Method Login: unknown user", false),
            ("SOAP-ENV:Server Object reference not set", false),
            ("EMGeneralFailure Simulated exception", false),
            ("Geen licentie", false),
            ("", false),
        ] {
            assert_eq!(knows_no_log_in(text), expected, "{text}");
        }
    }

    #[test]
    fn only_a_general_failure_without_a_sign_of_the_list_is_one_of_rights() {
        for (text, expected) in [
            ("EMGeneralFailure Access denied", true),
            ("EMGeneralFailure Geen toegang", true),
            ("EMGeneralFailure", true),
            ("EMGeneralFailure Invalid column name 'x'", false),
            ("EMGeneralFailure '' is not a valid integer value", false),
            ("EMGeneralFailure Conversion failed when converting", false),
            ("EMGeneralFailure Transaction was deadlocked", false),
            ("EMGeneralFailure Query timeout expired", false),
            ("EMGeneralFailure Time-out", false),
            ("EMGeneralFailure Ongeldige kolomnaam", false),
            ("emgeneralfailure: GEEN TOEGANG", true),
            ("EMGeneralFailure Gebruiker heeft geen recht op deze functie", true),
            ("EMGeneralFailure Invalid object name 'sis.x'", false),
            ("EMGeneralFailure Ongeldige objectnaam 'sis.x'", false),
            ("EMGeneralFailure Could not find stored procedure 'x'", false),
            ("EMGeneralFailure Incorrect syntax near ','", false),
            ("EMGeneralFailure Onjuiste syntaxis bij ','", false),
            ("EMGeneralFailure The multi-part identifier \"a.b\" could not be bound", false),
            ("EMGeneralFailure Must declare the scalar variable \"@x\"", false),
            ("EMGeneralFailure Subquery returned more than 1 value", false),
            ("EMGeneralFailure Cannot resolve the collation conflict", false),
            ("EMGeneralFailure ORDER BY items must appear in the select list", false),
            ("EMGeneralFailure Cannot insert the value NULL", false),
            ("EMGeneralFailure Fout bij het converteren van het gegevenstype varchar", false),
            ("EMGeneralFailure '' is geen geldig geheel getal", false),
            ("EMGeneralFailure Arithmetic overflow error", false),
            ("EMGeneralFailure Rekenkundige overloopfout", false),
            ("EMGeneralFailure Er is een fout door deling door nul opgetreden", false),
            ("EMGeneralFailure String or binary data would be truncated", false),
            ("EMGeneralFailure De transactie is in een impasse geraakt", false),
            ("EMGeneralFailure De time-outperiode is verstreken", false),
            ("EMGeneralFailure Access violation at address 00401234", false),
            ("EMGeneralFailure Argument out of range", false),
            ("EDatabaseError Access denied", false),
            ("Access denied", false),
        ] {
            assert_eq!(is_of_rights(text), expected, "{text}");
        }
    }
    #[test]
    fn a_session_that_is_over_is_told_from_a_list_that_fails() {
        for (text, expected) in [
            ("Sessie onbekend", true),
            ("EMGeneralFailure Session expired", true),
            ("EMGeneralFailure Ongeldig sessietoken", true),
            ("Invalid token", true),
            ("EMGeneralFailure Incorrect syntax near the token 'x'", false),
            ("EMGeneralFailure SQL session: deadlock", false),
            ("EMGeneralFailure Geen toegang", false),
        ] {
            let reply = Reply { exception: Some(text.to_owned()), ..Reply::default() };

            assert_eq!(is_session_gone(&reply), expected, "{text}");
        }
    }
}
