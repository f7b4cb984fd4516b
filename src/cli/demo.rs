//! `koppelklaar demo`: the whole product on a temporary folder, to look at.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::app::{App, StartError, lock_database};
use crate::cli::settings::{ServeSettings, Settings};
use crate::cli::{failed, migrate, serve};
use crate::links::{self, BaseUrl};
use crate::services::demo::{self, Demo};
use crate::services::schools;
use crate::store::overview::Filter;
use crate::web::DemoSite;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The folder for database and mails, empty or new [default: a new temporary one]
    #[arg(long)]
    dir: Option<PathBuf>,
}

pub(super) async fn run(mut settings: Settings, args: &DemoArgs) -> Result<(), StartError> {
    let serving = ServeSettings {
        listen: args.listen,
        trusted_proxies: 0,
        // Whoever tries the demo out is no stranger.
        forms_per_client: 1000.try_into().expect("not zero"),
        forms_per_address: 1000.try_into().expect("not zero"),
    };
    let listener = serve::listen(&serving).await?;
    let address = listener.local_addr().map_err(|error| StartError::new(error.to_string()))?;
    let base = BaseUrl::parse(&format!("http://{address}")).map_err(|error| StartError::new(error.to_string()))?;
    let folder = folder(args.dir.as_deref())?;
    settings.move_to(&folder, base);
    let _lock = lock_database(settings.database_url()?.expose())?;
    migrate::migrate(&settings).await?;
    let app = App::open(&settings).await?;
    let (rows, _) = schools::list(&app.office, &Filter::default(), None).await.map_err(|error| failed(&error))?;
    if !rows.is_empty() {
        return Err(StartError::new(
            "--dir: the folder holds a demo already; give another folder, or none for a new one",
        ));
    }
    let made = demo::fill(&app.office, app.clock.now()).await.map_err(|error| failed(&error))?;
    print(&app, &made, &folder);
    let accounts = made.staff.into_iter().map(|account| (account.email, account.totp)).collect();
    let site = DemoSite { mails: settings.mail_dir.clone(), accounts };
    serve::until_stopped(app, &serving, listener, Some(site)).await
}

fn folder(given: Option<&Path>) -> Result<PathBuf, StartError> {
    let folder = given.map_or_else(
        || std::env::temp_dir().join(format!("koppelklaar-demo-{}", std::process::id())),
        Path::to_path_buf,
    );
    let cannot = |error| StartError::new(format!("--dir: {} cannot be used ({error})", folder.display()));
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    std::path::absolute(&folder).map_err(cannot)
}

fn print(app: &App, made: &Demo, folder: &Path) {
    let at = |path: &str| app.office.base.to(path);
    println!("Koppelklaar demo. Database and mails are in {}", folder.display());
    println!();
    println!("  Start page            {}", at(links::HOME));
    println!("  Mailbox               {}", at(links::DEMO_MAILS));
    println!("  Sign in as a school   {}   (the mail with link and code comes to the mailbox)", at(links::SIGN_IN));
    println!("  Sign in as Kurve      {}   (codes: {})", at(links::STAFF_SIGN_IN), at(links::DEMO_CODES));
    println!();
    println!("Kurve, password for both: {}", demo::STAFF_PASSWORD);
    for account in &made.staff {
        println!("  {:34} {}", account.email, account.role.as_str());
    }
    println!();
    println!("Schools:");
    for contact in &made.contacts {
        println!("  {:34} {}", contact.email, contact.what);
    }
    println!();
    println!("Stop with Ctrl+C.");
}
