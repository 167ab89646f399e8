"""csperf among other programs: pipes that close, full disks, Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from small_shop import write_workspace

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


def test_interrupted_while_reading_ends_at_once_and_quietly(tmp_path: Path) -> None:
    write_workspace(tmp_path, {"surveys": ""})
    (tmp_path / "surveys.csv").unlink()
    os.mkfifo(tmp_path / "surveys.csv")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [*CSPERF, "score", "--month", "2025-06"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(temporary)},
        # A test run in the background ignores Ctrl-C, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    writer = os.open(tmp_path / "surveys.csv", os.O_WRONLY)  # waits until csperf reads
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    os.close(writer)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert list(temporary.iterdir()) == []
