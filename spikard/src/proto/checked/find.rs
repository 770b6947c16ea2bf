//! Which method of the `.proto` a handler is for.

use super::Declared;
use super::text::Text;
use crate::proto::Service;

/// The index of the method that is called `name`, exactly.
#[track_caller]
pub const fn find_named<S: Declared>(name: &str) -> usize {
    if !S::Service::IS_DECLARED {
        return 0;
    }
    match exact(S::Service::METHODS, name) {
        Some(index) => index,
        None => {
            let text = no_method::<S>(name);
            match similar(S::Service::METHODS, name, 0) {
                Some(index) => text
                    .and(": write `method = \"")
                    .and(S::Service::METHODS[index])
                    .and("\"`"),
                None => methods::<S>(text),
            }
            .panic()
        }
    }
}

/// The index of the method that the function `function` is for, whose name in UpperCamelCase is `name`.
///
/// A `.proto` may spell it otherwise: `GetHTTPInfo` is found for `get_http_info`.
#[track_caller]
pub const fn find_for<S: Declared>(function: &str, name: &str) -> usize {
    if !S::Service::IS_DECLARED {
        return 0;
    }
    let declared = S::Service::METHODS;
    if let Some(index) = exact(declared, name) {
        return index;
    }
    let Some(index) = similar(declared, name, 0) else {
        let text = no_method::<S>(name)
            .and(" for the function `")
            .and(function);
        methods::<S>(text.and("`")).panic()
    };
    if let Some(other) = similar(declared, name, index + 1) {
        Text::new("the function `")
            .and(function)
            .and("` may be for ")
            .list(&[declared[index], declared[other]])
            .and(" of `")
            .and(S::Service::NAME)
            .and("`: write `method = \"…\"` with the one meant")
            .panic()
    }
    index
}

const fn no_method<S: Declared>(name: &str) -> Text {
    Text::new("`")
        .and(S::Service::NAME)
        .and("` has no method `")
        .and(name)
        .and("`")
}

const fn methods<S: Declared>(text: Text) -> Text {
    match S::Service::METHODS {
        [] => text.and(": the `.proto` gives it no methods"),
        [method] => text.and(": its only method is `").and(method).and("`"),
        methods => text.and(": its methods are ").list(methods),
    }
}

pub(super) const fn exact(names: &[&str], name: &str) -> Option<usize> {
    let mut at = 0;
    while at < names.len() {
        if same(names[at].as_bytes(), name.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

pub(super) const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The next of `names` that differs from `name` in case and underscores at most.
const fn similar(names: &[&str], name: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while at < names.len() {
        if is_similar(names[at].as_bytes(), name.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn is_similar(a: &[u8], b: &[u8]) -> bool {
    let (mut i, mut j) = (0, 0);
    loop {
        while i < a.len() && a[i] == b'_' {
            i += 1;
        }
        while j < b.len() && b[j] == b'_' {
            j += 1;
        }
        if i == a.len() || j == b.len() {
            return i == a.len() && j == b.len();
        }
        if !a[i].eq_ignore_ascii_case(&b[j]) {
            return false;
        }
        i += 1;
        j += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Info;

    impl Service for Info {
        const NAME: &'static str = "info.Info";
        const METHODS: &'static [&'static str] = &[
            "Get",
            "GetHTTPInfo",
            "list_all",
            "GetURL",
            "GetUrl",
            "ASk",
            "AsK",
        ];
    }

    impl Declared for Info {
        type Service = Self;
    }

    fn message(find: fn() -> usize) -> String {
        let panic = std::panic::catch_unwind(find).expect_err("nothing is found");
        *panic.downcast::<String>().expect("the message is a text")
    }

    #[test]
    fn finds_the_method_of_a_function() {
        for (function, name, index) in [
            ("get", "Get", 0),
            ("get_http_info", "GetHttpInfo", 1),
            ("list_all", "ListAll", 2),
            ("get_url", "GetUrl", 4),
        ] {
            assert_eq!(find_for::<Info>(function, name), index, "{function}");
        }
    }

    #[test]
    fn takes_a_name_that_is_given_to_the_letter() {
        assert_eq!(find_named::<Info>("GetURL"), 3);
        assert_eq!(
            message(|| find_named::<Info>("GetHttpInfo")),
            "`info.Info` has no method `GetHttpInfo`: write `method = \"GetHTTPInfo\"`"
        );
        assert_eq!(
            message(|| find_named::<Info>("Gett")),
            "`info.Info` has no method `Gett`: its methods are `Get`, `GetHTTPInfo`, `list_all`, `GetURL`, `GetUrl`, `ASk`, `AsK`"
        );
    }

    #[test]
    fn does_not_guess_between_two() {
        assert_eq!(
            message(|| find_for::<Info>("ask", "Ask")),
            "the function `ask` may be for `ASk`, `AsK` of `info.Info`: write `method = \"…\"` with the one meant"
        );
    }

    #[test]
    fn compares_without_case_and_underscores() {
        for (a, b) in [
            ("A_b", "ab"),
            ("__a", "A_"),
            ("", "_"),
            ("Step1_2", "step_12"),
        ] {
            assert!(is_similar(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
        for (a, b) in [("ab", "a"), ("a", "ab"), ("a", ""), ("ab", "ac")] {
            assert!(!is_similar(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
    }
}
