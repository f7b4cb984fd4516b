//! What a mail carries to come back to us with: signed ids that need no table.
//!
//! - A bounce token stands in the envelope of one mail. It is lower-case letters and digits, since mail servers may
//!   change the case of an address, and short, since the part before the `@` has 64 signs at most.
//! - A reply token stands in the address that a message is answered at, and names the message. It looks the same, and is
//!   none of the other.
//! - An unsubscribe token stands in the link of a kind of mail to one address. It holds the key of the address, not
//!   the address, and works for that kind alone.
//!
//! Neither proves who shows it: whoever was forwarded the mail has it too. So neither opens anything, and all that it
//! does can be undone.

use base32::Alphabet;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};
use uuid::Uuid;

use super::keys::{KeyRing, Purpose};
use super::same;

/// RFC 4648 in lower case; reading takes capitals too.
const BASE32: Alphabet = Alphabet::Rfc4648Lower { padding: false };

/// Signs of an id in a bounce token: 16 bytes of base32.
const ID_SIGNS: usize = 26;

/// Bytes of the code in a bounce token: 80 bits, which nobody guesses by sending mails.
const BOUNCE_MAC_BYTES: usize = 10;

/// Signs of that code.
const BOUNCE_MAC_SIGNS: usize = 16;

/// Signs of a bounce token.
pub const BOUNCE_TOKEN_SIGNS: usize = ID_SIGNS + 1 + BOUNCE_MAC_SIGNS;

/// Bytes of the key of an address.
const KEY_BYTES: usize = 32;

/// Bytes of the code in an unsubscribe token.
const UNSUBSCRIBE_MAC_BYTES: usize = 16;

/// The token of one mail, `<id>-<code>`.
pub fn bounce(ring: &KeyRing, mail: Uuid) -> String {
    signed(ring, Purpose::Bounce, mail)
}

/// The mail of a bounce token; `None` when we did not make it.
pub fn read_bounce(ring: &KeyRing, token: &str) -> Option<Uuid> {
    read_signed(ring, Purpose::Bounce, token)
}

/// The token of one message, `<id>-<code>`.
pub fn reply(ring: &KeyRing, message: Uuid) -> String {
    signed(ring, Purpose::Reply, message)
}

/// The message of a reply token; `None` when we did not make it.
pub fn read_reply(ring: &KeyRing, token: &str) -> Option<Uuid> {
    read_signed(ring, Purpose::Reply, token)
}

fn signed(ring: &KeyRing, purpose: Purpose, id: Uuid) -> String {
    format!("{}-{}", base32::encode(BASE32, id.as_bytes()), code(ring, purpose, id))
}

fn read_signed(ring: &KeyRing, purpose: Purpose, token: &str) -> Option<Uuid> {
    let (id, given) = token.split_once('-').filter(|(id, _)| id.len() == ID_SIGNS && id.is_ascii())?;
    let bytes = base32::decode(BASE32, &id.to_ascii_lowercase())?;
    let id = Uuid::from_slice(&bytes).ok()?;
    same(code(ring, purpose, id).as_bytes(), given.to_ascii_lowercase().as_bytes()).then_some(id)
}

fn code(ring: &KeyRing, purpose: Purpose, id: Uuid) -> String {
    let mac = ring.first_mac(purpose, &[id.as_bytes()]);
    base32::encode(BASE32, &mac[..BOUNCE_MAC_BYTES])
}

/// Which mails somebody stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Subscription {
    /// Reminders to a person, over all their schools.
    Reminders,
    /// The daily digest to Kurve.
    Digest,
}

impl Subscription {
    /// The name in the code; changing one breaks the links of mails that were sent.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The token that stops one kind of mail to one address; `address_key` is 64 hexadecimal digits.
pub fn unsubscribe(ring: &KeyRing, what: Subscription, address_key: &str) -> String {
    let key = from_hex(address_key).expect("the key of an address is 32 bytes in hexadecimal");
    let mut bytes = key.to_vec();
    bytes.extend_from_slice(&unsubscribe_code(ring, what, &key));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What an unsubscribe token stops, and for which address key; `None` when we did not make it.
pub fn read_unsubscribe(ring: &KeyRing, token: &str) -> Option<(Subscription, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == KEY_BYTES + UNSUBSCRIBE_MAC_BYTES)?;
    let (key, code) = bytes.split_at(KEY_BYTES);
    let what = Subscription::iter().find(|what| same(&unsubscribe_code(ring, *what, key), code))?;
    Some((what, super::hex(key)))
}

fn unsubscribe_code(ring: &KeyRing, what: Subscription, key: &[u8]) -> [u8; UNSUBSCRIBE_MAC_BYTES] {
    let mac = ring.first_mac(Purpose::Unsubscribe, &[what.as_str().as_bytes(), key]);
    let mut code = [0; UNSUBSCRIBE_MAC_BYTES];
    code.copy_from_slice(&mac[..UNSUBSCRIBE_MAC_BYTES]);
    code
}

fn from_hex(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut bytes = [0; KEY_BYTES];
    if text.len() != 2 * KEY_BYTES || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::chance::Chance;

    fn ring(seed: u64) -> KeyRing {
        let line = KeyRing::generate_line(&Chance::seeded(seed), "a").expect("a valid id");
        KeyRing::parse(line.expose_secret()).expect("a valid ring")
    }

    #[test]
    fn a_bounce_token_names_its_mail_in_any_case_and_fits_in_an_address() {
        let mail = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);

        let token = bounce(&ring(1), mail);

        assert_eq!((token.len(), read_bounce(&ring(1), &token)), (BOUNCE_TOKEN_SIGNS, Some(mail)));
        assert_eq!(read_bounce(&ring(1), &token.to_uppercase()), Some(mail));
        assert_eq!(read_bounce(&ring(2), &token), None, "another installation");
    }

    #[test]
    fn a_reply_token_names_its_message_and_is_no_bounce_token() {
        let message = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0002);

        let token = reply(&ring(1), message);

        assert_eq!(read_reply(&ring(1), &token.to_uppercase()), Some(message));
        assert_eq!((read_bounce(&ring(1), &token), read_reply(&ring(1), &bounce(&ring(1), message))), (None, None));
    }

    #[test]
    fn a_bounce_token_with_another_id_or_code_is_none_of_ours() {
        let ring = ring(1);
        let [one, other] = [1, 2].map(|number| bounce(&ring, Uuid::from_u128(number)));

        let crossed = format!("{}-{}", &one[..ID_SIGNS], &other[ID_SIGNS + 1..]);

        for forged in ["", "-", &crossed, &one[1..], &one[..one.len() - 1], &format!("{one}a"), &one.replace('-', "")] {
            assert_eq!(read_bounce(&ring, forged), None, "{forged}");
        }
    }

    #[test]
    fn an_unsubscribe_token_works_for_one_kind_and_one_address() {
        let ring_of_ours = ring(1);
        let keys = ["a@b.nl", "c@d.nl"].map(|address| ring_of_ours.email_key(address));
        let mut seen = vec![];

        for key in &keys {
            for what in Subscription::iter() {
                let token = unsubscribe(&ring_of_ours, what, key);
                assert_eq!(read_unsubscribe(&ring_of_ours, &token), Some((what, key.clone())));
                assert_eq!(read_unsubscribe(&ring(2), &token), None, "another installation");
                assert!(!seen.contains(&token));
                seen.push(token);
            }
        }
        // The key of one address with the code of another.
        let crossed = format!("{}{}", &seen[0][..43], &seen[2][43..]);
        assert_eq!(read_unsubscribe(&ring_of_ours, &crossed), None);
    }

    #[test]
    fn no_token_of_one_use_is_one_of_the_other() {
        let ring = ring(1);
        let of_mail = bounce(&ring, Uuid::from_u128(1));
        let of_link = unsubscribe(&ring, Subscription::Reminders, &ring.email_key("a@b.nl"));

        assert_eq!(read_unsubscribe(&ring, &of_mail), None);
        assert_eq!(read_bounce(&ring, &of_link), None);
    }

    proptest! {
        #[test]
        fn no_text_is_a_token_by_chance_or_panics(text in "\\PC{0,90}", dense in "[a-z2-7]{26}-[a-z2-7]{16}") {
            let ring = ring(1);
            for text in [text, dense] {
                prop_assert_eq!(read_bounce(&ring, &text), None);
                prop_assert_eq!(read_unsubscribe(&ring, &text), None);
            }
        }
    }
}
