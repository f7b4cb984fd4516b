//! Texts with which people try to make a mail say or do something else.

use mail_parser::MessageParser;
use proptest::prelude::*;

use super::{BuildError, Mail, SchoolFacts, StepSentBack, header_names, on_the_wire, rendered, school};
use crate::domain::text::{PersonName, SchoolName};

/// Texts of every script and length, and those with which people try to add a header.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,300}",
        "[\u{5d0}-\u{5ea}\u{627}-\u{64a} ]{1,130}",
        "[\u{1f300}-\u{1f6ff}\u{200d}\u{fe0f}]{1,130}",
        "[a-z]{0,5}(\r\n|\n|\r|\u{85}|\u{2028}|\u{0})(Bcc: all@school\\.nl|\r\n\r\n<b>)[a-z]{0,5}",
        "(=\\?utf-8\\?[qb]\\?[a-zA-Z0-9=]{0,40}\\?=){1,3}",
    ]
}

proptest! {
    #[test]
    fn no_name_or_reason_adds_a_header_and_every_name_that_we_take_can_be_mailed(
        name in any_text(), school_name in any_text(), reason in any_text(),
    ) {
        let school = SchoolFacts { name: school_name.clone(), ..school() };
        let mail = StepSentBack { name: name.clone(), school, reason, ..StepSentBack::sample() };

        let built = on_the_wire(rendered(&mail), &name);

        // NUL in a text is refused with the mail; it never comes past the border.
        let is_taken = PersonName::parse(&name).is_ok_and(|taken| taken.as_str() == name)
            && SchoolName::parse(&school_name).is_ok();
        let has_nul = matches!(built, Err(BuildError::Nul(_)));
        prop_assert!(built.is_ok() || !is_taken || has_nul, "{:?}", built);
        if let Ok(raw) = built {
            prop_assert_eq!(header_names(&raw).len(), 12);
            let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a mail");
            prop_assert!(parsed.bcc().is_none());
            prop_assert_eq!(parsed.to().and_then(|to| to.first()).and_then(|to| to.address()), Some("anna@school.example"));
        }
    }
}
