"""Any text file → a UTF-8 file that the engine can stream, without holding it in memory."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import IO

from csperf.problems import Location, Problem, ProblemsFound

CHUNK = 1 << 20
_SAMPLE = 1 << 16
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed where it is gzip."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if is_gzip else path.open("rb")  # type: ignore[return-value]


def detect_encoding(path: Path, shown: str, declared: str = "auto", whole: bool = False) -> str:
    """The Python name of the file's encoding; raises ProblemsFound if it is no text that csperf knows.

    Order: byte-order mark, strict UTF-8, the declared encoding, GB18030. GB18030 decodes most UTF-8
    without complaint, so strict UTF-8 comes first. Only the beginning is looked at unless `whole`.
    """
    if declared != "auto":
        try:
            codecs.lookup(declared)
        except LookupError:
            raise ProblemsFound([
                Problem("data-encoding", f'unknown encoding "{declared}"', Location(shown),
                        hint="write auto, utf-8, gb18030, utf-16, cp1252 or cp932")
            ]) from None
    with open_bytes(path) as file:
        head = _read(file, _SAMPLE, shown)
    for bom, name in _BOMS.items():
        if head.startswith(bom):
            return name
    if b"\x00" in head and declared in ("auto", "utf-8", "gb18030"):
        raise ProblemsFound([_not_text(shown)])
    tries = ["utf-8", *([declared] if declared not in ("auto", "utf-8") else ["gb18030"] if declared == "auto" else [])]
    for name in tries:
        bad = _first_bad_byte(path, shown, name, whole)
        if bad is None:
            return name
    offset, line = bad or (0, 1)
    if declared == "auto":
        raise ProblemsFound([_not_text(shown)])
    raise ProblemsFound([
        Problem("data-encoding", f"byte {offset + 1}, in line {line}, is not {declared}", Location(shown),
                hint="set encoding: auto in the format file, or the encoding the platform says it writes")
    ])


def write_utf8(path: Path, shown: str, encoding: str, target: Path) -> None:
    """Copy the file to `target` as UTF-8 without a mark, chunk by chunk."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with open_bytes(path) as source, target.open("wb") as sink:
        while chunk := _read(source, CHUNK, shown):
            sink.write(decoder.decode(chunk).encode("utf-8"))
        sink.write(decoder.decode(b"", final=True).encode("utf-8"))


def _first_bad_byte(path: Path, shown: str, encoding: str, whole: bool) -> tuple[int, int] | None:
    """(offset, line) of the first byte that `encoding` cannot decode, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, line = 0, 1
    with open_bytes(path) as file:
        while chunk := _read(file, CHUNK if whole else _SAMPLE, shown):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                return offset + error.start, line + error.object[: error.start].count(b"\n")
            offset += len(chunk)
            if not whole:
                return None
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return offset, line
    return None


def _read(file: IO[bytes], size: int, shown: str) -> bytes:
    try:
        return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ProblemsFound([
            Problem("data-truncated", "the compressed file is damaged or ends too early", Location(shown),
                    hint="download it again; a whole .gz opens with any unpacker")
        ]) from error


def _not_text(shown: str) -> Problem:
    return Problem("data-not-text", "this is not a text table csperf can read", Location(shown),
                   hint="export as CSV (UTF-8 or GBK) or .xlsx; a renamed or damaged file cannot be read")


def read_head(path: Path, lines: int) -> io.StringIO:
    """The first lines of a UTF-8 file, as text."""
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="") as file:
        return io.StringIO("".join(line for _, line in zip(range(lines), file, strict=False)), newline="")
