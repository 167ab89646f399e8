"""Every error is a sample: `tests/errors/<code>/` holds the input, the command, and the words on stderr.

A folder has its input files, `cmd` (the arguments to csperf, and the exit code on a second line)
and `expected.txt` (stderr). `pytest --update-golden` rewrites the latter.
"""

import ast
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from csperf.yaml_models import CODES

ERRORS = Path(__file__).parent / "errors"
SOURCES = Path(__file__).parents[1] / "src" / "csperf"
FOLDERS = sorted(path.parent for path in ERRORS.glob("*/cmd"))
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_error_reads_as_recorded(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update_golden: bool,
) -> None:
    cli = pytest.importorskip("csperf.cli")
    workdir = tmp_path / "work"
    shutil.copytree(folder, workdir, ignore=shutil.ignore_patterns("cmd", "expected.txt"))
    monkeypatch.chdir(workdir)
    arguments, exit_code = (folder / "cmd").read_text(encoding="utf-8").splitlines()

    code = cli.main(shlex.split(arguments))

    stderr = capsys.readouterr().err
    expected = folder / "expected.txt"
    if update_golden:
        expected.write_text(stderr, encoding="utf-8")
    assert stderr == expected.read_text(encoding="utf-8")
    assert code == int(exit_code)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample_shows_its_own_code(folder: Path) -> None:
    assert f"[{folder.name}]" in (folder / "expected.txt").read_text(encoding="utf-8")


def test_every_code_has_a_sample() -> None:
    used = {
        code for path in SOURCES.rglob("*.py") for code in _codes(ast.parse(path.read_text(encoding="utf-8")))
    }
    # Measures are read entry by entry, and a file without any is no mistake.
    used.discard("measure-empty")
    assert used - {folder.name for folder in FOLDERS} == set()


def _codes(tree: ast.AST) -> Iterator[str]:
    """The codes in calls of Problem(…), ….problem(…) and ….warning(…), and those that read_model can make."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        values = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "code")]
        words = [
            value.value
            for value in values
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        ]
        if name in ("Problem", "problem", "warning"):
            yield from (word for word in words if CODE.fullmatch(word))
        elif name == "read_model":
            yield from (f"{prefix}-{code}" for prefix in words for code in CODES)
