"""The class that is written for grpc.aio, served by spikard, whose method runs once a client stream is complete."""

from __future__ import annotations

from aio_peer import Bench

from spikard.grpc import servicer

bench = servicer(Bench(), buffered=True)
