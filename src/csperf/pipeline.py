"""The whole story, one short function per command: read → check → measure → score → grade."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from csperf.calendars import WorkCalendar, load_calendar
from csperf.engines.base import Engine, RejectedRow, Rejection, SourceResult
from csperf.engines.polars_aggregates import names_in
from csperf.engines.polars_engine import PolarsEngine
from csperf.engines.polars_sql import check_sql
from csperf.exports.format_file import FormatFile, canonical_format, list_formats, load_format
from csperf.exports.inspection import Inspection, inspect_export
from csperf.exports.reader import RawTable, read_source
from csperf.period import Period
from csperf.problems import Location, Problem, ProblemsFound, suggest
from csperf.roster import Roster, build_roster
from csperf.rubric.load import Catalogue, LoadedRubric, check_catalogue, load_catalogue, load_rubric
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.schema import DIALECT, measures_schema, rubric_schema
from csperf.scoring.cards import (
    Agent,
    AggregateResult,
    Scorecard,
    ScoreTable,
    SourceCounts,
    SourceFile,
    Words,
    words,
)
from csperf.scoring.measurements import finish_measurements
from csperf.scoring.score import score_agents
from csperf.shipped import shipped
from csperf.tables import TABLES
from csperf.tables.contract import Column, compile_table
from csperf.workspace import Workspace, WorkspaceFile, show_path

ROSTER = "roster"
_In = TypeVar("_In")
_Out = TypeVar("_Out")
SCORE_SCHEMA = Path(__file__).parent / "render" / "score.schema.json"


@dataclass
class Session:
    """One workspace with one rubric, opened for one command. workdir: for temporary files."""

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
        return _collect({table: table for table in tables}, self.open_source)

    @cached_property
    def roster(self) -> Roster:
        """The roster; empty where the workspace has none."""
        if ROSTER not in self.sources_by_table:
            return Roster()
        table = self.open_source(ROSTER)
        return build_roster(self.engine.read_facts(table), table.files[0].shown)

    @cached_property
    def calendar(self) -> Callable[[], WorkCalendar]:
        """The working-day calendar, loaded when something first needs it."""

        @cache
        def load() -> WorkCalendar:
            try:
                return load_calendar(self.workspace.content.calendar, Path(show_path(self.workspace.folder)))
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


@dataclass(frozen=True)
class Scored:
    """A scored period: what is rendered, and what is said about the data on the side."""

    table: ScoreTable
    problems: tuple[Problem, ...]
    opened: Mapping[str, RawTable]
    plans: Mapping[str, Sequence[Aggregate]]


def load_measures(workspace: Workspace) -> Catalogue:
    """The catalogue of measures, with the workspace's own on top."""
    paths = [shipped("configs") / "measures.yaml"]
    if workspace.content.measures:
        paths.append(Path(show_path(workspace.folder / workspace.content.measures)))
    return load_catalogue(paths)


def load_scheme(workspace: Workspace, name: str | None = None) -> LoadedRubric:
    """The rubric by name or file (default: the workspace's), checked; raises ProblemsFound."""
    path = find_rubric(workspace, name)
    return load_rubric(path, load_measures(workspace), check_sql, show_path(path))


def find_rubric(workspace: Workspace, name: str | None) -> Path:
    """The file of a rubric: a path (from here, or from the workspace for its own), or the name of a known one."""
    asked = name or workspace.content.rubric
    base = Path.cwd() if name else workspace.folder
    known = list_rubrics(workspace)
    if (base / asked).is_file():
        return base / asked
    if asked in known:
        return known[asked]
    hint = suggest(asked, list(known)) + "; or give the path of a rubric file"
    if name:
        raise ProblemsFound([Problem("rubric-unknown", f'no rubric "{asked}"', hint=hint)])
    raise ProblemsFound([workspace.source.problem(("rubric",), "rubric-unknown", f'no rubric "{asked}"', hint=hint)])


def list_rubrics(workspace: Workspace) -> dict[str, Path]:
    """Rubrics by name: the workspace's own (`rubrics/`) first, then the shipped ones."""
    found: dict[str, Path] = {}
    for folder in (workspace.folder / "rubrics", shipped("configs") / "rubrics"):
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def score_period(
    session: Session, scheme: LoadedRubric, period: Period, with_hashes: bool = False, with_words: bool = True
) -> Scored:
    """Read, check, measure, score and grade one period. Raises ProblemsFound for what stops it.

    with_hashes: of the input files, which reads them once more. with_words: reasons and steps on the cards.
    """
    roster = session.roster
    opened, lacking = _open_needed(session, scheme)
    plans, warnings = _plan_aggregates(scheme, opened, lacking)
    measured = _collect(
        opened, lambda raw: session.engine.measure_source(
            raw, plans[raw.contract.table], period, roster.resolve, session.calendar
        )
    )  # fmt: skip
    if all(result.counts.in_period == 0 for result in measured.values()):
        raise ProblemsFound([_nothing_in_period(period, opened, measured)])
    results = {aggregate: found for result in measured.values() for aggregate, found in result.results.items()}
    agents, notes = _choose_agents(roster, period, results, measured)
    measurements = finish_measurements(scheme.measures, results, [agent.agent_id for agent in agents])
    cards = score_agents(scheme.rubric, scheme.measures, measurements, agents, with_words)
    warnings += _calendar_warnings(session, plans, period) + notes
    problems = [problem for table, result in measured.items() for problem in _explain_rejections(opened[table], result)]
    table = _build_table(scheme, period, opened, measured, cards, warnings, with_hashes)
    return Scored(table, tuple(problems), opened, plans)


def check_data(session: Session) -> tuple[dict[str, tuple[RawTable, SourceResult]], tuple[Problem, ...]]:
    """Read and check every source with all its columns: per table what was found, and the problems in it."""
    opened = session.open_sources(session.sources_by_table)
    roster = session.roster
    results = _collect(opened, lambda raw: session.engine.check_source(raw, roster.resolve))
    problems = [problem for table, raw in opened.items() for problem in _explain_rejections(raw, results[table])]
    return {table: (raw, results[table]) for table, raw in opened.items()}, tuple(problems)


def read_rejected(
    session: Session, opened: Mapping[str, RawTable], plans: Mapping[str, Sequence[Aggregate]] | None = None
) -> Iterator[tuple[str, RejectedRow]]:
    """Every rejected row of the opened sources, by source name: those that scoring by `plans` set aside, or all."""
    for table, raw in opened.items():
        for row in session.engine.read_rejected(raw, plans[table] if plans is not None else None):
            yield raw.name, row


def read_rows_behind(
    session: Session, scheme: LoadedRubric, scored: Scored, period: Period, agent_id: str, indicator: str
) -> list[tuple[Aggregate, list[dict[str, str | None]]]]:
    """The rows behind one indicator of one agent, per aggregate it is made of."""
    found = []
    for measure in _with_parts(scheme.measures, indicator):
        for term in measure.terms:
            plan = scored.plans.get(term.table, ())
            if term in plan:
                raw = scored.opened[term.table]
                rows = session.engine.read_rows(
                    raw, term, agent_id, period, session.roster.resolve, session.calendar, beside=plan
                )
                found.append((term, rows))
    return found


def find_card(table: ScoreTable, roster: Roster, asked: str) -> Scorecard:
    """The card of an agent by id, name or alias; raises ProblemsFound with the nearest agents otherwise."""
    by_id = {card.agent.agent_id: card for card in table.cards}
    card = by_id.get(asked) or by_id.get(roster.resolve(asked))
    if card is None:
        known = [name for one in table.cards for name in (one.agent.agent_id, one.agent.name) if name]
        raise ProblemsFound(
            [Problem("agent-unknown", f'no agent "{asked}" in {table.label}', hint=suggest(asked, known))]
        )
    return card


def choose_cards(
    table: ScoreTable, roster: Roster, agents: Sequence[str], teams: Sequence[str]
) -> tuple[Scorecard, ...]:
    """The cards of the named agents and teams, all where none is named; raises ProblemsFound for unknown names."""
    cards = table.cards
    known_teams = sorted({card.agent.team for card in cards if card.agent.team})
    unknown = [team for team in teams if team not in known_teams]
    if unknown:
        raise ProblemsFound(
            [
                Problem(
                    "team-unknown",
                    f'no team "{team}" in {table.label}',
                    hint=suggest(team, known_teams) if known_teams else "the roster's column team says who is in which",
                )
                for team in unknown
            ]
        )
    if agents:
        chosen = {find_card(table, roster, name).agent.agent_id for name in agents}
        cards = tuple(card for card in cards if card.agent.agent_id in chosen)
    return tuple(card for card in cards if not teams or card.agent.team in teams)


def check_indicator_name(scheme: LoadedRubric, name: str) -> None:
    """Raises ProblemsFound where the rubric has no such indicator."""
    known = [indicator for _, indicator, _ in scheme.rubric.indicators()]
    if name not in known:
        raise ProblemsFound(
            [
                Problem(
                    "indicator-unknown",
                    f'rubric "{scheme.rubric.name}" has no indicator "{name}"',
                    hint=suggest(name, known),
                )
            ]
        )


def check_rubrics(workspace: Workspace, paths: Sequence[Path]) -> tuple[list[Problem], list[str]]:
    """(everything wrong with the catalogue and the rubric files, what was checked)."""
    problems: list[Problem] = []
    checked = []
    try:
        catalogue = load_measures(workspace)
        problems += check_catalogue(catalogue, check_sql)
        checked.append(f"{len(catalogue.entries)} measures")
    except ProblemsFound as found:
        return list(found.problems), checked
    for path in paths:
        try:
            scheme = load_rubric(path, catalogue, check_sql, show_path(path))
            problems += scheme.warnings
        except ProblemsFound as found:
            problems += found.problems
        checked.append(show_path(path))
    return list(dict.fromkeys(problems)), checked


def find_schema(of: str) -> dict[str, Any]:
    """The JSON Schema of a rubric, measures, workspace or format file, or of the score JSON."""
    match of:
        case "rubric":
            return rubric_schema()
        case "measures":
            return measures_schema()
        case "workspace":
            return {"$schema": DIALECT, **WorkspaceFile.model_json_schema()}
        case "format":
            return {"$schema": DIALECT, **FormatFile.model_json_schema(by_alias=True)}
        case _:
            schema: dict[str, Any] = json.loads(SCORE_SCHEMA.read_text(encoding="utf-8"))
            return schema


def inspect_file(session: Session, path: Path) -> Inspection:
    """What a file is, and which known format or table fits it best; raises ProblemsFound if it cannot be read."""
    folder = session.workspace.folder
    formats = [load_format(found, show_path(found)) for found in list_formats(folder).values()]
    return inspect_export(path, [*formats, *(canonical_format(table) for table in TABLES)], session.workdir)


def _collect(items: Mapping[str, _In], work: Callable[[_In], _Out]) -> dict[str, _Out]:
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


def _with_parts(measures: Mapping[str, Measure], name: str) -> list[Measure]:
    measure = measures[name]
    return [measure, *(part for inner in measure.parts for part in _with_parts(measures, inner))]


def _open_needed(session: Session, scheme: LoadedRubric) -> tuple[dict[str, RawTable], list[str]]:
    """(the opened sources that the rubric's measures need, the tables the workspace does not have)."""
    tables = dict.fromkeys(term.table for measure in scheme.measures.values() for term in measure.terms)
    here = [table for table in tables if table in session.sources_by_table]
    return session.open_sources(here), [table for table in tables if table not in here]


def _plan_aggregates(
    scheme: LoadedRubric, opened: Mapping[str, RawTable], lacking: Sequence[str]
) -> tuple[dict[str, list[Aggregate]], list[Words]]:
    """(the aggregates that can be computed, per table; what cannot be, said once per source)."""
    plans: dict[str, list[Aggregate]] = {table: [] for table in opened}
    missing: dict[tuple[str, str], list[str]] = {}
    users: dict[str, list[str]] = {}
    for measure in scheme.measures.values():
        for term in measure.terms:
            users.setdefault(term.table, []).append(measure.name)
            if term.table not in opened:
                continue
            raw = opened[term.table]
            needed = raw.contract.sources_of({term.at, term.agent, *names_in(term)})
            absent = sorted(name for name in needed if not raw.has(name))
            for name in absent:
                missing.setdefault((raw.name, name), []).append(measure.name)
            if not absent:
                plans[term.table].append(term)
    warnings = [words("source-missing", table=table, measures=_listing(users[table])) for table in lacking]
    warnings += [
        words("column-missing", source=source, column=column, measures=_listing(names))
        for (source, column), names in missing.items()
    ]
    return plans, warnings


def _listing(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _choose_agents(
    roster: Roster, period: Period, results: Mapping[Aggregate, Mapping[str, AggregateResult]],
    measured: Mapping[str, SourceResult],
) -> tuple[list[Agent], list[Words]]:  # fmt: skip
    """Who is scored: who was here, and who has data. Bots never; names nobody knows are said."""
    seen = sorted({agent_id for found in results.values() for agent_id in found})
    here = [agent_id for agent_id, member in roster.members.items() if member.was_here(period)]
    chosen = [agent_id for agent_id in sorted({*here, *seen}) if not roster.is_bot(agent_id)]
    notes = []
    named = sorted(set().union(*(result.names for result in measured.values())))
    bots = [agent_id for agent_id in named if roster.is_bot(agent_id)]
    if bots:
        notes.append(words("bots-left-out", agents=_listing(bots)))
    if roster.members:
        unknown = [agent_id for agent_id in named if agent_id not in roster.members]
        notes += [words("agent-not-in-roster", agent=agent_id) for agent_id in unknown]
    for table, result in measured.items():
        if result.counts.unassigned:
            notes.append(words("rows-of-nobody", source=table, rows=result.counts.unassigned))
    return [roster.find_agent(agent_id) for agent_id in chosen], notes


def _calendar_warnings(session: Session, plans: Mapping[str, list[Aggregate]], period: Period) -> list[Words]:
    uses_days = any(name.endswith("workdays") for terms in plans.values() for term in terms for name in names_in(term))
    if not uses_days:
        return []
    calendar = session.calendar()
    if calendar.official_until is None or period.last_day.year <= calendar.official_until:
        return []
    return [words("calendar-not-official", calendar=calendar.name, year=calendar.official_until)]


def _nothing_in_period(period: Period, opened: Mapping[str, RawTable], measured: Mapping[str, SourceResult]) -> Problem:
    spans = [
        f"{opened[table].name}: {result.first:%Y-%m-%d} … {result.last:%Y-%m-%d}"
        for table, result in measured.items() if result.first is not None
    ]  # fmt: skip
    # Exports often run a few hours into the next month, which is not the month to suggest.
    spans_known = [(result.first, result.last) for result in measured.values() if result.first and result.last]
    latest = max(
        (max(f"{first:%Y-%m}", f"{last - dt.timedelta(days=1):%Y-%m}") for first, last in spans_known), default=None
    )
    hint = f"choose a month that the files hold, such as --month {latest}" if latest else "the files hold no valid rows"
    return Problem("data-nothing-in-period", f"no rows in {period.label}", samples=tuple(spans), hint=hint)


_SAID = {
    "data-missing-value": "without a value",
    "data-bad-number": "not a number",
    "data-bad-duration": "not a duration in the declared form",
    "data-bad-flag": "neither true nor false",
    "data-bad-time": "not a time in the expected form",
    "data-impossible-time": "at an impossible time",
    "data-unknown-word": "with a word that is not known",
    "data-out-of-range": "out of range",
    "data-damaged-id": "with an id that a spreadsheet has damaged, such as 1.03E+13",
    "data-too-many-cells": "with more cells than the header has",
}


def _explain_rejections(raw: RawTable, result: SourceResult) -> Iterator[Problem]:
    """One problem per reason for which rows of a source were set aside."""
    for rejection in result.rejections:
        column = raw.contract.columns.get(rejection.column)
        said = _SAID.get(rejection.code) or "where " + rejection.code.removeprefix("data-").replace("-", " ")
        if rejection.code == "data-out-of-range" and column:
            said = _out_of_range(column)
        if rejection.code == "data-bad-duration" and raw.format.columns[rejection.column].duration is None:
            said = "not a number"
        if rejection.code == "data-unknown-word" and column:
            said = f"none of {', '.join(column.words)}"
        where = f'column "{rejection.column}": ' if column else ""
        rows = "row" if result.counts.rows == 1 else "rows"
        yield Problem(
            rejection.code, f"{where}{rejection.count} of {result.counts.rows} {rows} {said}", Location(raw.name),
            samples=tuple(_sample(rejection, *sample) for sample in rejection.samples), severity="warning",
            hint="these rows were set aside; csperf data check --rejects rejects.csv writes them out",
        )  # fmt: skip


def _sample(rejection: Rejection, file: str, row: int, value: str | None) -> str:
    shown = "" if value is None else f': {rejection.column}="{value if len(value) <= 40 else value[:39] + "…"}"'
    return f"{file} row {row}{shown}"


def _out_of_range(column: Column) -> str:
    if column.high is None:
        return f"below {column.low:g}"
    return f"above {column.high:g}" if column.low is None else f"outside {column.low:g}–{column.high:g}"


def _build_table(
    scheme: LoadedRubric, period: Period, opened: Mapping[str, RawTable], measured: Mapping[str, SourceResult],
    cards: tuple[Scorecard, ...], warnings: Sequence[Words], with_hashes: bool,
) -> ScoreTable:  # fmt: skip
    rubric = scheme.rubric
    return ScoreTable(
        label=period.label, start=period.start.isoformat(), end=period.end.isoformat(), zone=period.zone,
        rubric_name=rubric.name, rubric_version=rubric.version, rubric_sha256=scheme.sha256, rubric_title=rubric.title,
        grade_titles={grade.name: grade.title for grade in rubric.grades},
        dimension_titles={name: dimension.title for name, dimension in rubric.dimensions.items()},
        indicator_titles={
            name: indicator.title or scheme.measures[name].title for _, name, indicator in rubric.indicators()
        },
        sources=tuple(_count_source(opened[table], result, with_hashes) for table, result in measured.items()),
        cards=cards, warnings=tuple(warnings),
    )  # fmt: skip


def _count_source(raw: RawTable, result: SourceResult, with_hashes: bool) -> SourceCounts:
    files = tuple(SourceFile(file.shown, _sha256(file.original) if with_hashes else None) for file in raw.files)
    counts = result.counts
    return SourceCounts(
        raw.name,
        files,
        counts.rows,
        counts.in_period,
        counts.outside_period,
        counts.rejected,
        counts.duplicates,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
