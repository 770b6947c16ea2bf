"""grpcio's server with a pool of threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from bench_pb2 import Item, Total
from bench_pb2_grpc import BenchServicer, add_BenchServicer_to_server


class Bench(BenchServicer):
    def Sum(self, request_iterator: Iterator[Item], context: Any) -> Total:  # noqa: N802
        total = Total()
        for item in request_iterator:
            total.items += 1
            total.sum += item.value
        return total

    def Echo(self, request_iterator: Iterator[Item], context: Any) -> Iterator[Item]:  # noqa: N802
        yield from list(request_iterator)

    def Get(self, request: Item, context: Any) -> Total:  # noqa: N802
        return Total(items=1, sum=request.value)


if __name__ == "__main__":
    # As many threads as the most streams at once: one that waits for its messages holds its thread.
    server = grpc.server(ThreadPoolExecutor(max_workers=64))
    add_BenchServicer_to_server(Bench(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"PORT {port}", flush=True)
    server.wait_for_termination()
