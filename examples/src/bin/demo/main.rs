//! Plays the calls of `demo/` against one server and shows what happens.
//!
//! Every call is made by a client in Rust (tonic) and by one in Python (grpcio), of the handler in Rust
//! and of those in Python, on bytes and on messages, and compared with what the table expects.

mod python_client;
mod server_process;
mod transcript;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use spikard_examples::calls::{
    Answer, Call, Client, HandledIn, Language, MessageError, Method, Table, differences,
};
use spikard_examples::{proto, python_folder};

use python_client::PythonClient;
use server_process::ServerProcess;
use transcript::Transcript;

/// Play the demo.
#[derive(Parser)]
struct Options {
    /// The Python interpreter of the Python client; it needs grpcio and protobuf.
    #[arg(long, default_value = "python3")]
    python: PathBuf,

    /// The folder of the tables of calls.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/demo"))]
    calls: PathBuf,

    /// Where the server's log goes.
    #[arg(long, default_value = "demo-server.log")]
    log: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match play(&Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the demo cannot go on: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn play(options: &Options) -> Result<bool, Box<dyn Error>> {
    let tables = Table::read_all(&options.calls)?;
    let mut server = ServerProcess::start(&options.log).await?;
    let rust = Client::connect(server.address()).await?;
    let script = python_folder().join("client.py");
    let mut python =
        PythonClient::start(&options.python, &script, server.address(), &options.calls)?;

    let mut transcript = Transcript::default();
    transcript.opening(server.address(), &options.log);
    for table in &tables {
        let methods = table.methods().map(|(handler, name)| {
            let method = Method::find(proto::DESCRIPTORS, &table.service, name)?;
            Ok((handler, method))
        });
        let methods = methods.collect::<Result<Vec<_>, MessageError>>()?;
        transcript.table(table, &methods);
        for call in &table.calls {
            transcript.call(&methods, call);
            for (handler, method) in &methods {
                let answer = rust.call(method, call).await?;
                show(
                    &mut transcript,
                    Language::Rust,
                    *handler,
                    method,
                    call,
                    &answer,
                );
                let answer = python.answer().await?;
                show(
                    &mut transcript,
                    Language::Python,
                    *handler,
                    method,
                    call,
                    &answer,
                );
            }
        }
    }
    python.finish().await?;
    drop(rust);
    let drained = server.stop().await?;
    Ok(transcript.summary(drained))
}

fn show(
    transcript: &mut Transcript,
    client: Language,
    handler: HandledIn,
    method: &Method,
    call: &Call,
    answer: &Answer,
) {
    let differences = differences(method, call.expected(handler), answer);
    transcript.answer(client, handler, method, answer, &differences);
}
