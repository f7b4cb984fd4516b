//! Asking for a link and a code by mail. Links of different browsers stand beside each other, so that no stranger ends
//! somebody's, and what is counted is of one browser and client network, so that no stranger uses up somebody's share.

use chrono::{DateTime, Duration, Utc};

use crate::crypto::Token;
use crate::domain::actor::Actor;
use crate::domain::ids::AccessLinkId;
use crate::domain::notice::{About, MailKind};
use crate::domain::stranger::{LINKS_A_DAY, LINKS_AT_ONCE, Place, Standing, place_for};
use crate::domain::text::EmailAddress;
use crate::services::people::strangers::{self, AskedMail};
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{AnonymousCall, Context, ServiceError};
use crate::store::lock;
use crate::store::people::access_links::{self, Counting, LinkAsker, StoredLink};
use crate::store::people::known_browsers::{self, KnownBrowser};

/// Asks for a link. Known and unknown addresses cost the same and get the same answer; only the mail differs.
///
/// Who signed in with the address in this browser before always gets one, whatever strangers do.
///
/// # Errors
/// `TooOften` when the browser or the client network asked too often, `Full` behind a cap of the day.
pub async fn request_link(
    context: &Context,
    asked: AnonymousCall<'_>,
    email: &EmailAddress,
    browser: &Token,
) -> Result<(), ServiceError> {
    let email_key = context.keys.email_key(&email.key_form());
    let browser_hash = browser.hash();
    let asker = LinkAsker { email_key: &email_key, browser_hash: &browser_hash, network_key: asked.network_key() };
    let (now, call) = (asked.now, asked.by(Actor::Visitor));
    let mut work = UnitOfWork::begin(context, &call).await?;
    lock::hold_address(work.conn(), &email_key).await?;
    let known = KnownBrowser { email_key: &email_key, browser_hash: &browser_hash };
    let is_known = known_browsers::is_known(work.conn(), known).await?;
    let counting = if is_known { Counting::Browser } else { Counting::BrowserAndNetwork };
    let per_quarter = context.links_per_quarter;
    let quarter = Allowed { links: per_quarter, within: Duration::minutes(15) };
    let day = Allowed { links: LINKS_A_DAY.max(per_quarter), within: Duration::hours(24) };
    for allowed in [quarter, day] {
        allowed.check(&work, now, asker, counting).await?;
    }
    access_links::mark_replaced_in_browser(work.conn(), asker, now).await?;
    if !is_known {
        make_place(&work, now, asker).await?;
        let limit_key = context.keys.email_key(&email.limit_form());
        strangers::count_mail(&work, asked, AskedMail::SignIn, &limit_key).await?;
    }
    let id = AccessLinkId::from_uuid(context.chance.uuid_v7(now));
    access_links::insert(work.conn(), id, asker, now).await?;
    work.mail(NewMail {
        kind: MailKind::SignIn,
        connection: None,
        contact: None,
        about: About { link: Some(id), ..About::default() },
        occasion: id.to_string(),
    });
    work.finish().await
}

/// Whether somebody signed in with an address in this browser before.
pub async fn is_known(context: &Context, email: &EmailAddress, browser: &Token) -> Result<bool, ServiceError> {
    let email_key = context.keys.email_key(&email.key_form());
    let known = KnownBrowser { email_key: &email_key, browser_hash: &browser.hash() };
    Ok(known_browsers::is_known(context.db.reader(), known).await?)
}

/// How many links may be asked for, in how long a time.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    links: u64,
    within: Duration,
}

impl Allowed {
    /// Counted in the database, so over all instances.
    async fn check(
        self,
        work: &UnitOfWork<'_>,
        now: DateTime<Utc>,
        asker: LinkAsker<'_>,
        counting: Counting,
    ) -> Result<(), ServiceError> {
        if access_links::count_since(work.conn(), asker, counting, now - self.within).await? < self.links {
            return Ok(());
        }
        // As soon as the oldest of the last ones no longer counts, there is room again.
        let oldest = access_links::find_nth_newest(work.conn(), asker, counting, self.links).await?.unwrap_or(now);
        Err(too_often(oldest + self.within - now))
    }
}

/// Makes a place for one more link beside those that other browsers asked for.
async fn make_place(work: &UnitOfWork<'_>, now: DateTime<Utc>, asker: LinkAsker<'_>) -> Result<(), ServiceError> {
    let live = access_links::list_live(work.conn(), asker.email_key, now).await?;
    let hashes: Vec<Vec<u8>> = live.iter().map(|link| link.browser_hash.clone()).collect();
    let known = known_browsers::list_among(work.conn(), asker.email_key, &hashes).await?;
    let standing = |link: StoredLink| Standing {
        id: link.id,
        network: link.network_key,
        requested_at: link.requested_at,
        expires_at: link.link.expires_at,
    };
    let others: Vec<Standing> =
        live.into_iter().filter(|link| !known.contains(&link.browser_hash)).map(standing).collect();
    let per_quarter = usize::try_from(work.context().links_per_quarter).unwrap_or(usize::MAX);
    match place_for(&others, asker.network_key, LINKS_AT_ONCE.max(per_quarter)) {
        Place::Beside => Ok(()),
        Place::InsteadOf(id) => Ok(access_links::mark_one_replaced(work.conn(), id, now).await?),
        Place::NoneUntil(at) => Err(too_often(at - now)),
    }
}

fn too_often(wait: Duration) -> ServiceError {
    ServiceError::TooOften { retry_after_seconds: wait.num_seconds().max(0).unsigned_abs() + 1 }
}
