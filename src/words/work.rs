//! What the worklist calls the things that wait on Kurve.

use crate::domain::work::WorkKind;

/// A kind, in a word or two.
pub fn work_kind(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Stuck => "Lukt niet",
        WorkKind::Issue => "Nieuwe school",
        WorkKind::Reply => "Bericht",
        WorkKind::Join => "Wil meedoen",
        WorkKind::Vouch => "Persoon",
        WorkKind::Password => "Wachtwoord",
        WorkKind::Activate => "Activeren",
        WorkKind::Check => "Verbinding",
        WorkKind::Certificate => "Certificaat",
        WorkKind::Address => "Adres",
        WorkKind::Begin => "Wil beginnen",
        WorkKind::Unconfirmed => "Niet bevestigd",
        WorkKind::Silent => "Geen antwoord",
    }
}
