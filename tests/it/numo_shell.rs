//! The shell in `docs/numo.md`, word for word, against the service over TCP: whoever runs it is in step after any outage.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use koppelklaar::domain::onboarding::Command as Wish;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::server::{ServerLimits, serve};
use koppelklaar::web::{WebOptions, WebState, router};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::journey::Table;
use crate::support::acting::reason;
use crate::support::app::nonzero;
use crate::support::switch::skip;
use crate::support::{TestApp, run};

/// How long the shell has for each thing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The shell as it stands in the document.
fn shell() -> String {
    let document = include_str!("../../docs/numo.md");
    let mut blocks = document.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|block| block.contains("read_all()")).expect("it is there").to_owned()
}

/// Somebody who runs it.
struct Follower {
    folder: TempDir,
    base: String,
    key: String,
    child: Option<Child>,
}

impl Follower {
    fn run(&mut self) {
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", &shell()]).current_dir(self.folder.path());
        command.env("KOPPELKLAAR_URL", &self.base).env("KOPPELKLAAR_KEY", &self.key).stdin(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        self.child = Some(command.spawn().expect("there is a shell"));
    }

    /// Kills it and what it runs, as an outage does.
    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let group = format!("-{}", child.id());
            Command::new("kill").args(["-9", "--", &group]).status().expect("there is kill");
            child.wait().expect("it ends");
        }
    }

    fn knows(&self, school: &str) -> String {
        let file: &Path = &self.folder.path().join(format!("school-{school}"));
        std::fs::read_to_string(file).unwrap_or_default().trim().to_owned()
    }

    /// Waits until it knows a verdict.
    async fn hears(&mut self, school: &str, verdict: &str) {
        let until = Instant::now() + PATIENCE;
        while self.knows(school) != verdict {
            assert!(Instant::now() < until, "it knows {:?}", self.knows(school));
            let ended = self.child.as_mut().and_then(|child| child.try_wait().expect("it can be asked"));
            assert!(ended.is_none(), "it ended: {ended:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_installed(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok()
}

#[test]
fn whoever_runs_the_shell_of_the_document_is_in_step_after_an_outage() {
    if !["curl", "jq"].into_iter().all(is_installed) {
        return skip("docs/numo.md: curl and jq are not here");
    }
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let school = app.feed().await[0].school.to_string();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let allowance = Allowance { per_client: nonzero(1000), per_address: nonzero(1000) };
        let context = koppelklaar::services::Context {
            base: koppelklaar::links::BaseUrl::parse(&base).expect("a good base URL"),
            ..app.context().clone()
        };
        let served = koppelklaar::app::App { context, ..app.app.clone() };
        let stop = CancellationToken::new();
        let web = WebState::new(&served, WebOptions { allowance, trusted_proxies: 0 }, None);
        let serving = tokio::spawn(serve(listener, router(web), ServerLimits::default(), stop.clone()));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut follower = Follower { folder, base, key: app.api_key().await, child: None };

        follower.run();
        follower.hears(&school, "closed").await;
        table.open_import().await;
        follower.hears(&school, "open").await;
        follower.stop();
        let call = app.call(app.kurve_again().await);
        let send_back = Wish::SendBack { step: Step::ConsentGiven, reason: reason("Nog niet te zien.") };
        onboardings::act(app.context(), &call, table.school.connection, &send_back, None).await.expect("it is done");
        assert_eq!(follower.knows(&school), "open", "nobody told it yet");
        follower.run();
        follower.hears(&school, "closed").await;
        // A cursor of another installation: it begins anew.
        follower.stop();
        std::fs::write(follower.folder.path().join("cursor"), "4000").expect("a file");
        std::fs::write(follower.folder.path().join(format!("school-{school}")), "open").expect("a file");
        follower.run();
        follower.hears(&school, "closed").await;

        follower.stop();
        stop.cancel();
        serving.await.expect("it ends when told");
    });
}
