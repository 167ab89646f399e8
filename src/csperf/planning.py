"""What has to be read for some rubrics: which sources, what of each, and what cannot be had."""

from __future__ import annotations

from collections.abc import Iterable, KeysView, Mapping, Sequence
from dataclasses import dataclass

from csperf.engines.base import Engine
from csperf.exports.reader import RawTable
from csperf.people import Scope
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import Words, words
from csperf.session import Session
from csperf.tables.kinds import EVERYONE

ORDER_AGENTS, WORKTIME = "order_agents", "worktime"
LEAVE_HOURS = "leave_hours"
LEAVE = tuple(Aggregate(WORKTIME, "sum", "date", value=column) for column in ("hours", LEAVE_HOURS))
"""Worked hours and hours of leave: what worked time says of presence."""


@dataclass(frozen=True)
class Plan:
    """The opened sources and what to compute of each, both by table. warnings: what cannot be measured, and why."""

    opened: Mapping[str, RawTable]
    aggregates: Mapping[str, Sequence[Aggregate]]
    warnings: tuple[Words, ...]


def plan_measuring(session: Session, schemes: Sequence[LoadedRubric], by: Scope) -> Plan:
    """All that the rubrics' measures need of the workspace's sources; raises ProblemsFound for files that do not open.

    Worked time is planned wherever it says who was on leave.
    """
    opened = _open_sources(session, terms_of(schemes))
    plans: dict[str, dict[Aggregate, None]] = {table: {} for table in opened}
    lacking: dict[str, list[str]] = {}
    missing: dict[tuple[str, str], list[str]] = {}
    nobodys: dict[str, list[str]] = {}
    for measure in (measure for scheme in schemes for measure in scheme.measures.values()):
        for term in measure.terms:
            if term.table not in opened:
                lacking.setdefault(term.table, []).append(measure.name)
                continue
            raw = opened[term.table]
            absent = sorted(name for name in _columns_of(session.engine, term, raw) if not raw.has(name))
            for name in absent:
                missing.setdefault((raw.name, name), []).append(measure.name)
            if by != "shop" and _is_nobodys(term, raw, opened):
                nobodys.setdefault(raw.name, []).append(measure.name)
            elif not absent:
                plans[term.table][term] = None
    if _says_leave(opened):
        plans[WORKTIME] |= dict.fromkeys(LEAVE)
    warnings = [words("source-missing", table=table, measures=_listing(names)) for table, names in lacking.items()]
    warnings += [
        words("column-missing", source=source, column=column, measures=_listing(names))
        for (source, column), names in missing.items()
    ]
    warnings += [words("nobody-named", source=source, measures=_listing(names)) for source, names in nobodys.items()]
    return Plan(opened, {table: list(plan) for table, plan in plans.items()}, tuple(warnings))


def terms_of(schemes: Sequence[LoadedRubric]) -> KeysView[Aggregate]:
    """All that the rubrics' measures are made of, in their order."""
    measures = (measure for scheme in schemes for measure in scheme.measures.values())
    return dict.fromkeys(term for measure in measures for term in measure.terms).keys()


def _open_sources(session: Session, terms: Iterable[Aggregate]) -> dict[str, RawTable]:
    asked = dict.fromkeys(term.table for term in terms)
    here = [table for table in dict.fromkeys([*asked, WORKTIME]) if table in session.sources_by_table]
    opened = session.open_sources(here)
    if WORKTIME not in asked and not _says_leave(opened):
        opened.pop(WORKTIME, None)
    if ORDER_AGENTS in session.sources_by_table and any(raw.is_credited_by_order for raw in opened.values()):
        opened.setdefault(ORDER_AGENTS, session.open_source(ORDER_AGENTS))
    return opened


def _says_leave(opened: Mapping[str, RawTable]) -> bool:
    return WORKTIME in opened and opened[WORKTIME].has(LEAVE_HOURS)


def _is_nobodys(term: Aggregate, raw: RawTable, opened: Mapping[str, RawTable]) -> bool:
    """Whether nothing says whose the rows are: neither they themselves nor order_agents."""
    is_told = raw.is_credited_by_order and ORDER_AGENTS in opened
    return term.agent == raw.contract.agent and raw.lacks_agents and not is_told


def _columns_of(engine: Engine, term: Aggregate, raw: RawTable) -> set[str]:
    """The stored columns without which an aggregate cannot be computed."""
    names = {term.at, *engine.columns_of(term)} - set(term.optional)
    if term.agent != EVERYONE and not (term.agent == raw.contract.agent and raw.lacks_agents):
        names.add(term.agent)
    return raw.contract.sources_of(names)


def _listing(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
