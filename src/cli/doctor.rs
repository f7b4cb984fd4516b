//! `koppelklaar doctor`: is everything in order, and if not, what to do.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;

use super::audit::{cut, untrue};
use super::doctor_words::sentence;
use crate::app::App;
use crate::mail::SmtpUrl;
use crate::mail::transport::Seen;
use crate::oidc::Look;
use crate::services::operations::audit;
use crate::services::operations::findings::{self, Finding, Gravity};
use crate::services::operations::key_check::{self, KeyFault};
use crate::services::operations::replay;
use crate::settings::{OidcSettings, Settings, UnknownName};
use crate::startup::{self, StartError};
use crate::store::onboarding::upkeep;
use crate::store::{Fault, schema};

enum Health {
    Good(String),
    Worry(String),
    Bad(String),
}

/// A finding, in the words of the command.
fn said(finding: &Finding) -> Health {
    let text = sentence(finding);
    match finding.gravity() {
        Gravity::Fine => Health::Good(text),
        Gravity::Worry => Health::Worry(text),
        Gravity::Wrong => Health::Bad(text),
    }
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// A backup to look through as well
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
}

pub(super) async fn run(
    settings: &Settings,
    args: &DoctorArgs,
    unknown_names: &[UnknownName],
) -> Result<(), StartError> {
    let mut findings =
        vec![said(&findings::of_base(&settings.base_url)), query_template(settings), mail_encryption(settings)];
    findings.extend(mail_rules(settings));
    findings.extend(numo_codes(settings));
    findings.extend(unknown_names.iter().map(|unknown| Health::Bad(unknown.to_string())));
    findings.extend(open_files(settings));
    // What is wrong with these files is said above; it keeps nothing else from being looked at.
    let mut readable = settings.clone();
    if startup::open_template(settings).is_err() {
        readable.query_template = None;
    }
    if startup::open_numo_codes(settings).is_err() {
        readable.numo_codes = None;
    }
    if startup::open_provider(settings).is_err() {
        readable.oidc = OidcSettings::default();
    }
    match startup::open_any(&readable).await {
        Ok(app) => {
            findings.extend(provider(settings, &app).await);
            findings.push(keys(&app).await);
            findings.push(database(&app).await);
            findings.push(clock(&app).await);
            findings.extend(mail(&app).await);
            findings.push(audit_whole(&app).await);
            findings.push(states_follow(&app).await);
            findings.push(holidays_known(&app).await);
            findings.push(backup_noted(&app).await);
            // Or what SQLite keeps beside its file may be left behind, with the rights that the file had.
            app.context.db.close().await;
        }
        Err(error) => findings.push(Health::Bad(error.to_string())),
    }
    if let Some(file) = &args.backup {
        findings.push(backup_whole(settings, file).await);
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

fn query_template(settings: &Settings) -> Health {
    match (&settings.query_template, startup::open_template(settings)) {
        (_, Err(error)) => Health::Bad(error.to_string()),
        (Some(path), Ok(template)) => {
            let (path, version, grammar) = (path.display(), template.version(), template.grammar().as_str());
            Health::Good(format!("query template: {path}, version {version}, {grammar}"))
        }
        (None, Ok(_)) => {
            Health::Worry("query template: the sample. Set KOPPELKLAAR_QUERY_TEMPLATE to Kurve's own.".to_owned())
        }
    }
}

fn numo_codes(settings: &Settings) -> Option<Health> {
    let path = settings.numo_codes.as_ref()?.display();
    Some(match startup::open_numo_codes(settings) {
        Ok(codes) => {
            let count = codes.map_or(0, |codes| codes.iter().count());
            Health::Good(format!("codes of Numo: {path}, {count} of them"))
        }
        Err(error) => Health::Bad(error.to_string()),
    })
}

fn mail_encryption(settings: &Settings) -> Health {
    match settings.smtp_url() {
        Ok(None) => Health::Worry(format!(
            "mail: no mail server. Mails become files in {}. Set KOPPELKLAAR_SMTP_URL.",
            settings.mail_dir.display()
        )),
        Ok(Some(url)) => match SmtpUrl::parse(url.expose_secret()) {
            Ok(url) if url.is_encrypted() => Health::Good("mail: the connection is encrypted".to_owned()),
            Ok(_) => Health::Worry("mail: the connection is not encrypted. Use smtps:// or ?tls=required.".to_owned()),
            Err(error) => Health::Bad(format!("KOPPELKLAAR_SMTP_URL: {error}")),
        },
        Err(error) => Health::Bad(error.to_string()),
    }
}

fn mail_rules(settings: &Settings) -> Vec<Health> {
    findings::of_mail_rules(&settings.mail_rules()).iter().map(said).collect()
}

fn open_files(settings: &Settings) -> Vec<Health> {
    // What is wrong with the URL of the database, who opens it says.
    let refused = startup::find_open(settings).unwrap_or_default();
    let refused = refused.iter().map(|open| Health::Bad(open.to_string()));
    let secrets = startup::find_open_secrets(settings);
    refused.chain(secrets.iter().map(|open| Health::Worry(format!("secrets: {open}.")))).collect()
}

async fn keys(app: &App) -> Health {
    let count = format!("keys: {} on the ring", app.context.keys.ids().count());
    match (schema::pending(&app.context.db).await, key_check::check(&app.context).await) {
        (Ok(0), Ok(())) => Health::Good(count),
        (_, Err(KeyFault::Wrong(wrong))) => Health::Bad(format!("KOPPELKLAAR_KEYS: {wrong}.")),
        (_, Ok(()) | Err(KeyFault::Store(_))) => Health::Good(format!("{count}, not held against the database")),
    }
}

async fn database(app: &App) -> Health {
    let behind = match ill(app).await {
        Some(fault) => return said(&Finding::DatabaseIll(fault)),
        None => schema::pending(&app.context.db).await,
    };
    match behind {
        Ok(0) => match upkeep::are_complete(app.context.db.reader()).await {
            Ok(true) => said(&Finding::DatabaseWorks),
            Ok(false) => said(&Finding::ListsIncomplete),
            Err(error) => Health::Bad(format!("database: {error}.")),
        },
        Ok(behind) => said(&Finding::StepsBehind(behind)),
        Err(error) => Health::Bad(format!("database: {error}.")),
    }
}

/// What keeps the database from its work.
async fn ill(app: &App) -> Option<Fault> {
    let db = &app.context.db;
    match db.look().await {
        Ok(()) => db.examine().await.ok().flatten(),
        Err(fault) => Some(fault),
    }
}

async fn clock(app: &App) -> Health {
    match findings::of_clock(&app.context, app.clock.now()).await {
        Ok(found) => said(&found),
        Err(error) => Health::Bad(format!("clock: {error}. Until then nothing is sent and planned from here.")),
    }
}

/// Whether mails can be handed over, and whether the mail server wants or offers what is not set.
async fn mail(app: &App) -> Vec<Health> {
    let seen = app.mailer.transport.look(&app.mailer.sender.address, &app.context.support_email).await;
    let Seen { wants_login, offers_tls } = match seen {
        Ok(seen) => seen,
        Err(error) => return vec![no_mail(&error.text)],
    };
    let handed_over = if wants_login {
        Health::Bad(
            "mail: the mail server takes no mails without a log-in. Set user and password in KOPPELKLAAR_SMTP_URL: \
             smtps://user:password@host."
                .to_owned(),
        )
    } else {
        Health::Good("mail: can be handed over".to_owned())
    };
    let tls = offers_tls.map(|offers| {
        Health::Worry(if offers {
            "mail: the mail server offers TLS, and it is not used. Add ?tls=required to KOPPELKLAAR_SMTP_URL."
                .to_owned()
        } else {
            "mail: the mail server offers no TLS here (STARTTLS): others on the way can read the mails.".to_owned()
        })
    });
    [handed_over].into_iter().chain(tls).collect()
}

fn no_mail(why: &str) -> Health {
    // What the mail library and rustls say of a server that knows no TLS where we want it.
    if why.contains("STARTTLS is not supported") || why.contains("corrupt message") {
        return Health::Bad(format!(
            "mail: the mail server offers no TLS where KOPPELKLAAR_SMTP_URL wants it, so no mail goes ({why}). smtps:// is TLS \
             from the first byte, mostly at port 465; smtp://…?tls=required is STARTTLS, mostly at port 587."
        ));
    }
    Health::Bad(format!("mail: {why}. Check KOPPELKLAAR_SMTP_URL and the mail server."))
}

async fn holidays_known(app: &App) -> Health {
    match findings::of_holidays(&app.context, app.clock.now()).await {
        Ok(found) => said(&found),
        Err(_) => Health::Worry("school holidays: not checked, since the database is not up to date".to_owned()),
    }
}

/// What the provider says of itself, and whether it takes our name and secret.
async fn provider(settings: &Settings, app: &App) -> Vec<Health> {
    let provider = match startup::open_provider(settings) {
        Ok((_, Some(provider))) => provider,
        Ok((_, None)) => return vec![],
        Err(error) => return vec![Health::Bad(error.to_string())],
    };
    let (issuer, back) = (provider.issuer(), provider.redirect_url());
    let redirect = Health::Good(format!("sign-in: register this redirect URI at the provider, to the sign: {back}"));
    let looked = match provider.look(app.clock.now()).await {
        Ok(Look { has_sign_out: true }) => Health::Good(format!("sign-in: {issuer} answers")),
        Ok(Look { has_sign_out: false }) => {
            Health::Good(format!("sign-in: {issuer} answers; it cannot be asked to sign people out there"))
        }
        Err(fault) => Health::Bad(format!("sign-in: {issuer}: {fault}.")),
    };
    vec![looked, redirect]
}

async fn audit_whole(app: &App) -> Health {
    match audit::verify(&app.context).await {
        Ok(audit::Finding::Whole { entries, .. }) => Health::Good(format!("audit: whole, {entries} entries")),
        Ok(audit::Finding::Broken { id, what }) => Health::Bad(format!(
            "audit: broken at row {id}, {what}. Keep the database as it is and find out who changed it."
        )),
        Ok(audit::Finding::Cut { entries, head }) => Health::Bad(format!("audit: {}.", cut(entries, head))),
        Err(_) => Health::Worry("audit: not checked, since the database is not up to date".to_owned()),
    }
}

async fn states_follow(app: &App) -> Health {
    match replay::replay(&app.context).await {
        Ok(replayed) if replayed.untrue.is_empty() => {
            Health::Good(format!("states: follow from the audit, {} connections", replayed.connections))
        }
        Ok(replayed) => Health::Bad(format!("states: {}.", untrue(&replayed.untrue))),
        Err(_) => Health::Worry("states: not checked, since the database is not up to date".to_owned()),
    }
}

async fn backup_noted(app: &App) -> Health {
    match findings::of_backup(&app.context, app.clock.now()).await {
        Ok(found) => said(&found),
        Err(_) => Health::Worry("backup: not known, since the database is not up to date".to_owned()),
    }
}

async fn backup_whole(settings: &Settings, file: &Path) -> Health {
    match super::backup::look(settings, file).await {
        Ok(lines) => Health::Good(format!("backup: {}", lines.join(" "))),
        Err(error) => Health::Bad(format!("backup: {error}.")),
    }
}
