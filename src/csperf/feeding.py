"""Which measures some sources can feed, and what the others lack."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from csperf.engines.base import Engine
from csperf.exports.reader import RawTable
from csperf.people import Scope
from csperf.rubric.measures import Aggregate, Measure
from csperf.tables.kinds import EVERYONE

ORDER_AGENTS = "order_agents"
"""The table that says who served which order."""


@dataclass(frozen=True)
class Feeding:
    """fed: the measures that can be computed. lacking: of each other one, the tables (`surveys`) and columns
    (`tickets.rating`) without which it cannot."""

    fed: tuple[str, ...]
    lacking: Mapping[str, tuple[str, ...]]


def find_feedable(
    measures: Mapping[str, Measure], opened: Mapping[str, Sequence[RawTable]], engine: Engine, by: Scope = "agent"
) -> Feeding:
    """What can be computed by agent, team or shop from the opened sources of each table, by their columns alone.

    A measure takes all that it needs of a table from one source. measures holds the parts of each as well.
    """
    lacking = {name: tuple(_list_lacking(measures, name, opened, engine, by)) for name in measures}
    return Feeding(
        tuple(name for name, absent in lacking.items() if not absent),
        {name: absent for name, absent in lacking.items() if absent},
    )


def columns_of(engine: Engine, term: Aggregate, raw: RawTable, by: Scope) -> set[str]:
    """The stored columns without which an aggregate cannot be computed; whose a row is, is nothing to the shop."""
    names = {term.at, *engine.columns_of(term)} - set(term.optional)
    if by != "shop" and term.agent != EVERYONE and not (term.agent == raw.contract.agent and raw.lacks_agents):
        names.add(term.agent)
    return raw.contract.sources_of(names)


def is_nobodys(term: Aggregate, raw: RawTable, opened: Container[str]) -> bool:
    """Whether nothing says whose the rows are: neither they themselves nor order_agents among the opened tables."""
    is_told = raw.is_credited_by_order and ORDER_AGENTS in opened
    return term.agent == raw.contract.agent and raw.lacks_agents and not is_told


def _list_lacking(
    measures: Mapping[str, Measure], name: str, opened: Mapping[str, Sequence[RawTable]], engine: Engine, by: Scope
) -> dict[str, None]:
    found: dict[str, None] = {}
    measure = measures[name]
    for part in measure.parts:
        found |= _list_lacking(measures, part, opened, engine, by)
    for table in dict.fromkeys(term.table for term in measure.terms):
        terms = [term for term in measure.terms if term.table == table]
        choices = [_list_absent(terms, raw, opened, engine, by) for raw in opened.get(table, ())]
        fewest: list[str] = min(choices, key=len, default=[table])
        found |= dict.fromkeys(fewest)
    return found


def _list_absent(
    terms: Sequence[Aggregate], raw: RawTable, opened: Container[str], engine: Engine, by: Scope
) -> list[str]:
    names = set[str]().union(*(columns_of(engine, term, raw, by) for term in terms))
    absent = [f"{raw.contract.table}.{name}" for name in sorted(names) if not raw.has(name)]
    is_told = by == "shop" or not any(is_nobodys(term, raw, opened) for term in terms)
    return absent if is_told else [*absent, ORDER_AGENTS]
