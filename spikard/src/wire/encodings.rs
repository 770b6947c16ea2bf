//! The headers `grpc-encoding` and `grpc-accept-encoding`.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Compression;

use super::codec::Codec;

/// The codec of a request's messages, or the value of `grpc-encoding` that this build does not know.
pub(crate) fn of_request(headers: &HeaderMap) -> Result<Option<Codec>, &HeaderValue> {
    let Some(value) = headers.get("grpc-encoding") else {
        return Ok(None);
    };
    let named = value.to_str().ok().and_then(Compression::named);
    let known = named.filter(|one| one.is_supported()).ok_or(value)?;
    Ok(Codec::of(known))
}

/// What one side accepts from the other.
pub(crate) const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

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

/// What this build accepts, for the answer to a request that names an encoding: its client has chosen one without having
/// been told, and the specification has it told then.
pub(crate) fn accepted_if_asked(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.contains_key("grpc-encoding").then(accepted_here)
}

/// What this build accepts, as the value of `grpc-accept-encoding`.
pub(crate) fn accepted_here() -> HeaderValue {
    HeaderValue::from_static(if cfg!(all(feature = "gzip", feature = "zstd")) {
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
        let header = accepted_here();
        let listed: Vec<&str> = header.to_str().unwrap().split(',').collect();
        let supported = Compression::ALL.iter().filter(|one| one.is_supported());
        let supported: Vec<&str> = supported.map(|one| one.name()).collect();
        assert_eq!(listed, supported);
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

    #[test]
    fn an_unknown_encoding_is_named() {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-encoding", HeaderValue::from_static("snappy"));
        assert_eq!(
            of_request(&headers),
            Err(&HeaderValue::from_static("snappy"))
        );
    }
}
