//! What this program does when a case starts it again.

use std::io::{BufRead, stdin};
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use spikard::python::call_python;
use spikard::python::{Interpreter, PythonError, resolve};
use spikard::{Bytes, GrpcRequest, GrpcResponse, Status};
use tokio::runtime::Runtime;

use super::shortages;

type Answer = Result<GrpcResponse, Status>;

/// The exit code of a Python that could not be started, or a callable that could not be found.
pub(crate) const REFUSED: u8 = 3;
/// An exit code that nobody else gives.
pub(crate) const OWN_CODE: u8 = 7;

pub(crate) fn play(arguments: &[String]) -> ExitCode {
    let argument = |index: usize| -> &'static str { arguments[index].clone().leak() };
    let result = match argument(0) {
        "call" => resolve(argument(1)).map(|()| call(argument(1))),
        "call in" => start_in(argument(1)).map(|_| call(argument(2))),
        "call with path" => start_with_path(argument(1)).map(|_| call(argument(2))),
        "call around" => start_around(&arguments[1..4]).map(|_| call(argument(4))),
        "leave by return" => Ok(leave(argument(1))),
        "leave by exit" => {
            leave(argument(1));
            std::process::exit(OWN_CODE.into());
        }
        "stop" => Ok(stop()),
        "fork" => Ok(fork()),
        "give up" => shortages::give_up(),
        #[cfg(target_os = "linux")]
        "limit memory" => shortages::limit_memory(),
        role => panic!("no such role: {role}"),
    };
    result.unwrap_or_else(|error| {
        println!("{error}");
        ExitCode::from(REFUSED)
    })
}

fn start_in(environment: &str) -> Result<Interpreter, PythonError> {
    Interpreter::builder().virtual_env(environment).start()
}

fn start_with_path(folder: &str) -> Result<Interpreter, PythonError> {
    Interpreter::builder().path(folder).start()
}

/// With a lifespan, middleware and exceptions; an empty name is none.
fn start_around(names: &[String]) -> Result<Interpreter, PythonError> {
    let [lifespan, middleware, exceptions] = names else {
        panic!("three names, not {names:?}");
    };
    let mut builder = Interpreter::builder();
    if !lifespan.is_empty() {
        builder = builder.lifespan(lifespan);
    }
    if !middleware.is_empty() {
        builder = builder.middleware(middleware);
    }
    if !exceptions.is_empty() {
        builder = builder.exceptions(exceptions);
    }
    builder.start()
}

async fn answer(callable: &'static str) -> Answer {
    call_python(callable, GrpcRequest::<Bytes>::default()).await
}

fn call(callable: &'static str) -> ExitCode {
    match Runtime::new().unwrap().block_on(answer(callable)) {
        Ok(response) => {
            println!("{}", String::from_utf8_lossy(&response.payload));
            ExitCode::SUCCESS
        }
        Err(status) => {
            println!("{status}");
            ExitCode::FAILURE
        }
    }
}

/// Starts a call and leaves it to itself; goes on when it is told to.
fn leave(callable: &'static str) -> ExitCode {
    let runtime = Runtime::new().unwrap();
    runtime.spawn(answer(callable));
    let mut line = String::new();
    stdin().lock().read_line(&mut line).unwrap();
    // As a program that calls `exit` in the middle: the runtime is not shut down first.
    std::mem::forget(runtime);
    ExitCode::from(OWN_CODE)
}

fn stop() -> ExitCode {
    let interpreter = Interpreter::builder().start().unwrap();
    // Found before the loop is blocked.
    for callable in ["stuck:sleeping", "stuck:sleeping_on_loop", "probe:where"] {
        resolve(callable).unwrap();
    }
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let on_loop = tokio::spawn(answer("stuck:sleeping_on_loop"));
        let in_pool = tokio::spawn(answer("stuck:sleeping"));
        let mut line = String::new();
        stdin().lock().read_line(&mut line).unwrap();
        let queued = tokio::spawn(answer("probe:where"));
        tokio::task::yield_now().await;
        let stopping = tokio::task::spawn_blocking(move || interpreter.stop());
        for call in [on_loop, in_pool, queued] {
            let status = call.await.unwrap().unwrap_err();
            println!("{:?}: {}", status.code(), status.message());
        }
        println!("{:?}", answer("probe:where").await.unwrap_err().code());
        println!("{}", resolve("probe:no_such").unwrap_err());
        println!("clean: {}", stopping.await.unwrap());
    });
    ExitCode::SUCCESS
}

fn fork() -> ExitCode {
    Runtime::new()
        .unwrap()
        .block_on(answer("probe:where"))
        .unwrap();
    // SAFETY: the child only makes a future, polls it once, looks a name up and leaves by `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // What waits for the threads of the parent would wait for ever.
        // SAFETY: it takes a number; nobody else uses the alarm.
        unsafe { libc::alarm(20) };
        let mut call = std::pin::pin!(answer("probe:where"));
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let refused = matches!(polled, Poll::Ready(Err(status)) if status.message().contains("was forked"))
            && resolve("echo:unary").is_err_and(|error| error.to_string().contains("was forked"));
        // Through `exit`, so that what Python registers for it runs here too.
        std::process::exit(if refused { OWN_CODE.into() } else { 1 });
    }
    let mut status = 0;
    // SAFETY: `status` is where the child's status may be written.
    unsafe { libc::waitpid(child, &mut status, 0) };
    println!("the child: {}", libc::WEXITSTATUS(status));
    call("probe:where");
    ExitCode::SUCCESS
}
