//! The layout of a message's type, whether it states one or not.
//!
//! `FootprintOf::<M>::LAYOUT` is found on the type itself where `M` states its layout, and on the trait
//! [`UnknownFootprint`] where it does not.

use std::marker::PhantomData;

use super::layout::{Layout, LayoutOf};
use super::message::Footprint;

/// The layout of `M`.
#[derive(Debug)]
pub struct FootprintOf<M>(PhantomData<M>);

impl<M: Footprint> FootprintOf<M> {
    /// As the type states it.
    pub const LAYOUT: LayoutOf = M::layout;
}

/// What is found where a type does not state its layout.
pub trait UnknownFootprint {
    /// Nothing is known.
    const LAYOUT: LayoutOf = Layout::unknown;
}

impl<M> UnknownFootprint for FootprintOf<M> {}
