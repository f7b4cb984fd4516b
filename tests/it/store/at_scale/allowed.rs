//! Statements that may read much, each with the reason. What is not said here may read no more than a page.

/// What a statement is run for (its beginning), a part of its words, and why it may.
pub(super) const ALLOWED: &[(&str, &str, &str)] = &[
    ("", r#"FROM "audit" ORDER BY "audit"."id" DESC LIMIT"#, "the last line, in the order in which the table lies"),
    ("GET /api/", r#"FROM "feed_event" ORDER BY "feed_event"."number" DESC LIMIT"#, "the newest, as the table lies"),
    ("", "WHERE ? = ?", "a list of nothing, which reads nothing"),
    ("job delete_expired", "", "each six hours, over what visitors asked for lately and what ended"),
    ("job resume_paused", r#""resume_on" <= "#, "pauses that ended since ten minutes ago"),
    ("job end_passwords", r#""password_until" <= "#, "passwords whose days were over since half a minute ago"),
    ("job plan_reminders", r#"FROM "reminder_mail""#, "who had a mail today, so that nobody gets two"),
    ("making a check", "", "the line of checks; after a clock that was ahead all turns are at one moment"),
    ("sending mails", " BETWEEN ", "the digest looks once a day for rows that cannot be read, some at a time"),
    ("", r#"FROM "audit" WHERE "audit"."action" = "#, "what was pressed within the last two minutes"),
    (
        "GET /beheer",
        r#""outbox"."status" = "#,
        "a count of the mails that wait or failed, by an index over nothing else",
    ),
    ("GET /beheer", r#"AS "stuck""#, "counts by an index of what waits, each up to a thousand"),
    ("GET /beheer/scholen", r#"AS "some""#, "how many schools a filter finds, counted up to a thousand"),
    ("", r#"FROM "audit_text" WHERE "audit_text"."audit_id" IN"#, "the texts of entries that are read, one each"),
    ("GET /beheer/scholen/", r#"FROM "attachment""#, "the files of fifty messages, a few each"),
    ("GET /beheer/scholen/", r#"FROM "message_receiver""#, "to whom fifty messages went, contacts of one connection"),
    (
        "job plan_checks",
        "",
        "each ten minutes: whoever has a password and no turn yet, which nothing says but all of them",
    ),
    ("GET /beheer/webhooks", r#"FROM "webhook_endpoint" ORDER BY"#, "the endpoints, which somebody added by hand"),
    ("sending webhooks", r#"FROM "webhook_endpoint" ORDER BY"#, "the endpoints, which somebody added by hand"),
    ("job repair_clock", r#""webhook_endpoint""#, "the endpoints, which somebody added by hand"),
    ("GET /beheer?", "school_search MATCH", "the index of parts of words, up to a thousand"),
    ("GET /beheer/", "school_search MATCH", "the index of parts of words, up to a thousand"),
    ("sending mails", r#""connection_summary""#, "the digest names once a day the certificates that end"),
    ("sending mails", r#""outbox"."status" = "#, "the digest counts once a day the mails that failed"),
    ("sending mails", r#""check_status""#, "the digest counts once a day what is lost and what ends"),
    ("sending mails", r#"FROM "onboarding""#, "the digest counts once a day what waits"),
];
