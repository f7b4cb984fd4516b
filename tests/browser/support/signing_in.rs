//! Signing in the way people do: with a mail, or with a password and a code.

use super::browser::Browser;
use super::mailbox::Mailbox;

/// The password of the demo's colleagues.
pub(crate) const STAFF_PASSWORD: &str = "vier paarse paraplus";

impl Browser {
    /// Signs in as a school's contact, by the link in the mail, whoever was signed in before.
    pub(crate) fn sign_in(&self, address: &str) {
        let mut mailbox = Mailbox::of(address);
        self.forget_cookies();
        self.ask_for_link(address);
        mailbox.follow(self, "/inloggen/link/");
        self.press("main [data-action=sign-in]");
    }

    /// The path of a page of the school that is shown, or of the only school of who is signed in, by what follows that
    /// of its overview.
    pub(crate) fn at_school(&self, rest: &str) -> String {
        if !self.path().starts_with("/school/") {
            self.open("/school");
        }
        let shown = self.path();
        let overview: Vec<&str> = shown.split(['/', '?', '#']).take(3).collect();
        assert_eq!(overview.len(), 3, "of which school? {}", self.told());
        format!("{}{rest}", overview.join("/"))
    }

    /// Asks for the mail with link and code.
    pub(crate) fn ask_for_link(&self, address: &str) {
        self.open("/inloggen");
        self.fill("[name=email]", address);
        self.press("[data-action=send-link]");
    }

    /// Signs in as a colleague of Kurve; once per account, since a code works once.
    pub(crate) fn sign_in_as_staff(&self, address: &str) {
        let code = self.staff_code(address);
        self.open("/beheer/inloggen");
        self.fill("[name=email]", address);
        self.fill("[name=password]", STAFF_PASSWORD);
        self.fill("[name=code]", &code);
        self.press("[data-action=sign_in]");
    }

    /// What the colleague's telephone shows.
    pub(crate) fn staff_code(&self, address: &str) -> String {
        self.open("/demo/codes");
        self.text_found(&format!("//dt[normalize-space()='{address}']/following-sibling::dd"))
    }
}
