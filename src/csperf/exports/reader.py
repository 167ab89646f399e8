"""Opening a source: every file found, decoded, laid out, and its columns matched to the canonical ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from csperf.exports.encoding import (
    CHUNK,
    detect_encoding,
    ends_lines_with_cr,
    is_gzip,
    open_bytes,
    read_bytes,
    read_head,
    read_start,
    write_utf8,
)
from csperf.exports.excel import MAGIC, SUFFIXES, write_csv_from_excel
from csperf.exports.format_file import FormatFile
from csperf.exports.layout import Layout, find_layout, normalise, write_quoted
from csperf.problems import Location, Problem, ProblemsFound, nearest
from csperf.tables.contract import Contract

EXCEL = "excel"


@dataclass(frozen=True)
class RawFile:
    """One input file, ready to stream as UTF-8 text.

    shown: what people call it. text: the UTF-8 file (a temporary one where the original was not).
    origins: canonical column → the file's columns it comes from (several are joined by a space, or added up).
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
    def lacks_agents(self) -> bool:
        """Whether it leaves it to another source who served: its rows go by orders, and it names no agent itself."""
        return self.contract.agents_by is not None and not self.has(self.contract.agent)

    @property
    def is_credited_by_order(self) -> bool:
        """Whether order_agents can say who served: it lacks agents, but each row has its order."""
        return self.lacks_agents and self.contract.agents_by is not None and self.has(self.contract.agents_by)

    @property
    def constants(self) -> dict[str, str]:
        """Canonical columns that the format file sets to one value."""
        return {name: rule.value for name, rule in self.format.columns.items() if rule.value is not None}


def read_source(
    name: str,
    paths: Iterable[Path],
    format_: FormatFile,
    contract: Contract,
    zone: str,
    folder: Path,
    workdir: Path,
) -> RawTable:
    """Open every file of a source; raises ProblemsFound with what is wrong in any of them.

    zone: of times without an offset, where the format names none. workdir: for temporary UTF-8 copies.
    """
    files: list[RawFile] = []
    problems: list[Problem] = []
    for number, path in enumerate(paths):
        copy = workdir / f"{contract.table}-{number}.csv"
        try:
            files.append(_open_file(path, format_, contract, _shown(path, folder), copy))
        except ProblemsFound as found:
            problems.extend(found.problems)
    if problems:
        raise ProblemsFound(problems)
    return RawTable(name, contract, format_, tuple(files), format_.zone or zone)


def reread_as_text(file: RawFile, format_: FormatFile, workdir: Path) -> RawFile:
    """The same file read again with a look at all of it, for an engine that could not read it as it is.

    Its beginning may have looked like UTF-8 when the rest is not, and quotation marks may stand inside
    cells. Raises ProblemsFound where a quotation mark never closes.
    """
    text, encoding = file.text, file.encoding
    if encoding != EXCEL:
        encoding = detect_encoding(file.original, file.shown, format_.encoding, whole=True)
        text = workdir / f"whole-{file.text.name}"
        write_utf8(file.original, file.shown, encoding, text)
    target = workdir / f"quoted-{file.text.name}"
    write_quoted(text, file.layout, file.shown, target)
    return replace(file, text=target, encoding=encoding)


def _open_file(path: Path, format_: FormatFile, contract: Contract, shown: str, copy: Path) -> RawFile:
    text, encoding = find_text(path, format_.encoding, format_.sheet, shown, copy)
    layout = read_layout(text, format_, contract, shown)
    origins, missing = match_columns(format_, layout)
    known = {normalise(header) for header in layout.headers}
    problems = []
    for name in missing:
        if contract.columns[name].required:
            rule = format_.columns[name]
            wanted = rule.from_ or [part for part in rule.parts or [] if normalise(part) not in known]
            problems.append(_missing_column(f'"{name}"', wanted, layout, shown))
    other = {"drop_rows": format_.drop_rows and format_.drop_rows.column, "version": format_.version}
    problems += [
        _missing_column(key, [header], layout, shown)
        for key, header in other.items() if header and normalise(header) not in known
    ]  # fmt: skip
    problems += [
        Problem(
            "data-missing-column",
            f'no column "{name}" in this file, and table "{contract.table}" needs it',
            Location(shown),
            hint=f"add {name} to the format file's columns",
        )
        for name, column in contract.columns.items()
        if column.required and name not in format_.columns
    ]
    if problems:
        raise ProblemsFound(problems)
    return RawFile(shown, path, text, encoding, layout, origins)


def read_layout(text: Path, format_: FormatFile, contract: Contract, shown: str) -> Layout:
    """Where the table begins in a UTF-8 file; raises ProblemsFound for an empty one."""
    wanted = [
        rule.headers for name, rule in format_.columns.items() if rule.headers and contract.columns[name].required
    ]
    header_row = None if format_.header_row == "auto" else format_.header_row
    layout = find_layout(text, format_.separator, header_row, wanted)
    if layout is None and header_row is not None and read_head(text, 1).getvalue():
        raise ProblemsFound(
            [
                Problem(
                    "data-no-header",
                    f"the file ends before row {header_row}, where its header should be",
                    Location(shown),
                    hint="correct header_row: in the format file, or leave it out",
                )
            ]
        )
    if layout is None:
        raise ProblemsFound(
            [
                Problem(
                    "data-empty",
                    "the file is empty",
                    Location(shown),
                    hint="export the month again; an export without rows still has its header",
                )
            ]
        )
    return layout


def find_text(path: Path, declared: str, sheet: str | None, shown: str, copy: Path) -> tuple[Path, str]:
    """(a UTF-8 file with the content, the encoding it had); raises ProblemsFound if there is none to be had.

    What the file is decides, not its name. declared: the format file's encoding. copy: where to write.
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
        return _find_text(path, declared, sheet, shown, copy)
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


def _find_text(path: Path, declared: str, sheet: str | None, shown: str, copy: Path) -> tuple[Path, str]:
    start = read_start(path, shown)
    if start.startswith(MAGIC):
        if is_gzip(path):
            workbook = copy.with_suffix(".xlsx")
            _unpack(path, workbook, shown)
            path = workbook
        write_csv_from_excel(path, shown, sheet, copy)
        return copy, EXCEL
    try:
        encoding = detect_encoding(path, shown, declared)
    except ProblemsFound:
        if path.suffix.lower() not in SUFFIXES or b"\x00" not in start:
            raise
        write_csv_from_excel(path, shown, sheet, copy)
        return copy, EXCEL
    if encoding == "utf-8" and not ends_lines_with_cr(start):
        if not is_gzip(path):
            return path, encoding
        _unpack(path, copy, shown)
        return copy, encoding
    try:
        write_utf8(path, shown, encoding, copy)
    except UnicodeDecodeError:
        encoding = detect_encoding(path, shown, declared, whole=True)
        write_utf8(path, shown, encoding, copy)
    return copy, encoding


def _unpack(path: Path, copy: Path, shown: str) -> None:
    with open_bytes(path) as source, copy.open("wb") as sink:
        while chunk := read_bytes(source, CHUNK, shown):
            sink.write(chunk)


def match_columns(format_: FormatFile, layout: Layout) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """(canonical → the file's columns, the canonical columns whose header is not there)."""
    by_header: dict[str, str] = {}
    for header, column in zip(layout.headers, layout.columns, strict=True):
        by_header.setdefault(normalise(header), column)
    origins, missing = {}, []
    for name, rule in format_.columns.items():
        if rule.parts:
            parts = [by_header.get(normalise(part)) for part in rule.parts]
            found = tuple(part for part in parts if part is not None)
            if len(found) == len(parts):
                origins[name] = found
                continue
        elif rule.from_:
            keys = [normalise(alias) for alias in rule.from_]
            columns = [by_header[key] for key in keys if key in by_header]
            if columns:
                origins[name] = (columns[0],)
                continue
        else:
            continue
        missing.append(name)
    return origins, missing


def _missing_column(wanted_by: str, headers: list[str], layout: Layout, shown: str) -> Problem:
    wanted = " or ".join(f'"{header}"' for header in headers)
    near = nearest(headers[0], layout.columns)
    columns = [" ".join(column.split()) for column in layout.columns[:12]]
    columns = [column if len(column) <= 40 else column[:39] + "…" for column in columns]
    listing = ", ".join(columns) + (", …" if len(layout.columns) > 12 else "")
    guess = f'did you mean "{near}"? ' if near else ""
    purpose = "" if wanted == wanted_by else f" for {wanted_by}"
    return Problem(
        "data-missing-column", f"no column {wanted}{purpose} in row {layout.header_row}", Location(shown),
        hint=f"{guess}the file has: {listing}",
    )  # fmt: skip


def _shown(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return str(path)
