//! An instance behind Envoy, for `make envoy`: `shop.Orders` with a method of each kind, as `tests/envoy/fleet.py`.

use std::env;
use std::error::Error;
use std::str::FromStr;
use std::time::Duration;

use async_stream::try_stream;
use clap::Parser;
use spikard::{
    Bytes, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
    GrpcResponse, LoadReport, Messages, Orca, Server, Status, grpc_stream,
};
use tokio_stream::StreamExt;

/// Serve orders.
#[derive(Parser)]
struct Options {
    /// The address to listen on.
    #[arg(long)]
    bind: String,

    /// The time between NOT_SERVING and the end of accepting connections, as `5s`.
    #[arg(long, value_parser = humantime::parse_duration)]
    drain_delay: Duration,

    /// The age at which a connection gets GOAWAY.
    #[arg(long, value_parser = humantime::parse_duration)]
    max_connection_age: Option<Duration>,

    /// Whether to report the load.
    #[arg(long)]
    orca: bool,

    /// The shortest interval of reports out of band.
    #[arg(long, default_value = "30s", value_parser = humantime::parse_duration)]
    orca_min_report_interval: Duration,

    /// The share of one connection in what all calls buffer, as `1GiB`.
    #[arg(long, value_parser = gibibytes)]
    max_buffered_bytes_per_connection: usize,
}

fn gibibytes(text: &str) -> Result<usize, String> {
    let number = text.strip_suffix("GiB").ok_or("a number of GiB")?;
    let number = usize::from_str(number).map_err(|error| error.to_string())?;
    Ok(number << 30)
}

struct Orders {
    instance: String,
    /// The utilization that the instance says it has.
    load: Option<f64>,
}

impl Orders {
    /// An answer with the name of this instance.
    fn answer(&self, text: &str) -> Bytes {
        Bytes::from(format!("{} {text}", self.instance))
    }
}

/// The text of a message.
fn text(message: &[u8]) -> Result<&str, Status> {
    std::str::from_utf8(message).map_err(|error| Status::invalid_argument(error.to_string()))
}

/// The number in a message.
fn number(message: &[u8]) -> Result<u64, Status> {
    let number = text(message)?.parse();
    number.map_err(|error| Status::invalid_argument(format!("a number is expected: {error}")))
}

#[grpc_stream(service = "shop.Orders")]
impl Orders {
    async fn get(&self, request: GrpcRequest<Bytes>) -> Result<GrpcResponse<Bytes>, Status> {
        request.call.record_server_load(LoadReport {
            application_utilization: self.load,
            ..LoadReport::default()
        });
        Ok(GrpcResponse::from(self.answer(text(&request.payload)?)))
    }

    async fn add_up(
        &self,
        request: GrpcClientStreamRequest<Bytes>,
    ) -> Result<GrpcResponse<Bytes>, Status> {
        let mut sum = 0;
        for message in &request.messages {
            sum += number(message)?;
        }
        Ok(GrpcResponse::from(self.answer(&sum.to_string())))
    }

    async fn export(
        &self,
        request: GrpcRequest<Bytes>,
    ) -> Result<GrpcDuplexResponse<Bytes>, Status> {
        let count = number(&request.payload)?;
        let name = self.instance.clone();
        Ok(GrpcDuplexResponse::from(Messages::new(try_stream! {
            for number in 0..count {
                tokio::time::sleep(Duration::from_millis(50)).await;
                yield Bytes::from(format!("{name} {number}"));
            }
        })))
    }

    async fn chat(
        &self,
        request: GrpcDuplexRequest<Bytes>,
    ) -> Result<GrpcDuplexResponse<Bytes>, Status> {
        let name = self.instance.clone();
        let answers = request.messages.map(move |message| {
            let message = message?;
            Ok(Bytes::from(format!("{name} {}", text(&message)?)))
        });
        Ok(GrpcDuplexResponse::from(Messages::new(answers)))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let orders = Orders {
        instance: env::var("FLEET_INSTANCE").unwrap_or_default(),
        load: env::var("FLEET_LOAD")
            .ok()
            .map(|load| load.parse())
            .transpose()?,
    };
    let server = Server::builder()
        .add(orders)
        .health()
        .drain_delay(options.drain_delay)
        .max_buffered_bytes_per_connection(options.max_buffered_bytes_per_connection);
    let server = if options.orca {
        server.orca(Orca::new().min_report_interval(options.orca_min_report_interval))
    } else {
        server
    };
    let server = match options.max_connection_age {
        Some(age) => server.max_connection_age(age),
        None => server,
    };
    server.serve(&options.bind).await?;
    Ok(())
}
