//! The table of what is served, for people.

use std::borrow::Cow;
use std::fmt;

use crate::{Limits, MethodInfo};

/// The table of what is served: one row per method, with its kind, its handler and its limits. Methods that the `.proto`
/// has and nobody handles come last.
///
/// It prints as an aligned table:
///
/// ```
/// # #[cfg(feature = "python")] {
/// use spikard::{GrpcClientStreamRequest, GrpcResponse, Routes, Status, grpc_stream};
///
/// #[grpc_stream(
///     service = "messageservice.MessageService",
///     python = "batch_handler:handle_batch_create"
/// )]
/// async fn batch_create(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;
///
/// assert_eq!(
///     Routes::new().add(BatchCreate).table().to_string(),
///     "\
/// SERVICE                        METHOD       KIND              HANDLER                                     LIMITS
/// messageservice.MessageService  BatchCreate  client streaming  batch_handler:handle_batch_create (Python)  10000 messages, 64 MiB"
/// );
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RouteTable {
    routes: Vec<Route>,
    unhandled: Vec<(&'static str, &'static str)>,
}

/// One row of a [`RouteTable`].
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) service: Cow<'static, str>,
    pub(super) info: MethodInfo,
    pub(super) limits: Limits,
}

impl RouteTable {
    /// The methods that are handled, and those that are not, each with its service.
    pub(super) fn new(routes: Vec<Route>, unhandled: Vec<(&'static str, &'static str)>) -> Self {
        Self { routes, unhandled }
    }
}

impl Route {
    fn cells(&self) -> [String; 5] {
        let handler = &self.info.handler;
        [
            self.service.to_string(),
            self.info.name.to_string(),
            self.info.kind.to_string(),
            format!("{handler} ({})", handler.language()),
            self.limits(),
        ]
    }

    fn limits(&self) -> String {
        let Limits {
            max_messages,
            max_message_bytes,
            max_stream_bytes,
            timeout,
            ..
        } = self.limits;
        let buffered = (max_messages, max_stream_bytes) != (usize::MAX, usize::MAX);
        let mut limits = match (self.info.kind.client_streams(), buffered) {
            (true, true) => format!("{max_messages} messages, {}", size(max_stream_bytes)),
            (true, false) => format!("{} a message", size(max_message_bytes)),
            (false, _) => size(max_message_bytes),
        };
        if let Some(timeout) = timeout {
            limits.push_str(&format!(", {timeout:?}"));
        }
        limits
    }
}

/// The row of a method that a `.proto` has and nobody handles.
fn unhandled((service, method): &(&str, &str)) -> [String; 5] {
    [service, method, "-", "none: UNIMPLEMENTED", "-"].map(|cell| (*cell).to_owned())
}

/// In the largest binary unit that divides the number of bytes.
fn size(bytes: usize) -> String {
    const UNITS: [(usize, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS
        .iter()
        .find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

impl fmt::Display for RouteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["SERVICE", "METHOD", "KIND", "HANDLER", "LIMITS"].map(String::from);
        let rows: Vec<_> = std::iter::once(head)
            .chain(self.routes.iter().map(Route::cells))
            .chain(self.unhandled.iter().map(unhandled))
            .collect();
        let width = |column: usize| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or_default()
        };
        let widths: [usize; 5] = std::array::from_fn(width);
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let [service, method, kind, handler, limits] = row;
            let [a, b, c, d, _] = widths;
            write!(
                f,
                "{service:a$}  {method:b$}  {kind:c$}  {handler:d$}  {limits}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Bytes, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest,
        GrpcResponse, Handler, MethodOptions, Status,
    };

    #[test]
    fn columns_are_aligned() {
        type Answer = Result<GrpcResponse<Bytes>, Status>;
        let unary = MethodInfo::of::<GrpcRequest, Answer>(
            "Get",
            MethodOptions::new(),
            Handler::Rust(Cow::Borrowed("shop::get")),
        );
        let upload = MethodInfo::of::<GrpcClientStreamRequest, Answer>(
            "Import",
            MethodOptions::new()
                .max_messages(500)
                .max_stream_bytes(1000),
            Handler::Python(Cow::Borrowed("shop:import_all")),
        );
        let route = |info| Route {
            service: Cow::Borrowed("shop.Shop"),
            limits: Limits::default().overridden_by(&MethodInfo::clone(&info).options),
            info,
        };
        let table = RouteTable::new(
            vec![route(unary), route(upload)],
            vec![("shop.Shop", "Export")],
        )
        .to_string();
        assert_eq!(
            table,
            "SERVICE    METHOD  KIND              HANDLER                   LIMITS\n\
             shop.Shop  Get     unary             shop::get (Rust)          4 MiB\n\
             shop.Shop  Import  client streaming  shop:import_all (Python)  500 messages, 1000 bytes\n\
             shop.Shop  Export  -                 none: UNIMPLEMENTED       -"
        );
    }
    #[test]
    fn what_is_not_buffered_has_no_limits_of_a_buffer() {
        let duplex = MethodInfo::of::<GrpcDuplexRequest, Result<GrpcDuplexResponse, Status>>(
            "Chat",
            MethodOptions::new(),
            Handler::Rust(Cow::Borrowed("shop::chat")),
        );
        let route = Route {
            service: Cow::Borrowed("shop.Shop"),
            limits: Limits::default().unbuffered(),
            info: duplex,
        };
        let table = RouteTable::new(vec![route], Vec::new()).to_string();
        assert!(table.ends_with("  4 MiB a message"), "{table}");
    }
}
