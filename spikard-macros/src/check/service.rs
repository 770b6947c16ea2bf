//! The service of an item.

use crate::attr::{Given, Options};
use crate::model::ServiceName;
use crate::report::Report;
use proc_macro2::Span;

pub(super) fn check(options: &Options, report: &mut Report) -> Option<ServiceName> {
    if options.service.is_no() {
        report.at(
            Span::call_site(),
            "the service is not named: write `#[grpc_stream(service = \"package.Service\")]`, with the full name from the `.proto`",
        );
    }
    match &options.service {
        Given::Yes(name) => Some(name.clone()),
        Given::No | Given::Wrong => None,
    }
}
