//! Many calls at once, where they run, and their context variables.
#![allow(missing_docs)]

mod python_support;

use python_support::unary;
use tokio::task::JoinSet;

async fn text(callable: &'static str, payload: &'static str) -> String {
    let payload = unary(callable, payload).await.unwrap().payload;
    String::from_utf8(payload.to_vec()).unwrap()
}

#[tokio::test]
async fn a_coroutine_runs_on_the_loop_of_the_main_thread() {
    let said = text("threads:loop_thread", "").await;
    assert!(
        ["True uvloop", "True asyncio.unix_events"].contains(&said.as_str()),
        "{said}"
    );
}

#[tokio::test]
async fn a_def_runs_in_a_daemon_thread_of_the_pool() {
    assert_eq!(text("threads:name_of_thread", "").await, "spikard-def True");
}

#[tokio::test]
async fn threads_are_made_when_all_are_busy() {
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        calls.spawn(unary("threads:meets_three_others", ""));
    }
    for met in calls.join_all().await {
        met.unwrap();
    }
}

#[tokio::test]
async fn a_blocking_def_blocks_nobody() {
    let held = tokio::spawn(unary("threads:held", ""));
    assert_eq!(text("threads:is_held", "").await, "yes");
    assert_eq!(text("echo:unary", "loop").await, "loop");
    assert_eq!(text("echo:unary_in_a_thread", "thread").await, "thread");
    unary("threads:let_go", "").await.unwrap();
    held.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_are_in_progress_at_once() {
    let mut calls = JoinSet::new();
    for _ in 0..1000 {
        calls.spawn(unary("threads:meets_many", "1000"));
    }
    for met in calls.join_all().await {
        assert_eq!(met.unwrap().payload, "1000");
    }
}

#[tokio::test]
async fn each_call_has_context_variables_of_its_own() {
    for callable in ["threads:context", "threads:context_in_a_thread"] {
        for value in ["one", "two"] {
            assert_eq!(
                text(callable, value).await,
                format!("unset, {value}"),
                "{callable}"
            );
        }
    }
    let mut calls = JoinSet::new();
    for index in 0..200 {
        let value: &'static str = ["a", "b", "c", "d"][index % 4];
        let callable = ["threads:context", "threads:context_in_a_thread"][index / 4 % 2];
        calls.spawn(async move { (text(callable, value).await, format!("unset, {value}")) });
    }
    for (said, expected) in calls.join_all().await {
        assert_eq!(said, expected);
    }
}
