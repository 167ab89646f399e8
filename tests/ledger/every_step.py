"""Writes a folder again and again, stopped at every single call in turn: a script for test_ledger_folder.

Arguments: an empty folder, and `kill` or `full`. Prints how many calls were stopped at.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from csperf.ledger.folder import list_sealed, write_folder
from csperf.ledger.lock import lock_ledger

FILES = {"scorecards.json": b"{}" * 9000, "formats/a.yaml": b"a", "formats/b.yaml": b"b", "manifest.json": b"{}"}
TOUCHING = {"mkdir", "open", "write", "flush", "fsync", "rename", "close", "flock"}
THROUGH = 100


class Stop:
    """The n-th call that touches the disk kills this process, or finds the disk full."""

    def __init__(self, call: int, how: str) -> None:
        self.left, self.how = call, how

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        """Counts, as Python's profiler."""
        if event != "c_call" or called.__name__ not in TOUCHING:
            return
        self.left -= 1
        if self.left == 0 and self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def write(ledger: Path, month: str) -> None:
    """One month, as csperf seals it."""
    with lock_ledger(ledger):
        write_folder(ledger, ledger / month, FILES)


def try_to_write(ledger: Path, month: str, call: int, how: str) -> int:
    """The wait status of a child that is stopped at a call; its code is THROUGH where there were not as many."""
    child = os.fork()
    if child == 0:
        stop, code = Stop(call, how), 0
        sys.setprofile(stop)
        try:
            write(ledger, month)
        except OSError as error:
            code = error.errno or 1
        sys.setprofile(None)
        os._exit(THROUGH if stop.left > 0 else code)
    return os.waitpid(child, 0)[1]


def is_whole(folder: Path) -> bool:
    """Whether every file is there, with all that it holds, and nothing else."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return found == FILES


def main(ledger: Path, how: str) -> None:
    """One month after the other, so that each run finds what the one before left behind."""
    for number in range(1, 10_000):
        month = f"{2000 + number // 12}-{number % 12 + 1:02}"
        status = try_to_write(ledger, month, number, how)
        assert month not in list_sealed(ledger) or is_whole(ledger / month), f"half a month after call {number}"
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == THROUGH:
            assert is_whole(ledger / month)
            print(number - 1)
            return
        if how == "kill":
            assert os.WIFSIGNALED(status)
        else:
            assert os.WEXITSTATUS(status) in (0, errno.ENOSPC)
            assert not (ledger / ".writing").exists(), "a failed run tidies up after itself"
        if month not in list_sealed(ledger):
            write(ledger, month)
            assert is_whole(ledger / month)
    raise AssertionError("it never got through")


main(Path(sys.argv[1]), sys.argv[2])
