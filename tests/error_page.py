"""docs/errors.md: every code with the words it comes in, made of the samples under tests/errors."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"
SECTIONS = {
    "yaml": "Any YAML file",
    "file": "Reading and writing files",
    "workspace": "The workspace: csperf.yaml",
    "format": "Format files",
    "calendar": "Calendars",
    "roster": "The roster",
    "data": "The data",
    "rubric": "Rubrics",
    "measure": "Measures",
    "ledger": "The ledger",
    "other": "What was asked for",
}
_HEAD = """# Errors and warnings

<!-- Made by `pytest --update-golden tests/test_error_catalogue.py`; change tests/errors, not this page. -->

Every problem has a stable code in brackets. Its first line says where and what, the last what to do
next. `error` stops the command (exit 1). A `warning` about data sets the rows named there aside and goes
on; with `--strict` it stops the command too. Rows count as in a spreadsheet: the first line of the file is
row 1, and a cell with line breaks is still one row. Exit codes: 0 fine, 1 problems, 2 wrong usage, 3 a bug
of csperf, 4 a ledger that was altered, 130 interrupted.

Each code below is a folder under `tests/errors/` with the input and the command that show it.
"""


def render_page(folders: Sequence[Path]) -> str:
    """The page, from the folders of the samples."""
    by_section: dict[str, list[Path]] = {section: [] for section in SECTIONS}
    for folder in sorted(folders, key=lambda folder: folder.name.partition(".")[::2]):
        section = folder.name.partition("-")[0]
        by_section[section if section in SECTIONS else "other"].append(folder)
    parts = [_HEAD]
    for section, title in SECTIONS.items():
        parts.append(f"## {title}\n")
        for code, samples in groupby(by_section[section], key=lambda folder: folder.name.partition(".")[0]):
            parts.append(f"### {code}\n")
            parts += [_render_sample(folder) for folder in samples]
    return "\n".join(parts)


def _render_sample(folder: Path) -> str:
    command = (folder / "cmd").read_text(encoding="utf-8").splitlines()[0]
    said = (folder / "expected.txt").read_text(encoding="utf-8")
    fence = "```"
    return f"{fence}console\n$ csperf {command}\n{said}{fence}\n"
