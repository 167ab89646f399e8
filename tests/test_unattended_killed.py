"""`csperf run` killed at each of its steps: nothing half is to be seen, and the next run completes the month."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from small_shop import SURVEYS, run_csperf, write_workspace

SCRIPT = """
import os, signal, sys
from pathlib import Path
from csperf import unattended
from csperf.cli import main

def die_after(owner, name, at):
    whole, seen = getattr(owner, name), []
    def work(*given, **named):
        result = whole(*given, **named)
        seen.append(name)
        if len(seen) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, work)

owner = {"say": unattended.Log, "fsync": os, "replace": Path}[sys.argv[1]]
die_after(owner, sys.argv[1], int(sys.argv[2]))
sys.exit(main(["run", "--month", "2025-06", "-C", sys.argv[3]]))
"""
STEPS = 6  # check, score, write, seal, score, write
# Files reach the disk two for each time that they are written, and those of the ledger between.
POINTS = [*(("say", at) for at in range(1, STEPS + 1)), ("fsync", 1), ("fsync", 2), ("fsync", 5), ("replace", 1),
          ("replace", 3)]  # fmt: skip


ROWS = SURVEYS + "S9,A2,2025-06-30 10:00,5\n"


def read_all(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed run leaves."""
    folder = write_workspace(tmp_path_factory.mktemp("whole") / "shop", {"surveys": ROWS})
    assert run_csperf("run", "--month", "2025-06", cwd=folder).code == 0
    return read_all(folder)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like this here")
@pytest.mark.parametrize(("name", "at"), POINTS)
def test_the_next_run_completes_what_a_killed_one_began(
    tmp_path: Path, whole: dict[str, bytes], name: str, at: int
) -> None:
    folder = write_workspace(tmp_path / "shop", {"surveys": ROWS})
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, str(at), str(folder)], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for path in (folder / "reports").glob("2*.json"):
        assert json.loads(path.read_bytes())["schema"] == "csperf/score/v1"
    if (folder / "ledger" / "2025-06").exists():
        assert run_csperf("verify", cwd=folder).code == 0

    run = run_csperf("run", "--month", "2025-06", cwd=folder)

    assert run.code == 0, run.err
    assert read_all(folder) == whole
