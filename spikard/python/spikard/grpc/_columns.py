"""The messages of a stream as columns: a record batch or a table of pyarrow, which ptars makes."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from spikard.grpc._column_fit import fitted
from spikard.grpc._column_times import beyond
from spikard.grpc._layout import Piece
from spikard.grpc._undecodable import undecodable_at

_OFFSET = 4
"""The bytes of an offset."""
_PART = 256 * 1024
"""A streamed response is encoded in parts of about this many bytes; after each it waits for room."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A class of pyarrow, and what makes columns of the messages of one type, and messages of columns."""

    type: Any
    """``pyarrow.RecordBatch`` or ``pyarrow.Table``."""
    name: str
    """The full name of the messages, ``shop.Item``."""
    converter: Any
    """The handler of ptars for these messages."""
    schema: Any
    """The columns of these messages."""
    encode_anew: Callable[[bytes], bytes]
    """Decodes a message by protobuf, and encodes it."""

    @property
    def shown(self) -> str:
        """Its name in errors."""
        return f"pyarrow.{self.type.__name__}"

    def decode(self, pieces: list[Piece]) -> Any:
        """The columns of a stream; the bytes of a piece are freed once it is converted.

        A message that cannot be decoded is an error with its index.
        """
        pyarrow = _pyarrow()
        pieces.reverse()
        batches: list[Any] = []
        count = 0
        while pieces:
            content, offsets = pieces.pop()
            length = len(offsets) // _OFFSET - 1
            buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(content)]
            column = pyarrow.Array.from_buffers(pyarrow.binary(), length, buffers)
            batches.append(self._converted(column, count))
            del content, offsets, buffers, column
            count += length
        return self._whole(batches)

    def decode_list(self, messages: list[bytes]) -> Any:
        """The columns of messages that are in a list."""
        pyarrow = _pyarrow()
        return self._whole([self._converted(pyarrow.array(messages, pyarrow.binary()), 0)])

    def encode(self, columns: Any) -> list[bytes]:
        """A message for each row. A ``TypeError`` names a column that does not fit."""
        return [message for batch in self._batches(columns) for message in self._encoded(batch)]

    def encode_in_parts(self, columns: Any) -> Iterator[list[bytes]]:
        """The same, for a stream whose client may read slowly."""
        for batch in self._batches(columns):
            rows = max(1, batch.num_rows * _PART // max(1, batch.nbytes))
            for start in range(0, batch.num_rows, rows):
                yield self._encoded(batch.slice(start, rows))

    def _whole(self, batches: list[Any]) -> Any:
        pyarrow = _pyarrow()
        if self.type is pyarrow.Table:
            return pyarrow.Table.from_batches(batches, self.schema)
        if not batches:
            return self.converter.list_to_record_batch([])
        if len(batches) == 1:
            return batches[0]
        try:
            return pyarrow.concat_batches(batches)
        except ValueError as error:  # over 2 GiB of text in a column
            rows = sum(batch.num_rows for batch in batches)
            raise MemoryError(
                f"{rows} messages do not fit into one pyarrow.RecordBatch ({error}): annotate the request with "
                "pyarrow.Table"
            ) from error

    def _converted(self, column: Any, index: int) -> Any:
        try:
            return self._convert(column)
        except _WrongMessageError:
            column = self._encoded_anew(column, index)
        try:
            return self._convert(column)
        except _WrongMessageError:
            start = self._first_wrong(column)
            try:
                self._convert(column.slice(start, 1))
            except _WrongMessageError as wrong:
                raise undecodable_at(index + start, self.name, wrong) from wrong.__cause__
            raise

    def _encoded_anew(self, column: Any, index: int) -> Any:
        """The same messages as protobuf writes them: ptars cannot read all that is legal.

        The first that protobuf cannot read either is an error with its index.
        """
        pyarrow = _pyarrow()
        messages: list[bytes] = column.to_pylist()
        for place, message in enumerate(messages):
            try:
                messages[place] = self.encode_anew(message)
            except MemoryError:
                raise
            except Exception as error:
                raise undecodable_at(index + place, self.name, error) from error
        return pyarrow.array(messages, pyarrow.binary())

    def _first_wrong(self, column: Any) -> int:
        """Which message is the first that cannot be decoded: half of those that it can be among, until it is one."""
        start, end = 0, len(column)
        while end - start > 1:
            middle = (start + end) // 2
            try:
                self._convert(column.slice(start, middle - start))
            except _WrongMessageError:
                end = middle
            else:
                start = middle
        return start

    def _convert(self, column: Any) -> Any:
        try:
            batch = self.converter.array_to_record_batch(column)
        except BaseException as error:
            # ptars panics at some messages that it cannot read, which is no `Exception`.
            if isinstance(error, ValueError) or type(error).__name__ == "PanicException":
                raise _WrongMessageError(str(error).partition("\n")[0]) from error
            raise
        wrong = beyond(batch)
        if wrong is not None:
            raise _WrongMessageError(wrong)
        return batch

    def _batches(self, columns: Any) -> list[Any]:
        is_batch = isinstance(columns, _pyarrow().RecordBatch)
        return [columns] if is_batch else columns.to_batches()

    def _encoded(self, batch: Any) -> list[bytes]:
        encoded: list[bytes] = self.converter.record_batch_to_array(fitted(batch, self.schema, self.name)).to_pylist()
        return encoded


class _WrongMessageError(Exception):
    """One message or more, of several, cannot be decoded."""


def _pyarrow() -> Any:
    return importlib.import_module("pyarrow")
