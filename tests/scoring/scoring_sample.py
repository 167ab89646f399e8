"""Builders for scoring tests: schemes from plain dicts, measures and measurements in one line each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from csperf.render.words import say
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, IndicatorScore, Measurement, Scorecard, Words
from csperf.scoring.score import score_agents

GRADES = [
    {"name": "excellent", "min": 90},
    {"name": "qualified", "min": 70},
    {"name": "unqualified", "min": 0},
]

AFTERSALES: dict[str, dict[str, Any]] = {
    "performance": {
        "csat": {
            "weight": 30,
            "target": ">= 90%",
            "score": {"deduct": 2, "per": "1%", "step": "completed"},
            "small_sample": {"below": 10, "then": "exclude"},
        },
        "timely_resolution": {
            "weight": 15,
            "target": ">= 95%",
            "score": {"deduct": 1, "per": "1%", "step": "completed"},
        },
        "complaint_success": {
            "weight": 15,
            "target": ">= 85%",
            "score": {"deduct": 1, "per": "1%", "step": "completed"},
            "missing": "full",
        },
    },
    "attitude": {
        "responsibility_events": {"weight": 10, "target": "<= 0", "score": {"deduct": 2, "per": 1}},
        "attitude_complaints": {"weight": 10, "target": "<= 0", "score": {"deduct": 2, "per": 1}},
    },
    "ability": {
        "exam_score": {
            "weight": 10,
            "target": ">= 80",
            "score": {"deduct": 2, "per": 5, "step": "completed"},
        },
        "communication_events": {"weight": 5, "target": "<= 0", "score": {"deduct": 1, "per": 1}},
        "problem_solving": {"weight": 5, "score": {"curve": {0: 0, 100: 100}}},
    },
}


def rubric_of(dimensions: dict[str, dict[str, Any]], **more: Any) -> Rubric:
    """A scheme of these indicators, and whatever else; a dimension weighs what its indicators do."""
    return Rubric.model_validate(
        {
            "name": "test", "version": "1", "title": "test", "grades": GRADES, **more,
            "dimensions": {
                name: {"weight": sum(one["weight"] for one in indicators.values()), "indicators": indicators}
                for name, indicators in dimensions.items()
            },
        }
    )  # fmt: skip


def measure_of(name: str, kind: str = "rate", unit: str = "%", better: Any = None, **more: Any) -> Measure:
    """A measure that needs no catalogue; a rate unless said otherwise."""
    terms = () if kind == "derived" else (Aggregate(table="surveys", kind=kind, at="at", value=name),)
    return Measure(
        name=name, kind=kind, title=name, definition=name, source="test", unit=unit,
        better=better, **{"terms": terms, **more},
    )  # fmt: skip


AFTERSALES_MEASURES = {
    name: measure_of(name, *kind)
    for name, kind in {
        "csat": (), "timely_resolution": (), "complaint_success": (),
        "responsibility_events": ("count", ""), "attitude_complaints": ("count", ""),
        "communication_events": ("count", ""), "exam_score": ("mean", ""), "problem_solving": ("mean", ""),
    }.items()
}  # fmt: skip


def measured(agent_id: str, name: str, value: Any, of: Any = None) -> tuple[tuple[str, str], Measurement]:
    """`value` alone, or `value` ÷ `of` with a sample of `of`; None is a value that is not there."""
    if value is None:
        return (agent_id, name), Measurement(agent_id, name, None)
    number = Fraction(str(value))
    if of is None:
        return (agent_id, name), Measurement(agent_id, name, number, number, None, 1)
    return (agent_id, name), Measurement(agent_id, name, number / of, number, Fraction(of), int(of))


def perfect(agent_id: str, **other: Any) -> dict[tuple[str, str], Measurement]:
    """Full marks in 60/20/20 but for what is given, as a value or as (numerator, denominator)."""
    values: dict[str, Any] = {
        "csat": (50, 50), "timely_resolution": (100, 100), "complaint_success": (5, 5),
        "responsibility_events": 0, "attitude_complaints": 0, "communication_events": 0,
        "exam_score": 100, "problem_solving": 100, **other,
    }  # fmt: skip
    return dict(
        measured(agent_id, name, *(value if isinstance(value, tuple) else (value,))) for name, value in values.items()
    )


def score_one(
    rubric: Rubric, measures: dict[str, Measure], values: dict[str, Any], agent: Agent | None = None, **more: Any
) -> Scorecard:
    """The card of one agent with these values, each alone or as (numerator, denominator)."""
    agent = agent or Agent("A")
    pairs = {name: value if isinstance(value, tuple) else (value,) for name, value in values.items()}
    measurements = dict(measured(agent.agent_id, name, *pair) for name, pair in pairs.items())
    (card,) = score_agents(rubric, measures, measurements, [agent], **more)
    return card


def score_aftersales(**other: Any) -> Scorecard:
    """The card of one agent with full marks but for what is given."""
    (card,) = score_agents(rubric_of(AFTERSALES), AFTERSALES_MEASURES, perfect("A", **other), [Agent("A")])
    return card


def line_of(card: Scorecard, name: str) -> IndicatorScore:
    return next(line for line in card.indicators if line.name == name)


def say_en(said: Words) -> str:
    return say(said, "en")


def say_zh(said: Words) -> str:
    return say(said, "zh-CN")
