//! Paths with their braces filled in.

/// Fills in a path: each `{…}` in order by one value. Values are ids and names of ours, so nothing needs escaping.
pub fn fill(path: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(path.len() + 40);
    let mut values = values.iter();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, behind) = after.split_once('}').expect("every path above closes its braces");
        filled.push_str(before);
        filled.push_str(values.next().expect("as many values as braces"));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_filled_in_order() {
        assert_eq!(fill("/a/{x}/b/{y}", &["1", "2"]), "/a/1/b/2");
    }
}
