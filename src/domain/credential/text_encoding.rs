//! The encodings that a template may have. A file is written as its template was: what made the one reads the other.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextEncoding {
    /// UTF-8, with or without its mark at the front.
    Utf8 {
        /// Whether it has the mark.
        has_mark: bool,
    },
    /// UTF-16, the small byte first, with or without its mark.
    Utf16Le {
        /// Whether it has the mark.
        has_mark: bool,
    },
    /// UTF-16, the large byte first, with or without its mark.
    Utf16Be {
        /// Whether it has the mark.
        has_mark: bool,
    },
    /// What older Windows writes.
    Windows1252,
}

const UTF_8_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const UTF_16LE_MARK: [u8; 2] = [0xff, 0xfe];
const UTF_16BE_MARK: [u8; 2] = [0xfe, 0xff];

impl TextEncoding {
    /// Reads bytes: by their mark, else as UTF-16 where every other one of the first bytes is zero, as UTF-8, and as
    /// windows-1252 where they cannot be that. `None` for UTF-16 that is broken.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, String)> {
        let utf_16 = |encoding: &'static encoding_rs::Encoding, rest| {
            encoding.decode_without_bom_handling_and_without_replacement(rest).map(|text| text.into_owned())
        };
        let (le, be) = (bytes.strip_prefix(&UTF_16LE_MARK), bytes.strip_prefix(&UTF_16BE_MARK));
        // A header is of plain signs.
        let is_zero = |at: usize| bytes.get(at) == Some(&0) && bytes.get(at + 2) == Some(&0);
        if le.is_some() || is_zero(1) {
            let encoding = Self::Utf16Le { has_mark: le.is_some() };
            return Some((encoding, utf_16(UTF_16LE, le.unwrap_or(bytes))?));
        }
        if be.is_some() || is_zero(0) {
            let encoding = Self::Utf16Be { has_mark: be.is_some() };
            return Some((encoding, utf_16(UTF_16BE, be.unwrap_or(bytes))?));
        }
        let rest = bytes.strip_prefix(&UTF_8_MARK);
        Some(match std::str::from_utf8(rest.unwrap_or(bytes)) {
            Ok(text) => (Self::Utf8 { has_mark: rest.is_some() }, text.to_owned()),
            Err(_) => (Self::Windows1252, WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()),
        })
    }

    /// Writes a text of the signs that were read, and plain ones.
    pub(super) fn write(self, text: &str) -> Vec<u8> {
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        match self {
            Self::Utf8 { has_mark: false } => text.as_bytes().to_vec(),
            Self::Utf8 { has_mark: true } => marked(&UTF_8_MARK, text.as_bytes().to_vec()),
            Self::Utf16Le { has_mark } => {
                let mark = if has_mark { &UTF_16LE_MARK[..] } else { &[] };
                marked(mark, text.encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
            Self::Utf16Be { has_mark } => {
                let mark = if has_mark { &UTF_16BE_MARK[..] } else { &[] };
                marked(mark, text.encode_utf16().flat_map(u16::to_be_bytes).collect())
            }
            Self::Windows1252 => WINDOWS_1252.encode(text).0.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_to_the_byte() {
        let text = "-- één € x\r\n";
        let utf_16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), TextEncoding::Utf8 { has_mark: false }),
            ([&UTF_8_MARK, text.as_bytes()].concat(), TextEncoding::Utf8 { has_mark: true }),
            (utf_16(&UTF_16LE_MARK, u16::to_le_bytes), TextEncoding::Utf16Le { has_mark: true }),
            (utf_16(&UTF_16BE_MARK, u16::to_be_bytes), TextEncoding::Utf16Be { has_mark: true }),
            (utf_16(&[], u16::to_le_bytes), TextEncoding::Utf16Le { has_mark: false }),
            (utf_16(&[], u16::to_be_bytes), TextEncoding::Utf16Be { has_mark: false }),
            (b"-- \xe9\xe9n \x80 x\r\n".to_vec(), TextEncoding::Windows1252),
        ] {
            let (read, said) = TextEncoding::read(&bytes).expect("it can be read");

            assert_eq!((read, said.as_str()), (encoding, text));
            assert_eq!(read.write(&said), bytes);
        }
        assert_eq!(TextEncoding::read(b"\xff\xfex"), None);
    }
}
