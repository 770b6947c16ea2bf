//! A service that its owner shares with the server.

use std::sync::Arc;

use crate::MethodInfo;
use crate::dispatch::{ResponseFuture, ServerCall};

use super::GrpcService;

/// The same service: a background task, or a test, can hold it too.
impl<S: GrpcService> GrpcService for Arc<S> {
    const NAME: &'static str = S::NAME;
    const METHODS: &'static [MethodInfo] = S::METHODS;
    const DECLARED: &'static [&'static str] = S::DECLARED;

    fn call(self: Arc<Self>, index: usize, call: ServerCall) -> ResponseFuture {
        S::call(Self::clone(&self), index, call)
    }
}
