"""All shipped schemes against plain arithmetic: one agent by hand, everybody by a second reading of the rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import measure_truth
import sample_truth as truth
import scheme_rules as rules
from scheme_rules import Tree, cents
from small_shop import run_csperf

F = Fraction
SCHEMES = (
    "aftersales-60-20-20",
    "amazon-satisfaction-60-40",
    "ecommerce-30-40-20-10",
    "platform-service-quality",
    "remote-team",
    "service-cost",
    "taobao-aftersales",
)
schemes = pytest.mark.parametrize("name", SCHEMES)
months = pytest.mark.parametrize("month", truth.MONTHS)


@cache
def scored(rubric: str | Path, month: str) -> Tree:
    """What `csperf score` prints of the sample shop's month, numbers as written."""
    run = run_csperf("score", "--month", month, "--rubric", rubric, "--format", "json", "--lang", "en", "-q")
    assert run.code == 0, run.err
    return dict(json.loads(run.out, parse_float=Decimal, parse_int=Decimal))


def card_of(rubric: str, month: str, who: str) -> Tree:
    return next(agent for agent in scored(rubric, month)["agents"] if agent["agent_id"] == who)


# ── A003 in June, by hand ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Hand:
    """One indicator with a pencil: what is divided by what (or one number), and what that brings."""

    of: F
    to: int | None
    points: F


AFTERSALES = {
    "csat": Hand(F(44), 50, F(30) - 2 * 2),
    "timely_resolution": Hand(F(187), 200, F(15) - 1 * 1),  # 1.5 % short: one completed step
    "complaint_success": Hand(F(4), 5, F(15) - 5 * 1),
    "responsibility_events": Hand(F(0), None, F(10)),
    "attitude_complaints": Hand(F(1), None, F(10) - 1 * 2),
    "exam_score": Hand(F(79), 1, F(10)),  # 1 short of 80 is no completed step of 5
    "communication_events": Hand(F(1), None, F(5) - 1 * 1),
    "problem_solving": Hand(F(320), 4, 5 * F(80, 100)),
}

# June is peak season: quality 52 instead of 60, efficiency 48 instead of 40. Of quality, 15 become 13,
# 10 become 8.67, the first 5 become 4.34 and the other three 4.33, which adds up to 52.
AMAZON = {
    "order_defect_rate": Hand(F(2), 100, (F(15) - 1 * 5) / 15 * 13),
    "return_dissatisfaction_rate": Hand(F(3), 20, (F(10) - 5 * 1) / 10 * F("8.67")),
    "fcr_reviewed": Hand(F(8), 10, (F(15) - 5 * 1) / 15 * 13),
    "qa_communication": Hand(F(820), 10, F(82 - 60, 85 - 60) * F("4.34")),
    "qa_judgement": Hand(F(800), 10, F(80 - 60, 85 - 60) * F("4.33")),
    "qa_solution": Hand(F(850), 10, F(85 - 60, 85 - 60) * F("4.33")),
    "escalation_rate": Hand(F(12), 202, F("4.33")),  # 5.94 %: up to 20 % nothing is lost
    "late_contact_rate": Hand(F(3), 50, F(30)),
    "throughput_per_day": Hand(F(198), 21, F(18)),
}

TAOBAO = {
    "csat": Hand(F(44), 50, F(30) - 2 * 2),
    "complaint_success": Hand(F(4), 5, F(10) - 5 * 1),
    "average_response": Hand(F(39528), 1098, 10 * F(30, 36)),
    "resolution_hours_mean": Hand(F(17_493_599, 3600), 198, 8 * (96 - F(17_493_599, 3600 * 198)) / (96 - 24)),
    "completion_rate": Hand(F(201), 202, F(7)),
    "qa_attitude": Hand(F(360), 4, 10 * F(90 - 60, 100 - 60)),
    "polite_phrase_rate": Hand(F(102), 120, F(10) - 5 * 1),
    "sales_amount": Hand(F(8100), None, 5 * F(8100, 10000)),
    "return_repair_rate": Hand(F(3), 50, F(5) - 1 * 1),
    "special_performance": Hand(F(3), None, F(5)),
}

# June is peak season: response 30, quality 30 instead of 40, sales 30 instead of 20, growth 10.
ECOMMERCE = {
    "average_reply_reported": Hand(F(483_840), 13_440, 15 * F(30, 36)),
    "fcr_flagged": Hand(F(168), 200, F(10) - 1 * 1),
    "sessions_per_hour_reported": Hand(F(3360), 168, F(5)),
    "satisfaction_reported": Hand(F(364), 400, F(15)),
    "positive_rate_reported": Hand(F(376), 400, (F(12) - 1 * 1) / 12 * 9),
    "complaint_rate_reported": Hand(F(84), 3360, (F(8) - 1 * 1) / 8 * 6),
    "conversion_rate": Hand(F(95), 500, (F(12) - 1 * 1) / 12 * 18),
    "average_order_uplift_reported": Hand(F(30780, 95) / 300 - 1, None, (F(8) - 2 * 1) / 8 * 12),
    "knowledge_contributions": Hand(F(1), None, 5 * F(1, 2)),
    "training_attendance": Hand(F(4), 5, F(5) - 2 * 1),
}

PLATFORM = {
    "csat": Hand(F(44), 50, F(20) - 2 * 2),
    "csat_mean": Hand(F(223), 50, 10 * (F("4.46") - 3) / (F("4.5") - 3)),
    "first_response": Hand(F(5800), 200, F(4)),
    "average_response": Hand(F(39528), 1098, 4 * F(30, 36)),
    "interim_feedback_rate": Hand(F(45), 50, F(4) - 1 * 1),
    "qa_language": Hand(F(340), 4, 4 * F(85, 100)),
    "qa_attitude": Hand(F(360), 4, 4 * F(90, 100)),
    "qa_expertise": Hand(F(320), 4, 4 * F(80, 100)),
    "qa_mystery": Hand(F(80 + 84), 2, 4 * F(82, 100)),
    "qa_peer": Hand(F(84 + 86 + 88), 3, 2 * F(86, 100)),  # without the 30 and the 92
    "compliance_rate": Hand(F(4), 4, F(2)),
    "fcr_flagged": Hand(F(168), 200, F(8) - 1 * 1),
    "resolution_hours": Hand(F(69_699, 7200), None, F(8)),  # the middle of two: 9.68 hours
    "solution_acceptance": Hand(F(138), 150, F(8) - 3 * 1),
    "throughput_per_day": Hand(F(198), 21, F(7)),
    "cross_team_closure": Hand(F(19), 20, F(7)),
}

# Both have four fifths of each weight of the 60/20/20 scheme, and what a step costs is the same.
FOUR_FIFTHS = {
    "csat": Hand(F(44), 50, F(24) - 2 * 2),
    "timely_resolution": Hand(F(187), 200, F(12) - 1 * 1),
    "complaint_success": Hand(F(4), 5, F(12) - 5 * 1),
    "responsibility_events": Hand(F(0), None, F(8)),
    "attitude_complaints": Hand(F(1), None, F(8) - 1 * 2),
    "exam_score": Hand(F(79), 1, F(8)),
    "communication_events": Hand(F(1), None, F(4) - 1 * 1),
    "problem_solving": Hand(F(320), 4, 4 * F(80, 100)),
}
REMOTE = FOUR_FIFTHS | {
    "on_time_delivery": Hand(F(18), 20, F(8) - 5 * 1),
    "late_contact_rate": Hand(F(3), 50, F(4)),
    "overdue_unreported": Hand(F(1), None, F(4) - 1 * 2),
    "trust_points": Hand(F(12), None, 4 * F(12, 15)),
}
COST = FOUR_FIFTHS | {
    "cost_per_head": Hand(F(6200), None, F(12) - 2 * 1),
    "cost_per_ticket": Hand(F(6200), 198, F(8) - 1 * 1),  # 31.31: one completed step over 30
}

BY_HAND: dict[str, tuple[dict[str, Hand], dict[str, str], str, str, str | None]] = {
    "aftersales-60-20-20": (
        AFTERSALES, {"performance": "50", "attitude": "18", "ability": "18"}, "86.00", "qualified", None,
    ),
    "amazon-satisfaction-60-40": (
        AMAZON, {"quality": "37.62", "efficiency": "48"}, "85.62", "qualified", "peak",
    ),
    "taobao-aftersales": (
        TAOBAO, {"feedback": "31", "efficiency": "23.27", "attitude": "12.5", "results": "13.05"}, "79.82",
        "qualified", None,
    ),
    "ecommerce-30-40-20-10": (
        ECOMMERCE, {"response": "26.5", "quality": "28.5", "sales": "25.5", "growth": "5.5"}, "86.00",
        "qualified", "peak",
    ),
    "platform-service-quality": (
        PLATFORM,
        {"satisfaction": "25.73", "response": "10.33", "conduct": "17.2", "solving": "20", "operations": "14"},
        "87.26", "good", None,
    ),
    "remote-team": (
        REMOTE, {"performance": "38", "attitude": "14", "ability": "14.2", "remote": "12.2"}, "78.40",
        "qualified", None,
    ),
    "service-cost": (
        COST, {"performance": "38", "attitude": "14", "ability": "14.2", "cost": "17"}, "83.20", "qualified", None,
    ),
}  # fmt: skip


@schemes
def test_a003_in_june_is_what_a_pencil_comes_to(name: str) -> None:
    hand, sums, score, grade, season = BY_HAND[name]
    card = card_of(name, "2025-06", "A003")
    lines = {line["name"]: line for line in card["indicators"]}

    assert list(lines) == [indicator for _, indicator, _ in rules.indicators(rules.read_rubric(name))]
    assert set(lines) == set(hand)
    for indicator, expected in hand.items():
        line = lines[indicator]
        value = expected.of / (expected.to or 1)
        assert abs(F(line["value"]) - value) <= F(1, 2_000_000), indicator
        if expected.to is not None:
            assert (round(F(line["numerator"]), 4), line["denominator"]) == (round(expected.of, 4), expected.to)
        assert line["points"] == cents(expected.points), indicator
    added = {dimension["name"]: sum(cents(hand[i].points) for i in members(name, dimension["name"]))
             for dimension in card["dimensions"]}  # fmt: skip
    assert added == {dimension["name"]: dimension["points"] for dimension in card["dimensions"]}
    assert added == {dimension: Decimal(points) for dimension, points in sums.items()}
    assert card["score"] == sum(added.values()) == Decimal(score)
    assert (card["grade"], scored(name, "2025-06")["rubric"]["season"]) == (grade, season)
    assert card["coverage"] == 1


def members(name: str, dimension: str) -> list[str]:
    return list(rules.read_rubric(name)["dimensions"][dimension]["indicators"])


# ── seasons, floors, the gate, tiers, awards ──────────────────────────────────────────────────────


def test_peak_season_has_its_weights_and_says_so() -> None:
    name = "amazon-satisfaction-60-40"
    assert weights_of(name, "2025-05") == (None, {"quality": 60, "efficiency": 40})
    assert weights_of(name, "2025-06") == ("peak", {"quality": 52, "efficiency": 48})
    name = "ecommerce-30-40-20-10"
    assert weights_of(name, "2025-05") == (None, {"response": 30, "quality": 40, "sales": 20, "growth": 10})
    assert weights_of(name, "2025-06") == ("peak", {"response": 30, "quality": 30, "sales": 30, "growth": 10})


def weights_of(name: str, month: str) -> tuple[str | None, dict[str, int]]:
    document = scored(name, month)
    return document["rubric"]["season"], {
        one["name"]: int(one["weight"]) for one in document["agents"][0]["dimensions"]
    }


@pytest.mark.parametrize(("lang", "said"), [("en", "Peak season"), ("zh-CN", "大促旺季")])
def test_the_card_names_the_season(lang: str, said: str) -> None:
    name = "amazon-satisfaction-60-40"
    run = run_csperf("explain", "A003", "--month", "2025-06", "--rubric", name, "--format", "table", "--lang", lang)
    assert said in run.out.splitlines()[1]
    run = run_csperf("explain", "A003", "--month", "2025-05", "--rubric", name, "--format", "table", "--lang", lang)
    assert said not in run.out


def test_a002_is_above_ninety_and_held_back_by_the_floor() -> None:
    card = card_of("amazon-satisfaction-60-40", "2025-06", "A002")
    quality, efficiency = card["dimensions"]
    defects = card["indicators"][0]
    # 3 of 100 orders: 2 % over the target, 10 of 15 points off, so 5 ÷ 15 × 13; all else is full.
    assert (defects["numerator"], defects["denominator"], defects["points"]) == (3, 100, Decimal("4.33"))
    assert quality["points"] == 52 - (13 - Decimal("4.33")) == Decimal("43.33")
    assert efficiency["points"] == 48
    assert F(quality["points"]) / 52 < F(85, 100)
    assert card["score"] == Decimal("91.33")
    assert card["grade"] == "qualified"
    (floor,) = card["outcomes"]
    assert (floor["kind"], floor["name"]) == ("floor", "quality")
    for said in ("43.33", "52.00", "83.33%", "85%", "Qualified", "Excellent"):
        assert said in floor["reason"]


def test_a_breach_is_a_gate_and_no_average() -> None:
    card = card_of("platform-service-quality", "2025-06", "A004")
    line = next(line for line in card["indicators"] if line["name"] == "compliance_rate")
    assert (line["numerator"], line["denominator"], line["points"]) == (3, 4, 0)
    assert card["score"] > 90
    assert card["grade"] == "qualified"
    assert [(one["kind"], one["name"]) for one in card["outcomes"]] == [("floor", "compliance_rate")]


def test_the_fastest_has_the_quick_response_award() -> None:
    given = {
        agent["agent_id"]: {one["name"] for one in agent["outcomes"] if one["kind"] == "award"}
        for agent in scored("ecommerce-30-40-20-10", "2025-06")["agents"]
    }
    assert given["A001"] == {"quick_response", "star_of_month"}
    assert {who for who, names in given.items() if "quick_response" in names} == {"A001"}


# ── everybody, by a second reading of the rules ───────────────────────────────────────────────────


@months
@schemes
def test_every_card_follows_from_its_printed_values(name: str, month: str) -> None:
    document, rubric = scored(name, month), rules.read_rubric(name)
    assert document["rubric"]["season"] == rules.season_of(rubric, month)
    agents = document["agents"]
    cards = {agent["agent_id"]: rules.score_again(rubric, agents, agent, month) for agent in agents}
    presence = {agent["agent_id"]: F(agent["presence"]) for agent in agents}
    ranks = rules.ranks(rubric, {who: (card.score, presence[who]) for who, card in cards.items()})
    for agent in agents:
        who = agent["agent_id"]
        card, outcomes = cards[who], agent["outcomes"]
        found = [
            rules.Line(
                line["name"], line["dimension"], line["weight"], line["max_points"], line["points"], line["tier"]
            )
            for line in agent["indicators"]
        ]
        assert found == list(card.lines), who
        assert {one["name"]: one["points"] for one in agent["dimensions"]} == card.dimensions, who
        assert (agent["score"], agent["grade"], agent["rank"]) == (card.score, card.grade, ranks[who]), who
        assert F(agent["coverage"]) == card.coverage, who
        assert {one["name"] for one in outcomes if one["kind"] == "floor"} == card.floors, who
        tiers = {(one["indicator"], one["name"]) for one in outcomes if one["kind"] == "tier"}
        assert tiers == {(line.name, line.tier) for line in card.lines if line.tier}, who
        values = {line["name"]: rules.base_value(line, F(1), is_prorated=False) for line in agent["indicators"]}
        given = {one["name"] for one in outcomes if one["kind"] == "award"}
        assert given == rules.awards(rubric, ranks[who], card.grade, values), who


# ── every measure, by a second count of the rows ──────────────────────────────────────────────────

# A row with an unreadable cell is set aside only where the cell is read. These read what no scheme does,
# so that the same rows count as in the second count.
TOUCHES = {
    "touch_complaints": ("complaints", "closed_at is not null"),
    "touch_orders": ("orders", "amount > 0"),
    "touch_returns": ("returns", "kind = 'refund' and closed_at is not null"),
    "touch_metrics": ("agent_metrics", "satisfaction_rate > 0 and reply_rate > 0"),
}
# Measures that no shipped scheme scores, and that a shop may well name.
BESIDES = (
    "average_order_value", "average_order_value_reported", "first_reply_reported", "order_defect_rate_seller",
    "qa_score", "sales_per_order_reported", "solved_count", "transfer_rate",
)  # fmt: skip
MEASURED = ("value", "numerator", "denominator")


@pytest.fixture(scope="module")
def all_measures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rubric of every measure that a shipped one names, and of BESIDES."""
    names = dict.fromkeys(
        indicator for name in SCHEMES for _, indicator, _ in rules.indicators(rules.read_rubric(name))
    )
    own = dict(rules.read_rubric("ecommerce-30-40-20-10")["measures"])
    assert own["average_order_baseline"]["constant"] == measure_truth.BASELINE
    for name, (table, condition) in TOUCHES.items():
        words = {"title": name, "definition": "-", "source": "-"}
        own[name] = {**words, "from": table, "rate": condition, "unit": "%", "better": "higher"}
    entries = rules.read_measures() | own
    indicators: Tree = {}
    for name in (*names, *BESIDES, *TOUCHES):
        unit = entries[name].get("unit", "")
        sign = unit if unit in (*rules.UNITS, "/h", "/d") else ""
        low, high = (0, 100) if entries[name]["better"] == "higher" else (100, 0)
        indicators[name] = {"weight": 1, "score": {"curve": {f"0{sign}": low, f"1{sign}": high}}}
    indicators["csat"]["weight"] += 100 - len(indicators)
    rubric = {
        "name": "all-measures", "version": "1", "title": "All", "measures": own, "grades": [{"name": "any", "min": 0}],
        "dimensions": {"all": {"weight": 100, "indicators": indicators}},
    }  # fmt: skip
    path = tmp_path_factory.mktemp("rubric") / "all-measures.yaml"
    path.write_text(yaml.safe_dump(rubric, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@months
def test_every_measure_of_every_agent_is_what_was_counted_again(month: str, all_measures: Path) -> None:
    document = scored(all_measures, month)
    agents = {agent["agent_id"]: agent for agent in document["agents"]}
    for who in truth.agents_of(month):
        expected = measure_truth.expected_measures(month, who)
        compared = 0
        for line in agents[who]["indicators"]:
            if line["name"] in TOUCHES:
                continue
            compared += 1
            assert_same(line, expected[line["name"]], f"{who} {line['name']}")
        assert compared > 50


def assert_same(line: Tree, expected: Any, place: str) -> None:
    if expected is None:
        assert line["value"] is None, place
    elif isinstance(expected, tuple):
        numerator, denominator = expected
        assert line["denominator"] == denominator, place
        assert abs(F(line["numerator"]) - numerator) <= F(1, 2_000_000), place
        assert abs(F(line["value"]) - numerator / denominator) <= F(1, 2_000_000), place
    else:
        assert abs(F(line["value"]) - expected) <= F(1, 2_000_000), place


@months
@schemes
def test_schemes_print_the_values_that_were_counted_again(name: str, month: str, all_measures: Path) -> None:
    """Where as many rows count: a scheme may count one more, if it does not read the cell that is wrong in it."""
    counted = {agent["agent_id"]: agent for agent in scored(all_measures, month)["agents"]}
    extra = set()
    for agent in scored(name, month)["agents"]:
        again = {line["name"]: line for line in counted[agent["agent_id"]]["indicators"]}
        for line in agent["indicators"]:
            twin = again[line["name"]]
            if line["sample_size"] == twin["sample_size"]:
                assert [line[key] for key in MEASURED] == [twin[key] for key in MEASURED]
            else:
                extra.add(agent["agent_id"])
    assert len(extra) <= 2
