"""What a target still takes in a period that is not over, where it can be reckoned exactly."""

from __future__ import annotations

import math
from fractions import Fraction

from csperf.rubric.measures import Measure
from csperf.rubric.quantities import Target, unit_factor, unit_kind
from csperf.scoring.cards import Measurement, Number, Words, words


def find_needed(measure: Measure, own: Measurement, target: Target, presence: Fraction = Fraction(1)) -> Words | None:
    """How many more cases reach the target if all of them are good; None where it is met or this cannot be told.

    It can be told of counts that should be high and of rates of single cases, as long as none of them drop out.
    presence: the share of the period that the value is divided by before it is judged.
    """
    value = own.value
    if value is None or target.is_met(value / presence * unit_factor(measure.unit)):
        return None
    if any(term.window_days for term in measure.terms):
        return None
    if measure.kind == "count" and target.direction == "higher":
        assert target.low
        divisor = own.denominator or presence  # heads, of a team
        wanted = target.low.value / unit_factor(measure.unit) * divisor - value * (own.denominator or 1)
        return words("needed-more", count=Number(_round_up(wanted, target.strict)))
    if not _is_rate_of_cases(measure) or own.numerator is None or not own.denominator:
        return None
    if target.direction == "higher":
        assert target.low
        share = target.low.value
        if share >= 1:
            return words("needed-out-of-reach")
        hits = (share * own.denominator - own.numerator) / (1 - share)
        return words("needed-hits", count=Number(_round_up(hits, target.strict)))
    if target.direction == "lower":
        assert target.high
        share = target.high.value
        if share <= 0:
            return words("needed-out-of-reach")
        return words("needed-clean", count=Number(_round_up(own.numerator / share - own.denominator, target.strict)))
    return None


def _is_rate_of_cases(measure: Measure) -> bool:
    """Whether one more case adds 1 below and, if it is a hit, 1 above."""
    is_share = measure.kind in ("rate", "ratio") and unit_kind(measure.unit) == "share"
    is_of_same_rows = len({(term.table, term.at) for term in measure.terms}) == 1
    return is_share and is_of_same_rows and measure.is_of_cases


def _round_up(number: Fraction, strict: bool) -> int:
    """The least whole number that is at least `number`; more than it, if strict."""
    return math.floor(number) + 1 if strict else math.ceil(number)
