//! Which shape a request or a response has, as far as the kind of its RPC depends on it.

/// The shape of a request.
#[derive(Clone, Copy, Debug)]
pub enum RequestForm {
    /// One message.
    Single,
    /// A list, answered with one message.
    ClientStream,
    /// A list, on the other side as well.
    BidiStream,
    /// A stream.
    Duplex,
}

/// The shape of a response.
#[derive(Clone, Copy, Debug)]
pub enum ResponseForm {
    /// One message.
    Single,
    /// A list, to one message.
    ServerStream,
    /// A list, on the other side as well.
    BidiStream,
    /// A stream.
    Duplex,
}
