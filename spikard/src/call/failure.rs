//! What a Rust handler fails with: what is the server's own fault is said in the log, and only there.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::stats::Limit;
use crate::{Code, Status};

/// The status of a handler that failed, as it is sent; in the span of the call.
pub(crate) fn of_handler(status: Status) -> Status {
    of(status, "the handler")
}

/// The status of a layer that failed, as it is sent.
#[cfg(feature = "server")]
pub(crate) fn of_layer(status: Status) -> Status {
    of(status, "a layer")
}

fn of(status: Status, who: &str) -> Status {
    if status.source().is_some_and(<dyn Error>::is::<PassedOn>) {
        return status;
    }
    if let Some(error) = system_error(&status) {
        tracing::error!(
            %error,
            "{who} failed with an error of the operating system, which clients are not told: \
             map it to a status with a text of your own, unless it is a mistake of the server"
        );
        return Status::internal(format!("{who} failed; the server's log says more"));
    }
    if matches!(
        status.code(),
        Code::Internal | Code::Unknown | Code::DataLoss
    ) {
        tracing::error!(
            code = ?status.code(),
            error = %Causes(&status),
            "{who} failed"
        );
    }
    status
}

/// A status that is no failure of a Rust handler, though one may pass it on: that of a request which breaks off, or of
/// Python, which has logged it.
pub(crate) fn passed_on(mut status: Status) -> Status {
    let limit = Limit::of(&status);
    status.set_source(Arc::new(PassedOn(limit)));
    status
}

/// The limit behind it stays known.
#[derive(Debug)]
struct PassedOn(Option<Limit>);

impl fmt::Display for PassedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the handler's own")
    }
}

impl Error for PassedOn {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_ref().map(|limit| limit as _)
    }
}

/// The error of the operating system that tonic's `From<io::Error>` made the status of: the same code and the same text,
/// which ends with `(os error 2)`. It has no source, and `?` calls it before spikard sees the error.
fn system_error(status: &Status) -> Option<io::Error> {
    let number = status
        .message()
        .strip_suffix(')')?
        .rsplit_once("(os error ")?
        .1;
    let error = io::Error::from_raw_os_error(number.parse().ok()?);
    if error.to_string() != status.message() {
        return None;
    }
    let code = Status::from(io::Error::from(error.kind())).code();
    // An error of a layer is UNKNOWN, and the source of its status.
    let is_source = status.source().is_some_and(<dyn Error>::is::<io::Error>);
    (code == status.code() || is_source).then_some(error)
}

/// The text of a status and of its sources.
struct Causes<'a>(&'a Status);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.message())?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_error_of_the_operating_system_is_not_sent() {
        let error = || fs::read("/no/such/file").unwrap_err();
        for status in [Status::from(error()), Status::from_error(Box::new(error()))] {
            let sent = of_handler(status);
            assert_eq!(sent.code(), Code::Internal);
            assert_eq!(
                sent.message(),
                "the handler failed; the server's log says more"
            );
        }
    }

    #[test]
    fn every_other_status_is_sent_as_it_is() {
        for status in [
            Status::not_found("no such order"),
            Status::not_found("order 7 (os error 2)"),
            Status::unavailable("No such file or directory (os error 2)"),
            Status::from(io::Error::other("the orders are closed")),
            Status::permission_denied("permission denied"),
        ] {
            let sent = of_handler(status.clone());
            assert_eq!(format!("{sent:?}"), format!("{status:?}"));
        }
    }

    #[test]
    fn the_sources_of_a_status_are_told() {
        let mut status = Status::internal("no answer");
        status.set_source(std::sync::Arc::new(io::Error::other("the disk is gone")));
        assert_eq!(Causes(&status).to_string(), "no answer: the disk is gone");
    }
}
