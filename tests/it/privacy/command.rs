//! `koppelklaar privacy`, as an operator runs it.

use crate::support::on_each_database;
use crate::support::program::Program;

#[test]
fn the_command_hands_over_counts_and_erases() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen", "--role", "support"]).good();

        let json = program.run(&["privacy", "export", "Eva@Kurve.nl"]).good();
        let page = program.run(&["privacy", "export", "eva@kurve.nl", "--page"]).good();
        let nobody = program.run(&["privacy", "erase", "piet@kurve.nl"]).refusal();
        let in_use = program.run(&["privacy", "erase", "eva@kurve.nl"]).refusal();
        program.run(&["staff", "disable", "eva@kurve.nl"]).good();
        let counted = program.run(&["privacy", "erase", "eva@kurve.nl", "--dry-run"]).good();
        let still = program.run(&["privacy", "export", "eva@kurve.nl"]).good();
        let erased = program.run(&["privacy", "erase", "eva@kurve.nl"]).good();
        let gone = program.run(&["privacy", "export", "eva@kurve.nl"]).good();
        let whole = program.run(&["audit", "verify"]).good();

        let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(json["colleague"][0]["name"], "Eva Jansen");
        assert!(
            page.contains("<h1>Wat Koppelklaar bewaart over eva@kurve.nl</h1>") && page.contains("Eva Jansen"),
            "{page}"
        );
        assert!(nobody.contains("nothing is kept of this address"), "{nobody}");
        assert!(in_use.contains("staff disable"), "{in_use}");
        assert!(counted.contains("colleague: 1") && counted.contains("Nothing was changed."), "{counted}");
        assert!(still.contains("Eva Jansen"), "{still}");
        assert!(erased.contains("colleague: 1") && erased.contains("Erased."), "{erased}");
        assert!(!gone.contains("Eva Jansen"), "{gone}");
        assert!(whole.contains("The audit is whole"), "{whole}");
    });
}
