"""A client in Python, with grpcio: sends readings, and prints the summary of each sensor.

python readings_client.py 127.0.0.1:50051 --readings 1000000
"""

import argparse
import random
import time
from collections.abc import Iterator

import grpc

import readings_pb2


def readings(count: int, sensors: int = 5) -> Iterator[bytes]:
    """Make readings of some sensors, a second apart."""
    chosen = random.Random(1)  # noqa: S311 - the same readings each time
    reading = readings_pb2.Reading()
    reading.at.FromJsonString("2026-01-01T00:00:00Z")
    for index in range(count):
        reading.sensor = f"sensor-{index % sensors}"
        reading.at.seconds += 1
        reading.value = chosen.gauss(20, 5)
        yield reading.SerializeToString()


def noted(messages: Iterator[bytes], sent: list[float]) -> Iterator[bytes]:
    """Note the time when the last is taken."""
    yield from messages
    sent.append(time.monotonic())


def main() -> None:
    """Send them in one call."""
    parser = argparse.ArgumentParser(description="Sends readings, and prints the summary of each sensor.")
    parser.add_argument("address", help="the server's")
    parser.add_argument("--readings", type=int, default=1_000_000, help="how many; default: %(default)s")
    arguments = parser.parse_args()
    with grpc.insecure_channel(arguments.address) as channel:
        method = channel.stream_stream("/readings.Readings/Summarise", None, readings_pb2.Summary.FromString)
        sent: list[float] = []
        begun = time.monotonic()
        summaries = list(method(noted(readings(arguments.readings), sent)))
        ended = time.monotonic()
    # grpcio's client takes far longer to send them than the server to summarise them.
    print(f"{arguments.readings} readings: sent in {sent[0] - begun:.1f} s, summarised {ended - sent[0]:.1f} s later")
    for summary in summaries:
        at = summary.highest_at.ToJsonString()
        print(f"{summary.sensor}: {summary.count}, mean {summary.mean:.2f}, highest {summary.highest:.2f} at {at}")


if __name__ == "__main__":
    main()
