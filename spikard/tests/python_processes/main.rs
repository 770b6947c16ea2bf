//! What is about whole processes: environments, exits, forks, shortages. An interpreter is started once in a
//! process, so each case starts this program again, in a role.
#![allow(missing_docs)]

mod around;
mod environments;
mod exits;
mod process;
mod roles;
mod shortages;

use std::panic::catch_unwind;
use std::process::ExitCode;

type Case = (&'static str, fn());

const CASES: &[Case] = &[
    (
        "the_interpreter_of_the_build_is_the_default",
        environments::default,
    ),
    ("the_active_environment_is_used", environments::active),
    (
        "a_named_environment_goes_before_the_active_one",
        environments::named,
    ),
    (
        "an_environment_of_another_build_gives_its_packages_only",
        environments::foreign,
    ),
    (
        "an_environment_of_another_minor_version_is_refused",
        environments::other_minor,
    ),
    (
        "a_folder_that_is_no_environment_is_refused",
        environments::none,
    ),
    ("an_installed_package_is_not_used", environments::installed),
    (
        "an_installed_package_that_came_first_is_refused",
        environments::imported_first,
    ),
    ("the_package_shows_its_source", environments::source),
    ("modules_are_found_in_order", environments::search_order),
    ("a_lifespan_is_left_when_the_process_ends", around::left),
    (
        "what_is_wrong_around_handlers_is_told_at_the_start",
        around::wrong,
    ),
    ("a_process_ends_whatever_is_stuck_in_python", exits::stuck),
    (
        "handlers_are_cancelled_when_the_process_ends",
        exits::cancelled,
    ),
    ("python_cleans_up_when_the_process_ends", exits::clean),
    ("signals_are_left_to_the_program", exits::interrupted),
    ("a_stop_answers_all_calls_at_once", exits::stopped),
    (
        "a_forked_child_is_told_that_python_is_not_there",
        exits::forked,
    ),
    (
        "calls_given_up_in_the_queue_take_no_threads",
        shortages::given_up,
    ),
    #[cfg(target_os = "linux")]
    (
        "a_request_that_finds_no_memory_is_answered_and_takes_no_other_with_it",
        shortages::short_of_memory,
    ),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("role") {
        // A shell that runs the tests in the background has them ignore SIGINT, which children inherit.
        // SAFETY: no other thread runs yet, and the default action needs no handler.
        unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
        return roles::play(&arguments.collect::<Vec<_>>());
    }
    // The words of cargo's own harness, as far as they are needed.
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let chosen =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    let mut failed = 0;
    for (name, case) in CASES.iter().filter(|(name, _)| chosen(name)) {
        let passed = catch_unwind(case).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    println!("\n{failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
