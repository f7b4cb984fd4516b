//! What tests work with: an app of their own, visitors with a browser of their own, and the mails that were sent.

pub(crate) mod acting;
pub(crate) mod answers;
pub(crate) mod app;
pub(crate) mod board;
pub(crate) mod counting;
pub(crate) mod database;
pub(crate) mod following;
pub(crate) mod hook;
pub(crate) mod page;
pub(crate) mod post;
pub(crate) mod postfix;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod reports;
pub(crate) mod sisters;
pub(crate) mod smtp_sink;
pub(crate) mod switch;
pub(crate) mod tls;
pub(crate) mod visitor;

pub(crate) use app::{TestApp, TestSchool};
pub(crate) use database::DatabaseKind;
pub(crate) use page::Page;
pub(crate) use visitor::Visitor;

/// Runs a test with an app of its own, once on each kind of database.
pub(crate) fn run<F: Future<Output = ()>>(test: impl Fn(TestApp) -> F) {
    on_each_database(async |kind| {
        let app = TestApp::start(kind).await;
        // Without optimisation what a test awaits is large: on the heap it leaves the stack to what it calls.
        Box::pin(test(app.clone())).await;
        app.finish().await;
    });
}

/// The same where mails to one person wait for each other.
pub(crate) fn run_gathering<F: Future<Output = ()>>(test: impl Fn(TestApp) -> F) {
    on_each_database(async |kind| {
        let app = TestApp::start_gathering(kind).await;
        Box::pin(test(app.clone())).await;
        app.finish().await;
    });
}

/// The same for a test that ends with a broken audit, a state put in by hand or a mail that was given up, on purpose.
pub(crate) fn run_to_failure<F: Future<Output = ()>>(test: impl Fn(TestApp) -> F) {
    on_each_database(async |kind| Box::pin(test(TestApp::start(kind).await)).await);
}

/// Runs a test once on SQLite and, where it is installed, once on PostgreSQL.
pub(crate) fn on_each_database(test: impl AsyncFn(DatabaseKind)) {
    for kind in database::installed() {
        // Shown with a failure.
        eprintln!("on {kind:?}");
        block_on(test(kind));
    }
}

/// Runs a test that needs no database.
pub(crate) fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(test);
}
