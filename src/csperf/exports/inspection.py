"""What is this file? Encoding, layout, and the format or table whose headers it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from csperf.exports.format_file import FormatFile
from csperf.exports.reader import find_text, match_columns, read_layout
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


def inspect_export(path: Path, formats: Sequence[FormatFile], workdir: Path) -> Inspection:
    """Try every format; the one that finds most of its columns, with all the required ones, wins."""
    best: tuple[tuple[int, float], FormatFile, dict[str, tuple[str, ...]]] | None = None
    layouts = {}
    for index, format_ in enumerate(formats):
        text, encoding = find_text(path, format_, str(path), workdir / f"inspected-{index}.csv")
        contract = compile_table(TABLES[format_.table])
        layout = read_layout(text, format_, contract, str(path))
        layouts[format_.format, format_.table] = (layout, encoding)
        origins, missing = match_columns(format_, layout)
        lacks = any(contract.columns[name].required for name in missing)
        share = len(origins) / max(len(format_.columns), 1)
        rank = (len(origins), share)
        if not lacks and origins and (best is None or rank > best[0]):
            best = (rank, format_, origins)
    if best is None:
        layout, encoding = next(iter(layouts.values()))
        found, format_name, table, wanted = {}, None, None, 0
    else:
        _, chosen, found = best
        layout, encoding = layouts[chosen.format, chosen.table]
        format_name, table, wanted = chosen.format, chosen.table, len(chosen.columns)
    canonical = {column: name for name, columns in found.items() for column in columns}
    columns = tuple(
        InspectedColumn(header, canonical.get(header), tuple(_examples(layout.peek, position)))
        for position, header in enumerate(layout.columns)
    )
    return Inspection(str(path), encoding, layout.separator, layout.header_row, columns, format_name, table, len(found), wanted)


def _examples(peek: Sequence[Sequence[str]], position: int) -> list[str]:
    cells = (row[position] for row in peek if position < len(row))
    return list(dict.fromkeys(cell for cell in cells if cell.strip()))[:3]
