"""The class that is written for grpc.aio, served by spikard; its client streams are not buffered."""

from __future__ import annotations

from aio_peer import Bench

from spikard.grpc import servicer

bench = servicer(Bench())
