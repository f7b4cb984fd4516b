//! Tests of the key ring.

use secrecy::ExposeSecret;
use strum::IntoEnumIterator;

use super::*;

fn line(seed: u64, id: &str) -> String {
    let line = KeyRing::generate_line(&Chance::seeded(seed), id).expect("a valid id");
    line.expose_secret().to_owned()
}

fn ring(lines: &[String]) -> KeyRing {
    KeyRing::parse(&lines.join("\n")).expect("a valid ring")
}

#[test]
fn comments_blank_lines_and_windows_line_ends_do_not_count() {
    let text = format!("# keys of the test\r\n\r\n  {}\r\n\t# older\n{}\n", line(1, "2026-01"), line(2, "b"));

    let ring = KeyRing::parse(&text).expect("a valid ring");

    assert_eq!(ring.ids().collect::<Vec<_>>(), ["2026-01", "b"]);
    assert_eq!(ring.sealing_id(), "b");
}

#[test]
fn every_wrong_line_is_refused_by_name_without_its_key() {
    let good = line(1, "a");
    let key = good.split_once(':').expect("a colon").1.to_owned();
    let table = [
        (String::new(), KeyRingError::Empty),
        ("# only a comment".to_owned(), KeyRingError::Empty),
        (key.clone(), KeyRingError::NoColon { line: 1 }),
        (format!("{key}:a"), KeyRingError::BadId { line: 1 }),
        (format!("Prod:{key}"), KeyRingError::BadId { line: 1 }),
        (format!(":{key}"), KeyRingError::BadId { line: 1 }),
        (format!("seventeen-signs-x:{key}"), KeyRingError::BadId { line: 1 }),
        (format!("{good}\na:{}", &line(2, "b")[2..]), KeyRingError::RepeatedId { line: 2, id: "a".into() }),
        (format!("a:{}", &key[..40]), KeyRingError::BadKey { line: 1, id: "a".into() }),
        (format!("a:{}", &key[..43]), KeyRingError::BadKey { line: 1, id: "a".into() }),
        (format!("a: {key}"), KeyRingError::BadKey { line: 1, id: "a".into() }),
        (format!("a:{}", STANDARD.encode([0; 32])), KeyRingError::WeakKey { line: 1, id: "a".into() }),
        (format!("{good}\n\nb:{key}"), KeyRingError::WeakKey { line: 3, id: "b".into() }),
    ];

    for (text, expected) in table {
        let error = KeyRing::parse(&text).expect_err("a wrong ring");
        assert_eq!(error, expected);
        assert!(!format!("{error} {error:?}").contains(&key[..12]), "{error}");
    }
}

#[test]
fn a_generated_line_is_readable_and_debug_shows_only_ids() {
    let line = line(9, "new");

    let shown = format!("{:?}", ring(std::slice::from_ref(&line)));

    assert_eq!(line.len(), "new:".len() + 44);
    assert_eq!(shown, r#"["new"]"#);
    assert_eq!(KeyRing::generate_line(&Chance::seeded(1), "Not Good").err(), Some(KeyRingError::BadId { line: 1 }));
}

#[test]
fn adding_a_line_changes_the_audit_key_and_nothing_that_is_looked_up() {
    let before = ring(&[line(1, "a")]);
    let after = ring(&[line(1, "a"), line(2, "b")]);
    let signed = before.audit_mac(None, &[b"entry"]).expect("the last line");

    assert_eq!(before.email_key("an@school.nl"), after.email_key("an@school.nl"));
    assert_eq!(before.csrf_token(b"session"), after.csrf_token(b"session"));
    assert_eq!(after.audit_mac(Some("a"), &[b"entry"]), Ok(signed.clone()));
    let new = after.audit_mac(None, &[b"entry"]).expect("the last line");
    assert_eq!(new.0, "b");
    assert_ne!(new.1, signed.1);
    assert_eq!(before.audit_mac(Some("b"), &[b"entry"]), Err(UnknownKey("b".into())));
}

#[test]
fn every_purpose_has_its_own_subkey() {
    let ring = ring(&[line(1, "a")]);
    let mut subkeys: Vec<_> = Purpose::iter().map(|purpose| *ring.sealing_key(purpose).1).collect();

    subkeys.sort_unstable();
    subkeys.dedup();

    assert_eq!(subkeys.len(), Purpose::iter().len());
}

#[test]
fn subkeys_and_look_up_keys_stay_the_same_between_releases() {
    let ring = KeyRing::parse("a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("a valid ring");

    assert_eq!(ring.email_key("an@school.nl"), EXPECTED_EMAIL_KEY);
}

#[test]
fn what_is_kept_of_a_key_stays_the_same_wherever_its_line_stands() {
    let (one, other) = (line(1, "a"), line(2, "b"));
    let of = |lines: &[String]| {
        let kept = ring(lines).fingerprints();
        kept.into_iter().map(|key| (key.id, key.fingerprint, key.is_first)).collect::<Vec<_>>()
    };

    let (first, second) = (of(&[one.clone(), other.clone()]), of(&[other, one]));

    assert_eq!((&first[0].1, &first[1].1), (&second[1].1, &second[0].1));
    assert_ne!(first[0].1, first[1].1);
    assert_eq!([&first, &second].map(|of| of.iter().map(|key| key.2).collect::<Vec<_>>()), [[true, false]; 2]);
    let known = KeyRing::parse("a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("a valid ring");
    assert_eq!(known.fingerprints()[0].fingerprint, EXPECTED_FINGERPRINT);
}

/// Both computed apart with another implementation of HKDF and HMAC.
const EXPECTED_EMAIL_KEY: &str = "da23e76ae7283f3040c246285b50b117025121f70eca833ad7c0eee8a0603b32";
const EXPECTED_FINGERPRINT: &str = "a568fc23e60d745345ae9348bfb677d4";

#[test]
fn a_csrf_token_belongs_to_one_session() {
    let ring = ring(&[line(1, "a")]);
    let token = ring.csrf_token(b"session one");

    assert!(ring.is_csrf_token(b"session one", &token));
    assert!(!ring.is_csrf_token(b"session two", &token));
    assert!(!ring.is_csrf_token(b"session one", ""));
    assert!(!ring.is_csrf_token(b"session one", &token[1..]));
}
