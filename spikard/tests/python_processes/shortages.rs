//! Too few threads, too little memory: what is short for one call is not for the next.

use std::io::{BufRead, Write, stdin};
use std::os::fd::AsRawFd;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Waker};

use spikard::python::{PythonError, call_python, resolve};
use spikard::{Bytes, GrpcRequest, GrpcResponse, Status};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::process::{role, run_until_started};

async fn call(callable: &'static str, payload: impl Into<Bytes>) -> Result<GrpcResponse, Status> {
    let request = GrpcRequest {
        payload: payload.into(),
        ..Default::default()
    };
    call_python(callable, request).await
}

/// What is printed of an answer.
fn said(answer: &Result<GrpcResponse, Status>) -> String {
    match answer {
        Ok(response) => String::from_utf8_lossy(&response.payload).into_owned(),
        Err(status) => format!("{:?}: {}", status.code(), status.message()),
    }
}

pub(crate) fn given_up() {
    let ended = run_until_started(&mut role(&["give up"]), 1);
    assert_eq!(ended.stdout, "started\nall met\n", "{}", ended.stderr);
    assert!(ended.status.success(), "{}", ended.status);
}

/// Calls whose clients are gone before a thread looks at them, and then as many at once as there may be threads.
pub(super) fn give_up() -> Result<ExitCode, PythonError> {
    for callable in ["scarce:holding", "scarce:meeting"] {
        resolve(callable)?;
    }
    Runtime::new().unwrap().block_on(async {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let held = tokio::spawn(call("scarce:holding", reader.as_raw_fd().to_string()));
        let mut line = String::new();
        stdin().lock().read_line(&mut line).unwrap();
        for _ in 0..100 {
            let mut call = pin!(call("scarce:meeting", "1"));
            let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending(), "nobody is in the interpreter");
        }
        writer.write_all(b"x").unwrap();
        held.await.unwrap().unwrap();

        let cpus = std::thread::available_parallelism().unwrap().get();
        let threads = 32.min(cpus + 4);
        let mut calls = JoinSet::new();
        for _ in 0..threads {
            calls.spawn(call("scarce:meeting", threads.to_string()));
        }
        let met = calls.join_all().await;
        let apart = met.iter().find(|met| met.is_err());
        println!("{}", apart.map_or_else(|| String::from("all met"), said));
    });
    Ok(ExitCode::SUCCESS)
}

#[cfg(target_os = "linux")]
pub(super) use linux::limit_memory;
#[cfg(target_os = "linux")]
pub(crate) use linux::short_of_memory;

#[cfg(target_os = "linux")]
mod linux {
    use spikard::{GrpcBidiStreamRequest, GrpcBidiStreamResponse};
    use spikard::{GrpcDuplexRequest, GrpcDuplexResponse, Messages};

    use super::super::process::run;
    use super::*;

    /// Larger than what is left to the process.
    const LARGE: usize = 1 << 30;
    const LEFT: u64 = 512 << 20;

    pub(crate) fn short_of_memory() {
        let ended = run(&mut role(&["limit memory"]));
        let refused = "ResourceExhausted: Python has no memory for the request\n";
        let small = "3\n3\n3\n3\n3\n3\n3\n3\n";
        let one = format!("{refused}{small}");
        let stream = "ResourceExhausted: MemoryError\n";
        let expected = format!("{one}{one}{refused}{stream}{small}");
        assert_eq!(ended.stdout, expected, "{}", ended.stderr);
        assert!(ended.status.success(), "{}", ended.status);
    }

    /// Leaves the process so many bytes of addresses beside those that it has.
    fn leave(bytes: u64) {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = statm.split(' ').next().unwrap().parse().unwrap();
        // SAFETY: the pointers are to a local, and sysconf takes none.
        unsafe {
            let page = u64::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap();
            let mut limit: libc::rlimit = std::mem::zeroed();
            assert_eq!(libc::getrlimit(libc::RLIMIT_AS, &raw mut limit), 0);
            limit.rlim_cur = limit.rlim_max.min(pages * page + bytes);
            assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &raw const limit), 0);
        }
    }

    async fn in_a_list(message: Bytes) -> Result<GrpcBidiStreamResponse, Status> {
        let request = GrpcBidiStreamRequest {
            messages: vec![message],
            ..Default::default()
        };
        call_python("scarce:sizes", request).await
    }

    /// The first message of the answer.
    async fn in_a_stream(message: Bytes) -> Result<Option<Bytes>, Status> {
        let request = GrpcDuplexRequest {
            service_name: "".into(),
            method_name: "".into(),
            metadata: Default::default(),
            messages: Messages::from(vec![message]),
            call: Default::default(),
        };
        let answer: Result<GrpcDuplexResponse, Status> =
            call_python("scarce:sizes_as_they_come", request).await;
        answer?.messages.message().await
    }

    /// One request for which there is no memory among others for which there is.
    pub(crate) fn limit_memory() -> Result<ExitCode, PythonError> {
        const UNARY: [&str; 2] = ["scarce:size", "scarce:size_in_a_thread"];
        for callable in UNARY {
            resolve(callable)?;
        }
        Runtime::new().unwrap().block_on(async {
            // Zeroes that are never touched take addresses, and no memory.
            let large = Bytes::from(vec![0; LARGE]);
            in_a_list(Bytes::new()).await.unwrap();
            in_a_stream(Bytes::new()).await.unwrap();
            leave(LEFT);
            for callable in UNARY {
                let refused = tokio::spawn(call(callable, large.clone()));
                let small: Vec<_> = (0..8)
                    .map(|_| tokio::spawn(call(callable, "abc")))
                    .collect();
                println!("{}", said(&refused.await.unwrap()));
                for answered in small {
                    println!("{}", said(&answered.await.unwrap()));
                }
            }
            let refused = in_a_list(large.clone()).await.unwrap_err();
            println!("{:?}: {}", refused.code(), refused.message());
            let refused = in_a_stream(large).await.unwrap_err();
            println!("{:?}: {}", refused.code(), refused.message());
            for _ in 0..8 {
                println!("{}", said(&call("scarce:size_in_a_thread", "abc").await));
            }
        });
        Ok(ExitCode::SUCCESS)
    }
}
