"""Every error is a sample: `tests/errors/<code>/` holds the input, the command, and the words on stderr.

A folder has its input files, `cmd` (the arguments to csperf, and the exit code on a second line) and
`expected.txt` (stderr). Its name is the code that the sample shows; `<code>.<what>` is one more sample of
the same code. `pytest --update-golden` rewrites `expected.txt`, and docs/errors.md, which is made of them.
"""

import ast
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

from csperf.cli import main
from csperf.rejections import SAID
from csperf.tables import TABLES
from csperf.yaml_models import CODES
from error_page import PAGE, render_page

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
    workdir = tmp_path / "work"
    shutil.copytree(folder, workdir, ignore=shutil.ignore_patterns("cmd", "expected.txt"))
    monkeypatch.chdir(workdir)
    monkeypatch.setenv("LC_ALL", "C")
    arguments, exit_code = (folder / "cmd").read_text(encoding="utf-8").splitlines()

    lock = workdir / "ledger" / ".lock"
    with FileLock(lock) if lock.exists() else nullcontext():  # as another process holds it
        code = main(shlex.split(arguments))

    stderr = capsys.readouterr().err
    expected = folder / "expected.txt"
    if update_golden:
        expected.write_text(stderr, encoding="utf-8")
    assert stderr == expected.read_text(encoding="utf-8")
    assert code == int(exit_code)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample_shows_its_own_code(folder: Path) -> None:
    said = (folder / "expected.txt").read_text(encoding="utf-8")
    assert f"[{folder.name.partition('.')[0]}]" in said
    assert "Traceback" not in said


def test_every_code_has_a_sample() -> None:
    used = {code for path in SOURCES.rglob("*.py") for code in _codes(ast.parse(path.read_text(encoding="utf-8")))}
    used |= set(SAID) | {f"data-{rule}" for table in TABLES.values() for rule in table.rules}
    # Measures and exemptions are read entry by entry, and a file without any is no mistake.
    used -= {"measure-empty", "exemption-empty"}
    assert used == {folder.name.partition(".")[0] for folder in FOLDERS}


def test_error_page_is_fresh(update_golden: bool) -> None:
    page = render_page(FOLDERS)
    if update_golden:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "docs/errors.md is stale: pytest --update-golden"


def _codes(tree: ast.AST) -> Iterator[str]:
    """The codes in calls of Problem(…), ….problem(…), ….warning(…) and Check(…), and those of read_model."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        values = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "code")]
        words = [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
        if name in ("Problem", "problem", "warning", "Check"):
            yield from (word for word in words if CODE.fullmatch(word))
        elif name == "read_model":
            yield from (f"{prefix}-{code}" for prefix in words for code in CODES)
