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

/// A name in quotes does not say which methods the service has.
pub(super) fn check_complete(options: &Options, report: &mut Report) {
    if let (Some(word), Given::Yes(ServiceName::Text(name))) = (options.complete, &options.service)
    {
        report.at(
            word,
            format_args!(
                "`complete` needs the `.proto`, which {} in quotes does not lead to: write the path of the module that spikard-build generates for the service, as in `service = messageservice::message_service`",
                name.token()
            ),
        );
    }
}
