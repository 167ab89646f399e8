"""Who was here for a part of the period, and teams, which are many: amounts in proportion, rates never."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from scoring_sample import line_of, measure_of, measured, rubric_of, say_en, say_zh, score_one

from csperf.scoring.cards import Agent, IndicatorScore, Measurement
from csperf.scoring.score import score_agents

ARTICLES = {"target": ">= 2", "score": {"deduct": 10, "per": 1}}
PRESENT = Fraction(13, 30)


def score_articles(
    value: Any, presence: Fraction = PRESENT, kind: str = "count", better: str | None = "higher", **indicator: Any
) -> IndicatorScore:
    rubric = rubric_of({"all": {"articles": {"weight": 100, **ARTICLES, **indicator}}})
    measures = {"articles": measure_of("articles", kind, "", better)}
    return score_one(rubric, measures, {"articles": value}, Agent("A", presence=presence)).indicators[0]


def test_an_amount_is_judged_on_a_full_period() -> None:
    line = score_articles(1)
    assert (line.value, line.points) == (Fraction(1), Decimal(100))  # what was measured stays what was measured
    assert [say_en(one) for one in line.reason] == ["2.31 on a full period", "target reached"]
    assert [say_en(one) for one in line.steps] == [
        "value: 1",
        "on a full period: 1 ÷ 43.33% present = 2.31",
        "target: >= 2",
        "nothing off: 100.00",
    ]
    assert say_zh(line.steps[1]) == "按整个周期折算：1 ÷ 在岗 43.33% = 2.31"


def test_a_count_without_a_step_is_no_longer_whole_and_counts_in_proportion() -> None:
    line = score_articles(1, presence=Fraction(3, 4))
    assert line.points == Decimal("93.33")
    assert [say_en(one) for one in line.steps][1:] == [
        "on a full period: 1 ÷ 75% present = 1.333",
        "target: >= 2",
        "short by: 2 − 1.333 = 0.667",
        "steps: 0.667 ÷ 1 = 0.667",
        "points off: 0.667 × 10 = 6.67",
        "points: 100 − 6.67 = 93.33",
    ]


@pytest.mark.parametrize(
    ("more", "is_prorated"),
    [
        ({}, True),
        ({"kind": "sum"}, True),
        ({"kind": "mean"}, False),
        ({"kind": "rate"}, False),
        ({"kind": "ratio"}, False),
        ({"kind": "max"}, False),
        ({"better": "lower"}, False),
        ({"better": None}, True),  # the target says that more is better
        ({"prorate": False}, False),
        ({"better": "lower", "prorate": True}, True),
        ({"presence": Fraction(1)}, False),
    ],
)
def test_amounts_where_more_is_better_unless_said_otherwise(more: dict[str, Any], is_prorated: bool) -> None:
    line = score_articles("0.9", **more)
    assert ("on-full-period" in [one.code for one in line.reason]) == is_prorated
    assert (line.points == 100) == is_prorated


def test_an_amount_of_who_was_not_here_says_nothing() -> None:
    line = score_articles(0, presence=Fraction(0), missing="full")
    assert (line.points, line.status, line.policy) == (Decimal(100), "missing", "full")
    assert [say_en(one) for one in line.reason] == ["not here in this period: full points, as the rubric says"]


def test_places_among_colleagues_compare_full_periods() -> None:
    rubric = rubric_of({"all": {"articles": {"weight": 100, "score": {"relative": "percentile"}}}})
    measures = {"articles": measure_of("articles", "count", "", "higher")}
    values = dict([measured("A", "articles", 2), measured("B", "articles", 3), measured("C", "articles", 3)])
    agents = [Agent("A", presence=Fraction(1, 2)), Agent("B"), Agent("C", presence=Fraction(1, 2))]
    cards = score_agents(rubric, measures, values, agents)
    assert [(card.agent.agent_id, str(card.score)) for card in cards] == [
        ("C", "100.00"),
        ("A", "50.00"),
        ("B", "0.00"),
    ]


def test_too_little_presence_gives_no_rank_and_the_others_close_up() -> None:
    rubric = rubric_of({"all": {"mark": {"weight": 100, "score": {"curve": {0: 0, 100: 100}}}}}, least_presence="50%")
    values = dict([measured("A", "mark", 95), measured("B", "mark", 90), measured("C", "mark", 80)])
    agents = [Agent("A", presence=Fraction(4999, 10_000)), Agent("B", presence=Fraction(1, 2)), Agent("C")]
    cards = score_agents(rubric, {"mark": measure_of("mark", "mean", "")}, values, agents)
    assert [(card.agent.agent_id, card.rank, card.grade) for card in cards] == [
        ("B", 1, "excellent"),
        ("C", 2, "qualified"),
        ("A", None, "excellent"),
    ]
    assert [say_en(note) for note in cards[2].notes] == ["present for 49.99% of the period, less than 50%: no rank"]
    assert cards[0].notes == ()


def test_the_presence_said_is_never_the_bound_that_it_misses() -> None:
    rubric = rubric_of({"all": {"mark": {"weight": 100, "score": {"curve": {0: 0, 100: 100}}}}}, least_presence="50%")
    agent = Agent("A", presence=Fraction(49_999_999, 100_000_000))
    card = score_one(rubric, {"mark": measure_of("mark", "mean", "")}, {"mark": 1}, agent)
    assert say_en(card.notes[0]).startswith("present for 49.999999% of")


TEAM = Agent("after-sales", presence=Fraction(11, 2), members=6)


def per_head(name: str, count: int) -> dict[tuple[str, str], Measurement]:
    heads = TEAM.presence
    return {(TEAM.agent_id, name): Measurement(TEAM.agent_id, name, count / heads, Fraction(count), heads, count)}


def test_events_of_a_team_count_per_head_and_in_proportion() -> None:
    rubric = rubric_of({"all": {"events": {"weight": 100, "target": "<= 0", "score": {"deduct": 10, "per": 1}}}})
    measures = {"events": measure_of("events", "count", "", "lower")}
    (card,) = score_agents(rubric, measures, per_head("events", 3), [TEAM])
    assert card.score == Decimal("94.55")  # 3 ÷ 5.5 = 0.5454…, × 10
    assert say_en(card.indicators[0].steps[0]) == "value: 3 ÷ 5.5 heads = 0.545"
    assert say_en(card.indicators[0].reason[0]) == "over by 0.545: 0.545 steps of 1 × 10 points"


def test_a_team_has_its_own_targets_and_no_role_and_is_ranked_whatever_its_presence() -> None:
    rubric = rubric_of(
        {"all": {"csat": {"weight": 100, "target": ">= 90%", "team_target": ">= 80%",
                          "score": {"deduct": 1, "per": "1%", "step": "completed"}}}},
        least_presence="100%",
    )  # fmt: skip
    team = Agent("small", presence=Fraction(1, 2), members=2)
    card = score_one(rubric, {"csat": measure_of("csat")}, {"csat": (80, 100)}, team)
    assert (card.rank, card.indicators[0].target, card.variant) == (1, ">= 80%", None)
    assert card.score == 100


def test_amounts_of_a_team_are_per_head_already() -> None:
    rubric = rubric_of({"all": {"articles": {"weight": 100, **ARTICLES}}})
    team = Agent("small", presence=Fraction(1, 2), members=2)
    card = score_one(rubric, {"articles": measure_of("articles", "count", "", "higher")}, {"articles": 2}, team)
    assert "step-full-period" not in [step.code for step in card.indicators[0].steps]


@pytest.mark.parametrize("cause", ["missing", "small_sample"])
def test_a_team_has_no_team_to_fall_back_on(cause: str) -> None:
    thin = {"small_sample": {"below": 10, "then": "team"}, "missing": "team"}
    rubric = rubric_of({"all": {"csat": {"weight": 100, "score": {"curve": {"0%": 0, "100%": 100}}, **thin}}})
    values = dict([measured("other", "csat", 50, 60)])
    if cause == "small_sample":
        values.update([measured("one", "csat", 3, 3)])
    cards = score_agents(
        rubric, {"csat": measure_of("csat")}, values, [Agent("one", members=2), Agent("other", members=3)]
    )
    line = next(line_of(card, "csat") for card in cards if card.agent.agent_id == "one")
    assert (line.points, line.policy, line.status) == (None, "exclude", cause)
    assert [one.code for one in line.reason] == [f"{cause}-exclude-all"]


def test_teams_are_compared_with_teams() -> None:
    rubric = rubric_of({"all": {"csat": {"weight": 100, "score": {"relative": "percentile"}}}})
    values = dict(measured(name, "csat", hits, 10) for name, hits in (("x", 9), ("y", 8), ("z", 7)))
    agents = [Agent(name, team=name, members=2) for name in "xyz"]
    cards = score_agents(rubric, {"csat": measure_of("csat", better="higher")}, values, agents)
    assert [card.score for card in cards] == [100, 50, 0]
