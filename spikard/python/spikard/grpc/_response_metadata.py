"""The metadata of a handler that yields."""

from __future__ import annotations

from spikard.grpc._metadata import Metadata, MetadataLike


class ResponseMetadata:
    """Initial metadata and trailers, for a handler that returns no response to put them in."""

    __slots__ = ("_initial", "_refuses", "_too_late", "_trailers", "source")

    def __init__(self, *, refuses: str | None = None) -> None:
        self._initial = Metadata()
        self._trailers = Metadata()
        self._refuses = refuses
        self._too_late = False
        # The stream that middleware has wrapped, to be closed with what it is wrapped in.
        self.source: object = None

    @property
    def initial(self) -> Metadata:
        """The initial metadata."""
        self._check()
        return self._initial

    @property
    def trailers(self) -> Metadata:
        """The trailers."""
        self._check()
        return self._trailers

    def set_initial(self, metadata: MetadataLike) -> None:
        """Replaces the initial metadata; raises a ``RuntimeError`` once it has been sent."""
        self._check()
        if self._too_late:
            raise RuntimeError(
                "the initial metadata has been sent: set it before the first message is yielded or asked for, or "
                "return a GrpcDuplexResponse(messages=…, metadata=…)"
            )
        self._initial = Metadata(metadata)

    def set_trailers(self, trailers: MetadataLike) -> None:
        """Replaces the trailers."""
        self._check()
        self._trailers = Metadata(trailers)

    def begin(self) -> None:
        """Called when the initial metadata is sent."""
        self._too_late = True

    # Mutable, so it has no hash.
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ResponseMetadata):
            return NotImplemented
        return (self._initial, self._trailers) == (other._initial, other._trailers)

    def _check(self) -> None:
        if self._refuses is not None:
            raise RuntimeError(self._refuses)
