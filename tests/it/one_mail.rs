//! One mail per person and day over all their schools, also when some of it stayed behind or a school is closed.

use chrono::TimeDelta;
use koppelklaar::jobs::Job;

use crate::it::journey::Table;
use crate::it::reminders::{at, let_time_pass, lines, second_school_of};
use crate::it::support::post::Mail;
use crate::it::support::{TestApp, run};

fn receivers(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

#[test]
fn who_got_a_late_mail_today_waits_for_the_next_and_stops_nobody_elses() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(1));
        let second = second_school_of(&app, &table).await;
        let third = app.school("Derde Lyceum", "14EF", "derde").await;

        // The first school's reminder of Thursday leaves on Friday, when those of the others are due.
        app.clock.set(at("2026-11-26T10:00:00Z"));
        assert_eq!(app.run(Job::PlanReminders).await, 1);
        app.clock.set(at("2026-11-27T07:00:00Z"));
        let late = app.new_mails().await;
        app.run(Job::PlanReminders).await;
        let on_time = app.new_mails().await;
        let later = let_time_pass(&app, "2026-11-30T12:00:00Z").await;

        assert_eq!(receivers(&late), [table.school.email.as_str()]);
        assert_eq!(
            receivers(&on_time),
            [third.email.as_str()],
            "a reminder goes to all its receivers or waits for all"
        );
        let mut lines = lines(&later);
        lines.sort();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for (line, email) in lines.iter().zip([&table.school.email, &second.email]) {
            assert!(line.starts_with(&format!("Mon 2026-11-30 07:00 {email} ")), "{lines:?}");
        }
    });
}
