"""The kind of a handler, from its annotations."""

from __future__ import annotations

import collections.abc
import inspect
import re
import typing
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from spikard.grpc._kind import Kind
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcDuplexResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._signature import signature_of

SHAPES: tuple[tuple[Kind, type, type], ...] = (
    (Kind.UNARY, GrpcRequest, GrpcResponse),
    (Kind.SERVER_STREAMING, GrpcRequest, GrpcServerStreamResponse),
    (Kind.SERVER_STREAMING, GrpcRequest, GrpcDuplexResponse),
    (Kind.CLIENT_STREAMING, GrpcClientStreamRequest, GrpcResponse),
    (Kind.BIDIRECTIONAL, GrpcBidiStreamRequest, GrpcBidiStreamResponse),
    (Kind.DUPLEX, GrpcDuplexRequest, GrpcDuplexResponse),
    (Kind.UNBUFFERED_CLIENT_STREAMING, GrpcDuplexRequest, GrpcResponse),
)
"""The request and response types of each kind."""

# A handler of `bytes` need not import its types; one of messages has them decoded.
_NAMES_MESSAGES = re.compile(
    r"\b(?:(?:Grpc|Async)\w+|Iterator|Iterable|Generator)\[\s*(?!(?:bytes|bytearray|memoryview|\w*\.?Any)\b)"
)
_REQUESTS = {request for _, request, _ in SHAPES}
_RESPONSES = {response for _, _, response in SHAPES}
_STREAMS = {
    collections.abc.AsyncGenerator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncIterator,
}
_BLOCKING_STREAMS = {
    collections.abc.Generator,
    collections.abc.Iterable,
    collections.abc.Iterator,
}
_GENERIC = _REQUESTS | _RESPONSES | _STREAMS | _BLOCKING_STREAMS
_AWAITABLES = {collections.abc.Awaitable, collections.abc.Coroutine}


def request_parameter(function: Any, signature: inspect.Signature) -> inspect.Parameter:
    """The parameter for the request; of a method, the one after ``self``."""
    parameters = list(signature.parameters.values())
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
    own = 1 if is_method(function, signature) else 0
    required = [p for p in positional[own:] if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    keywords = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if len(positional) <= own or len(required) > 1 or keywords:
        given = "(" + ", ".join(str(p) for p in parameters) + ")"
        this = "self, " if own else ""
        raise TypeError(
            f"a handler takes one argument, the request, and this one takes {given}: write "
            f"def {function.__name__}({this}request: GrpcRequest)"
        )
    return positional[own]


def is_method(function: Any, signature: inspect.Signature) -> bool:
    """Whether a function is defined in the body of a class, to be called on an instance."""
    qualname: str = getattr(function, "__qualname__", "")
    owner, dot, _ = qualname.rpartition(".")
    if not dot or owner.endswith("<locals>"):
        return False
    # A static method has no `self` before its request.
    names = list(signature.parameters)
    return len(names) != 1 or names[0] in {"self", "cls"}


class Annotations(NamedTuple):
    """What a handler is annotated with; ``None`` is what it is not."""

    request: Any
    """The request, without its type argument."""
    takes: Any
    """The type argument of the request."""
    response: Any
    """The response; ``GrpcDuplexResponse`` for each kind of stream."""
    gives: Any
    """The type argument of the response, or of the stream."""


def kind_of(function: Any, given: Kind | None) -> tuple[Kind, bool, Annotations]:
    """The kind of a handler, whether its response is a stream that is not buffered, and its annotations.

    They come from its annotations, or else from `given`.
    """
    signature = signature_of(function)
    parameter = request_parameter(function, signature)
    found = annotations_of(function, parameter, signature.return_annotation, required=given is None)
    request = found.request
    response = _yielded(function, found.response) if _yields(function) else found.response
    if given is not None:
        return given, _streams(given, request, response), found
    if request is None or response is None:
        raise TypeError(_missing(function, signature, request, response))
    for kind, *shapes in SHAPES:
        if shapes == [request, response]:
            return kind, response is GrpcDuplexResponse, found
    raise TypeError(_no_kind(request, response))


def annotations_of(function: Any, parameter: inspect.Parameter, returned: Any, *, required: bool) -> Annotations:
    """The types of request and response; ``None`` where they are not annotated, or not `required` to be there."""

    def type_of(what: str, name: str, annotation: Any) -> tuple[Any, Any]:
        try:
            found = _type(function, what, name, annotation)
        except TypeError:
            if required or names_messages(annotation):
                raise
            return None, None  # it is for type checkers alone
        origin, arguments = get_origin(found), get_args(found)
        if origin in _AWAITABLES and arguments and what == "response":
            return type_of(what, name, arguments[-1])
        if origin in _GENERIC:
            return origin, _type(function, what, name, arguments[0]) if arguments else None
        return found, None

    request, takes = type_of("request", parameter.name, parameter.annotation)
    response, gives = type_of("response", "return", returned)
    if response in _STREAMS | _BLOCKING_STREAMS:
        _check_stream(function, response)
        response = GrpcDuplexResponse
    return Annotations(request, takes, response, gives)


def _check_stream(function: Any, response: Any) -> None:
    """An async handler gives an async stream; what a `def` gives is awaited, or iterated over in its thread."""
    asynchronous = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    if asynchronous and response in _BLOCKING_STREAMS:
        raise TypeError(
            f"it is an async def, and its response is annotated as {response.__name__}: write Async{response.__name__}"
        )
    if inspect.isgeneratorfunction(function) and response in _STREAMS:
        blocking = response.__name__.removeprefix("Async")
        raise TypeError(
            f"it is a def that yields, and its response is annotated as {response.__name__}: write {blocking}, to run "
            f"it in a thread, or async def, to run it on the event loop"
        )


def _yields(function: Any) -> bool:
    return inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function)


def names_messages(annotation: Any) -> bool:
    """Whether an annotation that does not resolve has a type argument other than `bytes`."""
    text = annotation.__forward_arg__ if isinstance(annotation, typing.ForwardRef) else str(annotation)
    return _NAMES_MESSAGES.search(text) is not None


def _yielded(function: Any, response: Any) -> Any:
    """The response of a generator, which is a stream."""
    if response is not None and response is not GrpcDuplexResponse:
        stream = "AsyncIterator" if inspect.isasyncgenfunction(function) else "Iterator"
        buffered = response.__name__ if response in _RESPONSES else "the response"
        raise TypeError(
            f"it yields, and its response is annotated as {shown(response)}: write -> {stream}[bytes] to send "
            f"each message as it is yielded, or return {buffered}(…) instead of yielding"
        )
    return GrpcDuplexResponse


def _streams(given: Kind, request: Any, response: Any) -> bool:
    """Whether the response of a handler of a given kind is not buffered; its annotations, if any, must fit."""
    takes = {takes for kind, takes, _ in SHAPES if kind is given}
    returns = {returns for kind, _, returns in SHAPES if kind is given}
    for found, expected, what in ((request, takes, "takes"), (response, returns, "returns")):
        if found is not None and found not in expected:
            raise TypeError(
                f'kind="{given.value}" does not fit the annotations: such a handler {what} '
                f"{' or '.join(sorted(kind.__name__ for kind in expected))}, and this one {what} {shown(found)}; leave "
                f"kind out, or change the annotation"
            )
    return response is GrpcDuplexResponse or returns == {GrpcDuplexResponse}


def _type(function: Any, what: str, name: str, annotation: Any) -> Any:
    """The type of an annotation; ``None`` without one."""
    if annotation is inspect.Signature.empty:
        return None
    while True:
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if isinstance(annotation, str):
            annotation = _evaluated(function, what, name, annotation)
        annotation = _unwrapped(annotation)
        if not isinstance(annotation, (str, typing.ForwardRef)):
            return annotation


def _evaluated(function: Any, what: str, name: str, annotation: str) -> Any:
    namespace = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        # Only this annotation: others may name what is imported for type checkers alone.
        holder = type("Holder", (), {"__annotations__": {name: annotation}})
        return typing.get_type_hints(holder, globalns=namespace, localns={}, include_extras=True)[name]
    except Exception as error:
        raise TypeError(
            f'the annotation of its {what}, "{annotation}", cannot be resolved ({error}): import the type where the '
            f'module is run, not under TYPE_CHECKING alone, or give the decorator kind="…"'
        ) from error


def _unwrapped(annotation: Any) -> Any:
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__value__"):  # `type Alias = …`
            annotation = annotation.__value__
        else:
            return annotation


def _missing(function: Any, signature: inspect.Signature, request: Any, response: Any) -> str:
    this = "self, " if is_method(function, signature) else ""
    word = "async def" if inspect.iscoroutinefunction(function) else "def"
    takes = shown(request) if request in _REQUESTS else "GrpcClientStreamRequest"
    fitting = [answer for _, kind_request, answer in SHAPES if kind_request.__name__ == takes]
    returns = shown(response) if response in _RESPONSES else fitting[0].__name__
    lacks = [what for what, found in (("request", request), ("response", response)) if found is None]
    have = "has" if len(lacks) == 1 else "have"
    return (
        f"its {' and its '.join(lacks)} {have} no annotation, which the kind of the RPC comes from: write "
        f'"{word} {function.__name__}({this}request: {takes}) -> {returns}", or give the decorator kind="…", one of '
        f"{', '.join(kind.value for kind in Kind)}"
    )


def _no_kind(request: Any, response: Any) -> str:
    if request not in _REQUESTS:
        known = ", ".join(sorted(kind.__name__ for kind in _REQUESTS))
        return f"it takes {shown(request)}, which is no request of spikard: annotate the request with one of {known}"
    fitting = " or ".join(answer.__name__ for _, takes, answer in SHAPES if takes is request)
    if response not in _RESPONSES:
        return (
            f"it returns {shown(response)}, which is no response of spikard: a {shown(request)} is answered with a "
            f"{fitting}"
        )
    return (
        f"a {shown(request)} is answered with a {fitting}, not with a {shown(response)}: change one of the two "
        f"annotations"
    )


def shown(annotation: Any) -> str:
    """An annotation, for errors."""
    # Up to Python 3.10 a generic of a class is a type as well.
    return annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)
