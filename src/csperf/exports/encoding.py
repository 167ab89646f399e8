"""Any text file → a UTF-8 file that the engine can stream, without holding it in memory."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import unicodedata
import zlib
from itertools import islice
from pathlib import Path
from typing import IO

from csperf.problems import Location, Problem, ProblemsFound

CHUNK = 1 << 20
_SAY_IT = "say it in the source in csperf.yaml, or with --encoding to csperf init and data inspect"
_SAMPLE = 1 << 16
# UTF-32 first: its little-endian mark begins with UTF-16's.
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDE = ("utf-16", "utf-32", "utf16", "utf32", "utf_16", "utf_32")
_FOREIGN = re.compile(rb"\s*(?:(%PDF-)|(<\?xml\b)|<(?:!doctype html|html|head|body|table|meta)\b)", re.IGNORECASE)
_DOUBLE = re.compile(
    rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]|(?P<plain>[\xa1-\xf7][\xa1-\xfe])|(?P<rare>[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff])"
)
"""The characters of a text in GB18030; the plain ones are those of GB2312, all that people commonly write."""
_CELLS = re.compile(r'[,;\t|"\r\n]+')
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_RARE = 4
"""One rare character in so many is more than a Chinese text has."""
_OTHERS = ("cp1252", "cp932", "big5", "gb18030")
_QUOTED = re.compile(r'"[^"]*(?:"|$)')


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed where it is gzip."""
    return gzip.open(path, "rb") if is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def read_start(path: Path, shown: str) -> bytes:
    """The first bytes of the file's content; raises ProblemsFound for a damaged gzip file."""
    with open_bytes(path) as file:
        return read_bytes(file, _SAMPLE, shown)


def detect_encoding(path: Path, shown: str, declared: str = "auto", whole: bool = False) -> str:
    """The Python name of the file's encoding; raises ProblemsFound if it is no text that csperf knows.

    Order: byte-order mark, strict UTF-8, the declared encoding, GB18030. GB18030 decodes most UTF-8
    without complaint, so strict UTF-8 comes first. Only the beginning is looked at unless `whole`.
    """
    head = read_start(path, shown)
    foreign = _FOREIGN.match(head.removeprefix(codecs.BOM_UTF8))
    if foreign:
        kind = "a PDF document" if foreign[1] else "an XML document" if foreign[2] else "a web page"
        raise ProblemsFound(
            [
                Problem(
                    "data-not-text",
                    f"this is {kind}, not a table",
                    Location(shown),
                    hint="export as CSV (UTF-8 or GBK), or open it in Excel and save it as .xlsx",
                )
            ]
        )
    marked = next((name for mark, name in _BOMS.items() if head.startswith(mark)), None)
    if marked:
        tries = [marked]
    elif b"\x00" in head:
        if not declared.lower().startswith(_WIDE):
            raise ProblemsFound([_with_zeros(shown, head)])
        tries = [_with_byte_order(declared, head)]
    else:
        other = "gb18030" if declared == "auto" else declared
        tries = ["utf-8"] if other.lower().startswith(("utf-8", *_WIDE)) else ["utf-8", other]
    doubtful = None
    for name in tries:
        bad = _first_bad_byte(path, shown, name, whole)
        if bad is None:
            if declared == "auto" and doubtful:
                _check_chinese(path, shown, *doubtful)
            return name
        doubtful = doubtful or bad
    if declared == "auto" and doubtful and marked is None:
        _check_chinese(path, shown, *doubtful)
        raise ProblemsFound([_not_text(shown)])
    offset, line = bad or (0, 1)
    said = " although its byte-order mark says so" if marked else ""
    if marked:
        hint = "export it again; the file is damaged or cut"
    else:
        hint = "say the right encoding: (or auto) where it stands, in csperf.yaml or the format file"
    message = f"byte {offset + 1}, in line {line}, is not {tries[-1]}{said}"
    raise ProblemsFound([Problem("data-encoding", message, Location(shown), hint=hint)])


def _check_chinese(path: Path, shown: str, offset: int, line: int) -> None:
    """Raises ProblemsFound where GB18030 takes the text for characters that hardly anybody writes.

    It decodes most of what other encodings write. offset, line: of the first byte that is not UTF-8.
    """
    with open_bytes(path) as file:
        start = max(0, offset - CHUNK)
        file.seek(start)
        before = read_bytes(file, offset - start, shown)
        begun = before[before.rfind(b"\n") + 1 :]  # no character of more bytes spans a line
        text = begun + read_bytes(file, _SAMPLE, shown)
    found = [match.lastgroup for match in _DOUBLE.finditer(text)]
    readings = {name: cell for name in _OTHERS if (cell := _read_cell(text, name))}
    if found.count("rare") * _RARE <= len(found) or _CONTROL.search(text) or not readings:
        return
    shows = ", ".join(f'"{cell}" in {name}' for name, cell in readings.items())
    raise ProblemsFound(
        [
            Problem(
                "data-doubtful-encoding", f"not UTF-8, and nothing says in which encoding it is: it could say {shows}",
                Location(shown, line),
                hint=f"{_SAY_IT}, such as encoding: {next(iter(readings))}",
            )
        ]
    )  # fmt: skip


def _read_cell(text: bytes, encoding: str) -> str | None:
    """The first cell that is not ASCII; None where nobody can have written it so."""
    try:
        read = codecs.getincrementaldecoder(encoding)("strict").decode(text)
    except UnicodeDecodeError:
        return None
    found = next((cell.strip() for cell in _CELLS.split(read) if not cell.isascii()), "")
    return None if any(unicodedata.category(sign).startswith("C") for sign in found) else found


def _with_byte_order(declared: str, head: bytes) -> str:
    """A wide encoding without a mark: the zeros of plain letters say which end comes first."""
    if declared[-2:].lower() in ("le", "be"):
        return declared
    width = 4 if "32" in declared else 2
    return declared + ("-le" if head[::width].count(0) < head[width - 1 :: width].count(0) else "-be")


def ends_lines_with_cr(start: str) -> bool:
    """Whether lines end with a carriage return alone, as old Mac programs write them; cells may hold others."""
    bare = _QUOTED.sub("", start)
    return "\r" in bare and "\n" not in bare


def write_utf8(path: Path, shown: str, encoding: str, target: Path) -> None:
    """Copy the file to `target` as UTF-8, chunk by chunk; lines that end with CR alone end with LF there."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    old_ends: bool | None = None
    with open_bytes(path) as source, target.open("wb") as sink:
        while True:
            chunk = read_bytes(source, CHUNK, shown)
            text = decoder.decode(chunk, final=not chunk)
            if old_ends is None:
                old_ends = ends_lines_with_cr(text[:_SAMPLE])
            sink.write((text.replace("\r", "\n") if old_ends else text).encode("utf-8"))
            if not chunk:
                return


def _first_bad_byte(path: Path, shown: str, encoding: str, whole: bool) -> tuple[int, int] | None:
    """(offset, line) of the first byte that `encoding` cannot decode, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, ends, old_ends = 0, 0, 0
    with open_bytes(path) as file:
        while True:
            chunk = read_bytes(file, CHUNK if whole else _SAMPLE, shown)
            offset += len(chunk)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # The decoder may have kept the first bytes of a character from the chunk before.
                before = error.object[: error.start].decode(error.encoding, "ignore")
                ends, old_ends = ends + before.count("\n"), old_ends + before.count("\r")
                return offset - len(error.object) + error.start, 1 + (ends or old_ends)
            ends, old_ends = ends + text.count("\n"), old_ends + text.count("\r")
            if not chunk or (not whole and len(chunk) == _SAMPLE):
                return None


def read_bytes(file: IO[bytes], size: int, shown: str) -> bytes:
    """The next bytes; raises ProblemsFound for a damaged gzip file."""
    try:
        return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ProblemsFound(
            [
                Problem(
                    "data-truncated",
                    "the compressed file is damaged or ends too early",
                    Location(shown),
                    hint="download it again; a whole .gz opens with any unpacker",
                )
            ]
        ) from error


def _with_zeros(shown: str, head: bytes) -> Problem:
    """What a file with zero bytes is: UTF-16 that does not say so, a text that was damaged, or no text at all."""
    zeros = sorted((head[::2].count(0), head[1::2].count(0)))
    if zeros[0] == 0 and zeros[1] > len(head) // 8:
        return _not_text(
            shown, "it looks like UTF-16 without a byte-order mark: set encoding: utf-16 in the source in csperf.yaml"
        )
    before = head[: head.index(0)]
    is_text = before and not _CONTROL.search(head)
    return name_zeros(shown, 1 + before.count(b"\n")) if is_text else _not_text(shown)


def name_zeros(shown: str, line: int) -> Problem:
    """The problem of zero bytes in a text."""
    return Problem(
        "data-not-text", f"line {line} holds zero bytes, which no text does", Location(shown),
        hint="the file was damaged, most often by a download that broke off: export it again",
    )  # fmt: skip


def _not_text(
    shown: str, hint: str = "export as CSV (UTF-8 or GBK) or .xlsx; a renamed or damaged file cannot be read"
) -> Problem:
    return Problem("data-not-text", "this is not a text table csperf can read", Location(shown), hint=hint)


def read_head(path: Path, lines: int) -> io.StringIO:
    """The first lines of a UTF-8 file, at most about a million characters, as text.

    Lines end at LF only, as the engine reads them; a CR alone is a space here.
    """
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="\n") as file:
        start = io.StringIO(file.read(CHUNK), newline="\n")
    return io.StringIO(re.sub(r"\r(?!\n)", " ", "".join(islice(start, lines))), newline="\n")
