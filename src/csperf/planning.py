"""What has to be read for some rubrics: which sources, what of each, and what cannot be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from dataclasses import dataclass, field, replace

from csperf.engines.base import Engine
from csperf.exports.reader import RawTable
from csperf.feeding import ORDER_AGENTS, columns_of, is_nobodys
from csperf.people import Scope
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate, Measure
from csperf.scoring.cards import Words, words
from csperf.session import Session

WORKTIME = "worktime"
LEAVE_HOURS = "leave_hours"
LEAVE = tuple(Aggregate(WORKTIME, "sum", "date", value=column) for column in ("hours", LEAVE_HOURS))
"""Worked hours and hours of leave: what worked time says of presence."""


@dataclass(frozen=True)
class Plan:
    """The opened tables and what to compute of each. warnings: what cannot be measured, and why.

    schemes: the rubrics, with measures that see only the sources of a table that can feed them.
    """

    opened: Mapping[str, RawTable]
    aggregates: Mapping[str, Sequence[Aggregate]]
    schemes: Sequence[LoadedRubric]
    warnings: tuple[Words, ...]

    def with_terms(self, terms: Iterable[Aggregate]) -> Plan:
        """The same with more to compute in the same pass, of tables that are opened."""
        wanted = {table: dict.fromkeys(found) for table, found in self.aggregates.items()}
        for term in terms:
            wanted[term.table][term] = None
        return replace(self, aggregates={table: list(found) for table, found in wanted.items()})


def plan_measuring(session: Session, schemes: Sequence[LoadedRubric], by: Scope) -> Plan:
    """All that the rubrics' measures need of the workspace's sources; raises ProblemsFound for files that do not open.

    Worked time is planned wherever it says who was on leave.
    """
    opened = _open_tables(session, terms_of(schemes))
    choice = _Choice(session.engine, opened, by)
    plans: dict[str, dict[Aggregate, None]] = {table: {} for table in opened}
    chosen = [
        replace(scheme, measures={name: choice.choose_sources(measure) for name, measure in scheme.measures.items()})
        for scheme in schemes
    ]
    for term in choice.fed:
        plans[term.table][term] = None
    if _says_leave(opened):
        plans[WORKTIME] |= dict.fromkeys(LEAVE)
    return Plan(opened, {table: list(plan) for table, plan in plans.items()}, chosen, tuple(choice.list_warnings()))


@dataclass
class _Choice:
    """Which sources feed what; while choosing it notes the terms that are fed, and what is missing for which measures.

    missing: by source and column; partly: of measures that other sources of the table feed. nobodys: by source.
    """

    engine: Engine
    opened: Mapping[str, RawTable]
    by: Scope
    fed: dict[Aggregate, None] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    partly: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    nobodys: dict[str, list[str]] = field(default_factory=dict)

    def choose_sources(self, measure: Measure) -> Measure:
        """The measure, its terms seeing the sources that have all that it needs of their table."""
        return replace(measure, terms=tuple(self._choose(measure, term) for term in measure.terms))

    def _choose(self, measure: Measure, term: Aggregate) -> Aggregate:
        if term.table not in self.opened:
            self.tables.setdefault(term.table, []).append(measure.name)
            return term
        table = self.opened[term.table]
        # Both terms of a ratio come from the same sources, or cases of one would be divided by those of another.
        together = [one for one in measure.terms if one.table == term.table] if table.is_pooled else [term]
        absent = {source.name: self._list_absent(source, together) for source in table.sources}
        nobodys = [source.name for source in table.sources if any(self._is_nobodys(source, one) for one in together)]
        able = [source for source in table.sources if not absent[source.name] and source.name not in nobodys]
        if able and table.contract.is_report:
            able = [next((source for source in able if any(map(source.has, term.optional))), able[0])]
        else:
            self.nobodys.update({name: [*self.nobodys.get(name, []), measure.name] for name in nobodys})
            for name, columns in absent.items():
                for column in columns:
                    (self.partly if able else self.missing).setdefault((name, column), []).append(measure.name)
        placed = term if len(able) == len(table.sources) else replace(term, sources=tuple(one.name for one in able))
        if able:
            self.fed[placed] = None
        return placed if able else term

    def _list_absent(self, source: RawTable, terms: Iterable[Aggregate]) -> list[str]:
        needed = set[str]().union(*(columns_of(self.engine, term, source, self.by) for term in terms))
        return sorted(name for name in needed if not source.has(name))

    def _is_nobodys(self, source: RawTable, term: Aggregate) -> bool:
        return self.by != "shop" and is_nobodys(term, source, self.opened)

    def list_warnings(self) -> Iterator[Words]:
        """What cannot be measured, or not of every source."""
        for table, names in self.tables.items():
            yield words("source-missing", table=table, measures=_listing(names))
        for (source, column), names in self.missing.items():
            yield words("column-missing", source=source, column=column, measures=_listing(names))
        for (source, column), names in self.partly.items():
            yield words("column-missing-there", source=source, column=column, measures=_listing(names))
        for source, names in self.nobodys.items():
            yield words("nobody-named", source=source, measures=_listing(names))


def terms_of(schemes: Sequence[LoadedRubric]) -> KeysView[Aggregate]:
    """All that the rubrics' measures are made of, in their order."""
    measures = (measure for scheme in schemes for measure in scheme.measures.values())
    return dict.fromkeys(term for measure in measures for term in measure.terms).keys()


def _open_tables(session: Session, terms: Iterable[Aggregate]) -> dict[str, RawTable]:
    asked = dict.fromkeys(term.table for term in terms)
    here = [table for table in dict.fromkeys([*asked, WORKTIME]) if table in session.sources_by_table]
    opened = session.open_tables(here)
    if WORKTIME not in asked and not _says_leave(opened):
        opened.pop(WORKTIME, None)
    if ORDER_AGENTS in session.sources_by_table and any(raw.is_credited_by_order for raw in opened.values()):
        opened.setdefault(ORDER_AGENTS, session.open_table(ORDER_AGENTS))
    return opened


def _says_leave(opened: Mapping[str, RawTable]) -> bool:
    return WORKTIME in opened and opened[WORKTIME].has(LEAVE_HOURS)


def _listing(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
