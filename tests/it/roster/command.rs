//! `koppelklaar schools import`.

use super::files::{self, ROWS, SCHOOLS};
use crate::support::on_each_database;
use crate::support::program::Program;

#[test]
fn a_file_is_tried_carried_out_and_changes_nothing_again() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();
        let file = files::dutch_csv();
        std::fs::write(program.database.folder.path().join("scholen.csv"), &file.bytes).expect("a file");

        let tried = program.run(&["schools", "import", "scholen.csv", "--dry-run"]).good();
        assert!(
            tried.contains(&format!("Wordt gemaakt: {SCHOOLS}")) && tried.contains("Nothing was changed."),
            "{tried}"
        );
        let done = program.run(&["schools", "import", "scholen.csv"]).good();
        assert!(done.contains(&format!("Gemaakt: {SCHOOLS}")), "{done}");
        assert!(done.contains(&format!("Veranderd: {}", ROWS - SCHOOLS)), "{done}");
        let again = program.run(&["schools", "import", "scholen.csv", "--by", "eva@kurve.nl"]).good();
        assert!(again.contains("Gemaakt: 0") && again.contains(&format!("Bleef gelijk: {ROWS}")), "{again}");
    });
}

#[test]
fn faults_are_named_by_row_and_end_with_a_code() {
    on_each_database(async |kind| {
        let program = Program::migrated(kind).await;
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();
        let folder = program.database.folder.path();
        let csv = "School;BRIN;Domein;Contact;E-mail\nDe Zon;12A8;zon;Bo Bos;bo@zon.example\nDe Maan;98MA;maan;Bo Bos;bo@maan.example\n";
        std::fs::write(folder.join("scholen.csv"), csv).expect("a file");
        std::fs::write(folder.join("leeg.csv"), "").expect("a file");
        std::fs::write(folder.join("zonder.csv"), "School;BRIN\nDe Zon;98ZB\n").expect("a file");

        for arguments in [&["schools", "import", "scholen.csv", "--dry-run"][..], &["schools", "import", "scholen.csv"]]
        {
            let answer = program.run(arguments);
            assert_ne!(answer.code, Some(0));
            assert!(answer.out.contains("rij 2, BRIN:"), "{}", answer.out);
        }
        for (file, said) in [("leeg.csv", "leeg"), ("zonder.csv", "Schooldomein"), ("weg.csv", "cannot be read")] {
            let refusal = program.run(&["schools", "import", file]).refusal();
            assert!(refusal.contains(said), "{refusal}");
        }
        program.run(&["staff", "add", "noor@kurve.nl", "--name", "Noor Smit"]).good();
        assert!(program.run(&["schools", "import", "scholen.csv"]).refusal().contains("--by"));
    });
}
