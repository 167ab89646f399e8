"""Writes the binary inputs under tests/errors, the same bytes every time: run it as a script."""

import datetime as dt
import gzip
import io
import random
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

ERRORS = Path(__file__).parent / "errors"
TABLE = "ticket_id,agent_id,created_at\nT1,A001,2025-06-02 10:00\nT2,A001,2025-06-03 10:00\n"
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _STREAM = 512, 4096


def main() -> None:
    """Write every input that no text editor can."""
    rows = [line.split(",") for line in TABLE.splitlines()]
    book = make_workbook({"June": rows, "Notes": [["made by hand"]]})
    protected = make_compound_file({"EncryptionInfo": b"\x04\x00\x04\x00", "EncryptedPackage": b"secret"})
    inputs = {
        "data-not-text/tickets.csv": random.Random(1).randbytes(600),
        "data-not-text.utf-16/tickets.csv": TABLE.encode("utf-16-le"),
        "data-encoding.cut/tickets.csv": TABLE.encode("utf-16")[:-1],
        "data-truncated/tickets.csv.gz": gzip.compress(TABLE.encode() * 20, mtime=0)[:80],
        "data-excel/tickets.xlsx": book[: len(book) // 2],
        "data-excel.password/tickets.xlsx": protected,
        "data-archive/tickets.zip": make_zip({"五月.csv": TABLE, "六月.csv": TABLE}),
        "data-not-text.zero-bytes/tickets.csv": TABLE.encode().replace(b"06-03", b"06\0\0\0"),
        "data-excel-sheet/tickets.xlsx": book,
        "data-excel-sheet.unknown/tickets.xlsx": book,
    }
    for name, content in inputs.items():
        (ERRORS / name).write_bytes(content)


def make_workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """An .xlsx file with text cells."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2025, 7, 1, tzinfo=dt.UTC)})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)
    book.close()
    return target.getvalue()


def make_zip(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive, nothing compressed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 7, 1, 0, 0, 0)), text)
    return target.getvalue()


def make_compound_file(streams: Mapping[str, bytes]) -> bytes:
    """What holds old .xls files and protected workbooks: header, FAT, directory, then the streams."""
    fat, data, entries = [_FAT, _END], b"", [_entry("Root Entry", 5, child=1, start=_END)]
    for index, (name, content) in enumerate(streams.items(), start=1):
        start = 2 + len(data) // _SECTOR
        sectors = _STREAM // _SECTOR
        fat += [start + step for step in range(1, sectors)] + [_END]
        data += content.ljust(_STREAM, b"\0")
        after = index + 1 if index < len(streams) else _FREE
        entries.append(_entry(name, 2, right=after, start=start, size=_STREAM))
    header = struct.pack(
        "<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, _STREAM, _END, 0, _END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    return header + struct.pack("<128I", *fat, *[_FREE] * (128 - len(fat))) + directory + data


def _entry(name: str, kind: int, child: int = _FREE, right: int = _FREE, start: int = 0, size: int = 0) -> bytes:
    raw = name.encode("utf-16-le")
    return struct.pack("<64sH2B3I36xIQ", raw, len(raw) + 2, kind, 1, _FREE, right, child, start, size)


if __name__ == "__main__":
    main()
