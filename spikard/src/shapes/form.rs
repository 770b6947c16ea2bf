//! The forms of requests and responses, from which the kind of an RPC follows.

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
