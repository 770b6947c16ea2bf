"""Enters and leaves the lifespan of a server."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from spikard._runtime.frames import user_frames
from spikard._runtime.layer import name_of
from spikard._runtime.loggers import logger_of
from spikard.grpc._signature import signature_of

logger = logger_of("spikard")

# Seconds for one that was cancelled to clean up.
_CLEAN_UP_WITHIN = 0.1
_YIELDED_TWICE = "generator didn't stop"


class LifespanFailedError(RuntimeError):
    """A lifespan that raised when it was entered; its cause is what it raised."""

    def __init__(self, name: str, error: BaseException) -> None:
        self.name = name
        super().__init__(f"the lifespan {name} failed when it was entered, with {type(error).__name__}: {error}")


class LifespanLostError(RuntimeError):
    """A lifespan that has ended while its server served; the log says why."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the lifespan {name} ended while the server served; the log says why")


class Lifespan:
    """An async context manager around the calls of a server.

    One task enters and leaves it, since it may have a cancel scope or a task group in it.
    """

    def __init__(self, option: str, make: Any) -> None:
        self.name = name_of(make)
        self.state: Any = None
        wrong = _wrong(make)
        if wrong is not None:
            raise TypeError(f"{option}: {self.name} {wrong}")
        self._option = option
        self._make = make
        self._task: asyncio.Task[None] | None = None
        self._leaving = asyncio.Event()
        self._on_lost: Callable[[], object] = _nobody

    async def enter(self, on_lost: Callable[[], object] | None = None) -> None:
        """Enters it; a :class:`LifespanFailedError` if that fails.

        `on_lost` is called if it ends by itself later, as where a task group in it fails.
        """
        loop = asyncio.get_running_loop()
        entered: asyncio.Future[Any] = loop.create_future()
        self._on_lost = on_lost or _nobody
        self._task = loop.create_task(self._live(entered), name=f"lifespan {self.name}")
        try:
            self.state = await entered
        except BaseException:
            await self._end()
            raise

    async def leave(self, within: float) -> None:
        """Leaves it, within a number of seconds; what it raises is logged."""
        if self._task is None:
            return
        self._leaving.set()
        await asyncio.wait((self._task,), timeout=within)
        if not self._task.done():
            logger.warning("the lifespan %s is cancelled: it was not left within the grace period", self.name)
            await self._end()

    async def _end(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=_CLEAN_UP_WITHIN)

    async def _live(self, entered: asyncio.Future[Any]) -> None:
        # Every exception is caught: SystemExit or KeyboardInterrupt out of a task would end the loop.
        try:
            async with self._made() as state:
                if not entered.done():
                    entered.set_result(state)
                    await self._leaving.wait()
        except BaseException as error:
            if not entered.done():
                failed = LifespanFailedError(self.name, error)
                failed.__cause__ = error
                entered.set_exception(failed)
            elif not entered.cancelled():
                self._log(error)
        finally:
            if not self._leaving.is_set() and not entered.cancelled() and entered.done() and not entered.exception():
                self._on_lost()

    def _made(self) -> Any:
        made = self._make()
        if hasattr(type(made), "__aenter__") and hasattr(type(made), "__aexit__"):
            return made
        if inspect.iscoroutine(made):
            made.close()
        raise TypeError(f"{self.name} {_no_manager(made)}")

    def _log(self, error: BaseException) -> None:
        when = "when it was left" if self._leaving.is_set() else "while the server served"
        if isinstance(error, asyncio.CancelledError):
            return  # said by whoever cancelled it, or by `on_lost`
        if isinstance(error, RuntimeError) and str(error) == _YIELDED_TWICE:
            logger.error("the lifespan %s yields twice: it yields the state once, and cleans up after that", self.name)
            return
        shown = (type(error), error, user_frames(error.__traceback__))
        logger.error("the lifespan %s raised %s %s", self.name, type(error).__name__, when, exc_info=shown)


def _nobody() -> None:
    pass


def _wrong(make: Any) -> str | None:
    """What is wrong with a lifespan, as far as it shows before it is called."""
    if inspect.isasyncgenfunction(make):
        return "is an async generator: put @contextlib.asynccontextmanager above it"
    if inspect.iscoroutinefunction(make):
        return (
            "is an async def that returns: put @contextlib.asynccontextmanager above it, and yield the state instead "
            "of returning it"
        )
    if inspect.isgeneratorfunction(make):
        return "is a def that yields: make it an async def, with @contextlib.asynccontextmanager above it"
    if hasattr(type(make), "__aenter__"):
        return "is an async context manager already, which is entered once: give the function that makes it"
    if callable(make):
        return _wrong_parameters(make)
    return f"is no function that makes an async context manager, but {make!r}"


def _wrong_parameters(make: Any) -> str | None:
    try:
        signature = signature_of(make, as_text=True)
    except (TypeError, ValueError):
        return None  # a C function without a signature: a mistake shows when it is called
    try:
        signature.bind()
    except TypeError:
        return f"is called without arguments, and its parameters are {signature}"
    return None


def _no_manager(made: Any) -> str:
    if hasattr(type(made), "__enter__"):
        return (
            f"made a {type(made).__name__}, which is for with and not for async with: make it an async def with "
            f"@contextlib.asynccontextmanager above it"
        )
    found = "None" if made is None else f"a {type(made).__name__}"
    return f"returned {found}, expected an async context manager: put @contextlib.asynccontextmanager above it"
