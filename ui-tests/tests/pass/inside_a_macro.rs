//! Written by a `macro_rules!`, with every part of it a variable.

use spikard::{GrpcRequest, GrpcResponse, GrpcService, Kind, Status, grpc_stream};
use spikard_ui_tests::{call, table};

pub mod reexport {
    pub use spikard;
}

// rustfmt moves the options farther to the right each time.
#[rustfmt::skip]
macro_rules! echo {
    ($service:literal, $function:ident, $name:ident, $request:ty, $limit:expr, $python:literal) => {
        #[grpc_stream(
            service = $service,
            name = $name,
            crate = $crate::inside_a_macro::reexport::spikard,
            max_messages = $limit
        )]
        async fn $function(request: $request) -> Result<GrpcResponse, Status> {
            Ok(request.payload.into())
        }

        #[grpc_stream(service = $service, method = "InPython", python = $python)]
        async fn in_python(request: $request) -> Result<GrpcResponse, Status>;
    };
}

macro_rules! service {
    ($service:literal, $ty:ty { $($method:ident),* }) => {
        #[grpc_stream(service = $service, crate = $crate::inside_a_macro::reexport::spikard)]
        impl $ty {
            $(async fn $method(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
                Ok(request.payload.into())
            })*
        }
    };
}

echo!("a.A", echo, EchoService, GrpcRequest, 2 + 3, "a:echo");

#[derive(Clone)]
struct Records;

service!("a.B", Records { import, export });

#[test]
fn runs() {
    assert_eq!(EchoService::METHODS[0].kind, Kind::Unary);
    assert_eq!(EchoService::METHODS[0].options.max_messages, Some(5));
    assert_eq!(call(&mut EchoService, "a.A/Echo", &[b"x"]).messages, ["x"]);
    assert_eq!(InPython::METHODS[0].kind, Kind::Unary);
    assert_eq!(table::<Records>().len(), 2);
    assert_eq!(call(&mut Records, "a.B/Export", &[b"x"]).messages, ["x"]);
}
