"""The whole story, one short function per command: read → check → measure → score → grade."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csperf.engines.base import Lens, RejectedRow, SourceResult
from csperf.engines.polars_sql import check_sql
from csperf.exempting import Exempting, Sightings, find_sightings
from csperf.exemptions import Exemption, exemptions_schema, load_exemptions
from csperf.exports.format_file import FormatFile
from csperf.exports.reader import RawTable
from csperf.feeding import ORDER_AGENTS
from csperf.notes import (
    explain_nothing_found,
    note_calendar,
    note_exemptions_of_units,
    note_idle_sources,
    note_maturing,
    note_people,
    note_reach,
    note_rows_of_nobody,
    note_running,
    note_unknown,
)
from csperf.people import SHOP, Scope, check_scope, find_unit, is_for, list_heads, list_people, list_units
from csperf.period import Period, length_of
from csperf.planning import LEAVE, WORKTIME, Plan, plan_measuring, terms_of
from csperf.presence import measure_presence
from csperf.problems import Location, Problem, ProblemsFound, suggest
from csperf.rejections import explain_rejections, say_reason
from csperf.roster import Roster
from csperf.rubric.catalogue import Catalogue, load_catalogue
from csperf.rubric.extend import name_of
from csperf.rubric.load import LoadedRubric, check_catalogue, load_every_measure, load_rubric
from csperf.rubric.measures import Aggregate, with_parts
from csperf.rubric.schema import DIALECT, measures_schema, rubric_schema
from csperf.rubric.season import find_season
from csperf.scoring.cards import AggregateResult, Measurement, Scorecard, ScoreTable, SourceCounts, SourceFile, Words
from csperf.scoring.compare import Comparison, compare_tables
from csperf.scoring.contest import Relief
from csperf.scoring.history import ScoreSheet
from csperf.scoring.measurements import finish_measurements
from csperf.scoring.score import score_agents
from csperf.session import Session, collect
from csperf.shipped import shipped
from csperf.tables.kinds import EVERYONE
from csperf.workspace import Workspace, WorkspaceFile, show_path
from csperf.yaml_source import read_yaml

if TYPE_CHECKING:
    from csperf.intake.file_report import FileReport


class NothingInPeriod(ProblemsFound):
    """No source has a row in the period. begins: the first day that any has one, where there is any at all."""

    def __init__(self, problem: Problem, begins: dt.date | None) -> None:
        super().__init__([problem])
        self.begins = begins


@dataclass(frozen=True)
class Measured:
    """What one pass over each table gave: found, by table.

    period: whole, lens: the span of it that counts, and what rows were counted under where that is not their agent.
    exemptions: those of the workspace, and where the ids that they name were seen.
    """

    plan: Plan
    period: Period
    lens: Lens
    found: Mapping[str, SourceResult]
    exemptions: tuple[Exemption, ...] = ()
    sightings: Sightings = field(default_factory=dict)

    @cached_property
    def results(self) -> dict[Aggregate, Mapping[str, AggregateResult]]:
        """By aggregate, of all sources together."""
        return {aggregate: each for result in self.found.values() for aggregate, each in result.results.items()}

    @cached_property
    def named(self) -> Counter[str]:
        """Every agent that a row of the period names, and how many do."""
        return sum((Counter(result.named) for result in self.found.values()), Counter[str]())

    def exempt(self, scheme: LoadedRubric) -> Exempting:
        """The exemptions with one of the plan's rubrics; none where agents do not stand for themselves."""
        exemptions = () if self.lens.units else self.exemptions
        return Exempting(exemptions, scheme, self.plan.opened, self.period, self.lens.period, self.sightings)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The rows that were set aside."""
        found = self.found.items()
        return tuple(problem for table, one in found for problem in explain_rejections(self.plan.opened[table], one))


@dataclass(frozen=True)
class CheckedData:
    """What every source holds, by its name. problems: the rows set aside; warnings: what else a person should know."""

    found: Mapping[str, tuple[RawTable, SourceResult]]
    problems: tuple[Problem, ...]
    warnings: tuple[Words, ...]


@dataclass(frozen=True)
class ScoredPeriod:
    """What is rendered of a period, and what was measured for it.

    measurements: by agent (or unit) and measure, those that no indicator shows among them.
    """

    table: ScoreTable
    measured: Measured
    measurements: Mapping[tuple[str, str], Measurement]

    @property
    def sheet(self) -> ScoreSheet:
        """What a history keeps of it."""
        return ScoreSheet(self.table, self.measurements)


@dataclass(frozen=True)
class SimulatedPeriod:
    """A period under two rubrics, and what was measured for both."""

    before: ScoreTable
    after: ScoreTable
    comparison: Comparison
    measured: Measured


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
    """The file of a rubric: a path (from here, or from the workspace for its own), or the name of a known one.

    A rubric of the workspace is found by its file's name, or else by the `name` in it.
    """
    asked = name or workspace.content.rubric
    base = Path.cwd() if name else workspace.folder
    known = list_rubrics(workspace)
    if (base / asked).is_file():
        return base / asked
    if asked in known:
        return known[asked]
    own = (path for path in known.values() if path.parent == workspace.folder / "rubrics")
    named = [path for path in own if _read_name(path) == asked]
    if len(named) == 1:
        return named[0]
    hint = suggest(asked, list(known)) + "; or give the path of a rubric file"
    if named:
        hint = f"that is the name in {' and in '.join(map(show_path, named))}; give the path of one of them"
    if name:
        raise ProblemsFound([Problem("rubric-unknown", f'no rubric "{asked}"', hint=hint)])
    raise ProblemsFound([workspace.source.problem(("rubric",), "rubric-unknown", f'no rubric "{asked}"', hint=hint)])


def _read_name(path: Path) -> str | None:
    """What a rubric file calls itself; None where that cannot be read."""
    try:
        return name_of(read_yaml(path))
    except ProblemsFound:
        return None


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
) -> ScoredPeriod:  # fmt: skip
    """Read, check, measure, score and grade one period. Raises ProblemsFound for what stops it.

    as_of: the last day that counts, where the period is not over. with_hashes: of the input files, which reads
    them once more. with_words: reasons and steps on the cards.
    """
    measured = measure_sources(session, [scheme], period, by, as_of)
    scored = score_measured(session, measured.plan.schemes[0], measured, period, by, as_of, with_words)
    if with_hashes:
        sources = tuple(map(_hash_files, scored.table.sources, measured.plan.opened.values()))
        scored = replace(scored, table=replace(scored.table, sources=sources))
    return scored


def simulate_period(
    session: Session, before: LoadedRubric, after: LoadedRubric, period: Period, as_of: dt.date | None = None
) -> SimulatedPeriod:
    """One period under two rubrics, each source read once for both. Raises ProblemsFound for what stops it."""
    measured = measure_sources(session, [before, after], period, "agent", as_of)
    first, second = (
        score_measured(session, scheme, measured, period, "agent", as_of, with_words=False).table
        for scheme in measured.plan.schemes
    )
    return SimulatedPeriod(first, second, compare_tables(first, second), measured)


def measure_sources(
    session: Session, schemes: Sequence[LoadedRubric], period: Period, by: Scope, as_of: dt.date | None
) -> Measured:
    """Everything that the rubrics' measures need, in one pass over each table; raises ProblemsFound."""
    check_scope(session.roster, by)
    exemptions = load_granted(session.workspace, session.roster)
    plan = plan_measuring(session, schemes, by)
    units = find_unit(session.roster, schemes[0].rubric, by)
    span = period.until(as_of) if as_of else period
    lens = Lens(span, session.roster.resolve, session.calendar, units, plan.opened.get(ORDER_AGENTS))
    measured = Measured(plan, period, lens, {}, exemptions)
    if by == "agent" and exemptions:
        sightings = find_sightings(exemptions, plan.schemes, plan.opened, session.engine, period.zone)
        measured = replace(measured, sightings=sightings)
        plan = plan.with_terms(term for scheme in plan.schemes for term in measured.exempt(scheme).list_terms())
    found = collect(
        plan.opened, lambda raw: session.engine.measure_source(raw, plan.aggregates[raw.contract.table], lens)
    )
    asked = {table: result for table, result in found.items() if set(plan.aggregates[table]) & terms_of(plan.schemes)}
    if not any(result.counts.in_period or any(result.results.values()) for result in asked.values()):
        days = [dt.date(one.first.year, one.first.month, one.first.day) for one in asked.values() if one.first]
        raise NothingInPeriod(explain_nothing_found(period, as_of, plan, asked), min(days, default=None))
    return replace(measured, plan=plan, found=found)


def score_measured(
    session: Session, scheme: LoadedRubric, measured: Measured, period: Period, by: Scope, as_of: dt.date | None,
    with_words: bool,
) -> ScoredPeriod:  # fmt: skip
    """Measurements → scorecards of one of the plan's rubrics; more may have been measured than it needs."""
    rubric, roster, plan, found = scheme.rubric, session.roster, measured.plan, measured.found
    presence = _measure_presence(session, measured, period, as_of)
    people = list_people(roster, measured.lens.period, presence, _list_seen(scheme, measured))
    agents = [agent for agent in people if is_for(rubric, agent)]
    scored = agents if by == "agent" else list_units(list_heads(roster, agents), by)
    season = find_season(rubric.seasons, period)
    measurements = finish_measurements(scheme.measures, measured.results, scored)
    exempting = measured.exempt(scheme)
    reliefs = exempting.find_reliefs(measured.results, scored)

    def score(with_words: bool, reliefs: Mapping[tuple[str, str], Relief]) -> tuple[Scorecard, ...]:
        length, is_running = length_of(period.label), as_of is not None
        return score_agents(
            rubric, scheme.measures, measurements, scored, with_words, season, is_running, length, reliefs
        )

    plain = cards = score(with_words and not reliefs, {})
    if reliefs:
        cards = exempting.grant(score(with_words, reliefs), plain, measured.results)
        measurements |= {key: relief.measured[key[1]] for key, relief in reliefs.items() if relief.measured}
    table = ScoreTable(
        label=period.label, start=period.start.isoformat(), end=period.end.isoformat(), zone=period.zone,
        rubric_name=rubric.name, rubric_version=rubric.version, rubric_sha256=scheme.sha256, rubric_title=rubric.title,
        grade_titles={grade.name: grade.title for grade in rubric.grades},
        dimension_titles={name: dimension.title for name, dimension in rubric.dimensions.items()},
        indicator_titles={
            name: indicator.title or scheme.measures[name].title for _, name, indicator in rubric.indicators()
        },
        variant_titles={name: variant.title for name, variant in rubric.roles.items()},
        sources=tuple(_count_source(raw, found[table]) for table, raw in plan.opened.items()),
        cards=cards, by=by, season=season, season_title=rubric.seasons[season].title if season else None,
        as_of=as_of.isoformat() if as_of else None, days_left=(period.last_day - as_of).days if as_of else 0,
        provisional=(*note_running(period, as_of), *note_maturing(scheme.measures, plan.opened, found, period)),
        warnings=(
            *plan.warnings, *note_calendar(session, plan, measured.lens.period),
            *note_people(roster, rubric, by, people, measured.named),
            *note_rows_of_nobody(found, by), *note_reach(plan, found, measured.lens.period),
            *note_idle_sources(found, period), *exempting.list_warnings(plain, measured.results, roster),
            *note_exemptions_of_units(measured.exemptions, by, period),
        ),
    )  # fmt: skip
    return ScoredPeriod(table, measured, measurements)


def check_data(session: Session) -> CheckedData:
    """Read and check every source with all its columns; raises ProblemsFound for what stops it."""
    opened = session.open_sources()
    roster = session.valid_roster
    load_granted(session.workspace, roster)
    results = collect(opened, lambda raw: session.engine.check_source(raw, roster.resolve))
    problems = [problem for name, raw in opened.items() for problem in explain_rejections(raw, results[name])]
    named = sum((Counter(result.named) for result in results.values()), Counter[str]())
    return CheckedData(
        {name: (raw, results[name]) for name, raw in opened.items()},
        tuple(problems), tuple(note_unknown(roster, named)),
    )  # fmt: skip


def find_exemptions(workspace: Workspace) -> Path:
    """The file of exemptions; it need not be there."""
    return workspace.folder / workspace.content.exemptions


def load_granted(workspace: Workspace, roster: Roster) -> tuple[Exemption, ...]:
    """The workspace's exemptions, approved or not; raises ProblemsFound."""
    path = find_exemptions(workspace)
    return load_exemptions(path, show_path(path), roster.resolve)


def check_rejects(workspace: Workspace, target: Path | None) -> None:
    """Raises ProblemsFound where the rejected rows are to be written over a file that a source reads."""
    if target is not None and (source := workspace.find_source(target)) is not None:
        message = f'source "{source}" reads this file, so the rejected rows are not written over it'
        hint = "give --rejects a new file; mended rows that are listed as a source have to stay there"
        raise ProblemsFound([Problem("rejects-over-source", message, Location(str(target)), hint=hint)])


def read_rejected(
    session: Session, opened: Mapping[str, RawTable], plans: Mapping[str, Sequence[Aggregate]] | None = None
) -> Iterator[tuple[RejectedRow, str]]:
    """Every rejected row of the opened tables, with the reason: those that scoring by `plans` set aside, or all."""
    for name, raw in opened.items():
        for source in raw.sources:
            for row in session.engine.read_rejected(source, plans[name] if plans is not None else None):
                yield row, say_reason(source, row.code, row.column)


def read_rows_behind(
    session: Session, scheme: LoadedRubric, measured: Measured, agent_id: str, indicator: str
) -> list[tuple[Aggregate, list[dict[str, str | None]]]]:
    """The rows behind one indicator of one agent (or team, or the shop), per aggregate it is made of.

    scheme: one of the plan's.
    """
    plan = measured.plan
    terms = (term for measure in with_parts(scheme.measures, indicator).values() for term in measure.terms)
    exempting = measured.exempt(scheme)

    def read(term: Aggregate) -> list[dict[str, str | None]]:
        exempted = exempting.exempt_term(term, agent_id, indicator)
        return session.engine.read_rows(plan.opened[term.table], exempted, agent_id, measured.lens)

    return [(term, read(term)) for term in terms if term in plan.aggregates.get(term.table, ())]


def counts_against(scheme: LoadedRubric, indicator: str, term: Aggregate) -> bool:
    """Whether a hit of this aggregate of the indicator is what should be rare: it is a rate, and lower is better."""
    measure = next(one for one in with_parts(scheme.measures, indicator).values() if term in one.terms)
    better = measure.better
    if better is None and measure.name == indicator:
        line = scheme.rubric.find_indicator(indicator)
        better = line.target.direction if line and line.target else None
    return term.kind == "rate" and better == "lower"


def find_card(table: ScoreTable, roster: Roster, asked: str) -> Scorecard:
    """The card of an agent by id, name or alias, or of a unit by its name; raises ProblemsFound with the nearest."""
    by_id = {card.agent.agent_id: card for card in table.cards}
    # A person whom an alias names is no team, even where a team is called like their id.
    card = by_id.get(asked) or (by_id.get(roster.resolve(asked)) if table.by == "agent" else None)
    if card is not None:
        return card
    known = [name for one in table.cards for name in (one.agent.agent_id, one.agent.name) if name]
    if table.by == "team":
        problem = Problem("team-unknown", f'no team "{asked}" in {table.label}', hint=_hint_at(asked, known, "team"))
    elif table.by == "shop":
        problem = Problem("shop-unknown", f'"{asked}" is not the whole shop', hint=f'with --by shop, write "{SHOP}"')
    else:
        problem = Problem("agent-unknown", f'no agent "{asked}" in {table.label}', hint=suggest(asked, known))
    raise ProblemsFound([problem])


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
    """The JSON Schema of a file that people write (rubric, measures, …), or of the JSON that a command prints."""
    match of:
        case "rubric":
            return rubric_schema()
        case "measures":
            return measures_schema()
        case "workspace":
            return {"$schema": DIALECT, **WorkspaceFile.model_json_schema()}
        case "exemptions":
            return exemptions_schema()
        case "format":
            return {"$schema": DIALECT, **FormatFile.model_json_schema(by_alias=True)}
        case _:
            path = Path(__file__).parent / "render" / f"{of}.schema.json"
            schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return schema


def inspect_files(session: Session, paths: Iterable[Path], said: Mapping[str, str]) -> list[FileReport]:
    """All there is to say of each file; raises ProblemsFound once, for all that cannot be read.

    said: the zone, dates and marketplace of the files, where a person says them.
    """
    from csperf.examination import examine_file  # only where asked for: scoring starts without it

    measures = load_every_measure(load_measures(session.workspace), check_sql)
    found = collect({str(path): path for path in paths}, lambda path: examine_file(session, path, measures, said))
    return list(found.values())


def _list_seen(scheme: LoadedRubric, measured: Measured) -> Collection[str]:
    """The agents of whom the rubric's measures found anything."""
    if measured.lens.units:
        # By team or shop, what was found no longer says of whom; the names in the rows do.
        return measured.named
    terms = [term for term in terms_of([scheme]) if term.agent != EVERYONE]
    return set[str]().union(*(measured.results.get(term, {}) for term in terms))


def _measure_presence(
    session: Session, measured: Measured, period: Period, as_of: dt.date | None
) -> dict[str, Fraction]:
    """The share of the period that each member of the roster was here, by agent_id."""
    results: Mapping[Aggregate, Mapping[str, AggregateResult]] = measured.results
    if measured.lens.units and WORKTIME in measured.found:
        # Leave is a person's also where everything else is counted by team or shop.
        lens = replace(measured.lens, units=None)
        results = session.engine.measure_source(measured.plan.opened[WORKTIME], LEAVE, lens).results
    nothing = AggregateResult(Fraction(0))
    worked, away = (results.get(aggregate, {}) for aggregate in LEAVE)
    hours = {
        agent_id: (worked.get(agent_id, nothing).value or Fraction(0), away.get(agent_id, nothing).value or Fraction(0))
        for agent_id in {**worked, **away}
    }
    return measure_presence(session.roster.members, period, hours, as_of)


def _count_source(raw: RawTable, result: SourceResult) -> SourceCounts:
    counts = result.counts
    return SourceCounts(
        raw.name,
        tuple(map(SourceFile, _list_files(raw))),
        counts.rows,
        counts.in_period,
        counts.outside_period,
        counts.rejected,
        counts.duplicates,
        counts.left_out,
    )


def _hash_files(source: SourceCounts, raw: RawTable) -> SourceCounts:
    return replace(source, files=tuple(SourceFile(shown, _sha256(path)) for shown, path in _list_files(raw).items()))


def _list_files(raw: RawTable) -> dict[str, Path]:
    """The files as people have them; mended rows of several exports may be in one."""
    return {file.shown: file.original for file in raw.files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
