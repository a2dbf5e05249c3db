"""Waiting for what a running process does by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found], why: Callable[[], object], seconds: float = 60) -> Found:
    """What `look` gives once it is true of it; `why` says what was seen instead when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)
    return found
