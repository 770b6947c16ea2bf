//! tower layers around all methods: who calls is checked before a handler runs, and each call is logged.

use std::error::Error;

use http::Request;
use spikard::{Bytes, GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
use tonic::GrpcMethod;
use tonic::body::Body;
use tower::filter::FilterLayer;
use tower_http::trace::TraceLayer;

/// Who calls, as the authentication found out; handlers find it among the extensions of the call.
#[derive(Clone)]
struct User(String);

/// Answers with the name of the caller.
#[grpc_stream(service = "greet.Greeter")]
async fn who_am_i(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    let user = request.call.extensions().get::<User>();
    let user = user.ok_or_else(|| Status::internal("no user: the layer is missing"))?;
    Ok(GrpcResponse::from(Bytes::from(user.0.clone())))
}

/// Lets calls with a bearer token in; the token is the user's name here, where yours would be checked.
fn authenticate(mut request: Request<Body>) -> Result<Request<Body>, Status> {
    let method = request.extensions().get::<GrpcMethod>();
    let method = method.map_or("this server", GrpcMethod::method).to_owned();
    let header = request.headers().get("authorization");
    let token = header.and_then(|header| header.to_str().ok()?.strip_prefix("Bearer "));
    let Some(user) = token.map(str::to_owned) else {
        let text = format!("{method} needs the metadata authorization: Bearer TOKEN");
        return Err(Status::unauthenticated(text));
    };
    request.extensions_mut().insert(User(user));
    Ok(request)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::DEBUG)
        .init();
    let server = Server::builder()
        .add(WhoAmI)
        // The first layer sees a request first, so refused calls are logged too.
        .layer(TraceLayer::new_for_grpc())
        .layer(FilterLayer::new(authenticate))
        .bind("127.0.0.1:0")
        .await?;
    if let Some(address) = server.local_addr() {
        println!("listening on {address}");
    }
    server.serve().await?;
    Ok(())
}
