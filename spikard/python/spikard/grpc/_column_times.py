"""Times of messages that columns cannot hold."""

from __future__ import annotations

import importlib
from typing import Any

_ENDS = {-(2**63), 2**63 - 1}


def beyond(batch: Any) -> str | None:
    """What is said of a time that is beyond nanoseconds in 64 bits; ``None`` where there is none.

    ptars puts the nearest time that they can hold in its place, which nobody would notice.
    """
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if _has_times(field.type) and _is_beyond(column):
            return f"{field.name} has a time that nanoseconds in 64 bits cannot hold (a timestamp: 1677 to 2262)"
    return None


def _has_times(kind: Any) -> bool:
    types = importlib.import_module("pyarrow.types")
    if types.is_timestamp(kind) or types.is_duration(kind):
        return True
    return any(_has_times(kind.field(index).type) for index in range(kind.num_fields))


def _is_beyond(column: Any) -> bool:
    pyarrow: Any = importlib.import_module("pyarrow")
    types = pyarrow.types
    kind = column.type
    if types.is_timestamp(kind) or types.is_duration(kind):
        ends = importlib.import_module("pyarrow.compute").min_max(column.view(pyarrow.int64()))
        return not _ENDS.isdisjoint(ends.as_py().values())
    if types.is_struct(kind):
        parts = column.flatten()
    elif types.is_map(kind):
        parts = [column.keys, column.items]
    elif types.is_list(kind):
        parts = [column.values]
    else:
        return False
    return any(_is_beyond(part) for part in parts if _has_times(part.type))
