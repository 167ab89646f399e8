"""One indicator's points step by step, in the shortest numbers that take a person with a pencil to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from csperf.scoring import points
from csperf.scoring.cards import Agent, Measurement, Words, words
from csperf.scoring.contest import Contest
from csperf.scoring.figures import (
    MOST_DIGITS,
    format_number,
    format_points,
    format_share,
    format_value,
    round_fraction,
    round_half_up,
    round_value,
)

Rule = Callable[[Fraction, int | None], points.Outcome]
"""A score rule with everything but the value and the digits it is written with."""


@dataclass(frozen=True)
class Stakes:
    """What an indicator can bring: written is the rubric's weight, on which its rule reckons; weight what it is
    for the season or role (cause); max_points what it came to carry."""

    written: Decimal
    weight: Decimal
    max_points: Decimal
    cause: Literal["season", "role"] | None

    def reweigh(self, raw: Fraction) -> Fraction:
        """Points on the written weight → on the weight that the indicator came to carry."""
        return Fraction(self.max_points) * raw / Fraction(self.written)

    def finish(self, outcome: points.Outcome) -> Decimal:
        """The points that count, rounded half up, once."""
        return round_half_up(self.reweigh(outcome.raw))


@dataclass(frozen=True)
class Derivation:
    """The points, and how a person comes to them; value is the one judged, as it is written down."""

    earned: Decimal
    value: str
    reason: Words
    steps: tuple[Words, ...]


def derive(
    contest: Contest, agent: Agent, own: Measurement, scored: Measurement, rule: Rule, stakes: Stakes, by_team: bool
) -> Derivation:
    """The shortest derivation (2 decimals or more) that takes a person to the same points as exact reckoning.

    own is what was measured of the agent, scored what is judged: the same, the team's, or on a full period.
    """
    assert scored.value is not None
    unit = contest.measures[scored.measure].unit
    presence = None if by_team or scored == own else agent.presence
    exact = rule(scored.value, None)
    earned = stakes.finish(exact)
    digits, outcome = MOST_DIGITS, exact
    for fewer in range(2, MOST_DIGITS + 1):
        paper = rule(_write_value(own, scored, presence, unit, fewer), fewer)
        if paper.decision == exact.decision and stakes.finish(paper) == earned:
            digits, outcome = fewer, paper
            break
    value = format_value(_write_value(own, scored, presence, unit, digits), unit, digits)
    reason, how = outcome.tell()
    if presence is None:
        where_from = _value_steps(contest, agent, scored, value, by_team)
    else:
        short = format_value(own.value, unit, MOST_DIGITS)
        share = format_share(_write_presence(presence, digits))
        where_from = (*_value_steps(contest, agent, own, short, by_team),
                      words("step-full-period", value=short, presence=share, full=value))  # fmt: skip
    return Derivation(earned, value, reason, (*where_from, *how, *_closing_steps(outcome.raw, stakes, earned)))


def _write_value(own: Measurement, scored: Measurement, presence: Fraction | None, unit: str, digits: int) -> Fraction:
    """The value judged with `digits`; on a full period, reckoned from a presence of as many."""
    assert own.value is not None or presence is None
    assert scored.value is not None
    if presence is None or own.value is None:
        return round_value(scored.value, unit, digits)
    return round_value(own.value / _write_presence(presence, digits), unit, digits)


def _write_presence(presence: Fraction, digits: int) -> Fraction:
    return round_fraction(presence, digits + 2) or presence


def _value_steps(
    contest: Contest, agent: Agent, measurement: Measurement, value: str, by_team: bool
) -> tuple[Words, ...]:
    """Where the value comes from: a division, the parts of a formula, or the value as it was measured."""
    measure = contest.measures[measurement.measure]
    if measure.formula is not None:
        found = [contest.find_part(measurement.agent_id, measure.name, part) for part in measure.parts]
        parts = [
            words("step-part", name=one.measure,
                  value=format_value(one.value, contest.measures[one.measure].unit, MOST_DIGITS))
            for one in found
        ]  # fmt: skip
        return (*parts, words("step-formula", formula=measure.formula, value=value))
    if measurement.numerator is None or measurement.denominator is None:
        return (words("step-value", value=value),)
    is_per_head = agent.is_unit and measure.is_per_head
    return (
        words(
            "step-team-ratio" if by_team else "step-per-head" if is_per_head else "step-value-ratio",
            numerator=format_number(measurement.numerator, MOST_DIGITS),
            denominator=format_number(measurement.denominator, MOST_DIGITS),
            value=value,
        ),
    )


def _closing_steps(raw: Fraction, stakes: Stakes, earned: Decimal) -> tuple[Words, ...]:
    """From points on the written weight to the points that count: other weights, then rounding."""
    result = stakes.reweigh(raw)
    steps = []
    if stakes.max_points != stakes.written:
        code = "step-weight"
        code += f"-{stakes.cause}" if stakes.weight != stakes.written else ""
        code += "-moved" if stakes.max_points != stakes.weight else ""
        steps.append(
            words(code, raw=format_points(raw), weight=format_number(Fraction(stakes.written)),
                  max=format_points(stakes.max_points), points=_format_unrounded(result, earned))
        )  # fmt: skip
    if result != Fraction(earned):
        steps.append(words("step-rounded", points=format_points(earned)))
    return tuple(steps)


def _format_unrounded(result: Fraction, earned: Decimal) -> str:
    """A result with as few decimals as still round to the points earned."""
    for digits in range(4, MOST_DIGITS):
        if round_half_up(Fraction(round_half_up(result, digits))) == earned:
            return format_number(result, digits, 2)
    return format_points(result)
