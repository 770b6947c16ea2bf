//! The headers in which the two sides name their encodings.

use http::{HeaderMap, HeaderValue};

use super::Compression;

/// The encoding of a request's messages, or the value that this build does not know.
pub(crate) fn of_request(headers: &HeaderMap) -> Result<Compression, &HeaderValue> {
    let Some(value) = headers.get("grpc-encoding") else {
        return Ok(Compression::Identity);
    };
    let named = value.to_str().ok().and_then(Compression::named);
    named.filter(|one| one.is_supported()).ok_or(value)
}

/// What a client takes in a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    gzip: bool,
    deflate: bool,
    zstd: bool,
}

impl Accepted {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let lists = headers.get_all("grpc-accept-encoding");
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

    /// The encoding `wanted` if the client takes it and this build knows it, else none.
    pub(crate) fn choose(self, wanted: Compression) -> Compression {
        let accepted = match wanted {
            Compression::Identity => true,
            Compression::Gzip => self.gzip,
            Compression::Deflate => self.deflate,
            Compression::Zstd => self.zstd,
        };
        if accepted && wanted.is_supported() {
            wanted
        } else {
            Compression::Identity
        }
    }
}

/// What this build takes, for `grpc-accept-encoding`.
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
            let chosen = if wanted.is_supported() {
                wanted
            } else {
                Compression::Identity
            };
            assert_eq!(accepted.choose(wanted), chosen);
        }
        assert_eq!(accepted.choose(Compression::Zstd), Compression::Identity);
        assert_eq!(
            Accepted::default().choose(Compression::Gzip),
            Compression::Identity
        );
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
