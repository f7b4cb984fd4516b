//! The bytes of an answer as UTF-8, piece by piece, within bounds.
//!
//! Magister writes UTF-8 today; older servers write windows-1252, and some declare the one and write the other. So: a
//! byte order mark or a declaration counts; what is or calls itself UTF-8 becomes windows-1252 at the first byte that
//! cannot be UTF-8.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use encoding_rs::{Decoder, DecoderResult, Encoding, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use hyper::body::{Body, Bytes};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use crate::domain::check::Oddity;
use zeroize::Zeroizing;

/// How much of the beginning is remembered, in bytes of text.
pub(super) const HEAD_BYTES: usize = 2 << 10;
/// How far a declaration is looked for.
const DECLARATION_BYTES: usize = 256;
/// With these begins what gzip packed, or zlib, which HTTP calls deflate. No text begins so.
const PACKED: [[u8; 2]; 4] = [[0x1f, 0x8b], [0x78, 0x01], [0x78, 0x9c], [0x78, 0xda]];

/// Reads a body as UTF-8. It stands still with its [`Source::trouble`] once a bound is passed.
pub(super) struct Source<B> {
    body: B,
    decoding: Decoding,
    text: String,
    at: usize,
    head: Option<Zeroizing<String>>,
    bytes_left: u64,
    piece_used: usize,
    piece_bytes: usize,
    trouble: Option<Oddity>,
    is_ended: bool,
}

enum Decoding {
    /// Too little was read to know.
    Sniffing(Vec<u8>),
    /// Said to be this, or known by its byte order mark.
    Declared(Decoder),
    /// UTF-8 until proven otherwise.
    Guessing(Decoder),
}

impl<B: Body<Data = Bytes> + Unpin> Source<B> {
    pub(super) fn new(body: B, bytes_max: u64, piece_bytes: usize) -> Self {
        Self {
            body,
            decoding: Decoding::Sniffing(Vec::new()),
            text: String::new(),
            at: 0,
            head: Some(Zeroizing::new(String::with_capacity(HEAD_BYTES))),
            bytes_left: bytes_max,
            piece_used: 0,
            piece_bytes,
            trouble: None,
            is_ended: false,
        }
    }

    /// Starts a new piece: a tag, a text, a comment.
    pub(super) fn start_piece(&mut self) {
        self.piece_used = 0;
    }

    /// How the answer begins; empty once that was forgotten.
    pub(super) fn head(&self) -> &str {
        self.head.as_deref().map_or("", String::as_str)
    }

    /// Forgets how the answer begins, and remembers no more of it: what follows is a list.
    pub(super) fn forget_head(&mut self) {
        self.head = None;
    }

    fn remember(&mut self) {
        let Some(head) = &mut self.head else { return };
        let room = HEAD_BYTES - head.len();
        head.push_str(&self.text[..self.text.floor_char_boundary(room)]);
    }

    /// Why reading stopped, when that was not because of the XML.
    pub(super) fn trouble(&self) -> Option<Oddity> {
        self.trouble
    }

    fn stop(&mut self, trouble: Oddity) -> io::Error {
        self.trouble = Some(trouble);
        io::Error::other("the answer cannot be read on")
    }

    fn take(&mut self, chunk: &[u8], is_last: bool) -> Result<(), Oddity> {
        let Decoding::Sniffing(head) = &mut self.decoding else {
            self.decode(chunk, is_last);
            return Ok(());
        };
        head.extend_from_slice(chunk);
        if !is_last && !is_enough(head) {
            return Ok(());
        }
        let head = std::mem::take(head);
        self.decoding = sniff(&head)?;
        self.decode(&head, is_last);
        Ok(())
    }

    fn decode(&mut self, mut bytes: &[u8], is_last: bool) {
        if let Decoding::Guessing(decoder) = &mut self.decoding {
            reserve(&mut self.text, decoder, bytes.len());
            let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut self.text, is_last);
            let DecoderResult::Malformed(length, after) = result else { return };
            // What began in an earlier chunk cannot be read again; nothing hangs on that one sign.
            bytes = &bytes[read.saturating_sub(usize::from(length) + usize::from(after))..];
            self.decoding = Decoding::Declared(WINDOWS_1252.new_decoder_without_bom_handling());
        }
        if let Decoding::Declared(decoder) = &mut self.decoding {
            reserve(&mut self.text, decoder, bytes.len());
            let _ = decoder.decode_to_string(bytes, &mut self.text, is_last);
        }
    }
}

fn reserve(text: &mut String, decoder: &Decoder, bytes: usize) {
    text.reserve(decoder.max_utf8_buffer_length(bytes).unwrap_or(bytes));
}

/// Whether the head shows its encoding.
fn is_enough(head: &[u8]) -> bool {
    let is_declared = head.trim_ascii_start().starts_with(b"<?xml");
    head.len() >= DECLARATION_BYTES || (head.len() >= 8 && (!is_declared || head.windows(2).any(|two| two == b"?>")))
}

fn sniff(head: &[u8]) -> Result<Decoding, Oddity> {
    if PACKED.iter().any(|packed| head.starts_with(packed)) {
        return Err(Oddity::Compressed);
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        // This decoder takes the mark off by itself.
        return Ok(if encoding == UTF_8 {
            Decoding::Guessing(UTF_8.new_decoder_with_bom_removal())
        } else {
            Decoding::Declared(encoding.new_decoder_with_bom_removal())
        });
    }
    // Without its mark UTF-16 shows by the sign that all XML begins with.
    for (begin, encoding) in [([b'<', 0], UTF_16LE), ([0, b'<'], UTF_16BE)] {
        if head.starts_with(&begin) {
            return Ok(Decoding::Declared(encoding.new_decoder_without_bom_handling()));
        }
    }
    let guess = Decoding::Guessing(UTF_8.new_decoder_without_bom_handling());
    let Some(label) = declared_label(head) else { return Ok(guess) };
    match Encoding::for_label(label) {
        Some(encoding) if encoding == UTF_8 => Ok(guess),
        Some(encoding) if encoding == WINDOWS_1252 || encoding == ISO_8859_15 => {
            Ok(Decoding::Declared(encoding.new_decoder_without_bom_handling()))
        }
        // In UTF-16 the declaration itself could not be read by its single bytes.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Err(Oddity::NotUtf16),
        Some(_) | None => Err(Oddity::NotXml),
    }
}

/// The value of `encoding` in `<?xml … ?>`.
fn declared_label(head: &[u8]) -> Option<&[u8]> {
    let head = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = &head[..head.windows(2).position(|two| two == b"?>")?];
    let after = declaration.windows(8).position(|word| word == b"encoding")? + 8;
    let value = declaration[after..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    matches!(quote, b'"' | b'\'').then_some(&value[..end])
}

impl<B: Body<Data = Bytes> + Unpin> AsyncBufRead for Source<B> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        if let Some(trouble) = this.trouble {
            return Poll::Ready(Err(this.stop(trouble)));
        }
        if this.piece_used > this.piece_bytes {
            return Poll::Ready(Err(this.stop(Oddity::TooBig)));
        }
        while this.at == this.text.len() && !this.is_ended {
            this.text.clear();
            this.at = 0;
            let taken = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                None => {
                    this.is_ended = true;
                    this.take(&[], true)
                }
                Some(Err(_)) => Err(Oddity::CutShort),
                // Trailers say nothing.
                Some(Ok(frame)) => frame.into_data().map_or(Ok(()), |data| {
                    let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
                    this.bytes_left = this.bytes_left.checked_sub(length).ok_or(Oddity::TooBig)?;
                    this.take(&data, false)
                }),
            };
            this.remember();
            if let Err(trouble) = taken {
                return Poll::Ready(Err(this.stop(trouble)));
            }
        }
        Poll::Ready(Ok(&this.text.as_bytes()[this.at..]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.at += amount;
        this.piece_used += amount;
    }
}

/// Only there because buffered reading asks for it.
impl<B: Body<Data = Bytes> + Unpin> AsyncRead for Source<B> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let available = ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = available.len().min(buffer.remaining());
        buffer.put_slice(&available[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
