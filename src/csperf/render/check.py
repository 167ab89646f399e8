"""Where the rows of the sources went, those set aside, and what a file is: the output of `csperf data`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from csperf.render.csv import neutralise, write_csv
from csperf.render.json import write_json
from csperf.render.numbers import NOTHING
from csperf.render.terminal import Column, build_grid, fit_columns, print_text
from csperf.render.words import label

if TYPE_CHECKING:
    from csperf.engines.base import RejectedRow, RowCounts
    from csperf.exports.inspection import Inspection


def render_check(counts: Sequence[tuple[str, RowCounts]], lang: str, width: int = 80, color: bool = False) -> str:
    """One line per source: rows, accepted, rejected, duplicates."""
    figures = {
        "rows": [count.rows for _, count in counts],
        "accepted": [count.in_period for _, count in counts],
        "rejected": [count.rejected for _, count in counts],
        "duplicates": [count.duplicates for _, count in counts],
    }
    columns = [Column("source", (label("head-source", lang),), [name for name, _ in counts])]
    columns += [
        Column(name, (label(f"head-{name}", lang),), [str(number) for number in numbers], right=True)
        for name, numbers in figures.items()
    ]
    return print_text([build_grid(columns)], color)


def render_check_json(counts: Sequence[tuple[str, RowCounts]]) -> str:
    """The same as data."""
    sources = [
        {"name": name, "rows": count.rows, "accepted": count.in_period, "rejected": count.rejected,
         "duplicates": count.duplicates}
        for name, count in counts
    ]  # fmt: skip
    return write_json({"schema": "csperf/check/v1", "sources": sources}) + "\n"


def render_rejects(rejected: Iterable[tuple[str, RejectedRow]]) -> bytes:
    """Rejected rows by source as CSV that Excel opens: where and why, then the cells."""
    rows = [["source", "file", "row", "column", "value", "code", "cells"]]
    for source, row in rejected:
        place = [source, row.file, str(row.row), row.column, row.value or "", row.code]
        cells = [f"{header}={cell or ''}" for header, cell in zip(row.headers, row.cells, strict=True)]
        rows.append(list(map(neutralise, [*place, *cells])))
    return write_csv(rows, bom=True).encode("utf-8")


def render_inspection(inspection: Inspection, lang: str, width: int = 80, color: bool = False) -> str:
    """What the file is, what it fits, and each header with its canonical column and first values."""
    separator = {"\t": "tab"}.get(inspection.separator, inspection.separator)
    parts = [label("inspect-file", lang, file=inspection.file, encoding=inspection.encoding,
                   separator=separator, row=inspection.header_row,
                   columns=len(inspection.columns))]  # fmt: skip
    if inspection.format is None:
        parts.append(label("inspect-unknown", lang))
    else:
        parts.append(label("inspect-best", lang, format=inspection.format, table=inspection.table,
                           matched=inspection.matched, wanted=inspection.wanted))  # fmt: skip
    headers = [column.header for column in inspection.columns]
    canonical = [column.canonical or NOTHING for column in inspection.columns]
    examples = [" | ".join(column.examples) for column in inspection.columns]
    columns = [
        Column("column", (label("head-column", lang),), headers),
        Column("canonical", (label("head-canonical", lang),), canonical),
        Column("example", (label("head-example", lang),), examples, 1),
    ]
    shown, _ = fit_columns(columns, width)
    return print_text([*parts, "", build_grid(shown)], color)
