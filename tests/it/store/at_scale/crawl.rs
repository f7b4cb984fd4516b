//! Every page that one comes to from a page, by its links and its filters: one of each kind.

use std::collections::{BTreeMap, VecDeque};

use koppelklaar::links;
use scraper::{Html, Selector};

use super::notes::Notes;
use crate::support::{Page, Visitor};

/// More kinds of pages than there are.
const MOST: usize = 700;

/// Fields in which any text may stand.
const FREE: [&str; 8] = ["q", "na", "id", "voor", "school", "van", "begin", "eind"];

/// What is typed where any text may stand, as a search: a part of many names, and of few.
const TYPED: [&str; 2] = ["college", "12AB"];

/// Opens pages from some on; returns what was opened, by kind. `is_inside` says which paths are followed.
pub(super) async fn crawl(visitor: &Visitor, notes: &Notes, starts: &[String]) -> Vec<String> {
    let mut waiting: VecDeque<String> = starts.iter().cloned().collect();
    let mut opened = BTreeMap::new();
    while let Some(path) = waiting.pop_front() {
        let kind = kind_of(&path);
        if opened.contains_key(&kind) || is_left_out(&path) {
            continue;
        }
        assert!(opened.len() < MOST, "{:#?}", opened.keys());
        notes.begin(&format!("GET {kind}"));
        let page = visitor.get(&path).await;
        assert!(page.status < 400, "{path}: {}\n{}", page.status, page.body);
        opened.insert(kind, path);
        if page.status == 303 {
            waiting.push_back(page.location().to_owned());
        }
        waiting.extend(leads_to(&page));
    }
    opened.into_values().collect()
}

/// What never ends by itself, what is no page, and the way out.
fn is_left_out(path: &str) -> bool {
    path.ends_with("/voortgang") || path.starts_with("/assets/") || !path.starts_with('/') || path.starts_with("//")
}

/// Where the links of a page lead, and what its filters ask.
fn leads_to(page: &Page) -> Vec<String> {
    let html = Html::parse_document(&page.body);
    let select = |text: &str| Selector::parse(text).expect("a selector");
    let attribute = |selector: &str, name: &str| -> Vec<String> {
        let selector = select(selector);
        let found = html.select(&selector).filter_map(|element| element.value().attr(name));
        found.map(str::to_owned).collect()
    };
    let own = page.path.split('?').next().unwrap_or_default();
    let links = [attribute("a[href]", "href"), attribute("iframe[src]", "src")].concat();
    let mut all: Vec<String> = links.iter().map(|href| without_fragment(href, own)).collect();
    for form in html.select(&select("form[method=get]")) {
        let to = form.value().attr("action").unwrap_or(own);
        let mut ask = |name: &str, value: &str| {
            if !name.is_empty() && !value.is_empty() {
                all.push(links::with_query(to, &links::query([(name, value)])));
            }
        };
        for field in form.select(&select("select[name]")) {
            let name = field.value().attr("name").unwrap_or_default();
            for option in field.select(&select("option")) {
                ask(name, option.value().attr("value").unwrap_or_default());
            }
        }
        for field in form.select(&select("input[name]")) {
            let name = field.value().attr("name").unwrap_or_default();
            for typed in TYPED {
                ask(name, typed);
            }
        }
    }
    all
}

fn without_fragment(href: &str, own: &str) -> String {
    match href.split('#').next().unwrap_or_default() {
        "" => own.to_owned(),
        query if query.starts_with('?') => format!("{own}{query}"),
        path => path.to_owned(),
    }
}

/// What kind of page a path is of: one id is as good as another, and so is one text.
pub(super) fn kind_of(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let part = |part: &str| if part.parse::<uuid::Uuid>().is_ok() { "{id}".to_owned() } else { part.to_owned() };
    let path: Vec<String> = path.split('/').map(part).collect();
    let mut fields = vec![];
    for (name, value) in url_fields(query) {
        match value.as_str() {
            "" => {}
            _ if FREE.contains(&name.as_str()) => fields.push(format!("{name}=…")),
            _ => fields.push(format!("{name}={value}")),
        }
    }
    fields.sort();
    format!("{}{}{}", path.join("/"), if fields.is_empty() { "" } else { "?" }, fields.join("&"))
}

fn url_fields(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
