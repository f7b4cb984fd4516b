//! What `koppelklaar doctor` says of a mail server that wants or offers something else than is set.

use crate::support::on_each_database;
use crate::support::program::{Program, SMTP_PASSWORD};
use crate::support::smtp_sink::{Reply, Script, SmtpSink, Tls};
use crate::support::tls::Authority;

const WANTED: &str = "FAIL  mail: the mail server takes no mails without a log-in. Set user and password";

fn said(program: &mut Program, url: &str) -> String {
    program.set("KOPPELKLAAR_SMTP_URL", url);
    program.run(&["doctor"]).out
}

#[test]
fn a_log_in_that_the_server_wants_and_that_is_not_set_is_named() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        let asks = Reply::Say("530 5.7.0 Authentication required");
        let relay = Reply::Say("554 5.7.1 Relay access denied");
        for script in [
            Script { mail: asks, ..Script::default() },
            Script { rcpt: asks, ..Script::default() },
            Script { rcpt: relay, ..Script::default() },
        ] {
            let sink = SmtpSink::start(script).await;

            let without = said(&mut program, &format!("smtp://{}", sink.address));
            let with = said(&mut program, &format!("smtp://kk:{SMTP_PASSWORD}@{}", sink.address));

            assert!(without.contains(WANTED) && !without.contains("can be handed over"), "{without}");
            assert!(!with.contains(WANTED) && with.contains("ok    mail: can be handed over"), "{with}");
            assert!(sink.received().is_empty() && !sink.commands().contains(&"DATA".to_owned()), "nothing is sent");
        }
        // A server that refuses for now, or offers no log-in, is not one that wants it.
        for script in [
            Script { mail: Reply::Say("450 4.2.0 later"), ..Script::default() },
            Script { ehlo: Reply::Say("250 sink"), rcpt: relay, ..Script::default() },
        ] {
            let sink = SmtpSink::start(script).await;
            let without = said(&mut program, &format!("smtp://{}", sink.address));
            assert!(without.contains("ok    mail: can be handed over"), "{without}");
        }
    });
}

#[test]
fn a_server_that_offers_no_tls_is_named_and_one_whose_offer_is_not_used() {
    on_each_database(async |kind| {
        let mut program = Program::migrated(kind).await;
        let clear = SmtpSink::start(Script::default()).await;
        let tls = Tls { acceptor: Authority::new().acceptor("127.0.0.1"), after_starttls: true };
        let offers =
            SmtpSink::start(Script { ehlo: Reply::Say("250-sink\r\n250 STARTTLS"), ..Script::default() }).await;
        let strange = SmtpSink::start_with(Script::default(), Some(tls)).await;

        let none = said(&mut program, &format!("smtp://{}", clear.address));
        let unused = said(&mut program, &format!("smtp://{}", offers.address));
        let required = said(&mut program, &format!("smtp://{}?tls=required", clear.address));
        let wrapped = said(&mut program, &format!("smtps://{}", clear.address));
        let untrusted = said(&mut program, &format!("smtp://{}?tls=required", strange.address));

        assert!(none.contains("warn  mail: the mail server offers no TLS here (STARTTLS)"), "{none}");
        assert!(
            unused.contains("warn  mail: the mail server offers TLS, and it is not used. Add ?tls=required"),
            "{unused}"
        );
        for refused in [required, wrapped] {
            assert!(
                refused.contains("FAIL  mail: the mail server offers no TLS where KOPPELKLAAR_SMTP_URL wants it"),
                "{refused}"
            );
        }
        assert!(untrusted.contains("FAIL  mail: ") && !untrusted.contains("offers no TLS"), "{untrusted}");
    });
}
