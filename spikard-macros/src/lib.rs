//! The `#[grpc_stream]` attribute of `spikard`.
//!
//! An invocation goes through four stages: `attr` and `item` read what is written, `check` turns it
//! into a `model` or into errors, and `expand`, which cannot fail, writes the code.

mod attr;
mod check;
mod echo;
mod expand;
mod item;
mod model;
mod name;
mod report;
mod tokens;

use proc_macro2::TokenStream;

use report::Report;

/// Makes a gRPC service of an `async fn`, of a Python callable named by path, or of an `impl` block.
///
/// Use it as `spikard::grpc_stream`, which is where it is documented.
#[proc_macro_attribute]
pub fn grpc_stream(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    run(options.into(), item.into(), Features::BUILT).into()
}

/// The Cargo features that decide what is accepted.
#[derive(Clone, Copy)]
struct Features {
    python: bool,
}

impl Features {
    const BUILT: Self = Self {
        python: cfg!(feature = "python"),
    };
}

fn run(options: TokenStream, item: TokenStream, features: Features) -> TokenStream {
    let mut report = Report::default();
    let item = item::read(item);
    match check::check(&item, options, features, &mut report) {
        Some(service) => expand::service(&item, &service),
        None => echo::item(&item, report),
    }
}
