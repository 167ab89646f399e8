from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from scoring_sample import measure_of, measured, rubric_of, say_en, score_aftersales

from csperf.scoring.cards import Agent, Scorecard
from csperf.scoring.score import score_agents

PLAIN = {"score": {"curve": {0: 0, 100: 100}}}


def score_marks(marks: dict[str, Any], **indicator: Any) -> tuple[Scorecard, ...]:
    """One indicator, whose mark is the score."""
    return score_agents(
        rubric_of({"all": {"mark": {"weight": 100, **PLAIN, **indicator}}}),
        {"mark": measure_of("mark", "mean", "")},
        dict(measured(agent_id, "mark", mark) for agent_id, mark in marks.items()),
        [Agent(agent_id) for agent_id in marks],
    )


def test_ranks_with_ties_skip_places() -> None:
    cards = score_marks({"D": 70, "C": 90, "B": 90, "E": None, "A": 95, "F": 70, "G": 10})
    assert [(card.agent.agent_id, card.rank) for card in cards] == [
        ("A", 1), ("B", 2), ("C", 2), ("D", 4), ("F", 4), ("G", 6), ("E", None),
    ]  # fmt: skip


def test_ties_are_decided_by_the_printed_score() -> None:
    cards = score_marks({"A": "90.001", "B": "90.004"})
    assert [card.rank for card in cards] == [1, 1]


@pytest.mark.parametrize(
    ("mark", "score", "grade"),
    [
        ("89.995", "90.00", "excellent"), ("89.994", "89.99", "qualified"), ("90", "90.00", "excellent"),
        ("69.995", "70.00", "qualified"), ("69.99", "69.99", "unqualified"), ("0", "0.00", "unqualified"),
    ],
)  # fmt: skip
def test_the_printed_total_decides_the_grade(mark: str, score: str, grade: str) -> None:
    (card,) = score_marks({"A": mark})
    assert (str(card.score), card.grade) == (score, grade)


def test_less_than_half_scored_gives_nothing() -> None:
    card = score_aftersales(csat=None, timely_resolution=None, exam_score=None)
    assert (card.score, card.grade, card.rank, card.coverage) == (None, None, None, Decimal("0.45"))
    assert [say_en(note) for note in card.notes] == ["scored on 45 of 100, less than half: no score, no grade, no rank"]


def test_exactly_half_is_enough() -> None:
    card = score_aftersales(csat=None, timely_resolution=None, communication_events=None)
    assert (card.score, card.coverage) == (Decimal(100), Decimal("0.5"))


def test_a_held_indicator_holds_the_score() -> None:
    held, ranked = score_agents(
        rubric_of({"a": {"x": {"weight": 60, "missing": "hold", **PLAIN}, "y": {"weight": 10, **PLAIN}},
                   "b": {"z": {"weight": 30, **PLAIN}}}),
        {name: measure_of(name, "mean", "") for name in "xyz"},
        dict([measured("A", "y", 100), measured("A", "z", 100),
              measured("B", "x", 50), measured("B", "y", 50), measured("B", "z", 50)]),
        [Agent("A"), Agent("B")],
    )[::-1]  # fmt: skip
    assert (held.score, held.grade, held.rank, held.coverage) == (None, None, None, Decimal("0.4"))
    assert [one.points for one in held.dimensions] == [None, 30]
    assert [one.max_points for one in held.dimensions] == [70, 30]
    assert say_en(held.notes[0]) == "no score until a person decides about this indicator: x"
    assert (ranked.score, ranked.rank) == (Decimal(50), 1)
