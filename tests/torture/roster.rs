//! A spreadsheet of schools, as one more run that killed processes go on with: each row is carried out once, and each
//! contact hears of it once.

use koppelklaar::app::App;
use koppelklaar::domain::bulk::BulkOutcome;
use koppelklaar::domain::ids::BulkRunId;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::roster::{FileName, MailChoice, Sheet};
use koppelklaar::domain::text::SchoolDomain;
use koppelklaar::services::{Call, bulk, roster};
use koppelklaar::store::onboarding::{connections, schools};
use koppelklaar::store::operations::bulk_items::Which;

use super::stage::Stage;

/// How many rows it has, each of a school with a Magister and a contact of its own.
const ROWS: usize = 40;

/// Begins to carry out a file.
pub(crate) async fn begin(app: &App, kurve: &Call) -> BulkRunId {
    let mut text = "School;BRIN;Domein;Regio;Contact;E-mail;Rol;Stand\n".to_owned();
    for number in 0..ROWS {
        let letters =
            [number / 26, number % 26].map(|letter| char::from(b'A' + u8::try_from(letter).expect("a letter")));
        let stand = if number % 2 == 0 { "consent gegeven" } else { "" };
        text += &format!(
            "De Zon {number};98{}{};zon{number};Zuid;Els van Dam;els@zon{number}.example;superbeheerder;{stand}\n",
            letters[0], letters[1],
        );
    }
    let sheet = Sheet::read(text.as_bytes()).expect("a list of schools");
    let list =
        roster::lists::bring(&app.context, kurve, FileName::of("delta.csv"), sheet).await.expect("a colleague may");
    roster::run::start(&app.context, kurve, list, MailChoice::One).await.expect("it is theirs")
}

/// Checks that each row was carried out once, and none beside them.
pub(crate) async fn judge(stage: &Stage, run: BulkRunId) {
    let context = &stage.app.context;
    let known = bulk::find(context, run).await.expect("it is there");
    assert!(known.finished_at.is_some() && known.done == known.total, "{known:?}");
    let page = bulk::list_items(context, run, Which::All, 0).await.expect("the store answers");
    assert_eq!(page.rows.len(), ROWS);
    let mut mails = stage.mails().await;
    mails.retain(|mail| mail.kind == MailKind::Welcome);
    let mut made = 0;
    for item in &page.rows {
        match item.result.as_ref().expect("it is over").outcome {
            BulkOutcome::Done => made += 1,
            // Three processes in a row were killed at it.
            BulkOutcome::Failed => assert_eq!(item.tries, 3, "{}", item.label),
            other => panic!("{}: {other:?}", item.label),
        }
    }
    let mut found = 0;
    for number in 0..ROWS {
        let domain = SchoolDomain::parse(&format!("zon{number}")).expect("a domain");
        let here = connections::find_by_domain(context.db.reader(), &domain).await.expect("the store answers");
        let Some(here) = here else { continue };
        found += 1;
        let schools = schools::list(context.db.reader(), here.id).await.expect("the store answers");
        let told = mails.iter().filter(|mail| mail.connection == Some(here.id)).count();
        assert_eq!((schools.len(), told), (1, 1), "{domain}");
    }
    assert_eq!(found, made, "what a row says is what there is");
    assert!(made + 3 > ROWS, "{made}");
}
