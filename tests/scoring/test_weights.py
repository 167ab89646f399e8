"""Seasons and roles: other weights, the same rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from scoring_sample import line_of, measure_of, rubric_of, say_en, score_one

from csperf.scoring.cards import Agent, Scorecard
from csperf.scoring.weights import apportion

STEP = {"deduct": 2, "per": "1%", "step": "completed"}
SCHEME: dict[str, dict[str, Any]] = {
    "quality": {
        "csat": {"weight": 40, "target": ">= 90%", "score": STEP},
        "resolved": {"weight": 20, "target": ">= 80%", "score": STEP},
    },
    "efficiency": {"timely": {"weight": 40, "target": ">= 95%", "score": STEP}},
}
RUBRIC = rubric_of(
    SCHEME,
    seasons={
        "peak": {"months": ["*-06"], "weights": {"efficiency": 48, "quality": 52}},
        "as_written": {"months": ["*-07"], "weights": {"efficiency": 40, "quality": 60}},
    },
    roles={
        "experts": {"roles": ["expert", "lead"], "weights": {"quality": 90, "efficiency": 10},
                    "targets": {"csat": ">= 95%"}},
        "beginners": {"roles": ["beginner"], "targets": {"csat": ">= 85%"}},
    },
)  # fmt: skip
MEASURES = {name: measure_of(name) for name in ("csat", "resolved", "timely")}
VALUES = {"csat": (88, 100), "resolved": (80, 100), "timely": (90, 100)}


def score(season: str | None = None, role: str | None = None, **other: Any) -> Scorecard:
    return score_one(RUBRIC, MEASURES, {**VALUES, **other}, Agent("A", role=role), season=season)


def weights_of(card: Scorecard) -> list[str]:
    return [str(line.weight) for line in card.indicators]


def test_as_written() -> None:
    card = score()
    assert (weights_of(card), str(card.score), card.variant) == (["40", "20", "40"], "86.00", None)


def test_a_season_reckons_on_the_written_weight_and_scales_the_points() -> None:
    card = score("peak")
    assert weights_of(card) == ["34.67", "17.33", "48.00"]
    assert [(one.name, one.weight, one.max_points) for one in card.dimensions] == [
        ("quality", Decimal(52), Decimal(52)),
        ("efficiency", Decimal(48), Decimal(48)),
    ]
    csat = line_of(card, "csat")
    assert csat.points == Decimal("31.20")  # 36 ÷ 40 × 34.67 = 31.203
    assert [say_en(step) for step in csat.steps][-3:] == [
        "points: 40 − 4 = 36.00",
        "with the weight of the season: 36.00 ÷ 40 × 34.67 = 31.203",
        "rounded half up: 31.20",
    ]
    assert card.score == Decimal("31.20") + Decimal("17.33") + Decimal("36.00")
    assert card.coverage == 1
    assert card.notes == ()


def test_a_season_with_the_written_weights_says_nothing() -> None:
    card = score("as_written")
    assert card.score == 86
    assert say_en(card.indicators[0].steps[-1]) == "points: 40 − 4 = 36.00"


def test_weight_of_the_season_and_of_unscored_indicators() -> None:
    card = score("peak", resolved=None)
    csat, resolved, _ = card.indicators
    assert (csat.weight, csat.max_points, csat.points) == (Decimal("34.67"), Decimal(52), Decimal("46.80"))
    assert say_en(csat.steps[-1]) == (
        "with the weight of the season and of unscored indicators: 36.00 ÷ 40 × 52.00 = 46.80"
    )
    assert (resolved.weight, resolved.max_points) == (Decimal("17.33"), Decimal(0))
    assert card.coverage == Decimal("0.8267")
    assert [say_en(note) for note in card.notes] == ["scored on 82.67 of 100"]


@pytest.mark.parametrize("season", [None, "peak"])
def test_the_weights_of_a_role_go_before_those_of_a_season(season: str | None) -> None:
    card = score(season, "lead")
    assert (weights_of(card), card.variant) == (["60.00", "30.00", "10.00"], "experts")
    csat = line_of(card, "csat")
    assert (csat.target, csat.points) == (">= 95%", Decimal("39.00"))
    assert say_en(csat.steps[-1]) == "with the weight for this role: 26.00 ÷ 40 × 60.00 = 39.00"


def test_a_role_without_weights_of_its_own_follows_the_season() -> None:
    card = score("peak", "beginner")
    assert (weights_of(card), card.variant) == (["34.67", "17.33", "48.00"], "beginners")
    assert line_of(card, "csat").points == Decimal("34.67")


def test_another_role_is_scored_as_written() -> None:
    assert score(role="clerk") == score_one(RUBRIC, MEASURES, VALUES, Agent("A", role="clerk"))
    assert score(role="clerk").score == score().score


def test_weight_of_a_role_and_of_unscored_indicators() -> None:
    (step,) = [
        say_en(step) for step in line_of(score(role="expert", timely=None), "csat").steps if "weight" in step.code
    ]
    assert step == "with the weight for this role and of unscored indicators: 26.00 ÷ 40 × 66.67 = 43.3355"


def test_weights_of_thirds_add_up_to_the_cent() -> None:
    assert apportion([Decimal(1)] * 3, Decimal(100)) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert apportion([Decimal(1), Decimal(0), Decimal(2)], Decimal("0.01")) == [0, 0, Decimal("0.01")]
    assert apportion([Decimal(0)] * 2, Decimal(100)) == [0, 0]
