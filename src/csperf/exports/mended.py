"""Rejected rows that somebody has mended: each counts in place of the row that it names."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from csperf.exports.layout import Layout
from csperf.exports.plain_text import MENDED, new_copy
from csperf.exports.reader import RawFile, RawTable, Replaced, find_doubtful_dates
from csperf.exports.rejects_file import PREFIX, SURPLUS, MendedRow, RejectsFile, read_mended
from csperf.problems import Location, Problem, ProblemsFound

_Place = tuple[str, int]


def mend_source(table: RawTable, workdir: Path) -> RawTable:
    """A source with the rows of its rejects files in place of those that they name.

    Raises ProblemsFound for a row that replaces none of the source's rows, and for two that replace the same.
    """
    if not table.rejects:
        return table
    rows, problems = _read_all(table)
    originals = {file.shown: file for file in table.files}
    by_place = {(row.within.shown, row.row): row for row in rows}
    groups: dict[tuple[str, str], list[MendedRow]] = {}
    replaced: dict[tuple[str, str], dict[int, Replaced]] = {}
    for row in rows:
        file = originals.get(_find_export(row, by_place))
        if file is None:
            hint = "an export and its mended rows stay or go together: list both, or neither"
            problems.append(row.problem(f'"{row.file}" is none of the files of source "{table.name}"', hint))
            continue
        groups.setdefault((row.within.shown, file.shown), []).append(row)
        others = replaced.setdefault((row.file, file.shown), {})
        if row.of in others:
            shown, other = others[row.of].by
            problems.append(row.problem(f"it replaces row {row.of} of {row.file}, as row {other} of {shown} does"))
        elif (columns := _find_columns(row, file)) is None:
            problems.append(row.problem(f'{file.shown} has no column "{row.column}"'))
        else:
            others[row.of] = Replaced(columns, row.value, (row.within.shown, row.row))
        problems += _find_missing(row, file)
    if problems:
        raise ProblemsFound(dict.fromkeys(problems))
    files = [replace(file, replaced=replaced.get((file.shown, file.shown), {})) for file in table.files]
    mended = []
    for (shown, original), group in groups.items():
        file = _build_file(group, originals[original], new_copy(workdir))
        mended.append(replace(file, replaced=replaced.get((shown, original), {})))
    if doubtful := find_doubtful_dates(table.name, mended, table.contract):
        raise ProblemsFound(doubtful)
    return replace(table, files=(*files, *mended))


def list_dated(file: RawFile) -> list[str]:
    """The canonical columns that come from the file's name."""
    return [name for name in file.constants if file.format.columns[name].file_name]


def name_column(file: RawFile, canonical: str) -> str:
    """Where a canonical column comes from, as the rejected rows call it; nothing for what is no column."""
    if canonical in file.origins:
        return " + ".join(file.origins[canonical])
    if canonical in list_dated(file):
        return PREFIX + canonical
    return canonical if canonical in file.constants else ""


def _read_all(table: RawTable) -> tuple[list[MendedRow], list[Problem]]:
    rows: list[MendedRow] = []
    problems: list[Problem] = []
    for one in table.rejects:
        try:
            rows += read_mended(one, table.name)
        except ProblemsFound as found:
            problems += found.problems
    if not table.files:
        problems = [_alone(table.rejects[0])]
    return rows, problems


def _find_export(row: MendedRow, by_place: Mapping[_Place, MendedRow]) -> str:
    """The name of the export that a row is of; between them may stand other mended rows, still wrong."""
    seen = set[_Place]()
    while (place := (row.file, row.of)) in by_place and place not in seen:
        seen.add(place)
        row = by_place[place]
    return row.file


def _find_columns(row: MendedRow, file: RawFile) -> tuple[str, ...] | None:
    """The file's columns that held what was wrong; none where it was no column; None where it has no such column."""
    names = {name_column(file, name): file.origins.get(name, ()) for name in file.format.columns}
    return names.get(row.column) if row.column else ()


def _find_missing(row: MendedRow, file: RawFile) -> list[Problem]:
    used = dict.fromkeys([*(part for parts in file.origins.values() for part in parts), *file.marks.values()])
    return [row.lacks(column, f"which rows of {file.shown} have") for column in used if column not in row.cells]


def _build_file(rows: Sequence[MendedRow], original: RawFile, target: Path) -> RawFile:
    """Mended rows of one export, to be read as that is, each in the row where it stands in the rejects file."""
    within, cells = rows[0].within, rows[0].cells
    dated = {name: PREFIX + name for name in list_dated(original) if PREFIX + name in cells}
    columns = (*original.layout.columns, *dated.values())
    records = [[""] * len(columns) for _ in range(rows[-1].row - 1)]
    for row in rows:
        surplus = row.cells.get(SURPLUS)
        records[row.row - 2] = [row.cells.get(column, "") for column in columns] + ([surplus] if surplus else [])
    with target.open("w", encoding="utf-8", newline="") as file:
        # With these line ends the writer quotes every line break within a cell.
        csv.writer(file, lineterminator="\r\n").writerows([range(len(columns)), *records])
    return replace(
        original, shown=within.shown, original=within.path, text=target, encoding=MENDED,
        layout=Layout(",", 1, 1, columns, columns, tuple(map(tuple, records))),
        origins=original.origins | {name: (column,) for name, column in dated.items()},
        constants={name: value for name, value in original.constants.items() if name not in dated},
    )  # fmt: skip


def _alone(rejects: RejectsFile) -> Problem:
    return Problem(
        "data-mended-row", "these are rejected rows, and no export that they could be of is beside them",
        Location(rejects.shown), hint="list this file under the source of the exports that the rows are of",
    )  # fmt: skip
