//! The `#[grpc_stream]` attribute of `spikard`.
