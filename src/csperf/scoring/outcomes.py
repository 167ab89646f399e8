"""What follows from a card and never feeds back into its points: tiers, floors, awards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from csperf.rubric.quantities import Target, unit_factor
from csperf.rubric.scheme import Floor, Indicator, Rubric
from csperf.scoring.cards import (
    Agent,
    CardOutcome,
    DimensionScore,
    IndicatorScore,
    Measurement,
    Scorecard,
    Title,
    words,
)
from csperf.scoring.contest import Contest
from csperf.scoring.figures import format_judged, format_points, format_share
from csperf.scoring.rules import check_rule, format_against


def find_tier(rubric: Rubric, tiers: Mapping[str, Target], scored: Measurement, unit: str) -> str | None:
    """The highest tier that the value reaches; `tiers` says what reaches each."""
    assert scored.value is not None
    base = scored.value * unit_factor(unit)
    reached = [tier.name for tier in rubric.tiers if (target := tiers.get(tier.name)) and target.is_met(base)]
    return reached[-1] if reached else None


def list_tiers(contest: Contest, agent: Agent, lines: Sequence[IndicatorScore]) -> Iterator[CardOutcome]:
    """The tiers reached, by indicator."""
    tiers = {tier.name: tier for tier in contest.rubric.tiers}
    for line in lines:
        if line.tier is None:
            continue
        target = contest.find_tiers(agent, line.name, _indicator_of(contest, line))[line.tier]
        value = _find_judged(contest, agent, line)
        reason = words("tier-reached", indicator=contest.find_title(line.name),
                       value=format_against(value, line.unit, target), target=str(target))  # fmt: skip
        tier = tiers[line.tier]
        yield CardOutcome("tier", line.tier, (reason,), line.name, tier.title, tier.reward)


def list_floors(
    contest: Contest, agent: Agent, grade: str, dimensions: Sequence[DimensionScore], lines: Sequence[IndicatorScore]
) -> Iterator[CardOutcome]:
    """The floors that are not held and forbid `grade`."""
    order = [one.name for one in contest.rubric.grades]
    for floor in contest.rubric.floors:
        left = floor.then.grade_at_most
        if order.index(left) <= order.index(grade):
            continue
        broken = _check_dimension(contest, floor, dimensions) or _check_indicator(contest, agent, floor, lines)
        if broken is not None:
            code, parts = broken
            said = words(code, **parts, earned=contest.find_grade_title(grade), grade=contest.find_grade_title(left))
            yield CardOutcome("floor", floor.dimension or floor.indicator or "", (said,), grade_at_most=left)


def give_awards(contest: Contest, card: Scorecard, ranked: int) -> Iterator[CardOutcome]:
    """The awards for one period of this length whose every condition is met; what is not known meets none.

    ranked: how many of those scored together have a rank.
    """
    for name, award in contest.rubric.awards.items():
        if award.running > 1 or award.every != contest.length:
            continue
        reason = check_rule(contest, card, award, ranked)
        if reason is not None:
            yield CardOutcome("award", name, reason, None, award.title, award.reward)


def _check_dimension(
    contest: Contest, floor: Floor, dimensions: Sequence[DimensionScore]
) -> tuple[str, dict[str, Any]] | None:
    """What to say of a dimension below its floor; None where it holds or is not known."""
    one = next((one for one in dimensions if one.name == floor.dimension), None)
    if one is None or one.points is None or not one.max_points:
        return None
    assert floor.min
    least = floor.min.value
    share = Fraction(one.points) / Fraction(one.max_points)
    if share >= least:
        return None
    return "floor-dimension", {
        "dimension": _dimension_title(contest, one.name),
        "points": format_points(one.points), "max": format_points(one.max_points),
        "share": format_judged(share, "%", lambda value: value < least), "floor": format_share(least),
    }  # fmt: skip


def _check_indicator(
    contest: Contest, agent: Agent, floor: Floor, lines: Sequence[IndicatorScore]
) -> tuple[str, dict[str, Any]] | None:
    """What to say of an indicator below its floor; None where it holds, or where its value is not known or thin."""
    line = next((one for one in lines if one.name == floor.indicator and one.status == "ok"), None)
    if line is None:
        return None
    assert floor.target
    value = _find_judged(contest, agent, line)
    if floor.target.is_met(value * unit_factor(line.unit)):
        return None
    return "floor-indicator", {
        "indicator": contest.find_title(line.name),
        "value": format_against(value, line.unit, floor.target), "target": str(floor.target),
    }  # fmt: skip


def _find_judged(contest: Contest, agent: Agent, line: IndicatorScore) -> Fraction:
    """The value that a line with sound data was scored by."""
    value = contest.find_scored(agent, line.name).value
    assert value is not None
    return value


def _indicator_of(contest: Contest, line: IndicatorScore) -> Indicator:
    return contest.rubric.dimensions[line.dimension].indicators[line.name]


def _dimension_title(contest: Contest, name: str) -> Title:
    return Title(name, contest.rubric.dimensions[name].title)
