//! The demo's mailbox, as somebody reads it who knows which mails they have read.

use std::collections::HashSet;

use super::browser::Browser;

/// What one person has read.
pub(crate) struct Mailbox {
    address: String,
    read: HashSet<String>,
}

impl Mailbox {
    pub(crate) fn of(address: &str) -> Self {
        Self { address: address.to_owned(), read: HashSet::new() }
    }

    /// Waits for a mail with a link that starts with a path, opens it, and returns the link's path.
    pub(crate) fn open(&mut self, browser: &Browser, start: &str) -> String {
        let link = format!("//*[@data-mail-text]//a[starts-with(@href, '{}{start}')]", browser.base);
        let found = browser.until(|| self.find(browser, &link));
        let Some((path, seen)) = found else { panic!("no new mail to {} with a link to {start}", self.address) };
        self.read.extend(seen);
        path
    }

    /// Waits for a mail with a link that starts with a path, and follows that link.
    pub(crate) fn follow(&mut self, browser: &Browser, start: &str) {
        let path = self.open(browser, start);
        browser.press(&format!("[data-mail-text] a[href='{}{path}']", browser.base));
    }

    /// The digits in the mail that is open.
    pub(crate) fn code(&self, browser: &Browser) -> String {
        let text = browser.text("[data-mail-text]");
        let is_code = |line: &String| line.len() == 8 && line.bytes().all(|sign| sign.is_ascii_digit());
        let dense = text.lines().map(|line| line.split_whitespace().collect::<String>());
        dense.into_iter().find(is_code).unwrap_or_else(|| panic!("no code in a mail to {}:\n{text}", self.address))
    }

    /// The newest unread mail with the link; it stays open. With its path come the mails that are read by now.
    fn find(&self, browser: &Browser, link: &str) -> Option<(String, Vec<String>)> {
        browser.open("/demo/post");
        let rows = format!("//tr[@data-mail][td[normalize-space()='{}']]//a", self.address);
        let mails = browser.attributes_found(&rows, "href");
        for (at, mail) in mails.iter().enumerate().filter(|(_, mail)| !self.read.contains(*mail)) {
            browser.open(mail);
            if let Some(target) = browser.attributes_found(link, "href").first() {
                let path = target.strip_prefix(&browser.base).unwrap_or(target).to_owned();
                return Some((path, mails[at..].to_vec()));
            }
        }
        None
    }
}
