"""Opening a source: every file found, decoded, laid out, and its columns matched to the canonical ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from csperf.exports.encoding import CHUNK, detect_encoding, open_bytes, write_utf8
from csperf.exports.excel import SUFFIXES, write_csv_from_excel
from csperf.exports.format_file import ColumnRule, FormatFile
from csperf.exports.layout import Layout, find_layout, normalise
from csperf.problems import Location, Problem, ProblemsFound, nearest
from csperf.tables.contract import Contract


@dataclass(frozen=True)
class RawFile:
    """One input file, ready to stream as UTF-8 text.

    shown: what people call it. text: the UTF-8 file (a temporary one where the original was not).
    origins: canonical column → the file's columns it comes from (several are joined by a space).
    """

    shown: str
    original: Path
    text: Path
    encoding: str
    layout: Layout
    origins: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class RawTable:
    """One source: its files, its format, and the contract its rows must keep."""

    name: str
    contract: Contract
    format: FormatFile
    files: tuple[RawFile, ...]
    zone: str

    def has(self, column: str) -> bool:
        """Whether any file can supply a canonical column."""
        return column in self.constants or any(column in file.origins for file in self.files)

    @property
    def constants(self) -> dict[str, str]:
        """Canonical columns that the format file sets to one value."""
        return {name: rule.value for name, rule in self.format.columns.items() if rule.value is not None}


def read_source(
    name: str, paths: Iterable[Path], format_: FormatFile, contract: Contract, zone: str, folder: Path, workdir: Path
) -> RawTable:
    """Open every file of a source; raises ProblemsFound with what is wrong in any of them.

    zone: of times without an offset, where the format names none. workdir: for temporary UTF-8 copies.
    """
    files, problems = [], []
    for number, path in enumerate(paths):
        try:
            files.append(_open_file(path, format_, contract, _shown(path, folder), workdir / f"{name}-{number}.csv"))
        except ProblemsFound as found:
            problems.extend(found.problems)
    if problems:
        raise ProblemsFound(problems)
    return RawTable(name, contract, format_, tuple(files), format_.zone or zone)


def reread_as_text(file: RawFile, format_: FormatFile, workdir: Path) -> RawFile:
    """The same file decoded again after looking at all of it: the beginning had looked like UTF-8 and was not."""
    encoding = detect_encoding(file.original, file.shown, format_.encoding, whole=True)
    target = workdir / f"whole-{file.text.name}"
    write_utf8(file.original, file.shown, encoding, target)
    return replace(file, text=target, encoding=encoding)


def _open_file(path: Path, format_: FormatFile, contract: Contract, shown: str, copy: Path) -> RawFile:
    if path.is_dir():
        raise ProblemsFound([Problem("data-is-folder", "this is a folder, not a file", Location(shown),
                                     hint='name the files in it, such as "exports/*.csv"')])
    try:
        text, encoding = find_text(path, format_, shown, copy)
    except OSError as error:
        raise ProblemsFound([Problem("file-unreadable", f"cannot read this file: {error.strerror or error}",
                                     Location(shown), hint="check the path and the permissions")]) from error
    layout = read_layout(text, format_, contract, shown)
    origins, missing = match_columns(format_, layout)
    problems = [
        _missing_column(name, format_.columns[name], layout, shown)
        for name in missing if contract.columns[name].required
    ]  # fmt: skip
    problems += [
        Problem("data-missing-column", f'no column "{name}" in this file, and table "{contract.table}" needs it',
                Location(shown), hint=f"add {name} to the format file's columns")
        for name, column in contract.columns.items() if column.required and name not in format_.columns
    ]
    if problems:
        raise ProblemsFound(problems)
    return RawFile(shown, path, text, encoding, layout, origins)


def read_layout(text: Path, format_: FormatFile, contract: Contract, shown: str) -> Layout:
    """Where the table begins in a UTF-8 file; raises ProblemsFound for an empty one."""
    wanted = [names for name, names in _headers(format_).items() if contract.columns[name].required]
    header_row = None if format_.header_row == "auto" else format_.header_row
    layout = find_layout(text, format_.separator, header_row, wanted)
    if layout is None:
        raise ProblemsFound([Problem("data-empty", "the file is empty", Location(shown),
                                     hint="export the month again; an export without rows still has its header")])
    return layout


def find_text(path: Path, format_: FormatFile, shown: str, copy: Path) -> tuple[Path, str]:
    """(a UTF-8 file with the content, the encoding it had)."""
    with open_bytes(path) as file:
        is_plain = not hasattr(file, "mtime")
    with path.open("rb") as raw:
        magic = raw.read(8)
    if path.suffix.lower() in SUFFIXES or magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        write_csv_from_excel(path, shown, format_.sheet, copy)
        return copy, "excel"
    encoding = detect_encoding(path, shown, format_.encoding)
    if encoding in ("utf-8", "utf-8-sig"):
        if is_plain:
            return path, encoding
        with open_bytes(path) as source, copy.open("wb") as sink:
            try:
                shutil.copyfileobj(source, sink, CHUNK)
            except (EOFError, OSError) as error:
                raise ProblemsFound([
                    Problem("data-truncated", "the compressed file is damaged or ends too early", Location(shown),
                            hint="download it again; a whole .gz opens with any unpacker")
                ]) from error
        return copy, encoding
    try:
        write_utf8(path, shown, encoding, copy)
    except UnicodeDecodeError:
        encoding = detect_encoding(path, shown, format_.encoding, whole=True)
        write_utf8(path, shown, encoding, copy)
    return copy, encoding


def _headers(format_: FormatFile) -> dict[str, list[str]]:
    """canonical column → the headers it may have in the file; joined columns count by their first part."""
    found = {}
    for name, rule in format_.columns.items():
        if rule.from_ or rule.join:
            found[name] = rule.from_ or rule.join[:1]  # type: ignore[index]
    return found


def match_columns(format_: FormatFile, layout: Layout) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """(canonical → the file's columns, the canonical columns whose header is not there)."""
    by_header: dict[str, str] = {}
    for header, column in zip(layout.headers, layout.columns, strict=True):
        by_header.setdefault(normalise(header), column)
    origins, missing = {}, []
    for name, rule in format_.columns.items():
        if rule.join:
            parts = [by_header.get(normalise(part)) for part in rule.join]
            found = tuple(part for part in parts if part is not None)
            if len(found) == len(parts):
                origins[name] = found
                continue
        elif rule.from_:
            column = next((by_header[key] for alias in rule.from_ if (key := normalise(alias)) in by_header), None)
            if column is not None:
                origins[name] = (column,)
                continue
        else:
            continue
        missing.append(name)
    return origins, missing


def _missing_column(name: str, rule: ColumnRule, layout: Layout, shown: str) -> Problem:
    wanted = " or ".join(f'"{header}"' for header in (rule.from_ or rule.join or []))
    near = nearest((rule.from_ or rule.join or [name])[0], layout.columns)
    listing = ", ".join(layout.columns[:12]) + (", …" if len(layout.columns) > 12 else "")
    guess = f'did you mean "{near}"? ' if near else ""
    return Problem(
        "data-missing-column", f'no column {wanted} for "{name}" in row {layout.header_row}', Location(shown),
        hint=f"{guess}the file has: {listing}",
    )  # fmt: skip


def _shown(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return str(path)
