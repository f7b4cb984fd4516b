//! Files that are cut short or changed: each is refused or read, without a panic, in time and in little memory.

use std::time::{Duration, Instant};

use optie_b::Session;
use optie_b::table::Wanted;

use crate::support::{FILES, HEADER, archive, container, record, sample, sheet_xml, xlsx_parts, xml_row};

/// All that can be done with a file, whatever it is.
fn use_it(file: &[u8]) {
    let mut took = Duration::ZERO;
    let used = allocation_counter::measure(|| {
        let began = Instant::now();
        let mut session = crate::support::session(&sample("in/03-ansi-dubbel.csv")).expect("it is read");
        session.answers.fill_zeros = Some(true);
        let _ = session.open(file, &Wanted::default());
        let _ = session.open_ids(file);
        let _ = optie_b::studies::Studies::read(file);
        let _ = session.found(true);
        let _ = session.convert(&mut || Some(7));
        took = began.elapsed();
    });
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(used.bytes_max < 256 * 1024 * 1024, "{used:?}");
}

fn ods_parts() -> Vec<(&'static str, String)> {
    vec![
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        ("META-INF/manifest.xml", "<manifest:manifest><manifest:file-entry/></manifest:manifest>".to_owned()),
        (
            "content.xml",
            crate::drawn::ods_content(&[&HEADER[..], &["101001", "Anna", "", "Proef", "4ha", "Havo 4", "x@y.example"]]),
        ),
    ]
}

fn workbook_parts() -> Vec<(&'static str, String)> {
    let rows = xml_row(1, &HEADER)
        + "<row r=\"2\"><c r=\"A2\"><v>101001</v></c><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"D2\" t=\"s\"><v>1</v></c>\
           <c r=\"E2\" t=\"str\"><f>A1</f><v>4ha</v></c><c r=\"F2\" t=\"inlineStr\"><is><r><t>Havo</t></r><r><t> 4</t></r></is></c></row>";
    xlsx_parts(&sheet_xml(&rows), "<si><t>Anna</t></si><si><t>Proef &amp; Co &#233; _x000D_</t></si>")
}

fn packed(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    archive(&parts.iter().map(|(name, bytes)| (*name, &**bytes)).collect::<Vec<_>>())
}

fn corpus() -> Vec<Vec<u8>> {
    let mut corpus: Vec<Vec<u8>> = FILES.iter().map(|name| sample(name)).collect();
    for parts in [ods_parts(), workbook_parts()] {
        corpus.push(packed(&parts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect::<Vec<_>>()));
    }
    corpus
}

#[test]
fn each_file_of_the_corpus_is_read_whole() {
    let mut session = Session::default();
    for file in corpus() {
        let is_read = session.open(&file, &Wanted::default()).is_ok()
            || session.open_ids(&file).is_ok()
            || optie_b::studies::Studies::read(&file).is_ok();
        assert!(is_read);
    }
}

#[test]
fn a_file_cut_short_at_two_hundred_places_is_no_harm() {
    for file in corpus() {
        for cut in 0..200 {
            use_it(&file[..file.len() * cut / 200]);
        }
    }
}

/// Numbers that look drawn and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or_default() % end.max(1)
    }
}

/// So many bytes change at once at most; one alone is what a bad disk does, more get past the first check.
const CHANGES: usize = 4;

fn changed(rng: &mut Numbers, file: &mut [u8]) {
    for _ in 0..=rng.below(CHANGES) {
        let (at, how, drawn) = (rng.below(file.len()), rng.below(4), rng.below(256));
        if let Some(byte) = file.get_mut(at) {
            // The ends of numbers find what is one too many.
            *byte = match how {
                0 => 0,
                1 => 0xFF,
                2 => *byte ^ 1,
                _ => u8::try_from(drawn).unwrap_or_default(),
            };
        }
    }
}

#[test]
fn ten_thousand_random_changes_are_no_harm() {
    let mut rng = Numbers(7);
    for file in corpus() {
        for _ in 0..750 {
            let mut file = file.clone();
            changed(&mut rng, &mut file);
            use_it(&file);
        }
    }
    // Behind the checksum of an archive: the parts change, and it is packed anew.
    for parts in [ods_parts(), workbook_parts()] {
        for _ in 0..1_000 {
            let mut parts: Vec<(&str, Vec<u8>)> =
                parts.iter().map(|(name, text)| (*name, text.clone().into_bytes())).collect();
            let at = rng.below(parts.len());
            changed(&mut rng, &mut parts[at].1);
            use_it(&packed(&parts));
        }
    }
    // The old workbook is the one with the most lengths to believe.
    let old = sample("in/05-oud.xls");
    for _ in 0..2_000 {
        let mut file = old.clone();
        changed(&mut rng, &mut file);
        use_it(&file);
    }
}

#[test]
fn an_old_workbook_full_of_numbers_stays_within_memory() {
    // Numbers of six bytes each, in every column and as many rows as fit.
    let mut stream = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]);
    let start = stream.len() + 4 + 9 + 4;
    let mut sheet = u32::try_from(start).expect("small").to_le_bytes().to_vec();
    sheet.extend([0, 0, 1, 0, b'a']);
    stream.extend(record(0x0085, &sheet));
    stream.extend(record(0x000A, &[]));
    stream.extend(record(0x0809, &[0, 6, 16, 0, 0, 0, 0, 0]));
    let mut row = 0_u16;
    // The table of chains in a header of our tests goes no further than 109 sectors: 7 MB.
    while stream.len() < 6_900_000 {
        let mut data = [row.to_le_bytes(), [0, 0]].concat();
        data.extend([0; 6 * 200]);
        data.extend([199, 0]);
        stream.extend(record(0x00BD, &data));
        row += 1;
    }
    stream.extend(record(0x000A, &[]));
    use_it(&container(&[("Workbook", &stream)]));
}
