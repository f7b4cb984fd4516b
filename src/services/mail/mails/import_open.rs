//! The import may start.

use std::collections::BTreeSet;

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::check::Truths;
use crate::domain::ids::SchoolId;
use crate::domain::import_gate::open_schools;
use crate::domain::notice::MailKind;
use crate::domain::unsent::UnsentReason;
use crate::services::checks;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::StoreError;
use crate::store::mail::outbox::{self, MailStatus, OutboxMail};
use crate::words::{self, HelpLink};

pub(super) struct ImportOpen {
    name: String,
    school: SchoolFacts,
    /// The names of the schools, where they are several.
    names: Vec<String>,
    /// The newest check denies none of the answers.
    is_all_yes: bool,
    /// What the activation rested on where no good check was its ground: leave of an admin, or a reason.
    grounds: Vec<String>,
    /// The help that this installation knows of.
    help: Vec<HelpLink>,
    link: String,
}

impl Mail for ImportOpen {
    const NAME: &'static str = "Importeren kan";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let asked: BTreeSet<SchoolId> = request.mail.about.schools.iter().copied().collect();
        let open = &asked & &open_schools(&about.state);
        if open.is_empty() {
            return Err(NotSent::NotNeeded(UnsentReason::ImportClosed));
        }
        let open = &open - &told_by_others(request).await?;
        if open.is_empty() {
            return Err(NotSent::NotNeeded(UnsentReason::ImportOpenToldAlready));
        }
        let activation = checks::activation(request.context, about.id()).await?;
        let newest = checks::newest(request.context, about.id()).await?;
        let leave = activation.counting_leave().map(|leave| words::leave(leave.at, &leave.reason));
        about.draft(&Self {
            name: about.reader(),
            school: about.facts_of(&open),
            names: about.names_of(&open),
            is_all_yes: is_all_yes(&Truths { state: &about.state, newest }),
            grounds: leave.into_iter().chain(words::despite_lines(&about.state)).collect(),
            help: words::import_help(&request.context.help_links),
            link: about.portal(),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "Je kunt nu leerlingen importeren in Numo")
    }

    bodies!(ImportOpen, "mail/import_open.txt", "mail/import_open.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            names: vec![],
            is_all_yes: true,
            grounds: vec![],
            help: vec![HelpLink {
                words: "Bekijk de instructievideo over het leerplan",
                address: "https://numo.example/video".into(),
            }],
            link: samples::LINK.into(),
        }
    }
}

/// What is open may rest on an answer that the newest check denies, while that keeps its tries.
fn is_all_yes(truths: &Truths<'_>) -> bool {
    !truths.has_doubts()
}

/// The schools of which another mail tells the receiver of a waiting one that the import is open: a newer one that waits
/// too, or the last one that they got of that import. What closed and opened again while no mail could go is told to nobody.
async fn told_by_others(request: DraftRequest<'_>) -> Result<BTreeSet<SchoolId>, StoreError> {
    let mail = request.mail;
    let (Some(connection), Some(contact), MailStatus::Waiting) = (mail.connection, mail.contact, mail.status) else {
        return Ok(BTreeSet::new());
    };
    let kinds = [MailKind::ImportOpen, MailKind::ImportClosed, MailKind::CredentialsReady, MailKind::LifecycleChanged];
    let mut mails = outbox::list_to_contact(request.context.db.reader(), connection, contact, &kinds).await?;
    // A stop says that the import is closed; a pause or an import that is done says nothing of that.
    mails.retain(|one| one.kind != MailKind::LifecycleChanged || one.about.import_closed);
    let (sent, waiting): (Vec<_>, Vec<_>) = mails.iter().partition(|one| one.status == MailStatus::Sent);
    let says_open = |one: &OutboxMail| one.kind == MailKind::ImportOpen;
    let is_told = |school: &SchoolId| {
        let names = |one: &&&OutboxMail| one.about.schools.contains(school);
        let last_sent = sent.iter().filter(names).max_by_key(|one| one.about.version);
        let is_newer = |one: &&OutboxMail| says_open(one) && one.about.version > mail.about.version;
        last_sent.is_some_and(|one| says_open(one)) || waiting.iter().filter(names).any(is_newer)
    };
    Ok(mail.about.schools.iter().copied().filter(is_told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::testing::histories;
    use crate::services::mail::mails::samples::as_text;

    proptest::proptest! {
        #[test]
        fn it_does_not_say_that_all_is_yes_while_the_newest_check_refuses_a_step(moments in histories()) {
            for moment in moments {
                let is_refused = moment.refused().is_some_and(|step| moment.state.is_yes(step));
                let mail = ImportOpen { is_all_yes: is_all_yes(&moment.truths()), ..ImportOpen::sample() };

                assert!(!is_refused || !as_text(&mail).contains("Alle vijf vragen zijn ja"));
            }
        }
    }

    #[test]
    fn of_several_schools_it_says_how_many_and_which() {
        let school =
            SchoolFacts { name: "Rivierenland".into(), brin: "2 scholen".into(), ..ImportOpen::sample().school };
        let names = vec!["Rivierenland Noord (12AB)".into(), "Rivierenland Zuid (34CD)".into()];

        insta::assert_snapshot!(as_text(&ImportOpen { school, names, ..ImportOpen::sample() }));
    }
}
