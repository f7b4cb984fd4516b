//! What must hold after a run, however often and whenever processes were killed.

use std::collections::{HashMap, HashSet};
use std::fmt;

use koppelklaar::store::mail::outbox::{MailStatus, OutboxMail};

use super::sink::{Delivery, LifeId, Sink};
use super::stage::Stage;

/// What a run came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) mails: usize,
    pub(crate) kills: usize,
    /// Mails that arrived twice.
    pub(crate) doubles: usize,
    /// Mails with a token that were given up, since they may have gone.
    pub(crate) given_up: usize,
    /// Those of them that the mail server never saw whole.
    pub(crate) unseen: usize,
    /// Mails that are marked as perhaps double, and came once.
    pub(crate) marked: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mails, kills, doubles, given_up, unseen, marked } = self;
        write!(f, "{mails} mails, {kills} kills, {doubles} came twice, {marked} are marked and came once, ")?;
        write!(f, "{given_up} with a token given up, {unseen} of them unseen")
    }
}

/// Judges a run in which these lives ended by a kill.
///
/// - Every mail arrived, and none waits. One with a token arrived once, or was given up.
/// - A mail arrived twice only when the process that had handed it over was killed right after; at most one per kill.
/// - It was the same to the byte, and its row says so.
pub(crate) async fn judge(stage: &Stage, sink: &Sink, killed: &HashSet<LifeId>) -> Figures {
    let until = tokio::time::Instant::now() + super::stage::PATIENCE;
    while !sink.is_quiet() {
        assert!(tokio::time::Instant::now() < until, "a dead process holds a connection");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mails = stage.mails().await;
    assert!(!mails.is_empty() && !sink.deliveries().is_empty(), "nothing was tried");
    let deliveries = sink.deliveries();
    let mut wrong = vec![];
    let mut figures = Figures { mails: mails.len(), kills: killed.len(), ..Figures::default() };

    let mut of_mail: HashMap<&str, Vec<&Delivery>> = HashMap::new();
    let mut last_of_life: HashMap<LifeId, &str> = HashMap::new();
    for delivery in deliveries.iter() {
        of_mail.entry(&delivery.message_id).or_default().push(delivery);
        last_of_life.insert(delivery.life, &delivery.message_id);
    }
    let mut blamed = HashSet::new();
    for mail in &mails {
        let got = of_mail.remove(mail.message_id.as_str()).unwrap_or_default();
        let is_given_up = mail.kind.carries_token() && mail.status == MailStatus::Failed && got.len() <= 1;
        figures.given_up += usize::from(is_given_up);
        figures.unseen += usize::from(is_given_up && got.is_empty());
        figures.marked += usize::from(mail.may_be_double && got.len() == 1);
        if mail.status != MailStatus::Sent && !is_given_up {
            wrong.push(format!("{} is {:?}: {:?}", name(mail), mail.status, mail.last_error));
        }
        if mail.status == MailStatus::Sent && got.is_empty() {
            wrong.push(format!("{} is lost", name(mail)));
        }
        if got.len() > 1 {
            figures.doubles += 1;
            wrong.extend(judge_double(mail, &got));
            for delivery in &got[..got.len() - 1] {
                let was_in_window = killed.contains(&delivery.life)
                    && last_of_life[&delivery.life] == mail.message_id
                    && blamed.insert(delivery.life);
                if !was_in_window {
                    wrong.push(format!("{} came twice though life {} went on", name(mail), delivery.life));
                }
            }
        }
    }
    wrong.extend(of_mail.keys().map(|id| format!("{id} is no mail of ours")));
    assert!(wrong.is_empty(), "{} faults:\n{}\n{}", wrong.len(), wrong.join("\n"), stage.last_words());
    figures
}

fn judge_double(mail: &OutboxMail, got: &[&Delivery]) -> Vec<String> {
    let mut wrong = vec![];
    if mail.kind.carries_token() {
        wrong.push(format!("{} has a token and came twice", name(mail)));
    }
    if !mail.may_be_double {
        wrong.push(format!("{} came twice and is not marked", name(mail)));
    }
    if got.iter().any(|delivery| delivery.bytes != got[0].bytes) {
        wrong.push(format!("{} came twice and differs", name(mail)));
    }
    wrong
}

fn name(mail: &OutboxMail) -> String {
    format!("{} {}", mail.kind.as_str(), mail.id)
}
