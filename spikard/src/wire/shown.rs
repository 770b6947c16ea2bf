//! What a peer sent, in the text of a refusal.

/// The most of it that is repeated: a status has to fit into the headers of its response.
const MOST: usize = 128;

/// The beginning of a value, with a mark where the rest is missing.
pub(crate) fn shown(value: &[u8]) -> String {
    match value.split_at_checked(MOST) {
        Some((beginning, [_, ..])) => {
            format!("{}… ({} bytes)", beginning.escape_ascii(), value.len())
        }
        _ => value.escape_ascii().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn only_the_beginning_of_a_long_value_is_shown() {
        assert_eq!(shown(b"soon"), "soon");
        assert_eq!(shown(b"a\"\xff"), r#"a\"\xff"#);
        assert_eq!(shown(&[b'a'; 128]), "a".repeat(128));
        let long = shown(&[b'a'; 10_000]);
        assert_eq!(long, format!("{}… (10000 bytes)", "a".repeat(128)));
    }
}
