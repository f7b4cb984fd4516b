//! The whole story in the browser: a school and a colleague of Kurve, from the request to "import gedaan".

use crate::support::{Browser, Mailbox, Scripts, run};

const SCHOOL: &str = "College De Nieuwe Brug";
const CONTACT: &str = "anna@nieuwebrug.example";

#[test]
fn a_school_and_kurve_come_to_an_import_that_is_done() {
    run(|stage| {
        let (school, kurve) = (stage.browser(), stage.browser());
        tell(&school, &kurve, Scripts::On);
    });
}

#[test]
fn a_school_and_kurve_come_to_an_import_that_is_done_without_scripts() {
    run(|stage| {
        let (school, kurve) = (stage.browser_without_scripts(), stage.browser_without_scripts());
        tell(&school, &kurve, Scripts::Off);
    });
}

fn tell(school: &Browser, kurve: &Browser, scripts: Scripts) {
    let mut mailbox = Mailbox::of(CONTACT);
    request(school);
    mailbox.follow(school, "/aanmelden/bevestig/");
    school.press("[data-action=confirm]");
    assert!(school.path().starts_with("/school/"), "who confirms in the same browser is signed in: {}", school.path());
    assert!(school.has("[data-verdict=closed]"));

    sign_in_as_kurve(kurve);
    issue(kurve);

    mailbox.follow(school, &school.at_school("/stap/query_executed"));
    download_query(school);
    claim(school, "query_executed");
    claim(school, "consent_given");
    set_password(school, scripts);
    mailbox.open(school, &school.at_school("/stap/password_set"));
    claim(school, "permissions_checked");
    claim(school, "allowlisting_requested");
    school.open(&school.at_school("/stap/allowlisting_confirmed"));
    school.unfold("#gedaan details");
    school.fill("[name=ticket]", "M-2026-17");
    school.press("[data-action=claim]");
    school.open("/school");
    assert!(school.has("[data-verdict=closed]"), "Kurve has not activated yet");

    kurve.open("/beheer");
    let row = row_of_school("activation_confirmed");
    kurve.press_found(&format!("{row}//button[@data-action='confirm']"));
    kurve.find("[data-flash] [data-action=undo]");

    // The mail waits two minutes, so that a slip can be undone.
    school.open("/school");
    assert!(school.has("[data-verdict=open]"));
    school.press("[data-action=import-reported]");
    school.find("[data-lifecycle=completed]");
}

fn request(school: &Browser) {
    school.open("/");
    school.press("main [data-action=register]");
    let fields = [
        ("school_name", SCHOOL),
        ("brin", "98 zz"),
        ("domain", "https://nieuwebrug.swp.nl/"),
        ("name", "Anna de Wit"),
        ("email", CONTACT),
    ];
    for (name, value) in fields {
        school.fill(&format!("[name={name}]"), value);
    }
    school.click("[name=region][value=midden]");
    school.click("[name=role][value=superbeheerder]");
    school.press("main form [data-action=register]");
    assert_eq!(school.path(), "/aanmelden/verstuurd");
}

fn sign_in_as_kurve(kurve: &Browser) {
    kurve.sign_in_as_staff("eva@kurve.example");
    assert_eq!(kurve.path(), "/beheer");
}

/// From the work list to the school, where Kurve vouches for the contact and issues.
fn issue(kurve: &Browser) {
    kurve.press_found(&format!("{}//th//a", row_of_school("credentials_issued")));
    kurve.click("[data-form=issue] [name=contact] option:not([value=''])");
    kurve.fill("[data-form=issue] [name=ground]", "Gebeld via het algemene nummer van de school.");
    kurve.press("[data-form=issue] [data-action=issue]");
    kurve.find("[data-credentials='1']");
}

fn row_of_school(step: &str) -> String {
    format!("//tr[@data-work='{step}'][th/a[normalize-space()='{SCHOOL}']]")
}

fn download_query(school: &Browser) {
    school.click("[data-action=download]");
    let file = school.until(|| {
        let files = std::fs::read_dir(&school.downloads).ok()?;
        let mut paths = files.filter_map(Result::ok).map(|file| file.path());
        // While it comes in, it has another name.
        paths.find(|path| path.extension().is_some_and(|ending| ending == "sql"))
    });
    let text = std::fs::read_to_string(file.expect("the query is downloaded")).expect("the query is a text");
    assert!(text.contains("98ZZ") && text.contains("nieuwebrug"), "{text}");
}

/// Looks at the password, and says on that page that it stands in Magister.
fn set_password(school: &Browser, scripts: Scripts) {
    school.open(&school.at_school("/stap/password_set"));
    school.press("[data-action=reveal]");
    let password = school.text("[data-secret]");
    assert_eq!(password.len(), 28, "copied as it is shown, it has no white space");
    // The copy button is what scripts add: without it, they are really off.
    assert_eq!(school.has(".copy-row button"), scripts == Scripts::On);
    school.press("[data-action=claim]");
}

fn claim(school: &Browser, step: &str) {
    school.open(&school.at_school(&format!("/stap/{step}")));
    school.press("[data-action=claim]");
}
