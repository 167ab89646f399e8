from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_sample import say_en

from csperf.rubric.quantities import parse_target
from csperf.rubric.scheme import AttainRule, BandsRule, CurveRule, DeductRule
from csperf.scoring.points import (
    Outcome,
    score_attain,
    score_bands,
    score_curve,
    score_deduct,
    score_relative,
)


def deduct(
    value: str,
    target: str,
    per: str,
    off: Any = 2,
    step: str | None = None,
    weight: int = 30,
    unit: str = "%",
) -> Outcome:
    rule = DeductRule.model_validate({"deduct": off, "per": per, "step": step})
    return score_deduct(rule, parse_target(target), Fraction(weight), unit, Fraction(value))


@pytest.mark.parametrize(
    ("value", "step", "points"),
    [
        ("44/50", "completed", 26), ("44/50", "started", 26), ("44/50", "proportional", 26),
        ("43/50", "completed", 22), ("43/50", "started", 22), ("43/50", "proportional", 22),
        ("179/200", "completed", 30), ("179/200", "started", 28), ("179/200", "proportional", 29),
        ("45/50", "completed", 30), ("45/50", "started", 30), ("45/50", "proportional", 30),
        ("899/1000", "completed", 30), ("899/1000", "started", 28), ("899/1000", "proportional", "29.8"),
        ("75/100", "completed", 0), ("75/100", "started", 0), ("75/100", "proportional", 0),
        ("751/1000", "completed", 2), ("751/1000", "started", 0), ("751/1000", "proportional", "0.2"),
        ("0", "completed", 0), ("0", "started", 0), ("0", "proportional", 0),
        ("1", "completed", 30), ("1", "started", 30), ("1", "proportional", 30),
    ],
)  # fmt: skip
def test_two_points_per_percent_below_90(value: str, step: str, points: Any) -> None:
    assert deduct(value, ">= 90%", "1%", step=step).raw == Fraction(points)


@pytest.mark.parametrize(
    ("mark", "step", "points"),
    [
        ("80", "completed", 10), ("79", "completed", 10), ("75.1", "completed", 10), ("75", "completed", 8),
        ("74.9", "completed", 8), ("70", "completed", 6), ("55", "completed", 0), ("0", "completed", 0),
        ("80", "started", 10), ("79", "started", 8), ("75", "started", 8), ("74.9", "started", 6),
        ("79", "proportional", "9.6"), ("75", "proportional", 8), ("74.9", "proportional", "7.96"),
    ],
)  # fmt: skip
def test_exam_two_points_per_five_below_80(mark: str, step: str, points: Any) -> None:
    assert deduct(mark, ">= 80", "5", step=step, weight=10, unit="").raw == Fraction(points)


@pytest.mark.parametrize(("events", "points"), [(0, 10), (1, 8), (5, 0), (6, 0), (12, 0)])
def test_two_points_per_event(events: int, points: int) -> None:
    outcome = deduct(str(events), "<= 0", "1", weight=10, unit="")
    assert outcome.raw == points
    assert (outcome.reason.code == "target-reached") == (events == 0)


@pytest.mark.parametrize(
    ("value", "unit", "points"),
    [
        ("30", "s", 10),
        ("31", "s", 10),
        ("90", "s", 8),
        ("1.5", "min", 8),
        ("0.5", "min", 10),
        ("0.05", "h", 6),
    ],
)
def test_targets_are_compared_in_base_units(value: str, unit: str, points: int) -> None:
    outcome = deduct(value, "<= 30s", "1min", step="completed", weight=10, unit=unit)
    assert outcome.raw == points


@pytest.mark.parametrize(
    ("value", "points", "code"),
    [("15", 8, "short-completed"), ("20", 10, "target-reached"), ("40", 10, "target-reached"),
     ("49", 8, "over-completed"), ("50", 6, "over-completed")],
)  # fmt: skip
def test_a_range_is_missed_on_either_side(value: str, points: int, code: str) -> None:
    outcome = deduct(value, "20/h .. 40/h", "5", step="completed", weight=10, unit="/h")
    assert (outcome.raw, outcome.reason.code) == (Fraction(points), code)


def test_a_strict_bound_is_missed_by_nothing() -> None:
    outcome = deduct("0.01", "< 1%", "1%", step="started")
    assert (outcome.raw, outcome.reason.code) == (Fraction(30), "at-bound")


def test_reason_is_the_sentence_of_the_contract() -> None:
    assert say_en(deduct("44/50", ">= 90%", "1%", step="completed").reason) == (
        "short by 2.00%: 2 completed steps of 1% × 2 points"
    )
    assert say_en(deduct("89/100", ">= 90%", "1%", off=1, step="completed").reason) == (
        "short by 1.00%: 1 completed step of 1% × 1 point"
    )


CURVE = {"80%": 0, "90%": 60, "95%": 100}


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("0", 0),
        ("0.8", 0),
        ("0.85", 6),
        ("0.9", 12),
        ("0.92", "15.2"),
        ("0.95", 20),
        ("1", 20),
        ("6/7", "48/7"),
    ],
)
def test_curve(value: str, points: Any) -> None:
    rule = CurveRule.model_validate({"curve": CURVE})
    assert score_curve(rule, Fraction(20), "%", Fraction(value)).raw == Fraction(points)


def test_a_falling_curve_in_another_unit() -> None:
    rule = CurveRule.model_validate({"curve": {"30s": 100, "90s": 0}})
    assert [score_curve(rule, Fraction(10), "min", Fraction(x)).raw for x in ("0.5", "1", "1.5")] == [
        10,
        5,
        0,
    ]


@pytest.mark.parametrize(
    ("value", "points"), [("0.95", 20), ("0.9499", 16), ("0.9", 16), ("0.8999", 0), ("0", 0), ("1", 20)]
)
def test_bands(value: str, points: int) -> None:
    rule = BandsRule.model_validate({"bands": {">= 95%": 100, ">= 90%": 80, "else": 0}})
    assert score_bands(rule, Fraction(20), "%", Fraction(value)).raw == points


@pytest.mark.parametrize(
    ("target", "cap", "value", "points"),
    [
        (">= 90%", "100%", "0.45", 10), (">= 90%", "100%", "0.9", 20), (">= 90%", "120%", "1", 20),
        (">= 90%", "80%", "0.45", 10), (">= 90%", "80%", "0.81", 16), (">= 90%", "80%", "1", 16),
        ("<= 2%", "100%", "0.04", 10), ("<= 2%", "100%", "0", 20), ("<= 2%", "100%", "0.02", 20),
        (">= 10%", "100%", "-0.05", 0), (">= -10%", "100%", "-0.2", 0), ("<= 0%", "100%", "0.1", 0),
        ("40% .. 80%", "100%", "0.2", 10), ("40% .. 80%", "100%", "0.5", 20), ("40% .. 80%", "100%", "1", 16),
    ],
)  # fmt: skip
def test_attain(target: str, cap: str, value: str, points: int) -> None:
    rule = AttainRule.model_validate({"attain": {"cap": cap}})
    assert score_attain(rule, parse_target(target), Fraction(20), "%", Fraction(value)).raw == points


@pytest.mark.parametrize(
    ("worse", "equal", "colleagues", "points"),
    [(0, 0, 4, 0), (4, 0, 4, 10), (1, 2, 4, 5), (0, 1, 1, 5), (1, 0, 3, "10/3")],
)
def test_relative(worse: int, equal: int, colleagues: int, points: Any) -> None:
    assert score_relative(worse, equal, colleagues, Fraction(10)).raw == Fraction(points)


SHARES = st.fractions(0, 1, max_denominator=10_000)


@given(low=SHARES, high=SHARES, step=st.sampled_from(["completed", "started", "proportional"]))
def test_a_better_value_never_costs_points(low: Fraction, high: Fraction, step: str) -> None:
    low, high = sorted((low, high))
    target = parse_target(">= 90%")
    rules: list[Callable[[Fraction], Outcome]] = [
        lambda value: deduct(str(value), ">= 90%", "0.7%", step=step),
        lambda value: score_curve(CurveRule.model_validate({"curve": CURVE}), Fraction(30), "%", value),
        lambda value: score_bands(
            BandsRule.model_validate({"bands": {">= 95%": 100, "> 90%": 80, "else": 0}}),
            Fraction(30),
            "%",
            value,
        ),
        lambda value: score_attain(
            AttainRule.model_validate({"attain": {"cap": "90%"}}), target, Fraction(30), "%", value
        ),
    ]
    for rule in rules:
        assert 0 <= rule(low).raw <= rule(high).raw <= 30


@given(value=SHARES)
def test_proportion_lies_between_started_and_completed(value: Fraction) -> None:
    started, proportional, completed = (
        deduct(str(value), ">= 90%", "1%", step=step).raw for step in ("started", "proportional", "completed")
    )
    assert started <= proportional <= completed < started + 2 + Fraction(1, 10**9)
