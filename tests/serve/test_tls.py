"""TLS of `spikard serve`."""

import socket
import ssl
from pathlib import Path

import certificates
import pytest
from processes import WAIT, serving, spikard
from wire import grpc


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    """The message names the file and what is wrong with it."""
    bad = tmp_path / "bad.pem"
    bad.write_text("not a certificate")
    done = spikard("serve", "probes", "--bind", "127.0.0.1:0", "--tls-cert", str(bad), "--tls-key", str(bad))
    assert done.returncode == 2
    assert f"spikard: error: the TLS file {bad} holds no certificate in PEM form" in done.stderr


def test_mutual_tls(tmp_path: Path) -> None:
    """A client with a certificate of the authority is served, one without is not."""
    made = certificates.make(tmp_path)
    options = [
        *("--tls-cert", str(made.file("server.pem")), "--tls-key", str(made.file("server.key"))),
        *("--tls-client-ca", str(made.file("ca.pem"))),
    ]
    ca = made.file("ca.pem").read_bytes()
    with serving("probes", *options) as served:
        assert f"serving on {served.address} with mutual TLS (pid " in served.out.text()
        mutual = grpc.ssl_channel_credentials(
            ca, made.file("client.key").read_bytes(), made.file("client.pem").read_bytes()
        )
        with grpc.secure_channel(served.address, mutual) as channel:
            assert channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one"
        with (
            grpc.secure_channel(served.address, grpc.ssl_channel_credentials(ca)) as channel,
            pytest.raises(grpc.RpcError) as raised,
        ):
            channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT)
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        served.err.wait_for(r"INFO .*: a TLS handshake failed peer=127\.0\.0\.1:\d+ error=peer sent no certificates")


@pytest.mark.parametrize("workers", [1, 2])
def test_certificates_that_are_renewed(workers: int, tmp_path: Path) -> None:
    """New connections have the new ones, in every worker; files that do not fit together change nothing."""
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    made, renewed = map(certificates.make, folders)
    files = ["--tls-cert", str(made.file("server.pem")), "--tls-key", str(made.file("server.key"))]
    with serving("probes", *files, "--tls-reload-interval", "10ms", workers=workers) as served:
        assert _is_served(served.address, made.file("ca.pem"))
        _replace(made.file("server.pem"), renewed.file("server.pem"))
        served.err.wait_for("ERROR .*: the certificates have changed and cannot be used.*server.pem", workers)
        assert _is_served(served.address, made.file("ca.pem"))
        _replace(made.file("server.key"), renewed.file("server.key"))
        served.err.wait_for("INFO .*: the certificates have changed and were read again", workers)
        assert not _is_served(served.address, made.file("ca.pem"))
        assert _is_served(served.address, renewed.file("ca.pem"))


def test_intervals_that_are_none(tmp_path: Path) -> None:
    """Without files it is a mistake, and so is no time."""
    done = spikard("serve", "probes", "--bind", "127.0.0.1:0", "--tls-reload-interval", "1m")
    assert done.returncode == 2
    assert "--tls-reload-interval is given without --tls-cert and --tls-key: there are no files" in done.stderr
    made = certificates.make(tmp_path)
    files = ["--tls-cert", str(made.file("server.pem")), "--tls-key", str(made.file("server.key"))]
    done = spikard("serve", "probes", "--bind", "127.0.0.1:0", *files, "--tls-reload-interval", "0")
    assert done.returncode == 2
    assert "--tls-reload-interval must be more than 0 seconds" in done.stderr


def _replace(file: Path, new: Path) -> None:
    beside = file.with_suffix(".new")
    beside.write_bytes(new.read_bytes())
    beside.rename(file)


def _is_served(address: str, ca: Path) -> bool:
    """Whether a new client is served that trusts an authority."""
    credentials = grpc.ssl_channel_credentials(ca.read_bytes())
    with grpc.secure_channel(address, credentials, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        try:
            return bool(channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one")
        except grpc.RpcError:
            return False


@pytest.mark.parametrize("workers", [1, 2])
def test_tls_and_clients_that_do_it_wrong(workers: int, tmp_path: Path) -> None:
    """The start says that there is TLS, and the log who failed to speak it, and why."""
    made = certificates.make(tmp_path)
    options = ["--tls-cert", str(made.file("server.pem")), "--tls-key", str(made.file("server.key"))]
    (tmp_path / "other").mkdir()
    other = certificates.make(tmp_path / "other").file("ca.pem")
    with serving("probes", *options, workers=workers) as served:
        assert f"serving on {served.address} with TLS (pid " in served.out.text()
        failed = r"INFO .*: a TLS handshake failed peer=127\.0\.0\.1:\d+ error="
        with grpc.insecure_channel(served.address) as channel, pytest.raises(grpc.RpcError):
            channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT)
        served.err.wait_for(failed + "received corrupt message")
        host, port = served.address.rsplit(":", 1)
        context = ssl.create_default_context(cafile=str(other))
        with socket.create_connection((host, int(port)), timeout=WAIT) as stream, pytest.raises(ssl.SSLError):
            context.wrap_socket(stream, server_hostname="localhost")
        served.err.wait_for(failed + "received fatal alert")
