//! Formats tokens for messages.

use quote::ToTokens;

/// A type or a path in the usual format: spaces only between words and after commas.
pub(super) fn written(tokens: &impl ToTokens) -> String {
    let mut written = String::new();
    for part in tokens.to_token_stream().to_string().split_whitespace() {
        let words = written.ends_with(is_of_word) && part.starts_with(is_of_word);
        if words || written.ends_with(',') {
            written.push(' ');
        }
        written.push_str(part);
    }
    written
}

fn is_of_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::written;

    #[test]
    fn there_are_no_spaces_between_signs() {
        for (tokens, text) in [
            (quote!(Records), "Records"),
            (quote!(inner::Store<u8>), "inner::Store<u8>"),
            (quote!(Store<&'static str>), "Store<&'static str>"),
            (quote!(Box<dyn Any + Send>), "Box<dyn Any+Send>"),
            (quote!(Result<Item, Status>), "Result<Item, Status>"),
        ] {
            assert_eq!(written(&tokens), text);
        }
    }
}
