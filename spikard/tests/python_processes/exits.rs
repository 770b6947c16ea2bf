//! The end of a process that has Python inside.

use std::os::unix::process::ExitStatusExt;
use std::thread;

use super::process::{Ended, role, run, run_until_started};
use super::roles::OWN_CODE;

fn leave(way: &str, callable: &str) -> Ended {
    let ended = run_until_started(&mut role(&[way, callable]), 1);
    let code = ended.status.code();
    assert_eq!(
        code,
        Some(OWN_CODE.into()),
        "{way}, {callable}: {}\n{}",
        ended.status,
        ended.stderr
    );
    ended
}

pub(crate) fn stuck() {
    let stuck = [
        "stuck:sleeping",
        "stuck:spinning",
        "stuck:sleeping_on_loop",
        "stuck:spinning_on_loop",
        "stuck:stubborn",
        "stuck:in_a_thread_of_asyncio",
        "stuck:in_a_thread_of_its_own",
    ];
    // They mostly wait, so they may do so together.
    thread::scope(|scope| {
        for callable in stuck {
            for way in ["leave by return", "leave by exit"] {
                for _ in 0..3 {
                    scope.spawn(move || leave(way, callable));
                }
            }
        }
    });
}

pub(crate) fn cancelled() {
    for way in ["leave by return", "leave by exit"] {
        assert_eq!(leave(way, "stuck:waiting").stdout, "started\nfinally\n");
    }
}

pub(crate) fn clean() {
    for way in ["leave by return", "leave by exit"] {
        for callable in ["stuck:tidy", "stuck:tidy_and_sleeping"] {
            let said = leave(way, callable).stdout;
            assert_eq!(said, "started\nat exit\nbuffered\n", "{way} {callable}");
        }
    }
}

pub(crate) fn interrupted() {
    let mut command = role(&["call", "stuck:interrupting"]);
    let ended = run(&mut command);
    assert_eq!(
        ended.status.signal(),
        Some(libc::SIGINT),
        "{}",
        ended.status
    );
}

pub(crate) fn stopped() {
    let ended = run_until_started(&mut role(&["stop"]), 2);
    let unavailable = "Unavailable: the Python interpreter of this server has stopped\n";
    let expected = format!(
        "started\nstarted\n{unavailable}{unavailable}{unavailable}Unavailable\n\
         the Python interpreter has stopped: the program is ending\nclean: false\n"
    );
    assert_eq!(ended.stdout, expected, "{}", ended.stderr);
    assert!(ended.status.success(), "{}", ended.status);
}

pub(crate) fn forked() {
    let ended = run(&mut role(&["fork"]));
    assert!(
        ended.stdout.starts_with("the child: 7\nminor="),
        "{}\n{}",
        ended.stdout,
        ended.stderr
    );
    assert!(ended.status.success(), "{}", ended.status);
}
