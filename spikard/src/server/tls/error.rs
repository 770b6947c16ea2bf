//! What cannot be used for TLS.

use std::fmt;
use std::io;

use rustls_pki_types::pem;
use tokio_rustls::rustls;
use tokio_rustls::rustls::server::VerifierBuilderError;

use super::pem::Pem;

/// A file, or another thing, that cannot be used for TLS.
#[derive(Debug)]
pub struct TlsError {
    what: String,
    fault: String,
}

impl TlsError {
    fn of(source: &Pem, fault: impl Into<String>) -> Self {
        let what = match source.file() {
            Some(file) => format!("the TLS file {}", file.display()),
            None => String::from("the PEM text for TLS"),
        };
        Self {
            what,
            fault: fault.into(),
        }
    }

    pub(super) fn unreadable(source: &Pem, fault: &io::Error) -> Self {
        Self::of(source, format!("cannot be read: {fault}"))
    }

    pub(super) fn pem(source: &Pem, wanted: &str, fault: pem::Error) -> Self {
        let fault = match fault {
            pem::Error::NoItemsFound => {
                format!("holds no {wanted} in PEM form (-----BEGIN …-----)")
            }
            fault => format!("is not valid PEM: {fault}"),
        };
        Self::of(source, fault)
    }

    pub(super) fn passphrase(source: &Pem) -> Self {
        Self::of(
            source,
            "holds a private key with a passphrase, which cannot be read: decrypt it, as by \"openssl pkey -in \
             encrypted.key -out server.key\"",
        )
    }

    pub(super) fn authority(source: &Pem, fault: &rustls::Error) -> Self {
        Self::of(
            source,
            format!("holds a certificate that cannot be an authority: {fault}"),
        )
    }

    pub(super) fn ca(source: &Pem, fault: &VerifierBuilderError) -> Self {
        Self::of(
            source,
            format!("cannot be used to check client certificates: {fault}"),
        )
    }

    pub(super) fn mismatch(certificate: &Pem, key: &Pem, fault: &rustls::Error) -> Self {
        let key = key
            .file()
            .map_or_else(String::new, |file| format!(" {}", file.display()));
        Self::of(
            certificate,
            format!("cannot be used with the private key{key}: {fault}"),
        )
    }

    pub(super) fn optional_alone() -> Self {
        Self {
            what: String::from("client_auth_optional"),
            fault: String::from(
                "is for mutual TLS, and no authority is given: add client_ca or client_ca_pem",
            ),
        }
    }

    pub(super) fn clients_of_config() -> Self {
        Self {
            what: String::from("client_ca, client_ca_pem or client_auth_optional"),
            fault: String::from(
                "has no part in Tls::from_config: give its ServerConfig a verifier of clients",
            ),
        }
    }

    pub(super) fn alpn_of_config() -> Self {
        Self {
            what: String::from("the ServerConfig of Tls::from_config"),
            fault: String::from(
                "names protocols for ALPN, and HTTP/2 is not among them: add b\"h2\" to alpn_protocols, or leave it empty",
            ),
        }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.fault)
    }
}

impl std::error::Error for TlsError {}
