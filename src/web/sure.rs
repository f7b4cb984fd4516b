//! What a form asks back before it takes a value: "weet je het zeker?", with a tick. The page comes back filled in; the tick
//! counts for the value that was asked about, and for no other.

use crate::domain::doubt;
use crate::domain::text::{EmailAddress, SchoolDomain};
use crate::web::form::Sure;

/// Whether a school domain is asked about.
pub(super) fn domain(domain: &SchoolDomain, said: &str) -> Sure {
    Sure { doubt: doubt::of_domain(domain), value: domain.label().to_owned(), is_said: said == domain.label() }
}

/// Whether an address is asked about.
pub(super) fn email(email: &EmailAddress, said: &str) -> Sure {
    Sure { doubt: doubt::of_email(email), value: email.as_str().to_owned(), is_said: said == email.as_str() }
}
