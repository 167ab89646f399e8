"""Whether rules hold: on one card, and in several periods running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from csperf.period import labels_up_to, length_of
from csperf.rubric.consequences import Award
from csperf.rubric.quantities import Target, unit_factor, unit_kind
from csperf.scoring.cards import Agent, Number, Scorecard, Title, Words, words
from csperf.scoring.contest import Contest
from csperf.scoring.figures import format_judged, format_share
from csperf.scoring.history import PeriodRecord, ScoreSheet

Find = Callable[[str], PeriodRecord | None]
"""The record of a month, quarter or year by its label; None where there is none."""


@dataclass(frozen=True)
class Met:
    """Who meets a rule, and by what.

    periods: each period that it looked at, with what was met there, in order of time. months: those behind them.
    unsealed: those of them that are computed from today's files.
    """

    name: str
    rule: Award
    agent: Agent
    periods: tuple[tuple[str, tuple[Words, ...]], ...]
    months: tuple[str, ...]
    unsealed: tuple[str, ...]


def find_met(rules: Mapping[str, Award], record: PeriodRecord, find: Find) -> tuple[Met, ...]:
    """Who meets which of the rules on periods of this record's length, by rule and then by rank."""
    asked = [(name, rule) for name, rule in rules.items() if rule.every == length_of(record.label)]
    return tuple(met for name, rule in asked for met in _find_runs(name, rule, record, find))


def list_unsealed(record: PeriodRecord) -> tuple[str, ...]:
    """The months behind a record that are computed from today's files."""
    if record.record == "sealed" or length_of(record.label) == "month":
        return record.months if record.record == "open" else ()
    sealed = {one.label for card in record.agents.table.cards for one in card.months if one.is_sealed}
    return tuple(month for month in record.months if month not in sealed)


def check_rule(contest: Contest, card: Scorecard, rule: Award, ranked: int) -> tuple[Words, ...] | None:
    """What to say of each condition where all are met; None where one is not, or is not known.

    ranked: how many of those on the table have a rank.
    """
    if not _is_of(rule, card.agent) or (rule.running > 1 and card.score is None):
        return None
    met = [_meet(contest, card, rule, key, target) for key, target in rule.when.items()]
    met += [_meet_grade(contest, card, rule)] if rule.grades else []
    met += [_meet_top(card, rule.top.value, ranked)] if rule.top else []
    known = tuple(said for said in met if said is not None)
    return known if len(known) == len(met) else None


def _find_runs(name: str, rule: Award, last: PeriodRecord, find: Find) -> list[Met]:
    said: dict[str, list[tuple[str, tuple[Words, ...]]]] = {}
    records: list[PeriodRecord] = []
    for label in reversed(labels_up_to(last.label, rule.running)):
        record = last if label == last.label else find(label)
        now = _check_period(rule, record) if record else {}
        said = {who: [(label, reason), *said.get(who, ())] for who, reason in now.items() if who in said or not records}
        if record is None or not said:
            return []
        records.insert(0, record)
    sheet = _sheet_of(rule, last)
    assert sheet
    months = tuple(month for record in records for month in record.months)
    unsealed = tuple(month for record in records for month in list_unsealed(record))
    agents = [card.agent for card in sheet.table.cards if card.agent.agent_id in said]
    return [Met(name, rule, agent, tuple(said[agent.agent_id]), months, unsealed) for agent in agents]


def _check_period(rule: Award, record: PeriodRecord) -> dict[str, tuple[Words, ...]]:
    """Those who meet the rule in a period, and by what."""
    sheet = _sheet_of(rule, record)
    if sheet is None:
        return {}
    cards, scheme = sheet.table.cards, record.scheme
    contest = Contest(scheme.rubric, scheme.measures, sheet.measurements, tuple(card.agent for card in cards))
    ranked = sum(card.rank is not None for card in cards)
    checked = ((card.agent.agent_id, check_rule(contest, card, rule, ranked)) for card in cards)
    return {who: reason for who, reason in checked if reason is not None}


def _sheet_of(rule: Award, record: PeriodRecord) -> ScoreSheet | None:
    return record.teams if rule.of == "team" else record.agents


def _is_of(rule: Award, agent: Agent) -> bool:
    """Whether the rule is for agents and this is one, or for teams and this is one; the whole shop is neither."""
    if agent.is_unit:
        return rule.of == "team" and agent.team is not None
    return rule.of == "agent"


def _meet(contest: Contest, card: Scorecard, rule: Award, key: str, target: Target) -> Words | None:
    """What to say of a condition that is met."""
    value: Decimal | int | Fraction | None
    unit, code, parts = "", f"award-{key}", {}
    if key == "score":
        value = card.score
    elif key == "rank":
        value = card.rank
    elif key == "coverage":
        value, unit = card.coverage, "%"
    elif key in contest.rubric.dimensions:
        value = next((one.points for one in card.dimensions if one.name == key), None)
        code, parts = "award-dimension", {"dimension": Title(key, contest.rubric.dimensions[key].title)}
    elif key in contest.measures:
        found = contest.find_scored(card.agent, key)
        value = found.value if found.sample_size >= (rule.least_sample or 0) else None
        unit, code, parts = contest.measures[key].unit, "award-measure", {"measure": contest.find_title(key)}
    else:
        return None  # an earlier scheme that did not know it
    if value is None or unit_kind(unit) != target.kind:
        return None
    if not target.is_met(Fraction(value) * unit_factor(unit)):
        return None
    return words(code, **parts, value=format_against(Fraction(value), unit, target), condition=str(target))


def _meet_grade(contest: Contest, card: Scorecard, rule: Award) -> Words | None:
    if card.grade is None or card.grade not in rule.grades:
        return None
    return words("rule-grade", grade=contest.find_grade_title(card.grade))


def _meet_top(card: Scorecard, share: Fraction, ranked: int) -> Words | None:
    """Whether fewer than this share of those ranked are placed before: the best always is, and so are ties."""
    if card.rank is None or Fraction(card.rank - 1, ranked) >= share:
        return None
    return words("rule-top", share=format_share(share), rank=Number(card.rank), ranked=Number(ranked))


def format_against(value: Fraction, unit: str, target: Target) -> str:
    """A value with the digits that show whether it meets the target."""
    factor = unit_factor(unit)
    return format_judged(value, unit, lambda written: target.is_met(written * factor))
