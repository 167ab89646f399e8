"""Whom rows count for: agents, those who served an order, teams, the shop; each counted again from the rows."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.engines.base import SourceResult, Units
from csperf.exports.reader import RawTable
from csperf.rubric.measures import Aggregate
from csperf.tables.kinds import EVERYONE
from small_shop import (
    csv_text,
    measure_source,
    open_source,
    read_rows,
    reading_as_if_large,
    values_of,
)

AT = "ordered_at"
COUNT = Aggregate("orders", "count", AT)
RETURNED = Aggregate("orders", "rate", AT, value="returned", distinct="order_id")
SPENT = Aggregate("orders", "sum", AT, value="amount", where="amount > 10")
MEAN = Aggregate("orders", "mean", AT, value="amount")
MIDDLE = Aggregate("orders", "percentile", AT, value="amount", percentile=Fraction(1, 2))
SHOP_COUNT = Aggregate("orders", "count", AT, agent=EVERYONE)
EVERY = [COUNT, RETURNED, SPENT, MEAN, MIDDLE, SHOP_COUNT]

TEAM = {"A1": "east", "A2": "east", "A3": "west", "A4": None, "BOT": None}
"""A4 is in no team."""
KEYS: dict[str, Units] = {
    "agent": lambda agent: agent,
    "team": lambda agent: TEAM[agent] if agent else None,
    "shop": lambda agent: None if agent == "BOT" else "the shop",
}


@dataclass(frozen=True)
class Line:
    """One item of an order in June, with what came of it and who served the order."""

    order: int
    amount: int | None
    returned: bool | None
    served: frozenset[str]


def open_orders(folder: Path, lines: Sequence[Line], has_agents: bool) -> tuple[RawTable, RawTable | None]:
    """The orders, with an agent column, or with the table order_agents beside them."""
    headers = ["order_id", "item_id", "ordered_at", "amount", "returned", *(["agent_id"] if has_agents else [])]
    rows = [
        [f"O{line.order}", item, "2025-06-03 10:00", line.amount, {None: None, True: "true", False: "false"}[
            line.returned], *([min(line.served, default=None)] if has_agents else [])]
        for item, line in enumerate(lines)
    ]  # fmt: skip
    orders = open_source(folder, "orders", csv_text(headers, rows))
    if has_agents:
        return orders, None
    pairs = sorted({(f"O{line.order}", agent) for line in lines for agent in line.served})
    # Who served an order that is not in the export changes nothing.
    served = csv_text(["order_id", "agent_id"], [("O99", "A1"), *pairs, *pairs[:1]])
    return orders, open_source(folder, "order_agents", served)


def count_again(lines: Sequence[Line]) -> dict[Aggregate, Fraction | None]:
    """Every aggregate over the lines of one group."""
    amounts = [Fraction(line.amount) for line in lines if line.amount is not None]
    large = [amount for amount in amounts if amount > 10]
    known = {line.order for line in lines if line.returned is not None}
    returned = {line.order for line in lines if line.returned}
    return {
        COUNT: Fraction(len(lines)) if lines else None,
        RETURNED: Fraction(len(returned), len(known)) if known else None,
        SPENT: sum(large, Fraction(0)) if large else None,
        MEAN: sum(amounts, Fraction(0)) / len(amounts) if amounts else None,
        MIDDLE: median(amounts) if amounts else None,
    }


def draw_lines(dice: random.Random, has_agents: bool) -> list[Line]:
    served = {
        order: frozenset(dice.sample(list(TEAM), dice.choice([0, 1, 1] if has_agents else [0, 1, 1, 2, 3])))
        for order in range(8)
    }
    return [
        Line(order, dice.choice([None, *range(30)]), dice.choice([None, True, False, False]), served[order])
        for order in (dice.randrange(8) for _ in range(dice.randrange(1, 30)))
    ]


@settings(max_examples=40, deadline=None)
@given(
    dice=st.randoms(use_true_random=False),
    by=st.sampled_from(list(KEYS)),
    has_agents=st.booleans(),
    large=st.booleans(),
)
def test_each_scope_equals_its_own_rows(dice: random.Random, by: str, has_agents: bool, large: bool) -> None:
    lines = draw_lines(dice, has_agents)
    with tempfile.TemporaryDirectory() as folder, reading_as_if_large() if large else nullcontext():
        orders, order_agents = open_orders(Path(folder), lines, has_agents)
        units = None if by == "agent" else KEYS[by]
        result = measure_source(orders, EVERY, units=units, order_agents=order_agents)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        for key in {KEYS[by](agent) for agent in line.served or [None]} - {None}:
            groups.setdefault(str(key), []).append(line)
    for group, mine in groups.items():
        expected = count_again(mine)
        found = {one: result.results[one].get(group) for one in expected}
        assert {one: each and each.value for one, each in found.items()} == expected
    assert all(result.results[one].keys() <= groups.keys() for one in EVERY if one is not SHOP_COUNT)
    assert values_of(result, SHOP_COUNT) == {EVERYONE: len(lines)}
    assert result.names == {agent for line in lines for agent in line.served}
    assert result.counts.unassigned == sum(not line.served for line in lines)
    assert result.counts.rows == result.counts.in_period == len(lines)


def a1_at_shop(name: str) -> str:
    return {"a1@shop": "A1"}.get(name, name)


def measured(folder: Path, large: bool, units: Units | None = None) -> SourceResult:
    """Two orders: O1 served by two of one team under other names, O2 by nobody."""
    orders = open_source(
        folder, "orders", csv_text(["order_id", "ordered_at"], [["O1", "2025-06-03"], ["O2", "2025-06-04"]])
    )
    served = [["O1", "a1@shop"], ["O1", "A1"], ["O1", "A2"], ["O1", ""]]
    order_agents = open_source(folder, "order_agents", csv_text(["order_id", "agent_id"], served))
    with reading_as_if_large() if large else nullcontext():
        return measure_source(orders, [COUNT], resolve=a1_at_shop, units=units, order_agents=order_agents)


@pytest.mark.parametrize("large", [False, True])
def test_names_of_order_agents_lead_to_one_agent(tmp_path: Path, large: bool) -> None:
    result = measured(tmp_path, large)
    assert values_of(result, COUNT) == {"A1": 1, "A2": 1}
    assert result.names == {"A1", "A2"}
    assert result.counts.unassigned == 1


@pytest.mark.parametrize("large", [False, True])
def test_an_order_served_by_two_of_a_team_counts_once(tmp_path: Path, large: bool) -> None:
    result = measured(tmp_path, large, KEYS["team"])
    assert values_of(result, COUNT) == {"east": 1}
    assert result.names == {"A1", "A2"}
    assert result.counts.unassigned == 1


def test_without_any_way_to_agents_only_the_shop_is_measured(tmp_path: Path) -> None:
    orders = open_source(tmp_path, "orders", csv_text(["order_id", "ordered_at"], [["O1", "2025-06-03"]]))
    assert values_of(measure_source(orders, [COUNT]), COUNT) == {}
    assert values_of(measure_source(orders, [COUNT], units=KEYS["shop"]), COUNT) == {"the shop": 1}


@pytest.mark.parametrize("large", [False, True])
def test_without_its_order_no_row_is_joined_to_anybody(tmp_path: Path, large: bool) -> None:
    """An export of returns can lack both its agents and its orders; order_agents then says nothing of them."""
    returns = open_source(tmp_path, "returns", csv_text(["return_id", "requested_at"], [["R1", "2025-06-03 10:00"]]))
    order_agents = open_source(tmp_path, "order_agents", csv_text(["order_id", "agent_id"], [["O1", "A1"]]))
    assert returns.lacks_agents
    assert not returns.is_credited_by_order
    count = Aggregate("returns", "count", "requested_at")
    with reading_as_if_large() if large else nullcontext():
        result = measure_source(returns, [count], order_agents=order_agents)
        shop = measure_source(returns, [count], units=KEYS["shop"], order_agents=order_agents)
    assert (values_of(result, count), result.counts.unassigned) == ({}, 1)
    assert values_of(shop, count) == {"the shop": 1}


def test_who_served_is_asked_only_of_orders_without_agents(tmp_path: Path) -> None:
    headers = ["order_id", "ordered_at", "agent_id"]
    for has_agents in (True, False):
        text = csv_text(headers[: 2 + has_agents], [["O1", "2025-06-03", "A1"][: 2 + has_agents]])
        orders = open_source(tmp_path, "orders", text)
        assert orders.lacks_agents is orders.is_credited_by_order is not has_agents
    surveys = open_source(tmp_path, "account_health", csv_text(["date"], [["2025-06-03"]]))
    assert not surveys.lacks_agents


def test_a_shop_counts_other_names_of_its_people_and_no_bots(tmp_path: Path) -> None:
    rows = [["S1", "bot", "2025-06-03", 1], ["S2", "a1@shop", "2025-06-03", 5], ["S3", "A9", "2025-06-04", 2]]
    surveys = open_source(tmp_path, "surveys", csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows))
    good = Aggregate("surveys", "rate", "responded_at", value="rating >= 4")
    names = {"bot": "BOT", "a1@shop": "A1"}
    for large in (False, True):
        with reading_as_if_large() if large else nullcontext():
            result = measure_source(surveys, [good], resolve=lambda name: names.get(name, name), units=KEYS["shop"])
        assert values_of(result, good) == {"the shop": Fraction(1, 2)}
        assert result.names == {"BOT", "A1", "A9"}


def test_order_agents_is_a_source_of_its_own(tmp_path: Path) -> None:
    rows = [["O1", "A1"], ["O1", "a1@shop"], ["O2", ""], ["O3", "A3"]]
    source = open_source(tmp_path, "order_agents", csv_text(["order_id", "agent_id"], rows))
    result = measure_source(source, [], resolve=a1_at_shop)
    counts = result.counts
    assert (counts.rows, counts.in_period, counts.rejected, counts.duplicates) == (4, 2, 1, 1)
    assert result.names == {"A1", "A3"}


def test_figures_of_the_whole_account_are_of_everyone(tmp_path: Path) -> None:
    reports = open_source(
        tmp_path, "account_health", csv_text(["date", "order_defect_rate"], [["2025-06-30", "0.0042"]])
    )
    rate = Aggregate("account_health", "mean", "date", agent=EVERYONE, value="order_defect_rate")
    for units in (None, KEYS["team"]):
        result = measure_source(reports, [rate], units=units)
        assert values_of(result, rate) == {EVERYONE: Fraction("0.0042")}
        assert (result.names, result.counts.unassigned) == (frozenset(), 0)


# ── keys whose optional columns are absent ────────────────────────────────────────────────────────


@pytest.mark.parametrize("large", [False, True])
def test_without_items_an_order_is_its_own_key(tmp_path: Path, large: bool) -> None:
    rows = [["O2", "A1", "2025-06-03"], ["O1", "A1", "2025-06-03"], ["O2", "A1", "2025-06-03"]]
    orders = open_source(tmp_path, "orders", csv_text(["order_id", "agent_id", "ordered_at"], rows))
    with reading_as_if_large() if large else nullcontext():
        result = measure_source(orders, [COUNT])
    assert values_of(result, COUNT) == {"A1": 2}
    assert result.counts.duplicates == 1


def test_with_items_only_equal_items_are_repeats(tmp_path: Path) -> None:
    rows = [["O1", item, "A1", "2025-06-03"] for item in ("a", "b", None, "a", None)]
    orders = open_source(tmp_path, "orders", csv_text(["order_id", "item_id", "agent_id", "ordered_at"], rows))
    result = measure_source(orders, [COUNT])
    assert values_of(result, COUNT) == {"A1": 3}
    assert result.counts.duplicates == 2


# ── the rows behind ───────────────────────────────────────────────────────────────────────────────


def rows_behind(
    folder: Path, aggregate: Aggregate, who: str, units: Units | None = None
) -> list[dict[str, str | None]]:
    lines = [
        Line(1, 5, True, frozenset({"A1", "A2"})), Line(1, 6, False, frozenset({"A1", "A2"})),
        Line(2, 7, None, frozenset({"A3"})), Line(3, 8, True, frozenset()),
    ]  # fmt: skip
    orders, order_agents = open_orders(folder, lines, has_agents=False)
    return read_rows(orders, aggregate, who, units=units, order_agents=order_agents)


@pytest.mark.parametrize(
    ("by", "who", "items"),
    [
        ("agent", "A2", ["0", "1"]),
        ("agent", "A3", ["2"]),
        ("team", "east", ["0", "1"]),
        ("shop", "the shop", ["0", "1", "2", "3"]),
    ],
)
def test_rows_behind_each_scope(tmp_path: Path, by: str, who: str, items: list[str]) -> None:
    units = None if by == "agent" else KEYS[by]
    rows = rows_behind(tmp_path, RETURNED, who, units)
    assert [row["item_id"] for row in rows] == items
    assert {"order_id", "returned", "counted"} <= rows[0].keys()
    said = {"0": "hit", "1": "miss", "2": None, "3": "hit"}
    assert [row["counted"] for row in rows] == [said[item] for item in items]


def test_rows_behind_what_is_of_everyone(tmp_path: Path) -> None:
    assert len(rows_behind(tmp_path, SHOP_COUNT, "A3")) == 4


def test_rows_that_cannot_count_once_are_shown_as_not_counted(tmp_path: Path) -> None:
    headers = ["review_id", "agent_id", "reviewed_at", "criterion", "mark", "ticket_id"]
    rows = [["R1", "A1", "2025-06-03", "tone", 80, "T1"], ["R2", "A1", "2025-06-03", "tone", 90, None]]
    source = open_source(tmp_path, "qa_reviews", csv_text(headers, rows))
    for kind, extra in (("mean", {"value": "mark", "per": "ticket_id"}), ("count", {"distinct": "ticket_id"})):
        asked = Aggregate("qa_reviews", kind, "reviewed_at", **extra)  # type: ignore[arg-type]
        shown = read_rows(source, asked, "A1")
        assert [(row["ticket_id"], row["counted"]) for row in shown] == [("T1", "hit"), (None, None)]
