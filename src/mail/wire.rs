//! A message as it travels after DATA: with its dots doubled and its end marked.

/// The message with a dot before every line that starts with one, and the final dot.
pub(super) fn encoded(message: &str) -> String {
    let mut wire = String::with_capacity(message.len() + 64);
    for line in message.split_inclusive('\n') {
        if line.starts_with('.') {
            wire.push('.');
        }
        wire.push_str(line);
    }
    if !wire.ends_with("\r\n") && !wire.is_empty() {
        wire.push_str("\r\n");
    }
    wire.push_str(".\r\n");
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_that_start_a_line_are_doubled_and_the_end_is_marked_once() {
        let table = [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n..a\r\nb.\r\n", "..\r\n...a\r\nb.\r\n.\r\n"),
            ("", ".\r\n"),
        ];

        for (message, wire) in table {
            assert_eq!(encoded(message), wire);
        }
    }
}
