//! The `#[grpc_stream]` attribute and the derive of `Footprint` of `spikard`.
//!
//! An invocation of the attribute passes four stages: `attr` and `item` parse the input, `check` turns it into a `model`
//! or reports errors, and `expand`, which cannot fail, generates the code. The derive is `footprint`.

mod attr;
mod check;
mod echo;
mod expand;
mod features;
mod footprint;
mod inside;
mod item;
mod model;
mod name;
mod report;
mod tokens;

use proc_macro2::TokenStream;

use features::Features;
use report::Report;

/// Turns an `async fn`, a Python callable named by path, or an `impl` block into a gRPC service.
///
/// Use and documentation: `spikard::grpc_stream`.
#[proc_macro_attribute]
pub fn grpc_stream(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    run(options.into(), item.into(), Features::BUILT).into()
}

/// Derives `Footprint` for a message of prost's, or a oneof of one.
///
/// Use and documentation: `spikard::Footprint`.
#[proc_macro_derive(Footprint, attributes(footprint, prost))]
pub fn footprint(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    footprint::derive(input.into()).into()
}

fn run(options: TokenStream, item: TokenStream, features: Features) -> TokenStream {
    let mut report = Report::default();
    let item = item::read(item);
    match check::check(&item, options, features, &mut report) {
        Some(service) => expand::service(&item, &service),
        None => echo::item(&item, report),
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn errors(output: &TokenStream) -> usize {
        output.to_string().matches("compile_error").count()
    }

    fn in_python(python: bool) -> TokenStream {
        let options = quote!(service = "a.A", python = "a:ask");
        let item = quote!(
            async fn ask(request: GrpcRequest) -> Result<GrpcResponse, Status>;
        );
        run(options, item, Features { python })
    }

    #[test]
    fn a_handler_in_python_needs_the_feature() {
        let output = in_python(false).to_string();
        assert_eq!(output.matches("compile_error").count(), 1, "{output}");
        assert!(
            output.contains("Cargo feature `python` of spikard"),
            "{output}"
        );
        assert!(output.contains("features = [\\\"python\\\"]"), "{output}");
        // The function still exists, and nothing that needs the feature.
        assert!(output.contains("async fn ask"), "{output}");
        assert!(!output.contains("call_python"), "{output}");

        let output = in_python(true);
        assert_eq!(errors(&output), 0, "{output}");
        assert!(output.to_string().contains("call_python"), "{output}");
    }

    #[test]
    fn a_wrong_callable_is_not_reported_without_the_feature() {
        let item = quote!(
            impl Records {
                #[grpc(python = "no callable")]
                async fn ask(&self, request: GrpcRequest) -> Result<GrpcResponse, Status>;
            }
        );
        let output = run(quote!(service = "a.A"), item, Features { python: false });
        assert_eq!(errors(&output), 1, "{output}");
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let options = quote!(servise = "a.A", max_messages = 0, method = "a b");
        let item = quote!(
            unsafe fn ask(request: impl Send);
        );
        let output = run(options, item, Features { python: true });
        // The option, the limit, the method, `unsafe`, `async`, `impl`, the return type, the body.
        assert_eq!(errors(&output), 8, "{output}");
    }

    #[test]
    fn a_body_need_not_parse() {
        let item: TokenStream = "async fn ask(request: GrpcRequest) -> Answer { request. }"
            .parse()
            .expect("these are tokens");
        let output = run(quote!(service = "a.A"), item, Features { python: false });
        assert_eq!(errors(&output), 0, "{output}");
        assert!(output.to_string().contains("request . }"), "{output}");
    }
}
