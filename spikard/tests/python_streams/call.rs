//! Streaming handlers called as functions, through the macro and by name.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use spikard::python::call_python;
use spikard::{
    Bytes, Code, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcService, Kind, Messages,
    Status, grpc_stream,
};

use crate::client::{Answer, counted, said};
use crate::python_support::{bytes, interpreter};

#[grpc_stream(service = "test.Chat", python = "streaming:echo")]
async fn talk(request: GrpcDuplexRequest) -> Result<GrpcDuplexResponse, Status>;

#[grpc_stream(service = "test.Chat", python = "streaming:count_to")]
async fn count_to(request: GrpcRequest) -> Result<GrpcDuplexResponse, Status>;

fn request(messages: Messages<Bytes>) -> GrpcDuplexRequest {
    interpreter();
    GrpcDuplexRequest {
        service_name: "test.Chat".into(),
        method_name: "Talk".into(),
        metadata: Default::default(),
        messages,
        call: Default::default(),
    }
}

async fn all(response: &mut GrpcDuplexResponse) -> Result<Vec<Bytes>, Status> {
    let mut found = Vec::new();
    while let Some(message) = response.messages.message().await? {
        found.push(message);
    }
    Ok(found)
}

#[test]
fn the_kind_follows_from_the_types() {
    assert_eq!(Talk::METHODS[0].kind, Kind::Duplex);
    assert_eq!(CountTo::METHODS[0].kind, Kind::ServerStreaming);
}

#[tokio::test]
async fn a_function_of_the_macro_streams() {
    let sent = bytes(&["a", "", "c"]);
    let mut response = talk(request(Messages::from(sent.clone()))).await.unwrap();
    let heads: Vec<_> = response.metadata.get_all("x-head").iter().collect();
    assert_eq!(heads, ["a", "b"]);
    assert_eq!(all(&mut response).await.unwrap(), sent);
    let trailers = response.messages.take_trailers();
    assert_eq!(trailers.get("x-count").unwrap(), "3");
}

#[tokio::test]
async fn a_server_stream_comes_in_order() {
    interpreter();
    let payload = Bytes::from_static(b"10000");
    let request = GrpcRequest {
        payload,
        ..Default::default()
    };
    let mut response = count_to(request).await.unwrap();
    let found = all(&mut response).await.unwrap();
    let expected: Vec<Bytes> = (0..10_000)
        .map(|number| number.to_string().into())
        .collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_is_ready_crosses_together() {
    let sent = vec![Bytes::from_static(b"0123456789"); 10_000];
    let answer: Answer =
        call_python("streaming:crossings", request(Messages::from(sent.clone()))).await;
    assert_eq!(all(&mut answer.unwrap()).await.unwrap(), sent);
    let crossings = counted("receive").await;
    assert!(crossings < 50, "{crossings} for {} messages", sent.len());
}

#[tokio::test]
async fn a_fault_of_the_stream_is_raised_and_a_cancelled_one_cancels() {
    let broken = |status: Status| {
        let messages = vec![Ok(Bytes::from_static(b"a")), Err(status)];
        Messages::new(tokio_stream::iter(messages))
    };
    let fault = broken(Status::data_loss("a cable is cut"));
    let answer: Answer = call_python("streaming:limited", request(fault)).await;
    let found = all(&mut answer.unwrap()).await.unwrap();
    assert_eq!(found, ["1 DATA_LOSS a cable is cut", "[]"]);

    let fault = broken(Status::data_loss("a cable is cut"));
    let mut response = talk(request(fault)).await.unwrap();
    let status = all(&mut response).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::DataLoss, "a cable is cut")
    );

    let (send, stream) = tokio::sync::mpsc::channel(1);
    let stream = tokio_stream::wrappers::ReceiverStream::new(stream);
    let mut gone = request(Messages::new(stream));
    gone.metadata.insert("x-name", "gone".parse().unwrap());
    let answer: Answer = call_python("streaming:waiting", gone).await;
    let mut response = answer.unwrap();
    send.send(Ok(Bytes::from_static(b"a"))).await.unwrap();
    assert_eq!(response.messages.message().await.unwrap().unwrap(), "a");
    send.send(Err(Status::cancelled("gone"))).await.unwrap();
    let status = all(&mut response).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Cancelled, "gone"));
    drop(response);
    crate::client::until_happened("gone", "started, CancelledError").await;
}

#[tokio::test]
async fn a_stream_that_panics_does_not_leave_the_handler_waiting() {
    let panics = tokio_stream::StreamExt::map(tokio_stream::iter(0..3), |number| {
        assert!(number < 1, "as asked");
        Ok(Bytes::from_static(b"a"))
    });
    let mut response = talk(request(Messages::new(panics))).await.unwrap();
    let status = all(&mut response).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
}

/// Polls a call so often, takes so many messages, and drops it.
async fn give_up_after(polls: usize) {
    let messages = Messages::from(vec![Bytes::from_static(b"a"); 100]);
    let mut call = pin!(talk(request(messages)));
    for _ in 0..polls {
        let polled = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await;
        if let Poll::Ready(answer) = polled {
            let mut answer = answer.unwrap();
            for _ in 0..polls {
                answer.messages.message().await.unwrap();
            }
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_given_up_at_any_moment_leave_no_task_behind() {
    let churn = || {
        tokio::spawn(async {
            for round in 0..2000 {
                give_up_after(round % 17).await;
            }
        })
    };
    let (one, other) = tokio::join!(churn(), churn());
    one.and(other).unwrap();
    let asking = async {
        // The other tests of this process have a few each.
        while said("streaming:tasks", "").await.parse::<usize>().unwrap() > 20 {
            tokio::task::yield_now().await;
        }
    };
    let within = std::time::Duration::from_secs(60);
    tokio::time::timeout(within, asking).await.unwrap();
}
