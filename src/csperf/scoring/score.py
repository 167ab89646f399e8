"""Measurements and a rubric → points: rules, policies for missing or thin data, and the weights they move."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from csperf.rubric.measures import Measure
from csperf.rubric.scheme import AttainRule, BandsRule, CurveRule, DeductRule, Indicator, RelativeRule, Rubric
from csperf.scoring import figures, points
from csperf.scoring.cards import (
    Agent,
    Applied,
    IndicatorScore,
    Measurement,
    Number,
    Scorecard,
    Status,
    Words,
    words,
)
from csperf.scoring.figures import format_number, format_points, format_value, round_half_up
from csperf.scoring.grade import grade_agents
from csperf.scoring.shop import Shop, check_data

Rule = Callable[[Fraction, int | None], points.Outcome]
"""A score rule with everything but the value and the digits it is written with."""

FULL_SCORE = Decimal(100)


def score_agents(
    rubric: Rubric,
    measures: Mapping[str, Measure],
    measurements: Mapping[tuple[str, str], Measurement],
    agents: Sequence[Agent],
    with_words: bool = True,
) -> tuple[Scorecard, ...]:
    """A scorecard for every agent, by rank, then agent_id; agents without a score come last.

    Without `with_words` the reasons and steps are left empty: telling them takes longer than scoring.

    `measurements` is keyed by (agent_id, measure name); one that is absent counts as missing.
    The rubric must have been checked: weights that add up, targets where rules need them.
    """
    shop = Shop(rubric, measures, measurements, tuple(agents), with_words)
    return grade_agents(rubric, [(agent, score_agent(shop, agent)) for agent in agents])


def score_agent(shop: Shop, agent: Agent) -> tuple[IndicatorScore, ...]:
    """One agent's indicators in the rubric's order, with the weight of excluded ones moved to the others."""
    verdicts = [_judge(shop, agent, *entry) for entry in shop.rubric.indicators()]
    is_live = tuple(verdict.policy != "exclude" for verdict in verdicts)
    if is_live not in shop.max_points:
        shop.max_points[is_live] = share_weights(shop.rubric, is_live)
    live_dimensions = {verdict.dimension for verdict in verdicts if verdict.policy != "exclude"}
    return tuple(
        _score_indicator(shop, agent, verdict, maximum, live_dimensions)
        for verdict, maximum in zip(verdicts, shop.max_points[is_live], strict=True)
    )


def share_weights(rubric: Rubric, is_live: Sequence[bool]) -> list[Decimal]:
    """The most points each indicator can bring: 100.00 in all over the live ones, 0 for the others.

    A dead indicator's weight goes to the live ones of its dimension, a dead dimension's to the
    live dimensions, both in proportion to their weights. All are 0 when nothing is live.
    """
    live: dict[str, list[Decimal]] = {name: [] for name in rubric.dimensions}
    for (name, _, indicator), alive in zip(rubric.indicators(), is_live, strict=True):
        live[name].append(indicator.weight if alive else Decimal(0))
    dimensions = rubric.dimensions.items()
    weights = [one.weight if any(live[name]) else Decimal(0) for name, one in dimensions]
    totals = apportion(weights, FULL_SCORE)
    groups = zip(live.values(), totals, strict=True)
    return [part for group, total in groups for part in apportion(group, total)]


def apportion(weights: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """`total` (at most 2 decimals) split by weight into parts of 2 decimals that add up to it exactly.

    Largest remainder; of equal remainders the earlier part gets the cent. No weight, no part.
    """
    whole = sum(map(Fraction, weights))
    if not whole:
        return [Decimal("0.00") for _ in weights]
    shares = [Fraction(total) * 100 * Fraction(weight) / whole for weight in weights]
    cents = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: cents[index] - shares[index])
    for index in by_remainder[: int(total * 100) - sum(cents)]:
        cents[index] += 1
    return [Decimal(cent).scaleb(-2) for cent in cents]


@dataclass(frozen=True)
class _Verdict:
    """How one indicator of one agent is to be scored: by its own value, by the team's, or by a policy."""

    dimension: str
    name: str
    indicator: Indicator
    own: Measurement
    status: Status = "ok"
    cause: str | None = None
    policy: Applied | None = None
    team: Measurement | None = None
    lacks_team: bool = False


def _judge(shop: Shop, agent: Agent, dimension: str, name: str, indicator: Indicator) -> _Verdict:
    own = shop.find_measurement(agent.agent_id, name)
    status = check_data(indicator, own)
    is_alone = False
    if isinstance(indicator.score, RelativeRule):
        colleagues = len(shop.list_peers(agent.team, name, indicator)) - (status == "ok")
        is_alone = colleagues == 0
    if status == "ok" and not is_alone:
        return _Verdict(dimension, name, indicator, own)
    policy: Applied = indicator.missing
    if status == "small_sample":
        assert indicator.small_sample
        policy = indicator.small_sample.then
    team = shop.pool_team(agent.team, name) if policy == "team" else None
    lacks_team = team is not None and (team.value is None or is_alone)
    return _Verdict(
        dimension, name, indicator, own,
        status="missing" if status == "ok" else status,
        cause="alone" if status == "ok" else status,
        policy="exclude" if lacks_team else policy,
        team=None if lacks_team else team,
        lacks_team=lacks_team,
    )  # fmt: skip


def _score_indicator(
    shop: Shop, agent: Agent, verdict: _Verdict, max_points: Decimal, live_dimensions: set[str]
) -> IndicatorScore:
    indicator, own = verdict.indicator, verdict.own
    if verdict.policy in (None, "team"):
        scored, reason, steps = _score_by_rule(shop, agent, verdict, max_points)
    else:
        scored, reason, steps = _score_by_policy(verdict, max_points, live_dimensions)
    return IndicatorScore(
        name=verdict.name, dimension=verdict.dimension, unit=shop.measures[verdict.name].unit,
        value=own.value, numerator=own.numerator, denominator=own.denominator, sample_size=own.sample_size,
        target=str(indicator.target) if indicator.target else None,
        weight=indicator.weight, max_points=max_points, points=scored,
        status=verdict.status, policy=verdict.policy, reason=reason, steps=steps,
    )  # fmt: skip


Scored = tuple[Decimal | None, tuple[Words, ...], tuple[Words, ...]]
"""Points, reason, steps."""


def _score_by_policy(verdict: _Verdict, max_points: Decimal, live_dimensions: set[str]) -> Scored:
    consequence: str | None = verdict.policy
    if consequence == "exclude" and verdict.dimension not in live_dimensions:
        consequence = "exclude-dimension" if live_dimensions else "exclude-all"
    reason = words(f"{verdict.cause}-{consequence}", **_sample_parts(verdict))
    reasons = (words("no-team-value"), reason) if verdict.lacks_team else (reason,)
    match verdict.policy:
        case "full" | "zero":
            granted = max_points if verdict.policy == "full" else Decimal("0.00")
            return granted, reasons, (words("step-granted", points=format_points(granted)),)
        case _:
            return None, reasons, ()


def _score_by_rule(shop: Shop, agent: Agent, verdict: _Verdict, max_points: Decimal) -> Scored:
    scored = verdict.team or verdict.own
    measure = shop.measures[verdict.name]
    weight = Fraction(verdict.indicator.weight)
    rule = _find_rule(shop, agent, verdict, scored)
    assert scored.value is not None
    exact = rule(scored.value, None)
    earned = _finish(exact, weight, max_points)
    if not shop.with_words:
        return earned, (), ()
    digits, outcome = _find_derivation(rule, scored.value, exact, measure.unit, weight, max_points)
    why, how = outcome.tell()
    reason: tuple[Words, ...] = (why,)
    if verdict.team:
        value = format_value(scored.value, measure.unit, digits)
        reason = (words(f"{verdict.cause}-team", **_sample_parts(verdict), team_value=value), *reason)
    steps = (
        *_value_steps(shop, verdict, scored, digits),
        *how,
        *_closing_steps(outcome.raw, weight, max_points, earned),
    )
    return earned, reason, steps


def _sample_parts(verdict: _Verdict) -> dict[str, Number]:
    if verdict.cause != "small_sample":
        return {}
    assert verdict.indicator.small_sample
    return {"size": Number(verdict.own.sample_size), "below": Number(verdict.indicator.small_sample.below)}


def _find_rule(shop: Shop, agent: Agent, verdict: _Verdict, scored: Measurement) -> Rule:
    """The indicator's score rule as a function of the value alone."""
    indicator, measure = verdict.indicator, shop.measures[verdict.name]
    weight, unit, target = Fraction(indicator.weight), measure.unit, indicator.target
    match indicator.score:
        case DeductRule() as deduct:
            assert target
            return lambda value, digits: points.score_deduct(deduct, target, weight, unit, value, digits)
        case CurveRule() as curve:
            return lambda value, digits: points.score_curve(curve, weight, unit, value, digits)
        case BandsRule() as bands:
            return lambda value, _: points.score_bands(bands, weight, unit, value)
        case AttainRule() as attain:
            assert target
            return lambda value, digits: points.score_attain(attain, target, weight, unit, value, digits)
        case RelativeRule():
            better = (target.direction if target else None) or measure.better
            peers = shop.list_peers(agent.team, verdict.name, indicator)
            worse, equal, colleagues = _compare(scored, peers, better, is_peer=verdict.policy is None)
            return lambda _, digits: points.score_relative(worse, equal, colleagues, weight, digits)


def _compare(
    scored: Measurement, peers: Sequence[Fraction], better: str | None, *, is_peer: bool
) -> tuple[int, int, int]:
    """How many colleagues are worse, how many equal, how many there are; a peer is not its own colleague."""
    assert scored.value is not None
    below, up_to = bisect_left(peers, scored.value), bisect_right(peers, scored.value)
    worse = len(peers) - up_to if better == "lower" else below
    return worse, up_to - below - is_peer, len(peers) - is_peer


def _finish(outcome: points.Outcome, weight: Fraction, max_points: Decimal) -> Decimal:
    """The points on the weight that the indicator came to carry, rounded half up, once."""
    return round_half_up(Fraction(max_points) * outcome.raw / weight)


def _find_derivation(
    rule: Rule, value: Fraction, exact: points.Outcome, unit: str, weight: Fraction, max_points: Decimal
) -> tuple[int, points.Outcome]:
    """The shortest derivation (2 decimals or more) that takes a person to the same points, and its decimals."""
    earned = _finish(exact, weight, max_points)
    for digits in range(2, figures.MOST_DIGITS + 1):
        paper = rule(figures.round_value(value, unit, digits), digits)
        if paper.decision == exact.decision and _finish(paper, weight, max_points) == earned:
            return digits, paper
    return figures.MOST_DIGITS, exact


def _value_steps(shop: Shop, verdict: _Verdict, scored: Measurement, digits: int) -> tuple[Words, ...]:
    """Where the value comes from: a division, the parts of a formula, or the value as it was measured."""
    measure = shop.measures[scored.measure]
    value = format_value(scored.value, measure.unit, digits)
    if measure.formula is not None:
        found = [shop.find_measurement(scored.agent_id, part) for part in measure.parts]
        parts = [
            words("step-part", name=one.measure,
                  value=format_value(one.value, shop.measures[one.measure].unit, figures.MOST_DIGITS))
            for one in found
        ]  # fmt: skip
        return (*parts, words("step-formula", formula=measure.formula, value=value))
    if scored.numerator is None or scored.denominator is None:
        return (words("step-value", value=value),)
    return (
        words(
            "step-team-ratio" if verdict.team else "step-value-ratio",
            numerator=format_number(scored.numerator, figures.MOST_DIGITS),
            denominator=format_number(scored.denominator, figures.MOST_DIGITS),
            value=value,
        ),
    )


def _closing_steps(raw: Fraction, weight: Fraction, max_points: Decimal, earned: Decimal) -> tuple[Words, ...]:
    """From points on the rubric's weight to the points that count: moved weights, then rounding."""
    result = Fraction(max_points) * raw / weight
    steps = []
    if Fraction(max_points) != weight:
        steps.append(
            words("step-rescaled", raw=format_points(raw), weight=format_number(weight),
                  max=format_points(max_points), points=_format_unrounded(result, earned))
        )  # fmt: skip
    if result != Fraction(earned):
        steps.append(words("step-rounded", points=format_points(earned)))
    return tuple(steps)


def _format_unrounded(result: Fraction, earned: Decimal) -> str:
    """A result with as few decimals as still round to the points earned."""
    for digits in range(4, figures.MOST_DIGITS):
        if round_half_up(Fraction(round_half_up(result, digits))) == earned:
            return format_number(result, digits, 2)
    return format_points(result)
