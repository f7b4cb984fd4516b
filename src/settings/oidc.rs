//! Settings for signing in with the account of one's organisation: all of them, or none.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use super::error::SettingsError;
use super::{address, given};
use crate::domain::identity::SignInPolicy;
use crate::domain::text::EmailAddress;
use crate::links::{self, BaseUrl};
use crate::oidc::{Issuer, Registration};

const ISSUER: &str = "KOPPELKLAAR_OIDC_ISSUER";
const CLIENT_ID: &str = "KOPPELKLAAR_OIDC_CLIENT_ID";
const CLIENT_SECRET: &str = "KOPPELKLAAR_OIDC_CLIENT_SECRET";
const MODE: &str = "KOPPELKLAAR_OIDC_MODE";
const EMERGENCY: &str = "KOPPELKLAAR_OIDC_EMERGENCY";

/// Whether colleagues may still sign in with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum OidcMode {
    /// They may choose.
    Offer,
    /// Only the emergency account may.
    Require,
}

/// Settings for signing in with the account of one's organisation.
#[derive(Debug, Clone, Default, Args)]
pub struct OidcSettings {
    /// The provider at which colleagues of Kurve sign in with the account of their organisation (OpenID Connect), by its
    /// own name: Entra https://login.microsoftonline.com/TENANT-ID/v2.0, Google https://accounts.google.com [default: none]
    #[arg(long = "oidc-issuer", env = ISSUER, global = true)]
    issuer: Option<Issuer>,

    /// What that provider calls this installation
    #[arg(long = "oidc-client-id", env = CLIENT_ID, value_parser = client_id, global = true)]
    client_id: Option<String>,

    /// The secret that it gave out for this installation
    #[arg(long = "oidc-client-secret", env = CLIENT_SECRET, hide_env_values = true, global = true)]
    client_secret: Option<SecretString>,

    /// A file that holds that secret
    #[arg(
        long = "oidc-client-secret-file",
        env = "KOPPELKLAAR_OIDC_CLIENT_SECRET_FILE",
        global = true,
        conflicts_with = "client_secret"
    )]
    client_secret_file: Option<PathBuf>,

    /// Whether colleagues may use a password beside it: offer, or require, which takes the emergency account's alone
    /// [default with a provider: offer]
    #[arg(long = "oidc-mode", env = MODE, global = true)]
    mode: Option<OidcMode>,

    /// The e-mail address of the one account that keeps its password under require
    #[arg(long = "oidc-emergency", env = EMERGENCY, value_parser = address, global = true)]
    emergency: Option<String>,
}

/// What is set.
pub struct OidcConfig {
    /// The provider, and what it knows us by.
    pub registration: Registration,
    /// How colleagues sign in.
    pub policy: SignInPolicy,
}

impl OidcSettings {
    /// The file that holds the secret, if one is set.
    pub(super) fn secret_file(&self) -> Option<&PathBuf> {
        self.client_secret_file.as_ref()
    }

    /// What is set; `None` where nothing is.
    ///
    /// # Errors
    /// What is missing, by its name.
    pub fn read(&self, base: &BaseUrl) -> Result<Option<OidcConfig>, SettingsError> {
        let secret =
            given(CLIENT_SECRET, self.client_secret.as_ref(), self.client_secret_file.as_deref().map(Path::new))?;
        let set =
            [(ISSUER, self.issuer.is_some()), (CLIENT_ID, self.client_id.is_some()), (CLIENT_SECRET, secret.is_some())];
        let of_more = [(MODE, self.mode.is_some()), (EMERGENCY, self.emergency.is_some())];
        let (Some(issuer), Some(client_id), Some(client_secret)) = (&self.issuer, &self.client_id, secret) else {
            let is_set = set.iter().chain(&of_more).find(|(_, is_set)| *is_set);
            let missing: Vec<&str> = set.iter().filter(|(_, is_set)| !is_set).map(|(name, _)| *name).collect();
            return match is_set {
                None => Ok(None),
                Some((name, _)) => Err(SettingsError::new(format!(
                    "{name}: takes {} as well. Set all of them, or none",
                    missing.join(" and ")
                ))),
            };
        };
        let registration = Registration {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret,
            redirect_url: base.to(links::STAFF_PROVIDER_BACK),
            signed_out_url: base.to(links::STAFF_SIGN_IN),
        };
        Ok(Some(OidcConfig { registration, policy: self.policy()? }))
    }

    fn policy(&self) -> Result<SignInPolicy, SettingsError> {
        match (self.mode.unwrap_or(OidcMode::Offer), &self.emergency) {
            (OidcMode::Offer, None) => Ok(SignInPolicy::Either),
            (OidcMode::Offer, Some(_)) => Err(SettingsError::new(format!(
                "{EMERGENCY}: is for {MODE}=require; with offer every account keeps its password"
            ))),
            (OidcMode::Require, None) => Err(SettingsError::new(format!(
                "{MODE}: require takes {EMERGENCY}, the address of the one account that keeps its password for when the provider is away"
            ))),
            (OidcMode::Require, Some(text)) => {
                let emergency = EmailAddress::parse(text)
                    .map_err(|_| SettingsError::new(format!("{EMERGENCY}: must be an e-mail address")))?;
                Ok(SignInPolicy::ProviderOnly { emergency })
            }
        }
    }
}

fn client_id(text: &str) -> Result<String, &'static str> {
    let is_plain = |sign: u8| sign.is_ascii_alphanumeric() || b".-_:~/@".contains(&sign);
    let is_good = (1..=255).contains(&text.len()) && text.bytes().all(is_plain);
    if is_good { Ok(text.to_owned()) } else { Err("must be the client id as the provider gave it, without spaces") }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: OidcSettings,
    }

    const WHOLE: [&str; 6] = [
        "--oidc-issuer",
        "https://accounts.google.com",
        "--oidc-client-id",
        "kurve.apps",
        "--oidc-client-secret",
        "geheim",
    ];

    fn read(options: &[&[&str]]) -> Result<Option<OidcConfig>, String> {
        let line = [&["koppelklaar"], &*options.concat()].concat();
        let base = BaseUrl::parse("https://koppelklaar.test").expect("a base URL");
        let settings = Cli::try_parse_from(line).map_err(|error| error.to_string())?.settings;
        settings.read(&base).map_err(|error| error.to_string())
    }

    fn refusal(options: &[&[&str]]) -> String {
        read(options).err().unwrap_or_else(|| panic!("{options:?} are taken"))
    }

    #[test]
    fn all_of_them_make_a_provider_and_none_make_none() {
        let set = read(&[&WHOLE]).expect("they are good").expect("they are set");

        assert_eq!(set.policy, SignInPolicy::Either);
        assert_eq!(set.registration.redirect_url, "https://koppelklaar.test/beheer/inloggen/organisatie/terug");
        assert!(read(&[]).expect("nothing is good").is_none());
    }

    #[test]
    fn one_without_the_others_is_refused_by_name_and_without_the_secret() {
        for (options, name, missing) in [
            (&WHOLE[..2], ISSUER, CLIENT_SECRET),
            (&WHOLE[2..4], CLIENT_ID, ISSUER),
            (&WHOLE[4..], CLIENT_SECRET, ISSUER),
            (&["--oidc-mode", "offer"][..], MODE, ISSUER),
        ] {
            let said = refusal(&[options]);

            assert!(said.starts_with(name) && said.contains(missing) && !said.contains("geheim"), "{said}");
        }
    }

    #[test]
    fn who_requires_the_provider_names_the_account_that_keeps_its_password() {
        let (require, emergency) = (["--oidc-mode", "require"], ["--oidc-emergency", "nood@kurve.nl"]);
        let set = read(&[&WHOLE, &require, &emergency]).expect("they are good").expect("they are set");

        assert!(!set.policy.takes_passwords());
        assert!(refusal(&[&WHOLE, &require]).contains(EMERGENCY));
        assert!(refusal(&[&WHOLE, &emergency]).starts_with(EMERGENCY));
    }
}
