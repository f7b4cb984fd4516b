//! What an export is made of: pages of rows, each asked for when the one before it is on its way, so that a reader who goes
//! away or is slow costs nothing.

use axum::BoxError;
use axum::body::{Body, Bytes};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, TryStreamExt};

use super::cells::Cells;
use crate::services::{ServiceError, chain};
use crate::store::Page;
use crate::store::onboarding::overview::After;

type Load = Box<dyn FnMut(After) -> BoxFuture<'static, Result<Page<Cells, After>, ServiceError>> + Send>;

/// Pages that come one after another.
pub(super) struct Pages {
    request: String,
    first: Option<Vec<Cells>>,
    after: Option<After>,
    load: Load,
}

impl Pages {
    /// A first page, and how those after it are read; `request` is what the log calls the request.
    pub(super) fn new<F>(
        request: String,
        first: Page<Cells, After>,
        mut load: impl FnMut(After) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Page<Cells, After>, ServiceError>> + Send + 'static,
    {
        let load: Load = Box::new(move |after| load(after).boxed());
        Self { request, first: Some(first.rows), after: first.next, load }
    }

    /// The id of the request.
    pub(super) fn request(&self) -> &str {
        &self.request
    }

    /// The next rows, the first time those of the first page; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Cells>>, ServiceError> {
        if let Some(rows) = self.first.take() {
            return Ok(Some(rows));
        }
        // A page on which no row can be read is passed over.
        while let Some(after) = self.after.take() {
            let Page { rows, next } = (self.load)(after).await?;
            self.after = next;
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }
}

/// Parts as the body of an answer. What goes wrong breaks the answer off, so that nobody takes a half for the whole; the
/// log has it once.
pub(super) fn logged(request: String, parts: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static) -> Body {
    Body::from_stream(parts.inspect_err(move |error| {
        tracing::error!(request.id = request, cause = %chain(error.as_ref()), "Broke off an export");
    }))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use http_body_util::BodyExt;
    use tracing::Dispatch;

    use super::super::{cells::HEADINGS, table, workbook};
    use super::*;

    /// Where log lines go.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// So many pages of two schools, of which the last may fail; and how many were asked for after the first.
    fn pages(count: usize, fails: bool) -> (Pages, Arc<AtomicUsize>) {
        let place = |number: usize| After { name: number.to_string(), id: uuid::Uuid::nil() };
        let page = move |number: usize| {
            let row = |name: String| HEADINGS.map(|_| name.clone());
            let rows = vec![row(format!("{number}a")), row(format!("{number}b"))];
            Page { rows, next: (number < count).then(|| place(number)) }
        };
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let load = move |after: After| {
            counted.fetch_add(1, Ordering::Relaxed);
            let number = after.name.parse::<usize>().expect("a number") + 1;
            let broken = fails && number == count;
            async move { if broken { Err(ServiceError::Broken("a page")) } else { Ok(page(number)) } }
        };
        (Pages::new("test".to_owned(), page(1), load), asked)
    }

    #[tokio::test]
    async fn a_page_is_asked_for_once_the_one_before_it_is_taken_and_none_after_the_reader_went() {
        let (pages, asked) = pages(9, false);
        let mut body = table::body(pages);

        for known in 0..3 {
            let part = body.frame().await.expect("a part").expect("it is whole").into_data().expect("bytes");
            assert!(part.ends_with(b"b\r\n"));
            assert_eq!(asked.load(Ordering::Relaxed), known);
        }
        drop(body);

        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_fails_later_breaks_the_answer_off_and_is_logged_once() {
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = || {
            let kept = kept.clone();
            Dispatch::new(tracing_subscriber::fmt().with_writer(move || kept.clone()).finish())
        };
        // With one subscriber alive, tracing asks only the thread that comes by a line first whether it is wanted.
        let (first, _second) = (subscriber(), subscriber());
        let _guard = tracing::dispatcher::set_default(&first);
        let (pages_of_table, _) = pages(3, true);
        let (pages_of_book, asked) = pages(3, true);

        let table = table::body(pages_of_table).collect().await;
        let book = workbook::body(pages_of_book).collect().await;

        assert!(table.is_err() && book.is_err(), "a half is no file");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        let logged = String::from_utf8(lines.0.lock().expect("no writer panicked").clone()).expect("UTF-8");
        let broken: Vec<&str> = logged.lines().filter(|line| line.contains("Broke off an export")).collect();
        assert!(broken.len() == 2 && broken.iter().all(|line| line.contains("a page")), "{logged}");
    }

    #[tokio::test]
    async fn every_page_is_in_the_workbook() {
        use calamine::{Reader, Xlsx};
        let (pages, _) = pages(4, false);

        let bytes = workbook::body(pages).collect().await.expect("a file").to_bytes();

        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range("Scholen").expect("the sheet");
        let names: Vec<String> = sheet.rows().map(|row| row[0].to_string()).collect();
        assert_eq!(names, ["School", "1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b"]);
    }
}
