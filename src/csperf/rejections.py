"""Rows that were set aside → problems that say which, where and why."""

from __future__ import annotations

from collections.abc import Iterator

from csperf.engines.base import Rejection, SourceResult
from csperf.exports.reader import RawTable
from csperf.problems import Location, Problem
from csperf.tables.contract import Column

SAID = {
    "data-missing-value": "without a value",
    "data-bad-number": "not a number",
    "data-bad-duration": "not a duration in the declared form",
    "data-bad-flag": "neither true nor false",
    "data-bad-time": "not a time in the expected form",
    "data-impossible-time": "at an impossible time",
    "data-unknown-word": "with a word that is not known",
    "data-out-of-range": "out of range",
    "data-damaged-id": "with an id that a spreadsheet has damaged, such as 1.03E+13",
    "data-too-many-cells": "with more cells than the header has",
}


def explain_rejections(raw: RawTable, result: SourceResult) -> Iterator[Problem]:
    """One problem per reason for which rows of a source were set aside."""
    for rejection in result.rejections:
        column = raw.contract.columns.get(rejection.column)
        said = SAID.get(rejection.code) or "where " + rejection.code.removeprefix("data-").replace("-", " ")
        if rejection.code == "data-out-of-range" and column:
            said = _out_of_range(column)
        if rejection.code == "data-bad-duration" and raw.format.columns[rejection.column].duration is None:
            said = "not a number"
        if rejection.code == "data-unknown-word" and column:
            said = f"none of {', '.join(column.words)}"
        where = f'column "{rejection.column}": ' if column else ""
        rows = "row" if result.counts.rows == 1 else "rows"
        yield Problem(
            rejection.code, f"{where}{rejection.count} of {result.counts.rows} {rows} {said}", Location(raw.name),
            samples=tuple(_sample(rejection, *sample) for sample in rejection.samples), severity="warning",
            hint="these rows do not count for what needs the cell; csperf data check --rejects rejects.csv "
            "writes them out",
        )  # fmt: skip


def _sample(rejection: Rejection, file: str, row: int, value: str | None) -> str:
    shown = "" if value is None else f': {rejection.column}="{value if len(value) <= 40 else value[:39] + "…"}"'
    return f"{file} row {row}{shown}"


def _out_of_range(column: Column) -> str:
    if column.high is None:
        return f"below {column.low:g}"
    return f"above {column.high:g}" if column.low is None else f"outside {column.low:g}–{column.high:g}"
