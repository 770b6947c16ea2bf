//! The macro and the types may come from a module of the program's own.

mod prelude {
    pub(crate) use spikard::{
        GrpcRequest as Ask, GrpcResponse as Tell, GrpcService, Kind, Status, grpc_stream as rpc,
    };
}

use prelude::*;

#[rpc(service = "greeter.Greeter")]
async fn greet(request: Ask<String>) -> Result<Tell<String>, Status> {
    Ok(format!("hello {}", request.payload).into())
}

#[test]
fn runs() {
    assert_eq!(Greet::METHODS[0].kind, Kind::Unary);
    let answer = spikard_ui_tests::call(&mut Greet, "greeter.Greeter/Greet", &[b"\x0a\x01x"]);
    assert_eq!(answer.messages, ["\x0a\x07hello x"]);
}
