"""The SETTINGS frame that a server announces, as h2 reads it."""

import socket
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RemoteSettingsChanged
from h2.settings import SettingCodes
from processes import WAIT

from spikard.grpc import Server
from spikard.grpc.testing import serving


def announced(address: str) -> dict[int, int]:
    """The settings of a server, by their codes."""
    host, _, port = address.rpartition(":")
    connection = H2Connection(H2Configuration(client_side=True))
    connection.initiate_connection()
    with socket.create_connection((host, int(port)), timeout=WAIT) as client:
        client.sendall(connection.data_to_send())
        while True:
            for event in connection.receive_data(client.recv(65536)):
                if isinstance(event, RemoteSettingsChanged):
                    return {code: change.new_value for code, change in event.changed_settings.items()}


@pytest.mark.parametrize(("options", "streams"), [({}, 256), ({"max_concurrent_streams": 7}, 7)])
def test_max_concurrent_streams(options: dict[str, Any], streams: int) -> None:
    """The default, or what is asked for."""
    with serving("probes", **options) as server:
        assert announced(server.address)[SettingCodes.MAX_CONCURRENT_STREAMS] == streams


@pytest.mark.parametrize(("options", "size"), [({}, 16 << 20), ({"initial_stream_window_size": "1MiB"}, 1 << 20)])
def test_initial_stream_window_size(options: dict[str, Any], size: int) -> None:
    """The default, or what is asked for."""
    with serving("probes", **options) as server:
        assert announced(server.address)[SettingCodes.INITIAL_WINDOW_SIZE] == size


@pytest.mark.parametrize(
    ("streams", "text"), [(0, "must be 1 or more, not 0"), (1 << 32, "must be 4294967295 or less, not 4294967296")]
)
def test_a_number_of_streams_that_no_frame_holds(streams: int, text: str) -> None:
    """One clear message."""
    with pytest.raises(ValueError, match=f"^max_concurrent_streams {text}$"):
        Server("probes", max_concurrent_streams=streams)
