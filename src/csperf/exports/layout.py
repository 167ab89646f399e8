"""Where the table begins in a text file: separator, header row, column names."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from csperf.exports.encoding import read_head

PEEK_LINES = 200


@dataclass(frozen=True)
class Layout:
    """How to read a UTF-8 text table.

    header_row: 1-based record number of the header, as a spreadsheet counts rows.
    skip_lines: physical lines up to and with the header (a header cell may hold line breaks).
    headers: as written; columns: the same made unique (`Comment`, `Comment_2`).
    peek: the first records after the header, for guesses that are shown to people and for date forms.
    """

    separator: str
    header_row: int
    skip_lines: int
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    peek: tuple[tuple[str, ...], ...]


def normalise(header: str) -> str:
    """A header for comparing: NFKC, case folded, without spaces and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", header)).casefold()


def find_layout(path: Path, separator: str, header_row: int | None, wanted: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a UTF-8 file; None when it has no rows at all.

    `wanted`: for each required column the headers it may have. Without a `header_row` the header is
    the first record that holds all of them; failing that, the one that holds most of them.
    """
    text = read_head(path, PEEK_LINES)
    content = text.getvalue()
    if not content.strip():
        return None
    chosen = _find_separator(content) if separator == "auto" else separator
    records: list[list[str]] = []
    line_ends: list[int] = []
    reader = csv.reader(text, delimiter=chosen)
    try:
        for record in reader:
            records.append(record)
            line_ends.append(reader.line_num)
    except csv.Error:  # a cell of more than 131,072 characters: what was read so far decides
        pass
    if not records:
        return None
    index = header_row - 1 if header_row is not None else _find_header(records, wanted)
    if index >= len(records):
        return None
    headers = tuple(records[index])
    return Layout(
        separator=chosen, header_row=index + 1, skip_lines=line_ends[index], headers=headers,
        columns=_unique(headers), peek=tuple(tuple(record) for record in records[index + 1 :]),
    )  # fmt: skip


def _find_separator(content: str) -> str:
    """The separator that splits the most lines of the head into the same number of cells, more than one."""
    lines = [line for line in content.splitlines() if line.strip()]
    best, best_score = ",", (0, 0)
    for separator in (",", "\t", ";", "|"):
        widths = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
        same = sum(1 for before, after in pairwise(widths) if before == after > 1)
        score = (same, max(widths, default=0) if max(widths, default=0) > 1 else 0)
        if score > best_score:
            best, best_score = separator, score
    return best


def _find_header(records: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> int:
    goals = [{normalise(name) for name in names} for names in wanted]
    best, best_hits = next((i for i, record in enumerate(records) if any(record)), 0), 0
    for index, record in enumerate(records[:50]):
        cells = {normalise(cell) for cell in record}
        hits = sum(1 for goal in goals if goal & cells)
        if hits > best_hits:
            best, best_hits = index, hits
        if goals and hits == len(goals):
            break
    return best


def _unique(headers: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    names = []
    for position, header in enumerate(headers, start=1):
        name = header.strip() or f"column {position}"
        count = seen[name] = seen.get(name, 0) + 1
        candidate = name if count == 1 else f"{name}_{count}"
        while candidate in names:
            count += 1
            candidate = f"{name}_{count}"
        names.append(candidate)
    return tuple(names)
