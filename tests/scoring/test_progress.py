"""What a target still takes, against counting up one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_sample import measure_of, measured, rubric_of, say_en, say_zh, score_one

from csperf.rubric.measures import Aggregate
from csperf.rubric.quantities import parse_target
from csperf.scoring.cards import Agent, Measurement, Words
from csperf.scoring.progress import find_needed
from csperf.scoring.score import score_agents


def needed(value: Any, target: str, *of: Any, kind: str = "rate", presence: Any = 1, **more: Any) -> Words | None:
    measure = measure_of("x", kind, "%" if kind in ("rate", "ratio") else "", **more)
    _, found = measured("A", "x", value, *of)
    return find_needed(measure, found, parse_target(target), Fraction(presence))


def count_of(said: Words) -> int:
    return int(dict(said.parts)["count"])


@pytest.mark.parametrize(
    ("value", "of", "target", "said"),
    [
        (44, 50, ">= 90%", "10 more hits without a miss"),
        (44, 50, "> 90%", "11 more hits without a miss"),
        (9, 11, ">= 90%", "9 more hits without a miss"),
        (8, 9, ">= 89%", "1 more hit without a miss"),
        (0, 1, ">= 50%", "1 more hit without a miss"),
        (99, 100, ">= 100%", "out of reach in this period"),
        (1, 2, "> 100%", "out of reach in this period"),
        (45, 50, ">= 90%", None),
        (45, 50, "> 90%", "1 more hit without a miss"),
        (3, 100, "<= 2%", "50 more cases without a further hit"),
        (2, 100, "<= 2%", None),
        (2, 100, "< 2%", "1 more case without a further hit"),
        (1, 100, "<= 0%", "out of reach in this period"),
        (0, 100, "< 0%", "out of reach in this period"),
        (1, 10, "20% .. 40%", None),
    ],
)
def test_rates(value: int, of: int, target: str, said: str | None) -> None:
    found = needed(value, target, of)
    assert (None if found is None else say_en(found)) == said


@pytest.mark.parametrize(
    ("value", "target", "presence", "more"),
    [
        (1, ">= 2", 1, 1),
        (1, "> 2", 1, 2),
        (2, ">= 2", 1, None),
        (1, ">= 2", "13/30", None),
        (0, ">= 2", "13/30", 1),
        (0, ">= 2.5", 1, 3),
        (3, "<= 2", 1, None),
    ],
)
def test_counts(value: int, target: str, presence: Any, more: int | None) -> None:
    found = needed(value, target, kind="count", presence=presence)
    assert (None if found is None else count_of(found)) == more


def test_a_count_per_head_takes_cases_of_the_whole_team() -> None:
    heads = Fraction(11, 2)
    own = Measurement("team", "x", 3 / heads, Fraction(3), heads, 3)
    found = find_needed(measure_of("x", "count", ""), own, parse_target(">= 2"))
    assert found is not None
    assert count_of(found) == 8  # 11 of 5.5 heads


@pytest.mark.parametrize("kind", ["mean", "weighted_mean", "percentile", "min", "max", "sum", "derived"])
def test_nothing_is_said_of_what_one_more_case_can_do_anything_to(kind: str) -> None:
    assert needed(1, ">= 2", kind=kind) is None


def test_a_ratio_of_counts_is_told_where_both_are_of_the_same_cases() -> None:
    good, rated = (Aggregate("agent_metrics", "sum", "day", value=one, sums_cases=True) for one in ("good", "rated"))
    tickets = Aggregate("tickets", "count", "created_at")
    found = needed(44, ">= 90%", 50, kind="ratio", terms=(good, rated))
    assert found is not None
    assert count_of(found) == 10
    assert needed(44, ">= 90%", 50, kind="ratio", terms=(good, tickets)) is None


def test_nobody_is_told_to_serve_so_many_yuan_more() -> None:
    refunded, sold = (Aggregate("orders", "sum", "ordered_at", value=one) for one in ("refund_amount", "amount"))
    assert needed(3600, ">= 95%", 4000, kind="ratio", terms=(refunded, sold)) is None
    assert needed(400, "<= 5%", 4000, kind="ratio", terms=(refunded, sold)) is None


def test_old_cases_leave_a_window() -> None:
    rate, count = (
        Aggregate("orders", kind, "ordered_at", value="defect", window_days=60) for kind in ("rate", "count")
    )
    assert needed(3, "<= 2%", 100, terms=(rate,)) is None
    assert needed(3, ">= 5", kind="count", terms=(count,)) is None


def test_nothing_measured_nothing_said() -> None:
    assert needed(None, ">= 90%") is None
    empty = Measurement("A", "x", None, Fraction(0), Fraction(0))
    assert find_needed(measure_of("x"), empty, parse_target(">= 90%")) is None


def test_both_languages() -> None:
    found = needed(44, ">= 90%", 50)
    assert found is not None
    assert say_zh(found) == "再有 10 个全部符合即可达标"


COUNTS = st.integers(0, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
SIGNS = st.sampled_from([">=", ">", "<=", "<"])


@given(COUNTS.filter(lambda pair: pair[1] > 0), SIGNS, st.integers(0, 100))
def test_the_least_number_of_good_cases_that_reaches_the_target(pair: tuple[int, int], sign: str, percent: int) -> None:
    hits, of = pair
    target = parse_target(f"{sign} {percent}%")
    step = 1 if sign[0] == ">" else 0
    by_counting = next(
        (more for more in range(6100) if target.is_met(Fraction(hits + step * more, of + more))), None
    )  # the last few can be far off: 60 of 60 cases under 1 % take 5,940 more
    found = needed(hits, str(target), of)
    if by_counting == 0:
        assert found is None
    elif by_counting is None:
        assert found is not None
        assert found.code == "needed-out-of-reach"
    else:
        assert found is not None
        assert count_of(found) == by_counting


@given(
    st.integers(0, 30), st.integers(0, 300), st.sampled_from([">=", ">"]), st.fractions("1/31", 1, max_denominator=31)
)
def test_the_least_count_that_reaches_the_target(count: int, tenths: int, sign: str, presence: Fraction) -> None:
    target = parse_target(f"{sign} {tenths / 10}")
    by_counting = next(more for more in range(400) if target.is_met((count + more) / presence))
    found = needed(count, str(target), kind="count", presence=presence)
    assert (0 if found is None else count_of(found)) == by_counting


def test_it_is_said_on_the_card_of_a_running_period_only() -> None:
    rubric = rubric_of({"all": {"csat": {"weight": 100, "target": ">= 90%", "score": {"attain": {}}}}})
    measures = {"csat": measure_of("csat")}
    assert score_one(rubric, measures, {"csat": (44, 50)}).indicators[0].needed is None
    said = score_one(rubric, measures, {"csat": (44, 50)}, is_running=True).indicators[0].needed
    assert said is not None
    assert say_en(said) == "10 more hits without a miss"


def test_the_target_on_the_card_is_the_one_of_the_role() -> None:
    rubric = rubric_of(
        {"all": {"csat": {"weight": 100, "target": ">= 90%", "score": {"attain": {}}}}},
        roles={"experts": {"roles": ["expert"], "targets": {"csat": ">= 95%"}}},
    )
    values = dict(measured(agent_id, "csat", 90, 100) for agent_id in "AB")
    cards = score_agents(
        rubric, {"csat": measure_of("csat")}, values, [Agent("A", role="expert"), Agent("B")], is_running=True
    )
    said = {card.agent.agent_id: card.indicators[0].needed for card in cards}
    assert said["B"] is None
    assert said["A"] is not None
    assert count_of(said["A"]) == 100


def test_an_amount_of_who_was_not_here_takes_nothing() -> None:
    rubric = rubric_of({"all": {"n": {"weight": 100, "target": ">= 2", "score": {"attain": {}}}}})
    measures = {"n": measure_of("n", "count", "", "higher")}
    for presence, more in ((Fraction(0), None), (Fraction(1, 2), 1)):
        card = score_one(rubric, measures, {"n": 0}, Agent("A", presence=presence), is_running=True)
        said = card.indicators[0].needed
        assert (None if said is None else count_of(said)) == more
