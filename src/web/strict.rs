//! What the HTTP library lets pass in the head of a request, and what it leaves out of its own answers.
//!
//! - A line of a head ends with CR and LF. The library also takes a bare LF, and who stands before us may read another
//!   request there. Such an LF is made a sign that no head may hold, so that the library refuses it.
//! - What cannot be read is answered by the library, with a bare 400 or 431: our headers are put in.
//!
//! Bodies are left alone: [`Heads`] follows where they begin and end, and looks at nothing more once that is not plain.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream of a client.
pub(super) struct Strict<S> {
    stream: S,
    heads: Heads,
    /// The headers of a refusal, each with its end of line.
    refusal: Arc<[u8]>,
    /// A refusal that is being written.
    refusing: Option<Refusing>,
}

struct Refusing {
    bytes: Vec<u8>,
    written: usize,
    /// How many bytes the library believes to write.
    asked: usize,
}

impl<S> Strict<S> {
    pub(super) fn new(stream: S, refusal: Arc<[u8]>) -> Self {
        Self { stream, heads: Heads::default(), refusal, refusing: None }
    }
}

impl<S: AsyncWrite + Unpin> Strict<S> {
    /// Writes a refusal with our headers in it; `None` when these are bytes of something else.
    fn refuse(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<io::Result<usize>>> {
        if self.refusing.is_none() && is_bare_refusal(bytes) {
            self.refusing =
                Some(Refusing { bytes: with_headers(bytes, &self.refusal), written: 0, asked: bytes.len() });
        }
        let refusing = self.refusing.as_mut()?;
        while refusing.written < refusing.bytes.len() {
            let rest = &refusing.bytes[refusing.written..];
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(count)) => refusing.written += count,
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => return Some(Poll::Pending),
            }
        }
        let asked = refusing.asked;
        self.refusing = None;
        Some(Poll::Ready(Ok(asked)))
    }
}

/// How the library's answers to what it could not read begin.
const REFUSALS: [&str; 3] = ["HTTP/1.1 400 ", "HTTP/1.1 414 ", "HTTP/1.1 431 "];

/// Whether this is an answer of the library to what it could not read: ours have their headers.
fn is_bare_refusal(bytes: &[u8]) -> bool {
    REFUSALS.iter().any(|line| bytes.starts_with(line.as_bytes())) && !contains(bytes, b"x-content-type-options")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

/// The answer with headers behind its first line.
fn with_headers(answer: &[u8], headers: &[u8]) -> Vec<u8> {
    let end = answer.iter().position(|byte| *byte == b'\n').map_or(answer.len(), |end| end + 1);
    let (line, rest) = answer.split_at(end);
    [line, headers, rest].concat()
}

impl<S: AsyncRead + Unpin> AsyncRead for Strict<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.heads.look(&mut buffer.filled_mut()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.refuse(context, bytes) {
            Some(refused) => refused,
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = parts.iter().find(|part| !part.is_empty()).map(|part| &**part).unwrap_or_default();
        match self.refuse(context, first) {
            Some(refused) => refused,
            None => Pin::new(&mut self.stream).poll_write_vectored(context, parts),
        }
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

/// How much of a line is kept: the headers that say how long a body is are shorter.
const KEPT: usize = 64;

/// Where in the requests of a connection the next byte belongs.
#[derive(Debug, Default)]
struct Heads {
    place: Where,
    /// The beginning of the line that is read, and its last byte.
    line: Vec<u8>,
    last: u8,
    has_request_line: bool,
    /// How long the body is by this head, if it says so plainly.
    body: Option<u64>,
    is_doubtful: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Where {
    #[default]
    Head,
    /// In a body, of which so much is to come.
    Body(u64),
    /// Where it is not known; nothing more is looked at.
    Beyond,
}

impl Heads {
    /// Looks at what came in, and spoils a bare LF in a head.
    fn look(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            match self.place {
                Where::Beyond => return,
                Where::Body(left) => {
                    let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    self.place = match left - length as u64 {
                        0 => Where::Head,
                        left => Where::Body(left),
                    };
                    bytes = &mut bytes[length..];
                }
                Where::Head => {
                    self.look_at(&mut bytes[0]);
                    bytes = &mut bytes[1..];
                }
            }
        }
    }

    /// One byte of a head.
    fn look_at(&mut self, byte: &mut u8) {
        if *byte != b'\n' {
            if self.line.len() < KEPT {
                self.line.push(*byte);
            }
            self.last = *byte;
        } else if self.last != b'\r' {
            *byte = 0;
            self.place = Where::Beyond;
        } else {
            self.end_line();
            self.line.clear();
            self.last = b'\n';
        }
    }

    fn end_line(&mut self) {
        let is_empty = self.line == b"\r";
        match (is_empty, self.has_request_line) {
            // Before the first line, some send an empty one.
            (true, false) => {}
            (true, true) => {
                self.place = if self.is_doubtful { Where::Beyond } else { Where::Body(self.body.unwrap_or_default()) };
                if self.place == Where::Body(0) {
                    self.place = Where::Head;
                }
                (self.has_request_line, self.body) = (false, None);
            }
            (false, false) => self.has_request_line = true,
            (false, true) => self.end_header(),
        }
    }

    fn end_header(&mut self) {
        let Some(colon) = self.line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = self.line.split_at(colon);
        // The server ends such a connection after its answer, so that no head comes behind a body of which the end is unknown.
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_doubtful = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(&value[1..]).ok().map(str::trim);
            let length = length.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            match length.and_then(|text| text.parse().ok()) {
                Some(length) if self.line.len() < KEPT && self.body.is_none_or(|body| body == length) => {
                    self.body = Some(length);
                }
                _ => self.is_doubtful = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of bytes that come in pieces of a length.
    fn seen(bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut heads = Heads::default();
        let mut bytes = bytes.to_vec();
        for part in bytes.chunks_mut(piece) {
            heads.look(part);
        }
        bytes
    }

    #[test]
    fn a_bare_line_feed_in_a_head_is_spoilt_and_one_in_a_body_is_not() {
        let table: [(&str, &str); 9] = [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\0Host: x\n\n"),
            ("GET / HTTP/1.1\r\nHost: x\n\r\n", "GET / HTTP/1.1\r\nHost: x\0\r\n"),
            ("\nGET / HTTP/1.1\r\n\r\n", "\0GET / HTTP/1.1\r\n\r\n"),
            ("\r\nGET / HTTP/1.1\r\n\r\n\n", "\r\nGET / HTTP/1.1\r\n\r\n\0"),
            (
                "POST / HTTP/1.1\r\ncontent-LENGTH:  4 \r\n\r\n\n\n\n\nGET / HTTP/1.1\n",
                "POST / HTTP/1.1\r\ncontent-LENGTH:  4 \r\n\r\n\n\n\n\nGET / HTTP/1.1\0",
            ),
            (
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n\n\n\n",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n\n\n\n",
            ),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n\n",
            ),
            (
                "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nA: b\nC: d\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nA: b\0C: d\r\n",
            ),
        ];

        for (sent, read) in table {
            for piece in [1, 2, 3, 7, 1000] {
                assert_eq!(String::from_utf8_lossy(&seen(sent.as_bytes(), piece)), read, "{piece}");
            }
        }
    }

    #[test]
    fn only_an_answer_without_our_headers_gets_them() {
        let bare = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

        assert!(is_bare_refusal(bare));
        assert!(!is_bare_refusal(b"HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!is_bare_refusal(b"HTTP/1.1 400 Bad Request\r\nX-Content-Type-Options: nosniff\r\n\r\n"));
        let filled = with_headers(bare, b"x-frame-options: DENY\r\n");
        assert_eq!(filled, b"HTTP/1.1 400 Bad Request\r\nx-frame-options: DENY\r\ncontent-length: 0\r\n\r\n");
    }
}
