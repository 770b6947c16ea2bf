//! The headers `grpc-encoding` and `grpc-accept-encoding`.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Compression;

use super::codec::Codec;

// Constants, since a name that is a text is parsed at each look-up.
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// What one side accepts from the other.
pub(crate) const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// A `grpc-encoding` of a request that is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAccepted<'a> {
    pub(crate) encoding: &'a HeaderValue,
    /// Whether this build has the code of it.
    pub(crate) is_known: bool,
}

/// The codec of a request's messages. Without `compressed` they must be plain.
pub(crate) fn of_request(
    headers: &HeaderMap,
    compressed: bool,
) -> Result<Option<Codec>, NotAccepted<'_>> {
    let Some(encoding) = headers.get(ENCODING) else {
        return Ok(None);
    };
    let named = encoding.to_str().ok().and_then(Compression::named);
    match named.filter(|one| one.is_supported()) {
        Some(known) if compressed || known == Compression::Identity => Ok(Codec::of(known)),
        known => Err(NotAccepted {
            encoding,
            is_known: known.is_some(),
        }),
    }
}

/// What a client accepts in a response: `grpc-accept-encoding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    gzip: bool,
    deflate: bool,
    zstd: bool,
}

impl Accepted {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let lists = headers.get_all(ACCEPT_ENCODING);
        for name in lists
            .iter()
            .flat_map(|list| list.as_bytes().split(|byte| *byte == b','))
        {
            match name.trim_ascii() {
                b"gzip" => accepted.gzip = true,
                b"deflate" => accepted.deflate = true,
                b"zstd" => accepted.zstd = true,
                _ => {}
            }
        }
        accepted
    }

    /// The codec of what is `wanted`, if the client accepts it and this build knows it.
    pub(crate) fn choose(self, wanted: Compression) -> Option<Codec> {
        let accepted = match wanted {
            Compression::Identity => true,
            Compression::Gzip => self.gzip,
            Compression::Deflate => self.deflate,
            Compression::Zstd => self.zstd,
        };
        Codec::of(wanted).filter(|_| accepted)
    }
}

/// What is accepted of a request, for the answer to one that names an encoding: its client has chosen one without having
/// been told, and the specification has it told then.
pub(crate) fn accepted_if_asked(headers: &HeaderMap, compressed: bool) -> Option<HeaderValue> {
    let asked = headers.contains_key(ENCODING);
    asked.then(|| accepted_here(compressed))
}

/// What is accepted of a request, as the value of `grpc-accept-encoding`: what this build knows, or plain messages alone.
pub(crate) fn accepted_here(compressed: bool) -> HeaderValue {
    HeaderValue::from_static(if !compressed {
        Compression::Identity.name()
    } else if cfg!(all(feature = "gzip", feature = "zstd")) {
        "identity,gzip,deflate,zstd"
    } else if cfg!(feature = "gzip") {
        "identity,gzip,deflate"
    } else if cfg!(feature = "zstd") {
        "identity,zstd"
    } else {
        "identity"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_lists_what_is_supported() {
        let header = accepted_here(true);
        let listed: Vec<&str> = header.to_str().unwrap().split(',').collect();
        let supported = Compression::ALL.iter().filter(|one| one.is_supported());
        let supported: Vec<&str> = supported.map(|one| one.name()).collect();
        assert_eq!(listed, supported);
        assert_eq!(accepted_here(false), "identity");
    }

    #[test]
    fn a_client_accepts_what_it_lists_in_one_header_or_many() {
        let mut headers = HeaderMap::new();
        headers.append(
            "grpc-accept-encoding",
            HeaderValue::from_static("identity, deflate"),
        );
        headers.append("grpc-accept-encoding", HeaderValue::from_static("gzip"));
        let accepted = Accepted::of(&headers);
        for wanted in [Compression::Gzip, Compression::Deflate] {
            assert_eq!(accepted.choose(wanted), Codec::of(wanted));
        }
        assert_eq!(accepted.choose(Compression::Zstd), None);
        assert_eq!(Accepted::default().choose(Compression::Gzip), None);
    }

    fn named(encoding: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-encoding", HeaderValue::from_static(encoding));
        headers
    }

    #[test]
    fn an_encoding_that_is_not_taken_is_named() {
        let refused = |encoding, compressed| {
            let headers = named(encoding);
            let NotAccepted { encoding, is_known } = of_request(&headers, compressed).unwrap_err();
            (encoding.clone(), is_known)
        };
        assert_eq!(
            refused("snappy", true),
            (HeaderValue::from_static("snappy"), false)
        );
        #[cfg(feature = "gzip")]
        assert_eq!(
            refused("gzip", false),
            (HeaderValue::from_static("gzip"), true)
        );
        for compressed in [true, false] {
            assert_eq!(of_request(&named("identity"), compressed), Ok(None));
            assert_eq!(of_request(&HeaderMap::new(), compressed), Ok(None));
        }
    }
}
