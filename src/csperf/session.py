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
from csperf.exports.format_file import FormatFile, canonical_format, list_formats, load_format
from csperf.exports.reader import RawTable, read_source
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
    def sources_by_table(self) -> dict[str, str]:
        """canonical table → the workspace's source of it; raises ProblemsFound for what makes no sense."""
        found: dict[str, str] = {}
        problems = []
        for name, entry in self.workspace.content.sources.items():
            table = entry.table or name
            if table not in TABLES:
                path = ("sources", name, "table") if entry.table else ("sources", name)
                hint = suggest(table, list(TABLES)) + ("" if entry.table else "; or add table: to the source")
                problems.append(
                    self.workspace.source.problem(
                        path,
                        "workspace-unknown-table",
                        f'unknown table "{table}"',
                        hint=hint,
                        key=not entry.table,
                    )
                )
            elif table in found:
                problems.append(
                    self.workspace.source.problem(
                        ("sources", name),
                        "workspace-table-twice",
                        f'sources "{found[table]}" and "{name}" both fill table "{table}"',
                        hint="list all files under one source",
                        key=True,
                    )
                )
            else:
                found[table] = name
        if problems:
            raise ProblemsFound(problems)
        return found

    def open_source(self, table: str) -> RawTable:
        """Open the files of a table's source; raises ProblemsFound."""
        name = self.sources_by_table[table]
        entry = self.workspace.content.sources[name]
        folder = self.workspace.folder
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
        return read_source(
            name, self.workspace.find_files(name), format_, compile_table(TABLES[table]),
            self.workspace.content.zone, folder, self.workdir,
        )  # fmt: skip

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
        return load_format(path, show_path(path))

    def open_sources(self, tables: Iterable[str]) -> dict[str, RawTable]:
        """Open several; raises ProblemsFound once, with everything wrong in any of them."""
        return collect({table: table for table in tables}, self.open_source)

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
        return build_roster(self.engine.read_facts(table), table.files[0].shown) if table else Roster()

    @cached_property
    def _roster_table(self) -> RawTable | None:
        return self.open_source(ROSTER) if ROSTER in self.sources_by_table else None

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
