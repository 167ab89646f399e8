"""Where the table begins in a text file: separator, header row, column names."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path

from csperf.exports.encoding import read_head
from csperf.problems import Location, Problem, ProblemsFound

PEEK_LINES = 200
# A cell may hold a long conversation; 131,072 characters are the csv module's own limit.
csv.field_size_limit(1 << 30)


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
    """The layout of a UTF-8 file; None when it has no rows at all, or not as many as `header_row` says.

    `wanted`: for each required column the headers it may have. Without a `header_row` the header is
    the first record that holds all of them; failing that, the one that holds most of them.
    """
    text = read_head(path, PEEK_LINES + (header_row or 0))
    content = text.getvalue()
    if not content.strip():
        return None
    chosen = _find_separator(content) if separator == "auto" else separator
    records: list[list[str]] = []
    line_ends: list[int] = []
    reader = csv.reader(text, delimiter=chosen)
    for record in reader:
        records.append(record)
        line_ends.append(reader.line_num)
    index = header_row - 1 if header_row is not None else _find_header(records, wanted)
    if index >= len(records):
        return None
    headers = tuple(records[index])
    return Layout(
        separator=chosen, header_row=index + 1, skip_lines=line_ends[index], headers=headers,
        columns=_unique(headers), peek=tuple(tuple(record) for record in records[index + 1 :]),
    )  # fmt: skip


def write_quoted(text: Path, layout: Layout, shown: str, target: Path) -> None:
    """Copy a UTF-8 table so that a quotation mark inside a cell (`5" pipe`) is doubled, as CSV wants it.

    Cells are read as a spreadsheet reads them, and every record keeps its number. Raises ProblemsFound
    where a quotation mark opens and never closes.
    """
    # Two cells that stand alone only where no quotation mark is open.
    end = ["\x00", "\x00"]
    with (
        text.open("r", encoding="utf-8", newline="\n") as source,
        target.open("w", encoding="utf-8", newline="\n") as sink,
    ):
        sink.writelines(islice(source, layout.skip_lines))
        lines = (re.sub(r"\r(?!\n)", " ", line) for line in source)
        reader = csv.reader(chain(lines, [layout.separator.join(end)]), delimiter=layout.separator)
        writer = csv.writer(sink, delimiter=layout.separator, lineterminator="\n")
        row = layout.header_row
        for record in reader:
            row += 1
            if record == end:
                return
            writer.writerow(record)
    raise ProblemsFound(
        [
            Problem(
                "data-unreadable",
                f"row {row}: a quotation mark opens and never closes",
                Location(shown),
                hint="open the file in a text editor there and close it or remove it, or export it again",
            )
        ]
    )


def _find_separator(content: str) -> str:
    """The separator that splits the most lines of the head into the same number of cells, more than one."""
    lines = [line for line in content.split("\n") if line.strip()]
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
