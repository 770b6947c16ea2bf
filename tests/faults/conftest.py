"""Each fault is tried on a server in each language."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from targets import Start, Target, serving


@pytest.fixture(params=["python", "rust"])
def language(request: pytest.FixtureRequest) -> str:
    """The language of the handlers."""
    name: str = request.param
    return name


@pytest.fixture
def start(language: str, tmp_path: Path) -> Iterator[Start]:
    """Starts a server with the options of `spikard serve`."""
    with ExitStack() as stack:

        def enter(**options: object) -> Target:
            return stack.enter_context(serving(language, tmp_path, **options))

        yield enter
