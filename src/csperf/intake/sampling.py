"""The first rows of a file, cell by cell: as they stand there, and as they are read."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from csperf.engines.base import Engine
from csperf.exports.format_file import ColumnRule
from csperf.exports.reader import RawFile, RawTable
from csperf.tables.contract import Column, Contract

FEW = 5
# So many rows are looked at for the first few that the format does not drop.
_MOST = 12
_ROW = "sampled_row"


@dataclass(frozen=True)
class SampledCell:
    """One cell: as it stands in the file, the value it is read as, or the code of why it cannot be read."""

    raw: str
    value: object | None
    code: str | None


@dataclass(frozen=True)
class SampledRow:
    """One row of the file, by canonical column. row: its number, as a spreadsheet counts."""

    row: int
    cells: Mapping[str, SampledCell]


def read_samples(engine: Engine, file: RawFile, contract: Contract, workdir: Path) -> tuple[SampledRow, ...]:
    """The first few rows of a file that are data, with every canonical column that it can supply."""
    records = [
        (file.layout.header_row + 1 + index, record)
        for index, record in enumerate(file.layout.peek) if any(cell.strip() for cell in record)
    ][:_MOST]  # fmt: skip
    if not records:
        return ()
    names = [name for name in contract.columns if file.has(name)]
    some = _write_rows(file, records, workdir)
    read, rejected = _read_columns(engine, some, contract, names)
    found: dict[int, dict[str, tuple[object, str | None]]] = {
        row: {name: (values[name], None) for name in names} for row, values in read.items()
    }
    # A row with something wrong in it is read once more, each of its columns without the others.
    found |= {row: {} for row in rejected}
    for name in names if rejected else ():
        alone, wrong = _read_columns(engine, some, contract, [name])
        for row in rejected:
            found[row][name] = (alone[row][name], None) if row in alone else (None, wrong[row])
    return tuple(
        SampledRow(row, {
            name: SampledCell(_raw(file, name, record), *cell) for name, cell in found[row].items()
        }) for row, record in records if row in found
    )[:FEW]  # fmt: skip


def _read_columns(
    engine: Engine, file: RawFile, contract: Contract, names: Sequence[str]
) -> tuple[dict[int, dict[str, object]], dict[int, str]]:
    """(row → values, row → code of what is wrong in it) of some columns, read without the others."""
    columns = {name: contract.columns[name] for name in names} | {_ROW: Column(_ROW, "text", required=False)}
    asked = replace(contract, columns=columns, key=(), version=None, at=None, agent=_ROW, agents_by=None,
                    rules={}, derived={})  # fmt: skip
    table = RawTable(file.source, asked, (file,))
    read = {int(str(facts[_ROW])): facts for facts in engine.read_facts(table)}
    return read, {int(rejected.cells[0] or 0): rejected.code for rejected in engine.read_rejected(table)}


def _write_rows(file: RawFile, records: Sequence[tuple[int, Sequence[str]]], workdir: Path) -> RawFile:
    """A file with those rows alone, each of which begins with its number."""
    text = workdir / "sampled.csv"
    with text.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, delimiter=file.layout.separator, lineterminator="\n")
        writer.writerows([row, *record] for row, record in records)
    layout = replace(
        file.layout, header_row=0, skip_lines=0, headers=(_ROW, *file.layout.headers),
        columns=(_ROW, *file.layout.columns), peek=tuple(("", *record) for record in file.layout.peek),
    )  # fmt: skip
    return replace(file, text=text, layout=layout, origins={**file.origins, _ROW: (_ROW,)})


def _raw(file: RawFile, name: str, record: Sequence[str]) -> str:
    if name in file.constants:
        return file.constants[name]
    places = [file.layout.columns.index(column) for column in file.origins[name]]
    cells = [record[place] if place < len(record) else "" for place in places]
    return show_together(file.format.columns[name], cells)


def show_together(rule: ColumnRule, parts: Sequence[str]) -> str:
    """Headers or cells of columns that are taken together: `60 + 28` added up, `10:00 → 11:30` the time between."""
    return (" + " if rule.sum else " → " if rule.between else " ").join(parts)
