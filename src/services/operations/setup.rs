//! What of the setting up must not stay as it is while schools use it: said at every start and on Kurve's pages.

use crate::links::BaseUrl;
use crate::mail::transport::Transport;
use crate::services::mail::dispatch::Mailer;

/// Something that must be set up otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupFlaw {
    /// Mails become files in a folder: nobody gets them.
    MailFolder,
    /// A proxy must be there, since it speaks HTTPS, and is not counted: every visitor is one client.
    NoTrustedProxy,
}

impl SetupFlaw {
    /// What it means and what to do, for the log.
    pub fn in_log(self) -> &'static str {
        match self {
            Self::MailFolder => {
                "Nobody gets mail: without KOPPELKLAAR_SMTP_URL all mails become files in KOPPELKLAAR_MAIL_DIR"
            }
            Self::NoTrustedProxy => {
                "All visitors count as one client: with https a proxy is in front. Set KOPPELKLAAR_TRUSTED_PROXIES"
            }
        }
    }
}

/// What must be set up otherwise.
pub fn find_flaws(mailer: &Mailer, base: &BaseUrl, trusted_proxies: usize) -> Vec<SetupFlaw> {
    let folder = matches!(mailer.transport, Transport::Folder(_)).then_some(SetupFlaw::MailFolder);
    let proxy = (base.is_https() && trusted_proxies == 0).then_some(SetupFlaw::NoTrustedProxy);
    folder.into_iter().chain(proxy).collect()
}
