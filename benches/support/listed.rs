//! The pages that are measured, by name.

use hyper::header;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::links;

use crate::browser::{Browser, attributes};
use crate::client::Ask;
use crate::scene::Scene;

/// One page, change or download.
pub(crate) struct Listed {
    pub(crate) name: String,
    /// What is asked, in turn.
    pub(crate) asks: Vec<Ask>,
    pub(crate) sort: Sort,
}

/// How it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// By several clients at once, beside the bare stack.
    Page,
    /// By one client: two at once would stand in each other's way.
    Change,
    /// By one client, a few times.
    Download,
}

/// Who looks: signed in.
pub(crate) struct People {
    pub(crate) kurve: Browser,
    pub(crate) young: (Browser, String),
    pub(crate) old: (Browser, String),
}

/// Every page, with the filters and choices that the pages themselves offer.
pub(crate) async fn list(scene: &Scene, people: &mut People) -> Result<Vec<Listed>, String> {
    let mut all = vec![];
    let schools = people.kurve.get(links::STAFF_SCHOOLS).await?.text();
    let connections = people.kurve.get(links::STAFF_CONNECTIONS).await?.text();
    let mails = people.kurve.get(links::STAFF_MAILS).await?.text();
    let worklist = people.kurve.get(links::STAFF).await?.text();
    let kurve = &people.kurve;
    let page = |name: &str, path: &str| Listed {
        name: name.to_owned(),
        asks: vec![kurve.ask(Ask::get(path))],
        sort: Sort::Page,
    };
    let next = |html: &str| attributes(html, "a[data-next]", "href").pop();
    all.push(page("worklist", links::STAFF));
    all.extend(next(&worklist).map(|path| page("worklist, second page", &path)));
    for (kind, path) in
        attributes(&worklist, "a[data-chip]", "data-chip").iter().zip(attributes(&worklist, "a[data-chip]", "href"))
    {
        all.push(page(&format!("worklist, {kind}"), &path));
    }
    let path = links::with_query(links::STAFF, &links::query([("q", "wilg")]));
    all.push(page("worklist, search \"wilg\"", &path));
    all.push(page("schools, first page", links::STAFF_SCHOOLS));
    all.extend(next(&schools).map(|path| page("schools, middle page", &in_the_middle(&path, scene))));
    for name in ["gate", "holder", "state"] {
        for value in choices(&schools, name) {
            let path = links::with_query(links::STAFF_SCHOOLS, &links::query([(name, &*value)]));
            all.push(page(&format!("schools, {name} {value}"), &path));
        }
    }
    let brin = scene.middle.brin.clone();
    for text in ["wilg", "noord riv", &brin] {
        let path = links::with_query(links::STAFF_SCHOOLS, &links::query([("q", text)]));
        all.push(page(&format!("schools, search \"{}\"", if text == brin { "a BRIN" } else { text }), &path));
    }
    all.push(page("connections, first page", links::STAFF_CONNECTIONS));
    all.extend(next(&connections).map(|path| page("connections, second page", &path)));
    for value in choices(&connections, "uitkomst").into_iter().take(6) {
        let path = links::with_query(links::STAFF_CONNECTIONS, &links::query([("uitkomst", &*value)]));
        all.push(page(&format!("connections, {value}"), &path));
    }
    all.push(page("insight", links::STAFF_INSIGHT));
    all.push(page("mails, first page", links::STAFF_MAILS));
    all.extend(next(&mails).map(|path| page("mails, second page", &path)));
    for status in ["waiting", "failed", "sent"] {
        let path = links::with_query(links::STAFF_MAILS, &links::query([("stand", status)]));
        all.push(page(&format!("mails, {status}"), &path));
    }
    let one = scene.one();
    all.push(page("one school, Kurve", &one));
    all.push(page("its checks, Kurve", &format!("{one}/verbinding")));
    all.extend(portal(people));
    let gate = links::fill(links::API_IMPORT_GATE, &[&brin]);
    let ask = |key: &String| Ask::get(&gate).with(&header::AUTHORIZATION, format!("Bearer {key}"));
    all.push(Listed { name: "verdict API".to_owned(), asks: scene.keys.iter().map(ask).collect(), sort: Sort::Page });
    for (name, path) in [("export CSV", links::STAFF_SCHOOLS_CSV), ("export Excel", links::STAFF_SCHOOLS_XLSX)] {
        let asks = vec![people.kurve.ask(Ask::get(path))];
        all.push(Listed { name: name.to_owned(), asks, sort: Sort::Download });
    }
    Ok(all)
}

/// The pages of contacts, and what they press.
fn portal(people: &People) -> Vec<Listed> {
    let page = |name: &str, (browser, home): &(Browser, String), rest: &str| Listed {
        name: name.to_owned(),
        asks: vec![browser.ask(Ask::get(&format!("{home}{rest}")))],
        sort: Sort::Page,
    };
    let step = format!("/stap/{}", Step::QueryExecuted.as_str());
    let consent = format!("/stap/{}", Step::ConsentGiven.as_str());
    let (browser, home) = &people.young;
    let press = |what: &str| browser.form(&format!("{home}{consent}/{what}"), &[]);
    vec![
        page("a school's own page", &people.young, ""),
        page("a school's own page, long history", &people.old, ""),
        page("a step's page", &people.young, &step),
        page("a step's page, long history", &people.old, &step),
        page("a school's colleagues", &people.young, "/collegas"),
        Listed {
            name: "a claim, and taking it back".to_owned(),
            asks: vec![press("gedaan"), press("toch-niet")],
            sort: Sort::Change,
        },
    ]
}

/// The values that a page offers for a field, but for none.
fn choices(html: &str, name: &str) -> Vec<String> {
    let values = attributes(html, &format!("select[name={name}] option"), "value");
    values.into_iter().filter(|value| !value.is_empty()).collect()
}

/// The link to the next page, with the place of another school.
fn in_the_middle(next: &str, scene: &Scene) -> String {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let mut anew = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "na" => anew.append_pair("na", &scene.middle.name),
            "id" => anew.append_pair("id", &scene.middle.id.to_string()),
            _ => anew.append_pair(&name, &value),
        };
    }
    format!("{path}?{}", anew.finish())
}
