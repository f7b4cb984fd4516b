//! A page as a visitor sees it: read by selector, and its forms sent with what they hold.

use axum::http::HeaderMap;
use scraper::{Html, Selector};

use super::visitor::Visitor;

/// An answer to a visitor.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The body as it came, where it is no text.
    pub(crate) bytes: Vec<u8>,
    /// What somebody typed into its forms.
    pub(crate) typed: Vec<(String, String)>,
}

impl Page {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// A header, empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The text of every element that matches, white space folded.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let selector = parse(selector);
        html.select(&selector).map(|element| fold(&element.text().collect::<String>())).collect()
    }

    /// The text of the only element that matches.
    pub(crate) fn text(&self, selector: &str) -> String {
        let mut texts = self.texts(selector);
        assert_eq!(texts.len(), 1, "{selector} on {} ({}): {texts:?}\n{}", self.path, self.status, self.body);
        texts.remove(0)
    }

    /// Whether anything matches.
    pub(crate) fn has(&self, selector: &str) -> bool {
        !self.texts(selector).is_empty()
    }

    /// An attribute of every element that matches and has it.
    pub(crate) fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&parse(selector)).filter_map(|element| element.value().attr(name)).map(str::to_owned).collect()
    }

    /// Sends the first form that matches: what it holds, with these fields filled in.
    pub(crate) async fn submit(&self, visitor: &Visitor, form: &str, fields: &[(&str, &str)]) -> Page {
        let (action, mut values) = self.form(form);
        for (name, value) in fields {
            values.retain(|(known, _)| known != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }
        visitor.post(&action, &values).await
    }

    /// The page with something typed into a field of its forms.
    pub(crate) fn with_field(&self, name: &str, value: &str) -> Self {
        let mut page = self.clone();
        page.typed.push((name.to_owned(), value.to_owned()));
        page
    }

    /// Where a form goes and what it holds.
    pub(crate) fn form(&self, form: &str) -> (String, Vec<(String, String)>) {
        let html = Html::parse_document(&self.body);
        let found = html
            .select(&parse(form))
            .find(|form| form.value().attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")));
        let found =
            found.unwrap_or_else(|| panic!("no form {form} on {} ({}):\n{}", self.path, self.status, self.body));
        let action = found.value().attr("action").unwrap_or(&self.path).to_owned();
        let mut values = vec![];
        for input in found.select(&parse("input[name], textarea[name], select[name]")) {
            let element = input.value();
            let name = element.attr("name").expect("selected by it").to_owned();
            let is_choice = matches!(element.attr("type"), Some("radio" | "checkbox"));
            if is_choice && element.attr("checked").is_none() {
                continue;
            }
            let value = match element.name() {
                "textarea" => input.text().collect(),
                "select" => chosen(&input),
                _ => element.attr("value").unwrap_or_default().to_owned(),
            };
            values.push((name, value));
        }
        for (name, value) in &self.typed {
            values.iter_mut().filter(|(known, _)| known == name).for_each(|(_, held)| held.clone_from(value));
        }
        (action, values)
    }
}

fn chosen(select: &scraper::ElementRef<'_>) -> String {
    let all = parse("option");
    let options: Vec<_> = select.select(&all).collect();
    let chosen = options.iter().find(|option| option.value().attr("selected").is_some()).or(options.first());
    chosen.and_then(|option| option.value().attr("value")).unwrap_or_default().to_owned()
}

fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|_| panic!("not a selector: {selector}"))
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
