//! Figures, exports and kept filters: what Kurve looks at over all schools.

use std::collections::{BTreeMap, BTreeSet};

use calamine::Reader as _;
use chrono::{DateTime, TimeDelta, Utc};
use koppelklaar::domain::actor::{Actor, StaffRole};
use koppelklaar::domain::audit::Action;
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::domain::onboarding::progress::open_steps;
use koppelklaar::domain::onboarding::{Command, Event, Gate, Ground, Lifecycle, Onboarding, Party, Step};
use koppelklaar::domain::reminder::national::is_office_day;
use koppelklaar::domain::reminder::{OwnDays, SchoolHolidays, WorkingCalendar};
use koppelklaar::domain::tally::week_of;
use koppelklaar::domain::text::Reason;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::store::onboarding::connections;
use koppelklaar::store::operations::audit;
use strum::IntoEnumIterator;

use crate::support::{Page, TestApp, TestSchool, run};

/// A finished turn as the audit tells it.
#[derive(Debug)]
struct Turn {
    party: Party,
    working_days: usize,
}

/// What the audit of one school says: when it asked, every turn that ended, every moment at which its import opened, and
/// which gates are yes now.
#[derive(Debug, Default)]
struct Story {
    asked: Vec<DateTime<Utc>>,
    holdings: Vec<Turn>,
    opened: Vec<DateTime<Utc>>,
    yes: Vec<Gate>,
}

/// Plays a school's audit back, without any of the columns that the page is drawn from.
async fn replay(app: &TestApp, school: &TestSchool) -> Story {
    let region =
        connections::load(app.context().db.reader(), school.connection).await.expect("it is there").details.region;
    let holidays = SchoolHolidays::built_in();
    let own_days = OwnDays::default();
    let calendar = WorkingCalendar { holidays: &holidays, own_days: &own_days };
    let mut entries = audit::list(app.context().db.reader(), school.connection, None, 1000).await.expect("the audit");
    entries.reverse();
    let mut story = Story::default();
    let mut versions: BTreeMap<i32, Vec<Event>> = BTreeMap::new();
    for entry in entries {
        if entry.action == Action::SchoolRegistered {
            story.asked.push(entry.at);
        }
        if let (Some(version), Action::Onboarding(change)) = (entry.onboarding_version, entry.action) {
            versions.entry(version).or_default().push(Event {
                at: entry.at,
                by: entry.by,
                school: entry.school,
                change,
            });
        }
    }
    let start = versions.values().flatten().next().expect("a first event").at;
    let mut state = Onboarding::start(start, school.id);
    let mut held: BTreeMap<(Step, &str), (Party, DateTime<Utc>)> = BTreeMap::new();
    for events in versions.into_values() {
        let at = events[0].at;
        let was_open = verdict_of_all(&state).is_open();
        state = state.apply_all(&events);
        if !was_open && verdict_of_all(&state).is_open() {
            story.opened.push(at);
        }
        let is_under_way = matches!(state.lifecycle(), Lifecycle::Active | Lifecycle::Completed { .. });
        let holds: BTreeMap<_, _> = open_steps(&state)
            .into_iter()
            .filter(|_| is_under_way)
            .map(|open| ((open.step, open.holder.as_str()), open.holder))
            .collect();
        let over: Vec<_> = held.keys().filter(|key| !holds.contains_key(key)).copied().collect();
        for key in over {
            let (party, since) = held.remove(&key).expect("it was just listed");
            let (from, to) = (amsterdam(since), amsterdam(at));
            let days = from.iter_days().skip(1).take_while(|day| *day <= to);
            let working_days = match party {
                Party::School => days.filter(|day| calendar.is_working_day(*day, region)).count(),
                Party::Kurve | Party::Magister => days.filter(|day| is_office_day(*day)).count(),
            };
            story.holdings.push(Turn { party, working_days });
        }
        for (key, party) in holds {
            held.entry(key).or_insert((party, at));
        }
    }
    story.yes = Gate::iter().filter(|gate| state.is_gate_yes(*gate)).collect();
    story
}

async fn claim(app: &TestApp, school: &TestSchool, steps: &[Step]) {
    for step in steps {
        app.claim(school, *step).await.expect("it may be claimed");
    }
}

async fn act(app: &TestApp, actor: Actor, school: &TestSchool, command: Command) {
    onboardings::act(app.context(), &app.call(actor), school.connection, &command, None).await.expect("it may be done");
}

fn amsterdam(moment: DateTime<Utc>) -> chrono::NaiveDate {
    moment.with_timezone(&chrono_tz::Europe::Amsterdam).date_naive()
}

fn words(days: Option<usize>) -> String {
    match days {
        None => "geen".to_owned(),
        Some(0) => "dezelfde werkdag".to_owned(),
        Some(1) => "1 werkdag".to_owned(),
        Some(days) => format!("{days} werkdagen"),
    }
}

/// The value below which a share of a sorted list lies, counted out by hand.
fn ranked(sorted: &[usize], percent: usize) -> Option<usize> {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

#[test]
fn every_figure_is_what_the_audit_tells() {
    run(|app: TestApp| async move {
        let first = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let third = app.school_by_services("De Esch", "14EF", "esch").await;
        let kurve = app.kurve().await;
        app.advance(TimeDelta::days(2));
        app.issue(kurve, &first).await;
        app.advance(TimeDelta::days(3));
        app.issue(kurve, &other).await;
        claim(&app, &third, &[Step::ConsentGiven]).await;
        let (reason, until) =
            (Reason::parse("Verbouwing").expect("a reason"), amsterdam(app.now() + TimeDelta::days(21)));
        act(&app, kurve, &first, Command::Pause { reason, until }).await;
        app.advance(TimeDelta::days(9));
        act(&app, kurve, &first, Command::Resume).await;
        app.advance(TimeDelta::days(1));
        claim(&app, &first, &[Step::ConsentGiven, Step::QueryExecuted, Step::PasswordSet, Step::PermissionsChecked])
            .await;
        app.advance(TimeDelta::days(4));
        claim(&app, &first, &[Step::AllowlistingRequested, Step::AllowlistingConfirmed]).await;
        app.advance(TimeDelta::days(20));
        let activate = Command::Confirm { step: Step::ActivationConfirmed, ground: Ground::Word };
        act(&app, kurve, &first, activate).await;

        let page = app.staff_as("els@kurve.nl", StaffRole::Reader).await.get("/beheer/inzicht?weken=12").await;

        let mut stories = vec![];
        for school in [&first, &other, &third] {
            stories.push(replay(&app, school).await);
        }
        assert!(stories.iter().map(|story| story.holdings.len()).sum::<usize>() > 8, "{stories:?}");
        for (row, party) in [(0, Party::School), (1, Party::Kurve), (2, Party::Magister)] {
            let holdings = stories.iter().flat_map(|story| &story.holdings).filter(|holding| holding.party == party);
            let mut days: Vec<usize> = holdings.map(|holding| holding.working_days).collect();
            days.sort_unstable();
            let cells = cells(&page, "[data-turn-row]", row);
            assert_eq!(
                cells,
                [days.len().to_string(), words(ranked(&days, 50)), words(ranked(&days, 90))],
                "{party:?}"
            );
        }
        let this_week = week_of(app.now());
        assert_eq!(page.texts("[data-week-row]").len(), 12);
        for row in 0..12 {
            let monday = this_week - TimeDelta::weeks(11 - i64::try_from(row).expect("a small number"));
            let count = |moments: Vec<&DateTime<Utc>>| {
                moments.into_iter().filter(|at| week_of(**at) == monday).count().to_string()
            };
            let asked = count(stories.iter().flat_map(|story| &story.asked).collect());
            let opened = count(stories.iter().flat_map(|story| &story.opened).collect());
            assert_eq!(cells(&page, "[data-week-row]", row), [asked, opened], "the week of {monday}");
        }
        let totals = [stories.iter().map(|story| story.asked.len()).sum::<usize>(), stories[0].opened.len()];
        assert_eq!(totals, [3, 1], "something is counted");
        let yes = |gate: Gate| stories.iter().filter(|story| story.yes.contains(&gate)).count();
        for (row, gate) in Gate::iter().enumerate() {
            let expected = [yes(gate), stories.len() - yes(gate)].map(|count| count.to_string());
            assert_eq!(cells(&page, "[data-gate-row]", row), expected, "{gate:?}");
        }
        let shares: BTreeSet<usize> = Gate::iter().map(yes).collect();
        assert!(shares.len() > 1, "gates that stand apart, or they could be told in any order: {shares:?}");
        app.new_mails().await;
    });
}

#[test]
fn every_bar_is_as_long_as_its_number_in_the_table_says() {
    run(|app: TestApp| async move {
        let kurve = app.kurve().await;
        let first = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.advance(TimeDelta::days(8));
        let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.school_by_services("De Esch", "14EF", "esch").await;
        app.advance(TimeDelta::days(15));
        app.open_import(kurve, &first).await;
        claim(&app, &other, &[Step::ConsentGiven]).await;
        app.advance(TimeDelta::days(30));
        app.issue(kurve, &other).await;

        let page = app.staff_as("els@kurve.nl", StaffRole::Reader).await.get("/beheer/inzicht?weken=12").await;

        let table = |rows: &str, count: usize, column: usize| -> Vec<u64> {
            (0..count).map(|row| number(&cells(&page, rows, row)[column])).collect()
        };
        let drawn = |bars: &str, side: &str| -> Vec<u64> {
            page.attributes(bars, side).iter().map(|text| text.parse().expect("a number")).collect()
        };
        let (yes, no) = (table("[data-gate-row]", 5, 0), table("[data-gate-row]", 5, 1));
        let expected: Vec<u64> = yes.iter().zip(&no).map(|(yes, no)| yes * 1000 / (yes + no)).collect();
        assert_eq!(drawn("[data-chart=gates] .chart__bar rect.is-yes", "width"), expected);
        let (median, ninetieth) = (table("[data-turn-row]", 3, 1), table("[data-turn-row]", 3, 2));
        let longest = *ninetieth.iter().max().expect("three parties");
        assert!(longest > 5, "{ninetieth:?}");
        for (bars, days) in [(".is-yes", &median), (".is-long", &ninetieth)] {
            let expected: Vec<u64> = days.iter().map(|days| days * 1000 / longest).collect();
            assert_eq!(drawn(&format!("[data-chart=turns] .chart__bar rect{bars}"), "width"), expected, "{bars}");
        }
        let (asked, opened) = (table("[data-week-row]", 12, 0), table("[data-week-row]", 12, 1));
        let most = *asked.iter().chain(&opened).max().expect("twelve weeks");
        assert_eq!((most, asked.iter().sum::<u64>(), opened.iter().sum::<u64>()), (2, 3, 1));
        for (bars, counts) in [(".is-asked", &asked), (".is-opened", &opened)] {
            let bars = format!("[data-chart=weeks] rect{bars}");
            let expected: Vec<u64> = counts.iter().map(|count| count * 100 / most).collect();
            assert_eq!(drawn(&bars, "height"), expected, "{bars}");
            let tops: Vec<u64> = expected.iter().map(|high| 100 - high).collect();
            assert_eq!(drawn(&bars, "y"), tops, "every column stands on the line: {bars}");
            let places: Vec<u64> = (0..12).map(|place| place * 1000 / 12).collect();
            assert_eq!(drawn(&bars, "x"), places, "{bars}");
        }
        app.new_mails().await;
    });
}

/// The number in a cell; the words for none and for the same day count as zero.
fn number(said: &str) -> u64 {
    said.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default()
}

fn cells(page: &Page, rows: &str, row: usize) -> Vec<String> {
    page.texts(&format!("{rows}:nth-child({}) td", row + 1))
}

#[test]
fn figures_of_nothing_are_a_page_that_says_so() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;

        let page = staff.get("/beheer/inzicht").await;
        let odd = staff.get("/beheer/inzicht?weken=-3").await;

        assert_eq!((page.status, odd.status), (200, 200));
        assert!(page.has("[data-chart=turns] [data-empty]"));
        assert_eq!(page.texts("[data-week-row]").len(), 26);
    });
}

#[test]
fn an_export_holds_what_the_filter_lets_through_and_no_formula() {
    run(|app: TestApp| async move {
        app.school_by_services("=HYPERLINK(\"http://x\";\"y\")", "12AB", "bonhoeffer").await;
        app.school_by_services("Het Molenveld; locatie Noord", "13CD", "molenveld").await;
        let staff = app.staff().await;

        let all = staff.get("/beheer/scholen/export.csv").await;
        let one = staff.get("/beheer/scholen/export.csv?q=molenveld").await;
        let book = staff.get("/beheer/scholen/export.xlsx").await;

        assert_eq!(all.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(all.header("content-disposition"), "attachment; filename=\"scholen.csv\"");
        let names = |page: &Page| {
            let text = page.body.trim_start_matches('\u{feff}').to_owned();
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
            let rows = reader.records().map(|row| row.expect("a row"));
            rows.map(|row| row.get(0).expect("a name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&all), ["'=HYPERLINK(\"http://x\";\"y\")", "Het Molenveld; locatie Noord"]);
        assert_eq!(names(&one), ["Het Molenveld; locatie Noord"]);
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(book.bytes)).expect("a workbook");
        let sheet = book.worksheet_range("Scholen").expect("the sheet");
        let column: Vec<String> = sheet.rows().map(|row| row[0].to_string()).collect();
        assert_eq!(column, ["School", "=HYPERLINK(\"http://x\";\"y\")", "Het Molenveld; locatie Noord"]);
        assert!(book.worksheet_formula("Scholen").expect("the sheet").is_empty(), "it is a text there");
        app.new_mails().await;
    });
}

#[test]
fn a_colleague_keeps_a_filter_for_themselves() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let other = app.staff_as("els@kurve.nl", StaffRole::Reader).await;
        let list = staff.get("/beheer/scholen?holder=magister&q=Sint%20%26%20co").await;
        let form = "form[data-form=save_view]";

        let wrong = list.submit(&staff, form, &[("name", "   ")]).await;
        let kept = wrong.submit(&staff, form, &[("name", "Wacht op Magister")]).await;
        let again = list.submit(&staff, form, &[("name", "Wacht op Magister")]).await;

        assert_eq!((wrong.status, kept.status, again.status), (422, 303, 303));
        assert!(wrong.has("[data-error-for=name]") && wrong.text("title").starts_with("Fout: "));
        assert_eq!(wrong.attributes("input[name=q]", "value")[0], "Sint & co");
        let page = staff.get("/beheer/scholen").await;
        assert_eq!(page.texts("[data-view]"), ["Wacht op Magister"]);
        assert_eq!(page.attributes("[data-view]", "href"), ["/beheer/scholen?q=Sint%20%26%20co&holder=magister"]);
        assert!(!other.get("/beheer/scholen").await.has("[data-view]"));

        let gone = page.submit(&staff, "form[data-form=delete_view]", &[]).await;
        let twice = page.submit(&staff, "form[data-form=delete_view]", &[]).await;

        assert_eq!((gone.status, twice.status), (303, 303));
        assert!(!staff.get("/beheer/scholen").await.has("[data-view]"));
    });
}

#[test]
fn another_colleagues_filter_cannot_be_forgotten() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let other = app.staff_as("els@kurve.nl", StaffRole::Reader).await;
        let own = staff.get("/beheer/scholen?holder=kurve").await;
        own.submit(&staff, "form[data-form=save_view]", &[("name", "Van Eva")]).await;
        let (action, _) = staff.get("/beheer/scholen").await.form("form[data-form=delete_view]");
        let (_, fields) = other.get("/beheer/scholen?holder=kurve").await.form("form[data-form=save_view]");

        other.post(&action, &fields).await;

        assert_eq!(staff.get("/beheer/scholen").await.texts("[data-view]"), ["Van Eva"]);
    });
}
