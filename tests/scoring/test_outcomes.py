"""Tiers, floors and awards: named on the card, and never a point more or less."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from scoring_sample import measure_of, measured, rubric_of, score_one

from csperf.period import Length
from csperf.render.words import say_list
from csperf.scoring.cards import Agent, CardOutcome, Scorecard
from csperf.scoring.score import score_agents

LINE = {"score": {"curve": {"0%": 0, "100%": 100}}}
SCHEME: dict[str, dict[str, Any]] = {
    "quality": {"csat": {"weight": 30, **LINE}, "compliance": {"weight": 10, **LINE}},
    "efficiency": {"timely": {"weight": 60, **LINE}},
}
MEASURES = {name: measure_of(name) for name in ("csat", "compliance", "timely")} | {
    "response": measure_of("response", "mean", "s", "lower")
}
GRADES = [
    {"name": "excellent", "title": {"en": "Excellent", "zh-CN": "优秀"}, "min": 90},
    {"name": "good", "title": "Good", "min": 80},
    {"name": "fair", "min": 70},
    {"name": "poor", "min": 0},
]
QUALITY_FLOOR = {"dimension": "quality", "min": "90%", "then": {"grade_at_most": "fair"}}
COMPLIANCE_FLOOR = {"indicator": "compliance", "target": ">= 100%", "then": {"grade_at_most": "good"}}


def score(floors: list[Any], csat: Any = (88, 100), compliance: Any = (100, 100), **more: Any) -> Scorecard:
    rubric = rubric_of(SCHEME, grades=GRADES, floors=floors)
    rubric = rubric.model_copy(update={"dimensions": {**rubric.dimensions, **more.pop("dimensions", {})}})
    return score_one(rubric, MEASURES, {"csat": csat, "compliance": compliance, "timely": (100, 100)}, **more)


def why(outcome: CardOutcome, lang: str = "en") -> str:
    return say_list(outcome.reason, lang)


def test_a_floor_that_bites_caps_the_grade_alone() -> None:
    card = score([{**QUALITY_FLOOR, "min": "95%"}])
    assert (str(card.score), card.grade, card.rank) == ("96.40", "fair", 1)
    (floor,) = card.outcomes
    assert (floor.kind, floor.name, floor.indicator, floor.grade_at_most) == ("floor", "quality", None, "fair")
    assert why(floor) == (
        "36.40 of 40.00 points of quality are 91.00%, below the floor of 95%: grade fair instead of Excellent"
    )
    assert why(floor, "zh-CN") == ("quality得 36.40 分（满分 40.00），即 91.00%，低于底线 95%：等级由优秀降为fair")


@pytest.mark.parametrize(
    ("floor", "bites"),
    [
        (QUALITY_FLOOR, False),  # 36.40 of 40 is 91 %
        ({**QUALITY_FLOOR, "min": "91%"}, False),
        ({**QUALITY_FLOOR, "min": "91.01%"}, True),
        (COMPLIANCE_FLOOR, False),
        ({**COMPLIANCE_FLOOR, "indicator": "csat", "target": ">= 88%"}, False),
        ({**COMPLIANCE_FLOOR, "indicator": "csat", "target": "> 88%"}, True),
        ({**COMPLIANCE_FLOOR, "indicator": "csat", "target": "<= 87.99%"}, True),
    ],
)
def test_floors_at_their_bound(floor: dict[str, Any], bites: bool) -> None:
    card = score([floor])
    assert [one.kind for one in card.outcomes] == ["floor"] * bites
    assert card.grade == (floor["then"]["grade_at_most"] if bites else "excellent")


def test_a_gate_says_the_value_that_misses_it() -> None:
    card = score([COMPLIANCE_FLOOR], compliance=(999_999, 1_000_000))
    assert card.grade == "good"
    assert why(card.outcomes[0]) == (
        "compliance 99.9999% does not meet the floor of >= 100%: grade Good instead of Excellent"
    )
    assert why(card.outcomes[0], "zh-CN") == "compliance 99.9999%，未达到底线 >= 100%：等级由优秀降为Good"


def test_of_several_floors_the_lowest_grade_wins() -> None:
    floors = [{**QUALITY_FLOOR, "min": "95%"}, COMPLIANCE_FLOOR]
    for order in (floors, floors[::-1]):
        card = score(order, compliance=(98, 100))
        assert card.grade == "fair"
        assert {one.name for one in card.outcomes} == {"quality", "compliance"}


def test_a_floor_forbids_nothing_to_who_has_no_better_grade() -> None:
    card = score([COMPLIANCE_FLOOR], csat=(40, 100), compliance=(90, 100))
    assert (str(card.score), card.grade, card.outcomes) == ("81.00", "good", ())


@pytest.mark.parametrize("policy", ["exclude", "full", "zero", "team"])
def test_a_gate_that_is_not_known_stands_open(policy: str) -> None:
    scheme = {**SCHEME, "quality": {**SCHEME["quality"], "compliance": {
        "weight": 10, **LINE, "missing": policy, "small_sample": {"below": 20, "then": policy}}}}  # fmt: skip
    rubric = rubric_of(scheme, grades=GRADES, floors=[COMPLIANCE_FLOOR])
    for value in (None, (2, 3)):
        card = score_one(rubric, MEASURES, {"csat": (100, 100), "compliance": value, "timely": (100, 100)})
        assert card.outcomes == ()


def test_a_dimension_without_points_has_no_floor() -> None:
    card = score([QUALITY_FLOOR], csat=None, compliance=None)
    assert (card.score, card.grade, card.outcomes) == (Decimal(100), "excellent", ())


def test_no_grade_no_floor() -> None:
    rubric = rubric_of(SCHEME, grades=GRADES, floors=[QUALITY_FLOOR])
    card = score_one(rubric, MEASURES, {"csat": (1, 2)})
    assert (card.grade, card.outcomes) == (None, ())


TIERS = [
    {"name": "base", "title": {"en": "Base", "zh-CN": "基础"}},
    {"name": "challenge", "reward": {"en": "a day off"}},
    {"name": "excellence"},
]
STEPS = {"base": "<= 30s", "challenge": "<= 20s", "excellence": "< 15s"}


def score_response(value: Any, tiers: dict[str, str] = STEPS, **indicator: Any) -> Scorecard:
    response = {"weight": 100, "score": {"curve": {"10s": 100, "60s": 0}}, "tiers": tiers, **indicator}
    return score_one(rubric_of({"all": {"response": response}}, tiers=TIERS), MEASURES, {"response": value})


@pytest.mark.parametrize(
    ("value", "tier"),
    [("30.01", None), ("30", "base"), ("20.001", "base"), ("20", "challenge"), ("15", "challenge"),
     ("14.99", "excellence"), (None, None)],
)  # fmt: skip
def test_the_highest_tier_that_is_reached(value: str | None, tier: str | None) -> None:
    card = score_response(value)
    assert card.indicators[0].tier == tier
    assert [(one.kind, one.name, one.indicator) for one in card.outcomes] == (
        [("tier", tier, "response")] if tier else []
    )


def test_a_tier_brings_its_title_and_reward_and_says_why() -> None:
    (outcome,) = score_response("20").outcomes
    assert (outcome.title, outcome.reward) == (None, {"en": "a day off"})
    assert why(outcome) == "response 20 s meets <= 20s"
    (outcome,) = score_response("20.001").outcomes
    assert why(outcome, "zh-CN") == "response 20 s，满足 <= 30s"
    assert outcome.title == {"en": "Base", "zh-CN": "基础"}


def test_a_tier_left_out_is_skipped() -> None:
    assert score_response("16", {"base": "<= 30s", "excellence": "<= 15s"}).indicators[0].tier == "base"


def test_no_tier_on_thin_data() -> None:
    card = score_response((30, 3), small_sample={"below": 5, "then": "full"})
    assert (card.score, card.indicators[0].tier, card.outcomes) == (Decimal(100), None, ())


def test_the_tier_of_an_amount_is_that_of_a_full_period() -> None:
    articles = {"weight": 100, "score": {"curve": {0: 0, 4: 100}}, "tiers": {"base": ">= 2", "challenge": ">= 4"}}
    card = score_one(
        rubric_of({"all": {"articles": articles}}, tiers=TIERS),
        {"articles": measure_of("articles", "count", "", "higher")},
        {"articles": 2}, Agent("A", presence=Fraction(1, 2)),
    )  # fmt: skip
    assert card.indicators[0].tier == "challenge"
    assert why(card.outcomes[0]) == "articles 4 meets >= 4"


@pytest.mark.parametrize(
    ("agent", "tier"),
    [
        (Agent("A", role="mail"), "challenge"),  # 20 s of at most 1 min, and of none that is higher
        (Agent("A", role="back office"), None),  # has no tiers
        (Agent("A", role="phone"), "base"),  # a variant that says nothing of tiers
        (Agent("A", role="other"), "base"),
        (Agent("A"), "base"),
        (Agent("A", role="mail", members=2), "base"),  # a team has no role
    ],
)
def test_the_tiers_of_a_role(agent: Agent, tier: str | None) -> None:
    response = {"weight": 100, "score": {"curve": {"10s": 100, "60s": 0}}, "tiers": {"base": "<= 30s"}}
    roles = {
        "mail": {"roles": ["mail"], "tiers": {"response": {"base": "<= 2min", "challenge": "<= 1min"}}},
        "office": {"roles": ["back office"], "tiers": {"response": {}}},
        "phone": {"roles": ["phone"], "targets": {"response": "<= 1min"}},
    }
    rubric = rubric_of({"all": {"response": response}}, tiers=TIERS, roles=roles)
    agent = replace(agent, role=None) if agent.members else agent
    card = score_one(rubric, MEASURES, {"response": "20"}, agent)
    assert card.indicators[0].tier == tier
    targets = {"challenge": "<= 1min", "base": "<= 30s", None: None}
    assert [why(one) for one in card.outcomes] == ([f"response 20 s meets {targets[tier]}"] if tier else [])


def awards_of(when: dict[str, str], agents: int = 1, response: Any = ("24", 2), **award: Any) -> list[CardOutcome]:
    """The awards of agent A0, who has 96 of 100 and as many colleagues with less as are wanted."""
    rubric = rubric_of(SCHEME, awards={"star": {"title": "Star", "reward": "a cup", "when": when, **award}})
    values = dict(
        measured(f"A{place}", name, hits - place, 100)
        for place in range(agents) for name, hits in (("csat", 90), ("compliance", 90), ("timely", 100))
    )  # fmt: skip
    values.update([measured("A0", "response", *response)])
    cards = score_agents(rubric, MEASURES, values, [Agent(f"A{place}") for place in range(agents)])
    assert all(not card.outcomes for card in cards[1:]) or "rank" not in when
    return list(cards[0].outcomes)


@pytest.mark.parametrize(
    ("when", "given"),
    [
        ({"score": ">= 96"}, True), ({"score": "> 96"}, False), ({"score": ">= 96.01"}, False),
        ({"rank": "<= 1"}, True), ({"rank": "<= 1", "score": ">= 97"}, False),
        ({"coverage": ">= 100%"}, True), ({"coverage": "< 100%"}, False),
        ({"quality": ">= 36"}, True), ({"quality": ">= 36.01"}, False),
        ({"csat": ">= 90%"}, True), ({"csat": "> 90%"}, False),
        ({"response": "<= 12s"}, True), ({"response": "< 12s"}, False), ({"response": "<= 0.2min"}, True),
    ],
)  # fmt: skip
def test_an_award_takes_every_condition(when: dict[str, str], given: bool) -> None:
    assert [one.kind for one in awards_of(when, agents=3)] == ["award"] * given


def test_an_award_says_what_it_is_for() -> None:
    (award,) = awards_of(
        {"score": ">= 95", "rank": "<= 1", "coverage": ">= 80%", "quality": ">= 30", "response": "<= 15s"}
    )
    assert (award.name, award.title, award.reward) == ("star", "Star", "a cup")
    assert why(award) == (
        "score 96 (>= 95), rank 1 (<= 1), scored weight 100.00% (>= 80%), quality 36 points (>= 30), "
        "response 12 s (<= 15s)"
    )
    assert why(award, "zh-CN").startswith("得分 96（>= 95）、名次 1（<= 1）、计分权重 100.00%（>= 80%）")


def test_what_is_not_known_earns_no_award() -> None:
    assert awards_of({"response": "<= 15s"}, response=(None,)) == []
    rubric = rubric_of(SCHEME, awards={name: {"when": {name: target}} for name, target in (
        ("score", ">= 0"), ("rank", ">= 1"), ("quality", ">= 0"))})  # fmt: skip
    assert score_one(rubric, MEASURES, {"timely": None}).outcomes == ()


def test_an_award_can_ask_for_a_sample() -> None:
    assert len(awards_of({"response": "<= 15s"}, least_sample=2)) == 1
    assert awards_of({"response": "<= 15s"}, least_sample=3) == []


def test_without_a_rank_there_is_no_award_for_it() -> None:
    rubric = rubric_of(SCHEME, awards={"star": {"when": {"rank": "<= 1"}}}, least_presence="50%")
    values = dict.fromkeys(("csat", "compliance", "timely"), (100, 100))
    assert score_one(rubric, MEASURES, values, Agent("A", presence=Fraction(1, 3))).outcomes == ()
    assert len(score_one(rubric, MEASURES, values).outcomes) == 1


def test_awards_are_for_agents_or_for_teams() -> None:
    awards = {"own": {"when": {"score": ">= 1"}}, "team": {"when": {"rank": "<= 1"}, "of": "team"}}
    rubric = rubric_of(SCHEME, awards=awards)
    for agent, given in (
        (Agent("A", team="x"), "own"), (Agent("x", team="x", members=2), "team"), (Agent("shop", members=2), None),
    ):  # fmt: skip
        card = score_one(rubric, MEASURES, dict.fromkeys(("csat", "timely"), (1, 1)), agent)
        assert [award.name for award in card.outcomes] == ([given] if given else []), agent


@pytest.mark.parametrize(("length", "given"), [("month", ["top"]), ("quarter", []), ("year", ["best"])])
def test_a_card_names_the_awards_of_one_period_of_its_length(length: Length, given: list[str]) -> None:
    awards = {
        "top": {"top": "10%"}, "best": {"when": {"rank": "<= 1"}, "every": "year"},
        "again": {"when": {"rank": "<= 1"}, "running": 2},
    }  # fmt: skip
    values = dict.fromkeys(("csat", "timely"), (1, 1))
    card = score_one(rubric_of(SCHEME, awards=awards), MEASURES, values, length=length)
    assert [award.name for award in card.outcomes] == given


def test_outcomes_leave_the_points_alone() -> None:
    with_all = score([{**QUALITY_FLOOR, "min": "95%"}, COMPLIANCE_FLOOR], compliance=(98, 100))
    without = score([], compliance=(98, 100))
    assert replace(with_all, grade=without.grade, outcomes=()) == without


def test_tiers_floors_and_awards_judge_one_value_also_of_who_was_here_for_a_part() -> None:
    amount = {"weight": 100, "target": ">= 1", "score": {"attain": {}}, "tiers": {"base": ">= 4"}}
    measures = {name: measure_of(name, "count", "", "higher") for name in ("articles", "posts")}
    measures["errors"] = measure_of("errors", "count", "", "lower")
    floor = {"indicator": "articles", "target": ">= 4", "then": {"grade_at_most": "poor"}}
    for prorate, given in ((None, ["base", "of_indicator"]), (False, ["articles"])):
        rubric = rubric_of(
            {"all": {"articles": {**amount, "prorate": prorate}}}, tiers=TIERS, floors=[floor], grades=GRADES,
            awards={"of_indicator": {"when": {"articles": ">= 4"}}, "of_measure": {"when": {"posts": ">= 4"}},
                    "few_errors": {"when": {"errors": "<= 2"}}},
        )  # fmt: skip
        values = dict.fromkeys(("articles", "posts", "errors"), 2)
        card = score_one(rubric, measures, values, Agent("A", presence=Fraction(1, 2)))
        # What should be low is judged as it is; a measure that is no indicator as it would be if it were one.
        assert {one.name for one in card.outcomes} == {*given, "of_measure", "few_errors"}
