"""The columns of a response, as the messages need them: ptars leaves out, without a word, what it cannot send."""

from __future__ import annotations

import difflib
import importlib
from typing import Any


def fitted(batch: Any, schema: Any, message: str) -> Any:
    """A batch with the columns of a schema, in any order; those that it lacks are fields that are not set.

    A ``TypeError`` names a column that the message has no field for, or whose values the field cannot have.
    """
    names = batch.schema.names
    fields = {field.name: field for field in schema}
    for name in names:
        if name not in fields:
            raise TypeError(_no_field(name, message, list(fields)))
        if names.count(name) > 1:
            raise TypeError(f'there are several columns "{name}": {message} has one field of this name')
    columns = [
        _fitted(column, fields[name].type, f"{message}.{name}")
        for name, column in zip(names, batch.columns, strict=True)
    ]
    if all(fitted is column for fitted, column in zip(columns, batch.columns, strict=True)):
        return batch
    return importlib.import_module("pyarrow").RecordBatch.from_arrays(columns, names)


def _fitted(column: Any, kind: Any, field: str) -> Any:
    nullable = _nullable(kind)
    # Times of any unit can be sent: what nanoseconds cannot hold must not become them.
    if column.type in (kind, nullable) or _are_times(column.type, kind):
        return column
    try:
        return column.cast(nullable)
    except (ValueError, NotImplementedError) as error:
        raise TypeError(f"the column of {field} is {column.type}, which cannot become {nullable}: {error}") from error


def _nullable(kind: Any) -> Any:
    """A type, with nulls wherever it has parts: a null is a field that is not set."""
    pyarrow: Any = importlib.import_module("pyarrow")
    types = pyarrow.types
    if types.is_struct(kind):
        return pyarrow.struct([(field.name, _nullable(field.type)) for field in kind])
    if types.is_map(kind):
        return pyarrow.map_(kind.key_type, _nullable(kind.item_type))
    if types.is_list(kind):
        return pyarrow.list_(pyarrow.field(kind.value_field.name, _nullable(kind.value_type)))
    return kind


def _are_times(found: Any, expected: Any) -> bool:
    types = importlib.import_module("pyarrow.types")
    return any(is_time(found) and is_time(expected) for is_time in (types.is_timestamp, types.is_duration))


def _no_field(name: str, message: str, fields: list[str]) -> str:
    near = difflib.get_close_matches(name, fields, n=1)
    hint = f': did you mean "{near[0]}"?' if near else f": it has {', '.join(fields) or 'none'}"
    return f'{message} has no field "{name}", which is a column{hint}'
