"""What must hold for every scheme and every month, whatever the numbers."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scoring_sample import AFTERSALES, AFTERSALES_MEASURES, measure_of, measured, rubric_of

from csperf.rubric.measures import Measure
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, IndicatorScore, Measurement
from csperf.scoring.score import score_agents

Measured = dict[tuple[str, str], Measurement]

RULES: list[dict[str, Any]] = [
    {"target": ">= 90%", "score": {"deduct": 2, "per": "1%", "step": "completed"}},
    {"target": ">= 90%", "score": {"deduct": "0.35", "per": "0.7%", "step": "started"}},
    {"target": "> 95%", "score": {"deduct": 3, "per": "3%", "step": "proportional"}},
    {"target": "20% .. 40%", "score": {"deduct": 1, "per": "3%", "step": "proportional"}},
    {"score": {"curve": {"30%": 0, "60%": 50, "90%": 100}}},
    {"score": {"bands": {">= 95%": 100, ">= 90%": 80, "else": "12.5"}}},
    {"target": ">= 70%", "score": {"attain": {"cap": "95%"}}},
    {"target": "<= 7%", "score": {"attain": {}}},
    {"score": {"relative": "percentile"}},
]
AMOUNTS: list[dict[str, Any]] = [
    {"target": ">= 8", "score": {"deduct": 3, "per": 1}},
    {"target": ">= 8.5", "score": {"deduct": "0.7", "per": 2, "step": "started"}},
    {"score": {"curve": {1: 0, 4: 35, 12: 100}}},
    {"target": "<= 3", "score": {"deduct": 1, "per": 1}, "prorate": True},
    {"target": ">= 7", "score": {"attain": {}}},
    {"score": {"relative": "percentile"}},
]
PRESENCES = [Fraction(1), Fraction(13, 30), Fraction(1, 2), Fraction(29, 30) * Fraction(5, 7), Fraction(0)]
FLOORS = [
    {"dimension": "one", "min": "60%", "then": {"grade_at_most": "qualified"}},
    {"indicator": "m0", "target": ">= 40%", "then": {"grade_at_most": "unqualified"}},
]
POLICIES = ["exclude", "full", "zero", "team"]
PAIRS = st.none() | st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def split(draw: st.DrawFn, names: list[str]) -> dict[str, Decimal]:
    """100 points in cents over the names, at least one cent each."""
    size = len(names) - 1
    cuts = draw(st.sets(st.integers(1, 9999), min_size=size, max_size=size))
    return {
        name: Decimal(high - low).scaleb(-2)
        for name, (low, high) in zip(names, pairwise([0, *sorted(cuts), 10_000]), strict=True)
    }


@st.composite
def months(draw: st.DrawFn) -> tuple[Rubric, dict[str, Measure], Measured, list[Agent], bool, str | None]:
    """A scheme of up to three dimensions with weights in cents, a season and a role, and a month of four agents."""
    weights = split(draw, [f"m{index}" for index in range(draw(st.integers(1, 7)))])
    dimensions: dict[str, dict[str, Any]] = {}
    measures: dict[str, Measure] = {}
    for name, weight in weights.items():
        is_rate = name == "m0" or draw(st.booleans())
        kind, unit = ("rate", "%") if is_rate else ("count", "")
        measures[name] = measure_of(name, kind, unit, "higher")
        dimensions.setdefault(draw(st.sampled_from(["one", "two", "three"])), {})[name] = {
            "weight": weight,
            "missing": draw(st.sampled_from(POLICIES)),
            "small_sample": {"below": 5, "then": draw(st.sampled_from(POLICIES))},
            **draw(st.sampled_from(RULES if is_rate else AMOUNTS)),
        }
    rubric = rubric_of(
        dimensions,
        seasons={"peak": {"months": ["*-06"], "weights": split(draw, list(dimensions))}},
        roles={"experts": {"roles": ["expert"], "weights": split(draw, list(dimensions))}},
        floors=[floor for floor in FLOORS if "indicator" in floor or "one" in dimensions],
        least_presence="50%",
    )
    agents = [
        Agent(
            f"A{index}",
            team=draw(st.sampled_from(["n", "s", None])),
            role=draw(st.sampled_from([None, None, "expert"])),
            presence=draw(st.sampled_from(PRESENCES)),
        )
        for index in range(draw(st.integers(1, 4)))
    ]
    measurements: Measured = {}
    for agent in agents:
        for name, measure in measures.items():
            if measure.kind == "rate":
                key, found = measured(agent.agent_id, name, *(draw(PAIRS) or (None,)))
            else:
                count = draw(st.none() | st.integers(0, 20))
                key, found = measured(agent.agent_id, name, count)
                found = replace(found, sample_size=count or 0)
            measurements[key] = found
    return rubric, measures, measurements, agents, True, draw(st.sampled_from([None, "peak"]))


@settings(max_examples=60)
@given(months())
def test_points_add_up_to_the_digit(month: Any) -> None:
    for card in score_agents(*month):
        assert all((line.points is None) == (line.policy == "exclude") for line in card.indicators)
        for dimension in card.dimensions:
            lines = [line for line in card.indicators if line.dimension == dimension.name]
            points = [line.points for line in lines if line.points is not None]
            assert dimension.points == (sum(points) if points else None)
            assert dimension.max_points == sum(line.max_points for line in lines)
        if card.score is not None:
            assert card.score == sum(one.points for one in card.dimensions if one.points is not None)
            assert card.score.as_tuple().exponent == -2


@settings(max_examples=60)
@given(months())
def test_what_can_be_earned_is_100_and_nothing_earned_is_more(month: Any) -> None:
    for card in score_agents(*month):
        scored = [line for line in card.indicators if line.points is not None]
        assert sum(line.max_points for line in scored) == (100 if scored else 0)
        for line in scored:
            assert line.points is not None
            assert 0 <= line.points <= line.max_points
        assert card.coverage == sum(line.weight for line in scored) / 100
        assert sum(line.weight for line in card.indicators) == sum(one.weight for one in card.dimensions) == 100
        is_thin = card.coverage < Decimal("0.5")
        assert [one is None for one in (card.score, card.grade)] == [is_thin] * 2
        assert (card.rank is None) == (is_thin or card.agent.presence < Fraction(1, 2))


@settings(max_examples=60)
@given(months())
def test_ranks_follow_the_scores_of_those_who_are_ranked(month: Any) -> None:
    scores = [(card.score, card.rank) for card in score_agents(*month) if card.score is not None and card.rank]
    for score, rank in scores:
        assert rank == 1 + sum(other > score for other, _ in scores)


@settings(max_examples=60)
@given(months())
def test_floors_lower_grades_and_nothing_else(month: Any) -> None:
    rubric, *rest = month
    order = [grade.name for grade in rubric.grades]
    free = score_agents(rubric.model_copy(update={"floors": []}), *rest)
    for bound, unbound in zip(score_agents(*month), free, strict=True):
        assert replace(bound, grade=unbound.grade, outcomes=()) == unbound
        if bound.grade is not None:
            assert order.index(bound.grade) >= order.index(unbound.grade or "")
            assert (bound.grade != unbound.grade) == bool(bound.outcomes)


@settings(max_examples=60)
@given(months(), st.booleans())
def test_on_a_full_period_there_is_nothing_to_prorate(month: Any, prorate: bool) -> None:
    rubric, measures, measurements, agents, *rest = month
    present = [replace(agent, presence=Fraction(1)) for agent in agents]
    dimensions = {
        name: dimension.model_copy(
            update={"indicators": {key: one.model_copy(update={"prorate": prorate})
                                   for key, one in dimension.indicators.items()}}
        )
        for name, dimension in rubric.dimensions.items()
    }  # fmt: skip
    other = rubric.model_copy(update={"dimensions": dimensions})
    assert score_agents(rubric, measures, measurements, present, *rest) == score_agents(
        other, measures, measurements, present, *rest
    )


@settings(max_examples=60)
@given(months())
def test_telling_changes_no_result(month: Any) -> None:
    rubric, measures, measurements, agents, _, season = month
    silent = score_agents(rubric, measures, measurements, agents, with_words=False, season=season)
    for told, untold in zip(score_agents(*month), silent, strict=True):
        lines, bare = ([replace(line, reason=(), steps=()) for line in card.indicators] for card in (told, untold))
        assert lines == bare
        assert replace(told, indicators=()) == replace(untold, indicators=())


@settings(max_examples=60)
@given(months(), st.randoms(use_true_random=False))
def test_the_order_of_agents_and_measurements_does_not_matter(month: Any, shuffle: random.Random) -> None:
    rubric, measures, measurements, agents, *rest = month
    items, mixed = list(measurements.items()), list(agents)
    shuffle.shuffle(items)
    shuffle.shuffle(mixed)
    assert score_agents(rubric, measures, dict(items), mixed, *rest) == score_agents(*month)


@settings(max_examples=60)
@given(months())
def test_a_person_can_recompute_every_line_from_its_steps(month: Any) -> None:
    for card in score_agents(*month):
        for line in card.indicators:
            check_steps(line)


def read(text: str) -> Fraction:
    """`88.00%`, `12`, `5.1` → the number it shows."""
    number = Fraction(text.rstrip("%"))
    return number / 100 if text.endswith("%") else number


def decimals(text: str) -> int:
    return len(text.rstrip("%").partition(".")[2]) + 2 * text.endswith("%")


def is_shown(exact: Fraction, text: str) -> bool:
    """Whether `text` is `exact`, rounded at most to the decimals it shows."""
    return abs(read(text) - exact) * 2 <= Fraction(1, 10 ** max(decimals(text), 2))


def check_steps(line: IndicatorScore) -> None:
    """Every equation holds among the numbers it prints, and the last number printed is the points."""
    earned = None
    for step in line.steps:
        parts = {name: str(part) for name, part in step.parts}
        numbers = {name: read(text) for name, text in parts.items() if re.fullmatch(r"-?\d+(\.\d+)?%?", text)}
        n = numbers.__getitem__
        match step.code:
            case "step-value-ratio" | "step-team-ratio":
                assert is_shown(n("numerator") / n("denominator"), parts["value"])
            case "step-full-period":
                assert is_shown(n("value") / n("presence"), parts["full"])
                assert n("value") == line.value
            case "step-short":
                assert n("bound") - n("value") == n("amount") > 0
            case "step-over":
                assert n("value") - n("bound") == n("amount") > 0
            case "step-completed" | "step-started" | "step-even":
                quotient = parts["steps"] if step.code == "step-even" else parts["quotient"]
                assert is_shown(n("amount") / n("per"), quotient)
                count = {"step-completed": math.floor, "step-started": math.ceil}.get(step.code)
                assert n("steps") == (count(read(quotient)) if count else read(quotient))
            case "step-off":
                assert n("steps") * n("deduct") == n("off")
            case "step-left" | "step-floor":
                assert max(n("weight") - n("off"), Fraction(0)) == n("points")
                assert (n("off") > n("weight")) == (step.code == "step-floor")
            case "step-curve-between":
                slope = (n("high_share") - n("low_share")) / (n("high") - n("low"))
                assert is_shown(n("low_share") + (n("value") - n("low")) * slope, parts["share"])
            case "step-attained":
                assert is_shown(n("above") / n("below"), parts["attained"])
            case "step-relative":
                assert is_shown((n("worse") + n("equal") / 2) / n("colleagues"), parts["share"])
            case "step-share":
                assert is_shown(n("weight") * n("share"), parts["points"])
            case code if code.startswith("step-weight"):
                assert abs(n("raw") / n("weight") * n("max") - n("points")) * 2 <= Fraction(1, 10**4)
                assert n("raw") == earned
                assert n("max") == Fraction(line.max_points)
            case "step-rounded":
                assert earned is not None
                shown = Decimal(earned.numerator) / Decimal(earned.denominator)
                assert shown.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(parts["points"])
        earned = numbers.get("points", earned)
    if line.steps:
        assert line.points is not None
        assert earned == Fraction(line.points)


@settings(max_examples=60)
@given(month=months(), value=st.integers(0, 400))
def test_a_better_value_never_lowers_the_points(month: Any, value: int) -> None:
    rubric, measures, measurements, agents, *rest = month
    name, agent_id = "m0", agents[0].agent_id
    indicator = rubric.find_indicator(name)
    assert indicator
    assume(indicator.target is None or indicator.target.direction == "higher")
    points: list[Any] = []
    for hits in (value, min(value + 1, 400)):
        key, found = measured(agent_id, name, hits, 400)
        cards = score_agents(rubric, measures, {**measurements, key: found}, agents, *rest)
        card = next(card for card in cards if card.agent.agent_id == agent_id)
        points.append(next(line.points for line in card.indicators if line.name == name))
    worse, better = points
    assume(worse is not None)  # a relative rule with nobody to compare with
    assert worse <= better


EVENTS = st.none() | st.integers(0, 12)
MARKS = st.none() | st.decimals(0, 100, places=1)
SHEETS = st.fixed_dictionaries(
    {
        "csat": PAIRS, "timely_resolution": PAIRS, "complaint_success": PAIRS,
        "responsibility_events": EVENTS, "attitude_complaints": EVENTS, "communication_events": EVENTS,
        "exam_score": MARKS, "problem_solving": MARKS,
    }
)  # fmt: skip


@given(SHEETS)
def test_60_20_20_agrees_with_a_recomputation(sheet: dict[str, Any]) -> None:
    measurements = dict(
        measured("A", name, *(value if isinstance(value, tuple) else (value,))) for name, value in sheet.items()
    )
    (card,) = score_agents(rubric_of(AFTERSALES), AFTERSALES_MEASURES, measurements, [Agent("A")])
    assert {line.name: line.points for line in card.indicators} == recompute_aftersales(sheet)


def recompute_aftersales(sheet: dict[str, Any]) -> dict[str, Decimal | None]:
    """Seed 002 in hundredths of a percent and of a point, by whole numbers alone."""

    def rate(name: str, weight: int, percent: int, off: int, least: int = 1) -> Fraction | None:
        if sheet[name] is None or sheet[name][1] < least:
            return None
        hits, of = sheet[name]
        short = max(percent * of - 100 * hits, 0)  # in percent points × of
        return Fraction(max(weight - off * (short // of), 0), weight)

    def events(name: str, weight: int, off: int) -> Fraction | None:
        return None if sheet[name] is None else Fraction(max(weight - off * sheet[name], 0), weight)

    exam, solving = sheet["exam_score"], sheet["problem_solving"]
    parts = {
        "performance": (60, {
            "csat": (30, rate("csat", 30, 90, 2, least=10)),
            "timely_resolution": (15, rate("timely_resolution", 15, 95, 1)),
            "complaint_success": (15, Fraction(1) if sheet["complaint_success"] is None
                                  else rate("complaint_success", 15, 85, 1)),
        }),
        "attitude": (20, {
            "responsibility_events": (10, events("responsibility_events", 10, 2)),
            "attitude_complaints": (10, events("attitude_complaints", 10, 2)),
        }),
        "ability": (20, {
            "exam_score": (10, None if exam is None
                           else Fraction(max(10 - 2 * (max(800 - int(exam * 10), 0) // 50), 0), 10)),
            "communication_events": (5, events("communication_events", 5, 1)),
            "problem_solving": (5, None if solving is None else Fraction(solving) / 100),
        }),
    }  # fmt: skip
    scored = {
        name: {key: weight for key, (weight, share) in lines.items() if share is not None}
        for name, (_, lines) in parts.items()
    }
    live = {name: weight for name, (weight, _) in parts.items() if scored[name]}
    dimension_cents = split_cents(10_000, live)
    points: dict[str, Decimal | None] = {}
    for name, (_, lines) in parts.items():
        cents = split_cents(dimension_cents.get(name, 0), scored[name])
        for key, (_, share) in lines.items():
            half_up = None if share is None else math.floor(cents[key] * share + Fraction(1, 2))
            points[key] = None if half_up is None else Decimal(half_up) / 100
    return points


def split_cents(total: int, weights: dict[str, int]) -> dict[str, int]:
    whole = sum(weights.values())
    cents = {name: total * weight // whole for name, weight in weights.items()}
    rest = {name: total * weight % whole for name, weight in weights.items()}
    while sum(cents.values()) < (total if weights else 0):
        name = max(rest, key=lambda key: rest[key])
        cents[name] += 1
        rest[name] = -1
    return cents
