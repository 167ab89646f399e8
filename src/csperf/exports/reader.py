"""Opening a source: every file laid out, and its columns matched to the canonical ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from csperf.exports.archive import find_name
from csperf.exports.date_orders import find_orders, list_readings, show_readings
from csperf.exports.encoding import read_head
from csperf.exports.file_names import find_days
from csperf.exports.format_file import ZONE, ByMarketplace, Dates, FormatFile
from csperf.exports.layout import Layout, check_lines, find_layout, match_header, normalise, write_quoted
from csperf.exports.plain_text import CONVERTED, JSON, find_text, new_copy
from csperf.exports.rejects_file import RejectsFile, is_rejects
from csperf.problems import Location, Problem, ProblemsFound, nearest
from csperf.tables.contract import Contract


@dataclass(frozen=True)
class Replaced:
    """What is expected of a row that a mended one replaces: `value` in these columns; nothing where there are none.

    by: the mended row: its file's name for people, and its row there.
    """

    columns: tuple[str, ...]
    value: str
    by: tuple[str, int]


@dataclass(frozen=True)
class RawFile:
    """One input file, ready to stream as UTF-8 text.

    source: the workspace's name for where it is from. shown: what people call it. text: the UTF-8 file (a
    temporary one where the original was not). origins: canonical column → the file's columns it comes from
    (several are joined by a space, added up, or the time between them is taken). zone: of times without an offset.
    constants: canonical column → the one value that it has in every row. zones: the file's columns whose headers
    hold a zone of their own. marks: a header that the format names for what it leaves out, or for versions → the
    file's column. replaced: the rows in whose place a mended one counts.
    """

    source: str
    shown: str
    original: Path
    text: Path
    encoding: str
    layout: Layout
    format: FormatFile
    zone: str
    origins: dict[str, tuple[str, ...]]
    constants: dict[str, str]
    zones: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[int, Replaced] = field(default_factory=dict)

    @property
    def dates(self) -> Dates | None:
        """The order of numbers in dates, where it is declared."""
        return None if isinstance(self.format.dates, ByMarketplace) else self.format.dates

    def zone_of(self, *columns: str) -> str:
        """The zone of times without an offset in one of the file's columns; without one, the file's."""
        return next((self.zones[column] for column in columns if column in self.zones), self.zone)

    def has(self, column: str) -> bool:
        """Whether it can supply a canonical column."""
        return column in self.constants or column in self.origins


@dataclass(frozen=True)
class RawTable:
    """The files that hold rows of one table, each with its format, and the contract that the rows must keep.

    They may be of several sources, those of one source together; ids tell rows apart within a source only.
    rejects: its files of rejected rows, as mend_source reads them.
    """

    name: str
    contract: Contract
    files: tuple[RawFile, ...]
    rejects: tuple[RejectsFile, ...] = ()

    def has(self, column: str) -> bool:
        """Whether any file can supply a canonical column."""
        return any(file.has(column) for file in self.files)

    @property
    def replaced(self) -> int:
        """In place of how many rows mended ones count."""
        return sum(len(file.replaced) for file in self.files)

    @cached_property
    def sources(self) -> tuple[RawTable, ...]:
        """What each source has of it, in order; where there is only one, that is all of it."""
        names = dict.fromkeys(file.source for file in self.files)
        if len(names) == 1:
            return (self,)
        return tuple(
            RawTable(name, self.contract, tuple(file for file in self.files if file.source == name)) for name in names
        )

    @property
    def is_pooled(self) -> bool:
        """Whether several sources fill it: an id is one thing within its source only."""
        return len(self.sources) > 1

    @property
    def agentless(self) -> tuple[RawTable, ...]:
        """The sources that leave it to order_agents who served: their rows go by orders and name no agent."""
        if self.contract.agents_by is None:
            return ()
        return tuple(source for source in self.sources if not source.has(self.contract.agent))

    @property
    def lacks_agents(self) -> bool:
        """Whether some source names no agent."""
        return bool(self.agentless)

    @property
    def is_credited_by_order(self) -> bool:
        """Whether order_agents can say who served: a source lacks agents, but each of its rows has its order."""
        return any(source.has(self.contract.agents_by or "") for source in self.agentless)


def pool_sources(tables: Sequence[RawTable]) -> RawTable:
    """The files of all sources of one table together; one alone stays as it is."""
    if len(tables) == 1:
        return tables[0]
    files = tuple(file for table in tables for file in table.files)
    return RawTable(" + ".join(table.name for table in tables), tables[0].contract, files)


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
    Files of rejected rows are only named.
    """
    files: list[RawFile] = []
    rejects: list[RejectsFile] = []
    problems: list[Problem] = []
    for path in paths:
        shown = _shown(path, folder)
        try:
            text, encoding = _find_table(path, format_, shown, workdir)
            if is_rejects(text):
                rejects.append(RejectsFile(shown, path, text))
            else:
                files.append(_open_file(path, name, format_, contract, format_.zone or zone, shown, text, encoding))
        except ProblemsFound as found:
            problems.extend(found.problems)
    problems = problems or find_doubtful_dates(name, files, contract)
    if problems:
        raise ProblemsFound(problems)
    return RawTable(name, contract, tuple(files), tuple(rejects))


def reread_as_text(file: RawFile, workdir: Path) -> RawFile:
    """The same file read again with a look at all of it, for an engine that could not read it as it is.

    Its beginning may have looked like UTF-8 when the rest is not, and quotation marks may stand inside
    cells. Raises ProblemsFound where a quotation mark never closes.
    """
    text, encoding = file.text, file.encoding
    if encoding not in CONVERTED:
        copy = new_copy(workdir)
        text, encoding = find_text(file.original, file.format.encoding, None, file.shown, copy, whole=True)
    target = new_copy(workdir)
    write_quoted(text, file.layout, file.shown, target)
    return replace(file, text=target, encoding=encoding)


def _find_table(path: Path, format_: FormatFile, shown: str, workdir: Path) -> tuple[Path, str]:
    """What find_text gives for a format; rejected rows may be in another encoding, and in a sheet of another name."""
    try:
        text, encoding = find_text(path, format_.encoding, format_.sheet, shown, new_copy(workdir), format_.records)
    except ProblemsFound:
        if format_.sheet is not None:
            with suppress(ProblemsFound):
                found = find_text(path, "auto", None, shown, new_copy(workdir))
                if is_rejects(found[0]):
                    return found
        raise
    if encoding not in CONVERTED and is_rejects(text):
        return find_text(path, "auto", None, shown, new_copy(workdir), whole=True)
    return text, encoding


def _open_file(
    path: Path, source: str, format_: FormatFile, contract: Contract, zone: str, shown: str, text: Path, encoding: str
) -> RawFile:
    layout = read_layout(text, encoding, format_, contract, shown)
    if encoding not in CONVERTED:
        check_lines(text, layout, shown)
    origins, missing = match_columns(format_, layout)
    problems = []
    for name in missing:
        if contract.columns[name].required:
            rule = format_.columns[name]
            wanted = rule.from_ or [part for part in rule.parts or [] if _find_header(part, layout) is None]
            problems.append(_missing_column(f'"{name}"', wanted, layout, shown))
    marks = {}
    for key, header in _marking_headers(format_):
        column = _find_mark(header, format_, layout)
        if column is None:
            problems.append(_missing_column(key, [header], layout, shown))
        else:
            marks[header] = column
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
    zones, unknown = read_zones(format_, layout, shown)
    constants, undated = _read_constants(format_, (find_name(path), path.name), shown)
    if problems := [*problems, *unknown, *undated]:
        raise ProblemsFound(problems)
    return RawFile(source, shown, path, text, encoding, layout, format_, zone, origins, constants, zones, marks)


def _marking_headers(format_: FormatFile) -> list[tuple[str, str]]:
    """The headers that a format names beside its columns, each with the key that names it."""
    keep = format_.keep and (format_.keep.first or format_.keep.last)
    named = [("drop_rows", rule.column) for rule in format_.drop_rows] + [("keep", keep), ("version", format_.version)]
    return [(key, header) for key, header in named if header]


def _find_mark(header: str, format_: FormatFile, layout: Layout) -> str | None:
    """The file's column under a header, or under another one that the same canonical column may have."""
    found = _find_header(header, layout)
    aliases = (
        alias for rule in format_.columns.values() if rule.from_ and header in rule.from_ for alias in rule.from_
    )
    return found or next((column for alias in aliases if (column := _find_header(alias, layout))), None)


def _read_constants(format_: FormatFile, file_names: Sequence[str], shown: str) -> tuple[dict[str, str], list[Problem]]:
    """(canonical column → the one value that it has in this file, what the file's name should say and does not).

    file_names: those that it has, the one inside an archive first.
    """
    constants = {name: rule.value for name, rule in format_.columns.items() if rule.value is not None}
    named = {name: rule.file_name for name, rule in format_.columns.items() if rule.file_name is not None}
    if not named:
        return constants, []
    days = next(filter(None, map(find_days, file_names)), None)
    if days is None:
        hint = "name it like …2025-06-01至2025-06-30, or …2025-06 for a whole month; other dates in its name confuse"
        return constants, [
            Problem(
                "data-no-date-in-name",
                "the rows have no date, and the file's name does not say which days they are of",
                Location(shown), hint=hint,
            )
        ]  # fmt: skip
    return constants | {name: days[which == "last_day"].isoformat() for name, which in named.items()}, []


def read_zones(format_: FormatFile, layout: Layout, shown: str) -> tuple[dict[str, str], list[Problem]]:
    """(the file's column → the zone that its header holds, what is wrong with them)."""
    zones: dict[str, str] = {}
    problems = []
    for rule in format_.columns.values():
        for alias in (alias for alias in (*(rule.from_ or ()), *(rule.parts or ())) if ZONE in alias):
            column = _find_header(alias, layout)
            if column is None or column in zones:
                continue
            pattern = re.escape(_narrow(alias)).replace(re.escape(ZONE), "(.+)")
            found = re.fullmatch(pattern, _narrow(column), re.IGNORECASE)
            zones[column] = found[1] if found else ""
            try:
                ZoneInfo(zones[column])
            except (KeyError, ValueError, OSError):
                problems.append(
                    Problem(
                        "data-unknown-zone", f'column "{column}" holds no zone that is known', Location(shown),
                        hint="its times are in the zone that the header names; write an IANA name there, "
                        "such as America/New_York",
                    )
                )  # fmt: skip
    return zones, problems


def _narrow(header: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", header))


def find_doubtful_dates(source: str, files: Sequence[RawFile], contract: Contract) -> list[Problem]:
    """Dates such as 03/04/2025 where nothing says which number is the month: an error, as both answers look right."""
    seen: dict[str, str] = {}
    columns: dict[str, None] = {}
    for file in files:
        for name, parts in file.origins.items() if file.dates is None else ():
            rule = file.format.columns[name]
            if rule.date or not (rule.between or contract.columns[name].kind in ("time", "day")):
                continue
            for joined in zip(parts) if rule.between else [parts]:
                for row, cell in _peek_cells(file, joined):
                    if list_readings(cell):
                        columns[joined[0]] = None
                        seen.setdefault(cell, f"{file.shown} row {row}")
    if not seen:
        return []
    orders, fitting = find_orders(seen)
    # Where one order fits best, the dates that tell; else those that can be read in several ways.
    telling = sorted(seen, key=lambda cell: len(list_readings(cell)), reverse=len(orders) > 1)
    named = ", ".join(f'"{column}"' for column in columns)
    fit = f"{' and '.join(orders)} {'fits' if len(orders) == 1 else 'fit'} {fitting} of the {len(seen)} read"
    return [
        Problem(
            "data-ambiguous-date",
            f"{'column' if len(columns) == 1 else 'columns'} {named}: nothing says which number of these dates is the "
            f"month; {fit}",
            Location(next(iter(seen.values())).rpartition(" row ")[0]),
            samples=tuple(f"{seen[cell]}: {show_readings(cell)}" for cell in telling[:3]),
            hint=f'add to source "{source}" in csperf.yaml: {" or ".join(f"dates: {order}" for order in orders)}',
        )
    ]  # fmt: skip


def _peek_cells(file: RawFile, columns: Sequence[str]) -> Iterable[tuple[int, str]]:
    """(row, cell) of a column, or of several joined by a space, in the head of the file."""
    positions = [file.layout.columns.index(column) for column in columns]
    for row, record in enumerate(file.layout.peek, start=file.layout.header_row + 1):
        if all(position < len(record) for position in positions):
            yield row, " ".join(record[position].strip() for position in positions)


def read_layout(text: Path, encoding: str, format_: FormatFile, contract: Contract, shown: str) -> Layout:
    """Where the table begins in what find_text gave; raises ProblemsFound for an empty one."""
    wanted = [
        rule.headers for name, rule in format_.columns.items() if rule.headers and contract.columns[name].required
    ]
    names = [header for rule in format_.columns.values() for header in [*(rule.from_ or []), *(rule.parts or [])]]
    separator = "," if encoding in CONVERTED else format_.separator
    header_row = 1 if encoding == JSON else None if format_.header_row == "auto" else format_.header_row
    layout = find_layout(text, separator, header_row, wanted, format_.header_rows, [*format_.headers, *names])
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


def match_columns(format_: FormatFile, layout: Layout) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """(canonical → the file's columns, the canonical columns whose header is not there)."""
    origins, missing = {}, []
    for name, rule in format_.columns.items():
        if rule.parts:
            parts = [_find_header(part, layout) for part in rule.parts]
            found = tuple(part for part in parts if part is not None)
            complete = len(found) == len(parts)
        elif rule.from_:
            found = tuple(column for alias in rule.from_ if (column := _find_header(alias, layout)) is not None)[:1]
            complete = bool(found)
        else:
            continue
        if complete:
            origins[name] = found
        else:
            missing.append(name)
    return origins, missing


def _find_header(alias: str, layout: Layout) -> str | None:
    """The first of the file's columns under a header, however it is spelt; {zone} in it stands for anything."""
    matches = match_header(alias)
    headers = zip(layout.headers, layout.columns, strict=True)
    return next((column for header, column in headers if matches(normalise(header))), None)


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
