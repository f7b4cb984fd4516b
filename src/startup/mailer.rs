//! How mails leave: to a mail server, or into a folder.

use std::path::Path;

use super::error::{StartError, cannot};
use secrecy::ExposeSecret;

use crate::mail::message::Sender;
use crate::mail::transport::Transport;
use crate::mail::{SmtpTransport, SmtpUrl};
use crate::services::mail::dispatch::Mailer;
use crate::settings::Settings;

fn trusting(smtp: SmtpTransport, authority: Option<&Path>) -> Result<SmtpTransport, StartError> {
    const SETTING: &str = "KOPPELKLAAR_SMTP_CA_FILE";
    let Some(path) = authority else { return Ok(smtp) };
    let pem = std::fs::read_to_string(path).map_err(|error| cannot(SETTING, path, &error))?;
    smtp.with_authority(&pem).map_err(|error| StartError::new(format!("{SETTING}: {} {error}", path.display())))
}

pub(super) fn open_mailer(settings: &Settings) -> Result<Mailer, StartError> {
    let transport = match settings.smtp_url()? {
        Some(url) => {
            let url = SmtpUrl::parse(url.expose_secret())
                .map_err(|error| StartError::new(format!("KOPPELKLAAR_SMTP_URL: {error}")))?;
            let smtp = SmtpTransport::new(url).with_timeouts(settings.smtp_timeouts());
            Transport::Smtp(trusting(smtp, settings.smtp_ca_file.as_deref())?)
        }
        None if settings.smtp_ca_file.is_some() => {
            return Err(StartError::new("KOPPELKLAAR_SMTP_CA_FILE: set KOPPELKLAAR_SMTP_URL too, or leave this out"));
        }
        None => {
            let folder = &settings.mail_dir;
            std::fs::create_dir_all(folder).map_err(|error| cannot("KOPPELKLAAR_MAIL_DIR", folder, &error))?;
            Transport::Folder(folder.clone())
        }
    };
    let sender = Sender { name: "Koppelklaar".to_owned(), address: settings.mail_from.clone() };
    Ok(Mailer { transport, sender })
}
