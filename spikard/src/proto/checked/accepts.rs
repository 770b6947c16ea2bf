//! Whether the messages of a handler are those of a method.
//!
//! `Takes::<GrpcRequest<M>, Expected>::SAME` is found on the type itself where `M` is `Expected`, and
//! on the trait [`Differs`] where it is not. That needs no bound, which would fail once more for a type
//! that is no request at all.

use std::marker::PhantomData;

use crate::{
    GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest, GrpcDuplexRequest,
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse,
};

/// A request of the type `Request`, for a method that takes `Expected`.
#[derive(Debug)]
pub struct Takes<Request, Expected>(PhantomData<(Request, Expected)>);

/// A result of the type `Result`, for a method that returns `Expected`.
#[derive(Debug)]
pub struct Returns<Result, Expected>(PhantomData<(Result, Expected)>);

/// What is found where the messages differ.
pub trait Differs {
    /// Whether they are the same.
    const SAME: bool = false;
}

impl<Request, Expected> Differs for Takes<Request, Expected> {}
impl<Result, Expected> Differs for Returns<Result, Expected> {}

macro_rules! takes {
    ($($shape:ident),*) => {$(
        impl<M> Takes<$shape<M>, M> {
            /// The messages are the same.
            pub const SAME: bool = true;
        }
    )*};
}

macro_rules! returns {
    ($($shape:ident),*) => {$(
        impl<M, E> Returns<Result<$shape<M>, E>, M> {
            /// The messages are the same.
            pub const SAME: bool = true;
        }
    )*};
}

takes!(
    GrpcRequest,
    GrpcClientStreamRequest,
    GrpcBidiStreamRequest,
    GrpcDuplexRequest
);
returns!(
    GrpcResponse,
    GrpcServerStreamResponse,
    GrpcBidiStreamResponse,
    GrpcDuplexResponse
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bytes, Status};

    type Answer<T> = Result<T, Status>;

    #[test]
    fn finds_the_same_messages() {
        const {
            assert!(Takes::<GrpcRequest<String>, String>::SAME);
            assert!(Takes::<GrpcDuplexRequest, Bytes>::SAME);
            assert!(Returns::<Answer<GrpcBidiStreamResponse<u64>>, u64>::SAME);
        }
    }

    #[test]
    fn finds_that_messages_differ() {
        const {
            assert!(!Takes::<GrpcRequest<String>, u64>::SAME);
            assert!(!Takes::<GrpcRequest<String>, Bytes>::SAME);
            assert!(!Returns::<Answer<GrpcResponse<u64>>, u32>::SAME);
            assert!(!Returns::<GrpcResponse<u64>, u64>::SAME);
        }
    }
}
