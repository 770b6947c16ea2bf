//! Connections that the program accepts by itself, and who is at the other end of a Unix socket.

use std::io;

use h2::client::SendRequest;
use http::Request;
use spikard::{Bytes, GrpcRequest, GrpcResponse, IncomingConnection, Server, Status, grpc_stream};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::{TcpListenerStream, UnboundedReceiverStream};

use crate::support::framed;

#[grpc_stream(service = "test.Incoming")]
async fn peer(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    let peer = request.call.peer().map(|peer| peer.to_string());
    let user = request.call.peer_cred().map(|client| client.uid());
    Ok(GrpcResponse::from(Bytes::from(format!(
        "{peer:?} {user:?}"
    ))))
}

/// A client of HTTP/2 on a stream of bytes.
async fn connected<S>(stream: S) -> SendRequest<Bytes>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// What the handler knows of the client.
async fn seen(client: &SendRequest<Bytes>) -> String {
    let request = Request::post("http://localhost/test.Incoming/Peer")
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let mut client = client.clone().ready().await.unwrap();
    let (response, mut body) = client.send_request(request, false).unwrap();
    body.send_data(framed(false, b""), true).unwrap();
    let mut body = response.await.unwrap().into_body();
    let message = body.data().await.unwrap().unwrap();
    String::from_utf8(message[5..].to_vec()).unwrap()
}

#[tokio::test]
async fn a_stream_of_connections_is_served_and_the_server_ends_with_the_last() {
    let (connections, accepted) = mpsc::unbounded_channel();
    let server = Server::builder()
        .add(Peer)
        .listen_on_incoming(UnboundedReceiverStream::new(accepted))
        .unwrap();
    assert_eq!(server.local_addr(), None);
    let served = tokio::spawn(server.serve());

    let (client, server) = duplex(1 << 16);
    connections
        .send(Ok(IncomingConnection::from(server)))
        .unwrap();
    let plain = connected(client).await;
    assert_eq!(seen(&plain).await, "None None");
    // It ends no more than a connection that breaks.
    let broken = io::Error::new(io::ErrorKind::ConnectionReset, "as asked");
    connections.send(Err(broken)).unwrap();
    let (client, server) = duplex(1 << 16);
    let named = IncomingConnection::new(server).peer(([192, 0, 2, 1], 50412).into());
    connections.send(Ok(named)).unwrap();
    let named = connected(client).await;
    assert_eq!(seen(&named).await, "Some(\"192.0.2.1:50412\") None");

    drop(connections);
    drop(plain);
    // One connection is left.
    assert_eq!(seen(&named).await, "Some(\"192.0.2.1:50412\") None");
    assert!(!served.is_finished());
    drop(named);
    served.await.unwrap().unwrap();
}

#[tokio::test]
async fn sockets_of_tokio_have_their_addresses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::builder()
        .add(Peer)
        .listen_on_incoming(TcpListenerStream::new(listener))
        .unwrap();
    let served = tokio::spawn(server.serve_with_shutdown(async {
        let _ = stopped.await;
    }));
    let stream = TcpStream::connect(addr).await.unwrap();
    let ours = stream.local_addr().unwrap();
    let client = connected(stream).await;
    assert_eq!(seen(&client).await, format!("Some(\"{ours}\") None"));
    // The stream of connections does not end, and the server does.
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_unix_socket_says_whose_its_client_is() {
    let path = std::env::temp_dir().join(format!("spikard-incoming-{}", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let server = Server::builder().add(Peer).listen_on_unix(listener);
    let served = tokio::spawn(server.unwrap().serve());
    let stream = UnixStream::connect(&path).await.unwrap();
    let me = stream.peer_cred().unwrap().uid();
    let client = connected(stream).await;
    assert_eq!(seen(&client).await, format!("None Some({me})"));
    served.abort();
    std::fs::remove_file(path).unwrap();

    // Those that the program accepts as well.
    let (ours, theirs) = UnixStream::pair().unwrap();
    let connections = tokio_stream::once(Ok(theirs));
    let server = Server::builder().add(Peer).listen_on_incoming(connections);
    let served = tokio::spawn(server.unwrap().serve());
    let client = connected(ours).await;
    assert_eq!(seen(&client).await, format!("None Some({me})"));
    drop(client);
    served.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_and_a_signal_are_enough() {
    let (stop, stopped) = oneshot::channel::<()>();
    let served = Server::builder()
        .add(Peer)
        .serve_with_shutdown("127.0.0.1:0", async {
            let _ = stopped.await;
        });
    let served = tokio::spawn(served);
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}

/// The types that become connections by themselves.
#[test]
fn conversions() {
    fn converts<C: Into<IncomingConnection>>() {}
    converts::<TcpStream>();
    converts::<UnixStream>();
    converts::<DuplexStream>();
}
