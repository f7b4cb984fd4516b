//! One line for each request, for whoever collects them: flat JSON with route, status and time, and assets at debug.

use serde_json::Value;

use crate::support::program::Program;
use crate::support::{DatabaseKind, block_on};

#[test]
fn each_request_has_one_line_that_collectors_read() {
    block_on(async {
        let program = Program::migrated(DatabaseKind::Sqlite).await;
        let serving = program.serve();
        let (_, page) = serving.get("/inloggen?email=anna@school.example", "");
        let style = page.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|path| path.ends_with(".css"));
        let style = style.expect("a page has a style sheet").to_owned();
        assert_eq!(serving.get(&style, "").0, 200);
        assert_eq!(serving.get("/assets/0/nothing.css", "").0, 404);
        assert_eq!(serving.get("/health/ready", "").0, 200);
        let (status, log) = serving.stop();

        assert!(status.success(), "{log}");
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        for line in &lines {
            for field in ["timestamp", "level", "target", "message"] {
                assert!(line[field].is_string(), "{field} is missing in {line}");
            }
        }
        let found: Vec<String> = lines
            .iter()
            .filter(|line| line["request.id"].is_string() && line["took_ms"].is_u64())
            .map(|line| format!("{} {} {}", line["level"], line["http.route"], line["http.status"]).replace('"', ""))
            .collect();
        assert_eq!(
            found,
            ["INFO /inloggen 200", "DEBUG /assets/{*path} 200", "INFO /assets/{*path} 404", "DEBUG /health/ready 200"]
        );
        assert!(!log.contains("anna@school.example"), "{log}");
    });
}
