from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from scoring_sample import (
    AFTERSALES,
    AFTERSALES_MEASURES,
    line_of,
    measure_of,
    measured,
    perfect,
    rubric_of,
    say_en,
    score_aftersales,
)

from csperf.scoring.cards import Agent, IndicatorScore, Measurement, Scorecard
from csperf.scoring.score import score_agents


def reason_of(line: IndicatorScore) -> str:
    return "; ".join(map(say_en, line.reason))


def steps_of(line: IndicatorScore) -> list[str]:
    return [say_en(step) for step in line.steps]


@pytest.mark.parametrize(
    ("csat", "points"), [((44, 50), "26.00"), ((43, 50), "22.00"), ((179, 200), "30.00"), ((3, 10), "0.00")]
)
def test_satisfaction_at_the_edges(csat: tuple[int, int], points: str) -> None:
    assert line_of(score_aftersales(csat=csat), "csat").points == Decimal(points)


def test_the_derivation_of_cli_md() -> None:
    line = line_of(score_aftersales(csat=(44, 50)), "csat")
    assert reason_of(line) == "short by 2.00%: 2 completed steps of 1% × 2 points"
    assert steps_of(line) == [
        "value: 44 ÷ 50 = 88.00%",
        "target: >= 90%",
        "short by: 90% − 88.00% = 2.00%",
        "steps: 2.00% ÷ 1% = 2",
        "points off: 2 × 2 = 4",
        "points: 30 − 4 = 26.00",
    ]


def test_printed_digits_never_contradict_the_decision() -> None:
    line = line_of(score_aftersales(csat=(89996, 100000)), "csat")
    assert reason_of(line) == "short by 0.004%: 0 completed steps of 1% × 2 points"
    assert steps_of(line)[0] == "value: 89996 ÷ 100000 = 89.996%"
    # 1.996 % short is one completed step, which "2.00%" would hide.
    line = line_of(score_aftersales(csat=(88004, 100000)), "csat")
    assert reason_of(line) == "short by 1.996%: 1 completed step of 1% × 2 points"
    assert "completed steps: 1.996% ÷ 1% = 1.996, counts as 1" in steps_of(line)


def test_nobody_complained() -> None:
    line = line_of(score_aftersales(complaint_success=None), "complaint_success")
    assert (line.points, line.max_points) == (Decimal("15.00"), Decimal("15.00"))
    assert (line.status, line.policy) == ("missing", "full")
    assert reason_of(line) == "no data: full points, as the rubric says"


def test_no_surveys_at_all_moves_the_weight_within_the_dimension() -> None:
    card = score_aftersales(csat=None, timely_resolution=(93, 100))
    csat, timely, complaints = card.indicators[:3]
    assert (csat.points, csat.max_points) == (None, Decimal("0.00"))
    assert (csat.status, csat.policy) == ("missing", "exclude")
    assert reason_of(csat) == "no data: weight moved to the other indicators of the dimension"
    assert (timely.points, timely.max_points) == (Decimal("26.00"), Decimal("30.00"))
    assert steps_of(timely)[-2:] == [
        "points: 15 − 2 = 13.00",
        "with the weight of unscored indicators: 13.00 ÷ 15 × 30.00 = 26.00",
    ]
    assert complaints.points == 30
    assert (card.score, card.coverage) == (Decimal("96.00"), Decimal("0.7"))
    assert [say_en(note) for note in card.notes] == ["scored on 70 of 100"]


def test_a_dimension_without_data_passes_its_weight_on() -> None:
    card = score_aftersales(responsibility_events=None, attitude_complaints=None)
    assert [one.max_points for one in card.dimensions] == [Decimal(75), Decimal(0), Decimal(25)]
    assert [one.points for one in card.dimensions] == [Decimal(75), None, Decimal(25)]
    assert reason_of(line_of(card, "attitude_complaints")) == "no data: weight moved to the other dimensions"


def score_thin(then: str, *others: tuple[Any, Any]) -> Scorecard:
    """Agent A with 3 of 3 answers where 10 are needed, and half of the weight on something else."""
    indicator = {
        "weight": 50, "target": ">= 90%", "score": {"deduct": 2, "per": "1%", "step": "completed"},
        "small_sample": {"below": 10, "then": then},
    }  # fmt: skip
    rubric = rubric_of({"all": {"csat": indicator, "rest": {"weight": 50, "score": {"curve": {0: 0, 100: 100}}}}})
    measures = {"csat": measure_of("csat"), "rest": measure_of("rest", "mean", "")}
    agents = [Agent("A", team="one"), Agent("B", team="one"), Agent("C", team="two"), Agent("D")]
    measurements = dict(
        [measured("A", "csat", 3, 3), *(measured(one.agent_id, "rest", 100) for one in agents), *others]
    )
    cards = score_agents(rubric, measures, measurements, agents)
    return next(card for card in cards if card.agent.agent_id == "A")


@pytest.mark.parametrize(
    ("then", "points", "maximum", "score", "reason"),
    [
        ("exclude", None, "0.00", "100.00", "weight moved to the other indicators of the dimension"),
        ("full", "50.00", "50.00", "100.00", "full points, as the rubric says"),
        ("zero", "0.00", "50.00", "50.00", "0 points, as the rubric says"),
        ("hold", None, "50.00", None, "held until a person decides"),
    ],
)
def test_three_answers_where_ten_are_needed(
    then: str, points: str | None, maximum: str, score: str | None, reason: str
) -> None:
    card = score_thin(then)
    line = line_of(card, "csat")
    assert line.points == (None if points is None else Decimal(points))
    assert line.max_points == Decimal(maximum)
    assert (line.status, line.policy, line.value) == ("small_sample", then, Fraction(1))
    assert card.score == (None if score is None else Decimal(score))
    assert reason_of(line) == f"3 of at least 10 cases: {reason}"


def test_team_policy_pools_the_team_and_only_the_team() -> None:
    card = score_thin("team", measured("B", "csat", 84, 97), measured("C", "csat", 0, 1000))
    line = line_of(card, "csat")
    assert (line.points, line.policy) == (Decimal(44), "team")  # 87 of 100
    assert line.value == 1  # the agent's own
    assert reason_of(line) == (
        "3 of at least 10 cases: scored with the team's 87.00%; short by 3.00%: 3 completed steps of 1% × 2 points"
    )
    assert steps_of(line)[0] == "team's value: 87 ÷ 100 = 87.00%"


def test_an_agent_without_a_team_is_scored_with_the_shop() -> None:
    indicator = {"weight": 100, "missing": "team", "score": {"curve": {"0%": 0, "100%": 100}}}
    cards = score_agents(
        rubric_of({"all": {"csat": indicator}}), {"csat": measure_of("csat")},
        dict([measured("B", "csat", 10, 20), measured("C", "csat", 50, 60)]),
        [Agent("A"), Agent("B", team="one"), Agent("C", team="two")],
    )  # fmt: skip
    assert next(card for card in cards if card.agent.agent_id == "A").score == 75


def test_a_team_without_a_value_falls_back_to_exclude() -> None:
    indicator = {"weight": 100, "missing": "team", "score": {"curve": {"0%": 0, "100%": 100}}}
    (card,) = score_agents(rubric_of({"all": {"csat": indicator}}), {"csat": measure_of("csat")}, {}, [Agent("A")])
    line = line_of(card, "csat")
    assert (line.points, line.policy) == (None, "exclude")
    assert reason_of(line) == "no value of the team to score with; no data: not scored"


@pytest.mark.parametrize("kind", ["count", "sum", "max", "percentile"])
def test_what_does_not_pool_is_never_pooled(kind: str) -> None:
    indicator = {"weight": 100, "missing": "team", "score": {"curve": {0: 0, 100: 100}}}
    cards = score_agents(
        rubric_of({"all": {"x": indicator}}), {"x": measure_of("x", kind, "")},
        dict([measured("B", "x", 10, 20)]), [Agent("A"), Agent("B")],
    )  # fmt: skip
    assert cards[-1].agent.agent_id == "A"
    assert cards[-1].score is None


def score_relative_team(
    values: dict[str, Any], better: str = "higher", teams: dict[str, str] | None = None, **indicator: Any
) -> dict[str, IndicatorScore]:
    rubric = rubric_of({"all": {"x": {"weight": 100, "score": {"relative": "percentile"}, **indicator}}})
    cards = score_agents(
        rubric, {"x": measure_of("x", "mean", "", better)},
        dict(measured(agent_id, "x", value, 20) for agent_id, value in values.items()),
        [Agent(agent_id, team=(teams or {}).get(agent_id)) for agent_id in values],
    )  # fmt: skip
    return {card.agent.agent_id: card.indicators[0] for card in cards}


def test_relative_place_with_ties() -> None:
    lines = score_relative_team({"A": 1, "B": 2, "C": 2, "D": 3, "E": None})
    assert {name: line.points for name, line in lines.items()} == {
        "A": 0, "B": Decimal("50.00"), "C": Decimal("50.00"), "D": 100, "E": None,
    }  # fmt: skip
    assert reason_of(lines["B"]) == "better than 1 of 3 colleagues, level with 1"
    assert steps_of(lines["B"])[1] == "place: (1 worse + 1 level ÷ 2) ÷ 3 colleagues = 50%"


def test_relative_where_lower_is_better() -> None:
    lines = score_relative_team({"A": 1, "B": 2, "C": 3}, better="lower")
    assert [lines[name].points for name in "ABC"] == [100, 50, 0]


def test_relative_stays_within_the_team() -> None:
    lines = score_relative_team({"A": 1, "B": 2, "C": 0, "D": 9}, teams={"A": "n", "B": "n", "C": "s", "D": "s"})
    assert [lines[name].points for name in "ABCD"] == [0, 100, 0, 100]


def test_relative_with_nobody_to_compare_with_counts_as_missing() -> None:
    line = score_relative_team({"A": 1, "B": None}, missing="full")["A"]
    assert (line.points, line.status, line.policy) == (Decimal(100), "missing", "full")
    assert reason_of(line) == "no colleague to compare with: full points, as the rubric says"


def test_relative_leaves_thin_colleagues_out_and_can_use_the_team() -> None:
    rubric = rubric_of(
        {
            "all": {
                "x": {
                    "weight": 100,
                    "score": {"relative": "percentile"},
                    "small_sample": {"below": 10, "then": "team"},
                }
            }
        }
    )
    measurements = dict([measured("A", "x", 30, 30), measured("B", "x", 10, 20), measured("C", "x", 0, 5)])
    cards = score_agents(rubric, {"x": measure_of("x", better="higher")}, measurements, [Agent(x) for x in "ABC"])
    points = {card.agent.agent_id: card.indicators[0].points for card in cards}
    assert points == {"A": 100, "B": 0, "C": 50}  # C's 40 of 55 lies between A and B


def test_moved_weight_and_rounding_in_one_derivation() -> None:
    card = score_aftersales(communication_events=None, exam_score="74.9", problem_solving="77.7")
    exam, _, solving = card.indicators[5:]
    assert (exam.max_points, solving.max_points) == (Decimal("13.33"), Decimal("6.67"))
    assert exam.points == Decimal("10.66")  # 13.33 × 8 ÷ 10 = 10.664
    assert steps_of(exam)[-2:] == [
        "with the weight of unscored indicators: 8.00 ÷ 10 × 13.33 = 10.664",
        "rounded half up: 10.66",
    ]


def test_a_result_just_below_a_half_is_not_shown_as_one() -> None:
    curve = {"score": {"curve": {"0%": 0, "100%": 100}}}
    weights = {"a": 30, "b": 30, "c": 30, "d": 10}
    rubric = rubric_of({"all": {name: {"weight": weight, **curve} for name, weight in weights.items()}})
    share = Fraction("10.00499999") / Fraction("33.33")
    measurements = {("A", name): Measurement("A", name, share) for name in "abc"}
    (card,) = score_agents(rubric, {name: measure_of(name) for name in weights}, measurements, [Agent("A")])
    line = line_of(card, "b")
    assert (line.max_points, line.points) == (Decimal("33.33"), Decimal("10.00"))
    rescaled, rounded = steps_of(line)[-2:]
    assert Decimal("10.0049") < Decimal(rescaled.rpartition("= ")[2]) < Decimal("10.005")
    assert rounded == "rounded half up: 10.00"


def test_points_end_at_zero_with_or_without_a_floor() -> None:
    assert steps_of(line_of(score_aftersales(csat=(75, 100)), "csat"))[-1] == "points: 30 − 30 = 0.00"
    floored = steps_of(line_of(score_aftersales(csat=(74, 100)), "csat"))[-1]
    assert floored == "points: 30 − 32 is below 0, so 0.00"


def test_a_formula_shows_its_parts() -> None:
    measures = {
        "uplift": measure_of("uplift", "derived", "%", formula="order / baseline - 1", parts=("order", "baseline")),
        "order": measure_of("order", "mean", "元"),
        "baseline": measure_of("baseline", "mean", "元"),
    }
    rubric = rubric_of({"all": {"uplift": {"weight": 100, "target": ">= 10%", "score": {"attain": {}}}}})
    measurements = dict([measured("A", "order", 105), measured("A", "baseline", 100)])
    measurements["A", "uplift"] = Measurement("A", "uplift", Fraction(1, 20))
    (card,) = score_agents(rubric, measures, measurements, [Agent("A")])
    assert steps_of(card.indicators[0]) == [
        "order = 105 元",
        "baseline = 100 元",
        "value: order / baseline - 1 = 5.00%",
        "target: >= 10%",
        "attained: 5.00% ÷ 10% = 50%",
        "points: 100 × 50% = 50.00",
    ]


def test_a_third_of_an_hour_is_twenty_minutes() -> None:
    rubric = rubric_of(
        {
            "all": {
                "x": {
                    "weight": 100,
                    "target": "<= 20min",
                    "score": {"deduct": 1, "per": "1min", "step": "started"},
                }
            }
        }
    )
    (card,) = score_agents(rubric, {"x": measure_of("x", "mean", "h")}, dict([measured("A", "x", 1, 3)]), [Agent("A")])
    assert card.score == 100
    assert reason_of(card.indicators[0]) == "target reached"


def test_an_agent_nobody_knows_anything_about() -> None:
    cards = score_agents(rubric_of(AFTERSALES), AFTERSALES_MEASURES, perfect("A"), [Agent("A"), Agent("B")])
    known, unknown = cards
    assert (known.agent.agent_id, known.score, known.rank) == ("A", Decimal(100), 1)
    # Only the complaints indicator says what no data is worth.
    assert (unknown.score, unknown.coverage) == (None, Decimal("0.15"))
