//! The rows of the worklist: why something waits, since when, who took it, and the one thing to do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::ask::Hidden;
use super::view::days_words;
use super::worklist_query::{Back, WorklistQuery, anchor};
use crate::domain::check::{Advice, CheckCode, Newest, Truths};
use crate::domain::ids::{ContactId, StaffId};
use crate::domain::onboarding::progress::{KurveTask, TaskKind, kurve_tasks};
use crate::domain::onboarding::{Gone, Onboarding, Step, StepState};
use crate::domain::work::WorkKind;
use crate::links;
use crate::services::onboarding::worklist::Details;
use crate::services::people::beginnings::Beginning;
use crate::services::people::unconfirmed::Unconfirmed;
use crate::store::onboarding::overview::Overview;
use crate::store::onboarding::work_list::WorkItem;
use crate::web::thread;
use crate::words::{self, Names};

/// How many signs of a reason the list shows.
const EXCERPT_SIGNS: usize = 120;

/// Something that waits on Kurve.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkRow {
    /// Its key, and its place on the page.
    pub(super) key: String,
    pub(super) anchor: String,
    /// Its kind, and the words for that.
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    /// The step that it is about, or else its kind.
    pub(super) step: &'static str,
    pub(super) is_stuck: bool,
    pub(super) school: String,
    /// The school by BRIN and domain, or how many schools.
    pub(super) carried: String,
    /// The place on the connection's page where it is done; empty for what has no connection.
    pub(super) href: String,
    pub(super) what: String,
    /// What the school wrote; empty unless it is stuck.
    pub(super) excerpt: String,
    /// What else there is to know.
    pub(super) remark: String,
    /// How that looks: `good`, `refused`, or nothing in particular.
    pub(super) look: &'static str,
    /// How long it waits, and since which day.
    pub(super) waits: String,
    pub(super) since: String,
    /// Who took it; empty for nobody.
    pub(super) taken: String,
    pub(super) is_mine: bool,
    /// Where it is taken; empty for what has no connection.
    pub(super) take: String,
    /// What the link or button says.
    pub(super) verb: &'static str,
    /// Where the button posts; empty when it takes more than one press.
    pub(super) press: String,
    /// Where the link leads, which is in the place of a button.
    pub(super) link: String,
    /// What the button does, for tests.
    pub(super) action: &'static str,
    /// What it posts along.
    pub(super) fields: Vec<Hidden>,
    /// What leads back to the next row.
    pub(super) back: String,
    /// Whether its form opens in the list.
    pub(super) opens: bool,
    pub(super) is_open: bool,
}

/// Who looks at which page, and when.
pub(super) struct Reader<'a> {
    pub(super) me: StaffId,
    pub(super) now: DateTime<Utc>,
    pub(super) query: &'a WorklistQuery,
}

impl Reader<'_> {
    /// The row of a thing; none for one that is not so any more by now, or whose connection cannot be read.
    pub(super) fn row(&self, item: &WorkItem, details: &Details) -> Option<WorkRow> {
        match item.kind {
            WorkKind::Unconfirmed => return Some(self.request_row(item, details.unconfirmed.get(&item.subject)?)),
            WorkKind::Begin => return Some(self.begin_row(item, details.beginnings.get(&item.subject)?)),
            _ => {}
        }
        let known = details.connections.get(&item.connection?)?;
        let names = Names { contacts: details.contacts.clone(), ..Names::default() };
        let row = self.plain(item, known, details);
        let page = |path| links::staff_school(path, known.connection.id);
        match item.kind {
            WorkKind::Stuck | WorkKind::Issue | WorkKind::Vouch | WorkKind::Password | WorkKind::Activate => {
                let is_it = |task: &KurveTask| WorkKind::of(task) == item.kind && task.step.as_str() == item.subject;
                let task = kurve_tasks(&known.state).into_iter().find(is_it)?;
                let newest = details.newest.get(&known.connection.id).copied();
                let truths = Truths { state: &known.state, newest };
                let row = self.task_row(row, known, &task, &names);
                Some(self.beside_checks(row, known, truths, &task, details))
            }
            WorkKind::Check => self.check_row(row, known, details, &names),
            WorkKind::Certificate => {
                let until = details.checks.get(&known.connection.id)?.certificate?.until;
                Some(WorkRow {
                    what: format!("Het certificaat van deze Magister geldt tot {}", words::date_nl(until)),
                    remark: "De school kan hier niets aan doen. Vraag Magister om een nieuw certificaat.".to_owned(),
                    ..row.leading_to(page(links::STAFF_CONNECTION), "Bekijken")
                })
            }
            WorkKind::Reply => {
                let message = details.written.get(&known.connection.id)?;
                let names = Names { contacts: details.contacts.clone(), ..Names::default() };
                let by = thread::author(&message.author, &names);
                Some(WorkRow {
                    what: format!("{by} heeft geantwoord"),
                    excerpt: message.text.as_ref().map(|text| shorten(text.as_str())).unwrap_or_default(),
                    ..row.leading_to(page(links::STAFF_MESSAGES), "Lezen")
                })
            }
            WorkKind::Join => {
                let asked = details.asked.get(&item.subject)?;
                let many = asked.requests.len();
                let schools: Vec<String> =
                    asked.requests.iter().take(3).map(|one| one.school.name.to_string()).collect();
                Some(WorkRow {
                    what: words::asked_for(asked.person.name.as_str(), many),
                    remark: format!("{}{}", schools.join(", "), if many > 3 { " en meer" } else { "" }),
                    ..row.leading_to(links::staff_requests(known.connection.id), "Bekijken")
                })
            }
            WorkKind::Address => {
                let (person, mark) = details.unreached.get(&item.subject.parse().ok()?)?;
                let bounced = mark.bounced.as_ref()?;
                let place = format!("{}#contact-{}", page(links::STAFF_SCHOOL), person.id);
                Some(WorkRow {
                    what: format!("Mail aan {}, {}, komt niet aan", person.name, person.email),
                    remark: format!("Sinds {} (code {}).", words::date_nl(bounced.at), bounced.code),
                    ..row.leading_to(place, "Bekijken")
                })
            }
            WorkKind::Silent => Some(WorkRow {
                what: "Kreeg alle herinneringen en deed niets".to_owned(),
                remark: "Bel de school, of zet de koppeling op pauze.".to_owned(),
                ..row.leading_to(page(links::STAFF_SCHOOL), "Bekijken")
            }),
            WorkKind::Begin | WorkKind::Unconfirmed => None,
        }
    }

    /// What each row has.
    fn plain(&self, item: &WorkItem, known: &Overview, details: &Details) -> WorkRow {
        let connection = &known.connection;
        let colleague = |id: StaffId| details.staff.get(&id).map_or("een collega", String::as_str).to_owned();
        WorkRow {
            school: connection.details.name.to_string(),
            carried: format!("{} · {}", connection.carried, connection.details.domain.label()),
            href: links::staff_school(links::STAFF_SCHOOL, connection.id),
            taken: item.taken_by.map(colleague).unwrap_or_default(),
            is_mine: item.taken_by == Some(self.me),
            take: links::staff_school(links::STAFF_TAKE, connection.id),
            ..self.bare(item)
        }
    }

    fn bare(&self, item: &WorkItem) -> WorkRow {
        WorkRow {
            key: item.key.clone(),
            anchor: anchor(&item.key),
            kind: item.kind.as_str(),
            step: item.kind.as_str(),
            words: words::work_kind(item.kind),
            is_stuck: item.kind == WorkKind::Stuck,
            waits: days_words(item.since, self.now),
            since: words::date_nl(item.since),
            back: Back::text(self.query, item),
            is_open: self.query.open == item.key,
            ..WorkRow::default()
        }
    }

    fn task_row(&self, row: WorkRow, known: &Overview, task: &KurveTask, names: &Names) -> WorkRow {
        let is_activation = task.step == Step::ActivationConfirmed && task.kind == TaskKind::Do;
        let (verb, place) = match (&task.kind, task.step) {
            (TaskKind::Answer, step) => ("Antwoorden", format!("stap-{}", step.as_str())),
            (TaskKind::Vouch(people), _) => ("Toegang geven", contact_place(people)),
            (TaskKind::NewPassword(_), _) | (TaskKind::Do, Step::CredentialsIssued) => {
                ("Klaarzetten", "wachtwoord".to_owned())
            }
            (TaskKind::NewQuery, _) => ("Nieuwe query klaarzetten", "wachtwoord".to_owned()),
            (TaskKind::Do, step) => ("Activeren", format!("stap-{}", step.as_str())),
        };
        let href = format!("{}#{place}", row.href);
        let opens = match &task.kind {
            TaskKind::Answer => true,
            TaskKind::Vouch(people) => people.len() == 1,
            TaskKind::Do => task.step == Step::CredentialsIssued,
            TaskKind::NewPassword(_) | TaskKind::NewQuery => false,
        };
        let press = one_press(known, task);
        let fields = [("version", known.version.to_string()), ("step", task.step.as_str().to_owned())];
        let fields = fields.into_iter().filter(|_| !press.is_empty());
        WorkRow {
            what: match known.state.waiting_for_activation() {
                waiting @ 2.. if is_activation => format!("{waiting} scholen activeren"),
                _ => words::task_name(task, names),
            },
            excerpt: match (&task.kind, known.state.step(task.step)) {
                (TaskKind::Answer, StepState::Stuck { reason, .. }) => shorten(reason.as_str()),
                (_, _) => String::new(),
            },
            remark: match task.kind {
                TaskKind::NewPassword(gone) => why_new(&known.state, gone, names),
                TaskKind::Do | TaskKind::Answer | TaskKind::Vouch(_) | TaskKind::NewQuery => String::new(),
            },
            step: task.step.as_str(),
            link: if opens { self.query.with_open(&row.key).href_at(&row.key) } else { href.clone() },
            fields: fields.map(|(name, value)| Hidden { name, value }).collect(),
            action: if is_activation { "confirm" } else { "issue" },
            href,
            verb,
            press,
            opens,
            ..row
        }
    }

    /// Says beside a step what the newest check saw of it. An activation on which there is doubt takes a reason, and so
    /// more than one press: the row leads to the form.
    fn beside_checks(
        &self,
        mut row: WorkRow,
        known: &Overview,
        truths: Truths<'_>,
        task: &KurveTask,
        details: &Details,
    ) -> WorkRow {
        // Where Kurve vouches or makes a new password, the row says why already.
        if let Some(newest) = truths.newest.filter(|_| row.remark.is_empty())
            && known.state.obstacles(task.step).is_empty()
        {
            row.remark = remark(&truths, newest, task.step);
        }
        if WorkKind::of(task) != WorkKind::Activate {
            return row;
        }
        let Some(facts) = details.facts.get(&known.connection.id) else { return row };
        match (facts.doubt(self.now), facts.newest) {
            (Some((code, at)), _) => {
                row.press.clear();
                row.fields.clear();
                row.verb = "Bekijken";
                row.look = "refused";
                if code == CheckCode::Ok {
                    row.remark = format!("Laatste goede controle: {}", words::moment_nl(at));
                }
            }
            (None, Some((CheckCode::Ok, at))) if row.remark.is_empty() && facts.policy.makes_checks() => {
                row.look = "good";
                row.remark = format!("Controle van {} geslaagd", words::moment_nl(at));
            }
            (None, _) => {}
        }
        row
    }

    /// A connection that Kurve has to look into: with its button where Kurve can do something at once.
    fn check_row(&self, row: WorkRow, known: &Overview, details: &Details, names: &Names) -> Option<WorkRow> {
        let status = details.checks.get(&known.connection.id)?;
        let newest = status.newest()?;
        let truths = Truths { state: &known.state, newest: Some(newest) };
        if let Some(task) = truths.kurve_task() {
            let again = truths.advice().filter(|advice| *advice == Advice::RefusedNow).map(words::advice_short);
            let remark = [words::check_sentence(newest).as_str(), again.unwrap_or_default()].join(" ");
            return Some(WorkRow { remark: remark.trim_end().to_owned(), ..self.task_row(row, known, &task, names) });
        }
        let page = links::staff_school(links::STAFF_CONNECTION, known.connection.id);
        Some(WorkRow {
            what: words::check_short(newest.code).to_owned(),
            remark: format!("{} Laatste controle: {}.", words::kurve_to_do(newest.code), words::moment_nl(newest.at)),
            ..row.leading_to(page, "Bekijken")
        })
    }

    /// A school that waits to begin.
    fn begin_row(&self, item: &WorkItem, waiting: &Beginning) -> WorkRow {
        let (form, details) = (&waiting.form, &waiting.form.details);
        WorkRow {
            school: details.name.to_string(),
            carried: format!("{} · {}", details.brin, details.domain.label()),
            what: words::wants_to_begin(form.name.as_str()),
            remark: format!("{}, {}. Staat nog niet in Koppelklaar.", form.roles.label_nl(), form.email),
            ..self.bare(item).leading_to(links::fill(links::STAFF_REGISTRATION, &[&waiting.id.to_string()]), "Bekijken")
        }
    }

    /// A request that was never confirmed.
    fn request_row(&self, item: &WorkItem, request: &Unconfirmed) -> WorkRow {
        let until = words::moment_nl(request.expires_at);
        let works = if self.now > request.expires_at { "werkte" } else { "werkt" };
        let unreached = request.bounced.as_ref().map(|code| format!(" Mail komt niet aan (code {code})."));
        WorkRow {
            school: request.form.details.name.to_string(),
            carried: request.form.details.brin.to_string(),
            what: format!("{}, {}, bevestigde het adres niet", request.form.name, request.form.email),
            remark: format!(
                "Gevraagd op {}. De link {works} tot {until}.{}",
                words::moment_nl(request.requested_at),
                unreached.unwrap_or_default()
            ),
            verb: "Mail opnieuw sturen",
            action: "send_confirmation",
            press: links::fill(links::STAFF_SEND_CONFIRMATION, &[&request.id.to_string()]),
            fields: vec![Hidden { name: "mark", value: request.expires_at.timestamp_millis().to_string() }],
            ..self.bare(item)
        }
    }
}

impl WorkRow {
    fn leading_to(self, link: String, verb: &'static str) -> Self {
        Self { href: link.clone(), link, verb, ..self }
    }
}

fn remark(truths: &Truths<'_>, newest: Newest, step: Step) -> String {
    match (step, newest.code) {
        (Step::ActivationConfirmed, CheckCode::Ok) => String::new(),
        // One press opens the import: what of it was only said stands here too.
        (Step::ActivationConfirmed, code) => match words::unseen_sentence(truths) {
            unseen if unseen.is_empty() => format!("Laatste controle: {}", words::check_short(code).to_lowercase()),
            unseen => unseen,
        },
        (step, _) => words::now_sentence(&truths.of(step)),
    }
}

/// Where one press does it: it opens an import, or puts a password in the place of one that nobody can use. One that
/// closes an import leads to the form, which says so.
fn one_press(known: &Overview, task: &KurveTask) -> String {
    let is_alone = known.state.obstacles(task.step).len() <= 1 && known.state.activated().is_empty();
    match (&task.kind, task.step) {
        (TaskKind::Do, Step::ActivationConfirmed) => links::staff_school(links::STAFF_CONFIRM, known.connection.id),
        (TaskKind::NewPassword(_) | TaskKind::NewQuery, _) if is_alone => {
            links::staff_school(links::STAFF_ISSUE, known.connection.id)
        }
        (TaskKind::Do | TaskKind::Answer | TaskKind::Vouch(_) | TaskKind::NewPassword(_) | TaskKind::NewQuery, _) => {
            String::new()
        }
    }
}

fn contact_place(people: &BTreeSet<ContactId>) -> String {
    match people.first() {
        Some(only) if people.len() == 1 => format!("contact-{only}"),
        Some(_) | None => "contactpersonen".to_owned(),
    }
}

/// Why a new password is needed, and who asked for it when.
fn why_new(state: &Onboarding, gone: Gone, names: &Names) -> String {
    let asked = state.access().asked().map(|asked| {
        let who = words::actor_name(&asked.by, names);
        format!(" Gevraagd door {who}, op {}.", words::date_nl(asked.at))
    });
    format!("{}{}", words::gone_sentence(gone), asked.unwrap_or_default())
}

/// The start of a text on one line.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= EXCERPT_SIGNS {
        return line;
    }
    let start: String = line.chars().take(EXCERPT_SIGNS - 1).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
#[path = "work_rows_tests.rs"]
mod tests;
