"""Months, and what is made of them: from the ledger where they are sealed, from today's files where not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from csperf.exempting import Exempting, find_sightings
from csperf.exemptions import Exemption, find_later
from csperf.ledger.folder import list_versions
from csperf.ledger.reading import EXEMPTIONS, read_month
from csperf.people import Scope, check_scope
from csperf.period import Period, labels_up_to, length_of, name_months, parse_month, parse_quarter, parse_year
from csperf.pipeline import (
    Measured,
    NothingInPeriod,
    ScoredPeriod,
    find_exemptions,
    score_period,
    simulate_period,
)
from csperf.planning import plan_measuring
from csperf.problems import Problem, ProblemsFound
from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import Number, ScoreTable, Standing, Words, words
from csperf.scoring.compare import Comparison, compare_tables
from csperf.scoring.history import Adjustment, History, PeriodRecord, ScoreSheet
from csperf.scoring.rollup import roll_up
from csperf.session import Session
from csperf.workspace import show_path

_NO_TEAMS = "roster-no-teams"


@dataclass(frozen=True)
class Span:
    """A period as it was asked for: its record, whose `agents` are the cards of the scope asked for.

    measured: what was measured for it today; nothing where all is from the ledger. later: those of the record's
    warnings that say what was exempted after sealing.
    """

    record: PeriodRecord
    measured: tuple[Measured, ...] = ()
    later: tuple[Words, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The rows that were set aside."""
        return tuple(dict.fromkeys(problem for measured in self.measured for problem in measured.problems))


@dataclass(frozen=True)
class Simulation:
    """A period under two rubrics. problems: the rows that were set aside."""

    before: ScoreTable
    after: ScoreTable
    comparison: Comparison
    problems: tuple[Problem, ...]


@dataclass
class _Bounds:
    """The first day that today's files have rows of, once a month without any has told."""

    begins: dt.date | None = None

    def excludes(self, month: Period) -> bool:
        """Whether the month is known to have no data; a day's doubt is left, as zones differ."""
        return self.begins is not None and month.end.date() < self.begins


@dataclass(frozen=True)
class PeriodFinder:
    """Months, quarters and years by their labels, each read or computed once.

    with_teams: their teams, too. ignore_ledger: compute sealed months as well.
    """

    session: Session
    scheme: LoadedRubric
    with_teams: bool = True
    ignore_ledger: bool = False
    _found: dict[str, PeriodRecord | None] = field(default_factory=dict)
    _bounds: _Bounds = field(default_factory=_Bounds)

    def find(self, label: str) -> PeriodRecord | None:
        """The record of a period; null where it has no data, or no month of it is over.

        Raises ProblemsFound for what stops it, ValueError for what is no label.
        """
        if label not in self._found:
            period = parse_label(label, self.session.workspace.content.zone)
            self._found[label] = self._find_month(period) if length_of(label) == "month" else self._find_whole(period)
        return self._found[label]

    def _find_month(self, month: Period) -> PeriodRecord | None:
        return _read_or_compute(
            self.session, self.scheme, month, self._bounds, self.with_teams, False, self.ignore_ledger
        )

    def _find_whole(self, period: Period) -> PeriodRecord | None:
        months = [month for month in list_months(period) if not is_running(month)]
        as_of = _today(period.zone) if is_running(period) else None
        scheme = _find_scheme(self.session, self.scheme, months, self.ignore_ledger)
        if scheme.rubric.rollup.method == "pooled":
            return self._find_pooled(scheme, period, as_of) if months else None
        for month in reversed(months):  # the first without data tells that those before it have none
            self.find(month.label)
        history = _list_found([month.label for month in months], self._found)
        return roll_up(history, scheme, period, as_of) if history.months else None

    def _find_pooled(self, scheme: LoadedRubric, period: Period, as_of: dt.date | None) -> PeriodRecord | None:
        try:
            scored = score_period(self.session, scheme, period, as_of=as_of, with_words=False)
        except NothingInPeriod:
            return None
        teams = score_teams(self.session, scheme, period, as_of) if self.with_teams else None
        return _record_pooled(scheme, period, scored, teams)


def parse_label(label: str, zone: str) -> Period:
    """`2025-06`, `2025Q2` or `2025`. Raises ValueError for anything else."""
    match length_of(label):
        case "month":
            return parse_month(label, zone, _today(zone))
        case "quarter":
            return parse_quarter(label, zone)
        case "year":
            return parse_year(label, zone)


def list_months(period: Period) -> list[Period]:
    """The calendar months of a month, quarter or year, in order."""
    months: list[Period] = []
    day = period.first_day
    while day <= period.last_day:
        months.append(parse_month(f"{day:%Y-%m}", period.zone, day))
        day = months[-1].end.date()
    return months


def months_before(last: Period, count: int) -> list[Period]:
    """`count` months up to and with `last`, in order."""
    return [parse_month(label, last.zone, last.last_day) for label in labels_up_to(last.label, count)]


def is_running(period: Period) -> bool:
    """Whether the period is not over."""
    return period.last_day >= _today(period.zone)


def _today(zone: str) -> dt.date:
    return dt.datetime.now(ZoneInfo(zone)).date()


def read_span(
    session: Session, scheme: LoadedRubric, period: Period, *, by: Scope = "agent", as_of: dt.date | None = None,
    with_words: bool = True, with_hashes: bool = False, ignore_ledger: bool = False,
) -> Span:  # fmt: skip
    """A month as sealed, or else computed; a quarter or year made of its months, as the rubric says.

    as_of: the last day that counts, in a period that is not over; such a month is computed even if it is sealed, and
    of a quarter or year the months that are over by then count. Raises ProblemsFound for what stops it.
    """
    if length_of(period.label) == "month":
        return _read_month(session, scheme, period, by, as_of, with_words, with_hashes, ignore_ledger)
    months = [
        month for month in list_months(period) if not is_running(month) and (as_of is None or month.last_day <= as_of)
    ]
    scheme = _find_scheme(session, scheme, months, ignore_ledger)
    if scheme.rubric.rollup.method == "pooled":
        scored = score_period(
            session, scheme, period, by=by, as_of=as_of, with_words=with_words, with_hashes=with_hashes
        )
        return Span(_record_pooled(scheme, period, scored), (scored.measured,))
    return _roll_span(session, scheme, period, months, by, as_of, with_hashes, ignore_ledger)


def simulate_span(
    session: Session, before: LoadedRubric, after: LoadedRubric, period: Period, as_of: dt.date | None = None
) -> Simulation:
    """One period under two rubrics, all of it computed from today's files. Raises ProblemsFound for what stops it."""
    if length_of(period.label) == "month":
        found = simulate_period(session, before, after, period, as_of)
        return Simulation(found.before, found.after, found.comparison, found.measured.problems)
    first, second = (
        read_span(session, scheme, period, as_of=as_of, with_words=False, ignore_ledger=True)
        for scheme in (before, after)
    )
    tables = first.record.agents.table, second.record.agents.table
    return Simulation(*tables, compare_tables(*tables), tuple(dict.fromkeys([*first.problems, *second.problems])))


def _read_month(
    session: Session, scheme: LoadedRubric, month: Period, by: Scope, as_of: dt.date | None, with_words: bool,
    with_hashes: bool, ignore_ledger: bool,
) -> Span:  # fmt: skip
    sealed = None if ignore_ledger or as_of else find_sealed(session, month.label)
    if sealed is not None and by != "shop":
        later = _tell_later_exemptions(session, [sealed], by)
        told = (*_tell_other_rubric(sealed, scheme), *later)
        return Span(_change_tables(_of_scope(session, sealed, by), warnings=told), later=later)
    scored = score_period(session, scheme, month, by=by, as_of=as_of, with_words=with_words, with_hashes=with_hashes)
    record = PeriodRecord(month.label, (month.label,), "open", scheme, scored.sheet)
    if sealed is not None:
        record = _change_tables(record, warnings=_tell_unsealed_shop([month.label]))
    return Span(record, (scored.measured,))


def _roll_span(
    session: Session, scheme: LoadedRubric, period: Period, months: Sequence[Period], by: Scope,
    as_of: dt.date | None, with_hashes: bool, ignore_ledger: bool,
) -> Span:  # fmt: skip
    if not months:
        raise ProblemsFound([_explain_none_over(period, as_of)])
    records: list[PeriodRecord] = []
    measured: list[Measured] = []
    absent: list[str] = []
    bounds = _Bounds()
    shops: list[str] = []
    closed: list[PeriodRecord] = []
    for month in months:
        sealed = None if ignore_ledger else find_sealed(session, month.label)
        if sealed is not None and by != "shop":
            closed.append(sealed)
            records.append(_of_scope(session, sealed, by))
            continue
        if bounds.excludes(month):
            absent.append(month.label)
            continue
        try:
            hashes = with_hashes and not measured  # of the same files each time
            scored = score_period(session, scheme, month, by=by, with_words=False, with_hashes=hashes)
        except NothingInPeriod as nothing:
            bounds.begins, (problem,) = nothing.begins, nothing.problems
            absent.append(month.label)
            continue
        shops += [month.label] if sealed else []
        records.append(PeriodRecord(month.label, (month.label,), "open", scheme, scored.sheet))
        measured.append(scored.measured)
    if not records:
        raise ProblemsFound([replace(problem, message=f"no rows in any month of {period.label} that is over")])
    rolled = roll_up(History(tuple(records), tuple(absent)), scheme, period, as_of)
    later = _tell_later_exemptions(session, closed, by)
    told = (*later, *(_tell_unsealed_shop(shops) if shops else ()))
    return Span(_change_tables(rolled, warnings=told), tuple(measured), later)


def _explain_none_over(period: Period, as_of: dt.date | None) -> Problem:
    by = f" by {as_of}" if as_of else ""
    first = list_months(period)[0].label
    return Problem(
        "rollup-no-month", f"no month of {period.label} is over{by}, and {period.label} is the mean of its months",
        hint=f"ask for a month that has begun, such as --month {first}",
    )  # fmt: skip


def load_history(
    session: Session, scheme: LoadedRubric, months: Iterable[Period], *, with_teams: bool = False,
    with_words: bool = False, ignore_ledger: bool = False,
) -> History:  # fmt: skip
    """Each month that is over and has data; raises ProblemsFound for what stops one of them.

    with_teams: months that are computed score teams, too, which reads the sources once more; sealed ones have them.
    with_words: reasons on the cards of those. ignore_ledger: compute sealed months, too, as another rubric would.
    """
    bounds = _Bounds()
    listed = list(months)
    found = {
        month.label: _read_or_compute(session, scheme, month, bounds, with_teams, with_words, ignore_ledger)
        for month in reversed(listed)  # the first without data tells that those before it have none
    }
    return _list_found([month.label for month in listed], found)


def _read_or_compute(
    session: Session, scheme: LoadedRubric, month: Period, bounds: _Bounds, with_teams: bool, with_words: bool,
    ignore_ledger: bool,
) -> PeriodRecord | None:  # fmt: skip
    """The month as sealed, or else computed; null where it has no data, or is not over."""
    sealed = None if ignore_ledger else find_sealed(session, month.label)
    if sealed is not None or is_running(month) or bounds.excludes(month):
        return sealed
    try:
        scored = score_period(session, scheme, month, with_words=with_words)
    except NothingInPeriod as nothing:
        bounds.begins = nothing.begins
        return None
    teams = score_teams(session, scheme, month) if with_teams else None
    return PeriodRecord(month.label, (month.label,), "open", scheme, scored.sheet, teams)


def _list_found(labels: Sequence[str], found: Mapping[str, PeriodRecord | None]) -> History:
    known = {label: found[label] for label in labels}
    return History(
        tuple(record for record in known.values() if record),
        tuple(label for label, record in known.items() if record is None),
    )


def find_sealed(session: Session, label: str) -> PeriodRecord | None:
    """The month as the ledger has it, its tables saying so; null where it is not sealed.

    Raises ProblemsFound for a damaged one.
    """
    record = read_month(session.workspace.ledger, label)
    return None if record is None else _tell_sealed(record)


def _find_scheme(
    session: Session, scheme: LoadedRubric, months: Sequence[Period], ignore_ledger: bool
) -> LoadedRubric:  # fmt: skip
    """What a quarter or year is graded by: what its last month was sealed with; until it is, today's scheme."""
    sealed = find_sealed(session, months[-1].label) if months and not ignore_ledger else None
    return sealed.scheme if sealed else scheme


def score_teams(
    session: Session, scheme: LoadedRubric, period: Period, as_of: dt.date | None = None, *, with_words: bool = False
) -> ScoreSheet | None:
    """The period by team, from today's files; null where nobody is in one. Raises ProblemsFound for what stops it."""
    try:
        return score_period(session, scheme, period, by="team", as_of=as_of, with_words=with_words).sheet
    except ProblemsFound as found:
        if any(problem.code != _NO_TEAMS for problem in found.problems):
            raise
        return None


def _record_pooled(
    scheme: LoadedRubric, period: Period, scored: ScoredPeriod, teams: ScoreSheet | None = None
) -> PeriodRecord:
    labels = tuple(month.label for month in list_months(period))
    record = PeriodRecord(period.label, labels, "open", scheme, scored.sheet, teams)
    return _change_tables(record, record=(words("rollup-pooled"),), rollup="pooled")


def _of_scope(session: Session, sealed: PeriodRecord, by: Scope) -> PeriodRecord:
    """A sealed month whose `agents` are the teams where these are asked for; raises ProblemsFound without any."""
    if by == "agent":
        return sealed
    check_scope(session.roster, by)
    if sealed.first_teams is None or sealed.teams is None:
        said = f"nobody was in a team when {sealed.label} was sealed"
        raise ProblemsFound([Problem(_NO_TEAMS, said, hint="--fresh scores the teams of today's roster")])
    adjusted = tuple(replace(one, agents=one.teams or one.agents, teams=None) for one in sealed.adjustments)
    return replace(sealed, first=sealed.first_teams, first_teams=None, adjustments=adjusted)


def _tell_sealed(record: PeriodRecord) -> PeriodRecord:
    """The month with what the ledger says of it on its tables, and on its cards how they stood before."""
    said = [words("sealed-on", date=record.sealed_on)]
    for one in record.adjustments:
        said.append(words("adjusted-on", date=one.dated, reason=one.reason, approved_by=one.approved_by))

    def adjust(one: Adjustment) -> Adjustment:
        teams = one.teams and record.first_teams and _tell_originals(one.teams, record.first_teams)
        return replace(one, agents=_tell_originals(one.agents, record.first), teams=teams)

    told = replace(record, adjustments=tuple(map(adjust, record.adjustments)))
    return _change_tables(told, record=tuple(said))


def _tell_originals(sheet: ScoreSheet, first: ScoreSheet) -> ScoreSheet:
    standings = {card.agent.agent_id: card.standing for card in first.table.cards}
    cards = tuple(
        card if (then := standings.get(card.agent.agent_id, Standing())) == card.standing
        else replace(card, original=then)
        for card in sheet.table.cards
    )  # fmt: skip
    return replace(sheet, table=replace(sheet.table, cards=cards))


def _tell_other_rubric(sealed: PeriodRecord, scheme: LoadedRubric) -> tuple[Words, ...]:
    then, now = (f"{one.rubric.name} {one.rubric.version}" for one in (sealed.scheme, scheme))
    return () if then == now else (words("sealed-by-other-rubric", month=sealed.label, sealed=then, now=now),)


def _tell_later_exemptions(session: Session, sealed: Sequence[PeriodRecord], by: Scope) -> tuple[Words, ...]:
    """For each sealed month, the exemptions in force that it was sealed without; of teams there are none."""
    workspace = session.workspace
    path = find_exemptions(workspace)
    if by != "agent" or not path.is_file():
        return ()
    told: list[Words] = []
    for month in sealed:
        period = parse_label(month.label, workspace.content.zone)
        copies = [folder / EXEMPTIONS for folder in list_versions(workspace.ledger, month.label)]
        try:
            later = find_later(path, show_path(path), copies[-1], period) if copies else []
        except (OSError, ProblemsFound):
            return (words("exemptions-unreadable", file=path.name, months=name_months([one.label for one in sealed])),)
        if later := _drop_unseen(session, month.scheme, period, later):
            numbers = ", ".join(f"{one.number}" for one in later)
            told.append(words("exemptions-after-sealing", month=month.label, number=numbers, count=Number(len(later))))
    return tuple(told)


def _drop_unseen(
    session: Session, scheme: LoadedRubric, period: Period, exemptions: Sequence[Exemption]
) -> list[Exemption]:
    """Without those that say no days and none of whose rows is of the period, or can be read today."""
    undated = tuple(one for one in exemptions if one.days is None)
    if not undated:
        return list(exemptions)
    try:
        plan = plan_measuring(session, [scheme], "agent")
        sightings = find_sightings(undated, plan.schemes, plan.opened, session.engine, period.zone)
        exempting = Exempting(undated, plan.schemes[0], plan.opened, period, period, sightings)
        seen = [one for one in undated if exempting.is_seen(one)]
    except ProblemsFound:
        seen = []
    return [one for one in exemptions if one not in undated or one in seen]


def _tell_unsealed_shop(labels: Sequence[str]) -> tuple[Words, ...]:
    return (words("shop-not-sealed", months=name_months(labels)),)


def _change_tables(of: PeriodRecord, *, warnings: tuple[Words, ...] = (), **changes: Any) -> PeriodRecord:
    """A record with this said on each of its tables, the warnings after those that they have."""

    def change(sheet: ScoreSheet) -> ScoreSheet:
        table = replace(sheet.table, warnings=(*sheet.table.warnings, *warnings), **changes)
        return replace(sheet, table=table)

    return replace(
        of, first=change(of.first), first_teams=of.first_teams and change(of.first_teams),
        adjustments=tuple(
            replace(one, agents=change(one.agents), teams=one.teams and change(one.teams)) for one in of.adjustments
        ),
    )  # fmt: skip
