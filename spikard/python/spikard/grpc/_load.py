"""What a handler reports of load, for the clients and proxies that balance calls by it (ORCA)."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, Protocol, TypedDict


class LoadReport(TypedDict, total=False):
    """Load, as :meth:`Call.record_load <spikard.grpc.Call.record_load>` takes it, by keyword.

    A value that is not finite is left out, with a warning in the log. So is a negative one, but for
    ``named_metrics``, and one above 1 where 1 is the most.
    """

    cpu_utilization: float
    """The CPU in use, as a fraction of what there is; above 1 over a soft limit."""

    memory_utilization: float
    """The memory in use, as a fraction of what there is: 0 to 1."""

    application_utilization: float
    """How busy the application is, as a fraction; above 1 over a soft limit. Balancers prefer it to the CPU."""

    qps: float
    """Calls a second (``rps_fractional``)."""

    eps: float
    """Calls a second that end with an error."""

    utilization: Mapping[str, float]
    """Other resources in use, by name, as fractions: 0 to 1."""

    request_cost: Mapping[str, float]
    """What this call cost, by name, in any unit. Not sent for a server."""

    named_metrics: Mapping[str, float]
    """Anything else, by name: any number, negative ones too."""


class LoadRecorder(Protocol):
    """Where a report goes."""

    def record(self, of_server: bool, report: dict[str, Any], /) -> None:
        """Adds to the report of the call, or of the server. The report has every name; ``None`` is no value."""


_NAMED = ("utilization", "request_cost", "named_metrics")
_EMPTY: dict[str, Any] = {name: {} if name in _NAMED else None for name in LoadReport.__annotations__}


def record(recorder: LoadRecorder | None, *, of_server: bool, report: LoadReport) -> None:
    """Checks the types of a report, and records it where somebody reports it."""
    checked = {name: _checked(name, value) for name, value in report.items()}
    if recorder is not None:
        recorder.record(of_server, {**_EMPTY, **checked})


def _checked(name: str, value: Any) -> float | dict[str, float]:
    if name not in LoadReport.__annotations__:
        raise TypeError(f'a load report has no "{name}": there are {", ".join(LoadReport.__annotations__)}')
    if name not in _NAMED:
        return _number(name, value)
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} of a load report must be a mapping of names to numbers, not {type(value).__name__}")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"the names in {name} of a load report must be texts, not {type(key).__name__}")
    return {key: _number(f'{name}["{key}"]', number) for key, number in value.items()}


def _number(name: str, value: Any) -> float:
    if not isinstance(value, Real):
        raise TypeError(f"{name} of a load report must be a number, not {type(value).__name__}")
    return float(value)
