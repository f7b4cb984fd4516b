//! What the paths promise.

use super::*;

#[test]
fn paths_are_filled_in_order() {
    assert_eq!(fill("/a/{x}/b/{y}", &["1", "2"]), "/a/1/b/2");
}
