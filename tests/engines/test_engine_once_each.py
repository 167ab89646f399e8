"""Each order once, each review once: `distinct` and `per`, counted again in plain Python."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import AggregateResult
from small_shop import csv_text, measure_source, open_source, reading_as_if_large, values_of

# ── distinct ──────────────────────────────────────────────────────────────────────────────────────

ORDER = ["order_id", "item_id", "agent_id", "ordered_at", "channel", "returned", "amount"]
RETURNED = Aggregate("orders", "rate", "ordered_at", value="returned", distinct="order_id")
OF_OVER = Aggregate("orders", "rate", "ordered_at", value="returned", over="amount >= 5", distinct="order_id")
ON_WEB = Aggregate("orders", "rate", "ordered_at", value="returned", where="channel = 'web'", distinct="order_id")
ORDERS = Aggregate("orders", "count", "ordered_at", distinct="order_id")
WEB_ORDERS = Aggregate("orders", "count", "ordered_at", where="channel = 'web'", distinct="order_id")
CHANNELS = Aggregate("orders", "count", "ordered_at", distinct="channel")
ROWS = Aggregate("orders", "count", "ordered_at")
DISTINCT = [RETURNED, OF_OVER, ON_WEB, ORDERS, WEB_ORDERS, CHANNELS, ROWS]

OrderRow = tuple[int, str, str | None, bool | None, int | None]
"""order, agent, channel, returned, amount"""
order_rows = st.lists(
    st.tuples(
        st.integers(0, 6), st.sampled_from(["A1", "A2"]), st.sampled_from([None, "web", "app"]),
        st.sampled_from([None, True, False]), st.none() | st.integers(0, 9),
    ),
    min_size=1, max_size=30,
)  # fmt: skip


def share(hits: set[int], seen: set[int]) -> AggregateResult | None:
    if not seen:
        return None
    return AggregateResult(
        Fraction(len(hits), len(seen)), Fraction(len(hits)), Fraction(len(seen)), len(seen)
    )  # fmt: skip


def number(count: int) -> AggregateResult | None:
    return AggregateResult(Fraction(count), Fraction(count), sample_size=count) if count else None


def count_orders(rows: Sequence[OrderRow]) -> dict[Aggregate, AggregateResult | None]:
    over = [(order, returned) for order, _, _, returned, amount in rows if amount is not None and amount >= 5]
    web = [(order, returned) for order, _, channel, returned, _ in rows if channel == "web"]
    return {
        RETURNED: share({row[0] for row in rows if row[3]}, {row[0] for row in rows if row[3] is not None}),
        OF_OVER: share({order for order, hit in over if hit}, {order for order, _ in over}),
        ON_WEB: share({order for order, hit in web if hit}, {order for order, hit in web if hit is not None}),
        ORDERS: number(len({row[0] for row in rows})),
        WEB_ORDERS: number(len({order for order, _ in web})),
        CHANNELS: number(len({row[2] for row in rows} - {None})),
        ROWS: number(len(rows)),
    }


@settings(max_examples=40, deadline=None)
@given(rows=order_rows, seed=st.integers(0, 99), large=st.booleans())
@example(rows=[(1, "A1", None, None, 9), (1, "A1", "web", None, None)], seed=0, large=False)
def test_each_value_counts_once(rows: list[OrderRow], seed: int, large: bool) -> None:
    written = {None: None, True: "true", False: "false"}
    lines = [
        [f"O{order}", item, agent, "2025-06-03 10:00", channel, written[returned], amount]
        for item, (order, agent, channel, returned, amount) in enumerate(rows)
    ]
    dice = random.Random(seed)
    dice.shuffle(lines)
    cut = dice.randrange(len(lines) + 1)
    with tempfile.TemporaryDirectory() as folder, reading_as_if_large() if large else nullcontext():
        source = open_source(Path(folder), "orders", *(csv_text(ORDER, part) for part in (lines[:cut], lines[cut:])))
        result = measure_source(source, DISTINCT)
    for agent in ("A1", "A2"):
        mine = [row for row in rows if row[1] == agent]
        assert {one: result.results[one].get(agent) for one in DISTINCT} == count_orders(mine)


FEEDBACK, CLAIMS, CHARGEBACKS, DEFECTIVE, CLEAN = 442, 15, 628, 1078, 8_922
ALL_ORDERS = range(DEFECTIVE + CLEAN)
DEFECT = Aggregate(
    "orders", "rate", "ordered_at", window_days=60, distinct="order_id",
    value="coalesce(negative_feedback, false) or coalesce(guarantee_claim, false) or coalesce(chargeback, false)",
)  # fmt: skip


def official_example() -> list[list[object]]:
    """The platform's own example: 442 + 15 + 628 defects of 1,078 orders, as 7 orders have two of them."""
    twice = FEEDBACK + CLAIMS + CHARGEBACKS - DEFECTIVE
    feedback = range(FEEDBACK)
    claims = range(FEEDBACK - 3, FEEDBACK - 3 + CLAIMS)  # 3 of them had negative feedback too
    chargebacks = range(DEFECTIVE - CHARGEBACKS, DEFECTIVE)
    assert len({*feedback, *claims, *chargebacks}) == DEFECTIVE
    assert twice == 7
    components = (("negative_feedback", feedback), ("guarantee_claim", claims), ("chargeback", chargebacks))
    names = [name for name, _ in components]
    rows: list[list[object]] = [
        [f"O{order:06}", name, "2025-06-10", *("true" if name == other else None for other in names)]
        for name, orders in components for order in orders
    ]  # fmt: skip
    assert len(rows) == 1085
    return rows + [[f"O{DEFECTIVE + order:06}", "-", "2025-06-11", None, None, None] for order in range(CLEAN)]


@pytest.mark.parametrize("large", [False, True])
def test_the_official_defect_rate_counts_orders(tmp_path: Path, large: bool) -> None:
    rows = official_example()
    random.Random(7).shuffle(rows)
    headers = ["order_id", "item_id", "ordered_at", "negative_feedback", "guarantee_claim", "chargeback"]
    orders = open_source(tmp_path, "orders", csv_text(headers, rows))
    served = [[f"O{order:06}", agent] for order in ALL_ORDERS for agent in served_by(order)]
    order_agents = open_source(tmp_path, "order_agents", csv_text(["order_id", "agent_id"], served))
    with reading_as_if_large() if large else nullcontext():
        shop = measure_source(orders, [DEFECT], units=lambda _: "shop").results[DEFECT]
        each = measure_source(orders, [DEFECT], order_agents=order_agents).results[DEFECT]
        team = measure_source(orders, [DEFECT], units=lambda agent: agent and "team", order_agents=order_agents)
    assert shop == {"shop": AggregateResult(Fraction(1078, 10_000), Fraction(1078), Fraction(10_000), 10_000)}
    (pooled,) = team.results[DEFECT].values()
    for found, mine in (
        *((found, {order for order in ALL_ORDERS if agent in served_by(order)}) for agent, found in each.items()),
        (pooled, {order for order in ALL_ORDERS if served_by(order)}),
    ):
        assert found.numerator == sum(order < DEFECTIVE for order in mine)
        assert found.denominator == len(mine)
    # Some orders were served by two, and count once for their team.
    assert len(each) == 2
    assert sum(found.sample_size for found in each.values()) > pooled.sample_size


def served_by(order: int) -> list[str]:
    """Every tenth order was served by nobody, every seventh by two."""
    return [] if order % 10 == 0 else ["A1", "A2"] if order % 7 == 0 else [f"A{order % 2 + 1}"]


# ── per ───────────────────────────────────────────────────────────────────────────────────────────

REVIEW = ["review_id", "agent_id", "reviewed_at", "criterion", "mark", "weight", "critical_failed", "ticket_id"]
PLAIN = Aggregate("qa_reviews", "mean", "reviewed_at", value="mark", per="review_id")
WEIGHTED = Aggregate("qa_reviews", "weighted_mean", "reviewed_at", value="mark", weight="weight", per="review_id")
GATED = Aggregate("qa_reviews", "weighted_mean", "reviewed_at", value="mark", weight="coalesce(weight, 1)",
                  per="review_id", zero_if="critical_failed")  # fmt: skip
TRIMMED = Aggregate("qa_reviews", "mean", "reviewed_at", value="mark", per="review_id", trim=Fraction(1, 5))
BY_CASE = Aggregate("qa_reviews", "mean", "reviewed_at", value="mark", per="ticket_id", where="criterion <> 'tone'")
GATED_CASE = Aggregate("qa_reviews", "mean", "reviewed_at", value="mark", per="ticket_id",
                       where="criterion = 'tone'", zero_if="critical_failed")  # fmt: skip
PER = [PLAIN, WEIGHTED, GATED, TRIMMED, BY_CASE, GATED_CASE]

CRITERIA = ["tone", "solution", "language"]


@st.composite
def reviews(draw: st.DrawFn) -> list[list[str | None]]:
    """Rows of reviews, one per criterion of each; the agent and the ticket are those of the review."""
    rows = []
    for review in range(draw(st.integers(1, 12))):
        agent = draw(st.sampled_from(["A1", "A2"]))
        ticket = draw(st.sampled_from([None, "T1", "T2"]))
        for criterion in CRITERIA[: draw(st.integers(1, 3))]:
            mark = f"{draw(st.integers(0, 1000)) / 10:.1f}"
            weight = draw(st.sampled_from([None, "0", "0.5", "2", "1.25"]))
            failed = draw(st.sampled_from([None, "false", "false", "true"]))
            rows.append([f"R{review}", agent, "2025-06-03 10:00", criterion, mark, weight, failed, ticket])
    return draw(st.permutations(rows))


def mean_of_means(rows: Sequence[dict[str, str | None]], one: Aggregate) -> AggregateResult | None:
    groups: dict[str, list[dict[str, str | None]]] = {}
    for row in rows:
        if one.per and (key := row[one.per]) is not None and is_seen(row, one):
            groups.setdefault(key, []).append(row)
    means = []
    for mine in groups.values():
        default = {None: Fraction(1), "weight": Fraction(0), "coalesce(weight, 1)": Fraction(1)}[one.weight]
        pairs = [
            (Fraction(row["mark"] or 0), Fraction(row["weight"]) if one.weight and row["weight"] else default)
            for row in mine
        ]
        weights = sum(weight for _, weight in pairs)
        if one.zero_if and any(row["critical_failed"] == "true" for row in mine):
            means.append(Fraction(0))
        elif weights:
            means.append(sum((mark * weight for mark, weight in pairs), Fraction(0)) / weights)
    cut = int(len(means) * one.trim)
    kept = sorted(means)[cut : len(means) - cut]
    if not kept:
        return None
    total = sum(kept, Fraction(0))
    return AggregateResult(total / len(kept), total, Fraction(len(kept)), len(kept))


def is_seen(row: dict[str, str | None], one: Aggregate) -> bool:
    match one.where:
        case None:
            return True
        case "criterion = 'tone'":
            return row["criterion"] == "tone"
        case _:
            return row["criterion"] != "tone"


@settings(max_examples=40, deadline=None)
@given(lines=reviews(), cut=st.integers(0, 40), large=st.booleans())
def test_a_mean_of_means(lines: list[list[str | None]], cut: int, large: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, reading_as_if_large() if large else nullcontext():
        parts = [part for part in (lines[:cut], lines[cut:]) if part]
        source = open_source(Path(folder), "qa_reviews", *(csv_text(REVIEW, part) for part in parts))
        result = measure_source(source, PER)
    for agent in ("A1", "A2"):
        mine = [dict(zip(REVIEW, line, strict=True)) for line in lines if line[1] == agent]
        assert {one: result.results[one].get(agent) for one in PER} == {one: mean_of_means(mine, one) for one in PER}


def test_trimming_cuts_whole_means_at_both_ends(tmp_path: Path) -> None:
    """Of 9 means 20 % are 1.8: one falls at each end. Of 4 none does."""
    marks = {"A1": [0, 70, 71, 72, 73, 74, 75, 76, 100], "A2": [0, 60, 70, 100]}
    rows = [
        [f"R{agent}{number}", agent, "2025-06-03 10:00", "tone", mark, None, None, None]
        for agent, all_marks in marks.items() for number, mark in enumerate(all_marks)
    ]  # fmt: skip
    result = measure_source(open_source(tmp_path, "qa_reviews", csv_text(REVIEW, rows)), [TRIMMED])
    assert values_of(result, TRIMMED) == {"A1": 73, "A2": Fraction(230, 4)}
    assert result.results[TRIMMED]["A1"].sample_size == 7


def test_a_database_counts_the_same(tmp_path: Path) -> None:
    dice = random.Random(3)
    rows = [
        [f"O{dice.randrange(4000)}", item, f"A{dice.randrange(5)}", "2025-06-03 10:00",
         dice.choice(["web", "app", None]), dice.choice(["true", "false", None]), dice.randrange(100)]
        for item in range(20_000)
    ]  # fmt: skip
    text = csv_text(ORDER, rows)
    source = open_source(tmp_path, "orders", text)
    mean = Aggregate("orders", "mean", "ordered_at", value="amount", per="order_id")
    with reading_as_if_large():
        result = measure_source(source, [RETURNED, ORDERS, mean])
    (path,) = tmp_path.glob("orders-*.csv")
    table = f"read_csv('{path}', types={{'returned': 'boolean'}})"
    database = duckdb.connect()
    found = database.execute(f"""
        select agent_id, count(distinct order_id),
               count(distinct order_id) filter (returned), count(distinct order_id) filter (returned is not null)
        from {table} group by agent_id
    """).fetchall()
    for agent, orders, hits, seen in found:
        assert result.results[ORDERS][agent].value == orders
        assert (result.results[RETURNED][agent].numerator, result.results[RETURNED][agent].denominator) == (hits, seen)
    sums = database.execute(f"select agent_id, order_id, sum(amount), count(*) from {table} group by all").fetchall()
    for agent in {row[0] for row in sums}:
        means = [Fraction(int(total), count) for who, _, total, count in sums if who == agent]
        assert result.results[mean][agent].value == sum(means) / len(means)
