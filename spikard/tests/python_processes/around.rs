//! What is around the handlers of a process: entered at its start, left at its end, and refused where it is wrong.

use super::process::{role, run};
use super::roles::REFUSED;

pub(crate) fn left() {
    let mut command = role(&[
        "call around",
        "around:resources",
        "",
        "",
        "around:leave_behind",
    ]);
    let ended = run(&mut command);
    assert!(ended.status.success(), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    // What the call has spawned ends before the lifespan is left.
    assert_eq!(lines, ["entered", "started", "spawned", "worked", "left"]);
}

pub(crate) fn wrong() {
    let cases = [
        (
            ["around:failing", "", ""],
            "the lifespan around:failing failed when it was entered:\nTraceback",
        ),
        (["around:failing", "", ""], "ConnectionError: no database"),
        (
            ["around:resorces", "", ""],
            "lifespan: the module \"around\" has no \"resorces\"",
        ),
        (
            ["", "nowhere:authenticate", ""],
            "middleware: there is no module \"nowhere\"",
        ),
        (
            ["", "around:wrong", ""],
            "around:wrong must take two arguments",
        ),
        (["", "", "around:State"], "exceptions must be a mapping"),
        (
            ["broken_import:resources", "", ""],
            "failed when it was imported",
        ),
    ];
    for ([lifespan, middleware, exceptions], text) in cases {
        let role_of = [
            "call around",
            lifespan,
            middleware,
            exceptions,
            "around:get",
        ];
        let ended = run(&mut role(&role_of));
        assert_eq!(
            ended.status.code(),
            Some(REFUSED.into()),
            "{role_of:?}: {}",
            ended.stderr
        );
        assert!(ended.stdout.contains(text), "{role_of:?}: {}", ended.stdout);
        assert!(
            !ended.stdout.contains("_runtime/embedded.py"),
            "{}",
            ended.stdout
        );
    }
}
