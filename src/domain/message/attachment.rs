//! Files that go with a message: what they are by their first bytes, whatever they are called, and which are kept.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// Files of one message at most.
pub const MOST_FILES: usize = 5;

/// Bytes of one file at most.
pub const LARGEST_FILE: usize = 5 * 1024 * 1024;

/// Bytes of a picture within the text that is taken for decoration, such as the mark under a signature.
const DECORATION: usize = 12 * 1024;

/// What a file is: pictures and PDF, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Media {
    /// A picture, as screen pictures mostly are.
    Png,
    /// A photo.
    Jpeg,
    /// A picture that may move.
    Gif,
    /// A picture, as browsers write them.
    Webp,
    /// A photo, as an iPhone makes it.
    Heic,
    /// A document.
    Pdf,
}

impl Media {
    /// What bytes are, by how they begin.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let brand = bytes.get(4..12).and_then(|head| head.strip_prefix(b"ftyp"));
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => match brand {
                Some(b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1") => Some(Self::Heic),
                Some(_) | None => None,
            },
        }
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The type that it is sent as.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
        }
    }

    /// Whether it is a picture.
    pub fn is_picture(self) -> bool {
        match self {
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp | Self::Heic => true,
            Self::Pdf => false,
        }
    }

    /// How a name may end, the one that we give first.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Heic => &["heic", "heif"],
            Self::Pdf => &["pdf"],
        }
    }

    /// The name under which it is saved: one whose ending says what it is, since that is what a computer goes by.
    pub fn named(self, name: &str) -> String {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let fits = ending.is_some_and(|ending| self.endings().contains(&ending.as_str()));
        if fits { name.to_owned() } else { format!("{name}.{}", self.endings()[0]) }
    }
}

/// Why a file was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LeftOut {
    /// It is no picture and no PDF.
    OtherKind,
    /// It has too many bytes.
    TooLarge,
    /// There were five already.
    TooMany,
}

impl LeftOut {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A file as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Offered {
    /// What it is called.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Whether it stood within the text.
    pub is_inline: bool,
}

/// What becomes of the files of a message.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Those that are kept, with what they are.
    pub kept: Vec<(Media, Offered)>,
    /// Those that are named only.
    pub left_out: Vec<(LeftOut, String)>,
}

/// Which files are kept: pictures and PDF, the first five that are not too large. Small pictures within the text are
/// decoration; those are not even named.
pub fn sort(files: Vec<Offered>) -> Sorted {
    let mut sorted = Sorted::default();
    let (inline, beside): (Vec<Offered>, Vec<Offered>) = files.into_iter().partition(|file| file.is_inline);
    for file in beside.into_iter().chain(inline) {
        let media = Media::of(&file.bytes);
        let is_decoration = file.is_inline && file.bytes.len() <= DECORATION;
        match media {
            _ if is_decoration => {}
            None => sorted.left_out.push((LeftOut::OtherKind, file.name)),
            Some(_) if file.bytes.len() > LARGEST_FILE => sorted.left_out.push((LeftOut::TooLarge, file.name)),
            Some(_) if sorted.kept.len() >= MOST_FILES => sorted.left_out.push((LeftOut::TooMany, file.name)),
            Some(media) => sorted.kept.push((media, file)),
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> Offered {
        Offered { name: name.to_owned(), bytes: bytes.to_owned(), is_inline: false }
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let table: [(&[u8], Option<Media>); 12] = [
            (PNG, Some(Media::Png)),
            (b"\xff\xd8\xff\xe0..", Some(Media::Jpeg)),
            (b"GIF89a..", Some(Media::Gif)),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Some(Media::Webp)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", Some(Media::Heic)),
            (b"%PDF-1.7\n", Some(Media::Pdf)),
            (b"\0\0\0\x18ftypisom\0\0\0\0", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", None),
            (b"<html><script>", None),
            (b"PK\x03\x04", None),
            (b"\x89PNG", None),
            (b"", None),
        ];

        for (bytes, media) in table {
            assert_eq!(Media::of(bytes), media, "{bytes:?}");
        }
    }

    #[test]
    fn a_name_ends_as_what_the_file_is() {
        assert_eq!(Media::Png.named("scherm.PNG"), "scherm.PNG");
        assert_eq!(Media::Jpeg.named("foto.jpeg"), "foto.jpeg");
        assert_eq!(Media::Png.named("scherm.html"), "scherm.html.png");
        assert_eq!(Media::Pdf.named("bestand"), "bestand.pdf");
    }

    #[test]
    fn five_are_kept_and_the_others_are_named_with_why() {
        let mut large = PNG.to_vec();
        large.resize(LARGEST_FILE + 1, 0);
        let mut files = vec![file("lijst.xlsx", b"PK\x03\x04"), file("groot.png", &large)];
        files.extend((1..=6).map(|number| file(&format!("{number}.png"), PNG)));

        let sorted = sort(files);

        let kept: Vec<&str> = sorted.kept.iter().map(|(_, file)| file.name.as_str()).collect();
        assert_eq!(kept, ["1.png", "2.png", "3.png", "4.png", "5.png"]);
        let left: Vec<(LeftOut, &str)> = sorted.left_out.iter().map(|(why, name)| (*why, name.as_str())).collect();
        let whys = [LeftOut::OtherKind, LeftOut::TooLarge, LeftOut::TooMany];
        assert_eq!(left, whys.into_iter().zip(["lijst.xlsx", "groot.png", "6.png"]).collect::<Vec<_>>());
    }

    #[test]
    fn the_mark_under_a_signature_is_passed_over_and_a_screen_picture_in_the_text_is_not() {
        let mut screen = PNG.to_vec();
        screen.resize(DECORATION + 1, 0);
        let inline = |name: &str, bytes: &[u8]| Offered { is_inline: true, ..file(name, bytes) };

        let sorted = sort(vec![inline("logo.png", PNG), inline("scherm.png", &screen), file("bijlage.png", PNG)]);

        let kept: Vec<&str> = sorted.kept.iter().map(|(_, file)| file.name.as_str()).collect();
        assert_eq!(kept, ["bijlage.png", "scherm.png"]);
        assert!(sorted.left_out.is_empty());
    }
}
