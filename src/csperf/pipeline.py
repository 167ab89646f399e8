"""The whole story, one short function per command: read → check → measure → score → grade."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from csperf.engines.base import RejectedRow, SourceResult, Units
from csperf.engines.polars_aggregates import names_in
from csperf.engines.polars_sql import check_sql
from csperf.exports.format_file import FormatFile, canonical_format, list_formats, load_format
from csperf.exports.inspection import Inspection, inspect_export
from csperf.exports.reader import RawTable
from csperf.people import Scope, find_unit, is_for, list_people, list_units, note_people
from csperf.period import Period
from csperf.presence import measure_presence
from csperf.problems import Problem, ProblemsFound, suggest
from csperf.rejections import explain_rejections
from csperf.roster import Roster
from csperf.rubric.load import Catalogue, LoadedRubric, check_catalogue, load_catalogue, load_rubric
from csperf.rubric.measures import EVERYONE, Aggregate, Measure
from csperf.rubric.schema import DIALECT, measures_schema, rubric_schema
from csperf.rubric.season import find_season
from csperf.scoring.cards import (
    AggregateResult,
    Number,
    Scorecard,
    ScoreTable,
    SourceCounts,
    SourceFile,
    Words,
    words,
)
from csperf.scoring.compare import Comparison, compare_tables
from csperf.scoring.measurements import finish_measurements
from csperf.scoring.score import score_agents
from csperf.session import Session, collect
from csperf.shipped import shipped
from csperf.tables import TABLES
from csperf.workspace import Workspace, WorkspaceFile, show_path

ORDER_AGENTS, WORKTIME = "order_agents", "worktime"
LEAVE = tuple(Aggregate(WORKTIME, "sum", "date", value=column) for column in ("hours", "leave_hours"))
"""Worked hours and hours of leave: what worked time says of presence."""
SCORE_SCHEMA = Path(__file__).parent / "render" / "score.schema.json"


@dataclass(frozen=True)
class Facts:
    """What one pass over each source gave in a span of time; all by table.

    units: what rows were counted under where that is not their agent. warnings: what cannot be measured, and why.
    """

    span: Period
    opened: Mapping[str, RawTable]
    plans: Mapping[str, Sequence[Aggregate]]
    found: Mapping[str, SourceResult]
    units: Units | None
    warnings: tuple[Words, ...]

    @property
    def results(self) -> dict[Aggregate, Mapping[str, AggregateResult]]:
        """By aggregate, of all sources together."""
        return {aggregate: each for result in self.found.values() for aggregate, each in result.results.items()}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The rows that were set aside."""
        found = self.found.items()
        return tuple(problem for table, one in found for problem in explain_rejections(self.opened[table], one))

    def order_agents_of(self, table: str) -> RawTable | None:
        """The source that says whose the rows of a table are, where the table itself does not."""
        return self.opened[ORDER_AGENTS] if ORDER_AGENTS in self.opened and _lacks_agents(self.opened[table]) else None


@dataclass(frozen=True)
class Scored:
    """A scored period: what is rendered, and the facts behind it."""

    table: ScoreTable
    facts: Facts


@dataclass(frozen=True)
class Simulated:
    """A period under two rubrics, and the facts behind both."""

    before: ScoreTable
    after: ScoreTable
    comparison: Comparison
    facts: Facts


def load_measures(workspace: Workspace) -> Catalogue:
    """The catalogue of measures, with the workspace's own on top."""
    paths = [shipped("configs") / "measures.yaml"]
    if workspace.content.measures:
        paths.append(Path(show_path(workspace.folder / workspace.content.measures)))
    return load_catalogue(paths)


def load_scheme(workspace: Workspace, name: str | None = None) -> LoadedRubric:
    """The rubric by name or file (default: the workspace's), checked; raises ProblemsFound."""
    path = find_rubric(workspace, name)
    return load_rubric(path, load_measures(workspace), check_sql, show_path(path), list_rubrics(workspace))


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
    session: Session, scheme: LoadedRubric, period: Period, *, by: Scope = "agent", as_of: dt.date | None = None,
    with_hashes: bool = False, with_words: bool = True,
) -> Scored:  # fmt: skip
    """Read, check, measure, score and grade one period. Raises ProblemsFound for what stops it.

    as_of: the last day that counts, where the period is not over. with_hashes: of the input files, which reads
    them once more. with_words: reasons and steps on the cards.
    """
    facts = read_facts(session, [scheme], period.until(as_of) if as_of else period, by)
    table = score_facts(session, scheme, facts, period, by, as_of, with_words)
    if with_hashes:
        table = replace(table, sources=tuple(map(_hash_files, table.sources, facts.opened.values())))
    return Scored(table, facts)


def simulate_period(
    session: Session, before: LoadedRubric, after: LoadedRubric, period: Period, as_of: dt.date | None = None
) -> Simulated:
    """One period under two rubrics, each source read once for both. Raises ProblemsFound for what stops it."""
    facts = read_facts(session, [before, after], period.until(as_of) if as_of else period, "agent")
    first, second = (
        score_facts(session, scheme, facts, period, "agent", as_of, with_words=False) for scheme in (before, after)
    )
    return Simulated(first, second, compare_tables(first, second), facts)


def read_facts(session: Session, schemes: Sequence[LoadedRubric], span: Period, by: Scope) -> Facts:
    """Everything that the rubrics' measures need, in one pass over each source; raises ProblemsFound."""
    opened, lacking = _open_needed(session, schemes)
    plans, warnings = _plan_aggregates(schemes, opened, lacking, by)
    units = find_unit(session.roster, schemes[0].rubric, by)
    facts = Facts(span, opened, plans, {}, units, tuple(warnings))
    found = collect(
        opened, lambda raw: session.engine.measure_source(
            raw, plans[raw.contract.table], span, session.roster.resolve, session.calendar,
            units, facts.order_agents_of(raw.contract.table),
        )
    )  # fmt: skip
    asked = {table: result for table, result in found.items() if set(plans[table]) & _terms_of(schemes)}
    if all(result.counts.in_period == 0 for result in asked.values()):
        raise ProblemsFound([_nothing_in_period(span, opened, asked)])
    return replace(facts, found=found)


def score_facts(
    session: Session, scheme: LoadedRubric, facts: Facts, period: Period, by: Scope, as_of: dt.date | None,
    with_words: bool,
) -> ScoreTable:  # fmt: skip
    """Measurements → scorecards of one rubric; the facts may hold more than it needs."""
    rubric, roster = scheme.rubric, session.roster
    named = set().union(*(result.names for result in facts.found.values()))
    seen = named if facts.units else _list_seen(scheme, facts)
    people = list_people(roster, period, _measure_presence(session, facts, period), seen)
    agents = [agent for agent in people if is_for(rubric, agent)]
    scored = list_units(agents, by) if facts.units else agents
    season = find_season(rubric.seasons, period)
    measurements = finish_measurements(scheme.measures, facts.results, scored)
    cards = score_agents(rubric, scheme.measures, measurements, scored, with_words, season, as_of is not None)
    return ScoreTable(
        label=period.label, start=period.start.isoformat(), end=period.end.isoformat(), zone=period.zone,
        rubric_name=rubric.name, rubric_version=rubric.version, rubric_sha256=scheme.sha256, rubric_title=rubric.title,
        grade_titles={grade.name: grade.title for grade in rubric.grades},
        dimension_titles={name: dimension.title for name, dimension in rubric.dimensions.items()},
        indicator_titles={
            name: indicator.title or scheme.measures[name].title for _, name, indicator in rubric.indicators()
        },
        variant_titles={name: variant.title for name, variant in rubric.roles.items()},
        sources=tuple(_count_source(raw, facts.found[table]) for table, raw in facts.opened.items()),
        cards=cards, by=by, season=season, season_title=rubric.seasons[season].title if season else None,
        as_of=as_of.isoformat() if as_of else None, days_left=(period.last_day - as_of).days if as_of else 0,
        provisional=(*_say_running(period, as_of), *_say_maturing(scheme, facts, period)),
        warnings=(
            *facts.warnings, *_calendar_warnings(session, facts), *note_people(roster, rubric, by, people, named),
            *_note_rows_of_nobody(facts, by),
        ),
    )  # fmt: skip


def check_data(session: Session) -> tuple[dict[str, tuple[RawTable, SourceResult]], tuple[Problem, ...]]:
    """Read and check every source with all its columns: per table what was found, and the problems in it."""
    opened = session.open_sources(session.sources_by_table)
    roster = session.roster
    results = collect(opened, lambda raw: session.engine.check_source(raw, roster.resolve))
    problems = [problem for table, raw in opened.items() for problem in explain_rejections(raw, results[table])]
    return {table: (raw, results[table]) for table, raw in opened.items()}, tuple(problems)


def read_rejected(
    session: Session, opened: Mapping[str, RawTable], plans: Mapping[str, Sequence[Aggregate]] | None = None
) -> Iterator[tuple[str, RejectedRow]]:
    """Every rejected row of the opened sources, by source name: those that scoring by `plans` set aside, or all."""
    for table, raw in opened.items():
        for row in session.engine.read_rejected(raw, plans[table] if plans is not None else None):
            yield raw.name, row


def read_rows_behind(
    session: Session, scheme: LoadedRubric, facts: Facts, agent_id: str, indicator: str
) -> list[tuple[Aggregate, list[dict[str, str | None]]]]:
    """The rows behind one indicator of one agent (or team, or the shop), per aggregate it is made of."""
    return [
        (
            term,
            session.engine.read_rows(
                facts.opened[term.table], term, agent_id, facts.span, session.roster.resolve, session.calendar,
                facts.plans[term.table], facts.units, facts.order_agents_of(term.table),
            ),
        )
        for measure in _with_parts(scheme.measures, indicator)
        for term in measure.terms
        if term in facts.plans.get(term.table, ())
    ]  # fmt: skip


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
    table: ScoreTable, roster: Roster, agents: Sequence[str] = (), teams: Sequence[str] = (), roles: Sequence[str] = ()
) -> tuple[Scorecard, ...]:
    """The cards of those named, all where nobody is; raises ProblemsFound for unknown names."""
    cards = table.cards
    known_teams = sorted({card.agent.team for card in cards if card.agent.team})
    known_roles = sorted({card.agent.role for card in cards if card.agent.role})
    problems = [
        Problem("team-unknown", f'no team "{team}" in {table.label}', hint=_hint_at(team, known_teams, "team"))
        for team in teams if team not in known_teams
    ] + [
        Problem("role-unknown", f'no role "{role}" in {table.label}', hint=_hint_at(role, known_roles, "role"))
        for role in roles if role not in known_roles
    ]  # fmt: skip
    if problems:
        raise ProblemsFound(problems)
    if agents:
        chosen = {find_card(table, roster, name).agent.agent_id for name in agents}
        cards = tuple(card for card in cards if card.agent.agent_id in chosen)
    return tuple(
        card for card in cards if (not teams or card.agent.team in teams) and (not roles or card.agent.role in roles)
    )


def _hint_at(asked: str, known: Sequence[str], column: str) -> str:
    return suggest(asked, known) if known else f"the roster's column {column} says who is in which"


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
    known = list_rubrics(workspace)
    try:
        catalogue = load_measures(workspace)
        problems += check_catalogue(catalogue, check_sql)
        checked.append(f"{len(catalogue.entries)} measures")
    except ProblemsFound as found:
        return list(found.problems), checked
    for path in paths:
        try:
            scheme = load_rubric(path, catalogue, check_sql, show_path(path), known)
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


def _with_parts(measures: Mapping[str, Measure], name: str) -> list[Measure]:
    measure = measures[name]
    return [measure, *(part for inner in measure.parts for part in _with_parts(measures, inner))]


def _open_needed(session: Session, schemes: Sequence[LoadedRubric]) -> tuple[dict[str, RawTable], list[str]]:
    """(the opened sources that the rubrics' measures need, the tables that the workspace does not have).

    Worked time is opened wherever there is one, as it says who was on leave.
    """
    tables = list(dict.fromkeys(term.table for term in _terms_of(schemes)))
    here = [table for table in dict.fromkeys([*tables, WORKTIME]) if table in session.sources_by_table]
    opened = session.open_sources(here)
    if WORKTIME not in tables and WORKTIME in opened and not opened[WORKTIME].has("leave_hours"):
        del opened[WORKTIME]
    if ORDER_AGENTS in session.sources_by_table and any(map(_lacks_agents, opened.values())):
        opened.setdefault(ORDER_AGENTS, session.open_source(ORDER_AGENTS))
    return opened, [table for table in tables if table not in opened]


def _terms_of(schemes: Sequence[LoadedRubric]) -> KeysView[Aggregate]:
    """All that the rubrics' measures are made of, in their order."""
    measures = (measure for scheme in schemes for measure in scheme.measures.values())
    return dict.fromkeys(term for measure in measures for term in measure.terms).keys()


def _lacks_agents(raw: RawTable) -> bool:
    """Whether a source has orders but not who served them."""
    return raw.contract.agents_by is not None and not raw.has(raw.contract.agent)


def _plan_aggregates(
    schemes: Sequence[LoadedRubric], opened: Mapping[str, RawTable], lacking: Sequence[str], by: Scope
) -> tuple[dict[str, list[Aggregate]], list[Words]]:
    """(the aggregates that can be computed, per table; what cannot be, said once per source)."""
    plans: dict[str, dict[Aggregate, None]] = {table: {} for table in opened}
    missing: dict[tuple[str, str], list[str]] = {}
    nobodys: dict[str, list[str]] = {}
    users: dict[str, list[str]] = {}
    for measure in (measure for scheme in schemes for measure in scheme.measures.values()):
        for term in measure.terms:
            users.setdefault(term.table, []).append(measure.name)
            if term.table not in opened:
                continue
            raw = opened[term.table]
            absent = sorted(name for name in _columns_of(term, raw) if not raw.has(name))
            for name in absent:
                missing.setdefault((raw.name, name), []).append(measure.name)
            is_nobodys = term.agent == raw.contract.agent and _lacks_agents(raw) and ORDER_AGENTS not in opened
            if is_nobodys and by != "shop":
                nobodys.setdefault(raw.name, []).append(measure.name)
            elif not absent:
                plans[term.table][term] = None
    if WORKTIME in opened and opened[WORKTIME].has("leave_hours"):
        plans[WORKTIME] |= dict.fromkeys(LEAVE)
    warnings = [words("source-missing", table=table, measures=_listing(users[table])) for table in lacking]
    warnings += [
        words("column-missing", source=source, column=column, measures=_listing(names))
        for (source, column), names in missing.items()
    ]
    warnings += [words("nobody-named", source=source, measures=_listing(names)) for source, names in nobodys.items()]
    return {table: list(plan) for table, plan in plans.items()}, warnings


def _columns_of(term: Aggregate, raw: RawTable) -> set[str]:
    """The stored columns without which an aggregate cannot be computed."""
    names = {term.at, *names_in(term)} - set(term.optional)
    if term.agent != EVERYONE and not (term.agent == raw.contract.agent and _lacks_agents(raw)):
        names.add(term.agent)
    return raw.contract.sources_of(names)


def _listing(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _list_seen(scheme: LoadedRubric, facts: Facts) -> set[str]:
    """The agents of whom the rubric's measures found anything."""
    terms = [term for term in _terms_of([scheme]) if term.agent != EVERYONE]
    return set().union(*(facts.results.get(term, {}) for term in terms))


def _measure_presence(session: Session, facts: Facts, period: Period) -> dict[str, Fraction]:
    """The share of the period that each member of the roster was here, by agent_id."""
    results: Mapping[Aggregate, Mapping[str, AggregateResult]] = facts.results
    if facts.units and WORKTIME in facts.plans:
        # Leave is a person's also where everything else is counted by team or shop.
        raw = facts.opened[WORKTIME]
        alone = session.engine.measure_source(raw, LEAVE, facts.span, session.roster.resolve, session.calendar)
        results = alone.results
    nothing = AggregateResult(Fraction(0))
    worked, away = (results.get(aggregate, {}) for aggregate in LEAVE)
    hours = {
        agent_id: (worked.get(agent_id, nothing).value or Fraction(0), away.get(agent_id, nothing).value or Fraction(0))
        for agent_id in {**worked, **away}
    }
    return measure_presence(session.roster.members, period, hours)


def _note_rows_of_nobody(facts: Facts, by: Scope) -> list[Words]:
    if by == "shop":
        return []
    return [
        words("rows-of-nobody", source=table, rows=result.counts.unassigned)
        for table, result in facts.found.items()
        if result.counts.unassigned
    ]


def _say_running(period: Period, as_of: dt.date | None) -> list[Words]:
    if as_of is None:
        return []
    return [words("counted-up-to", as_of=as_of.isoformat(), days_left=Number((period.last_day - as_of).days))]


def _say_maturing(scheme: LoadedRubric, facts: Facts, period: Period) -> list[Words]:
    """The measures that look ahead further than their data reaches."""
    found = []
    for measure in scheme.measures.values():
        final = period.last_day + dt.timedelta(days=measure.matures_days)
        for table in dict.fromkeys(term.table for term in measure.terms if term.table in facts.found):
            last = facts.found[table].last
            if measure.matures_days and last is not None and f"{last:%Y-%m-%d}" < final.isoformat():
                source = facts.opened[table].name
                found.append(
                    words("still-maturing", measure=measure.name, source=source, last=f"{last:%Y-%m-%d}",
                          final=final.isoformat())
                )  # fmt: skip
    return found


def _calendar_warnings(session: Session, facts: Facts) -> list[Words]:
    names = {name for terms in facts.plans.values() for term in terms for name in names_in(term)}
    if not any(name.endswith(("workdays", "workhours")) for name in names):
        return []
    calendar = session.calendar()
    if calendar.official_until is None or facts.span.last_day.year <= calendar.official_until:
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


def _count_source(raw: RawTable, result: SourceResult) -> SourceCounts:
    counts = result.counts
    return SourceCounts(
        raw.name,
        tuple(SourceFile(file.shown) for file in raw.files),
        counts.rows,
        counts.in_period,
        counts.outside_period,
        counts.rejected,
        counts.duplicates,
    )


def _hash_files(source: SourceCounts, raw: RawTable) -> SourceCounts:
    return replace(source, files=tuple(SourceFile(file.shown, _sha256(file.original)) for file in raw.files))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
