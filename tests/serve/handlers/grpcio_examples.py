"""The servers of gRPC's examples with `def` methods, as users of grpcio write them: the classes know no spikard."""

import math
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

import helloworld_pb2
import helloworld_pb2_grpc
import route_guide_pb2
import route_guide_pb2_grpc
from spikard.grpc import servicer

FEATURES = [
    route_guide_pb2.Feature(name=f"feature {n}", location=route_guide_pb2.Point(latitude=n, longitude=n * 10))
    for n in range(20)
]
SEEN: list[str] = []
"""What the servicers have seen, for the tests."""


def get_feature(point: route_guide_pb2.Point) -> route_guide_pb2.Feature | None:
    """The feature at a point."""
    return next((feature for feature in FEATURES if feature.location == point), None)


def get_distance(start: route_guide_pb2.Point, end: route_guide_pb2.Point) -> float:
    """A distance on a plane."""
    return math.hypot(end.latitude - start.latitude, end.longitude - start.longitude)


class RouteGuideServicer(route_guide_pb2_grpc.RouteGuideServicer):
    """The route guide."""

    def GetFeature(self, request: route_guide_pb2.Point, context: grpc.ServicerContext) -> route_guide_pb2.Feature:
        feature = get_feature(request)
        return route_guide_pb2.Feature(name="", location=request) if feature is None else feature

    def ListFeatures(
        self, request: route_guide_pb2.Rectangle, context: grpc.ServicerContext
    ) -> Iterator[route_guide_pb2.Feature]:
        left, right = sorted((request.lo.longitude, request.hi.longitude))
        for feature in FEATURES:
            if left <= feature.location.longitude <= right:
                yield feature

    def RecordRoute(
        self, request_iterator: Iterator[route_guide_pb2.Point], context: grpc.ServicerContext
    ) -> route_guide_pb2.RouteSummary:
        point_count = 0
        feature_count = 0
        distance = 0.0
        previous = None
        for point in request_iterator:
            point_count += 1
            if get_feature(point):
                feature_count += 1
            if previous:
                distance += get_distance(previous, point)
            previous = point
        return route_guide_pb2.RouteSummary(
            point_count=point_count, feature_count=feature_count, distance=int(distance)
        )

    def RouteChat(
        self, request_iterator: Iterator[route_guide_pb2.RouteNote], context: grpc.ServicerContext
    ) -> Iterator[route_guide_pb2.RouteNote]:
        previous: list[route_guide_pb2.RouteNote] = []
        for note in request_iterator:
            for earlier in previous:
                if earlier.location == note.location:
                    yield earlier
            previous.append(note)


class Greeter(helloworld_pb2_grpc.GreeterServicer):
    """The greeter, whose name says what it does with its context."""

    def SayHello(self, request: helloworld_pb2.HelloRequest, context: Any) -> helloworld_pb2.HelloReply | None:
        match request.name:
            case "abort":
                context.set_trailing_metadata([("x-why", "because")])
                context.abort(grpc.StatusCode.NOT_FOUND, "nobody of this name")
            case "swallowed":
                try:
                    context.abort(grpc.StatusCode.ALREADY_EXISTS, "swallowed")
                except Exception:
                    SEEN.append("swallowed")
            case "details":
                context.abort_with_status(rpc_status.to_status(quota_exceeded(request.name)))
            case "code":
                context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
                context.set_details("not now")
                assert context.code() is grpc.StatusCode.FAILED_PRECONDITION
                assert context.details() == b"not now"
                return helloworld_pb2.HelloReply()
            case "code and raise":
                context.set_code(grpc.StatusCode.DATA_LOSS)
                context.set_details("lost")
                raise LookupError("a bug")
            case "nothing":
                return None
            case "metadata":
                context.send_initial_metadata((("x-initial", "1"), ("x-initial-bin", b"\x00\xff")))
                context.set_trailing_metadata((("x-trailing", "a"), ("x-trailing", "b"), ("x-raw-bin", b"\x01")))
                received = [(key, value) for key, value in context.invocation_metadata() if key.startswith("x-")]
                assert context.trailing_metadata()[0] == ("x-trailing", "a")
                return helloworld_pb2.HelloReply(message=repr(received))
            case "peer":
                return helloworld_pb2.HelloReply(message=context.peer())
            case "identity":
                key, identities = context.peer_identity_key(), context.peer_identities()
                common = context.auth_context().get("x509_common_name")
                pem = b"".join(context.auth_context().get("x509_pem_cert", [])).startswith(b"-----BEGIN CERTIFICATE")
                return helloworld_pb2.HelloReply(message=repr((key, identities, common, pem)))
            case "time":
                left = context.time_remaining()
                return helloworld_pb2.HelloReply(
                    message="a while" if 5 < left < 40 else "no end" if left > 1e6 else "?"
                )
            case "callback":
                added = context.add_callback(lambda: SEEN.append("called back"))
                return helloworld_pb2.HelloReply(message=f"{added} {context.is_active()}")
            case "cancel":
                context.cancel()
            case "compressed":
                context.set_compression(grpc.Compression.Gzip)
                return helloworld_pb2.HelloReply(message="x" * 10_000)
            case _:
                pass
        return helloworld_pb2.HelloReply(message=f"Hello, {request.name}!")

    def SayHelloStreamReply(
        self, request: helloworld_pb2.HelloRequest, context: Any
    ) -> Iterator[helloworld_pb2.HelloReply]:
        # As in the example of cancellation: a search without an end, which stops when its client does.
        stop_event = threading.Event()

        def on_rpc_done() -> None:
            SEEN.append(f"done {request.name}")
            stop_event.set()

        context.add_callback(on_rpc_done)
        context.send_initial_metadata([("x-search", request.name)])
        context.set_trailing_metadata([("x-found", "3")])
        for n in range(3):
            yield helloworld_pb2.HelloReply(message=f"{request.name} {n}")
        if request.name == "fail":
            context.abort(grpc.StatusCode.OUT_OF_RANGE, "no more")
        if request.name == "endless":
            SEEN.append("waits")
            stop_event.wait()
            SEEN.append(f"stopped {request.name} {context.is_active()}")

    def SayHelloStreamRequest(
        self, request_iterator: Iterable[helloworld_pb2.HelloRequest], context: Any
    ) -> helloworld_pb2.HelloReply:
        names = []
        for request in request_iterator:
            names.append(request.name)
            SEEN.append(f"read {request.name}")
            if request.name == "enough":
                break
            if request.name == "abort":
                context.abort(grpc.StatusCode.ABORTED, "refused")
        context.set_trailing_metadata([("x-count", str(len(names)))])
        return helloworld_pb2.HelloReply(message=" ".join(names))

    def SayHelloBidiStream(
        self, request_iterator: Iterator[helloworld_pb2.HelloRequest], context: Any
    ) -> Iterator[helloworld_pb2.HelloReply]:
        for request in request_iterator:
            yield helloworld_pb2.HelloReply(message=f"Hello, {request.name}!")


def quota_exceeded(name: str) -> status_pb2.Status:
    """The status of the example of error details."""
    detail = any_pb2.Any()
    violation = error_details_pb2.QuotaFailure.Violation(
        subject=f"name: {name}", description="Limit one greeting per person"
    )
    detail.Pack(error_details_pb2.QuotaFailure(violations=[violation]))
    return status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="Request limit exceeded.", details=[detail])


def until_seen(what: str) -> None:
    """Wait until a servicer has seen something."""
    deadline = time.monotonic() + 30
    while what not in SEEN:
        assert time.monotonic() < deadline, f"{what!r} was not seen, but {SEEN}"
        time.sleep(0.01)


guide = servicer(RouteGuideServicer())
greeter = servicer(Greeter())
