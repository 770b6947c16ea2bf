"""The call of a request, made when it is asked for: most handlers never ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spikard.grpc._beside import CallHandle
from spikard.grpc._call import Call


class Compressed:
    """The indices of the messages of a stream that were compressed, of those that were received last."""

    __slots__ = ("_call",)

    def __init__(self, call: CallHandle) -> None:
        self._call = call

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and index >= 0 and self._call.was_compressed(index)


def made_when_asked_for(slot: Any) -> Any:
    """The attribute `call` over its slot, which holds a `Call`, or what the native module makes one of."""
    get, put = slot.__get__, slot.__set__

    def call(request: Any) -> Any:
        held = get(request)
        if type(held) is Call:
            return held
        make = getattr(type(held), "make_call", None)
        if make is None:
            return held
        fields: tuple[Any, ...] = (*make(held), held)
        made = Call(*fields)
        if held.streams_compressed:
            made = replace(made, compressed=Compressed(held))
        put(request, made)
        return made

    return property(call, put)
