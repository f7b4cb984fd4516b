//! The names that are stored, signed or part of the API. They come from the names of variants, so a variant that is
//! renamed changes them; here each is written down once more, and what is stored can still be read.

use std::str::FromStr;

use koppelklaar::crypto::Purpose;
use koppelklaar::crypto::mail_token::Subscription;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::api_scope::ApiScope;
use koppelklaar::domain::audit::{Action, MessageDone, RegistrationDone, WebhookDone};
use koppelklaar::domain::bulk::{BulkKind, BulkOutcome};
use koppelklaar::domain::check::{CheckCode, CheckPolicy, NotMade, Rung, Way};
use koppelklaar::domain::credential::reveal::ClosedReason;
use koppelklaar::domain::feed::FeedKind;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::domain::identity::{ErrandKind, ProviderFault};
use koppelklaar::domain::lockout::TrySort;
use koppelklaar::domain::message::{Direction, LeftOut, Media};
use koppelklaar::domain::notice::AccountPart;
use koppelklaar::domain::onboarding::{Change, Course, Evidence, Gate, Lifecycle, Party, Status, Step};
use koppelklaar::domain::reminder::OwnDayKind;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::roster::{Field, MailChoice};
use koppelklaar::domain::school::Region;
use koppelklaar::domain::stranger::Counted;
use koppelklaar::domain::tally::{FigureKind, Standing};
use koppelklaar::domain::unsent::UnsentReason;
use koppelklaar::domain::upkeep::Upkeep;
use koppelklaar::domain::webhook::{DeliveryStatus, Outcome, StoppedWhy};
use koppelklaar::domain::work::WorkKind;
use koppelklaar::jobs::Job;
use koppelklaar::store::mail::outbox::MailStatus;
use strum::{IntoEnumIterator, VariantNames};

/// The names of kinds of mails are held by the names of their snapshots.
#[test]
fn every_stored_name_is_what_it_always_was() {
    for (found, expected) in [
        (stored::<MailStatus>(), "waiting sent skipped failed dropped"),
        (
            stored::<UnsentReason>(),
            "link_gone link_expired no_contact_with_address sign_in_doubtful registration_gone \
             registration_expired registration_doubtful nothing_asked contact_gone contact_removed \
             address_bounces address_unused address_works_again digest_outdated digest_unwritable digest_stopped \
             digest_empty credentials_taken_back password_gone step_done step_not_stuck step_moved_on pause_ended end_undone check_awaited nothing_to_activate import_closed \
             activation_undone import_open_told_already import_opened reminders_gone everything_done connection_back outage_gone \
             outage_ended outside_working_hours another_reminder_today told_an_hour_ago may_have_arrived bytes_gone invite_gone colleague_disabled webhook_goes outside_list \
             fault_while_writing",
        ),
        (
            stored::<Step>(),
            "consent_given details_submitted credentials_issued query_executed password_set permissions_checked \
             allowlisting_requested allowlisting_confirmed activation_confirmed",
        ),
        (stored::<ApiScope>(), "verdict:read schools:read events:read"),
        (
            stored::<FeedKind>(),
            "school.registered school.joined school.changed school.paused school.resumed school.stopped \
             school.reopened school.completed verdict.opened verdict.closed connection.lost connection.back \
             certificate.expiring",
        ),
        (stored::<Gate>(), "consent webservice password allowlisting activation"),
        (stored::<Party>(), "school kurve magister"),
        (stored::<Status>(), "active paused withdrawn completed"),
        (named::<Evidence>(), "claimed confirmed proven"),
        (stored::<Region>(), "noord midden zuid"),
        (stored::<ContactRole>(), "superbeheerder applicatiebeheerder contactpersoon"),
        (
            Roles::CHOICES.map(Roles::as_str).join(", "),
            "superbeheerder, applicatiebeheerder, superbeheerder applicatiebeheerder, contactpersoon",
        ),
        (stored::<StaffRole>(), "admin support reader"),
        (stored::<OwnDayKind>(), "closed open"),
        (stored::<Counted>(), "wrong_code confirmation sign_in"),
        (stored::<Field>(), "school brin domain region contact email role stand"),
        (stored::<MailChoice>(), "none one ordinary"),
        (stored::<ClosedReason>(), "renewed proven withdrawn"),
        (stored::<Rung>(), "name tcp tls login data shape rows"),
        (
            stored::<CheckCode>(),
            "ok host_unknown port_silent port_refused tls_failed certificate_invalid login_refused \
             list_not_granted service_not_granted list_outdated list_empty list_shrunk list_failed no_route too_slow unexpected_answer",
        ),
        (stored::<Way>(), "body url"),
        (stored::<NotMade>(), "resting not_needed overtaken broke_off"),
        (stored::<CheckPolicy>(), "off advise require"),
        (stored::<BulkKind>(), "issue vouch_and_issue activate check remind take put_off close roster"),
        (stored::<BulkOutcome>(), "done already refused failed left_out"),
        (stored::<Worker>(), "mail planner checks bulk webhooks"),
        (stored::<Upkeep>(), "backup"),
        (stored::<FigureKind>(), "registered opened turn_ended"),
        (
            stored::<WorkKind>(),
            "stuck issue reply join vouch password activate check certificate address begin unconfirmed silent",
        ),
        (stored::<Standing>(), "schools consent webservice password allowlisting activation"),
        (
            named::<Job>(),
            "repair_clock resume_paused end_passwords delete_expired plan_reminders digest plan_checks note_audit clear_ended",
        ),
        (
            named::<Purpose>(),
            "seal-credential seal-query seal-totp totp-of-invite sign-in-trip seal-registration seal-roster seal-kept-form seal-mail seal-attachment seal-webhook email-lookup audit sign-statement \
             csrf access-code bounce reply unsubscribe replaced-password client-network fingerprint",
        ),
        (named::<AccountPart>(), "password second_factor identity"),
        (stored::<ErrandKind>(), "sign_in invite account"),
        (
            named::<ProviderFault>(),
            "away no_document other_issuer unfit wrong_secret wrong_redirect denied code_refused unknown_key bad_token \
             other_nonce clock_off refused",
        ),
        (stored::<TrySort>(), "password code"),
        (named::<Subscription>(), "reminders digest"),
        (Lifecycle::VARIANTS.join(" "), "active paused withdrawn completed"),
        (
            Change::VARIANTS.join(" "),
            "step_answered evidence_fell step_fell step_restored completion_restored credentials_issued \
             password_noted password_gone people_noted password_asked stuck_reported stuck_answered step_handed_over paused resumed withdrawn reopened completed \
             school_added school_left",
        ),
        (RegistrationDone::VARIANTS.join(" "), "registration_waits registration_accepted registration_declined"),
        (
            MessageDone::VARIANTS.join(" "),
            "message_sent message_received messages_read message_template_saved message_template_removed",
        ),
        (
            WebhookDone::VARIANTS.join(" "),
            "webhook_added webhook_secret_replaced webhook_stopped webhook_started webhook_replayed webhook_removed",
        ),
        (stored::<StoppedWhy>(), "by_hand gone failing"),
        (stored::<DeliveryStatus>(), "waiting delivered failed"),
        (
            stored::<Outcome>(),
            "delivered gone answered redirected no_such_host look_up_failed not_public no_connection not_safe cut_short \
             too_slow",
        ),
        (stored::<Direction>(), "out in"),
        (stored::<Media>(), "png jpeg gif webp heic pdf"),
        (stored::<LeftOut>(), "other_kind too_large too_many"),
        (Course::VARIANTS.join(" "), "under_way withdrawn completed left"),
        (
            Action::VARIANTS.join(" "),
            "onboarding school_registered registration_repeated join_asked join_accepted join_declined \
             registration details_changed import_opened import_closed contact_added contact_entered taken_from_file \
             contact_changed contact_removed contact_vouched contact_address_corrected reader_named vouches_cleared \
             password_revealed credentials_handed_again reveal_closed connection_lost connection_back \
             check_overridden outage_began outage_ended query_downloaded contact_signed_in message \
             note_added connection_taken connection_let_go note_changed note_deleted mail_retried confirmation_sent_again \
             mail_dropped reminders_snoozed reminders_woken own_days_added own_days_removed holidays_loaded \
             mail_returned address_bounced address_works reminders_stopped reminders_resumed digest_stopped \
             digest_resumed option_b_table_kept option_b_file_made option_b_cleaned_up staff_added \
             staff_role_changed staff_enabled staff_disabled staff_invited staff_invite_withdrawn staff_reset \
             staff_password_changed staff_factor_changed staff_sessions_ended staff_enrolled staff_identity_linked staff_identity_unlinked staff_signed_in \
             staff_locked staff_codes_tried api_key_added api_key_replaced api_key_revoked \
             person_erased connection_cleared connection_kept webhook",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

/// The names in the order of the variants, where each reads back.
fn stored<T: IntoEnumIterator + Into<&'static str> + FromStr + Copy + PartialEq>() -> String {
    assert!(T::iter().all(|one| one.into().parse().ok() == Some(one)), "{}", named::<T>());
    named::<T>()
}

/// The names in the order of the variants.
fn named<T: IntoEnumIterator + Into<&'static str>>() -> String {
    T::iter().map(Into::into).collect::<Vec<_>>().join(" ")
}
