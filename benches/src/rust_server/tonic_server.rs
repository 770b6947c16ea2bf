//! tonic as its users write it: generated service, typed messages, `Streaming` in.

use std::error::Error;
use std::vec;

use spikard_benches::announce;
use tokio::net::TcpListener;
use tokio_stream::Iter;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

use super::proto::bench_server::{Bench, BenchServer};
use super::proto::{Item, Total};

pub(crate) async fn serve(collecting: bool) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    announce(listener.local_addr()?)?;
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    Server::builder()
        .add_service(BenchServer::new(ByHand { collecting }))
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

struct ByHand {
    /// Whether `Sum` takes all messages before it looks at one.
    collecting: bool,
}

#[tonic::async_trait]
impl Bench for ByHand {
    async fn sum(&self, request: Request<Streaming<Item>>) -> Result<Response<Total>, Status> {
        let mut items = request.into_inner();
        let mut total = Total::default();
        if self.collecting {
            let taken = collected(items).await?;
            total.items = taken.len() as u64;
            total.sum = taken.iter().map(|item| item.value).sum();
            return Ok(Response::new(total));
        }
        while let Some(item) = items.message().await? {
            total.items += 1;
            total.sum += item.value;
        }
        Ok(Response::new(total))
    }

    type EchoStream = Iter<vec::IntoIter<Result<Item, Status>>>;

    async fn echo(
        &self,
        request: Request<Streaming<Item>>,
    ) -> Result<Response<Self::EchoStream>, Status> {
        let taken = collected(request.into_inner()).await?;
        let answered: Vec<_> = taken.into_iter().map(Ok).collect();
        Ok(Response::new(tokio_stream::iter(answered)))
    }

    async fn get(&self, request: Request<Item>) -> Result<Response<Total>, Status> {
        let sum = request.into_inner().value;
        Ok(Response::new(Total { items: 1, sum }))
    }
}

async fn collected(mut items: Streaming<Item>) -> Result<Vec<Item>, Status> {
    let mut taken = Vec::new();
    while let Some(item) = items.message().await? {
        taken.push(item);
    }
    Ok(taken)
}
