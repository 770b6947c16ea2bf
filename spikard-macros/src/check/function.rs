//! A free function: one method, and a struct as its service.

use proc_macro2::TokenStream;

use super::cfg::cfgs;
use super::signature::Receives;
use super::{method, service, structure};
use crate::attr::{Entries, Options, Place};
use crate::features::Features;
use crate::item::Function;
use crate::model::{Owner, Service};
use crate::report::Report;

pub(super) fn check(
    function: &Function,
    options: TokenStream,
    features: Features,
    report: &mut Report,
) -> Option<Service> {
    let place = Place::Function;
    let options = Options::read(
        Entries::read(options, place, report),
        place,
        features,
        report,
    );
    let service = service::check(&options, report);
    for attr in &function.grpc {
        let message = "`#[grpc(…)]` is for the methods of an `impl` block: write its options in `#[grpc_stream(…)]`";
        report.on(attr, message);
    }
    let method = method::check(function, Receives::Nothing, &options, report)?;
    let name = structure::check(&options, &method, report)?;
    Some(Service {
        complete: None,
        krate: options.krate.yes().cloned(),
        name: service?,
        cfgs: cfgs(&function.attrs),
        owner: Owner::Struct {
            vis: function.vis.clone(),
            name,
        },
        // The `cfg`s of the function apply to the whole service.
        methods: vec![crate::model::Method {
            cfgs: Vec::new(),
            ..method
        }],
    })
}
