"""What a lifespan has yielded, as requests have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from spikard.grpc._message_type import State_co


class WithState(Generic[State_co]):
    """A request's state. No field of its dataclass: a request without a lifespan has none, and is copied without it."""

    __slots__ = ("_state",)

    if TYPE_CHECKING:
        state: State_co
    else:

        def __class_getitem__(cls, arguments: Any) -> Any:
            # The second argument may be left out. Up to Python 3.12 a type parameter has no default at run time.
            given = arguments if isinstance(arguments, tuple) else (arguments,)
            parameters = len(cls.__parameters__)
            return super().__class_getitem__((*given, Any) if len(given) == 1 < parameters else given)

        @property
        def state(self) -> Any:
            """What the server's lifespan has yielded."""
            try:
                return self._state
            except AttributeError:
                kind = type(self).__name__
                raise AttributeError(
                    f"this {kind} has no state: it is what a lifespan yields, as in serve(…, lifespan=resources), or "
                    f"what a test gives, as in {kind}(…, state=…)"
                ) from None

        @state.setter
        def state(self, state: Any) -> None:
            self._state = state
