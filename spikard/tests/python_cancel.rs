//! Calls that are given up: the Python side learns of it, and nothing is left of them.
#![allow(missing_docs)]

mod python_support;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use python_support::{One, unary};
use tokio::task::JoinHandle;
use tokio::time::timeout;

fn spawn(callable: &'static str, name: &'static str) -> JoinHandle<One> {
    tokio::spawn(unary(callable, name))
}

/// Asks Python until it says what is expected; what it said last, if it never does.
async fn until(callable: &'static str, name: &'static str, expected: &str) {
    let mut said = String::new();
    let asking = async {
        while said != expected {
            let answer = unary(callable, name).await.unwrap();
            said = String::from_utf8(answer.payload.to_vec()).unwrap();
            tokio::task::yield_now().await;
        }
    };
    if timeout(Duration::from_secs(30), asking).await.is_err() {
        panic!("{callable} said {said:?} of {name:?}, never {expected:?}");
    }
}

#[tokio::test]
async fn a_dropped_call_cancels_the_coroutine_and_its_finally_runs() {
    let call = spawn("waiting:forever", "dropped");
    until("waiting:what_happened", "dropped", "started").await;
    call.abort();
    until(
        "waiting:what_happened",
        "dropped",
        "started, cancelled, finally",
    )
    .await;
}

#[tokio::test]
async fn a_coroutine_that_goes_on_after_the_cancel_answers_nobody() {
    let call = spawn("waiting:stubborn", "stubborn");
    until("waiting:what_happened", "stubborn", "started").await;
    call.abort();
    until("waiting:what_happened", "stubborn", "started, went on").await;
}

#[tokio::test]
async fn a_dropped_call_of_a_def_lets_it_end() {
    let call = spawn("waiting:blocking", "blocking");
    until("waiting:what_happened", "blocking", "started").await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    unary("waiting:release", "").await.unwrap();
    until("waiting:what_happened", "blocking", "started, ended").await;
}

#[tokio::test]
async fn an_awaitable_that_a_def_returned_is_awaited_and_cancelled() {
    let answer = unary("waiting:handed_over_answer", "awaited").await;
    assert_eq!(answer.unwrap().payload, "awaited");
    let call = spawn("waiting:handed_over", "handed over");
    until("waiting:what_happened", "handed over", "started").await;
    call.abort();
    until(
        "waiting:what_happened",
        "handed over",
        "started, cancelled, finally",
    )
    .await;
}

/// Polls a call so often and drops it.
fn give_up_after(polls: usize, callable: &'static str) {
    let mut call = pin!(unary(callable, "given up"));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        if let Poll::Ready(answer) = call.as_mut().poll(&mut context) {
            answer.unwrap();
            return;
        }
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_given_up_at_any_moment_leave_no_task_behind() {
    // Found beforehand, so that the calls themselves are what is given up.
    for callable in [
        "waiting:forever",
        "waiting:napping",
        "waiting:handed_over_answer",
    ] {
        drop(timeout(Duration::from_millis(1), unary(callable, "known")).await);
    }
    let churn = |callable: &'static str| {
        tokio::task::spawn_blocking(move || {
            for round in 0..3000 {
                give_up_after(round % 5, callable);
            }
        })
    };
    for callable in [
        "waiting:forever",
        "waiting:napping",
        "waiting:handed_over_answer",
    ] {
        let (one, other) = tokio::join!(churn(callable), churn(callable));
        one.and(other).unwrap();
    }
    until_no_task_but_those_of_other_tests().await;
}

/// The other tests of this process have at most one task each in Python at a time.
async fn until_no_task_but_those_of_other_tests() {
    let asking = async {
        loop {
            let answer = unary("waiting:tasks", "").await.unwrap().payload;
            let tasks: usize = std::str::from_utf8(&answer).unwrap().parse().unwrap();
            if tasks <= 5 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), asking).await.unwrap();
}
