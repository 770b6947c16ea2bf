"""The same servers with `async def` methods, as users of `grpc.aio` write them."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
from grpc_status import rpc_status
from grpcio_examples import FEATURES, SEEN, get_distance, get_feature, quota_exceeded

import helloworld_pb2
import helloworld_pb2_grpc
import route_guide_pb2
import route_guide_pb2_grpc
from spikard.grpc import servicer

aio: Any = grpc.aio  # its published types lack EOF


def noted(what: str) -> Callable[[Any], None]:
    """A callback that notes its call."""

    def note(context: Any) -> None:
        SEEN.append(what)

    return note


class RouteGuideServicer(route_guide_pb2_grpc.RouteGuideServicer):
    """The route guide."""

    async def GetFeature(self, request: route_guide_pb2.Point, context: Any) -> route_guide_pb2.Feature:
        feature = get_feature(request)
        return route_guide_pb2.Feature(name="", location=request) if feature is None else feature

    async def ListFeatures(
        self, request: route_guide_pb2.Rectangle, context: Any
    ) -> AsyncIterator[route_guide_pb2.Feature]:
        left, right = sorted((request.lo.longitude, request.hi.longitude))
        for feature in FEATURES:
            if left <= feature.location.longitude <= right:
                yield feature

    async def RecordRoute(
        self, request_iterator: AsyncIterator[route_guide_pb2.Point], context: Any
    ) -> route_guide_pb2.RouteSummary:
        point_count = feature_count = 0
        distance = 0.0
        previous = None
        async for point in request_iterator:
            point_count += 1
            if get_feature(point):
                feature_count += 1
            if previous:
                distance += get_distance(previous, point)
            previous = point
        return route_guide_pb2.RouteSummary(
            point_count=point_count, feature_count=feature_count, distance=int(distance)
        )

    async def RouteChat(
        self, request_iterator: AsyncIterator[route_guide_pb2.RouteNote], context: Any
    ) -> AsyncIterator[route_guide_pb2.RouteNote]:
        previous: list[route_guide_pb2.RouteNote] = []
        async for note in request_iterator:
            for earlier in previous:
                if earlier.location == note.location:
                    yield earlier
            previous.append(note)


class Greeter(helloworld_pb2_grpc.GreeterServicer):
    """The greeter."""

    async def SayHello(self, request: helloworld_pb2.HelloRequest, context: Any) -> helloworld_pb2.HelloReply | None:
        match request.name:
            case "abort":
                await context.abort(grpc.StatusCode.NOT_FOUND, "nobody of this name", (("x-why", "because"),))
            case "swallowed":
                try:
                    await context.abort(grpc.StatusCode.ALREADY_EXISTS, "swallowed")
                except aio.AbortError:
                    SEEN.append("swallowed")
                    raise
            case "details":
                await context.abort_with_status(rpc_status.to_status(quota_exceeded(request.name)))
            case "code":
                context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
                context.set_details("not now")
                assert context.code() == grpc.StatusCode.FAILED_PRECONDITION
                assert context.details() == "not now"
                return helloworld_pb2.HelloReply()
            case "code and raise":
                context.set_code(grpc.StatusCode.DATA_LOSS)
                context.set_details("lost")
                raise LookupError("a bug")
            case "nothing":
                return None
            case "metadata":
                await context.send_initial_metadata((("x-initial", "1"), ("x-initial-bin", b"\x00\xff")))
                context.set_trailing_metadata((("x-trailing", "a"), ("x-trailing", "b"), ("x-raw-bin", b"\x01")))
                received = [(key, value) for key, value in context.invocation_metadata() if key.startswith("x-")]
                assert next(iter(context.trailing_metadata())) == ("x-trailing", "a")
                return helloworld_pb2.HelloReply(message=repr(received))
            case "peer":
                return helloworld_pb2.HelloReply(message=context.peer())
            case "identity":
                key, identities = context.peer_identity_key(), context.peer_identities()
                common = context.auth_context().get("x509_common_name")
                pem = b"".join(context.auth_context().get("x509_pem_cert", [])).startswith(b"-----BEGIN CERTIFICATE")
                return helloworld_pb2.HelloReply(
                    message=repr((key, identities and list(identities), common and list(common), pem))
                )
            case "time":
                left = context.time_remaining()
                message = "no end" if left is None else "a while" if 5 < left < 40 else "?"
                return helloworld_pb2.HelloReply(message=message)
            case "callback":
                context.add_done_callback(noted("called back"))
                return helloworld_pb2.HelloReply(message=f"True {not context.done() and not context.cancelled()}")
            case "compressed":
                context.set_compression(grpc.Compression.Gzip)
                return helloworld_pb2.HelloReply(message="x" * 10_000)
            case _:
                pass
        return helloworld_pb2.HelloReply(message=f"Hello, {request.name}!")

    async def SayHelloStreamReply(self, request: helloworld_pb2.HelloRequest, context: Any) -> None:
        # A coroutine that writes, where the other examples yield.
        try:
            context.add_done_callback(noted(f"done {request.name}"))
            await context.send_initial_metadata([("x-search", request.name)])
            context.set_trailing_metadata([("x-found", "3")])
            for n in range(3):
                await context.write(helloworld_pb2.HelloReply(message=f"{request.name} {n}"))
            if request.name == "fail":
                await context.abort(grpc.StatusCode.OUT_OF_RANGE, "no more")
            if request.name == "endless":
                SEEN.append("waits")
                await asyncio.Event().wait()
        finally:
            SEEN.append(f"stopped {request.name} False")

    async def SayHelloStreamRequest(
        self, request_iterator: AsyncIterable[helloworld_pb2.HelloRequest], context: Any
    ) -> helloworld_pb2.HelloReply:
        names = []
        while (request := await context.read()) is not aio.EOF:
            names.append(request.name)
            SEEN.append(f"read {request.name}")
            if request.name == "enough":
                break
            if request.name == "abort":
                await context.abort(grpc.StatusCode.ABORTED, "refused")
        context.set_trailing_metadata([("x-count", str(len(names)))])
        return helloworld_pb2.HelloReply(message=" ".join(names))

    async def SayHelloBidiStream(
        self, request_iterator: AsyncIterable[helloworld_pb2.HelloRequest], context: Any
    ) -> AsyncIterator[helloworld_pb2.HelloReply]:
        async for request in request_iterator:
            yield helloworld_pb2.HelloReply(message=f"Hello, {request.name}!")


guide = servicer(RouteGuideServicer())
greeter = servicer(Greeter())
