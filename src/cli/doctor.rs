//! `koppelklaar doctor`: is everything in order, and if not, what to do.

use crate::app::{App, StartError};
use crate::cli::settings::Settings;
use crate::mail::SmtpUrl;
use crate::services::audit::{self, Finding};
use crate::store::schema;

enum Health {
    Good(String),
    Worry(String),
    Bad(String),
}

pub(super) async fn run(settings: &Settings) -> Result<(), StartError> {
    let mut findings = vec![base_url(settings), query_template(settings), mail_encryption(settings)];
    match App::open(settings).await {
        Ok(app) => {
            findings.push(Health::Good(format!("keys: {} on the ring", app.office.keys.ids().count())));
            findings.push(database(&app).await);
            findings.push(mail(&app).await);
            findings.push(audit_whole(&app).await);
        }
        Err(error) => findings.push(Health::Bad(error.to_string())),
    }
    let mut is_bad = false;
    for finding in findings {
        let (mark, text) = match finding {
            Health::Good(text) => ("ok  ", text),
            Health::Worry(text) => ("warn", text),
            Health::Bad(text) => {
                is_bad = true;
                ("FAIL", text)
            }
        };
        println!("{mark}  {text}");
    }
    if is_bad { Err(StartError::new("not everything is in order: see the lines with FAIL")) } else { Ok(()) }
}

fn base_url(settings: &Settings) -> Health {
    let base = &settings.base_url;
    if base.is_https() || ["127.0.0.1", "localhost", "[::1]"].contains(&base.host()) {
        return Health::Good(format!("base URL: {base}"));
    }
    Health::Worry(format!(
        "base URL: {base} has no HTTPS. Put a proxy with TLS before it and set KOPPELKLAAR_BASE_URL."
    ))
}

fn query_template(settings: &Settings) -> Health {
    match &settings.query_template {
        Some(path) => Health::Good(format!("query template: {}", path.display())),
        None => Health::Worry("query template: the sample. Set KOPPELKLAAR_QUERY_TEMPLATE to Kurve's own.".to_owned()),
    }
}

fn mail_encryption(settings: &Settings) -> Health {
    match settings.smtp_url() {
        Ok(None) => Health::Worry(format!(
            "mail: no mail server. Mails become files in {}. Set KOPPELKLAAR_SMTP_URL.",
            settings.mail_dir.display()
        )),
        Ok(Some(url)) => match SmtpUrl::parse(url.expose()) {
            Ok(url) if url.is_encrypted() => Health::Good("mail: the connection is encrypted".to_owned()),
            Ok(_) => Health::Worry("mail: the connection is not encrypted. Use smtps:// or ?tls=required.".to_owned()),
            Err(error) => Health::Bad(format!("KOPPELKLAAR_SMTP_URL: {error}")),
        },
        Err(error) => Health::Bad(error.to_string()),
    }
}

async fn database(app: &App) -> Health {
    match schema::pending(&app.office.db).await {
        Ok(0) => Health::Good("database: answers, and is up to date".to_owned()),
        Ok(behind) => Health::Bad(format!("database: {behind} step(s) behind. Run `koppelklaar migrate`.")),
        Err(error) => Health::Bad(format!("database: {error}. Is it of a newer release?")),
    }
}

async fn mail(app: &App) -> Health {
    match app.room.transport.check().await {
        Ok(()) => Health::Good("mail: can be handed over".to_owned()),
        Err(error) => Health::Bad(format!("mail: {error}. Check KOPPELKLAAR_SMTP_URL and the mail server.")),
    }
}

async fn audit_whole(app: &App) -> Health {
    match audit::verify(&app.office).await {
        Ok(Finding::Whole { entries, .. }) => Health::Good(format!("audit: whole, {entries} entries")),
        Ok(Finding::Broken { id, what }) => Health::Bad(format!(
            "audit: broken at row {id}, {what}. Keep the database as it is and find out who changed it."
        )),
        Err(_) => Health::Worry("audit: not checked, since the database is not up to date".to_owned()),
    }
}
