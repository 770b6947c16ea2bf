"""What a lifespan has yielded, as requests have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from spikard.grpc._message_type import State_co


class WithState(Generic[State_co]):
    """A request's state. No field of its dataclass: a request without a lifespan has none, and is copied without it."""

    __slots__ = ("state",)

    state: State_co
    """What the server's lifespan has yielded; an ``AttributeError`` without one."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, arguments: Any) -> Any:
            # The second argument may be left out. Up to Python 3.12 a type parameter has no default at run time.
            given = arguments if isinstance(arguments, tuple) else (arguments,)
            parameters = len(cls.__parameters__)
            return super().__class_getitem__((*given, Any) if len(given) == 1 < parameters else given)

        def __getattr__(self, name: str) -> Any:
            # Asked for what is not there.
            kind = type(self).__name__
            if name == "state":
                raise AttributeError(
                    f"this {kind} has no state: it is what a lifespan yields, as in serve(…, lifespan=resources), or "
                    f"what a test gives, as in {kind}(…, state=…)"
                )
            raise AttributeError(f"{kind!r} object has no attribute {name!r}")
