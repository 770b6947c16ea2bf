//! What messages take in the libraries of Python, as measured by the resident memory of CPython 3.11 on x86-64.
//!
//! | | upb (google) | google in pure Python | protobuf-py | betterproto2 |
//! |---|---|---|---|---|
//! | a message without fields | 8 | 430 | 135 | 102 |
//! | one with 20 fields | 232, their own sizes | 430 | 365 | 344 |
//! | one with 14 fields, 9 of them lists or maps | 128 | 517 | 870 | 871 |
//! | a message of a call that has one | 560 | – | – | – |
//! | a value in a list that has just grown | 4 times its size | 9 | 9 | 9 |
//! | a list that is not empty, with its first value | 24 | 337 | 120 | 33 |
//! | a text, beside its bytes | 16 in a list | 57 | 76 | 66 |
//! | a pair of a map | 64 to 128, and its texts | 100 | 95 | 82 |
//! | a field that is not known: the first, a later one | 64, 40 | 260, 172 | 368, 60 | 48, 10 |
//!
//! upb 7.36 has an arena: what a list was before it grew stays there, and so does each value of a field that comes again.

/// A library that decodes messages of which the descriptor is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// google's, in C: a message is a struct in an arena.
    Upb,
    /// google's, in Python.
    GooglePython,
    /// protobuf-py: a message is an object with slots.
    ProtobufPy,
    /// betterproto2: a message is an object with a dict.
    Betterproto2,
}

/// What a byte takes at most: one that makes an object with twenty fields.
pub(super) const WORST: usize = 512;

/// A small object of Python: its header, and its place in a list.
pub(super) const OBJECT: usize = 64;

impl Library {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "upb" => Self::Upb,
            "google-python" => Self::GooglePython,
            "protobuf-py" => Self::ProtobufPy,
            "betterproto2" => Self::Betterproto2,
            _ => return None,
        })
    }

    /// Whether it reads on where the others stop.
    pub(super) fn is_lenient(self) -> bool {
        matches!(self, Self::Betterproto2)
    }

    /// A message of a request, whose own value is `instance`, with its place in the list of all, or with an arena.
    pub(super) fn root(self, instance: usize, together: bool) -> usize {
        let fixed = match self {
            Self::Upb if together => 4 * size_of::<usize>(),
            Self::Upb => 576,
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2 => OBJECT,
        };
        instance.saturating_add(fixed)
    }

    /// What an arena with so many bytes in use takes besides: its blocks double until they have 32 KiB, and do not fit
    /// in the pages of the allocator.
    pub(super) fn arena(self, used: usize, together: bool) -> usize {
        match self {
            Self::Upb if together => used / 32,
            Self::Upb => used / 32 + used.min(32 << 10),
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2 => 0,
        }
    }

    /// What a byte takes at most where the library reads on after what the walk takes for malformed.
    pub(super) fn malformed_factor(self) -> usize {
        match self {
            Self::Upb | Self::ProtobufPy | Self::Betterproto2 => 0,
            // It takes keys of more than 32 bits.
            Self::GooglePython => 350,
        }
    }

    /// The value itself of a message with fields of these sizes, `lists` of which are lists or maps.
    pub(super) fn instance(self, sizes: &[usize], lists: usize) -> usize {
        match self {
            // A pointer, a bit for each field, the fields.
            Self::Upb => {
                let fields: usize = sizes.iter().sum();
                aligned(8 + sizes.len().div_ceil(8) + fields)
            }
            // With the dict of the first fields that are set.
            Self::GooglePython => 616 + 8 * lists,
            Self::ProtobufPy | Self::Betterproto2 => 144 + 16 * sizes.len() + 72 * lists,
        }
    }

    /// A number that stands alone, beside its place in the message.
    pub(super) fn number(self) -> usize {
        match self {
            Self::Upb => 0,
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2 => 32,
        }
    }

    /// The bytes of a text, or of `bytes`, beside its place in the message or the list.
    pub(super) fn text(self, text: &[u8], is_text: bool) -> usize {
        match self {
            Self::Upb => aligned(text.len()),
            // One character beyond the Basic Multilingual Plane makes each of a `str` take four bytes.
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2
                if is_text && !text.is_ascii() =>
            {
                text.len().saturating_mul(4).saturating_add(96)
            }
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2 => {
                aligned(text.len()).saturating_add(64)
            }
        }
    }

    /// The place of a field that is set so many times, and is no list.
    pub(super) fn place(self, times: usize) -> usize {
        match self {
            // In a dict, whose entries are as many as the fields that are set.
            Self::GooglePython => times.min(1) * 64,
            Self::Upb | Self::ProtobufPy | Self::Betterproto2 => 0,
        }
    }

    /// A list of so many values of this size.
    pub(super) fn list(self, len: usize, size: usize) -> usize {
        if len == 0 {
            return 0;
        }
        match self {
            // With what it was before it grew, which the arena keeps.
            Self::Upb => len
                .next_power_of_two()
                .max(4)
                .saturating_mul(2 * size)
                .saturating_add(32),
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2 => {
                len.saturating_mul(16).saturating_add(128)
            }
        }
    }

    /// The table of a map of so many pairs, without their texts and messages.
    pub(super) fn map(self, len: usize) -> usize {
        if len == 0 {
            return 0;
        }
        let slots = len.saturating_mul(8).div_ceil(6).next_power_of_two().max(4);
        match self {
            Self::Upb => slots.saturating_mul(2 * 32).saturating_add(64),
            Self::GooglePython | Self::ProtobufPy | Self::Betterproto2 => {
                len.saturating_mul(128).saturating_add(640)
            }
        }
    }

    /// A field that the descriptor does not have, and whose encoding is `len` bytes.
    pub(super) fn unknown(self, len: usize, at: UnknownAt) -> usize {
        let fixed = match (self, at) {
            (Self::Upb, UnknownAt::First) => 72,
            // It is put to the one before it.
            (Self::Upb, UnknownAt::Next) => return len,
            (Self::Upb, UnknownAt::Later) => 48,
            (Self::GooglePython, UnknownAt::First) => 560,
            (Self::GooglePython, _) => 192,
            (Self::ProtobufPy, UnknownAt::First) => 480,
            (Self::ProtobufPy, _) => 128,
            (Self::Betterproto2, _) => 96,
        };
        aligned(len).saturating_add(fixed)
    }
}

/// Where a field is that is not known.
#[derive(Clone, Copy)]
pub(super) enum UnknownAt {
    /// It is the first of the message.
    First,
    /// It comes right after another one.
    Next,
    /// Something else has been allocated since the last one.
    Later,
}

/// Rounded up to 8.
fn aligned(len: usize) -> usize {
    len.saturating_add(7) & !7
}
