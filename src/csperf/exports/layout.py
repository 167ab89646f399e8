"""Where the table begins in a text file: separator, header row, column names."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, pairwise, takewhile, zip_longest
from pathlib import Path

from csperf.exports.encoding import name_zeros, read_head
from csperf.exports.format_file import ZONE
from csperf.problems import Location, Problem, ProblemsFound

PEEK_LINES = 200
_SEARCHED = 50
_BLOCK = 1 << 18
# What neither opens a cell nor ends a line; the rest of an open cell; a line whose last cell is open; a cell's end.
_NEITHER = bytes(set(range(256)) - set(b'"\n'))
_CLOSING = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')
_OPENS = rb'(?:(?:"[^"]*+(?:""[^"]*+)*+"[^SEP]*+|[^"SEP][^SEP]*+)?+SEP)*+"[^"]*+(?:""[^"]*+)*+$'
_ENDS = rb" *(?:SEP|\r?$)"
Matches = Callable[[str], object]
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


@lru_cache(4096)  # every format's headers are compared with those of every file
def normalise(header: str) -> str:
    """A header for comparing: NFKC, case folded, without spaces and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", header)).casefold()


def match_header(header: str) -> Matches:
    """Whether a normalised cell is this header; `{zone}` in it stands for any words."""
    wanted = normalise(header)
    if ZONE not in wanted:
        return wanted.__eq__
    return re.compile(".+".join(map(re.escape, wanted.split(ZONE)))).fullmatch


def find_layout(
    path: Path, separator: str, header_row: int | None, wanted: Sequence[Sequence[str]],
    header_rows: int = 1, known: Iterable[str] = (),
) -> Layout | None:  # fmt: skip
    """The layout of a UTF-8 file; None when it has no rows at all, or not as many as `header_row` says.

    wanted: for each required column the headers it may have; `{zone}` in one stands for any words. Without a
    `header_row` the header is the first record that holds all of them; failing that, the one that holds most.
    header_rows: up to how many records the header takes. Those below the first must hold a `known` header, and
    a column is called by the lowest cell that is filled.
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
    matches = [match_header(header) for header in known] if header_rows > 1 else []
    index = header_row - 1 if header_row is not None else _find_header(records, wanted, header_rows, matches)
    if index >= len(records):
        return None
    headers, last = _read_header(records, index, header_rows, matches)
    return Layout(
        separator=chosen, header_row=last + 1, skip_lines=line_ends[last], headers=headers,
        columns=_unique(headers), peek=tuple(tuple(record) for record in records[last + 1 :]),
    )  # fmt: skip


def check_lines(text: Path, layout: Layout, shown: str) -> None:
    """Look once at every line of a UTF-8 table for what would go unnoticed; raises ProblemsFound.

    Zero bytes, as broken downloads leave them, hide in cells. A cell that opens with a quotation mark and does
    not end with one takes in whole rows, up to the next cell that begins with one.
    """
    separator = re.escape(layout.separator.encode())
    opens, ends = re.compile(_OPENS.replace(b"SEP", separator)), re.compile(_ENDS.replace(b"SEP", separator))
    opened = None  # where the line begins in which a cell is open
    for offset, block in _read_blocks(text, layout.skip_lines):
        if (at := block.find(b"\x00")) >= 0:
            raise ProblemsFound([name_zeros(shown, _count_lines(text, offset + at))])
        if offset == 0 or (opened is None and not _has_odd_lines(block)):
            continue
        for line in block.split(b"\n"):
            begin = 0
            if opened is not None and (closing := _CLOSING.match(line)):
                end = ends.match(line, closing.end())
                if not end:
                    where = f"line {_count_lines(text, opened)}"
                    message = f"{where}: a quotation mark opens a cell and does not end it"
                    raise ProblemsFound([_unclosed(shown, message)])
                opened, begin = None, end.end()
            if opened is None and (begin or line.count(b'"') % 2) and opens.match(line, begin):
                opened = offset
            offset += len(line) + 1


def _read_blocks(text: Path, skip_lines: int) -> Iterator[tuple[int, bytes]]:
    """The file in pieces of whole lines, each with the place where it begins; what is skipped is the first."""
    with text.open("rb") as file:
        yield 0, b"".join(islice(file, skip_lines))
        while block := file.read(_BLOCK):
            block += file.readline()
            yield file.tell() - len(block), block


def _has_odd_lines(block: bytes) -> bool:
    """Whether a line holds an odd number of quotation marks, as those do in which a cell of several lines begins."""
    return b'"' in block and b'"' in block.translate(None, _NEITHER).replace(b'""', b"")


def _count_lines(text: Path, end: int) -> int:
    """The number of the line that holds a byte."""
    with text.open("rb") as file:
        return 1 + file.read(end).count(b"\n")


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
    raise ProblemsFound([_unclosed(shown, f"row {row}: a quotation mark opens and never closes")])


def _unclosed(shown: str, message: str) -> Problem:
    hint = "open the file in a text editor there and close it or remove it, or export it again"
    return Problem("data-unreadable", message, Location(shown), hint=hint)


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


def _find_header(
    records: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]], rows: int, known: Sequence[Matches]
) -> int:
    goals = [[match_header(name) for name in names] for names in wanted]
    best, best_hits = next((i for i, record in enumerate(records) if any(record)), 0), 0
    for index in range(min(len(records), _SEARCHED)):
        # A title above a header of several rows belongs to it only where header_row says so.
        height = rows if _holds_known(records[index], known) else 1
        cells = [normalise(cell) for cell in _read_header(records, index, height, known)[0]]
        hits = sum(1 for goal in goals if any(match(cell) for match in goal for cell in cells))
        if hits > best_hits:
            best, best_hits = index, hits
        if goals and hits == len(goals):
            break
    return best


def _read_header(
    records: Sequence[Sequence[str]], index: int, rows: int, known: Sequence[Matches]
) -> tuple[tuple[str, ...], int]:
    """(the cells of a header of up to `rows` records that begins at one, the last record that belongs to it)."""
    if rows == 1:
        return tuple(records[index]), index
    below = list(takewhile(lambda record: _holds_known(record, known), records[index + 1 : index + rows]))
    columns = zip_longest(records[index], *below, fillvalue="")
    headers = tuple(next((cell for cell in reversed(column) if cell.strip()), column[0]) for column in columns)
    return headers, index + len(below)


def _holds_known(record: Sequence[str], known: Sequence[Matches]) -> bool:
    return any(match(cell) for cell in map(normalise, record) if cell for match in known)


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
