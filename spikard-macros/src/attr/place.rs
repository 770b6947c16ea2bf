//! Where options may stand.

use super::key::Key;

/// The attribute that an option is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `#[grpc_stream(…)]` on a function.
    Function,
    /// `#[grpc_stream(…)]` on an `impl` block.
    Block,
    /// `#[grpc(…)]` on a method of such a block.
    Method,
}

impl Place {
    /// The options that are allowed here, in the order of the documentation.
    pub(crate) fn keys(self) -> impl Iterator<Item = Key> {
        Key::ALL
            .into_iter()
            .filter(move |&key| self.refusal(key).is_none())
    }

    /// Why an option is not allowed here, and what to write instead.
    pub(crate) const fn refusal(self, key: Key) -> Option<&'static str> {
        match (self, key) {
            (Self::Block, Key::Method) => Some(
                "the block has several methods: write `#[grpc(method = \"…\")]` on the one meant",
            ),
            (Self::Block, Key::Python) => Some(
                "the block has several methods: write `#[grpc(python = \"…\")]` on the one meant",
            ),
            (Self::Block, Key::Name) => {
                Some("the service is the type of the `impl` block, which has its name: remove it")
            }
            (Self::Function, Key::Complete) => Some(
                "a function is one method: write it on an `impl` block that has them all, or call `complete_services(true)` on the server that they are added to",
            ),
            (Self::Method, Key::Complete) => Some(
                "it is about all methods of the block: write it in `#[grpc_stream(complete = true)]`",
            ),
            (Self::Method, Key::Name) => {
                Some("a method has no struct of its own: write `method = \"…\"` to name the RPC")
            }
            (Self::Method, Key::Service) => Some(
                "all methods of the block are of one service: write it in `#[grpc_stream(service = \"…\")]`",
            ),
            (Self::Method, Key::Crate) => {
                Some("the crate is named once, in `#[grpc_stream(crate = …)]` on the `impl` block")
            }
            _ => None,
        }
    }
}
