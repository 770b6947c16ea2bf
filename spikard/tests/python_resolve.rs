//! Python callables that are looked for at start-up.
#![allow(missing_docs)]

mod python_support;

use python_support::{interpreter, modules, unary};
use spikard::Code;
use spikard::python::{Interpreter, PythonErrorKind, resolve};

fn refused(callable: &str) -> (PythonErrorKind, String) {
    interpreter();
    let error = resolve(callable).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn callables_are_found() {
    interpreter();
    for callable in [
        "echo:stream",
        "echo:unary_in_a_thread",
        "resolving:Shop.instance.buy",
    ] {
        resolve(callable).unwrap();
        resolve(callable).unwrap();
    }
}

#[tokio::test]
async fn a_module_may_name_what_only_the_wheel_can_do() {
    let answer = unary("served_elsewhere:handle", "").await.unwrap();
    let text = String::from_utf8_lossy(&answer.payload);
    assert!(
        text.contains("has no 'Server' in a program that embeds Python"),
        "{text}"
    );
}

#[test]
fn a_missing_module_names_the_search_path() {
    let (kind, text) = refused("no_such_module:handle");
    assert_eq!(kind, PythonErrorKind::ModuleNotFound);
    assert!(
        text.starts_with("no_such_module:handle: there is no module \"no_such_module\"; "),
        "{text}"
    );
    assert!(
        text.contains(&format!("\n  {}\n", modules().display())),
        "{text}"
    );
    let here = std::env::current_dir().unwrap();
    assert!(
        text.contains(&format!("\n  {}\n", here.display())),
        "{text}"
    );
}

#[test]
fn a_missing_attribute_names_the_nearest() {
    let (kind, text) = refused("echo:strem");
    assert_eq!(kind, PythonErrorKind::AttributeNotFound);
    assert!(text.ends_with("did you mean \"stream\"?"), "{text}");
}

#[test]
fn what_is_not_callable_is_refused() {
    let (kind, text) = refused("resolving:number");
    assert_eq!(kind, PythonErrorKind::NotCallable);
    assert_eq!(
        text,
        "\"resolving:number\" is not callable: it is of type int"
    );
    assert_eq!(refused("resolving:Shop").0, PythonErrorKind::NotCallable);
}

#[test]
fn a_malformed_name_is_refused() {
    for name in ["echo", "echo:", ":stream", ""] {
        assert_eq!(refused(name).0, PythonErrorKind::Name, "{name:?}");
    }
}

#[test]
fn a_broken_module_shows_the_users_frames() {
    let (kind, text) = refused("broken_import:handle");
    assert_eq!(kind, PythonErrorKind::Import);
    let file = modules().join("broken_import.py");
    assert!(
        text.contains(&format!("File \"{}\", line", file.display())),
        "{text}"
    );
    assert!(text.ends_with("ValueError: no configuration"), "{text}");
    assert!(
        !text.contains("importlib") && !text.contains("lookup.py"),
        "{text}"
    );
}

#[test]
fn a_module_may_run_a_loop_of_its_own_when_it_is_imported() {
    interpreter();
    resolve("resolving:made_by_a_loop").unwrap();
}

#[tokio::test]
async fn an_unusable_callable_fails_its_calls_without_a_path_in_the_status() {
    for callable in ["no_such_module:handle", "broken_import:handle"] {
        for _ in 0..2 {
            let status = unary(callable, "").await.unwrap_err();
            assert_eq!(status.code(), Code::Internal);
            let expected =
                format!("the Python callable {callable} cannot be used; the server's log says why");
            assert_eq!(status.message(), expected);
        }
    }
    // It was imported once for all calls.
    let imports = unary("resolving:broken_imports", "").await.unwrap().payload;
    let asked_by_the_other_test = 1;
    let imports: usize = std::str::from_utf8(&imports).unwrap().parse().unwrap();
    assert!(imports <= 1 + asked_by_the_other_test, "{imports}");
}

#[test]
fn a_second_start_needs_the_same_settings() {
    interpreter();
    Interpreter::builder().path(modules()).start().unwrap();
    let error = Interpreter::builder()
        .path("/elsewhere")
        .start()
        .unwrap_err();
    assert_eq!(error.kind(), PythonErrorKind::AlreadyStarted);
}
