//! Doc comments and other attributes stay on the function, and lints that the program denies find
//! nothing in what is generated.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unused,
    rust_2018_idioms,
    non_local_definitions
)]

/// Handlers.
pub mod handlers {
    use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

    /// Greets, unless it is told nothing.
    #[must_use]
    #[grpc_stream(service = "greeter.Greeter")]
    #[deprecated(note = "say hello")]
    pub async fn greet(
        #[allow(unused_variables)] request: GrpcRequest,
    ) -> Result<GrpcResponse, Status> {
        #![allow(unused_mut)]
        let mut response = GrpcResponse::default();
        Ok(response)
    }

    /// A greeter.
    #[derive(Clone, Debug)]
    pub struct Greeter;

    #[grpc_stream(service = "greeter.Greeter")]
    #[allow(unused_mut)]
    impl Greeter {
        /// Says hello.
        #[grpc(method = "Hello")]
        #[inline(never)]
        pub async fn say_hello(&self, _request: GrpcRequest) -> Result<GrpcResponse, Status> {
            let mut response = GrpcResponse::default();
            Ok(response)
        }
    }
}

#[test]
fn runs() {
    #[allow(deprecated)]
    let greeting = handlers::greet(spikard::GrpcRequest::default());
    assert!(spikard_ui_tests::block_on(greeting).is_ok());
    let greeting = handlers::Greeter.say_hello(spikard::GrpcRequest::default());
    assert!(spikard_ui_tests::block_on(greeting).is_ok());
    assert_eq!(format!("{:?}", handlers::Greet), "Greet");
    let _: handlers::Greet = Default::default();
    let answer = spikard_ui_tests::call(&mut handlers::Greet, "greeter.Greeter/Greet", &[b""]);
    assert_eq!(answer.status, 0);
}
