"""The score rules, one pure function each: a value → points on the rubric's weight, with the derivation.

Every function takes the value in the measure's own unit and `digits`. Without digits it reckons
exactly. With digits it reckons as a person with a pencil does, rounding each quotient it writes
down; the caller prints the shortest such derivation that comes to the exact points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from csperf.rubric.quantities import Target, unit_factor
from csperf.rubric.scheme import AttainRule, BandsRule, CurveRule, DeductRule
from csperf.scoring.cards import Number, Words, words
from csperf.scoring.figures import (
    MOST_DIGITS,
    format_bound,
    format_number,
    format_points,
    format_share,
    format_value,
    round_fraction,
)

Told = tuple[Words, tuple[Words, ...]]
"""Why, in a sentence, and step by step."""


@dataclass(frozen=True)
class Outcome:
    """What a rule gives: raw points from 0 to the rubric's weight, not yet rounded, and why.

    `decision` names the branch taken; a rounded value that takes another one must not be printed.
    `tell` puts it into words, which costs more than the reckoning and is asked of few outcomes.
    """

    raw: Fraction
    decision: tuple[Any, ...]
    tell: Callable[[], Told]

    @property
    def reason(self) -> Words:
        """Why, in a sentence."""
        return self.tell()[0]

    @property
    def steps(self) -> tuple[Words, ...]:
        """Why, step by step."""
        return self.tell()[1]


_COUNT_STEPS: dict[str, Callable[[Fraction], Fraction]] = {
    "completed": lambda quotient: Fraction(math.floor(quotient)),
    "started": lambda quotient: Fraction(math.ceil(quotient)),
    "proportional": lambda quotient: quotient,
}


def score_deduct(
    rule: DeductRule, target: Target, weight: Fraction, unit: str, value: Fraction, digits: int | None = None
) -> Outcome:
    """The full weight less `deduct` points for each step on the wrong side of the target, never below 0."""
    factor = unit_factor(unit)
    short = target.shortfall(value * factor)
    if short == 0:
        code = "target-reached" if target.is_met(value * factor) else "at-bound"

        def tell_full() -> Told:
            full = words("step-full", points=format_points(weight))
            return words(code, target=str(target)), (words("step-target", target=str(target)), full)

        return Outcome(weight, (code,), tell_full)
    side, bound = _missed_bound(target, value * factor)
    mode = rule.step or "completed"
    quotient = _write_down(short / rule.per.value, digits)
    count = _COUNT_STEPS[mode](quotient)
    deduct = Fraction(rule.deduct)
    off = count * deduct
    raw = max(weight - off, Fraction(0))

    def tell() -> Told:
        is_each = rule.step is None and rule.per.value == 1
        shown = format_value(value, unit, MOST_DIGITS)
        amount = format_value(short / factor, unit, MOST_DIGITS)
        reason = words(
            f"{side}-each" if is_each else f"{side}-{mode}",
            amount=amount, steps=_number(count), per=str(rule.per), points=_number(deduct),
        )  # fmt: skip
        division = words(
            "step-even" if count == quotient else f"step-{mode}",
            amount=amount, per=format_bound(rule.per.value, unit),
            quotient=_number(quotient), steps=_number(count),
        )  # fmt: skip
        return reason, (
            words("step-target", target=str(target)),
            words(f"step-{side}", bound=format_bound(bound, unit), value=shown, amount=amount),
            *(() if is_each else (division,)),
            words("step-off", steps=_number(count), deduct=_number(deduct), off=_number(off)),
            words("step-floor" if off > weight else "step-left",
                  weight=_number(weight), off=_number(off), points=format_points(raw)),
        )  # fmt: skip

    # In proportion there is no branch to get wrong: the points themselves are compared.
    decision = (side, off > weight) if mode == "proportional" else (side, off > weight, count)
    return Outcome(raw, decision, tell)


def score_curve(rule: CurveRule, weight: Fraction, unit: str, value: Fraction, digits: int | None = None) -> Outcome:
    """The share of the weight that straight lines between the curve's values give; flat outside them."""
    base = value * unit_factor(unit)
    shown = format_value(value, unit, MOST_DIGITS)
    points = [(quantity.value, share) for quantity, share in rule.points]
    above = next((index for index, (bound, _) in enumerate(points) if base <= bound), len(points))
    if above in (0, len(points)) or points[above][0] == base:
        share = points[min(above, len(points) - 1)][1]
        step = words("step-curve-at", value=shown, share=format_share(share))
        return _share_outcome(share, weight, (above, "at"), _share_reason(shown, share), step)
    (low, low_share), (high, high_share) = points[above - 1], points[above]
    share = _write_share(low_share + (base - low) / (high - low) * (high_share - low_share), digits)
    step = words(
        "step-curve-between",
        low_share=format_share(low_share), high_share=format_share(high_share), value=shown,
        low=format_bound(low, unit), high=format_bound(high, unit), share=format_share(share),
    )  # fmt: skip
    return _share_outcome(share, weight, (above, "between"), _share_reason(shown, share), step)


def score_bands(rule: BandsRule, weight: Fraction, unit: str, value: Fraction) -> Outcome:
    """The share of the weight of the first band whose condition the value meets."""
    base = value * unit_factor(unit)
    index, (target, share) = next(
        (index, step) for index, step in enumerate(rule.steps) if step[0] is None or step[0].is_met(base)
    )
    parts = {"value": format_value(value, unit, MOST_DIGITS), "share": format_share(share)}
    if target is None:
        reason, step = words("band-else", **parts), words("step-band-else", **parts)
    else:
        reason = words("band", band=str(target), **parts)
        step = words("step-band", band=str(target), **parts)
    return _share_outcome(share, weight, (index,), reason, step)


def score_attain(
    rule: AttainRule, target: Target, weight: Fraction, unit: str, value: Fraction, digits: int | None = None
) -> Outcome:
    """Value ÷ target (target ÷ value where lower is better) as a share of the weight, up to the cap and 1."""
    base = value * unit_factor(unit)
    if target.shortfall(base) == 0:
        attained = Fraction(1)
        how = words("step-attained-full")
    else:
        side, bound = _missed_bound(target, base)
        terms = [(base, format_value(value, unit, MOST_DIGITS)), (bound, format_bound(bound, unit))]
        (above, above_text), (below, below_text) = terms if side == "short" else reversed(terms)
        if above >= 0 and below > 0:
            attained = _write_share(above / below, digits)
            how = words("step-attained", above=above_text, below=below_text, attained=format_share(attained))
        else:  # a negative amount is no part of a target
            attained = Fraction(0)
            how = words("step-attained-none")
    share = min(attained, rule.attain.cap.value, Fraction(1))
    steps = [words("step-target", target=str(target)), how]
    texts = {"attained": format_share(attained), "cap": format_share(share)}
    if share < attained:
        reason = words("attained-capped", **texts)
        steps.append(words("step-cap", cap=texts["cap"]))
    elif attained == 1:
        reason = words("target-reached")
    else:
        reason = words("attained", attained=texts["attained"])
    return _share_outcome(share, weight, (reason.code,), reason, *steps)


def score_relative(worse: int, equal: int, colleagues: int, weight: Fraction, digits: int | None = None) -> Outcome:
    """The share of at least one colleague who are strictly worse, those who are equal counting half."""
    share = _write_share((worse + Fraction(equal, 2)) / colleagues, digits)
    parts = {"worse": Number(worse), "equal": Number(equal), "colleagues": Number(colleagues)}
    step = words("step-relative", **parts, share=format_share(share))
    return _share_outcome(share, weight, (), words("relative", **parts), step)


def _missed_bound(target: Target, base: Fraction) -> tuple[str, Fraction]:
    """Which side of the target a value is on that does not reach it, and the bound it missed."""
    if target.low and base < target.low.value:
        return "short", target.low.value
    assert target.high
    return "over", target.high.value


def _share_outcome(
    share: Fraction, weight: Fraction, decision: tuple[Any, ...], reason: Words, *steps: Words
) -> Outcome:
    raw = weight * share

    def tell() -> Told:
        last = words("step-share", weight=_number(weight), share=format_share(share), points=format_points(raw))
        return reason, (*steps, last)

    return Outcome(raw, decision, tell)


def _share_reason(shown: str, share: Fraction) -> Words:
    return words("of-weight", value=shown, share=format_share(share))


def _write_down(number: Fraction, digits: int | None) -> Fraction:
    return number if digits is None else round_fraction(number, digits)


def _write_share(share: Fraction, digits: int | None) -> Fraction:
    return _write_down(share, None if digits is None else digits + 2)


def _number(number: Fraction) -> Number:
    return Number(format_number(number, MOST_DIGITS))
