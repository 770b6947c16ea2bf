//! The servers of the comparison.

use crate::server::Program::{self, Embedded, EmbeddedOneArena, Rust, Script, Wheel};
use crate::server::Spec;
use crate::work::Adds::{self, Body, Lengths, Values};

/// All servers, in the order of the tables. A further one is one more line here.
#[rustfmt::skip]
pub(crate) fn catalogue() -> Vec<Spec> {
    let aio = "aio_peer.py";
    vec![
        peer("hyper", "bare hyper (the floor)", Body, Rust("hyper")),
        ours("rust-typed", "spikard, Rust, typed", Values, Rust("spikard-typed")),
        ours("rust-typed-vec", "spikard, Rust, typed, Vec", Values, Rust("spikard-typed-vec")).in_ratios(),
        ours("rust-raw", "spikard, Rust, raw", Lengths, Rust("spikard-raw")),
        peer("tonic", "tonic, by hand", Values, Rust("tonic")),
        peer("tonic-collecting", "tonic, collecting", Values, Rust("tonic-collecting")),
        peer("tonic-bytes", "tonic, Bytes", Values, Rust("tonic-bytes")).in_ratios(),
        ours("python-raw", "spikard, Python, raw", Lengths, Embedded("raw")),
        ours("python-raw-one-arena", "spikard, Python, raw, one arena", Lengths, EmbeddedOneArena("raw")).in_ratios(),
        ours("python-decoding", "spikard, Python, decoding", Values, Embedded("decoding")),
        ours("wheel-raw", "spikard serve, raw", Lengths, Wheel("raw_handlers")),
        ours("wheel-decoding", "spikard serve, decoding", Values, Wheel("decoding_handlers")).in_ratios(),
        ours("servicer-aio", "spikard serve, class for grpc.aio", Values, Wheel("servicer_aio")).in_ratios(),
        ours("servicer-buffered", "spikard serve, class for grpc.aio, buffered", Values, Wheel("servicer_buffered")).in_ratios(),
        ours("servicer-threads", "spikard serve, class for grpcio", Values, Wheel("servicer_threads")).in_ratios(),
        ours("wheel-typed", "spikard serve, typed", Values, Wheel("typed_handlers")).in_ratios(),
        ours("wheel-typed-py", "spikard serve, typed, protobuf-py", Values, Wheel("typed_py_handlers")).in_ratios(),
        ours("wheel-columns", "spikard serve, columns", Values, Wheel("columns_handlers")).in_ratios(),
        peer("grpclib", "grpclib, uvloop", Values, Script("grpclib_peer.py", &[])),
        peer("grpc-aio-uvloop", "grpc.aio, uvloop", Values, Script(aio, &["--uvloop"])),
        peer("grpc-aio-uvloop-raw", "grpc.aio, uvloop, raw", Lengths, Script(aio, &["--uvloop", "--raw"])).in_ratios(),
        peer("grpc-aio", "grpc.aio", Values, Script(aio, &[])).in_ratios(),
        peer("pygrpc-native", "pygrpc-native, uvloop", Values, Script(aio, &["--uvloop", "--native"])).in_ratios(),
        peer("grpcio", "grpcio, threads", Values, Script("threads_peer.py", &[])).in_ratios(),
    ]
}

/// Those that differ in how a handler in Python sees its messages, with grpc.aio.
pub(crate) const MESSAGES_IN_PYTHON: [&str; 7] = [
    "wheel-raw",
    "wheel-decoding",
    "wheel-typed",
    "wheel-typed-py",
    "wheel-columns",
    "grpc-aio-uvloop",
    "grpc-aio-uvloop-raw",
];

fn ours(id: &'static str, label: &'static str, adds: Adds, program: Program) -> Spec {
    Spec {
        id,
        label,
        ours: true,
        adds,
        everywhere: true,
        program,
    }
}

fn peer(id: &'static str, label: &'static str, adds: Adds, program: Program) -> Spec {
    Spec {
        ours: false,
        ..ours(id, label, adds, program)
    }
}

impl Spec {
    /// In the quick mode, only in the cells that ratios are taken at.
    fn in_ratios(self) -> Self {
        Self {
            everywhere: false,
            ..self
        }
    }
}
