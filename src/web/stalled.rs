//! A connection that ends when its client takes what is sent to it too slowly: else an answer that is hardly read would be
//! kept for ever, with all that makes it, and its place.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// What the slowest client takes in a second: who takes less uses up our patience, who takes more gets it back.
const SLOWEST: u32 = 4 * 1024;

/// A stream that fails once it was waited for its client for too long in all.
pub(super) struct Impatient<S> {
    stream: S,
    patience: Duration,
    /// What is left of it.
    left: Duration,
    /// Runs since a write could not go on.
    waiting: Option<Waiting>,
}

struct Waiting {
    since: Instant,
    end: Pin<Box<Sleep>>,
}

impl<S> Impatient<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, left: patience, waiting: None }
    }

    fn watch(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = written {
            if let Some(Waiting { since, .. }) = self.waiting.take() {
                self.left = self.left.saturating_sub(since.elapsed());
            }
            if let Ok(bytes) = &written {
                self.left = (self.left + time_for(*bytes)).min(self.patience);
            }
            return Poll::Ready(written);
        }
        let left = self.left;
        let begin = || Waiting { since: Instant::now(), end: Box::pin(sleep(left)) };
        ready!(self.waiting.get_or_insert_with(begin).end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// How long the slowest client takes for so many bytes.
fn time_for(bytes: usize) -> Duration {
    Duration::from_secs(1) * u32::try_from(bytes).unwrap_or(u32::MAX) / SLOWEST
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// How long a client holds an answer of a megabyte that takes so many bytes each second.
    async fn held_by(bytes_a_second: usize) -> (io::Result<()>, Duration) {
        let (ours, mut theirs) = duplex(1024);
        let mut ours = Impatient::new(ours, Duration::from_secs(30));
        let began = Instant::now();
        let reader = tokio::spawn(async move {
            let mut taken = vec![0_u8; bytes_a_second];
            while theirs.read_exact(&mut taken).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let outcome = ours.write_all(&vec![7; 1024 * 1024]).await;
        reader.abort();
        (outcome, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_little_now_and_then_is_cut_off_and_who_is_merely_slow_is_not() {
        for trickle in [1, 100, 1000] {
            let (outcome, took) = held_by(trickle).await;
            assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut), "{trickle}");
            assert!(took < Duration::from_secs(60), "{trickle}: {took:?}");
        }

        let (outcome, took) = held_by(8 * 1024).await;
        assert!(outcome.is_ok() && took > Duration::from_secs(60), "{outcome:?} {took:?}");
    }
}
