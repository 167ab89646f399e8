"""What follows from a card and never feeds back into its points: tiers, floors, awards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.quantities import Target, unit_factor
from csperf.rubric.scheme import Award, Floor, Indicator, Rubric
from csperf.scoring.cards import (
    Agent,
    CardOutcome,
    DimensionScore,
    IndicatorScore,
    Measurement,
    Scorecard,
    Title,
    Words,
    words,
)
from csperf.scoring.figures import format_judged, format_points, format_share
from csperf.scoring.shop import Shop


def find_tier(rubric: Rubric, indicator: Indicator, scored: Measurement, unit: str) -> str | None:
    """The highest tier that the value reaches."""
    assert scored.value is not None
    base = scored.value * unit_factor(unit)
    reached = [tier.name for tier in rubric.tiers if (target := indicator.tiers.get(tier.name)) and target.is_met(base)]
    return reached[-1] if reached else None


def list_tiers(shop: Shop, agent: Agent, lines: Sequence[IndicatorScore]) -> Iterator[CardOutcome]:
    """The tiers reached, by indicator."""
    tiers = {tier.name: tier for tier in shop.rubric.tiers}
    for line in lines:
        if line.tier is None:
            continue
        target = shop.rubric.dimensions[line.dimension].indicators[line.name].tiers[line.tier]
        value = _find_judged(shop, agent, line)
        reason = words("tier-reached", indicator=_indicator_title(shop, line.name),
                       value=_format_against(value, line.unit, target), target=str(target))  # fmt: skip
        tier = tiers[line.tier]
        yield CardOutcome("tier", line.tier, reason, line.name, tier.title, tier.reward)


def list_floors(
    shop: Shop, agent: Agent, grade: str, dimensions: Sequence[DimensionScore], lines: Sequence[IndicatorScore]
) -> Iterator[tuple[str, CardOutcome]]:
    """The floors that are not held and forbid `grade`, each with the best grade that it leaves."""
    order = [one.name for one in shop.rubric.grades]
    for floor in shop.rubric.floors:
        left = floor.then.grade_at_most
        if order.index(left) <= order.index(grade):
            continue
        broken = _check_dimension(shop, floor, dimensions) or _check_indicator(shop, agent, floor, lines)
        if broken is not None:
            code, parts = broken
            said = words(code, **parts, earned=_grade_title(shop, grade), grade=_grade_title(shop, left))
            yield left, CardOutcome("floor", floor.dimension or floor.indicator or "", said)


def give_awards(shop: Shop, card: Scorecard) -> Iterator[CardOutcome]:
    """The awards whose every condition is met; what is not known meets none."""
    for name, award in shop.rubric.awards.items():
        met = [_meet(shop, card, award, key, target) for key, target in award.when.items()]
        if all(met):
            said = words("award-given", conditions=tuple(met))
            yield CardOutcome("award", name, said, None, award.title, award.reward)


def _check_dimension(
    shop: Shop, floor: Floor, dimensions: Sequence[DimensionScore]
) -> tuple[str, dict[str, str]] | None:
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
        "dimension": _dimension_title(shop, one.name),
        "points": format_points(one.points), "max": format_points(one.max_points),
        "share": format_judged(share, "%", lambda value: value < least), "floor": format_share(least),
    }  # fmt: skip


def _check_indicator(
    shop: Shop, agent: Agent, floor: Floor, lines: Sequence[IndicatorScore]
) -> tuple[str, dict[str, str]] | None:
    """What to say of an indicator below its floor; None where it holds, or where its value is not known or thin."""
    line = next((one for one in lines if one.name == floor.indicator and one.status == "ok"), None)
    if line is None:
        return None
    assert floor.target
    value = _find_judged(shop, agent, line)
    if floor.target.is_met(value * unit_factor(line.unit)):
        return None
    return "floor-indicator", {
        "indicator": _indicator_title(shop, line.name),
        "value": _format_against(value, line.unit, floor.target), "target": str(floor.target),
    }  # fmt: skip


def _meet(shop: Shop, card: Scorecard, award: Award, key: str, target: Target) -> Words | None:
    """What to say of a condition that is met; a team's rank meets none."""
    value: Decimal | int | Fraction | None
    unit, code, parts = "", f"award-{key}", {}
    if key == "score":
        value = card.score
    elif key == "rank":
        value = None if card.agent.members else card.rank
    elif key == "coverage":
        value, unit = card.coverage, "%"
    elif key in shop.rubric.dimensions:
        value = next(one.points for one in card.dimensions if one.name == key)
        code, parts = "award-dimension", {"dimension": _dimension_title(shop, key)}
    else:
        found = shop.find_measurement(card.agent.agent_id, key)
        value = found.value if found.sample_size >= (award.least_sample or 0) else None
        unit, code, parts = shop.measures[key].unit, "award-measure", {"measure": _indicator_title(shop, key)}
    if value is None or not target.is_met(Fraction(value) * unit_factor(unit)):
        return None
    return words(code, **parts, value=_format_against(Fraction(value), unit, target), condition=str(target))


def _find_judged(shop: Shop, agent: Agent, line: IndicatorScore) -> Fraction:
    """The value that a line with sound data was scored by."""
    value = shop.find_scored(agent, line.name, shop.rubric.dimensions[line.dimension].indicators[line.name]).value
    assert value is not None
    return value


def _format_against(value: Fraction, unit: str, target: Target) -> str:
    factor = unit_factor(unit)
    return format_judged(value, unit, lambda written: target.is_met(written * factor))


def _grade_title(shop: Shop, name: str) -> Title:
    return Title(name, next(grade.title for grade in shop.rubric.grades if grade.name == name))


def _dimension_title(shop: Shop, name: str) -> Title:
    return Title(name, shop.rubric.dimensions[name].title)


def _indicator_title(shop: Shop, name: str) -> Title:
    """The title of an indicator, or of a measure that is none."""
    indicators = {found: indicator for _, found, indicator in shop.rubric.indicators()}
    return Title(name, (indicators[name].title if name in indicators else None) or shop.measures[name].title)
