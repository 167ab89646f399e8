"""Rows that were set aside → problems that say which, where and why."""

from __future__ import annotations

from collections.abc import Iterator

from csperf.engines.base import Rejection, SourceResult
from csperf.exports.date_orders import find_orders
from csperf.exports.reader import RawTable
from csperf.problems import Location, Problem
from csperf.tables.contract import Column

SAID = {
    "data-missing-value": "without a value",
    "data-bad-number": "not a number",
    "data-bad-duration": "not a duration in the declared form",
    "data-impossible-duration": "longer than ten years",
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
        said = say_reason(raw, rejection.code, rejection.column)
        where = f'column "{rejection.column}": ' if rejection.column in raw.contract.columns else ""
        rows = "row" if result.counts.rows == 1 else "rows"
        is_needed = rejection.column in raw.contract.columns and raw.contract.columns[rejection.column].required
        lost = "count for nothing" if is_needed else "do not count for what needs the cell"
        # A rejects file that is read is not written over.
        file = f"rejects-{len(raw.rejects) + 1}.csv" if raw.rejects else "rejects.csv"
        yield Problem(
            rejection.code, f"{where}{rejection.count} of {result.counts.rows} {rows} {said}", Location(raw.name),
            samples=tuple(_sample(rejection, *sample) for sample in rejection.samples), severity="warning",
            hint=f"these rows {lost}; csperf data check --rejects {file} writes them out{_ask_for_order(rejection)}",
        )  # fmt: skip


def say_reason(raw: RawTable, code: str, name: str) -> str:
    """What is wrong with a row, as the end of a sentence that begins with it or with its cell in a column."""
    column = raw.contract.columns.get(name)
    if code == "data-out-of-range" and column:
        return _out_of_range(column)
    if code == "data-bad-duration" and not _reads_durations(raw, name):
        return "not a number"
    if code == "data-unknown-word" and column:
        return f"none of {', '.join(column.words)}"
    return SAID.get(code) or "where " + code.removeprefix("data-").replace("-", " ")


def _sample(rejection: Rejection, file: str, row: int, value: str | None) -> str:
    shown = "" if value is None else f': {rejection.column}="{value if len(value) <= 40 else value[:39] + "…"}"'
    return f"{file} row {row}{shown}"


def _ask_for_order(rejection: Rejection) -> str:
    """What to declare where the cells look like dates whose order nothing says, or another than is declared."""
    if rejection.code != "data-bad-time":
        return ""
    orders, _ = find_orders(value for _, _, value in rejection.samples if value)
    return f"; as dates they fit {' or '.join(f'dates: {order}' for order in orders)}" if orders else ""


def _reads_durations(raw: RawTable, column: str) -> bool:
    """Whether a format file says that the column holds more than bare numbers."""
    rules = (file.format.columns.get(column) for file in raw.files)
    return any(rule is not None and (rule.duration or rule.between) for rule in rules)


def _out_of_range(column: Column) -> str:
    if column.high is None:
        return f"below {column.low:g}"
    return f"above {column.high:g}" if column.low is None else f"outside {column.low:g}–{column.high:g}"
