//! The layout of the messages that a handler takes.
//!
//! `RequestFootprint::<GrpcRequest<M>>::LAYOUT` is found on the type itself where `M` states its layout, and on the trait
//! [`UnknownFootprint`] where it does not, or where the type is no request at all, which is another error's business.

use std::marker::PhantomData;

use crate::Footprint;
use crate::footprint::{Layout, LayoutOf, UnknownFootprint};
use crate::shapes::RequestShape;

/// A request of the type `Request`.
#[derive(Debug)]
pub struct RequestFootprint<Request>(PhantomData<Request>);

impl<R> RequestFootprint<R>
where
    R: RequestShape,
    R::Message: Footprint,
{
    /// As the message states it.
    pub const LAYOUT: LayoutOf = <R::Message as Footprint>::layout;
}

impl<R> UnknownFootprint for RequestFootprint<R> {
    const LAYOUT: LayoutOf = Layout::unknown;
}
