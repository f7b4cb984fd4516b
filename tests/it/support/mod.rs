//! What tests work with: an app of their own, visitors with a browser of their own, and the mails that were sent.

pub(crate) mod acting;
pub(crate) mod app;
pub(crate) mod database;
pub(crate) mod page;
pub(crate) mod post;
pub(crate) mod postgres;
mod postgres_programs;
pub(crate) mod program;
pub(crate) mod reports;
pub(crate) mod smtp_sink;
pub(crate) mod tls;
pub(crate) mod visitor;

pub(crate) use app::{TestApp, TestSchool};
pub(crate) use page::Page;
pub(crate) use visitor::Visitor;

/// Runs a test with an app of its own; on PostgreSQL only where there is one.
pub(crate) fn run<F: Future<Output = ()>>(test: impl FnOnce(TestApp) -> F) {
    run_to_failure(|app| async move {
        test(app.clone()).await;
        app.finish().await;
    });
}

/// The same for a test that ends with a broken audit or a mail that was given up, on purpose.
pub(crate) fn run_to_failure<F: Future<Output = ()>>(test: impl FnOnce(TestApp) -> F) {
    block_on(async {
        if let Some(app) = TestApp::start().await {
            test(app).await;
        }
    });
}

/// Runs a test that needs no app, or makes its own.
pub(crate) fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(test);
}
