"""Plans for one agent or a team: scores, ledger and rows brought together for `csperf.scoring.coaching`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from csperf.engines.base import Lens, SourceResult
from csperf.feeding import ORDER_AGENTS
from csperf.months import find_sealed, load_history
from csperf.period import Period, labels_up_to, parse_month
from csperf.pipeline import Measured, choose_cards, find_card, score_period
from csperf.planning import Plan, plan_measuring
from csperf.problems import Problem
from csperf.pseudonyms import without_people
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import WEEKDAY, Aggregate, Measure
from csperf.scoring.cards import Scorecard, ScoreTable
from csperf.scoring.coaching import (
    AgentPlan,
    Field,
    Loss,
    Rows,
    TeamPlan,
    Topic,
    can_split,
    choose_lessons,
    count_topics,
    find_common,
    find_losses,
    find_strengths,
    follow_losses,
    join_rows,
    judge_need,
    list_lessons,
    locate_loss,
    split_term,
)
from csperf.scoring.history import PeriodRecord, Record, ScoreSheet
from csperf.scoring.rules import Find, find_met
from csperf.session import Session, collect

SPLITS: dict[str, tuple[str, ...]] = {
    "tickets": ("category", "channel", "priority", "complexity", "group", WEEKDAY),
    "surveys": ("category", "channel", WEEKDAY),
    "complaints": ("cause", WEEKDAY),
    "qa_reviews": ("criterion", "kind"),
    "events": ("category", "kind"),
    "messages": (WEEKDAY,),
    "orders": ("channel", "fulfilment"),
    "returns": ("reason", "kind"),
    "activities": ("topic", "kind"),
    "tasks": ("kind",),
}
"""Table → what the rows behind an indicator are told apart by, where a source has it."""
_TOPICS = (
    Aggregate("complaints", "count", "opened_at", split_by="cause"),
    Aggregate("events", "count", "occurred_at", where="kind <> 'praise'", split_by="kind"),
    Aggregate("events", "count", "occurred_at", where="kind <> 'praise'", split_by="category"),
)


@dataclass(frozen=True)
class Coaching:
    """Plans for the month that a table is of. is_sealed: whether its scores are from the ledger.

    team: what the agents' team has in common, where a team was asked for. problems: the rows set aside in scoring.
    """

    table: ScoreTable
    is_sealed: bool
    scheme: LoadedRubric
    plans: tuple[AgentPlan, ...]
    team: TeamPlan | None = None
    problems: tuple[Problem, ...] = ()


def plan_agent(
    session: Session, scheme: LoadedRubric, period: Period, agent: str, *,
    as_of: dt.date | None = None, ignore_ledger: bool = False,
) -> Coaching:  # fmt: skip
    """One agent's plan for a month, which names nobody else; raises ProblemsFound, for an unknown agent too."""
    month = _open_month(session, scheme, period, as_of, ignore_ledger)
    card = find_card(month.sheet.table, session.roster, agent)
    (plan,), _ = _make_plans(month, [card])
    table = month.sheet.table
    table = replace(table, warnings=without_people(table.warnings), record=without_people(table.record))
    return Coaching(table, month.record == "sealed", month.scheme, (plan,), None, month.problems)


def plan_team(
    session: Session, scheme: LoadedRubric, period: Period, team: str, *,
    as_of: dt.date | None = None, ignore_ledger: bool = False,
) -> Coaching:  # fmt: skip
    """The plan of each member, and what they have in common; raises ProblemsFound, for an unknown team too."""
    month = _open_month(session, scheme, period, as_of, ignore_ledger)
    cards = choose_cards(month.sheet.table, session.roster, teams=[team])
    plans, topics = _make_plans(month, cards, with_topics=True)
    members = {card.agent.agent_id for card in cards}
    record = PeriodRecord(period.label, (period.label,), month.record, month.scheme, month.sheet)
    met = find_met(month.scheme.rubric.coaching, record, month.find)
    listed = tuple(one for one in met if one.agent.agent_id in members)
    common = TeamPlan(team, find_common(plans), tuple(list_lessons(plans)), topics, listed)
    return Coaching(month.sheet.table, month.record == "sealed", month.scheme, plans, common, month.problems)


@dataclass(frozen=True)
class _Month:
    """A month's scores, what its rows are read again with, and how other months are found."""

    session: Session
    period: Period
    scheme: LoadedRubric
    sheet: ScoreSheet
    record: Record
    plan: Plan
    lens: Lens
    find: Find
    problems: tuple[Problem, ...] = ()

    @property
    def measures(self) -> Mapping[str, Measure]:
        """The measures, their terms seeing the sources that can feed them."""
        return self.plan.schemes[0].measures


def _open_month(
    session: Session, scheme: LoadedRubric, period: Period, as_of: dt.date | None, ignore_ledger: bool
) -> _Month:
    sealed = None if ignore_ledger else find_sealed(session, period.label)
    used = sealed.scheme if sealed else scheme

    @cache
    def find(label: str) -> PeriodRecord | None:
        other = parse_month(label, period.zone, period.first_day)
        return load_history(session, used, [other], ignore_ledger=ignore_ledger).find(label)

    if sealed is not None:
        plan = plan_measuring(session, [used], "agent")
        lens = Lens(period, session.roster.resolve, session.calendar, None, plan.opened.get(ORDER_AGENTS))
        return _Month(session, period, used, sealed.agents, "sealed", plan, lens, find)
    scored = score_period(session, used, period, as_of=as_of, with_words=False)
    measured: Measured = scored.measured
    return _Month(session, period, used, scored.sheet, "open", measured.plan, measured.lens, find, measured.problems)


def _make_plans(
    month: _Month, cards: Sequence[Scorecard], with_topics: bool = False
) -> tuple[tuple[AgentPlan, ...], tuple[Topic, ...]]:
    """(the cards' plans, what their complaints and events are about)."""
    field, rubric = Field(month.scheme, month.sheet), month.scheme.rubric
    losses = {card.agent.agent_id: find_losses(field, card) for card in cards}
    columns = _find_columns(month, losses.values())
    topics = [term for term in _TOPICS if with_topics and term.table in month.session.sources_by_table]
    found = _measure_again(month, columns, topics)
    rows = {name: _join(month.measures[name], split, found) for name, split in columns.items()}
    before = month.find(labels_up_to(month.period.label, 2)[0])
    plans = []
    for card in cards:
        placed = tuple(
            locate_loss(field, card, loss, rows.get(loss.line.name)) if loss.is_weak else loss
            for loss in losses[card.agent.agent_id]
        )
        strengths, lessons = find_strengths(field, card), choose_lessons(rubric, placed)
        need = judge_need(rubric, card.dimensions) if card.score is not None else None
        plan = AgentPlan(card, strengths, placed, lessons, need)
        plans.append(_look_back(plan, before))
    members = [card.agent.agent_id for card in cards]
    counted = (
        count_topics(term.table, term.split_by, found[term.table].parts[term], members)
        for term in topics
        if term.split_by and term in found[term.table].parts
    )
    return tuple(plans), tuple(topic for each in counted for topic in each)


def _look_back(plan: AgentPlan, before: PeriodRecord | None) -> AgentPlan:
    """The plan with what has become of the weaknesses of the month before."""
    cards = before.agents.table.cards if before else ()
    card = next((card for card in cards if card.agent.agent_id == plan.card.agent.agent_id), None)
    if before is None or card is None or card.score is None:
        return plan
    losses = find_losses(Field(before.scheme, before.agents), card)
    return replace(plan, since=before.label, steps=follow_losses(losses, plan.card))


def _find_columns(month: _Month, losses: Iterable[Sequence[Loss]]) -> dict[str, list[str]]:
    """Weak indicator → the columns that its rows can be told apart by."""
    weak = dict.fromkeys(loss.line.name for each in losses for loss in each if loss.is_weak)
    found = {}
    for name in weak:
        measure = month.measures[name]
        if not can_split(measure) or any(
            term not in month.plan.aggregates.get(term.table, ()) for term in measure.terms
        ):
            continue
        raw = month.plan.opened[measure.terms[0].table]
        columns = SPLITS.get(measure.terms[0].table, ())
        if there := [column for column in columns if column == WEEKDAY or raw.has(column)]:
            found[name] = there
    return found


def _measure_again(
    month: _Month, columns: Mapping[str, Sequence[str]], topics: Sequence[Aggregate]
) -> Mapping[str, SourceResult]:
    """By table: the indicators' terms whole and split, and the topics, in one pass over each table."""
    asked: dict[str, dict[Aggregate, None]] = {}
    for name, there in columns.items():
        for term in month.measures[name].terms:
            split = [split_term(term, column) for column in there]
            asked.setdefault(term.table, {}).update(dict.fromkeys([term, *split]))
    opened = dict(month.plan.opened)
    opened |= month.session.open_tables({term.table for term in topics} - opened.keys())
    for term in topics:
        if opened[term.table].has(term.split_by or ""):
            asked.setdefault(term.table, {})[term] = None
        else:
            asked.setdefault(term.table, {})
    engine = month.session.engine
    return collect(
        {table: opened[table] for table in asked},
        lambda raw: engine.measure_source(raw, list(asked[raw.contract.table]), month.lens),
    )


def _join(measure: Measure, columns: Sequence[str], found: Mapping[str, SourceResult]) -> Rows:
    result = found[measure.terms[0].table]
    return join_rows(measure, columns, result.results, result.parts)
