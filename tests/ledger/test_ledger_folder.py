"""A sealed folder is whole or not there, whatever happens while it is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from csperf.ledger.folder import list_adjustments, list_sealed, list_versions, write_folder
from csperf.ledger.lock import lock_ledger
from csperf.problems import ProblemsFound

SCRIPT = Path(__file__).with_name("every_step.py")
POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")


@POSIX
@pytest.mark.parametrize("how", ["kill", "full"])
def test_stopped_at_every_call(how: str, tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, SCRIPT, tmp_path, how], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert int(run.stdout) >= 30  # or it was stopped at too few places to mean anything


def test_writes_all_files_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "2025-06").mkdir()
    target = tmp_path / "2025-06" / "adjustments" / "1-2025-07-20"

    write_folder(tmp_path, target, {"a": b"1", "b/c": b"2"})

    assert (target / "a").read_bytes() == b"1"
    assert (target / "b" / "c").read_bytes() == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["2025-06"]


def test_never_writes_over_a_sealed_folder(tmp_path: Path) -> None:
    write_folder(tmp_path, tmp_path / "2025-06", {"a": b"1"})

    with pytest.raises(OSError, match="2025-06"):
        write_folder(tmp_path, tmp_path / "2025-06", {"a": b"2"})

    assert (tmp_path / "2025-06" / "a").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["2025-06"]


def test_lists_months_and_adjustments_in_order(tmp_path: Path) -> None:
    for name in (
        "2025-10",
        "2025-9",
        ".writing",
        "2025-02/adjustments/10-2025-07-20",
        "2025-02/adjustments/2-2025-07-01",
    ):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "2025-03").write_text("a file")

    assert list_sealed(tmp_path) == ["2025-02", "2025-10"]
    assert [number for number, _ in list_adjustments(tmp_path / "2025-02")] == [2, 10]
    assert [path.name for path in list_versions(tmp_path, "2025-02")] == ["2025-02", "2-2025-07-01", "10-2025-07-20"]
    assert list_versions(tmp_path, "2025-04") == []
    assert list_sealed(tmp_path / "nothing") == []


def test_a_lock_is_one_process_s_own_and_can_be_taken_again_within(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from csperf.ledger.lock import lock_ledger; from csperf.problems "
        "import ProblemsFound\ntry:\n    with lock_ledger(Path(sys.argv[1])): print('mine')\n"
        "except ProblemsFound as found: print(found.problems[0].code)"
    )

    def other() -> str:
        run = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
        return run.stdout.strip()

    with lock_ledger(tmp_path):
        with lock_ledger(tmp_path):
            pass
        assert other() == "ledger-locked"
    assert other() == "mine"


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from csperf.ledger.lock import lock_ledger\n"
        "with lock_ledger(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=False)

    with lock_ledger(tmp_path):
        pass


def test_says_which_ledger_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with FileLock(tmp_path / ".lock"), pytest.raises(ProblemsFound, match="another csperf"), lock_ledger(tmp_path):
        pass
