//! `koppelklaar demo`: the whole product on a temporary folder, to look at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use secrecy::ExposeSecret;

use crate::app::App;
use crate::chance::Chance;
use crate::cli::{migrate, serve};
use crate::demo::fleet::{self, Made, Order};
use crate::demo::magister::DemoMagister;
use crate::demo::{self, Demo};
use crate::domain::check::CheckPolicy;
use crate::domain::new_schools::NewSchools;
use crate::links::{self, BaseUrl, BaseUrlError};
use crate::magister::{Limits, Magister};
use crate::services::Context;
use crate::settings::{ServeSettings, Settings};
use crate::startup::{self, StartError, lock_database};
use crate::web::DemoWeb;

/// How many forms and sign-in links the demo takes in their time: whoever tries it out is no stranger.
const FORMS: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// How many schools can be generated: each has a BRIN of its own.
const MOST_SCHOOLS: i64 = 500_000;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The folder for database and mails, empty or new [default: a new temporary one]
    #[arg(long)]
    dir: Option<PathBuf>,

    /// How many generated schools there are beside the demo's own, in every state
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=MOST_SCHOOLS))]
    schools: u32,
}

pub(super) async fn run(mut settings: Settings, args: &DemoArgs) -> Result<(), StartError> {
    let serving = ServeSettings {
        listen: args.listen,
        metrics_listen: None,
        trusted_proxies: 0,
        forms_per_client: FORMS,
        forms_per_address: FORMS,
    };
    let listener = serve::listen(&serving).await?;
    let address = listener.local_addr().map_err(|error| StartError::new(error.to_string()))?;
    let base = base(address).map_err(|error| StartError::new(error.to_string()))?;
    let folder = folder(args.dir.as_deref(), &Chance::os())?;
    settings.move_to(&folder, base);
    let _lock = lock_database(settings.database_url()?.expose_secret())?;
    migrate::migrate(&settings).await?;
    let mut app = startup::open_any(&settings).await?;
    app.context.links_per_quarter = FORMS.get().into();
    let magister = DemoMagister::start(app.context.chance.clone()).await;
    let magister = Arc::new(
        magister.map_err(|error| StartError::new(format!("the simulator of Magister does not start ({error})")))?,
    );
    app.magister = Magister::new(magister.reach(), Limits::default(), app.context.chance.clone());
    // Its schools were activated before anything was asked of checks, and began before any had to wait.
    let (check_policy, new_schools) = (CheckPolicy::Advise, NewSchools::Start);
    let filling = Context { check_policy, new_schools, ..app.context.clone() };
    let made = demo::fill(&filling, app.clock.now()).await?;
    magister.tell_stories(&app.context).await?;
    if args.schools > 0 {
        let tell = |made: &Made| eprintln!("Made {} of {} schools", made.schools, args.schools);
        let order = Order { schools: args.schools, kurve: made.kurve, now: app.clock.now() };
        fleet::fill(&app.context, order, tell).await?;
    }
    print(&app, &made, &folder, &magister);
    let accounts = made.staff.into_iter().map(|account| (account.email, account.totp)).collect();
    let web = DemoWeb { mails: settings.mail_dir.clone(), accounts, magister };
    serve::until_stopped(app, &serving, listener, Some(web)).await
}

/// Where a browser on this machine reaches the demo; an address that stands for every interface is none to go to.
fn base(listens: SocketAddr) -> Result<BaseUrl, BaseUrlError> {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    BaseUrl::parse(&format!("http://{}", SocketAddr::new(ip, listens.port())))
}

/// The folder, empty, for the owner alone where it is made here. One with something in it may be an installation, which the
/// accounts of the demo, with the password that everybody knows, must not get into.
fn folder(given: Option<&Path>, chance: &Chance) -> Result<PathBuf, StartError> {
    let folder = given.map_or_else(|| fresh_folder(chance), Path::to_path_buf);
    let cannot = |error| StartError::new(format!("--dir: {} cannot be used ({error})", folder.display()));
    let mut builder = std::fs::DirBuilder::new();
    // A new temporary folder must be new: whoever made it before would own what is put in it.
    builder.recursive(given.is_some());
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(cannot)?;
    if std::fs::read_dir(&folder).map_err(cannot)?.next().is_some() {
        return Err(StartError::new(format!(
            "--dir: {} is not empty; give an empty or a new folder, or none for a temporary one",
            folder.display()
        )));
    }
    std::path::absolute(&folder).map_err(cannot)
}

/// A name that nobody else on the machine can guess and make first.
fn fresh_folder(chance: &Chance) -> PathBuf {
    let mut bytes = [0; 12];
    chance.fill(&mut bytes);
    let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    std::env::temp_dir().join(format!("koppelklaar-demo-{name}"))
}

fn print(app: &App, made: &Demo, folder: &Path, magister: &DemoMagister) {
    let at = |path: &str| app.context.base.to(path);
    println!("Koppelklaar demo. Database and mails are in {}", folder.display());
    println!();
    println!("  Start page            {}", at(links::HOME));
    println!("  Mailbox               {}", at(links::DEMO_MAILS));
    println!("  Sign in as a school   {}   (the mail with link and code comes to the mailbox)", at(links::SIGN_IN));
    println!("  Sign in as Kurve      {}   (codes: {})", at(links::STAFF_SIGN_IN), at(links::DEMO_CODES));
    println!("  Magister              {}   (what each school's Magister answers)", at(links::DEMO_MAGISTER));
    println!();
    println!("{}", magister.start_line());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_demo_without_a_folder_gets_a_fresh_one_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let made = folder(None, &Chance::os()).expect("a new folder");
        let mode = std::fs::metadata(&made).expect("it is there").permissions().mode();
        let other = folder(None, &Chance::os()).expect("another one");
        for each in [&made, &other] {
            std::fs::remove_dir(each).expect("it is empty");
        }

        assert_eq!(mode & 0o777, 0o700);
        assert_ne!(made, other);
    }

    #[test]
    fn a_temporary_folder_that_somebody_made_before_is_refused() {
        let chance = || Chance::seeded(std::process::id().into());
        let made = folder(None, &chance()).expect("a new folder");
        let again = folder(None, &chance());
        std::fs::remove_dir(&made).expect("it is empty");

        assert!(again.is_err(), "{again:?}");
    }

    #[test]
    fn a_folder_that_holds_anything_is_refused_and_left_as_it_was() {
        let given = folder(None, &Chance::os()).expect("a new folder");
        let empty = folder(Some(&given), &Chance::os());
        // Somebody's installation: the demo's accounts, with a password that everybody knows, must not get into it.
        let database = given.join("koppelklaar.db");
        std::fs::write(&database, "kept").expect("a file");
        let filled = folder(Some(&given), &Chance::os());
        let kept = std::fs::read_to_string(&database);
        std::fs::remove_dir_all(&given).expect("it is there");

        assert_eq!(empty.expect("an empty one is taken"), given);
        let refusal = filled.expect_err("a full one is refused").to_string();
        assert!(refusal.contains("--dir") && refusal.contains("not empty"), "{refusal}");
        assert_eq!(kept.expect("it is still there"), "kept");
    }

    #[test]
    fn the_demo_is_reached_at_an_address_that_a_browser_can_go_to() {
        let reached = |listens: &str| {
            let address = listens.parse().expect("an address with a port");
            base(address).map(|base| base.to_string())
        };

        assert_eq!(reached("0.0.0.0:8080"), Ok("http://127.0.0.1:8080".to_owned()));
        assert_eq!(reached("[::]:8080"), Ok("http://[::1]:8080".to_owned()));
        assert_eq!(reached("192.0.2.7:8081"), Ok("http://192.0.2.7:8081".to_owned()));
    }
}
