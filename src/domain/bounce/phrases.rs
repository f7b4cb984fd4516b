//! What the words of a mail server mean, where its codes say too little or say two things.
//!
//! Three lists, asked in this order; the first that has a phrase of the text counts.
//!
//! 1. [`LATER`]: full, too much at a time, not reached. It passes, also where the code says that there is no such mailbox.
//! 2. [`REFUSED`]: it is about us, our mail or the way, or it is a guess. `Sender verify failed: no such user` is not about
//!    the receiver, so this comes before the next.
//! 3. [`GONE`]: the mailbox is not there, and [`NO_DOMAIN`]: its domain is not. What is said of another host, such as our
//!    own or one that the domain gives for its mail, counts as refused.
//!
//! Texts are compared as [`tidied`] leaves them: small letters and single spaces, without addresses, hosts, numbers and
//! signs, so `user unknown` stands for `User-Unknown:` too, and no name of a host can be taken for a word. A phrase is
//! whole words, with a comma behind it; a line with `#` says what comes. A new one comes from a report that was read
//! wrongly, with its row in the tests below.

use super::status_code::StatusCode;

/// What the words mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// It passes.
    Later,
    /// It is not about the mailbox, or not for certain.
    Refused,
    /// The mailbox or its domain is not there.
    Gone,
}

/// Full, too much at a time, or not reached.
const LATER: &str = "
    # Full.
    quota, overquota, is full, mailbox full, mailbox too full, mailbox size, mailbox exceeded,
    mailbox has exceeded, exceeded storage, exceeded its storage, out of storage, no space left,
    not enough space, not enough storage, insufficient disk, insufficient space, insufficient storage,
    insufficient system storage, insufficient system resources, system storage exceeded, disk full, postvak vol,
    is vol, mailbox limit, exceeds allowed size, exceeded the local limit,
    # Too much at a time.
    too many, too much mail, too fast, too frequently, too quickly, at a rate, rate limit, rate limited,
    rate limits, rate exceeded, ratelimit, sending rate, frequency limited, throttled, throttling, this hour,
    per hour, per day, daily limit, limit exceeded, limit reached, exceeded the limit,
    exceeded the maximum number, concurrent,
    # Not now.
    try again later, try later, retry later, again in, temporarily, temporary, currently unavailable,
    overloaded, busy, greylist, greylisted, greylisting, graylist, graylisted, graylisting, deferred,
    # Not reached.
    retry timeout, retry time, timed out, timeout, time out, message expired, delivery expired,
    delivery time expired, queue too long, in the queue, connection refused, connection reset, connection lost,
    connection dropped, lost connection, connect to, could not connect, couldnt connect, unable to connect,
    establish an smtp connection, network unreachable, network is unreachable, host is unreachable,
    no route to host, not reachable, no answer from host, found try again,
";

/// About us, our mail or the way; or no more than a guess.
const REFUSED: &str = "
    # Guesses, and mailboxes that are there.
    may not exist, might not exist, may not be, il se peut, peut être, möglicherweise, eventuell, mogelijk,
    misschien, wellicht, quizás, tal vez, not unique, suspended, locked, frozen, on hold, recipient preferences,
    refused due to, rejected due to, couldnt create, could not create,
    # Another mailbox behind this one.
    generated from, undisclosed address, expanded from, forwarding to, while forwarding,
    # Our sender.
    sender address, sender rejected, sender denied, sender refused, sender verify, sender verification,
    sender domain, sender unknown, sender is unknown, sender was rejected, sender not, sender is not, sender id,
    senders, unknown sender, invalid sender, bad sender, approved sender, unroutable sender, unrouteable sender,
    unauthenticated, verify sender, verifying, domain of sender, mail from, from address, from domain,
    from header, return path, return address, reverse path, callout, callback, verification failed, afzender,
    absender, expéditeur, expediteur, remitente, mittente,
    # The way.
    relaying, relay access, relay denied, relay not, relay prohibited, to relay, open relay, rcpthosts, loop,
    looping, hop count, helo, ehlo, tls, starttls, encryption, certificate, authenticate, authenticated,
    authentication, authrequired, auth required, smtp auth, authorized, authorised, unauthorized, unauthorised,
    permission, not permitted, not allowed, denied, prohibited, prohibition, restricted, restriction,
    restrictions,
    # Names of hosts.
    hostname, host name, reverse dns, rdns, ptr, dns lookup, dns check, dns error, dns query, dns record,
    dns records, dns server, dns failure, mx record, mx records, not resolve, must resolve, server failure,
    malformed, invalid dns, dns mx, no dns, resource record,
    # Policy and reputation.
    policy, policies, reputation, spf, dkim, dmarc, blocked, blocking, block list, blocklist, blocklisted,
    black list, blacklist, blacklisted, denylist, is listed, listed at, listed by, listed in rbl, listed on,
    rbl, dnsbl, spamhaus, spamcop, banned, whitelist, white list, whitelisted, abuse, abusive, client host,
    your ip, your host, your server, your domain, suspicious, security, sending ip, this ip, ip address is,
    ip address has,
    # What is in it.
    spam, unsolicited, bulk, junk, virus, malware, infected, phishing, attachment, attachments, content, filter,
    filtered, filters, too large, too big, message size,
";

/// The mailbox is not there.
const GONE: &str = "
    # Unknown.
    user unknown, unknown user, unknown local part, unknown recipient, unknown recipients, recipient unknown,
    recipients unknown, unknown mailbox, mailbox unknown, unknown account, account unknown, address unknown,
    addresses were unknown, unknown email address, unknown e mail address, unknown alias,
    unknown or illegal alias, unknown or illegal user, unknown virtual user, is unknown, not known,
    not a known user, not recognized, not recognised, unknown address, addressee unknown, not our customer,
    not our user,
    # None such.
    no such user, no such users, no such mailbox, no such recipient, no such address, no such email address,
    no such person, no such account, no such local user, no such virtual user, no mailbox, no mail box,
    no account, no one at this address, no valid recipient, no valid recipients, doesnt have an account,
    doesnt have a account, does not have an account, does not have a account, not have an email account,
    non existent, nonexistent, non existing, not exist, doesnt exist, dont exist, no longer exists,
    does not have a mailbox, no such id,
    # Not found.
    user not found, recipient not found, recipientnotfound, recipnotfound, address not found, mailbox not found,
    account not found, was not found, is not found, were not found, wasnt found, not be found, couldnt be found,
    not listed in, unrouteable address, unroutable address,
    # Not a mailbox, or no more.
    not a valid user, not a valid mailbox, not a valid recipient, not a valid address, not a valid email,
    not a local address, not an active address, invalid recipient, invalid recipients, recipient invalid,
    invalid mailbox, mailbox invalid, invalid user, invalid inactive user, invalid email address,
    bad destination mailbox, bad recipient, mailbox unavailable, mailbox is unavailable, mailbox not available,
    mailbox is not available, mailbox not present, no longer valid, no longer active, no longer available,
    no longer in use, no longer accepts mail, no longer works, no longer with, not active, is inactive,
    account inactive, inactive user, inactive mailbox, mailbox inactive, is disabled, been disabled,
    mailbox disabled, account disabled, user disabled, deactivated, discontinued, account closed, been closed,
    account expired, account has expired, account deleted, been deleted, no longer on, not a user, not user of,
    inactive email address, invalid final delivery userid,
    # The same in other languages.
    bestaat niet, adres onbekend, gebruiker onbekend, onbekende gebruiker, ontvanger onbekend,
    onbekende ontvanger, adres niet gevonden, existiert nicht, empfänger unbekannt, unbekannter empfänger,
    benutzer unbekannt, unbekannter benutzer, adresse nicht gefunden, utilisateur inconnu, destinataire inconnu,
    destinataire invalide, adresse inconnue, adresse introuvable, nexiste pas, no existe, usuario desconocido,
    utente sconosciuto,
";

/// Its domain is not there, or takes no mail.
const NO_DOMAIN: &str = "
    no such domain, no such host, domain not found, host not found, domain name not found, any host named,
    unknown host, host unknown, unknown domain, unrouteable mail domain, invalid domain, find a mail exchanger,
    nullmx, host does not accept mail, domain does not accept mail, indicated no smtp service,
";

/// What of [`GONE`] can be said of a host that stands before it.
const SAID_OF_A_HOST: &str = "
    does not exist, doesnt exist, no longer exists, is unknown, is not known, not known, is not recognized,
    is not recognised, is not found, was not found, could not be found, couldnt be found, cannot be found,
    bestaat niet, existiert nicht, nexiste pas, no existe,
";

/// Microsoft's way to say that it knows no such receiver, with `5.4.1`; with any other code it is a rule that refuses.
const GONE_WITH_5_4_1: &str = "recipient address rejected access denied";

/// What stands for the name of another host; no word is written so.
const ANOTHER_HOST: &str = "*";

/// Words that look like one of [`GONE`] and are what IronPort writes before any reply.
const BEFORE_A_REPLY: &str = "unknown address error";

/// What a text means; `None` when it has no known phrase. `domains` are those of the mailbox that it is about.
pub(super) fn sense(text: &str, status: Option<StatusCode>, domains: &[String]) -> Option<Sense> {
    let whole = format!(" {} ", tidied(text)).replace(BEFORE_A_REPLY, "");
    if status.is_some_and(|status| status.is("5.4.1")) && has(&whole, GONE_WITH_5_4_1) {
        return Some(Sense::Gone);
    }
    if has(&whole, LATER) {
        return Some(Sense::Later);
    }
    if has(&whole, REFUSED) {
        return Some(Sense::Refused);
    }
    if has(&whole, GONE) {
        // Of the name of another host it says nothing of the mailbox.
        let is_ours = has(&without_said_of_others(text, domains).replace(BEFORE_A_REPLY, ""), GONE);
        return Some(if is_ours { Sense::Gone } else { Sense::Refused });
    }
    has(&whole, NO_DOMAIN).then(|| if is_about(text, domains) { Sense::Gone } else { Sense::Refused })
}

/// Whether a text, as [`tidied`] leaves it, has one of the phrases of a list.
fn has(text: &str, list: &str) -> bool {
    phrases(list).any(|phrase| text.match_indices(phrase).any(|(at, _)| is_whole(text, at, phrase.len())))
}

/// A text as [`tidied`] leaves it, but for what is said of hosts outside `domains`.
fn without_said_of_others(text: &str, domains: &[String]) -> String {
    let mark = |host: &str| if is_within(host, domains) { "" } else { ANOTHER_HOST };
    let mut text = format!(" {} ", words(text, mark).join(" "));
    for said in phrases(SAID_OF_A_HOST) {
        text = text.replace(&format!(" {ANOTHER_HOST} {said} "), " ");
    }
    text.replace(&format!(" {ANOTHER_HOST} "), " ")
}

/// Whether what a text says of a domain is said of one of these: it names one of them, or no host at all.
fn is_about(text: &str, domains: &[String]) -> bool {
    let marks = |mark: fn(bool) -> bool| {
        words(text, |host| if mark(is_within(host, domains)) { ANOTHER_HOST } else { "" })
            .iter()
            .any(|word| word == ANOTHER_HOST)
    };
    marks(|is_ours| is_ours) || !marks(|is_ours| !is_ours)
}

/// Whether a host is one of these domains, or what they stand in.
fn is_within(host: &str, domains: &[String]) -> bool {
    let host = host.to_lowercase();
    domains
        .iter()
        .any(|domain| domain.strip_suffix(host.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn phrases(list: &str) -> impl Iterator<Item = &str> {
    let lines = list.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|phrase| !phrase.is_empty())
}

fn is_whole(text: &str, at: usize, length: usize) -> bool {
    let bytes = text.as_bytes();
    at > 0 && bytes[at - 1] == b' ' && bytes.get(at + length) == Some(&b' ')
}

/// A text as phrases are looked for in it.
fn tidied(text: &str) -> String {
    words(text, |_| "").join(" ")
}

/// The words of a text as phrases are made of them, with something in the place of each host that stands alone.
fn words(text: &str, instead_of: impl Fn(&str) -> &'static str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    for word in super::words::without_addresses(text, " ").split(|sign: char| sign.is_whitespace() || sign == '=') {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        if word.contains("://") {
            continue;
        }
        if is_host(word) {
            words.extend(Some(instead_of(word).to_owned()).filter(|mark| !mark.is_empty()));
            continue;
        }
        let plain: String = word.chars().filter(|sign| !"'’`´".contains(*sign)).flat_map(char::to_lowercase).collect();
        let parts = plain.split(|sign: char| !sign.is_alphanumeric());
        words.extend(parts.filter(|part| part.chars().any(char::is_alphabetic)).map(str::to_owned));
    }
    words
}

/// Whether a word is the name of a host, and not two sentences without a space between, nor one of Microsoft's terms.
fn is_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let is_label = |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let last = labels.last().copied().unwrap_or_default();
    let is_sentence = labels.len() == 2
        && last.starts_with(|sign: char| sign.is_ascii_uppercase())
        && last.bytes().skip(1).all(|b| b.is_ascii_lowercase());
    let is_term = labels.first().is_some_and(|first| ["RESOLVER", "ROUTING", "SMTP"].contains(first));
    let ends_as_host = last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic());
    labels.len() > 1 && labels.iter().all(is_label) && ends_as_host && !is_sentence && !is_term
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sense_of(text: &str) -> Option<Sense> {
        sense(text, None, &["school.example".to_owned()])
    }

    #[test]
    fn no_list_has_a_phrase_that_a_list_before_it_has() {
        // Such a phrase would never count.
        let lists = [LATER, REFUSED, GONE, NO_DOMAIN];
        for (at, list) in lists.into_iter().enumerate() {
            for phrase in phrases(list) {
                assert_eq!(phrase, tidied(phrase), "phrases are written as texts are compared");
                let earlier = lists[..at].iter().flat_map(|&list| phrases(list));
                let hidden: Vec<_> =
                    earlier.filter(|other| format!(" {phrase} ").contains(&format!(" {other} "))).collect();
                assert!(hidden.is_empty(), "{phrase} is hidden by {hidden:?}");
                assert_eq!(phrases(list).filter(|other| *other == phrase).count(), 1, "{phrase}");
            }
        }
    }

    #[test]
    fn what_passes_comes_before_what_is_refused_and_that_before_what_is_gone() {
        for (text, expected) in [
            ("550 5.1.1 <a@b.nl> - 192.0.2.25 has sent to too many recipients this hour", Sense::Later),
            ("User unknown; mailbox is full", Sense::Later),
            ("mailbox temporarily disabled", Sense::Later),
            ("Blocked: rate limit", Sense::Later),
            ("Sender verify failed: no such user", Sense::Refused),
            ("User unknown, or blocked by policy", Sense::Refused),
            ("550 Mailbox unavailable or access denied", Sense::Refused),
            ("Requested action not taken: mailbox unavailable\nReject due to policy restrictions.", Sense::Refused),
            ("The address may not exist: unknown user", Sense::Refused),
            ("Unroutable sender address", Sense::Refused),
            ("Unrouteable address", Sense::Gone),
            ("User unknown in relay recipient table", Sense::Gone),
        ] {
            assert_eq!(sense_of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn names_addresses_and_links_are_no_words() {
        for text in [
            "550 <spam@quota.nl>: User unknown",
            "host mx.spam-filter.nl said: 550 User unknown",
            "550 User unknown. See https://policy.example/blocked",
            "550 User unknown mx1.relay.quota.example",
            "550-5.1.1 User 550-5.1.1 unknown",
            "550 User  Unknown.Please check",
            "550 this user doesn’t have a school.example account (anna@school.example) [0]",
            "MSEXCH:IMS:X:Y 0 (000C05A6) Unknown Recipient",
            "RESOLVER.ADR.RecipNotFound; not found",
        ] {
            assert_eq!(sense_of(text), Some(Sense::Gone), "{text}: {}", tidied(text));
        }
    }

    #[test]
    fn a_text_without_a_known_phrase_means_nothing() {
        for text in ["", "550", "550 5.1.1", "Address rejected", "smtp; 5.1.0 - Unknown address error 550-'sorry'"] {
            assert_eq!(sense_of(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_said_of_another_host_is_not_said_of_the_mailbox() {
        for (text, expected) in [
            ("553 kurve.example does not exist", Sense::Refused),
            ("553 Domain kurve.example does not exist", Sense::Refused),
            ("550 mx.school.example could not be found", Sense::Refused),
            ("Host not found. Name service error for name=mx.school.example type=A", Sense::Refused),
            ("Host unknown (Name server: mx.elsewhere.example: no data)", Sense::Refused),
            ("550 Unknown domain kurve.example", Sense::Refused),
            ("Host not found. Name service error for name=school.example type=A", Sense::Gone),
            ("school.example does not exist", Sense::Gone),
            ("couldn't find any host named SCHOOL.example. (#5.1.2)", Sense::Gone),
            ("Host unknown", Sense::Gone),
            ("mx.elsewhere.example: 550 user unknown", Sense::Gone),
            ("550 anna does not exist at mx.elsewhere.example", Sense::Gone),
        ] {
            assert_eq!(sense_of(text), Some(expected), "{text}");
        }
        let deeper = ["post.school.example".to_owned()];
        assert_eq!(sense("school.example does not exist", None, &deeper), Some(Sense::Gone));
        assert_eq!(sense("ool.example does not exist", None, &deeper), Some(Sense::Refused));
    }

    #[test]
    fn words_of_other_languages_are_about_the_receiver_and_not_about_who_sent_it() {
        for (text, expected) in [
            ("550 Empfänger unbekannt", Sense::Gone),
            ("550 Adresse destinataire invalide", Sense::Gone),
            ("550 Deze gebruiker bestaat niet", Sense::Gone),
            ("Il se peut que le groupe n'existe pas", Sense::Refused),
            ("550 Absender-Domain existiert nicht", Sense::Refused),
            ("550 Het domein van de afzender bestaat niet", Sense::Refused),
        ] {
            assert_eq!(sense_of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn microsofts_access_denied_is_about_the_receiver_only_with_its_code() {
        let text = "550 5.4.1 [a@b.nl]: Recipient address rejected: Access denied";

        assert_eq!(sense(text, StatusCode::parse("5.4.1"), &[]), Some(Sense::Gone));
        assert_eq!(sense_of(text), Some(Sense::Refused));
    }
}
