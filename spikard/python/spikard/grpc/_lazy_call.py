"""The call of a request, made when it is asked for: most handlers never ask."""

from __future__ import annotations

from typing import Any

from spikard.grpc._call import Call


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
        put(request, made)
        return made

    return property(call, put)
