"""One process at a time writes to a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from csperf.problems import Location, Problem, ProblemsFound
from csperf.workspace import show_path

LOCK_NAME = ".lock"


@contextmanager
def lock_ledger(folder: Path) -> Iterator[None]:
    """The ledger is this process's own, and may be locked again within; raises ProblemsFound while another has it.

    The system releases the lock of a process that dies. Makes the folder; raises OSError where it cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_NAME, is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        message = "another csperf is at work in this ledger"
        hint = "wait until it is done, then run the command again; nothing was written"
        raise ProblemsFound([Problem("ledger-locked", message, Location(show_path(folder)), hint=hint)]) from error
    try:
        yield
    finally:
        lock.release()
