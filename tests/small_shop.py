"""Small sources and workspaces made on the spot, and csperf run over them, for tests that touch raw rows."""

from __future__ import annotations

import datetime as dt
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from csperf.calendars import WorkCalendar
from csperf.cli import main
from csperf.engines import polars_engine
from csperf.engines.base import Lens, SourceResult, Units
from csperf.engines.polars_engine import PolarsEngine
from csperf.exports.format_file import FormatFile, canonical_format
from csperf.exports.reader import RawTable, read_source
from csperf.period import Period, parse_month
from csperf.rubric.measures import Aggregate
from csperf.tables import TABLES
from csperf.tables.contract import compile_table

SAMPLE = Path(__file__).parents[1] / "sample_data"
CHINA = "Asia/Shanghai"


# ── the command ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Run:
    """What one command left behind."""

    code: int
    out: str
    err: str


class _Stream(io.TextIOWrapper):
    def __init__(self, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def text(self) -> str:
        self.flush()
        content = self.buffer
        assert isinstance(content, io.BytesIO)
        return content.getvalue().decode("utf-8")


def run_csperf(
    *arguments: str | Path, cwd: Path = SAMPLE, env: Mapping[str, str] | None = None, terminal: bool = False
) -> Run:
    """One command in this process; of the caller's environment neither CSPERF_… nor NO_COLOR is seen."""
    out, err = _Stream(terminal), _Stream(terminal)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CSPERF_", "NO_COLOR"))}
    with (
        patch.dict(os.environ, kept | dict(env or {}), clear=True),
        chdir(cwd),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = main([str(argument) for argument in arguments])
    return Run(code, out.text(), err.text())


@cache
def run_sample(*arguments: str) -> Run:
    """A command over the sample shop, run once for all tests that look at what it prints."""
    run = run_csperf(*arguments)
    assert run.code == 0, run.err
    return run


# ── one source ────────────────────────────────────────────────────────────────────────────────────


def csv_text(headers: Sequence[str], rows: Iterable[Any]) -> str:
    """A CSV file in which every cell is quoted that needs it; None is an empty cell."""
    lines = [",".join(map(_cell, row)) for row in (headers, *rows)]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def open_source(
    folder: Path, table: str, *files: str | bytes, format_: FormatFile | None = None, zone: str = CHINA
) -> RawTable:
    """The source that `files` make, written to `folder`; the format is the canonical one unless given."""
    paths = []
    for number, content in enumerate(files):
        path = folder / f"{table}-{number}.csv"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        paths.append(path)
    workdir = folder / "decoded"
    workdir.mkdir(exist_ok=True)
    contract = compile_table(TABLES[table])
    return read_source(table, paths, format_ or canonical_format(table), contract, zone, folder, workdir)


def same_name(name: str) -> str:
    """Everybody is who the rows say, as in a shop without a roster."""
    return name.strip()


def no_calendar() -> WorkCalendar:
    raise AssertionError("nothing here counts working days")


def measure_source(
    source: RawTable,
    aggregates: Sequence[Aggregate],
    period: Period | str = "2025-06",
    resolve: Callable[[str], str] = same_name,
    calendar: Callable[[], WorkCalendar] = no_calendar,
    units: Units | None = None,
    order_agents: RawTable | None = None,
) -> SourceResult:
    """What the engine makes of a source; a period by its month is cut in China's zone."""
    lens = Lens(_span(period), resolve, calendar, units, order_agents)
    with tempfile.TemporaryDirectory() as workdir:
        return PolarsEngine(Path(workdir)).measure_source(source, aggregates, lens)


def read_rows(
    source: RawTable,
    aggregate: Aggregate,
    agent_id: str,
    period: Period | str = "2025-06",
    units: Units | None = None,
    order_agents: RawTable | None = None,
) -> list[dict[str, str | None]]:
    """The rows that the engine shows behind an agent's (or unit's) aggregate."""
    lens = Lens(_span(period), same_name, no_calendar, units, order_agents)
    with tempfile.TemporaryDirectory() as workdir:
        return PolarsEngine(Path(workdir)).read_rows(source, aggregate, agent_id, lens)


def _span(period: Period | str) -> Period:
    return parse_month(period, CHINA, dt.date.today()) if isinstance(period, str) else period


def count_rows(table: str, at: str, **extra: object) -> Aggregate:
    """The aggregate that counts a table's rows."""
    return Aggregate(table, "count", at, **extra)  # type: ignore[arg-type]


def values_of(result: SourceResult, aggregate: Aggregate) -> dict[str, Fraction | None]:
    """agent → value."""
    return {agent: found.value for agent, found in result.results[aggregate].items()}


@contextmanager
def reading_as_if_large() -> Iterator[list[str]]:
    """Every source counts as large, so it is read quickly first; yields those read carefully after all."""
    careful: list[str] = []
    scan = polars_engine._scan_carefully

    def spy(job: Any) -> Any:
        careful.append(job.table.name)
        return scan(job)

    with patch.object(polars_engine, "SMALL_BYTES", 0), patch.object(polars_engine, "_scan_carefully", spy):
        yield careful


# ── a whole workspace ─────────────────────────────────────────────────────────────────────────────

RUBRIC = """\
name: small
version: "1"
title: Small
source: test
dimensions:
  all:
    title: All
    weight: 100
    indicators:
      csat:
        weight: 100
        target: ">= 90%"
        score: {deduct: 2, per: 1%, step: completed}
grades:
  - {name: good, title: Good, min: 60}
  - {name: poor, title: Poor, min: 0}
"""
SURVEYS = csv_text(
    ["survey_id", "agent_id", "responded_at", "rating"],
    [
        ["S1", "A1", "2025-06-03 10:00", 5],
        ["S2", "A1", "2025-06-04 10:00", 2],
        ["S3", "A2", "2025-06-05 10:00", 4],
    ],
)


def write_workspace(folder: Path, files: Mapping[str, str | bytes], rubric: str = RUBRIC, settings: str = "") -> Path:
    """A workspace with one canonical CSV per table (`files`: table → content)."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = "".join(f"  {table}: {{files: {table}.csv}}\n" for table in files)
    (folder / "csperf.yaml").write_text(
        f"language: en\nrubric: rubric.yaml\n{settings}sources:\n{sources}", encoding="utf-8"
    )
    (folder / "rubric.yaml").write_text(rubric, encoding="utf-8")
    for table, content in files.items():
        (folder / f"{table}.csv").write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder
