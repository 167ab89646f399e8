"""A file of any kind → the same as UTF-8 text: unpacked, decoded, or made CSV where it is a workbook or JSON."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from csperf.exports.archive import is_archive, unpack_archive
from csperf.exports.encoding import (
    CHUNK,
    detect_encoding,
    ends_lines_with_cr,
    is_gzip,
    open_bytes,
    read_bytes,
    read_start,
    write_utf8,
)
from csperf.exports.excel import MAGIC, SUFFIXES, write_csv_from_excel
from csperf.exports.json_records import looks_like_json, write_csv_from_json
from csperf.problems import Location, Problem, ProblemsFound

EXCEL, JSON, MENDED = "excel", "json", "mended"
CONVERTED = (EXCEL, JSON, MENDED)
"""In place of an encoding: what becomes a CSV file of csperf's own making."""
_COPIES = count()


def new_copy(workdir: Path) -> Path:
    """Where to write a copy: no two are the same, as sources share tables, and files in two folders a name."""
    return workdir / f"copy-{next(_COPIES)}.csv"


def find_text(
    path: Path, declared: str, sheet: str | None, shown: str, copy: Path,
    records: str | None = None, whole: bool = False,
) -> tuple[Path, str]:  # fmt: skip
    """(a UTF-8 file with the content, the encoding it had); raises ProblemsFound if there is none to be had.

    What the file is decides, not its name. declared: the format file's encoding. copy: where to write.
    sheet, records: what to take of a workbook or of JSON. whole: look at every byte to tell the encoding.
    """
    if path.is_dir():
        raise ProblemsFound(
            [
                Problem(
                    "data-is-folder",
                    "this is a folder, not a file",
                    Location(shown),
                    hint='name the files in it, such as "exports/*.csv"',
                )
            ]
        )
    try:
        return _find_text(path, declared, sheet, records, shown, copy, whole)
    except OSError as error:
        raise ProblemsFound(
            [
                Problem(
                    "file-unreadable",
                    f"cannot read this file: {error.strerror or error}",
                    Location(shown),
                    hint="check the path and the permissions",
                )
            ]
        ) from error


def _find_text(
    path: Path, declared: str, sheet: str | None, records: str | None, shown: str, copy: Path, whole: bool
) -> tuple[Path, str]:
    suffix = path.suffix.lower()
    start = read_start(path, shown)
    if start.startswith(MAGIC) and is_gzip(path):
        path = _unpack(path, copy.with_name(f"{copy.name}.unzipped"), shown)
    if start.startswith(MAGIC) and is_archive(path):
        path, packed = copy.with_name(f"{copy.name}.unpacked"), path
        unpack_archive(packed, shown, path)
        suffix = path.suffix
        start = read_start(path, shown)
    if start.startswith(MAGIC):
        write_csv_from_excel(path, shown, sheet, copy)
        return copy, EXCEL
    try:
        encoding = detect_encoding(path, shown, declared, whole)
    except ProblemsFound:
        if suffix not in SUFFIXES or b"\x00" not in start:
            raise
        write_csv_from_excel(path, shown, sheet, copy)
        return copy, EXCEL
    head = start.decode(encoding, "ignore")
    if looks_like_json(head):
        write_csv_from_json(path, shown, detect_encoding(path, shown, declared, whole=True), records, copy)
        return copy, JSON
    if encoding == "utf-8" and not ends_lines_with_cr(head):
        return (_unpack(path, copy, shown) if is_gzip(path) else path), encoding
    try:
        write_utf8(path, shown, encoding, copy)
    except UnicodeDecodeError:
        encoding = detect_encoding(path, shown, declared, whole=True)
        write_utf8(path, shown, encoding, copy)
    return copy, encoding


def _unpack(path: Path, copy: Path, shown: str) -> Path:
    with open_bytes(path) as source, copy.open("wb") as sink:
        while chunk := read_bytes(source, CHUNK, shown):
            sink.write(chunk)
    return copy
