"""Plans over the sample shop: what they name, against the raw files counted in plain Python."""

from __future__ import annotations

import json
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest

import sample_truth as truth
from small_shop import run_sample

JUNE = "2025-06"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def plan_of(agent: str) -> dict[str, Any]:
    document = json.loads(run_sample("coach", agent, "--month", JUNE, "--format", "json", "-q").out)
    (plan,) = document["agents"]
    assert document["team"] is None
    found: dict[str, Any] = plan
    return found


def loss_of(plan: dict[str, Any], indicator: str) -> dict[str, Any]:
    return next(loss for loss in plan["losses"] if loss["indicator"] == indicator)


def count_timely(column: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(agent, value of the column) → (in time, judged), from the raw tickets of June."""
    start, end = truth.bounds(JUNE)
    verdicts: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in truth.tickets().sound_in("created_at", "complexity", "resolved_at"):
        created = truth.when(row["created_at"])
        if created is None or not start <= created < end or (verdict := truth.timely(row, end)) is None:
            continue
        verdicts[row["who"], WEEKDAYS[created.weekday()] if column == "weekday" else row[column]].append(verdict)
    return {key: (sum(found), len(found)) for key, found in verdicts.items()}


def scored_agents() -> set[str]:
    document = json.loads(run_sample("score", "--month", JUNE, "--format", "json", "-q").out)
    return {card["agent_id"] for card in document["agents"] if card["score"] is not None}


def test_slow_on_logistics_alone_is_named_and_nothing_else() -> None:
    plan = plan_of("A003")
    assert {loss["indicator"]: (loss["place"]["column"], loss["place"]["value"])
            for loss in plan["losses"] if loss["place"]} == {"timely_resolution": ("category", "物流")}  # fmt: skip
    place, counted = loss_of(plan, "timely_resolution")["place"], count_timely("category")
    hits, cases = counted["A003", "物流"]
    assert (place["own"]["numerator"], place["own"]["denominator"]) == (hits, cases)
    others = [counted[who, "物流"] for who in scored_agents() - {"A003"}]
    assert place["others"]["numerator"] == sum(hits for hits, _ in others)
    assert place["others"]["denominator"] == sum(cases for _, cases in others)
    rest = loss_of(plan, "timely_resolution")["rest"]
    elsewhere = [found for (who, value), found in counted.items() if who == "A003" and value != "物流"]
    assert (rest["numerator"], rest["denominator"]) == tuple(map(sum, zip(*elsewhere, strict=True)))
    assert rest["value"] == 1  # late on logistics, and on nothing else


@pytest.mark.parametrize("column", ["category", "channel", "complexity", "weekday"])
@pytest.mark.parametrize("agent", ["A003", "A005", "A011"])
def test_every_part_is_counted_as_in_plain_python(agent: str, column: str) -> None:
    counted, others = count_timely(column), scored_agents() - {agent}
    parts = [part for part in loss_of(plan_of(agent), "timely_resolution")["parts"] if part["column"] == column]
    expected = {}
    for value in {value for who, value in counted if who == agent}:
        theirs = [counted[who, value] for who in others if (who, value) in counted]
        pooled = (sum(hits for hits, _ in theirs), sum(cases for _, cases in theirs))
        if counted[agent, value][1] >= 5 and pooled[1] >= 5:
            expected[value] = (counted[agent, value], pooled)
    found = {
        part["value"]: tuple((part[of]["numerator"], part[of]["denominator"]) for of in ("own", "others"))
        for part in parts
    }
    assert found == expected
    assert all(
        part[of]["value"] == pytest.approx(float(Fraction(part[of]["numerator"], part[of]["denominator"])), abs=1e-6)
        for part in parts for of in ("own", "others")
    )  # fmt: skip


@pytest.mark.parametrize("agent", sorted(set(truth.agents_of(JUNE)) - {"A003"}))
def test_losses_that_lie_everywhere_have_no_place(agent: str) -> None:
    plan = plan_of(agent)
    assert [loss["place"] for loss in plan["losses"] if loss["place"]] == []
    assert all(loss["finding"] == "spread" for loss in plan["losses"] if loss["indicator"] == "timely_resolution")


def test_no_weakness_is_said() -> None:
    assert all(not loss["is_weak"] for loss in plan_of("A001")["losses"])
    shown = run_sample("coach", "A001", "--month", JUNE, "--format", "table", "--lang", "en", "-q").out
    assert "No weakness: every target that was judged is reached, and nothing is behind" in shown
    assert "Where\n" not in shown
    assert "Training" not in shown


def test_the_others_are_pooled_from_raw_counts() -> None:
    values = truth.expected_values(JUNE)
    theirs = [values[who]["timely_resolution"] for who in scored_agents() - {"A003"}]
    pairs = [value for value in theirs if isinstance(value, tuple)]
    share = sum(hits for hits, _ in pairs) / sum(cases for _, cases in pairs)
    assert loss_of(plan_of("A003"), "timely_resolution")["others"] == pytest.approx(float(share), abs=1e-6)


def test_training_is_what_the_rubric_attaches() -> None:
    trainings = {one["name"]: one["indicators"] for one in plan_of("A003")["trainings"]}
    assert trainings["logistics"] == ["timely_resolution"]
    # The same indicator, but not because of logistics.
    assert "logistics" not in {one["name"] for one in plan_of("A005")["trainings"]}


def test_last_months_losses_are_followed_up() -> None:
    may = json.loads(run_sample("coach", "A003", "--month", "2025-05", "--format", "json", "-q").out)["agents"][0]
    dearest = [(loss["indicator"], loss["lost"]) for loss in may["losses"] if loss["is_weak"]][:3]
    plan = plan_of("A003")
    assert plan["since"] == "2025-05"
    assert [(step["indicator"], step["lost_before"]) for step in plan["steps"]] == dearest
    now = {loss["indicator"]: loss["lost"] for loss in plan["losses"]}
    assert [step["lost_now"] for step in plan["steps"]] == [now.get(name, 0) for name, _ in dearest]


def test_a_team_counts_its_causes_once() -> None:
    team = json.loads(run_sample("coach", "--team", "售后一组", "--month", JUNE, "--format", "json", "-q").out)["team"]
    start, end = truth.bounds(JUNE)
    members = {"A001", "A002", "A003", "A004", "A005", "A006"}
    counted: dict[str, int] = defaultdict(int)
    for row in truth.complaints().sound_in("投诉时间", "投诉原因"):
        opened = truth.when(row["投诉时间"])
        if row["who"] in members and opened is not None and start <= opened < end and row["投诉原因"]:
            counted[row["投诉原因"]] += 1
    found = {topic["value"]: topic["count"] for topic in team["topics"] if topic["table"] == "complaints"}
    assert found == {cause: count for cause, count in counted.items() if count > 1}
