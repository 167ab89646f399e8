"""A zip archive with one file in it → that file."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

from csperf.exports.encoding import CHUNK
from csperf.problems import Location, Problem, ProblemsFound

BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, struct.error,
)  # fmt: skip
"""What the standard library raises for damaged archives, and for such as it cannot read."""
_WORKBOOK_PARTS = {"[Content_Types].xml", "mimetype"}
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_LISTED = 6


def is_archive(path: Path) -> bool:
    """Whether the file is a zip archive of files, and not an Excel workbook, which is one inside."""
    try:
        return _WORKBOOK_PARTS.isdisjoint(member.filename for member in _find_members(path))
    except BROKEN:
        return path.suffix.lower() == ".zip"


def find_name(path: Path) -> str:
    """What the file is called: of an archive with one file in it, that file's name, which may say the month."""
    with suppress(*BROKEN):
        members = _find_members(path)
        return (_find_base(members[0]) if len(members) == 1 else "") or path.name
    return path.name


def unpack_archive(path: Path, shown: str, target: Path) -> None:
    """Write the only file of an archive to `target`; raises ProblemsFound if there are several, or none to be had."""
    try:
        members = _find_members(path)
        if len(members) == 1 and not members[0].flag_bits & _ENCRYPTED:
            _unpack_member(path, members[0], target)
    except BROKEN as error:
        hint = "download it again, or unpack it and name the file that was in it"
        raise ProblemsFound([_problem(shown, "this archive is damaged or packed in an unusual way", hint)]) from error
    if len(members) != 1:
        names = [_find_base(member) for member in members]
        listing = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
        message = f"this archive holds {len(names)} files: {listing}" if names else "this archive holds no file"
        raise ProblemsFound([_problem(shown, message, "unpack it and name the files that were in it")])
    if members[0].flag_bits & _ENCRYPTED:
        raise ProblemsFound([_problem(shown, "this archive is protected by a password", "unpack it first")])
    if is_archive(target):
        raise ProblemsFound([_problem(shown, "this archive holds another archive", "unpack it first")])


def _find_members(path: Path) -> list[zipfile.ZipInfo]:
    """The files in an archive, without what Macs and Windows add of their own."""
    with zipfile.ZipFile(path) as archive:
        return [
            member for member in archive.infolist()
            if not member.filename.endswith("/") and not member.filename.startswith("__MACOSX/")
            and PurePosixPath(member.filename).name not in (".DS_Store", "Thumbs.db", "desktop.ini")
        ]  # fmt: skip


def _unpack_member(path: Path, member: zipfile.ZipInfo, target: Path) -> None:
    with zipfile.ZipFile(path) as archive, archive.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            sink.write(chunk)


def _find_base(member: zipfile.ZipInfo) -> str:
    """The member's name without folders; Windows in Chinese writes it in GBK and does not say so."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return PurePosixPath(name).name


def _problem(shown: str, message: str, hint: str) -> Problem:
    return Problem("data-archive", message, Location(shown), hint=hint)
