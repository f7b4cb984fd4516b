//! Schools that wait to begin (`KOPPELKLAAR_NEW_SCHOOLS=review`): until Kurve decides, whoever asks learns nothing of what is here.

mod decided;
mod kept;
mod races;

use koppelklaar::domain::ids::RegistrationId;
use koppelklaar::domain::new_schools::NewSchools;
use koppelklaar::links;
use koppelklaar::services::people::beginnings::{self, Beginning};
use koppelklaar::services::people::registrations;
use koppelklaar::services::{AnonymousCall, Context};

use crate::support::post::Mail;
use crate::support::{Page, TestApp, Visitor, on_each_database};

/// Runs a test where new schools wait for Kurve, once on each kind of database.
pub(crate) fn run_reviewing<F: Future<Output = ()>>(test: impl Fn(TestApp) -> F) {
    on_each_database(async |kind| {
        let review = |context| Context { new_schools: NewSchools::Review, ..context };
        let app = TestApp::start_set(kind, review).await;
        Box::pin(test(app.clone())).await;
        app.finish().await;
    });
}

/// What somebody fills in; those of a test are as long as each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed {
    pub(crate) school: &'static str,
    pub(crate) brin: &'static str,
    pub(crate) label: &'static str,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
}

/// Of a school that is not here, nor its Magister.
pub(crate) const UNKNOWN: Typed =
    Typed { school: "De Oever", brin: "15GH", label: "oeverlanden", name: "Olaf Berg", email: "olaf@elders.example" };

/// Of a school that is here, elsewhere.
const KNOWN_BRIN: Typed =
    Typed { school: "De Haven", brin: "17AB", label: "havenmonden", name: "Hans Berk", email: "hans@elders.example" };

/// Of a Magister that is here, another school.
const KNOWN_DOMAIN: Typed =
    Typed { school: "De Brink", brin: "13CD", label: "bonhoeffers", name: "Britt Bol", email: "brit@elders.example" };

/// A school that is here.
async fn known(app: &TestApp) {
    let token = app.ask_for_school("Bonhoeffer College", "17AB", "bonhoeffers", "anna@bonhoeffer.example").await;
    let start = Context { new_schools: NewSchools::Start, ..app.context().clone() };
    let call = AnonymousCall::new(app.now(), "test");
    registrations::confirm(&start, call, &token, None).await.expect("it begins at once");
    app.new_mails().await;
}

/// Sends the form, and returns the mail that asks to confirm the address.
async fn request(app: &TestApp, visitor: &Visitor, typed: Typed) -> (Page, Mail) {
    let page = visitor.get(links::REGISTER).await;
    let fields = [
        ("school_name", typed.school),
        ("brin", typed.brin),
        ("domain", typed.label),
        ("region", "noord"),
        ("name", typed.name),
        ("email", typed.email),
        ("role", "superbeheerder"),
    ];
    let sent = page.submit(visitor, "main form", &fields).await;
    (sent, app.only_mail_to(typed.email).await)
}

/// Asks and confirms; returns the answer and the mails that follow.
pub(crate) async fn asked(app: &TestApp, typed: Typed) -> (Page, Vec<Mail>) {
    let visitor = app.anonymous();
    let (_, mail) = request(app, &visitor, typed).await;
    let confirm = visitor.get(&mail.path_of("/aanmelden/bevestig/")).await;
    let answer = confirm.submit(&visitor, "main form", &[]).await;
    (answer, app.new_mails().await)
}

/// What waits.
pub(crate) async fn waiting(app: &TestApp) -> Vec<Beginning> {
    beginnings::list(app.context()).await.expect("the store answers")
}

/// The request of what somebody filled in, which waits.
pub(crate) async fn waiting_of(app: &TestApp, typed: Typed) -> RegistrationId {
    let all = waiting(app).await;
    let found = all.iter().find(|one| one.form.details.name.as_str() == typed.school);
    found.unwrap_or_else(|| panic!("{typed:?} does not wait")).id
}

/// The page of the only school that waits, from its row of the worklist.
pub(crate) async fn opened(staff: &Visitor) -> Page {
    let list = staff.get(links::STAFF).await;
    let href = list.attributes("[data-kind=begin] .work__do a", "href");
    assert_eq!(href.len(), 1, "{}", list.body);
    staff.get(&href[0]).await
}

/// Everything that somebody sees of an answer, without what they typed and without what is drawn by chance.
fn seen(page: &Page, typed: Typed) -> String {
    let mut headers: Vec<String> = page
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| {
            let value = value.to_str().expect("plain ASCII");
            match (name.as_str(), value.split_once('='), value.split_once(';')) {
                ("set-cookie", Some((cookie, _)), Some((_, rest))) => format!("{name}: {cookie}=*;{rest}"),
                _ => format!("{name}: {value}"),
            }
        })
        .collect();
    headers.sort();
    let mut text = format!("{} {}\n{}\n\n{}", page.status, page.path, headers.join("\n"), page.body);
    for csrf in page.attributes("input[name=csrf]", "value") {
        text = text.replace(&csrf, "<csrf>");
    }
    without(&text, typed)
}

fn without(text: &str, typed: Typed) -> String {
    let mut text = text.to_owned();
    for (what, value) in [
        ("<school>", typed.school),
        ("<brin>", typed.brin),
        ("<label>", typed.label),
        ("<name>", typed.name),
        ("<email>", typed.email),
    ] {
        text = text.replace(value, what);
    }
    // The token of the link.
    let Some((before, rest)) = text.split_once("/aanmelden/bevestig/") else { return text };
    let token: String = rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || "-_".contains(*sign)).collect();
    assert!(!token.is_empty(), "{before}");
    text.replace(&token, "<token>")
}

fn read(mail: &Mail, typed: Typed) -> String {
    without(&format!("{}\n{:?}\n{}", mail.subject, mail.reply_to, mail.text), typed)
}

/// Everything that somebody meets who asks, confirms, presses again, and tries to come in.
async fn walk(app: &TestApp, typed: Typed) -> Vec<String> {
    let visitor = app.anonymous();
    let (sent, mail) = request(app, &visitor, typed).await;
    let mut all = vec![seen(&sent, typed), read(&mail, typed)];
    all.push(seen(&visitor.get(links::REGISTER_SENT).await, typed));
    let path = mail.path_of("/aanmelden/bevestig/");
    let confirm = visitor.get(&path).await;
    all.push(seen(&confirm, typed));
    for _ in 0..2 {
        all.push(seen(&confirm.submit(&visitor, "main form", &[]).await, typed));
    }
    all.push(seen(&visitor.get(&path).await, typed));
    let token = path.rsplit('/').next().expect("a token");
    all.push(seen(&visitor.get(&links::REGISTER_CHANGE.replace("{token}", token)).await, typed));
    for page in [links::SCHOOLS, links::REGISTER, links::SIGN_IN] {
        all.push(seen(&visitor.get(page).await, typed));
    }
    let form = visitor.get(links::SIGN_IN).await;
    let asked = form.submit(&visitor, "main form", &[("email", typed.email)]).await;
    all.push(seen(&asked, typed));
    all.push(seen(&visitor.follow(&asked).await, typed));
    // The same form once more, from another browser.
    let (again, mail) = request(app, &app.anonymous(), typed).await;
    all.extend([seen(&again, typed), read(&mail, typed)]);
    let to_them = app.new_mails().await.into_iter().filter(|mail| mail.to == typed.email);
    all.extend(to_them.map(|mail| read(&mail, typed)));
    all
}

#[test]
fn whoever_asks_meets_the_same_for_a_known_brin_a_known_domain_and_an_unknown_school_until_kurve_decided() {
    run_reviewing(|app: TestApp| async move {
        known(&app).await;

        let of_brin = walk(&app, KNOWN_BRIN).await;
        let of_domain = walk(&app, KNOWN_DOMAIN).await;
        let of_none = walk(&app, UNKNOWN).await;

        assert_eq!(of_brin.len(), of_none.len());
        for ((brin, domain), none) in of_brin.iter().zip(&of_domain).zip(&of_none) {
            assert_eq!(brin, none);
            assert_eq!(domain, none);
        }
        assert!(of_none.iter().any(|seen| seen.contains("Je aanmelding is bij Kurve")), "{of_none:?}");
        assert!(of_none.iter().all(|seen| !seen.contains("meteen ingelogd")), "nobody comes in at once");
        // It is so that they are known and unknown.
        let names: Vec<String> = waiting(&app).await.iter().map(|one| one.form.details.name.to_string()).collect();
        assert_eq!(names, [UNKNOWN.school]);
        let staff = app.staff().await;
        let list = staff.get(links::STAFF).await;
        assert_eq!(list.texts("[data-kind=join]").len(), 2, "{}", list.body);
        app.new_mails().await;
    });
}

#[test]
fn kurve_is_told_by_a_mail_that_an_answer_of_goes_to_who_asks() {
    run_reviewing(|app: TestApp| async move {
        let (answer, mails) = asked(&app, UNKNOWN).await;

        assert!(answer.has("h1[data-state=asked]"), "{}", answer.body);
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["support@kurve.nl"], "who asks is told nothing yet");
        assert_eq!(mails[0].reply_to.as_deref(), Some(UNKNOWN.email));
        for fact in [UNKNOWN.school, UNKNOWN.brin, "https://oeverlanden.swp.nl", UNKNOWN.name, UNKNOWN.email] {
            assert!(mails[0].text.contains(fact), "{fact} is not in\n{}", mails[0].text);
        }
        let staff = app.staff().await;
        let page = staff.get(&mails[0].path_of("/beheer/aanmeldingen/")).await;
        assert_eq!((page.status, page.text("h1")), (200, UNKNOWN.school.to_owned()));
        app.new_mails().await;
    });
}
