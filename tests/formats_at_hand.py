"""The fixtures of the shipped formats: exports made by hand, written as the platforms write them.

A folder of tests/formats has `source.yaml` (`file`: the name that the platform gives the file; `encoding`; `sheet`
of a workbook; `zone`, `dates`, `marketplace`: what a person says of the source; `documented`: headers that the
platform's own documentation has and ../shared/reference/exports.md leaves out), `export.csv`, `.tsv` or `.json`
(its content as UTF-8 text) and `expected.csv` (what csperf reads in it).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
import yaml

from csperf.engines.base import RejectedRow, RowCounts
from csperf.exports.format_file import FormatFile, load_format
from csperf.exports.reader import RawTable
from csperf.session import Session
from csperf.shipped import shipped
from csperf.workspace import load_workspace

HERE = Path(__file__).parent / "formats"
SHIPPED = {path.stem: path for path in sorted((shipped("configs") / "exports").glob("*.yaml"))}
"""Format name → its file."""
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


@dataclass(frozen=True)
class Fixture:
    """One export by hand: what the platform calls the file, what is in it, and what a person says of it."""

    format: str
    file: str
    content: str
    encoding: str = "utf-8"
    sheet: str | None = None
    said: dict[str, str] = field(default_factory=dict)
    documented: tuple[str, ...] = ()

    @property
    def is_workbook(self) -> bool:
        return self.file.endswith(".xlsx")

    @property
    def expected(self) -> Path:
        """The golden file."""
        return HERE / self.format / "expected.csv"


def read_fixture(format_: str) -> Fixture:
    """The fixture in a folder."""
    folder = HERE / format_
    known = yaml.safe_load((folder / "source.yaml").read_text(encoding="utf-8"))
    [export] = folder.glob("export.*")
    said = {key: known[key] for key in ("zone", "dates", "marketplace") if key in known}
    content = export.read_bytes().decode("utf-8")
    return Fixture(
        format_, known["file"], content, known.get("encoding", "utf-8"), known.get("sheet"), said,
        tuple(known.get("documented", ())),
    )  # fmt: skip


FIXTURES = [read_fixture(path.parent.name) for path in sorted(HERE.glob("*/source.yaml"))]
"""All of them."""


def write_export(fixture: Fixture, folder: Path) -> Path:
    """Write the export under the name and in the encoding that the platform gives it, or as a workbook."""
    path = folder / fixture.file
    if fixture.is_workbook:
        _write_workbook(path, list(csv.reader(io.StringIO(fixture.content, newline=""))), fixture.sheet)
    else:
        path.write_bytes(fixture.content.encode(fixture.encoding))
    return path


def write_shop(fixture: Fixture, folder: Path) -> Path:
    """A workspace whose one source is the export; returns its folder."""
    path = write_export(fixture, folder)
    table = load_shipped(fixture.format).table
    source = {"files": path.name, "format": fixture.format, **fixture.said}
    content = {"zone": "UTC", "language": "en", "rubric": "aftersales-60-20-20", "sources": {table: source}}
    (folder / "csperf.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def load_shipped(format_: str) -> FormatFile:
    """A shipped format file."""
    return load_format(SHIPPED[format_], format_)


def read_export(fixture: Fixture, folder: Path) -> str:
    """What csperf reads in the export, as the golden file says it; `folder` is to be empty."""
    workdir = folder / "workdir"
    workdir.mkdir()
    session = Session(load_workspace(write_shop(fixture, folder)), workdir)
    table = session.open_table(load_shipped(fixture.format).table)
    engine = session.engine
    counts = engine.check_source(table, lambda agent: agent).counts
    return _render(table, counts, engine.read_facts(table), list(engine.read_rejected(table)))


def _render(table: RawTable, counts: RowCounts, facts: list[dict[str, object]], rejected: list[RejectedRow]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        f"{name}: {count}" for name, count in [
            ("rows", counts.rows), ("valid", len(facts)), ("rejected", counts.rejected),
            ("duplicates", counts.duplicates), ("left out", counts.left_out),
        ]
    )  # fmt: skip
    columns = [name for name in table.contract.columns if table.has(name)]
    writer.writerow(columns)
    writer.writerows([_shown(row[name]) for name in columns] for row in facts)
    if rejected:
        writer.writerow(["rejected row", "column", "value", "code"])
        writer.writerows([row.row, row.column, row.value, row.code] for row in rejected)
    return text.getvalue()


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.10g}"
        case dt.datetime():
            return value.isoformat(" ")
    return str(value)


def _write_workbook(path: Path, rows: list[list[str]], sheet: str | None) -> None:
    """Cells that look like numbers become numbers; one that begins with ' is the text after it."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if _NUMBER.fullmatch(cell):
                    page.write_number(row, column, float(cell))
                elif cell:
                    page.write_string(row, column, cell.removeprefix("'"))
