"""A sheet of an Excel file → a UTF-8 CSV file of the cells' text."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import zipfile
from contextlib import suppress
from decimal import Decimal
from functools import reduce
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csperf.exports import compound
from csperf.exports.archive import BROKEN
from csperf.problems import Location, Problem, ProblemsFound

if TYPE_CHECKING:
    import polars as pl

SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls"}
MAGIC = (b"PK\x03\x04", b"PK\x05\x06", compound.MAGIC)
# How the reader writes dates, numbers that it cut at nine places, and numbers with more digits than Excel keeps.
_DATE = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_ROUNDED = r"\.\d{9}$|^-?\d{16,}$"
_KEPT_DIGITS = 15
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
_PART = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR = re.compile(
    rb'<c (?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:<f\b(?:[^>]*/>|.*?</f>))?<v>([^<]*)</v>', re.S
)
_BLOCK = 1 << 20
# A month has 31 days; days counted from 1900 are far beyond it.
_LONGEST = dt.timedelta(days=1000)


def write_csv_from_excel(path: Path, shown: str, sheet: str | None, target: Path) -> None:
    """Write one sheet as CSV: the named one, or the only one that has cells. Empty rows stay, so that row
    numbers hold.

    Dates become `2025-06-01` or `2025-06-01 09:30:00`, a column of times or durations `36:20:00`, flags true
    and false; an error keeps its text, such as `#N/A`. Numbers have up to 15 digits, as in Excel, and longer
    whole ones `1.23456789012346E+15`, so that a damaged id shows. Raises ProblemsFound for a file that cannot
    be opened, and for the wrong sheet.
    """
    import fastexcel

    content = path.read_bytes()
    if content.startswith(compound.MAGIC) and not compound.is_sound(content):
        raise ProblemsFound([_unopened(shown, content)])
    try:
        reader = fastexcel.read_excel(content)  # by its bytes: what the file is decides, not its name
        name = _find_sheet(reader, sheet, shown)
        if name is None:
            raise ProblemsFound([_unopened(shown, content)])
        frame = _read_cells(reader, name, _find_errors(content, name))
    except (fastexcel.FastExcelError, *BROKEN) as error:
        raise ProblemsFound([_unopened(shown, content)]) from error
    except BaseException as error:
        # The reader panics at some damaged files; its extension names the class, and does not export it.
        if type(error).__name__ != "PanicException":
            raise
        raise ProblemsFound([_unopened(shown, content)]) from error
    frame.write_csv(target, include_header=False)


def _find_sheet(reader: Any, sheet: str | None, shown: str) -> str | None:
    """The named sheet, or the only one that has cells, of those that are not hidden; None in a book without sheets."""
    names: list[str] = reader.sheet_names
    if sheet is not None:
        if sheet in names:
            return sheet
        message = f'no sheet "{sheet}"; there are: {", ".join(names)}'
        raise ProblemsFound([_wrong_sheet(shown, message, "correct sheet: in the format file")])
    if len(names) > 1:
        sheets = [reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string") for name in names]
        filled = [one for one in sheets if one.width]
        names = [one.name for one in filled if one.visible == "visible"] or [one.name for one in filled] or names[:1]
    if len(names) > 1:
        message = f"{len(names)} sheets and none named: {', '.join(names)}"
        raise ProblemsFound([_wrong_sheet(shown, message, f'add sheet: "{names[0]}" to the format file')])
    return names[0] if names else None


def _find_errors(content: bytes, sheet: str) -> list[tuple[int, int, str]]:
    """(row, column, text), counted from 1, of the cells that show #N/A and the like, which the reader leaves empty.

    Of .xlsx only; in older workbooks such a cell is empty.
    """
    from xml.etree import ElementTree

    errors: list[tuple[int, int, str]] = []
    if not content.startswith(b"PK"):
        return errors
    with suppress(KeyError, ElementTree.ParseError), zipfile.ZipFile(BytesIO(content)) as book:
        contents, links = map(ElementTree.fromstring, map(book.read, ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")))
        sheets = {one.get("name"): one.get(_PART) for one in contents.iter(_SHEET)}
        parts = {one.get("Id"): one.get("Target", "") for one in links}
        with book.open(posixpath.join("/xl", parts[sheets[sheet]])[1:]) as part:
            rest = b""
            while block := part.read(_BLOCK):
                block = rest + block
                if b't="e"' in block:
                    errors += [
                        (int(row), _count_columns(letters), text.decode())
                        for letters, row, text in _ERROR.findall(block)
                    ]  # fmt: skip
                rest = block[max(block.rfind(b"<c "), 0) :]
    return errors


def _count_columns(letters: bytes) -> int:
    """How many columns there are up to one: A is 1, AA is 27."""
    return reduce(lambda count, letter: 26 * count + letter - 64, letters, 0)


def _read_cells(reader: Any, sheet: str, errors: list[tuple[int, int, str]]) -> pl.DataFrame:
    """All cells as text; what the reader's own text does not tell is read once more by its type."""
    import polars as pl

    def load(kind: str, columns: list[int] | None = None) -> Any:
        return reader.load_sheet(sheet, header_row=None, skip_rows=0, use_columns=columns, dtypes=kind)

    def find(pattern: str) -> list[int]:
        return [place for place, column in enumerate(cells) if column.str.contains(pattern).any()]

    loaded = load("string")
    cells = pl.DataFrame(loaded)
    places = {column.absolute_index: column.index for column in loaded.available_columns()}
    for row, column, text in errors:
        if row <= cells.height and column - 1 in places:
            cells[row - 1, places[column - 1]] = text
    if rounded := find(_ROUNDED):
        # Only a cell with a number or a flag has a truth value; an id may be text.
        typed = zip(
            cells[:, rounded], pl.DataFrame(load("float", rounded)), pl.DataFrame(load("boolean", rounded)), strict=True
        )
        cells = cells.with_columns(
            pl.Series(text.name, _write_numbers(list(text), list(number), list(truth)), pl.String)
            for text, number, truth in typed
        )
    if dated := find(_DATE):
        # Only a cell that Excel shows as a date or time has a duration: its days since 1900.
        spans = zip(cells[:, dated], pl.DataFrame(load("duration", dated)), strict=True)
        cells = cells.with_columns(
            pl.Series(text.name, _write_times(list(text), list(span)), pl.String) for text, span in spans
        )
    return cells


def _write_numbers(texts: list[str | None], numbers: list[float | None], truths: list[bool | None]) -> list[str | None]:
    """A column in which the reader cut some numbers, or Excel some digits."""
    return [
        _write_number(number)
        if text is not None and number is not None and truth is not None and re.search(_ROUNDED, text) else text
        for text, number, truth in zip(texts, numbers, truths, strict=True)
    ]  # fmt: skip


def _write_times(texts: list[str | None], spans: list[dt.timedelta | None]) -> list[str | None]:
    """A column in which Excel shows dates, or times and durations, which it keeps as days since 1900."""
    known = [span for span in spans if span is not None]
    if all(abs(span) < _LONGEST for span in known):
        return [text if span is None else _write_clock(span) for text, span in zip(texts, spans, strict=True)]
    length = 10 if all(span % dt.timedelta(days=1) == dt.timedelta() for span in known) else None
    return [text if span is None or text is None else text[:length] for text, span in zip(texts, spans, strict=True)]


def _write_clock(span: dt.timedelta) -> str:
    """36:20:00, with a minus before and a fraction of a second behind where there is one."""
    milliseconds = round(abs(span) / dt.timedelta(milliseconds=1))
    seconds, fraction = divmod(milliseconds, 1000)
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{'-' if span < dt.timedelta() else ''}{clock}{f'.{fraction:03}' if fraction else ''}"


def _write_number(number: float) -> str:
    if abs(number) >= 10**_KEPT_DIGITS:
        return f"{number:.{_KEPT_DIGITS - 1}E}"
    return f"{Decimal(f'{number:.{_KEPT_DIGITS}g}').normalize():f}"


def _wrong_sheet(shown: str, message: str, hint: str) -> Problem:
    return Problem("data-excel-sheet", message, Location(shown), hint=hint)


def _unopened(shown: str, content: bytes) -> Problem:
    if _ENCRYPTED in content:
        message, hint = "this workbook is protected by a password", "save it again without the password"
    else:
        message, hint = "this Excel file cannot be opened", "open it in Excel and save it again as .xlsx"
    return Problem("data-excel", message, Location(shown), hint=hint)
