//! What can be true and seldom is: a domain that names a desk or a test, an address that nobody reads. Whoever typed it is
//! asked whether they are sure, and then it is taken.

use super::text::{EmailAddress, SchoolDomain};

/// Labels of hosts that schools also have under `swp.nl`, and that are seldom their Magister.
const SELDOM_MAGISTER: [&str; 18] = [
    "rdp",
    "rds",
    "saas",
    "remote",
    "extern",
    "thuiswerken",
    "werkplek",
    "desktop",
    "citrix",
    "vdi",
    "vpn",
    "portal",
    "login",
    "test",
    "demo",
    "proef",
    "acc",
    "acceptatie",
];

/// Mailboxes that send and do not read.
const UNREAD: [&str; 12] = [
    "noreply",
    "donotreply",
    "nietbeantwoorden",
    "nietantwoorden",
    "geenantwoord",
    "noresponse",
    "mailerdaemon",
    "postmaster",
    "bounce",
    "bounces",
    "notifications",
    "automailer",
];

/// Mailboxes that several people read.
const SHARED: [&str; 33] = [
    "info",
    "ict",
    "it",
    "administratie",
    "admin",
    "applicatiebeheer",
    "functioneelbeheer",
    "systeembeheer",
    "beheer",
    "beheerder",
    "magister",
    "helpdesk",
    "servicedesk",
    "support",
    "secretariaat",
    "school",
    "office",
    "mail",
    "post",
    "postbus",
    "leerlingadministratie",
    "leerlingenadministratie",
    "leerlingzaken",
    "onderwijs",
    "receptie",
    "balie",
    "directie",
    "roostermaker",
    "roosters",
    "automatisering",
    "decanaat",
    "zorg",
    "team",
];

/// Why somebody is asked whether a school domain is right; `None` where nothing speaks against it.
pub fn of_domain(domain: &SchoolDomain) -> Option<&'static str> {
    let is_seldom = |part: &str| SELDOM_MAGISTER.contains(&part.trim_end_matches(|sign: char| sign.is_ascii_digit()));
    domain.label().split('-').any(is_seldom).then_some(
        "Weet je het zeker? Dit lijkt een adres om op afstand te werken of een proefomgeving. Het schooldomein staat in de \
         adresbalk als je in Magister bent, voor .swp.nl.",
    )
}

/// Why somebody is asked whether an address is right; `None` where nothing speaks against it.
pub fn of_email(email: &EmailAddress) -> Option<&'static str> {
    UNREAD.contains(&&*letters(email)).then_some(
        "Weet je het zeker? Mail aan zo'n adres leest meestal niemand. De inloglink en alle uitleg komen op dit adres.",
    )
}

/// Whether several people read at an address, so that it says nothing of who does something.
pub fn is_shared(email: &EmailAddress) -> bool {
    SHARED.contains(&&*letters(email))
}

/// What stands before the `@`, without dots, hyphens and a number at the end.
fn letters(email: &EmailAddress) -> String {
    let mailbox = email.mailbox();
    let plain: String = mailbox.chars().filter(|sign| sign.is_ascii_alphanumeric()).collect();
    plain.trim_end_matches(|sign: char| sign.is_ascii_digit()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_is_seldom_a_magister_is_asked_about() {
        for (label, is_asked) in [
            ("rdp", true),
            ("rdp2", true),
            ("saas", true),
            ("remote", true),
            ("bonhoeffer-test", true),
            ("test1", true),
            ("bonhoeffer", false),
            ("testament", false),
            ("sint-jan", false),
            ("accent", false),
            ("4ever", false),
        ] {
            let domain = SchoolDomain::parse(label).expect(label);

            assert_eq!(of_domain(&domain).is_some(), is_asked, "{label}");
        }
    }

    #[test]
    fn an_address_that_nobody_reads_is_asked_about_and_one_that_many_read_is_known() {
        for (typed, is_asked, is_read_by_many) in [
            ("noreply@school.nl", true, false),
            ("No-Reply@school.nl", true, false),
            ("do.not.reply+x@school.nl", true, false),
            ("postmaster@school.nl", true, false),
            ("info@school.nl", false, true),
            ("ICT@school.nl", false, true),
            ("administratie2@school.nl", false, true),
            ("leerling-administratie@school.nl", false, true),
            ("j.jansen@school.nl", false, false),
            ("infomir@school.nl", false, false),
        ] {
            let email = EmailAddress::parse(typed).expect(typed);

            assert_eq!((of_email(&email).is_some(), is_shared(&email)), (is_asked, is_read_by_many), "{typed}");
        }
    }
}
