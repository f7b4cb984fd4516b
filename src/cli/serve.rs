//! `koppelklaar serve`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use super::migrate;
use crate::app::App;
use crate::services::chain;
use crate::services::mail::dispatch;
use crate::services::operations::{audit, setup};
use crate::services::webhooks::delivering;
use crate::settings::{ServeSettings, Settings};
use crate::shutdown;
use crate::startup::{self, StartError, lock_database};
use crate::web::server::ServerLimits;
use crate::web::{DemoWeb, WebState, metrics, router, server};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    serving: ServeSettings,

    /// Bring the database up to date first, as `koppelklaar migrate` does; not where instances are restarted one by one
    #[arg(long)]
    migrate: bool,
}

pub(super) async fn run(settings: &Settings, args: &ServeArgs) -> Result<(), StartError> {
    let serving = &args.serving;
    startup::check_files(settings)?;
    let lock = lock_database(settings.database_url()?.expose_secret())?;
    if args.migrate {
        let steps = migrate::migrate(settings).await?;
        tracing::info!(migration.steps = steps, "The database is up to date");
    }
    let app = startup::open(settings).await?;
    warn(settings, serving, &app);
    if let Err(error) = audit::note_end(&app.context).await {
        tracing::warn!(cause = chain(&error), "Could not read where the audit ends");
    }
    if lock.is_sole() {
        free_mails(&app).await;
    }
    if settings.query_template.is_none() {
        tracing::warn!(
            "Query files are made from the sample template: set KOPPELKLAAR_QUERY_TEMPLATE before schools use them"
        );
    }
    let listener = listen(serving).await?;
    until_stopped(app, serving, listener, None).await
}

/// Says at every start what must not stay as it is.
fn warn(settings: &Settings, serving: &ServeSettings, app: &App) {
    for flaw in setup::find_flaws(&app.mailer, &app.context.base, serving.trusted_proxies) {
        tracing::warn!("{}", flaw.in_log());
    }
    for open in startup::find_open_secrets(settings) {
        tracing::warn!("{open}");
    }
}

/// What it cannot free now comes free when its lease ends.
async fn free_mails(app: &App) {
    match dispatch::release_leases_of_the_dead(&app.context).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(mail.count = count, "Took back mails that a process had in hand when it died"),
        Err(error) => tracing::warn!(cause = chain(&error), "Could not take back what a dead process had in hand"),
    }
    if let Err(error) = delivering::release_leases_of_the_dead(&app.context).await {
        tracing::warn!(cause = chain(&error), "Could not take back webhooks that a dead process had in hand");
    }
}

pub(super) async fn listen(serving: &ServeSettings) -> Result<TcpListener, StartError> {
    bind("KOPPELKLAAR_LISTEN", serving.listen).await
}

/// Behind a proxy of ours all clients have its address.
fn per_client(serving: &ServeSettings, limits: &ServerLimits) -> usize {
    if serving.trusted_proxies == 0 { limits.per_client } else { limits.connections }
}

async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        StartError::new(format!("{setting}: {address} cannot be listened on ({error}). Choose another address."))
    })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| StartError::new(format!("no address to listen on ({error})")))
}

pub(super) async fn until_stopped(
    app: App,
    serving: &ServeSettings,
    listener: TcpListener,
    demo: Option<DemoWeb>,
) -> Result<(), StartError> {
    let stop = shutdown::on_signal().map_err(|error| StartError::new(format!("no signals ({error})")))?;
    let metrics = match serving.metrics_listen {
        Some(address) => Some(bind("KOPPELKLAAR_METRICS_LISTEN", address).await?),
        None => None,
    };
    let mut limits = ServerLimits { is_https: app.context.base.is_https(), ..ServerLimits::default() };
    if demo.is_some() {
        // No proxy is to learn of it.
        limits.leave_time = Duration::ZERO;
    }
    let web = WebState::new(&app, serving.web_options(), demo);
    let mut workers = startup::start_workers(&app, &web, &stop).await?;
    // A page that watches something would keep its connection for as long as it may.
    let (watched, stopping) = (web.clone(), stop.clone());
    workers.spawn(async move {
        stopping.cancelled().await;
        watched.streams.close();
    });
    if let Some(metrics) = metrics {
        tracing::info!(metrics.listen = %address_of(&metrics)?, "Serving metrics");
        let numbers = metrics::router(web.clone());
        workers.spawn(server::serve(metrics, numbers, limits, stop.clone()));
    }
    tracing::info!(listen = %address_of(&listener)?, "Serving {}", app.context.base);
    let limits = ServerLimits { per_client: per_client(serving, &limits), ..limits };
    workers.spawn(server::serve(listener, router(web), limits, stop.clone()));
    // Pages without mails would look whole and be half: let whoever watches the process start it anew.
    let is_broken = tokio::select! {
        () = stop.cancelled() => false,
        _ = workers.join_next() => !stop.is_cancelled(),
    };
    if is_broken {
        tracing::error!("A worker ended by itself: stopping");
        stop.cancel();
    }
    // Requests under way as well: until the last has ended nothing is closed.
    while workers.join_next().await.is_some() {}
    app.context.db.close().await;
    tracing::info!("Stopped");
    if is_broken { Err(StartError::new("a worker ended by itself; see the log")) } else { Ok(()) }
}
