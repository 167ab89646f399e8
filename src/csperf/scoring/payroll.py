"""What a period's results bring: pay, bonuses, awards, promotions and coaching, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from csperf.period import length_of
from csperf.rubric.consequences import Award, GradePay
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, Scorecard, Title, Words, words
from csperf.scoring.figures import round_half_up
from csperf.scoring.history import PeriodRecord
from csperf.scoring.rules import Find, Met, find_met, list_unsealed

BonusKind = Literal["grade", "tier", "award", "promotion"]
Line = tuple[BonusKind, str]
"""What a bonus is for: (tier, the indicator), (award, its name), (promotion, its name), or (grade, "")."""


@dataclass(frozen=True)
class Bonus:
    """Money for one thing. name: of the grade, tier, award or promotion that brings it."""

    line: Line
    name: str
    amount: Decimal
    reason: tuple[Words, ...]


@dataclass(frozen=True)
class PayRow:
    """What one agent is due, in the currency's minor unit. card: the result that it follows from.

    change: the share of the base pay that the grade adds; null where it says nothing of that. change_amount: that
    of one month's base pay, from then on; null where this is not known. bonus: the sum of the bonuses, each paid
    once, so that no sum has both. then: the rubric's words for what else the grade brings.
    """

    card: Scorecard
    change: Fraction | None
    change_amount: Decimal | None
    bonuses: tuple[Bonus, ...]
    bonus: Decimal
    then: Any = None

    @property
    def is_unknown(self) -> bool:
        """Whether the pay changes by an amount that is not known."""
        return self.change is not None and self.change_amount is None

    def find_bonus(self, line: Line) -> Decimal | None:
        """The bonus for one thing; None where there is none."""
        return next((one.amount for one in self.bonuses if one.line == line), None)


@dataclass(frozen=True)
class PayTotals:
    """The sums of the rows' columns. change_amount: of the known ones; null where there is none.

    unknown: rows without an amount of the change. teams: what the team awards bring, which is no part of the rows.
    """

    change_amount: Decimal | None
    bonuses: Mapping[Line, Decimal]
    bonus: Decimal
    unknown: int
    teams: Decimal


@dataclass(frozen=True)
class Outcomes:
    """All that follows from a period. currency is null where the rubric names none, as then no money follows.

    lines: what the rubric pays bonuses for in periods of this length, paid or not. rows: one per agent, by rank.
    unsealed: the months behind any of it that are computed from today's files.
    """

    record: PeriodRecord
    currency: str | None
    digits: int
    lines: tuple[Line, ...]
    rows: tuple[PayRow, ...]
    totals: PayTotals
    awards: tuple[Met, ...]
    team_awards: tuple[Met, ...]
    promotions: tuple[Met, ...]
    coaching: tuple[Met, ...]
    unsealed: tuple[str, ...]


def find_outcomes(record: PeriodRecord, find: Find, base_pay: Mapping[str, Decimal]) -> Outcomes:
    """What follows from a period by the rules of the scheme that it was scored by.

    find: the records of earlier periods, for rules that look at several running. base_pay: a month's, by agent.
    """
    rubric = record.scheme.rubric
    rewarded = find_met(rubric.awards, record, find)
    awards = tuple(met for met in rewarded if met.rule.of == "agent")
    team_awards = tuple(met for met in rewarded if met.rule.of == "team")
    promotions, coaching = find_met(rubric.promotions, record, find), find_met(rubric.coaching, record, find)
    digits = rubric.pay.digits if rubric.pay else 2
    won: dict[str, list[Bonus]] = {}
    for agent_id, earned in (*_reward("award", awards, digits), *_reward("promotion", promotions, digits)):
        won.setdefault(agent_id, []).append(earned)
    payer = _Payer(record, digits, base_pay, won)
    rows = tuple(payer.pay(card) for card in record.agents.table.cards)
    lines = tuple(_list_lines(rubric, record.label))
    unsealed = {month for met in (*rewarded, *promotions, *coaching) for month in met.unsealed}
    return Outcomes(
        record, rubric.pay.currency if rubric.pay else None, digits, lines, rows,
        _total(rows, lines, team_awards, digits), awards, team_awards, promotions, coaching,
        tuple(sorted(unsealed.union(list_unsealed(record)))),
    )  # fmt: skip


def changes_pay(record: PeriodRecord) -> bool:
    """Whether a grade of this period changes the base pay."""
    pay = record.scheme.rubric.pay
    return pay is not None and any(one.change for one in pay.of_length(length_of(record.label)).values())


@dataclass(frozen=True)
class _Payer:
    record: PeriodRecord
    digits: int
    base_pay: Mapping[str, Decimal]
    won: Mapping[str, Sequence[Bonus]]

    def pay(self, card: Scorecard) -> PayRow:
        """What follows for one agent."""
        said = self._find_pay(card)
        change = said.change.value if said and said.change else None
        amount = None if change is None else self._change(card.agent, change)
        bonuses = (*self._list_bonuses(card, said), *self.won.get(card.agent.agent_id, ()))
        bonus = sum((one.amount for one in bonuses), nothing(self.digits))
        return PayRow(card, change, amount, bonuses, bonus, said.then if said else None)

    def _find_pay(self, card: Scorecard) -> GradePay | None:
        pay = self.record.scheme.rubric.pay
        if pay is None or card.grade is None:
            return None
        return pay.of_length(length_of(self.record.label)).get(card.grade)

    def _change(self, agent: Agent, change: Fraction) -> Decimal | None:
        base = self.base_pay.get(agent.agent_id)
        if base is None and change:
            return None
        return round_half_up(Fraction(base or 0) * change, self.digits)

    def _list_bonuses(self, card: Scorecard, said: GradePay | None) -> Iterator[Bonus]:
        """Those for the grade and, in a month, for each indicator that reaches a tier."""
        rubric = self.record.scheme.rubric
        if said and said.bonus and card.grade:
            title = Title(card.grade, self.record.agents.table.grade_titles.get(card.grade))
            reason = words("pay-grade", grade=title)
            yield Bonus(("grade", ""), card.grade, quantize(said.bonus, self.digits), (reason,))
        if length_of(self.record.label) != "month":
            return
        money = {tier.name: tier.bonus for tier in rubric.tiers}
        for outcome in card.outcomes:
            amount = money.get(outcome.name) if outcome.kind == "tier" else None
            if amount and outcome.indicator:
                line: Line = ("tier", outcome.indicator)
                yield Bonus(line, outcome.name, quantize(amount, self.digits), outcome.reason)


def _reward(kind: Literal["award", "promotion"], found: Iterable[Met], digits: int) -> Iterator[tuple[str, Bonus]]:
    for met in found:
        if met.rule.bonus:
            reason = tuple(said for _, reasons in met.periods for said in reasons)
            amount = quantize(met.rule.bonus, digits)
            yield met.agent.agent_id, Bonus((kind, met.name), met.name, amount, reason)


def _list_lines(rubric: Rubric, label: str) -> Iterator[Line]:
    length = length_of(label)
    if rubric.pay and any(one.bonus for one in rubric.pay.of_length(length).values()):
        yield "grade", ""
    if length == "month":
        paid = {tier.name for tier in rubric.tiers if tier.bonus}
        variants = rubric.roles.values()
        for _, name, indicator in rubric.indicators():
            if paid & {*indicator.tiers, *(tier for one in variants for tier in one.tiers.get(name, ()))}:
                yield "tier", name
    kinds: tuple[tuple[Literal["award", "promotion"], Mapping[str, Award]], ...] = (
        ("award", rubric.awards), ("promotion", rubric.promotions),
    )  # fmt: skip
    for kind, rules in kinds:
        for name, rule in rules.items():
            if rule.bonus and rule.every == length and rule.of == "agent":
                yield kind, name


def _total(rows: Sequence[PayRow], lines: Iterable[Line], team_awards: Iterable[Met], digits: int) -> PayTotals:
    zero, unknown = nothing(digits), sum(row.is_unknown for row in rows)
    changes = [row.change_amount for row in rows if row.change_amount is not None]
    return PayTotals(
        change_amount=sum(changes, zero) if changes or not unknown else None,
        bonuses={line: sum((row.find_bonus(line) or zero for row in rows), zero) for line in lines},
        bonus=sum((row.bonus for row in rows), zero),
        unknown=unknown,
        teams=sum((quantize(met.rule.bonus or Decimal(0), digits) for met in team_awards), zero),
    )


def nothing(digits: int) -> Decimal:
    """Zero, with as many decimals as amounts have."""
    return Decimal(0).scaleb(-digits)


def quantize(amount: Decimal, digits: int) -> Decimal:
    """An amount of the rubric's, with as many decimals as amounts have."""
    return round_half_up(Fraction(amount), digits)
