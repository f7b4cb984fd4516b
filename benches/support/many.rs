//! What many connections have beside their schools: checks of all sorts, mails, and one a long history.

use chrono::{DateTime, TimeDelta, Utc};
use entity::connection;
use koppelklaar::domain::actor::Actor;
use koppelklaar::domain::audit::Action;
use koppelklaar::domain::check::{Certificate, CheckCode, Counts, Receipt, Way};
use koppelklaar::domain::ids::{ConnectionId, MailId};
use koppelklaar::domain::notice::{About, MailKind};
use koppelklaar::services::Context;
use koppelklaar::services::operations::audit::conceal;
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};
use koppelklaar::store::operations::audit::{self, NewEntry};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

/// How many entries the audit of one connection gets beside those of the others.
const LONG_HISTORY: u32 = 5_000;

/// Every connection.
pub(crate) async fn connections(context: &Context) -> Vec<ConnectionId> {
    let ids = connection::Entity::find().select_only().column(connection::Column::Id);
    let ids = ids.order_by_asc(connection::COLUMN.id).into_tuple().all(context.db.reader()).await;
    let ids: Vec<uuid::Uuid> = ids.expect("the connections");
    ids.into_iter().map(ConnectionId::from_uuid).collect()
}

/// Most connections work; some fail in several ways, some are lost, some were never checked. None is due for hours.
pub(crate) async fn add_checks(context: &Context, ids: &[ConnectionId], now: DateTime<Utc>) {
    let work = context.db.begin_write().await.expect("the database answers");
    for (place, id) in (0_i64..).zip(ids) {
        let at = now - TimeDelta::minutes(place % 14_400);
        let code = match place % 25 {
            0..=18 => Some(CheckCode::Ok),
            19 => Some(CheckCode::LoginRefused),
            20 => Some(CheckCode::ListNotGranted),
            21 => Some(CheckCode::PortSilent),
            22 => Some(CheckCode::UnexpectedAnswer),
            23 => Some(CheckCode::CertificateInvalid),
            _ => None,
        };
        let works = code == Some(CheckCode::Ok);
        let is_lost = place % 100 == 19;
        let rows = 200 + u32::try_from(place % 1500).unwrap_or_default();
        let counts = Counts { rows, without_opleidingscode: 3, without_id_gebr: 0, double_stamnr: 0 };
        let known = CheckStatus {
            // Within the days that a turn may lie ahead: what is further was set by a clock that was ahead, and is pulled back.
            next_check_at: Some(now + TimeDelta::hours(12) + TimeDelta::minutes(place % 7_000)),
            last: code.map(|code| (code, at)),
            has_worked: works || is_lost,
            is_failing: code.is_some() && !works,
            is_lost,
            failing_since: code.filter(|_| !works).map(|_| at - TimeDelta::days(place % 20)),
            receipt: (works || is_lost).then_some(Receipt { counts, at }),
            way: works.then_some(Way::Body),
            certificate: code.map(|_| Certificate { until: now + TimeDelta::days(40 + place % 300), seen_at: at }),
            ends_so_since: code.map(|_| at - TimeDelta::days(place % 20)),
            ..CheckStatus::fresh(*id)
        };
        check_status::save(work.conn(), &known).await.expect("it is kept");
    }
    work.commit().await.expect("the database answers");
}

/// A mail about each connection that was sent; some failed, were not needed or were dropped.
pub(crate) async fn add_mails(context: &Context, ids: &[ConnectionId], now: DateTime<Utc>) {
    let work = context.db.begin_write().await.expect("the database answers");
    let mut mails = vec![];
    for (place, connection) in (0_i64..).zip(ids) {
        let at = now - TimeDelta::minutes(60 + place);
        let id = MailId::from_uuid(context.chance.uuid_v7(at));
        let status = match place % 200 {
            0 => MailStatus::Failed,
            1 => MailStatus::Skipped,
            2 => MailStatus::Dropped,
            _ => MailStatus::Sent,
        };
        mails.push(OutboxMail {
            id,
            kind: MailKind::RequestConfirmed,
            connection: Some(*connection),
            contact: None,
            about: About::default(),
            dedupe_key: format!("bench/{id}"),
            status,
            attempts: 1,
            created_at: at,
            next_attempt_at: at,
            handing_over_at: None,
            may_be_double: false,
            sent_at: (status == MailStatus::Sent).then_some(at),
            message_id: format!("<{id}@{}>", context.base.mail_host()),
            told_by: None,
            last_error: None,
        });
    }
    outbox::insert_all(work.conn(), &mails).await.expect("fresh keys");
    work.commit().await.expect("the database answers");
}

/// What a connection that has been here for years has in its audit.
pub(crate) async fn add_history(context: &Context, connection: ConnectionId, now: DateTime<Utc>) {
    let entry = |number: u32| NewEntry {
        connection: Some(connection),
        school: None,
        onboarding_version: None,
        at: now,
        by: Actor::Operator,
        action: match number % 5 {
            0 => Action::QueryDownloaded { version: 1 },
            1 => Action::PasswordRevealed { version: 1, left: 2 },
            2 => Action::CredentialsHandedAgain { version: 1 },
            3 => Action::DetailsChanged,
            _ => Action::ContactSignedIn,
        },
        request_id: "bench".to_owned(),
    };
    let work = context.db.begin_write().await.expect("the database answers");
    let mac = |parts: &[&[u8]]| context.keys.audit_mac(None, parts).expect("the newest key is there");
    let conceal = |text: &str| conceal(&context.chance, text);
    audit::append(work.conn(), (0..LONG_HISTORY).map(entry).collect(), mac, conceal).await.expect("it is kept");
    work.commit().await.expect("the database answers");
}
