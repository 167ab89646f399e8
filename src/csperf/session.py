"""One workspace opened for one command: its sources, its roster, its calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from csperf.calendars import WorkCalendar, load_calendar
from csperf.engines.base import Engine
from csperf.engines.polars_engine import PolarsEngine
from csperf.exports.format_file import (
    ByMarketplace,
    FormatFile,
    canonical_format,
    list_formats,
    load_format,
    load_formats,
)
from csperf.exports.mended import mend_source
from csperf.exports.reader import RawTable, pool_sources, read_source
from csperf.problems import Problem, ProblemsFound, suggest
from csperf.rejections import explain_rejections
from csperf.roster import Roster, build_roster
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import Workspace, show_path

ROSTER = "roster"
_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass
class Session:
    """One workspace, opened for one command. workdir: for temporary files."""

    workspace: Workspace
    workdir: Path
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = PolarsEngine(self.workdir)

    @cached_property
    def sources_by_table(self) -> dict[str, tuple[str, ...]]:
        """canonical table → the workspace's sources of it; raises ProblemsFound for what makes no sense."""
        found: dict[str, tuple[str, ...]] = {}
        for name, table in self._tables.items():
            found[table] = (*found.get(table, ()), name)
        return found

    @cached_property
    def _tables(self) -> dict[str, str]:
        """Source → the table that it fills; raises ProblemsFound."""
        tables = collect({name: name for name in self.workspace.content.sources}, self._find_table)
        rosters = [name for name, table in tables.items() if table == ROSTER]
        if len(rosters) > 1:
            first, second = rosters[:2]
            raise ProblemsFound(
                [
                    self.workspace.source.problem(
                        ("sources", second),
                        "workspace-table-twice",
                        f'sources "{first}" and "{second}" are both the roster',
                        hint="list all files under one source, as there is one roster",
                        key=True,
                    )
                ]
            )
        return tables

    def _find_table(self, name: str) -> str:
        """The table that a source fills: the one it says, else the one it is called like, else its format's."""
        entry = self.workspace.content.sources[name]
        table = entry.table or name
        if table not in TABLES and entry.table is None and entry.format:
            return self._load_format(name, entry.format).table
        if table not in TABLES:
            hint = suggest(table, list(TABLES)) + ("" if entry.table else "; or add table: to the source")
            raise ProblemsFound(
                [
                    self.workspace.source.problem(
                        ("sources", name, "table") if entry.table else ("sources", name),
                        "workspace-unknown-table",
                        f'unknown table "{table}"',
                        hint=hint,
                        key=not entry.table,
                    )
                ]
            )
        return table

    def open_table(self, table: str) -> RawTable:
        """Open the files of all sources of a table; raises ProblemsFound with everything wrong in any of them."""
        names = self.sources_by_table[table]
        return pool_sources([*collect({name: name for name in names}, self.open_source).values()])

    def open_source(self, name: str) -> RawTable:
        """Open the files of one source; raises ProblemsFound."""
        entry = self.workspace.content.sources[name]
        table = self._tables[name]
        format_ = self._load_format(name, entry.format) if entry.format else canonical_format(table)
        if format_.table != table:
            raise ProblemsFound(
                [
                    self.workspace.source.problem(
                        ("sources", name, "format"),
                        "workspace-format-table",
                        f'format "{format_.format}" fills table "{format_.table}", not "{table}"',
                        hint=f"name the source {format_.table}, or choose another format",
                    )
                ]
            )
        source = read_source(
            name, self.workspace.find_files(name), self._complete_format(name, format_), compile_table(TABLES[table]),
            self.workspace.content.zone, self.workspace.folder, self.workdir,
        )  # fmt: skip
        return mend_source(source, self.workdir)

    @cached_property
    def formats(self) -> dict[str, FormatFile]:
        """Every known format by the name it is asked for by; raises ProblemsFound where one is wrong."""
        return load_formats(self.workspace.folder)

    def _complete_format(self, name: str, format_: FormatFile) -> FormatFile:
        """The format with what the source's entry adds to it."""
        entry = self.workspace.content.sources[name]
        try:
            return format_.for_source(entry.zone, entry.dates, entry.marketplace, entry.encoding)
        except ValueError as error:
            assert isinstance(format_.dates, ByMarketplace)
            known = ", ".join(format_.dates.marketplace)
            raise ProblemsFound(
                [
                    self.workspace.source.problem(
                        ("sources", name, "marketplace") if entry.marketplace else ("sources", name),
                        "source-marketplace",
                        str(error),
                        hint=f"add to the source, for example: marketplace: {format_.dates.codes[0]} (known: {known})",
                        key=not entry.marketplace,
                    )
                ]
            ) from error

    def _load_format(self, name: str, asked: str) -> FormatFile:
        known = list_formats(self.workspace.folder)
        path = self.workspace.folder / asked
        if not path.is_file() and asked not in known:
            hint = suggest(asked, list(known)) + "; or give the path of a format file" if known else None
            raise ProblemsFound(
                [
                    self.workspace.source.problem(
                        ("sources", name, "format"),
                        "format-unknown",
                        f'no format "{asked}"',
                        hint=hint or "write a format file and give its path",
                    )
                ]
            )
        path = path if path.is_file() else known[asked]
        format_ = load_format(path, show_path(path))
        if format_.template is not None:
            own = f"formats/{format_.format}.yaml"
            is_own = path == self.workspace.folder / own
            raise ProblemsFound(
                [
                    self.workspace.source.problem(
                        ("sources", name, "format"),
                        "format-template",
                        f'format "{format_.format}" is a template: {format_.template}',
                        hint=f"{'' if is_own else f'csperf data formats {asked} -o {own}; then '}"
                        f"complete {own if is_own else 'it there'}, without the line template:",
                    )
                ]
            )
        return format_

    def open_tables(self, tables: Iterable[str]) -> dict[str, RawTable]:
        """Open several; raises ProblemsFound once, with everything wrong in any of them."""
        return collect({table: table for table in tables}, self.open_table)

    def open_sources(self) -> dict[str, RawTable]:
        """Every source by itself; raises ProblemsFound once, with everything wrong in any of them."""
        return collect({name: name for name in self._tables}, self.open_source)

    @cached_property
    def roster(self) -> Roster:
        """The roster, empty where the workspace has none; raises ProblemsFound where a row of it has to be set aside.

        Without it an agent would lose name, team, role and presence, and nobody would notice.
        """
        if self._roster_table is not None:
            checked = self.engine.check_source(self._roster_table, Roster().resolve)
            problems = [
                replace(problem, severity="error", hint="mend these rows: each says how somebody is scored")
                for problem in explain_rejections(self._roster_table, checked)
            ]
            if problems:
                raise ProblemsFound(problems)
        return self.valid_roster

    @cached_property
    def valid_roster(self) -> Roster:
        """The roster's valid rows alone, for a look at the data."""
        table = self._roster_table
        rows = self.engine.read_facts(table) if table else []
        return build_roster(rows, table.files[0].shown if table else "", self.workspace.content.bots)

    @cached_property
    def _roster_table(self) -> RawTable | None:
        return self.open_table(ROSTER) if ROSTER in self.sources_by_table else None

    @cached_property
    def calendar(self) -> Callable[[], WorkCalendar]:
        """The working-day calendar, loaded when something first needs it."""

        @cache
        def load() -> WorkCalendar:
            try:
                folder = Path(show_path(self.workspace.folder))
                return load_calendar(self.workspace.content.calendar, folder, self.workspace.service_hours)
            except ValueError as error:
                raise ProblemsFound(
                    [
                        self.workspace.source.problem(
                            ("calendar",),
                            "workspace-calendar",
                            str(error),
                            hint="CN is China with its make-up days; other countries and a file of your own work too",
                        )
                    ]
                ) from error

        return load


def collect(items: Mapping[str, _In], work: Callable[[_In], _Out]) -> dict[str, _Out]:
    """The work's result per item; raises ProblemsFound once, with everything wrong in any of them."""
    done: dict[str, _Out] = {}
    problems: list[Problem] = []
    for name, item in items.items():
        try:
            done[name] = work(item)
        except ProblemsFound as found:
            problems.extend(found.problems)
    if problems:
        raise ProblemsFound(problems)
    return done
