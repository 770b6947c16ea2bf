//! The test of the map, tested on sources that are made up.

use std::collections::HashMap;

use super::breaches;

const MAP: &str = "\
# Architecture

## The map

| room | what it does | imports |
|---|---|---|
| `app/src/call` | a call | |
| `app/src/shapes` | requests | `call` |
| `app/src/wire` | frames | `call`, `shapes` |
";

const SOURCES: [(&str, &str); 6] = [
    (
        "app/src/lib.rs",
        "extern crate self as app; mod call; mod shapes; mod wire; pub use call::Call;",
    ),
    (
        "app/src/call/mod.rs",
        "mod deadline; mod state; pub use state::Call; pub(crate) use deadline::{Deadline, ends};",
    ),
    (
        "app/src/call/deadline.rs",
        "pub struct Deadline; pub fn ends() {}",
    ),
    (
        "app/src/call/state.rs",
        "use super::deadline; pub struct Call(deadline::Deadline);",
    ),
    (
        "app/src/shapes.rs",
        "pub struct Request { call: crate::Call }",
    ),
    (
        "app/src/wire.rs",
        "use app::Call; use crate::shapes::Request; pub fn frame(_: Request) { log!(crate::call::ends()) }",
    ),
];

/// What breaks the map when one of the files has this at its end as well.
fn with(file: &str, more: &str) -> Vec<String> {
    found(MAP, file, more)
}

fn found(map: &str, file: &str, more: &str) -> Vec<String> {
    let mut sources = HashMap::from(SOURCES.map(|(file, text)| (file, text.to_owned())));
    sources
        .get_mut(file)
        .expect("a file that is made up")
        .push_str(more);
    breaches(map, &[("app", "app/src/lib.rs")], &|file| {
        sources.get(file).cloned()
    })
}

#[test]
fn what_follows_the_map_is_let_be() {
    assert_eq!(with("app/src/lib.rs", ""), [""; 0]);
}

#[test]
fn an_import_that_is_not_listed_names_both_files_and_the_name() {
    let expected = "\
the room app/src/call does not list an import of app/src/shapes:
    app/src/call/deadline.rs uses `Request` of app/src/shapes.rs";
    let found = with("app/src/call/deadline.rs", "use crate::shapes::Request;");
    assert_eq!(found[0], expected);
}

#[test]
fn every_form_of_a_path_is_a_use() {
    for form in [
        "use crate::shapes::{self, Request as _};",
        "fn f(_: app::shapes::Request) {}",
        "fn f(_: ::app::shapes::Request) {}",
        "fn f() { let _: Vec<super::super::shapes::Request>; }",
        "fn f() { vec![crate::shapes::Request::new()]; }",
        "#[hook(crate::shapes::Request)] fn f() {}",
        "use crate::shapes; fn f(_: shapes::Request) {}",
        "use crate::shapes::*; fn f(_: Request) {}",
        "#[cfg(feature = \"x\")] use crate::shapes::Request;",
        "mod inner { use super::super::super::shapes::Request; }",
    ] {
        let found = with("app/src/call/deadline.rs", form).join("\n");
        assert!(
            found.contains("app/src/call/deadline.rs uses `Request` of app/src/shapes.rs"),
            "{form}\n{found}"
        );
    }
}

#[test]
fn what_is_for_tests_only_is_no_use() {
    for form in [
        "#[cfg(test)] mod tests { use crate::shapes::Request; }",
        "#[cfg(all(test, unix))] use crate::shapes::Request;",
        "impl Deadline { #[cfg(test)] fn f(_: crate::shapes::Request) {} }",
    ] {
        assert_eq!(with("app/src/call/deadline.rs", form), [""; 0], "{form}");
    }
}

#[test]
fn a_circle_is_found_through_a_re_export() {
    let expected = "\
files use each other in a circle:
    app/src/call/deadline.rs uses `Call` of app/src/call/state.rs
    app/src/call/state.rs uses `Deadline` of app/src/call/deadline.rs";
    let found = with("app/src/call/deadline.rs", "fn f(_: crate::Call) {}");
    assert_eq!(found, [expected]);
}

#[test]
fn a_macro_is_followed_by_its_name() {
    let found = with(
        "app/src/call/state.rs",
        "macro_rules! ended { () => {} } pub(crate) use ended; mod inner { super::super::deadline::x!(); }",
    );
    assert_eq!(found, [""; 0]);
    let found = with(
        "app/src/shapes.rs",
        "macro_rules! shape { () => { crate::wire::frame } }",
    );
    assert!(
        found[0].contains("app/src/shapes.rs uses `frame` of app/src/wire.rs"),
        "{found:?}"
    );
}

#[test]
fn a_module_is_told_from_a_function_of_its_name() {
    let expected = "app/src/call/deadline.rs uses `Call` of app/src/call/state.rs";
    let more = "use super::state; fn state() {} fn f(_: state::Call) {}";
    let found = with("app/src/call/deadline.rs", more);
    assert!(found[0].contains(expected), "{found:?}");
}

#[test]
fn an_import_that_nothing_uses_is_stale() {
    let map = "## The map\n\n|room|what it does|imports|\n|-|-|-|\n\
        |`app/src/call/deadline`|ends| |\n\
        |`app/src/call`|a call|`deadline`|\n\
        |`app/src/shapes`|requests|`deadline`, `call`|\n\
        |`app/src/wire`|frames|`deadline`, `call`, `shapes`|\n";
    assert_eq!(
        found(map, "app/src/lib.rs", ""),
        ["the room app/src/shapes imports deadline, which is used by none of its files"]
    );
}

#[test]
fn a_room_without_files_is_told() {
    let map = MAP.replace(
        "| `app/src/wire`",
        "| `app/src/idle` | | |\n| `app/src/wire`",
    );
    let found = found(&map, "app/src/lib.rs", "");
    assert_eq!(found, ["the room app/src/idle has no file"]);
}

#[test]
fn a_row_imports_what_stands_above_it_only() {
    let map = MAP.replace("| a call | |", "| a call | `wire` |");
    let found = found(&map, "app/src/lib.rs", "");
    assert_eq!(
        found,
        ["the room app/src/call imports wire, which does not stand above it"]
    );
}

#[test]
fn a_file_of_no_room_is_told() {
    let map = MAP.replace("| `app/src/wire` | frames | `call`, `shapes` |\n", "");
    let found = found(&map, "app/src/lib.rs", "");
    assert_eq!(found, ["app/src/wire.rs is in no room of the map"]);
}
