//! What is read of cells as people write them.

use super::*;

#[test]
fn a_brin_is_mended_only_where_one_reading_is_left() {
    for (written, read) in [
        ("1OAB", Some("10AB")),
        ("O1AB", Some("01AB")),
        ("01ABO1", Some("01AB01")),
        ("1AB", Some("01AB")),
        ("1AB00", Some("01AB00")),
        ("12A8", None),
        ("12ABC", None),
        ("", None),
        ("AB", None),
        ("12345", None),
    ] {
        assert_eq!(mended_brin(written).as_ref().map(Brin::as_str), read, "{written}");
    }
}

#[test]
fn regions_and_roles_are_read_as_people_write_them() {
    for (written, read) in [
        ("Noord", Some(Region::Noord)),
        ("regio midden", Some(Region::Midden)),
        ("Vakantieregio Zuid", Some(Region::Zuid)),
        ("Z", Some(Region::Zuid)),
        ("Oost", None),
        ("", None),
    ] {
        assert_eq!(region(written), read, "{written}");
    }
    for (written, read) in [
        ("Superbeheerder", Some("superbeheerder")),
        ("super-beheerder", Some("superbeheerder")),
        ("Applicatiebeheerder en superbeheerder", Some("superbeheerder applicatiebeheerder")),
        ("SB/AB", Some("superbeheerder applicatiebeheerder")),
        ("beide", Some("superbeheerder applicatiebeheerder")),
        ("contactpersoon", Some("contactpersoon")),
        ("directeur", None),
        ("superbeheerder, directeur", None),
        ("/", None),
    ] {
        assert_eq!(roles(written).map(Roles::as_str), read, "{written}");
    }
}
