"""A service of Arrow Flight: it keeps the tables that clients put, message by message, and gives them back."""

from collections.abc import AsyncIterator

from flight_pb2 import (
    DESCRIPTOR,
    Action,
    ActionType,
    Criteria,
    Empty,
    FlightData,
    FlightDescriptor,
    FlightEndpoint,
    FlightInfo,
    HandshakeRequest,
    HandshakeResponse,
    PutResult,
    Result,
    SchemaResult,
    Ticket,
)
from spikard.grpc import (
    GrpcBidiStreamRequest,
    GrpcBidiStreamResponse,
    GrpcDuplexRequest,
    GrpcError,
    GrpcRequest,
    GrpcResponse,
    GrpcServerStreamResponse,
    StatusCode,
    grpc_stream,
)

Path = tuple[str, ...]


@grpc_stream(service=DESCRIPTOR.services_by_name["FlightService"], complete=True)
class Flights:
    """Tables by their paths; the first message of each has its schema."""

    def __init__(self) -> None:
        self._tables: dict[Path, list[FlightData]] = {}

    async def handshake(self, request: GrpcDuplexRequest[HandshakeRequest]) -> AsyncIterator[HandshakeResponse]:
        """Full duplex: a client waits for the answer before it half-closes."""
        async for asked in request.messages:
            if asked.payload != b"open sesame":
                raise PermissionError("no such password")
            yield HandshakeResponse(payload=b"the token")

    def list_flights(self, request: GrpcRequest[Criteria]) -> GrpcServerStreamResponse[FlightInfo]:
        start = request.payload.expression.decode()
        found = [path for path in self._tables if path[0].startswith(start)]
        return GrpcServerStreamResponse([self._info(path) for path in found])

    async def get_flight_info(self, request: GrpcRequest[FlightDescriptor]) -> GrpcResponse[FlightInfo]:
        return GrpcResponse(self._info(tuple(request.payload.path)))

    def get_schema(self, request: GrpcRequest[FlightDescriptor]) -> GrpcResponse[SchemaResult]:
        return GrpcResponse(SchemaResult(schema=self._info(tuple(request.payload.path)).schema))

    async def do_get(self, request: GrpcRequest[Ticket]) -> AsyncIterator[FlightData]:
        for data in self._table(tuple(request.payload.ticket.decode().split("/"))):
            yield FlightData(data_header=data.data_header, data_body=data.data_body, app_metadata=data.app_metadata)

    def do_put(self, request: GrpcBidiStreamRequest[FlightData]) -> GrpcBidiStreamResponse[PutResult]:
        """Buffered: a table is kept when all of it has arrived."""
        path = tuple(request.messages[0].flight_descriptor.path)
        self._tables[path] = list(request.messages)
        return GrpcBidiStreamResponse([PutResult(app_metadata=b"kept")])

    async def do_exchange(self, request: GrpcDuplexRequest[FlightData]) -> AsyncIterator[FlightData]:
        async for data in request.messages:
            if data.data_header:  # the first message may have nothing but the descriptor
                yield FlightData(
                    data_header=data.data_header, data_body=data.data_body, app_metadata=data.app_metadata.upper()
                )

    def do_action(self, request: GrpcRequest[Action]) -> GrpcServerStreamResponse[Result]:
        if request.payload.type != "drop":
            raise NotImplementedError(f"there is no action {request.payload.type}")
        dropped = self._tables.pop(tuple(request.payload.body.decode().split("/")), [])
        return GrpcServerStreamResponse([Result(body=str(len(dropped)).encode())])

    async def list_actions(self, request: GrpcRequest[Empty]) -> AsyncIterator[ActionType]:
        yield ActionType(type="drop", description="Drops a table, and says how many messages it had.")

    def _table(self, path: Path) -> list[FlightData]:
        if path not in self._tables:
            raise GrpcError(StatusCode.NOT_FOUND, f"there is no table {'/'.join(path)}")
        return self._tables[path]

    def _info(self, path: Path) -> FlightInfo:
        messages = self._table(path)
        return FlightInfo(
            schema=encapsulated(messages[0].data_header),
            flight_descriptor=FlightDescriptor(type=FlightDescriptor.PATH, path=path),
            endpoint=[FlightEndpoint(ticket=Ticket(ticket="/".join(path).encode()))],
            total_records=-1,
            total_bytes=sum(len(data.data_body) for data in messages),
        )


def encapsulated(header: bytes) -> bytes:
    """A message of Arrow's IPC format without a body, as it is outside of Flight."""
    padding = b"\0" * (-len(header) % 8)
    return b"\xff\xff\xff\xff" + len(header + padding).to_bytes(4, "little") + header + padding


flights = Flights()
