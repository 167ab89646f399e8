"""Exemptions at work in one period: what has to be measured beside, what they change, and which change nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from csperf.engines.base import Engine
from csperf.exemptions import Exemption
from csperf.exports.reader import RawTable
from csperf.period import Period
from csperf.problems import nearest
from csperf.render.words import agent_label
from csperf.roster import Roster, normalise_name
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate, LeftOut, with_parts
from csperf.scoring.cards import Agent, AggregateResult, Number, Scorecard, Title, Words, words
from csperf.scoring.contest import Relief
from csperf.scoring.figures import format_number
from csperf.scoring.measurements import Results, finish_measurements
from csperf.tables.kinds import EVERYONE

Days = frozenset[dt.date]
Sightings = Mapping[tuple[str, str, str], Mapping[str, Days]]
"""By table, time column and column of ids: those ids of exemptions that some row has, with the days of the rows."""

_NOTHING = AggregateResult(Fraction(0))


def find_sightings(
    exemptions: Collection[Exemption], schemes: Sequence[LoadedRubric], opened: Mapping[str, RawTable], engine: Engine,
    zone: str,
) -> Sightings:  # fmt: skip
    """Where the ids that exemptions name are found in the tables behind their indicators."""
    wanted: dict[tuple[str, str, str], dict[str, None]] = {}
    for exemption in exemptions:
        for scheme in schemes:
            for term in _list_terms(scheme, exemption.indicator, opened):
                for column in _list_columns(exemption, term, opened):
                    values = wanted.setdefault((term.table, term.at, column), {})
                    values.update(dict.fromkeys(exemption.ids[column]))
    return {
        (table, at, column): engine.find_days(opened[table], column, at, list(values), zone)
        for (table, at, column), values in wanted.items()
    }


@dataclass(frozen=True)
class Exempting:
    """Exemptions with one rubric in one period.

    opened: the tables that are read. span: the part of the period that counts.
    """

    exemptions: tuple[Exemption, ...]
    scheme: LoadedRubric
    opened: Mapping[str, RawTable]
    period: Period
    span: Period
    sightings: Sightings

    def list_terms(self) -> Iterator[Aggregate]:
        """What has to be measured beside: how many rows each exemption is about, and indicators without their rows."""
        for exemption in self.exemptions:
            for term in self._terms_of(exemption):
                if self._reaches(exemption, term):
                    yield from self._count(exemption, term)
        for exemptions in self._groups.values():
            for term in self._terms_of(exemptions[0]):
                yield self._leave_out(term, exemptions)

    def exempt_term(self, term: Aggregate, agent_id: str, indicator: str) -> Aggregate:
        """A term of an indicator as it counts for an agent."""
        return self._leave_out(term, self._groups.get((agent_id, indicator), ()))

    def find_reliefs(self, results: Results, agents: Iterable[Agent]) -> dict[tuple[str, str], Relief]:
        """What is done for whom, by agent_id and indicator: only where something is."""
        reliefs: dict[tuple[str, str], Relief] = {}
        by_id = {agent.agent_id: agent for agent in agents}
        for key, exemptions in self._groups.items():
            if key[0] in by_id and any(self._count_rows(one, results) for one in exemptions):
                without = {
                    name: replace(one, terms=tuple(self._leave_out(term, exemptions) for term in one.terms))
                    for name, one in with_parts(self.scheme.measures, key[1]).items()
                }
                found = finish_measurements(without, results, [by_id[key[0]]])
                reliefs[key] = Relief({name: measured for (_, name), measured in found.items()})
        for one in self._restoring:
            if one.agent_id in by_id:
                relief = reliefs.get(one.key, Relief())
                reliefs[one.key] = replace(relief, restored=(*relief.restored, (one.given, one.entry.reason)))
        return reliefs

    def grant(self, cards: Sequence[Scorecard], plain: Sequence[Scorecard], results: Results) -> tuple[Scorecard, ...]:
        """The cards with what was exempted, and how they stand without; plain: the cards without any exemption."""
        before = {card.agent.agent_id: card for card in plain}
        return tuple(
            replace(card, exemptions=said, unexempted=before[card.agent.agent_id].standing)
            if (said := tuple(self._tell(card, before[card.agent.agent_id], results))) else card
            for card in cards
        )  # fmt: skip

    def list_warnings(self, plain: Sequence[Scorecard], results: Results, roster: Roster) -> Iterator[Words]:
        """Exemptions that are about this period and change nothing, and why; ids that no row has.

        plain: the cards without any exemption.
        """
        cards = {card.agent.agent_id: card for card in plain}
        for one in self.exemptions:
            rows = self._count_rows(one, results)
            is_about = rows > 0 or self._is_about(one)
            if not one.covers(self.period):
                if rows or (one.days and is_about):
                    yield one.say("expired", until=f"{one.entry.until}")
            elif is_about:
                if one.entry.approved_by is None:
                    yield one.say("unapproved")
                doubts = [*self._doubt_agent(one, cards, roster), *self._doubt_indicator(one)]
                yield from doubts
                if not doubts and one.entry.approved_by is not None:
                    yield from self._doubt(one, rows, cards)

    def is_seen(self, one: Exemption) -> bool:
        """Whether its indicator has rows that it names, on days that count."""
        return any(self._reaches(one, term) for term in self._terms_of(one))

    def _doubt_agent(self, one: Exemption, cards: Mapping[str, Scorecard], roster: Roster) -> Iterator[Words]:
        if one.agent_id not in cards and roster.members and one.agent_id not in roster.members:
            near = ", ".join(agent_label(agent, "en") for agent in roster.find_near(one.entry.agent))
            yield one.say("unknown-agent-near", near=near) if near else one.say("unknown-agent")

    def _doubt_indicator(self, one: Exemption) -> Iterator[Words]:
        rubric = self.scheme.rubric
        if rubric.find_indicator(one.indicator) is not None:
            return
        names = [name for _, name, _ in rubric.indicators()]
        if titled := [name for name in names if self._has_title(name, one.indicator)]:
            yield one.say("title-for-name", name=", ".join(titled))
        elif near := nearest(one.indicator, names):
            yield one.say("unknown-indicator-near", rubric=rubric.name, name=near)
        else:
            yield one.say("unknown-indicator", rubric=rubric.name)

    def _has_title(self, name: str, said: str) -> bool:
        """Whether an indicator is called so on screen, in any language."""
        text = self._find_title(name).text
        titles = text.values() if isinstance(text, Mapping) else [text or ""]
        return normalise_name(said) in map(normalise_name, titles)

    def _doubt(self, one: Exemption, rows: int, cards: Mapping[str, Scorecard]) -> Iterator[Words]:
        """What keeps an exemption that is in force from changing anything."""
        if one.entry.points is not None:
            yield from self._doubt_points(one, cards.get(one.agent_id))
        else:
            found = self._find_days(one)
            if lacking := [column for column in one.ids if not found.keys() & set(one.ids[column])]:
                yield one.say("no-column", column=", ".join(lacking))
            if unknown := [value for value, days in found.items() if days is None]:
                yield one.say("unknown-ids", ids=", ".join(unknown))
            if not rows and (not one.ids or self._is_here(found.values())):
                code = "no-rows" if one.agent_id in cards else "no-card"
                yield one.say(code, period=self.period.label)

    def _doubt_points(self, one: Exemption, card: Scorecard | None) -> Iterator[Words]:
        if one not in self._restoring:
            yield one.say("month-only", month=str(one.days), period=self.period.label)
        elif card is None:
            yield one.say("no-card", period=self.period.label)
        else:
            line = next(line for line in card.indicators if line.name == one.indicator)
            if line.points is None:
                yield one.say("not-scored")
            elif line.points == line.max_points:
                yield one.say("full-already")

    def _tell(self, card: Scorecard, plain: Scorecard, results: Results) -> Iterator[Words]:
        """What was exempted on a card, one sentence for each exemption."""
        for one in self.exemptions:
            if one not in self._restoring and one not in self._groups.get(one.key, ()):
                continue
            if one.agent_id != card.agent.agent_id:
                continue
            said: dict[str, Any] = {
                "indicator": self._find_title(one.indicator), "why": one.entry.reason,
                "requested_by": one.entry.requested_by, "approved_by": one.entry.approved_by,
            }  # fmt: skip
            if one in self._restoring:
                if _find_points(card, one.indicator) not in (None, _find_points(plain, one.indicator)):
                    given = {} if one.given is None else {"points": Number(format_number(Fraction(one.given)))}
                    yield words("exempted-points" if given else "exempted-full", **given, **said)
            elif rows := self._count_rows(one, results):
                ids = [value for values in one.ids.values() for value in values]
                what = {"ids": ", ".join(ids)} if ids else {}
                what |= {"days": str(one.days)} if one.days else {}
                yield words("-".join(["exempted", *what]), rows=Number(rows), **what, **said)

    def _find_title(self, name: str) -> Title:
        indicator = self.scheme.rubric.find_indicator(name)
        return Title(name, (indicator.title if indicator else None) or self.scheme.measures[name].title)

    @cached_property
    def _groups(self) -> dict[tuple[str, str], list[Exemption]]:
        """Those in force that leave rows out, by agent and indicator."""
        groups: dict[tuple[str, str], list[Exemption]] = {}
        for one in self.exemptions:
            if one.is_in_force(self.period) and any(self._reaches(one, term) for term in self._terms_of(one)):
                groups.setdefault(one.key, []).append(one)
        return groups

    @cached_property
    def _restoring(self) -> list[Exemption]:
        """Those in force that give points back in this very month."""
        return [
            one for one in self.exemptions
            if one.entry.points is not None and one.days and one.days.month == self.period.label
            and one.is_in_force(self.period) and self.scheme.rubric.find_indicator(one.indicator)
        ]  # fmt: skip

    def _terms_of(self, one: Exemption) -> list[Aggregate]:
        """What the rows are counted by that it may leave out; nothing where it gives points back."""
        return _list_terms(self.scheme, one.indicator, self.opened) if one.entry.points is None else []

    def _reaches(self, one: Exemption, term: Aggregate) -> bool:
        """Whether a term may see rows that it is about: by the days alone, or some row has one of its ids in them."""
        span = self.span.window(term.window_days) if term.window_days else self.span
        if one.days is not None and not one.days.touches(span):
            return False
        if not one.ids:
            return True
        columns = _list_columns(one, term, self.opened)
        found = (self._sighted(one, term, column) for column in columns)
        return any(span.first_day <= day <= span.last_day and (one.days is None or one.days.has(day))
                   for each in found for days in each.values() for day in days or ())  # fmt: skip

    def _leave_out(self, term: Aggregate, exemptions: Iterable[Exemption]) -> Aggregate:
        parts = {
            LeftOut(
                tuple((column, one.ids[column]) for column in _list_columns(one, term, self.opened)),
                (one.days.first, one.days.last) if one.days else None,
            ): None
            for one in exemptions if self._reaches(one, term)
        }  # fmt: skip
        return replace(term, left_out=tuple(parts))

    def _count(self, one: Exemption, term: Aggregate) -> tuple[Aggregate, Aggregate]:
        """The rows that a term sees, and those of them that the exemption leaves."""
        every = Aggregate(
            term.table, "count", term.at, agent=term.agent, where=term.where, window_days=term.window_days,
            optional=term.optional, sources=term.sources,
        )  # fmt: skip
        return every, self._leave_out(every, [one])

    def _count_rows(self, one: Exemption, results: Results) -> int:
        """How many rows it leaves out, or would if it were in force; a row that two terms see counts once."""
        by_table: dict[str, int] = {}
        for term in self._terms_of(one):
            if self._reaches(one, term):
                key = EVERYONE if term.agent == EVERYONE else one.agent_id
                every, left = (results.get(each, {}).get(key, _NOTHING).value or 0 for each in self._count(one, term))
                by_table[term.table] = max(by_table.get(term.table, 0), int(every - left))
        return sum(by_table.values())

    def _sighted(self, one: Exemption, term: Aggregate, column: str) -> dict[str, Days | None]:
        found = self.sightings.get((term.table, term.at, column), {})
        return {value: found.get(value) for value in one.ids[column]}

    def _find_days(self, one: Exemption) -> dict[str, Days | None]:
        """Each id that can be looked for, with the days of its rows; None: no row has it."""
        known: dict[str, Days | None] = {}
        for term in self._terms_of(one):
            for column in _list_columns(one, term, self.opened):
                for value, days in self._sighted(one, term, column).items():
                    before = known.get(value)
                    known[value] = days if before is None else before | (days or Days())
        return known

    def _is_about(self, one: Exemption) -> bool:
        """Whether it speaks of the period; of rows without a time it does unless all of them are of another."""
        if one.days is not None:
            return one.days.touches(self.period)
        found = self._find_days(one)
        return None in found.values() or not found or self._is_here(found.values())

    def _is_here(self, found: Iterable[Days | None]) -> bool:
        first, last = self.span.first_day, self.span.last_day
        return any(first <= day <= last for days in found for day in days or ())


def _list_terms(scheme: LoadedRubric, indicator: str, opened: Mapping[str, RawTable]) -> list[Aggregate]:
    """What an indicator of the rubric is made of in the tables that are read."""
    if scheme.rubric.find_indicator(indicator) is None:
        return []
    terms = (term for measure in with_parts(scheme.measures, indicator).values() for term in measure.terms)
    return [term for term in dict.fromkeys(terms) if term.table in opened]


def _list_columns(one: Exemption, term: Aggregate, opened: Mapping[str, RawTable]) -> list[str]:
    """The columns by which a term's rows can be told to have one of its ids."""
    return [column for column in one.ids if opened[term.table].has(column)]


def _find_points(card: Scorecard, indicator: str) -> Decimal | None:
    return next(line.points for line in card.indicators if line.name == indicator)
