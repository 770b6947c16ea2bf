//! The layouts of the messages that prost itself defines.

use bytes::Bytes;
use prost_types::value::Kind;
use prost_types::{Any, Duration, FieldMask, ListValue, Struct, Timestamp, Value};

use super::layout::{Field, Layout, LayoutOf};
use super::message::Footprint;

macro_rules! footprint {
    ($($message:ty: $fields:expr, $oneofs:expr;)*) => {$(
        impl Footprint for $message {
            fn layout() -> &'static Layout {
                static LAYOUT: Layout = Layout::new($fields, $oneofs);
                &LAYOUT
            }
        }
    )*};
}

footprint! {
    (): &[], &[];
    bool: &[], &[];
    u32: &[], &[];
    u64: &[], &[];
    i32: &[], &[];
    i64: &[], &[];
    f32: &[], &[];
    f64: &[], &[];
    String: &[Field::text(1)], &[];
    Vec<u8>: &[Field::text(1)], &[];
    Bytes: &[Field::slice(1)], &[];
    Timestamp: &[], &[];
    Duration: &[], &[];
    Any: &[Field::text(1), Field::text(2)], &[];
    FieldMask: &[Field::text(1).list(size_of::<String>())], &[];
    ListValue: &[Field::message(1, Value::layout).list(size_of::<Value>())], &[];
    Struct: &[Field::message(1, Member::layout).btree_map(size_of::<(String, Value)>())], &[];
    Member: &[Field::text(1), Field::message(2, Value::layout)], &[];
    Value: &[], &[Kind::layout as LayoutOf];
    Kind: &[Field::text(3), Field::message(5, Struct::layout), Field::message(6, ListValue::layout)], &[];
}

/// An entry of a `Struct`.
struct Member;
