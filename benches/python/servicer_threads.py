"""The class that is written for grpcio's threads, served by spikard."""

from __future__ import annotations

from threads_peer import Bench

from spikard.grpc import servicer

bench = servicer(Bench())
