//! Names of RPCs, and of the structs for them.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Whether a `.proto` can have this name.
pub(crate) fn is_proto_ident(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first == '_' || first.is_ascii_alphabetic())
        && chars.all(|next| next == '_' || next.is_ascii_alphanumeric())
}

/// The default name of an RPC: that of the function in UpperCamelCase.
///
/// `None` if a `.proto` cannot have that name.
pub(crate) fn rpc_name(function: &Ident) -> Option<String> {
    let name = upper_camel_case(&function.unraw().to_string());
    is_proto_ident(&name).then_some(name)
}

/// The default name of the struct of an RPC: the RPC's, but never in lower case. With `struct count;` in scope,
/// `let count = …` is a pattern.
pub(crate) fn struct_name(rpc: &str) -> String {
    if rpc.starts_with(|first: char| first.is_ascii_uppercase()) {
        return rpc.to_owned();
    }
    let name = upper_camel_case(rpc);
    // There are only underscores.
    if name.is_empty() {
        rpc.to_owned()
    } else {
        name
    }
}

/// Whether the lint `non_camel_case_types` accepts `name`.
pub(crate) fn is_type_name(name: &str) -> bool {
    let name = name.trim_matches('_');
    let has_case = |c: char| c.is_lowercase() || c.is_uppercase();
    let letters: Vec<char> = name.chars().collect();
    !name.starts_with(char::is_lowercase)
        && !name.contains("__")
        && !letters
            .windows(2)
            .any(|pair| pair.contains(&'_') && pair.iter().any(|&c| has_case(c)))
}

/// `batch_create` → `BatchCreate`. An underscore remains between two digits, which would otherwise run together
/// (`step_1_2`), and before a digit that would come first.
fn upper_camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for word in name.split('_') {
        let Some(first) = word.chars().next() else {
            continue;
        };
        if first.is_ascii_digit() && camel.chars().last().is_none_or(|c| c.is_ascii_digit()) {
            camel.push('_');
        }
        camel.extend(first.to_uppercase());
        camel.push_str(&word[first.len_utf8()..]);
    }
    camel
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn rpc(function: &str) -> Option<String> {
        rpc_name(&syn::parse_str::<Ident>(function).unwrap_or_else(|_| {
            Ident::new_raw(function.trim_start_matches("r#"), Span::call_site())
        }))
    }

    #[test]
    fn names_the_rpc_after_the_function() {
        for (function, name) in [
            ("batch_create", "BatchCreate"),
            ("get", "Get"),
            ("r#type", "Type"),
            ("http2_ping", "Http2Ping"),
            ("get_v2", "GetV2"),
            ("step_1_2", "Step1_2"),
            ("_1st", "_1st"),
            ("_hidden", "Hidden"),
            ("two__words_", "TwoWords"),
            ("batchCreate", "BatchCreate"),
            ("BatchCreate", "BatchCreate"),
        ] {
            assert_eq!(rpc(function).as_deref(), Some(name), "{function}");
        }
    }

    #[test]
    fn names_the_struct_after_the_rpc() {
        for (rpc, name) in [
            ("BatchCreate", "BatchCreate"),
            ("Get_All", "Get_All"),
            ("count", "Count"),
            ("getUrl", "GetUrl"),
            ("get_url", "GetUrl"),
            ("self", "Self"),
            ("_hidden", "Hidden"),
            ("_1st", "_1st"),
            ("__", "__"),
        ] {
            assert_eq!(struct_name(rpc), name, "{rpc}");
        }
    }

    #[test]
    fn knows_the_names_of_types() {
        for name in [
            "BatchCreate",
            "GetURL",
            "Step1_2",
            "_1st",
            "__",
            "V2",
            "Größe",
        ] {
            assert!(is_type_name(name), "{name}");
        }
        for name in ["count", "Get_All", "Get_2", "A__B", "_x", "größe"] {
            assert!(!is_type_name(name), "{name}");
        }
    }

    #[test]
    fn gives_no_name_that_a_proto_cannot_hold() {
        assert_eq!(rpc("größe"), None);
        assert_eq!(rpc("__"), None);
    }

    #[test]
    fn knows_the_names_of_a_proto() {
        for name in ["BatchCreate", "_x", "a1", "snake_case"] {
            assert!(is_proto_ident(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a.b", "é"] {
            assert!(!is_proto_ident(name), "{name}");
        }
    }
}
