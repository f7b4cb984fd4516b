//! What each page costs at one thousand, ten thousand and a hundred thousand schools, on both databases: processor time
//! of our process for each request, how long it took, and memory; beside the bare stack, which asks the same of the same
//! database and shows as much.
//!
//! The program serves as a process of its own. `cargo bench --bench pages -- 1000 10000 100000`; `sqlite` or `postgres`
//! among the arguments is for one of them, `--seconds N` how long each page is loaded (2 if not given), `--only TEXT` for
//! pages with that in their name, `--statements` to print what each asks instead, and `--smoke` for a look whether all of
//! this still works.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use koppelklaar::clock::Clock;

#[path = "support/bare_stack.rs"]
mod bare_stack;
#[path = "support/browser.rs"]
mod browser;
#[path = "support/client.rs"]
mod client;
#[path = "support/listed.rs"]
mod listed;
#[path = "support/many.rs"]
mod many;
#[path = "support/process.rs"]
mod process;
#[path = "support/recorder.rs"]
mod recorder;
#[path = "support/scene.rs"]
mod scene;
#[path = "support/mod.rs"]
mod setting;
#[expect(dead_code, reason = "this one reads its numbers from the arguments")]
#[path = "../tests/torture/support.rs"]
mod support;

use bare_stack::Shape;
use browser::Browser;
use client::{Ask, Client, Cost, Effort, load};
use listed::{Listed, People, Sort};
use process::{Server, free_address};
use recorder::Recorder;
use scene::Scene;
use setting::{Installation, Kind};
use support::say;

/// How many clients look at a page at once.
const CLIENTS: u32 = 8;

/// How often the program is started to see how soon it is ready.
const STARTS: usize = 5;

/// The name under which one row by its key stands among the pages of the bare stack.
const BY_KEY: &str = "bare: one row by its key";

/// What is to be measured.
#[derive(Debug, Clone)]
struct Order {
    sizes: Vec<u32>,
    kinds: Vec<Kind>,
    time: Duration,
    only: String,
    tells_statements: bool,
}

impl Order {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let both = vec![Kind::Sqlite, Kind::Postgres];
        let time = Duration::from_secs(2);
        let mut order = Self { sizes: vec![], kinds: vec![], time, only: String::new(), tells_statements: false };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().ok_or(format!("{argument} takes a value"));
            match argument.as_str() {
                "sqlite" => order.kinds.push(Kind::Sqlite),
                "postgres" => order.kinds.push(Kind::Postgres),
                "--seconds" => {
                    let seconds = value()?.parse().map_err(|_| "--seconds takes a number")?;
                    order.time = Duration::from_secs_f64(seconds);
                }
                "--only" => order.only.clone_from(value()?),
                "--statements" => order.tells_statements = true,
                "--smoke" => {
                    order.sizes.push(200);
                    order.time = Duration::from_millis(50);
                }
                // What `cargo bench` gives to every benchmark.
                "--bench" => {}
                size => order.sizes.push(size.parse().map_err(|_| format!("what is {size}?"))?),
            }
        }
        if order.kinds.is_empty() {
            order.kinds = both;
        }
        if order.sizes.is_empty() {
            order.sizes = vec![1_000, 10_000, 100_000];
        }
        Ok(order)
    }

    fn effort(&self, sort: Sort) -> Effort {
        match sort {
            Sort::Page => Effort { clients: CLIENTS, time: self.time, least: 2 * CLIENTS },
            Sort::Change => Effort { clients: 1, time: self.time, least: 10 },
            Sort::Download => Effort { clients: 1, time: Duration::ZERO, least: 3 },
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    if let [first, url, keys, file, ours, address] = &arguments[..]
        && first == bare_stack::ARGUMENT
    {
        let [ours, address] = [ours, address].map(|address| address.parse().expect("an address"));
        runtime.block_on(async {
            let recorder = Recorder::new(setting::open(url, keys, "mail").await, ours);
            bare_stack::serve(recorder, url, Path::new(file), address).await;
        });
        return ExitCode::SUCCESS;
    }
    let done = Order::read(&arguments).and_then(|order| runtime.block_on(measure(&order)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&format!("STOPPED: {why}"));
            ExitCode::FAILURE
        }
    }
}

async fn measure(order: &Order) -> Result<(), String> {
    for kind in order.kinds.iter().copied() {
        let mut measured = vec![];
        for size in order.sizes.iter().copied() {
            let Some(mut installation) = Installation::new(kind).await else { break };
            let start = std::time::Instant::now();
            let scene = Scene::make(&installation, size).await;
            installation.settle();
            say(&format!("{kind:?}, {size} schools: filled in {} s", start.elapsed().as_secs()));
            if let Some(found) = measure_one(order, &installation, &scene).await? {
                tell_one(kind, size, &found);
                measured.push((size, found));
            }
        }
        tell_all(kind, &measured);
    }
    Ok(())
}

/// What was measured at one size.
#[derive(Debug, Default)]
struct Found {
    rows: Vec<Row>,
    ready_ms: Vec<f64>,
    /// Memory at rest and after all pages, and the most there was, in MiB: before the downloads and after them.
    at_rest: u64,
    loaded: u64,
    peak: u64,
    peak_with_downloads: u64,
}

/// One page.
#[derive(Debug, Default)]
struct Row {
    name: String,
    statements: usize,
    /// How long the database took for those, in milliseconds.
    asked_ms: f64,
    ours: Cost,
    bare: Option<Cost>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.bare.as_ref().map(|bare| self.ours.cpu_ms / bare.cpu_ms)
    }
}

async fn measure_one(order: &Order, installation: &Installation, scene: &Scene) -> Result<Option<Found>, String> {
    let address = free_address();
    let mut found = Found::default();
    if !order.tells_statements {
        for _ in 0..STARTS {
            let server = serve(installation, address)?;
            found.ready_ms.push(server.ready_ms);
            server.stop();
        }
        found.ready_ms.sort_by(f64::total_cmp);
    }
    let server = serve(installation, address)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    found.at_rest = server.usage().rss;
    let mut people = sign_in(installation, scene, address).await?;
    let listed: Vec<Listed> = listed::list(scene, &mut people).await?;
    let listed: Vec<Listed> = listed.into_iter().filter(|page| page.name.contains(&order.only)).collect();
    let recorder = Recorder::new(installation.open().await, address);
    let mut shapes = vec![];
    for page in &listed {
        let mut heard = vec![];
        let mut html = String::new();
        // A page is asked for in the same way each time, if with another key.
        let once = if page.sort == Sort::Page { &page.asks[..1] } else { &page.asks[..] };
        for ask in once {
            heard.extend(recorder.record(ask).await?);
            html = Client::connect(address).await?.send_well(ask).await?.text();
        }
        if order.tells_statements {
            let lines =
                heard.iter().map(|told| format!("{:>8.3} ms  {}\n", told.took.as_secs_f64() * 1e3, told.statement));
            say(&format!("## {} ({} statements)\n\n{}", page.name, heard.len(), lines.collect::<String>()));
        }
        let asked_ms = heard.iter().map(|told| told.took.as_secs_f64() * 1e3).sum();
        found.rows.push(Row { name: page.name.clone(), statements: heard.len(), asked_ms, ..Row::default() });
        shapes.extend((page.sort == Sort::Page).then(|| Shape::of(&page.asks[0], &html)));
    }
    if order.tells_statements {
        return Ok(None);
    }
    shapes.push(Shape::by_key(&people.kurve.ask(Ask::get(&scene.one()))));
    let bare = serve_bare(installation, &shapes, address)?;
    let mut bare_pages = (0..shapes.len()).map(|number| Ask::get(&format!("/page/{number}")));
    for (number, page) in listed.iter().enumerate() {
        let effort = order.effort(page.sort);
        if page.sort == Sort::Download && found.peak == 0 {
            (found.loaded, found.peak) = (server.usage().rss, server.usage().peak);
        }
        let row = &mut found.rows[number];
        row.ours = load(&server, &page.asks, effort).await?;
        if page.sort == Sort::Page
            && let Some(ask) = bare_pages.next()
        {
            row.bare = Some(load(&bare, &[ask], effort).await?);
        }
    }
    found.peak_with_downloads = server.usage().peak;
    let by_key: Vec<Ask> = bare_pages.collect();
    let alone = load(&bare, &by_key, order.effort(Sort::Page)).await?;
    found.rows.push(Row { name: BY_KEY.to_owned(), statements: 1, bare: Some(alone), ..Row::default() });
    server.stop();
    Ok(Some(found))
}

/// Starts the program.
fn serve(installation: &Installation, address: SocketAddr) -> Result<Server, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
    let many = "1000000";
    // As `contrib/koppelklaar.service` and the image set it.
    command.env_clear().env("MALLOC_ARENA_MAX", "2").current_dir(installation.folder.path());
    command.args(["serve", "--listen", &address.to_string(), "--base-url", &format!("http://{address}")]);
    command.args(["--database-url", &installation.url, "--keys", &installation.keys]);
    command.args(["--forms-per-client", many, "--forms-per-address", many]).arg("--mail-dir").arg(mails(installation));
    Server::start(command, (address, koppelklaar::links::HEALTH_READY), &installation.folder.path().join("log"))
}

fn mails(installation: &Installation) -> PathBuf {
    installation.folder.path().join("mail")
}

/// Starts this program as the bare stack.
fn serve_bare(installation: &Installation, shapes: &[Shape], ours: SocketAddr) -> Result<Server, String> {
    let file = installation.folder.path().join("pages.json");
    let bytes = serde_json::to_vec(shapes).map_err(|error| error.to_string())?;
    std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
    let address = free_address();
    let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    command.args([bare_stack::ARGUMENT, &installation.url, &installation.keys]).arg(&file);
    command.args([ours.to_string(), address.to_string()]);
    Server::start(command, (address, bare_stack::READY), &installation.folder.path().join("bare-log"))
}

async fn sign_in(installation: &Installation, scene: &Scene, address: SocketAddr) -> Result<People, String> {
    let mut kurve = Browser::open(address).await?;
    let code = scene.code(Clock::system().now());
    let [email, password] = &scene.kurve;
    kurve.sign_in_kurve(&[(email.0, &email.1), (password.0, &password.1), ("code", &code)]).await?;
    let mut contacts = vec![];
    for email in [&scene.young, &scene.old] {
        let mut browser = Browser::open(address).await?;
        let home = browser.sign_in_school(email, &mails(installation)).await?;
        browser.get(&home).await?;
        contacts.push((browser, home));
    }
    let [young, old] = <[_; 2]>::try_from(contacts).map_err(|_| "two contacts")?;
    Ok(People { kurve, young, old })
}

/// Everything about one size, as a table.
fn tell_one(kind: Kind, size: u32, found: &Found) {
    let middle = found.ready_ms.get(STARTS / 2).copied().unwrap_or_default();
    say(&format!(
        "\n{kind:?}, {size} schools: ready {middle:.0} ms after its start; memory {} MiB at rest, {} MiB after all pages \
         ({} MiB at most), {} MiB at most with the downloads.\n",
        found.at_rest, found.loaded, found.peak, found.peak_with_downloads
    ));
    say("| page | statements | in the database, ms | CPU, ms | p50, ms | p99, ms | kB | bare CPU, ms | beside bare |");
    say("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in &found.rows {
        let Row { name, statements, asked_ms, ours, bare } = row;
        let bare_cpu = bare.as_ref().map_or_else(String::new, |bare| format!("{:.2}", bare.cpu_ms));
        let ratio = row.ratio().filter(|_| ours.requests > 0).map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let kilobytes = ours.bytes / 1000;
        let Cost { cpu_ms, p50_ms, p99_ms, .. } = ours;
        say(&format!(
            "| {name} | {statements} | {asked_ms:.2} | {cpu_ms:.2} | {p50_ms:.1} | {p99_ms:.1} | {kilobytes} | {bare_cpu} | {ratio} |"
        ));
    }
}

/// The sizes beside each other.
fn tell_all(kind: Kind, measured: &[(u32, Found)]) {
    let [(smallest, first), .., (largest, last)] = measured else { return };
    let sizes: Vec<String> = measured.iter().map(|(size, _)| size.to_string()).collect();
    say(&format!("\n{kind:?}, CPU ms for each request:\n"));
    say(&format!("| page | {} | {largest} beside {smallest} | beside bare at {largest} |", sizes.join(" | ")));
    say(&format!("| --- {}| --- | --- |", "| --- ".repeat(sizes.len())));
    let by_name = |found: &Found| -> BTreeMap<String, f64> {
        found.rows.iter().map(|row| (row.name.clone(), row.ours.cpu_ms)).collect()
    };
    let columns: Vec<_> = measured.iter().map(|(_, found)| by_name(found)).collect();
    for row in first.rows.iter().filter(|row| row.name != BY_KEY) {
        let value = |column: &BTreeMap<String, f64>| column.get(&row.name).copied();
        let cells: Vec<String> =
            columns.iter().map(|column| value(column).map_or_else(String::new, |ms| format!("{ms:.2}"))).collect();
        let growth = columns.last().and_then(value).map(|ms| ms / row.ours.cpu_ms);
        let bare = last.rows.iter().find(|other| other.name == row.name).and_then(Row::ratio);
        let word = |ratio: Option<f64>| ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        say(&format!("| {} | {} | {} | {} |", row.name, cells.join(" | "), word(growth), word(bare)));
    }
}
