//! A request that was let in and activated in one press, and undone.

use koppelklaar::domain::import_gate::open_schools;

use crate::joins::{baken_asks, brins, file};
use crate::journey::Table;
use crate::support::{TestApp, run};

/// Kurve lets a school in with the tick to activate it, and undoes that before the mails left or after.
async fn accepts_and_undoes(app: &TestApp, is_late: bool) {
    let table = Table::set(app).await;
    table.open_import().await;
    app.new_mails().await;
    baken_asks(app).await;
    let before = open_schools(&file(app, &table.school).await.state);

    let done = table.kurve("", "accept", &[("activate", "ja")]).await;
    let page = table.staff.follow(&done).await;
    let opened = open_schools(&file(app, &table.school).await.state);
    if is_late {
        table.staff.let_stand();
    }
    let early = app.new_mails().await;
    let undone = page.submit(&table.staff, "[data-flash] form", &[]).await;
    let told = app.new_mails().await;

    assert!(page.text("[data-flash]").contains("haalt alleen het activeren terug"), "{}", page.body);
    assert_eq!((before.len(), opened.len(), undone.status), (1, 2, 303), "{}", undone.body);
    let after = file(app, &table.school).await;
    assert_eq!(open_schools(&after.state), before);
    assert_eq!(brins(&after).len(), 2, "it is here all the same");
    let said = |words: &str| early.iter().chain(&told).filter(|mail| mail.text.contains(words)).count();
    assert_eq!(said("Je bent nu contactpersoon"), 1);
    assert_eq!(said("Jullie school kan al importeren"), usize::from(is_late));
    assert_eq!(told.iter().any(|mail| mail.subject.contains("Importe")), is_late);
}

#[test]
fn activating_along_with_letting_in_is_undone_before_who_asked_reads_that_the_import_is_open() {
    run(|app: TestApp| async move { accepts_and_undoes(&app, false).await });
}

#[test]
fn once_who_asked_read_that_the_import_is_open_undoing_it_is_told() {
    run(|app: TestApp| async move { accepts_and_undoes(&app, true).await });
}
