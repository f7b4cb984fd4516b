//! A search that finds more than are counted: it names no school, and each list walks its own order.

use std::collections::BTreeSet;

use koppelklaar::demo::fleet::{self, Order};
use koppelklaar::domain::onboarding::Party;
use koppelklaar::services::onboarding::schools::{self, Listed};
use koppelklaar::services::onboarding::worklist::{Wanted, Worklist};
use koppelklaar::store::onboarding::school_list::Filter;

use crate::support::{TestApp, run};

/// So many that over a thousand of them have one of the commonest words in their names.
const SCHOOLS: u32 = 3_000;

const WORD: &str = "college";

/// All that a filter finds, page by page, and what is said of how many they are.
async fn walk(app: &TestApp, filter: &Filter) -> (Vec<(String, String)>, Vec<Option<u64>>) {
    let (mut rows, mut counts, mut after) = (vec![], vec![], None);
    loop {
        let Listed { page, count } = schools::list(app.context(), filter, after.as_ref()).await.expect("a page");
        counts.push(count);
        rows.extend(page.rows.into_iter().map(|row| (row.brin, row.connection_name)));
        after = page.next;
        if after.is_none() {
            return (rows, counts);
        }
    }
}

#[test]
fn a_search_that_finds_more_than_are_counted_shows_each_of_them_once_and_in_order() {
    run(|app: TestApp| async move {
        let (context, kurve, now) = (app.context(), app.kurve().await, app.now());
        fleet::fill(context, Order { schools: SCHOOLS, kurve, now }, |_| ()).await.expect("they are made");
        let search = schools::read_search(context, WORD);
        let of_kurve = Filter { holder: Some(Party::Kurve), ..Filter::default() };

        for chosen in [Filter::default(), of_kurve] {
            let (all, _) = walk(&app, &chosen).await;
            let (found, counts) = walk(&app, &Filter { search: search.clone(), ..chosen.clone() }).await;

            let names = names(&app).await;
            let wanted: Vec<&(String, String)> = all.iter().filter(|(brin, _)| names.contains(brin)).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
            let said = if chosen == Filter::default() { 1001 } else { found.len() as u64 };
            assert!(counts.iter().all(|count| *count == Some(said)), "{counts:?}");
        }
        let worklist = Worklist::at(context, now).await.expect("the service answers");
        let every = worklist.list_all(&Wanted::default(), usize::MAX).await.expect("the service answers");
        let found = worklist.list_all(&Wanted { search, ..Wanted::default() }, usize::MAX).await;
        let found: Vec<String> = found.expect("the service answers").into_iter().map(|item| item.key).collect();
        let theirs = connections(&app).await;
        let wanted = every.iter().filter(|item| item.connection.is_some_and(|id| theirs.contains(&id.to_string())));
        assert_eq!(found, wanted.map(|item| item.key.clone()).collect::<Vec<_>>());
        assert!(found.len() > 100, "many wait on Kurve");
    });
}

/// The BRINs of the schools with the word, by a look at each of them.
async fn names(app: &TestApp) -> BTreeSet<String> {
    read(app, "brin").await
}

/// The connections of those schools.
async fn connections(app: &TestApp) -> BTreeSet<String> {
    let column = if app.database.is_postgres() {
        "CAST(connection_id AS text)"
    } else {
        "lower(substr(hex(connection_id), 1, 8) || '-' || substr(hex(connection_id), 9, 4) || '-' || \
         substr(hex(connection_id), 13, 4) || '-' || substr(hex(connection_id), 17, 4) || '-' || \
         substr(hex(connection_id), 21))"
    };
    read(app, column).await
}

async fn read(app: &TestApp, column: &str) -> BTreeSet<String> {
    let sql = format!("SELECT {column} FROM school_summary WHERE search_text LIKE '%{WORD}%'");
    crate::support::database::texts(&app.database.url, &sql).await.into_iter().collect()
}
