"""csperf among other programs: pipes that close, full disks, Ctrl-C."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from csperf import months
from small_shop import run_csperf, write_workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX systems")
CSPERF = [sys.executable, "-m", "csperf"]
SAMPLE = Path(__file__).parents[1] / "sample_data"


@pytest.mark.parametrize("command", ["score --month 2025-06 --format csv", "data check --format json"])
def test_closed_pipe_ends_quietly(command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    found = subprocess.run(
        [*CSPERF, *command.split(), "-q"], stdout=writer, stderr=subprocess.PIPE, cwd=SAMPLE, check=False
    )
    os.close(writer)
    assert found.stderr == b""
    assert found.returncode in (0, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        found = subprocess.run(
            [*CSPERF, "score", "--month", "2025-06", "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=SAMPLE,
            check=False,
        )
    assert found.returncode == 1
    assert b"[file-error]" in found.stderr
    assert b"Traceback" not in found.stderr


def test_interrupted_ends_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_workspace(tmp_path, {"surveys": ""})
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def interrupt(*_: object, **__: object) -> None:
        assert list(temporary.iterdir()) != []
        raise KeyboardInterrupt

    monkeypatch.setattr(months, "score_period", interrupt)
    found = run_csperf("score", "--month", "2025-06", cwd=tmp_path)
    assert (found.code, found.out, found.err) == (130, "", "")
    assert list(temporary.iterdir()) == []
