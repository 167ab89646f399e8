"""Two rubrics on the same month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scoring_sample import measure_of, measured, rubric_of

from csperf.scoring.cards import Agent, Measurement, Scorecard, ScoreTable, Standing
from csperf.scoring.compare import compare_tables
from csperf.scoring.score import score_agents

LINE = {"score": {"curve": {"0%": 0, "100%": 100}}}
MEASURES = {name: measure_of(name) for name in ("response", "csat", "sales")}
BEFORE = rubric_of({"all": {"response": {"weight": 20, **LINE}, "csat": {"weight": 80, **LINE}}})
AFTER = rubric_of({"all": {"response": {"weight": 30, **LINE}, "csat": {"weight": 60, **LINE},
                           "sales": {"weight": 10, **LINE}}})  # fmt: skip


def table_of(cards: tuple[Scorecard, ...]) -> ScoreTable:
    return ScoreTable(
        label="2025-06", start="", end="", zone="", rubric_name="", rubric_version="", rubric_sha256="",
        rubric_title="", grade_titles={}, dimension_titles={}, indicator_titles={}, sources=(), cards=cards,
    )  # fmt: skip


def score(rubric: Any, values: dict[str, tuple[Any, Any, Any]], without: str = "") -> ScoreTable:
    """Percents of response, csat and sales by agent."""
    found: dict[tuple[str, str], Measurement] = {}
    for agent_id, percents in values.items():
        for name, percent in zip(MEASURES, percents, strict=True):
            found.update([measured(agent_id, name, percent, None if percent is None else 100)])
    agents = [Agent(agent_id) for agent_id in values if agent_id not in without]
    return table_of(score_agents(rubric, MEASURES, found, agents))


def test_who_gains_who_loses_and_by_what() -> None:
    values = {"A": (90, 80, 85), "B": (50, 100, 40), "C": (70, 70, 70)}
    found = compare_tables(score(BEFORE, values), score(AFTER, values))
    assert [(one.agent.agent_id, one.difference) for one in found.agents] == [
        ("A", Decimal("1.50")), ("C", Decimal("0.00")), ("B", Decimal("-11.00")),
    ]  # fmt: skip
    assert (found.gaining, found.losing, found.level, found.unknown) == (1, 1, 1, 0)
    assert found.total == Decimal("-9.50")
    assert found.indicators == {"response": Decimal("21.00"), "csat": Decimal("-50.00"), "sales": Decimal("19.50")}
    b = found.agents[2]
    assert (b.before, b.after) == (Standing(Decimal(90), "excellent", 1), Standing(Decimal(79), "qualified", 2))
    assert [(one.name, str(one.before), str(one.after), str(one.difference)) for one in b.indicators] == [
        ("response", "10.00", "15.00", "5.00"),
        ("csat", "80.00", "60.00", "-20.00"),
        ("sales", "None", "4.00", "4.00"),
    ]


def test_equal_differences_stand_by_id() -> None:
    values = dict.fromkeys("CAB", (80, 80, 80))
    found = compare_tables(score(BEFORE, values), score(AFTER, values))
    assert [one.agent.agent_id for one in found.agents] == ["A", "B", "C"]


def test_who_cannot_be_compared_comes_last_and_counts_nowhere() -> None:
    values = {"A": (None, None, 90), "B": (80, 80, 90), "C": (90, 90, 90)}
    found = compare_tables(score(BEFORE, values, without="C"), score(AFTER, values))
    assert [(one.agent.agent_id, one.difference) for one in found.agents] == [
        ("B", Decimal("1.00")), ("A", None), ("C", None),
    ]  # fmt: skip
    assert (found.gaining, found.unknown, found.total) == (1, 2, Decimal("1.00"))
    assert found.agents[2].before == Standing()
    assert sum(found.indicators.values()) == found.total


def test_an_empty_month() -> None:
    found = compare_tables(table_of(()), table_of(()))
    assert (found.agents, found.gaining, found.total) == ((), 0, Decimal(0))


PERCENTS = st.none() | st.integers(0, 100)


@given(st.dictionaries(st.sampled_from("ABCDE"), st.tuples(PERCENTS, PERCENTS, PERCENTS)))
def test_differences_add_up(values: dict[str, Any]) -> None:
    before, after = score(BEFORE, values), score(AFTER, values)
    found = compare_tables(before, after)
    assert {one.agent.agent_id for one in found.agents} == set(values)
    for one in found.agents:
        assert (one.difference is None) == (one.before.score is None or one.after.score is None)
        if one.difference is not None:
            assert sum(change.difference for change in one.indicators) == one.difference
    known = [one.difference for one in found.agents if one.difference is not None]
    assert sum(known) == sum(found.indicators.values()) == found.total
    assert found.gaining + found.losing + found.level == len(known) == len(found.agents) - found.unknown
    assert known == sorted(known, reverse=True)


@given(st.dictionaries(st.sampled_from("ABCDE"), st.tuples(PERCENTS, PERCENTS, PERCENTS)))
def test_the_same_rubric_changes_nothing_and_the_other_way_round_is_the_opposite(values: dict[str, Any]) -> None:
    before, after = score(BEFORE, values), score(AFTER, values)
    same = compare_tables(before, before)
    assert (same.gaining, same.losing, same.total) == (0, 0, Decimal(0))
    there, back = compare_tables(before, after), compare_tables(after, before)
    assert (there.gaining, there.losing, there.total) == (back.losing, back.gaining, -back.total)
