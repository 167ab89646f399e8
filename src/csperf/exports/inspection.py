"""What is this file? Encoding, layout, and the format or table whose headers it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from csperf.exports.format_file import FormatFile
from csperf.exports.layout import Layout
from csperf.exports.reader import find_text, match_columns, read_layout
from csperf.problems import Problem, ProblemsFound
from csperf.tables import TABLES
from csperf.tables.contract import compile_table


@dataclass(frozen=True)
class InspectedColumn:
    """One header of the file, the canonical column it would fill (None: none), and its first values."""

    header: str
    canonical: str | None
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What was found out about a file. format is None where no known one has its required columns."""

    file: str
    encoding: str
    separator: str
    header_row: int
    columns: tuple[InspectedColumn, ...]
    format: str | None
    table: str | None
    matched: int
    wanted: int


@dataclass(frozen=True)
class _Try:
    """A file as one format reads it. rank: whether the required columns are there, how many, which share."""

    rank: tuple[bool, int, float]
    format: FormatFile
    encoding: str
    layout: Layout
    origins: dict[str, tuple[str, ...]]


def inspect_export(path: Path, formats: Sequence[FormatFile], workdir: Path) -> Inspection:
    """Try every format; the one that finds most of its columns, with all the required ones, wins.

    Raises ProblemsFound where none of them can read the file.
    """
    shown, copies = str(path), count()

    @cache
    def read(encoding: str, sheet: str | None) -> tuple[Path, str]:
        return find_text(path, encoding, sheet, shown, workdir / f"inspected-{next(copies)}.csv")

    tried = []
    problems: Sequence[Problem] = ()
    for format_ in formats:
        try:
            tried.append(_try_format(format_, *read(format_.encoding, format_.sheet), shown))
        except ProblemsFound as found:
            problems = found.problems
    if not tried:
        raise ProblemsFound(problems)
    best = max(tried, key=lambda one: one.rank)
    fits, layout = best.rank[0], best.layout
    origins = best.origins if fits else {}
    canonical = {column: name for name, columns in origins.items() for column in columns}
    columns = tuple(
        InspectedColumn(header, canonical.get(header), tuple(_examples(layout.peek, position)))
        for position, header in enumerate(layout.columns)
    )
    return Inspection(
        shown,
        best.encoding,
        layout.separator,
        layout.header_row,
        columns,
        format=best.format.format if fits else None,
        table=best.format.table if fits else None,
        matched=len(origins),
        wanted=len(best.format.columns) if fits else 0,
    )


def _try_format(format_: FormatFile, text: Path, encoding: str, shown: str) -> _Try:
    contract = compile_table(TABLES[format_.table])
    layout = read_layout(text, format_, contract, shown)
    origins, missing = match_columns(format_, layout)
    fits = bool(origins) and not any(contract.columns[name].required for name in missing)
    share = len(origins) / max(len(format_.columns), 1)
    return _Try((True, len(origins), share) if fits else (False, 0, 0), format_, encoding, layout, origins)


def _examples(peek: Sequence[Sequence[str]], position: int) -> list[str]:
    cells = (row[position] for row in peek if position < len(row))
    return list(dict.fromkeys(cell for cell in cells if cell.strip()))[:3]
