"""Exact at the edges: aggregates of decimals equal fractions, however rows and files are ordered."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import AggregateResult
from small_shop import csv_text, measure_source, open_source, reading_as_if_large

HEADERS = ["ticket_id", "agent_id", "created_at", "handling_seconds", "reply_count"]
SHARES = [Fraction(share) for share in ("0.5", "0.9", "0.95", "0.99", "0.999", "0.125", "0.01")]


def aggregate(kind: str, **extra: object) -> Aggregate:
    return Aggregate("tickets", kind, "created_at", value="handling_seconds", **extra)  # type: ignore[arg-type]


MEAN, SUM, LOW, HIGH = (aggregate(kind) for kind in ("mean", "sum", "min", "max"))
WEIGHTED = aggregate("weighted_mean", weight="reply_count")
PERCENTILES = {share: aggregate("percentile", percentile=share) for share in SHARES}
LONG = Aggregate("tickets", "rate", "created_at", value="handling_seconds > 0.3")
REPLIED = Aggregate("tickets", "rate", "created_at", value="reply_count >= 3", over="handling_seconds >= 1")
WHOLE = Aggregate("tickets", "mean", "created_at", value="reply_count")
EVERY = [MEAN, SUM, LOW, HIGH, WEIGHTED, *PERCENTILES.values(), LONG, REPLIED, WHOLE]


def percentile_inc(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """PERCENTILE.INC of spreadsheets: the value at place share × (n − 1), neighbours joined by a line."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = place.numerator // place.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] * (1 - (place - below)) + ordered[above] * (place - below)


def ratio(num: Fraction | int, den: Fraction | int, size: int | None = None) -> AggregateResult | None:
    if not den:
        return None
    return AggregateResult(Fraction(num, den), Fraction(num), Fraction(den), int(den) if size is None else size)


def count_again(rows: Sequence[tuple[str | None, int | None]]) -> dict[Aggregate, AggregateResult | None]:
    """Every aggregate over one agent's rows (seconds, replies), in plain fractions."""
    seconds = [Fraction(text) for text, _ in rows if text is not None]
    both = [(Fraction(text), weight) for text, weight in rows if text is not None and weight]
    weights = [weight for _, weight in rows if weight is not None]
    over = [weight or 0 for text, weight in rows if text is not None and Fraction(text) >= 1]
    size = len(seconds)
    found = {
        MEAN: ratio(sum(seconds), size),
        SUM: AggregateResult(sum(seconds, Fraction(0)), sum(seconds, Fraction(0)), sample_size=size) if size else None,
        LOW: AggregateResult(min(seconds), sample_size=size) if size else None,
        HIGH: AggregateResult(max(seconds), sample_size=size) if size else None,
        WEIGHTED: ratio(
            sum((value * weight for value, weight in both), Fraction(0)), sum(weight for _, weight in both)
        ),
        LONG: ratio(sum(value > Fraction("0.3") for value in seconds), size),
        REPLIED: ratio(sum(weight >= 3 for weight in over), len(over)),
        WHOLE: ratio(sum(weights), len(weights)),
    }
    for share, one in PERCENTILES.items():
        found[one] = AggregateResult(percentile_inc(seconds, share), sample_size=size) if size else None
    return found


decimals = st.integers(0, 10**9).map(lambda n: f"{n // 1000}.{n % 1000:03}") | st.sampled_from(
    [
        "0",
        "0.1",
        "0.2",
        "0.3",
        "0.300001",
        "0.299999",
        "0.7",
        "1.1",
        "89.5",
        "74.9",
        "300000000",
        "0.000001",
        "3",
    ]
)
rows_of = st.lists(st.tuples(st.none() | decimals, st.none() | st.integers(0, 500)), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(
    shop=st.dictionaries(st.sampled_from(["A1", "A2", "A3"]), rows_of, min_size=1),
    seed=st.integers(0, 99),
    large=st.booleans(),
)
@example(shop={"A1": [("0.1", 1), ("0.2", 3), ("0.3", 1)] * 8}, seed=1, large=True)
@example(shop={"A1": [("300000000", 500), ("0.000001", 1)]}, seed=2, large=False)
def test_aggregates_are_exact_in_any_order(
    shop: dict[str, list[tuple[str | None, int | None]]], seed: int, large: bool
) -> None:
    lines = [
        [f"T{agent}{number}", agent, "2025-06-03 10:00:00", seconds, replies]
        for agent, rows in shop.items()
        for number, (seconds, replies) in enumerate(rows)
    ]
    dice = random.Random(seed)
    dice.shuffle(lines)
    cut = dice.randrange(len(lines) + 1)
    files = [csv_text(HEADERS, part) for part in (lines[:cut], lines[cut:])]
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(Path(folder), "tickets", *files)
        if large:
            with reading_as_if_large():
                result = measure_source(source, EVERY)
        else:
            result = measure_source(source, EVERY)
    for agent, rows in shop.items():
        expected = count_again(rows)
        assert {one: result.results[one].get(agent) for one in EVERY} == expected


FORMULAS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "reply_count * 0.5": lambda replies, _: replies / 2,
    "reply_count / 4": lambda replies, _: replies / 4,
    "reply_count / 4.0": lambda replies, _: replies / 4,
    "reply_count + 0.25": lambda replies, _: replies + Fraction(1, 4),
    "handling_seconds * 0.5": lambda _, seconds: seconds / 2,
    "handling_seconds / 8": lambda _, seconds: seconds / 8,
    "handling_seconds / 86400.0 * 86400": lambda _, seconds: seconds,
    "handling_seconds - reply_count": lambda replies, seconds: seconds - replies,
    "case when reply_count >= 2 then 1.0 else 0.5 end": lambda replies, _: (
        Fraction(1) if replies >= 2 else Fraction(1, 2)
    ),
    "greatest(reply_count, 1.5)": lambda replies, _: max(replies, Fraction(3, 2)),
}


@pytest.mark.parametrize("sql", FORMULAS)
@pytest.mark.parametrize("large", [False, True])
def test_arithmetic_in_sql_keeps_its_decimals(tmp_path: Path, sql: str, large: bool) -> None:
    """Also where the columns happen to hold whole numbers only."""
    pairs = [(1, 3), (2, 5), (7, 0)]
    rows = [
        [f"T{number}", "A1", "2025-06-03 10:00:00", seconds, replies] for number, (replies, seconds) in enumerate(pairs)
    ]
    asked = [Aggregate("tickets", kind, "created_at", value=sql) for kind in ("sum", "mean", "min", "max")]
    median = Aggregate("tickets", "percentile", "created_at", value=sql, percentile=Fraction(1, 2))
    weighted = Aggregate("tickets", "weighted_mean", "created_at", value=sql, weight="reply_count")
    source = open_source(tmp_path, "tickets", csv_text(HEADERS, rows))
    if large:
        with reading_as_if_large():
            result = measure_source(source, [*asked, median, weighted])
    else:
        result = measure_source(source, [*asked, median, weighted])
    values = [FORMULAS[sql](Fraction(replies), Fraction(seconds)) for replies, seconds in pairs]
    found = [result.results[one]["A1"].value for one in (*asked, median)]
    assert found == [sum(values), sum(values) / 3, min(values), max(values), sorted(values)[1]]
    assert result.results[weighted]["A1"] == ratio(
        sum(value * replies for value, (replies, _) in zip(values, pairs, strict=True)), 10
    )


def test_decimal_weights_are_exact(tmp_path: Path) -> None:
    """Marks with one decimal, weights with two: products of three decimals."""
    rows = [
        ["R1", "A1", "2025-06-03 10:00", "x", "80.5", "0.25"],
        ["R2", "A1", "2025-06-03 10:00", "x", "90.1", "0.35"],
        ["R3", "A1", "2025-06-03 10:00", "x", "100", "0.4"],
    ]
    mean = Aggregate("qa_reviews", "weighted_mean", "reviewed_at", value="mark", weight="weight")
    headers = ["review_id", "agent_id", "reviewed_at", "criterion", "mark", "weight"]
    found = measure_source(open_source(tmp_path, "qa_reviews", csv_text(headers, rows)), [mean]).results[mean]["A1"]
    assert (found.value, found.denominator) == (Fraction("91.66"), Fraction(1))


def test_what_is_finer_than_a_millionth_is_rounded_half_away_from_zero(tmp_path: Path) -> None:
    """As everywhere else; a float's own rounding would take halves to the even side."""
    amounts = ["0.0000005", "0.0000025", "-0.0000025", "0.0000024"]
    rows = [[f"A{number}", "2025-06-03", amount] for number, amount in enumerate(amounts)]
    total = Aggregate("agent_metrics", "sum", "date", value="sales_amount")
    source = open_source(tmp_path, "agent_metrics", csv_text(["agent_id", "date", "sales_amount"], rows))
    found = [found.value for _, found in sorted(measure_source(source, [total]).results[total].items())]
    assert found == [Fraction(millionths, 10**6) for millionths in (1, 3, -3, 2)]


@pytest.mark.parametrize("steps", [100, 1000])
def test_percentile_that_falls_on_a_row_is_that_row(tmp_path: Path, steps: int) -> None:
    """0.07 × 100 is 7, though floats make it 7.000000000000001; neighbours here are far from each other."""
    rows = [[f"T{n:04}", "A1", "2025-06-03 10:00:00", n * n, 1] for n in range(steps + 1)]
    places = range(1, steps, steps // 100)
    asked = {place: aggregate("percentile", percentile=Fraction(place, steps)) for place in places}
    result = measure_source(open_source(tmp_path, "tickets", csv_text(HEADERS, rows)), list(asked.values()))
    found = {place: result.results[one]["A1"].value for place, one in asked.items()}
    assert found == {place: place * place for place in places}


def test_percentiles_are_those_of_the_textbook() -> None:
    values = [Fraction(number) for number in range(1, 11)]
    assert [percentile_inc(values, Fraction(share)) for share in ("0.9", "0.5", "0.25")] == [
        Fraction("9.1"),
        Fraction("5.5"),
        Fraction("3.25"),
    ]
    assert percentile_inc(values, Fraction("0.5")) == statistics.median(values)


@pytest.mark.parametrize("kind", ["rate", "mean", "sum", "min", "percentile", "weighted_mean"])
def test_nothing_measured_is_no_result_and_no_zero(tmp_path: Path, kind: str) -> None:
    extra: dict[str, object] = {"percentile": Fraction(1, 2)} if kind == "percentile" else {}
    extra |= {"weight": "reply_count"} if kind == "weighted_mean" else {}
    value = "handling_seconds > 3" if kind == "rate" else "handling_seconds"
    asked = Aggregate("tickets", kind, "created_at", value=value, **extra)  # type: ignore[arg-type]
    count = Aggregate("tickets", "count", "created_at", where="reply_count >= 5")
    rows = [["T1", "A1", "2025-06-03 10:00:00", None, 0], ["T2", "A2", "2025-06-03 10:00:00", 5, 5]]
    result = measure_source(open_source(tmp_path, "tickets", csv_text(HEADERS, rows)), [asked, count])
    # Scoring makes a real 0 of a count for whoever is scored; having no such row makes nobody an agent.
    assert set(result.results[asked]) == set(result.results[count]) == {"A2"}
    assert result.names == {"A1", "A2"}


def test_weights_of_zero_and_missing_ones_count_nowhere(tmp_path: Path) -> None:
    rows = [
        ["T1", "A1", "2025-06-03 10:00:00", 5, 0],
        ["T2", "A1", "2025-06-03 10:00:00", 7, None],
        ["T3", "A1", "2025-06-03 10:00:00", 11, 2],
        ["T4", "A1", "2025-06-03 10:00:00", None, 9],
    ]
    result = measure_source(open_source(tmp_path, "tickets", csv_text(HEADERS, rows)), [WEIGHTED])
    assert result.results[WEIGHTED]["A1"] == ratio(22, 2)


def test_where_keeps_rows_for_which_it_is_true_only(tmp_path: Path) -> None:
    """An unknown condition is not a true one, in counts as in rates."""
    rows = [
        [f"T{number}", "A1", "2025-06-03 10:00:00", seconds, replies]
        for number, (seconds, replies) in enumerate([(1, 1), (1, None), (None, 5), (9, 5)])
    ]
    where: dict[str, Any] = {"where": "reply_count >= 5"}
    count, mean = Aggregate("tickets", "count", "created_at", **where), aggregate("mean", **where)
    rate = Aggregate("tickets", "rate", "created_at", value="handling_seconds > 5", **where)
    result = measure_source(open_source(tmp_path, "tickets", csv_text(HEADERS, rows)), [count, mean, rate])
    assert result.results[count]["A1"].value == 2
    assert result.results[mean]["A1"] == ratio(9, 1)
    assert result.results[rate]["A1"] == ratio(1, 1)


def test_rows_of_nobody_are_credited_to_nobody(tmp_path: Path) -> None:
    headers = [*HEADERS, "first_responder_id"]
    rows = [
        ["T1", None, "2025-06-03 10:00:00", 1, 1, "A2"], ["T2", "A1", "2025-06-03 10:00:00", 2, 1, None],
        ["T3", None, "2025-06-03 10:00:00", 4, 1, None],
    ]  # fmt: skip
    owner, responder = MEAN, aggregate("mean", agent="first_responder_id")
    source = open_source(tmp_path, "tickets", csv_text(headers, rows))
    result = measure_source(source, [owner, responder])
    assert result.results[owner] == {"A1": ratio(2, 1)}
    assert result.results[responder] == {"A2": ratio(1, 1)}
    assert result.counts.unassigned == 1  # T3: whatever names anybody counts for somebody
    assert measure_source(source, [owner]).counts.unassigned == 2


def test_durations_between_times_are_seconds(tmp_path: Path) -> None:
    rows = [
        ["T1", "A1", "2025-06-03 10:00:00", "2025-06-03 10:00:01"],
        ["T2", "A1", "2025-06-03 10:00:00", "2025-06-04 10:00:00"],
    ]
    longest = Aggregate("tickets", "max", "created_at", value="resolved_at - created_at")
    mean = Aggregate("tickets", "mean", "created_at", value="resolved_at - created_at")
    source = open_source(tmp_path, "tickets", csv_text(["ticket_id", "agent_id", "created_at", "resolved_at"], rows))
    result = measure_source(source, [longest, mean])
    assert result.results[longest]["A1"].value == 86400
    assert result.results[mean]["A1"] == ratio(86401, 2)
