//! The request of a cell, framed once and replayed, and the answer that is right for it.

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use spikard_benches::owned::proto::{Item, Total};

use crate::cell::{Cell, Framing, Job};

const PREFIX: usize = 5;

/// What a server adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adds {
    /// The values of the decoded messages.
    Values,
    /// The lengths of the raw messages.
    Lengths,
    /// The bytes of the body; it does not see messages.
    Body,
}

/// The request of a cell.
pub(crate) struct Work {
    pub(crate) path: &'static str,
    /// What is handed to HTTP/2, piece by piece.
    pub(crate) pieces: Vec<Bytes>,
    body: Bytes,
    items: u64,
    values: u64,
}

impl Work {
    pub(crate) fn new(cell: &Cell) -> Self {
        let mut body = BytesMut::with_capacity(cell.messages * (cell.size.max(2) + PREFIX));
        let mut values = 0;
        let mut ends = Vec::with_capacity(cell.messages);
        for index in 0..cell.messages {
            let item = item(cell.size, index);
            values += item.value;
            body.put_u8(0);
            body.put_u32(item.encoded_len() as u32);
            body.put_slice(&item.encode_to_vec());
            ends.push(body.len());
        }
        let body = body.freeze();
        let pieces = match cell.framing {
            Framing::Coalesced => vec![body.clone()],
            Framing::OneEach => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                starts
                    .zip(&ends)
                    .map(|(start, end)| body.slice(start..*end))
                    .collect()
            }
        };
        Self {
            path: match cell.job {
                Job::Sum => "/bench.Bench/Sum",
                Job::Echo => "/bench.Bench/Echo",
                Job::Get => "/bench.Bench/Get",
            },
            pieces,
            body,
            items: cell.messages as u64,
            values,
        }
    }

    /// The body of the right answer.
    pub(crate) fn answer(&self, cell: &Cell, adds: Adds) -> Bytes {
        if cell.job == Job::Echo {
            return self.body.clone();
        }
        let body = self.body.len() as u64;
        let total = match adds {
            Adds::Values => Total {
                items: self.items,
                sum: self.values,
            },
            Adds::Lengths => Total {
                items: self.items,
                sum: body - self.items * PREFIX as u64,
            },
            Adds::Body => Total {
                items: 0,
                sum: body,
            },
        };
        let mut answer = BytesMut::new();
        answer.put_u8(0);
        answer.put_u32(total.encoded_len() as u32);
        answer.put_slice(&total.encode_to_vec());
        answer.freeze()
    }
}

/// An item of `size` bytes on the wire. No protobuf message has one byte, so that the size 1 is a
/// value of one byte, which takes two.
fn item(size: usize, index: usize) -> Item {
    // One byte as a varint, and different from its neighbours.
    let value = (index % 100 + 1) as u64;
    let mut item = Item {
        value,
        data: Vec::new(),
    };
    let around =
        |data: usize| Item::default().encoded_len() + 3 + prost::length_delimiter_len(data);
    if let Some(data) = (0..size).rev().find(|data| data + around(*data) <= size) {
        item.data = vec![b'x'; data];
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::SIZES;

    #[test]
    fn items_have_their_size_on_the_wire() {
        for size in SIZES.into_iter().chain([20, 512]) {
            assert_eq!(item(size, 7).encoded_len(), size.max(2));
        }
    }

    #[test]
    fn pieces_are_the_body() {
        let cell = Cell::new(Job::Echo, 24, 100, 1);
        let whole = Work::new(&cell);
        let each = Work::new(&cell.one_each());
        assert_eq!(each.pieces.len(), 100);
        assert_eq!(whole.pieces, [each.pieces.concat()]);
        assert_eq!(whole.answer(&cell, Adds::Values), whole.pieces[0]);
    }
}
