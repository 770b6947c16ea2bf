//! Serves as the suite asks on standard input, and says where on standard output.

use std::error::Error;
use std::fs;
use std::io::{self, Read, Write};

use prost::Message;
use spikard::{Compression, Limits, Server, Tls};

use crate::proto::{ServerCompatRequest, ServerCompatResponse};
use crate::service::Conformance;

const HOST: &str = "127.0.0.1";

/// Serves until SIGTERM.
pub(crate) async fn serve() -> Result<(), Box<dyn Error>> {
    let asked: ServerCompatRequest = read()?;
    let mut limits = Limits::default();
    if asked.message_receive_limit > 0 {
        limits.max_message_bytes = asked.message_receive_limit as usize;
    }
    let mut builder = Server::builder()
        .add(Conformance)
        .limits(limits)
        .compression(Compression::Gzip);
    let folder = tempfile::tempdir()?;
    let mut pem_cert = Vec::new();
    if asked.use_tls {
        let made = rcgen::generate_simple_self_signed([HOST.into(), "localhost".into()])?;
        let (cert, key) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        pem_cert = made.cert.pem().into_bytes();
        fs::write(&cert, &pem_cert)?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        let mut tls = Tls::new(cert, key);
        if !asked.client_tls_cert.is_empty() {
            let authority = folder.path().join("clients.pem");
            fs::write(&authority, &asked.client_tls_cert)?;
            tls = tls.client_ca(authority);
        }
        builder = builder.tls(tls);
    }
    let server = builder.bind((HOST, 0)).await?;
    let address = server.local_addr().ok_or("no address")?;
    write(&ServerCompatResponse {
        host: HOST.into(),
        port: address.port().into(),
        pem_cert: pem_cert.into(),
    })?;
    server.serve().await?;
    Ok(())
}

/// A message, after its length in four bytes.
fn read<M: Message + Default>() -> Result<M, Box<dyn Error>> {
    let mut stdin = io::stdin().lock();
    let mut length = [0; 4];
    stdin.read_exact(&mut length)?;
    let mut message = vec![0; u32::from_be_bytes(length) as usize];
    stdin.read_exact(&mut message)?;
    Ok(M::decode(&message[..])?)
}

fn write(message: &impl Message) -> Result<(), Box<dyn Error>> {
    let message = message.encode_to_vec();
    let mut stdout = io::stdout().lock();
    stdout.write_all(&u32::try_from(message.len())?.to_be_bytes())?;
    stdout.write_all(&message)?;
    Ok(stdout.flush()?)
}
