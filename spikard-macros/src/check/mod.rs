//! From the parsed input to a checked model, or to all errors in it.

mod block;
mod cfg;
mod function;
mod header;
mod method;
mod service;
mod signature;
mod structure;
mod types;

use proc_macro2::TokenStream;

use crate::features::Features;
use crate::item::{Item, Other};
use crate::model::Service;
use crate::report::Report;

/// The service of `item` with these options. `None` after an error, which is in the report or comes from the compiler.
pub(crate) fn check(
    item: &Item,
    options: TokenStream,
    features: Features,
    report: &mut Report,
) -> Option<Service> {
    let service = match item {
        Item::Function(function) => function::check(function, options, features, report),
        Item::Block(block) => block::check(block, options, features, report),
        Item::Other(other) => {
            refuse(other, report);
            None
        }
    };
    service.filter(|_| report.is_empty())
}

fn refuse(other: &Other, report: &mut Report) {
    if let Some(error) = &other.error {
        report.push(error.clone());
        return;
    }
    let word = &other.word;
    let hint = match word.as_str() {
        "struct" | "enum" | "union" => ": write it above the `impl` block with the methods",
        "trait" => ": write it above the `impl` block of the type that serves the methods",
        _ => "",
    };
    let message = format_args!(
        "`#[grpc_stream]` goes on an `async fn` or on an `impl` block, not on this `{word}`{hint}"
    );
    report.at(other.span, message);
}
