"""Doing again what others came before: read anew, decide anew, write."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from graphmem.errors import Conflict, StoreBusy

T = TypeVar("T")

ATTEMPTS: Final = 50
_FIRST_PAUSE: Final = 0.005
_LONGEST_PAUSE: Final = 0.5


def retrying(work: Callable[[], T], *, attempts: int = ATTEMPTS) -> T:
    """What ``work`` returns. It reads what it needs, and writes; it is done again where others were first.

    A write says what it expects to find, and is refused where others have changed it meanwhile (optimistic
    concurrency control: Kung and Robinson 1981). So nobody's change is lost, and ``work`` must read again
    what it changes each time that it is called.

    Raises:
        Conflict, StoreBusy: the last of the attempts was refused too; nothing was written.
    """
    pause = _FIRST_PAUSE
    for _ in range(attempts - 1):
        try:
            return work()
        except (Conflict, StoreBusy):
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    return work()
