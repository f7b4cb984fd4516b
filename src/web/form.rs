//! Posted forms: the CSRF check, and what is wrong with which field.

use axum::Form;
use axum::extract::{FromRequest, Request};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::text::TextError;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::middleware::BrowserSecret;

/// A posted form of this site's own pages.
#[derive(Debug)]
pub struct Posted<T>(pub T);

#[derive(Deserialize)]
struct WithToken<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    typed: T,
}

impl<T: DeserializeOwned> FromRequest<WebState> for Posted<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, PageError> {
        let secret = request.extensions().get::<BrowserSecret>().cloned();
        let BrowserSecret(browser) = secret.ok_or(PageError::StaleForm)?;
        let Form(form) = Form::<WithToken<T>>::from_request(request, web).await.map_err(|_| PageError::BadForm)?;
        if !web.context.keys.is_csrf_token(&browser.hash(), &form.csrf) {
            return Err(PageError::StaleForm);
        }
        Ok(Self(form.typed))
    }
}

/// A posted form of this site's own pages, or one whose page was open for so long that its token holds no more: nothing is
/// done with that but to give it back.
#[derive(Debug)]
pub struct Arrived<T> {
    /// What was typed.
    pub typed: T,
    /// Whether its page may still be acted on.
    pub is_fresh: bool,
}

impl<T: DeserializeOwned> FromRequest<WebState> for Arrived<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, PageError> {
        let secret = request.extensions().get::<BrowserSecret>().cloned();
        let BrowserSecret(browser) = secret.ok_or(PageError::StaleForm)?;
        let Form(form) = Form::<WithToken<T>>::from_request(request, web).await.map_err(|_| PageError::BadForm)?;
        let is_fresh = web.context.keys.is_csrf_token(&browser.hash(), &form.csrf);
        Ok(Self { typed: form.typed, is_fresh })
    }
}

/// A form of only a button.
#[derive(Debug, Deserialize)]
pub struct Pressed {}

/// A date as browsers post it, or as people type it where the browser has no date field.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let formats = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"];
    let date = formats.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    // Other years are mistyped, and have no place in a database that counts from another calendar.
    date.filter(|date| (2000..2100).contains(&date.year()))
}

/// Whether somebody typed three numbers as a date, whatever they say.
fn is_meant_as_date(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split(['-', '/']).collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit()))
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name and id.
    pub field: &'static str,
    /// What to do.
    pub message: String,
}

/// What is wrong with a form, in the order of its fields, and about what somebody is asked whether they are sure.
#[derive(Debug, Clone, Default)]
pub struct FieldErrors {
    wrong: Vec<FieldError>,
    asked: Vec<Asked>,
}

/// A value that somebody is asked to confirm.
#[derive(Debug, Clone)]
struct Asked {
    field: &'static str,
    value: String,
}

/// What a form brings of a value that is asked about: why, and what was confirmed with it.
pub struct Sure {
    /// Why it is asked about; none where nothing speaks against it.
    pub doubt: Option<&'static str>,
    /// The value that is asked about.
    pub value: String,
    /// Whether this value was confirmed.
    pub is_said: bool,
}

impl FieldErrors {
    /// Keeps a parsed value, or notes why it could not be parsed.
    pub fn take<T>(&mut self, field: &'static str, parsed: Result<T, TextError>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, error.sentence());
                None
            }
        }
    }

    /// Keeps a value, or asks whether it is right: it is, once this same value was confirmed.
    pub fn sure<T>(&mut self, field: &'static str, value: Option<T>, sure: impl Fn(&T) -> Sure) -> Option<T> {
        let value = value?;
        let Sure { doubt, value: asked, is_said } = sure(&value);
        match doubt {
            Some(doubt) if !is_said => {
                self.asked.push(Asked { field, value: asked });
                self.add(field, doubt);
                None
            }
            Some(_) | None => Some(value),
        }
    }

    /// The value of a field that is asked about; empty where none is.
    pub fn asked(&self, field: &str) -> &str {
        self.asked.iter().find(|asked| asked.field == field).map_or("", |asked| asked.value.as_str())
    }

    /// Keeps a chosen value, or notes that one must be chosen.
    pub fn choose<T>(&mut self, field: &'static str, chosen: Option<T>, message: &str) -> Option<T> {
        if chosen.is_none() {
            self.add(field, message);
        }
        chosen
    }

    /// Keeps a date as typed, or notes what is wanted, or that there is no such day.
    pub fn date(&mut self, field: &'static str, typed: &str, wanted: &str) -> Option<NaiveDate> {
        let message = if is_meant_as_date(typed) { "Deze datum kan niet. Kies een andere dag." } else { wanted };
        self.choose(field, parse_date(typed), message)
    }

    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.wrong.push(FieldError { field, message: message.into() });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Everything that is wrong, for the summary above the form.
    pub fn all(&self) -> &[FieldError] {
        &self.wrong
    }

    /// What is wrong with a field; empty if nothing is.
    pub fn at(&self, field: &str) -> &str {
        self.wrong.iter().find(|error| error.field == field).map_or("", |error| error.message.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_a_browser_posts_it_or_as_people_type_it() {
        let date = NaiveDate::from_ymd_opt(2027, 1, 31);

        for typed in ["2027-01-31", " 31-01-2027 ", "31-1-2027", "31/01/2027"] {
            assert_eq!(parse_date(typed), date, "{typed}");
        }
        for typed in ["", "31", "31 januari", "2027-02-30", "01/31/2027", "morgen", "0027-01-31", "20270-01-31"] {
            assert_eq!(parse_date(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_told_from_one_that_is_not_given() {
        for (typed, message) in [
            ("", "Vul een datum in."),
            ("31 januari", "Vul een datum in."),
            ("2027-02-29", "Deze datum kan niet. Kies een andere dag."),
            ("31/11/2027", "Deze datum kan niet. Kies een andere dag."),
            ("9999-12-31", "Deze datum kan niet. Kies een andere dag."),
        ] {
            let mut errors = FieldErrors::default();

            assert_eq!(errors.date("until", typed, "Vul een datum in."), None, "{typed}");
            assert_eq!(errors.at("until"), message, "{typed}");
        }
    }
}
