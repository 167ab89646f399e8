"""Every kind of measure through the whole command, counted a second time in plain Python on random data.

Numbers are made with at most three decimals, so that fractions agree exactly.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from csperf.cli import main
from csperf.engines import polars_engine

START, END = dt.datetime(2025, 5, 1), dt.datetime(2025, 6, 1)
AGENTS = [f"A{number}" for number in range(1, 7)]
ZONE = dt.timezone(dt.timedelta(hours=8))

Row = dict[str, Any]
Shop = dict[str, list[Row]]


@dataclass(frozen=True)
class Figure:
    """What is printed of one measure of one agent."""

    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    sample_size: int = 0


# ── a random shop ─────────────────────────────────────────────────────────────────────────────────


def make_shop(seed: int) -> Shop:
    """Three months of rows around May 2025, with gaps in every column that may have them."""
    random = Random(seed)

    def maybe(value: Any, share: float = 0.2) -> Any:
        return None if random.random() < share else value

    def moment() -> dt.datetime:
        edges = (START, END, START - dt.timedelta(seconds=1), END - dt.timedelta(seconds=1))
        if random.random() < 0.05:
            return random.choice(edges)
        return dt.datetime(2025, 3, 20) + dt.timedelta(seconds=random.randrange(85 * 86_400))

    def ticket(number: int) -> Row:
        created = moment()
        return {
            "ticket_id": f"T{number:05}",
            "agent_id": maybe(random.choice(AGENTS), 0.03),
            "resolver_id": maybe(random.choice(AGENTS)),
            "created_at": created,
            "resolved_at": maybe(created + dt.timedelta(seconds=random.randrange(9 * 86_400))),
            "channel": maybe(random.choice(["chat", "phone", "mail"])),
            "is_spam": maybe(random.random() < 0.1),
            "first_contact_resolved": maybe(random.random() < 0.6),
            "rating": maybe(random.randint(1, 5), 0.5),
            "handling_seconds": maybe(Fraction(random.randrange(900_000), 1000)),
            "average_reply_seconds": maybe(Fraction(random.randrange(90_000), 1000)),
            "reply_count": maybe(random.randrange(12)),
            "customer_message_count": maybe(random.randrange(12)),
            "customer_id": maybe(f"C{random.randrange(60):02}", 0.1),
        }

    days = [dt.date(2025, 4, 1) + dt.timedelta(days=day) for day in range(75)]
    return {
        "tickets": [ticket(number) for number in range(900)],
        "surveys": [
            {
                "survey_id": f"S{number:05}", "agent_id": random.choice(AGENTS), "responded_at": moment(),
                "rating": maybe(random.randint(1, 5)),
            }
            for number in range(400)
        ],
        "qa_reviews": [
            {
                "review_id": f"Q{number:05}", "agent_id": random.choice(AGENTS), "reviewed_at": moment(),
                "criterion": "solution", "mark": Fraction(random.randrange(1001), 10),
                "weight": maybe(Fraction(random.randrange(30), 10)), "critical_failed": maybe(random.random() < 0.1),
                "ticket_id": maybe(f"T{random.randrange(12):05}", 0.1),
            }
            for number in range(400)
        ],
        "worktime": [
            {"agent_id": agent, "date": day, "hours": Fraction(random.randrange(0, 1000, 25), 100)}
            for agent in AGENTS[:5] for day in days if random.random() < 0.7
        ],
        "account_health": [
            {
                "date": day, "fulfilment": who, "order_count": random.randrange(1, 90),
                "order_defect_rate": maybe(Fraction(random.randrange(40), 1000)),
            }
            for day in days[::7] for who in ("seller", "platform")
        ],
    }  # fmt: skip


def written(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Fraction():
            return str(Decimal(value.numerator) / Decimal(value.denominator))
        case _:
            return str(value)


def write_shop(shop: Shop, folder: Path, dirty: bool) -> None:
    for table, rows in shop.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            for row in rows:
                cells = {name: written(value) for name, value in row.items()}
                if table == "surveys":  # the same instants, written in another zone
                    instant = row["responded_at"].replace(tzinfo=ZONE).astimezone(dt.UTC)
                    cells["responded_at"] = f"{instant:%Y-%m-%dT%H:%M:%SZ}"
                writer.writerow(cells)
            if dirty:  # one row twice, and one that no table accepts
                writer.writerow(cells)
                writer.writerow(dict.fromkeys(rows[0], "?"))


# ── the same rules, in plain Python ────────────────────────────────────────────────────────────────


def lies_in(row: Row, at: str, days: int | None = None) -> bool:
    moment = row[at]
    if moment is None:
        return False
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    return (START if days is None else END - dt.timedelta(days=days)) <= moment < END


def both(*sides: bool | None) -> bool | None:
    """SQL's `and`."""
    return False if False in sides else None if None in sides else True


def either(*sides: bool | None) -> bool | None:
    """SQL's `or`."""
    return True if True in sides else None if None in sides else False


def negated(side: bool | None) -> bool | None:
    """SQL's `not`."""
    return None if side is None else not side


def compared(left: Any, test: Callable[[Any], bool]) -> bool | None:
    """A comparison: unknown where the value is."""
    return None if left is None else test(left)


def is_chat(row: Row) -> bool | None:
    return compared(row["channel"], lambda channel: channel == "chat")


def rate(hits: Sequence[bool | None]) -> Figure:
    known = [hit for hit in hits if hit is not None]
    return share(Fraction(sum(known)), Fraction(len(known)), len(known))


def share(numerator: Fraction, denominator: Fraction, size: int) -> Figure:
    return Figure(numerator / denominator, numerator, denominator, size) if denominator else Figure()


def count(rows: Sequence[Row]) -> Figure:
    return Figure(Fraction(len(rows)), Fraction(len(rows)), None, len(rows))


def total(values: Sequence[Any]) -> Figure:
    known = [Fraction(value) for value in values if value is not None]
    return Figure(sum(known, Fraction()), sum(known, Fraction()), None, len(known)) if known else Figure()


def mean(values: Sequence[Any]) -> Figure:
    known = [Fraction(value) for value in values if value is not None]
    return share(sum(known, Fraction()), Fraction(len(known)), len(known))


def weighted(pairs: Sequence[tuple[Any, Any]], are_counts: bool) -> Figure:
    """Weights that count cases are the sample; of other weights the sample is the rows that have one."""
    known = [
        (Fraction(value), Fraction(weight))
        for value, weight in pairs if value is not None and weight
    ]  # fmt: skip
    weights = sum((weight for _, weight in known), Fraction())
    return share(
        sum((value * weight for value, weight in known), Fraction()),
        weights,
        math.floor(weights) if are_counts else len(known),
    )


def percentile(values: Sequence[Any], at: Fraction) -> Figure:
    """In a straight line between neighbours, as spreadsheets' PERCENTILE.INC."""
    ordered = sorted(Fraction(value) for value in values if value is not None)
    if not ordered:
        return Figure()
    whole, part = divmod((len(ordered) - 1) * at, 1)
    above = ordered[min(int(whole) + 1, len(ordered) - 1)]
    return Figure(ordered[int(whole)] * (1 - part) + above * part, sample_size=len(ordered))


def once_each(rows: Sequence[Row], name: str, hits: Sequence[bool | None]) -> Figure:
    """A rate in which each value of a column counts once."""
    known = {row[name] for row, hit in zip(rows, hits, strict=True) if hit is not None} - {None}
    hit = {row[name] for row, hit in zip(rows, hits, strict=True) if hit} - {None}
    return share(Fraction(len(hit)), Fraction(len(known)), len(known))


def mean_per(
    rows: Sequence[Row], name: str, inner: Callable[[Sequence[Row]], Fraction | None], cut: Fraction
) -> Figure:
    """The mean of what `inner` makes of the rows of each value of a column, both ends cut."""
    groups = {row[name]: [other for other in rows if other[name] == row[name]] for row in rows if row[name] is not None}
    means = sorted(found for mine in groups.values() if (found := inner(mine)) is not None)
    ends = math.floor(len(means) * cut)
    return mean(means[ends : len(means) - ends])


def mark_of_case(rows: Sequence[Row]) -> Fraction | None:
    """A case's mark: 0 where anything critical failed, else the weighted mean."""
    if any(row["critical_failed"] for row in rows):
        return Fraction(0)
    return weighted([(row["mark"], 1 if row["weight"] is None else row["weight"]) for row in rows], False).value


def extreme(values: Sequence[Any], choose: Callable[..., Any]) -> Figure:
    known = [Fraction(value) for value in values if value is not None]
    return Figure(choose(known), sample_size=len(known)) if known else Figure()


def divide(of: Figure, to: Figure, is_share: bool = False) -> Figure:
    value = of.value / to.value if of.value is not None and to.value else None
    return Figure(value, of.value, to.value, int(to.value or 0) if is_share else of.sample_size)


@dataclass(frozen=True)
class Mine:
    """One agent's rows."""

    shop: Shop
    agent: str

    def rows(self, table: str, at: str, agent: str = "agent_id", days: int | None = None) -> list[Row]:
        return [row for row in self.shop[table] if row[agent] == self.agent and lies_in(row, at, days)]

    def everyones(self, table: str, at: str) -> list[Row]:
        return [row for row in self.shop[table] if lies_in(row, at)]

    @property
    def tickets(self) -> list[Row]:
        return self.rows("tickets", "created_at")


def column(rows: Sequence[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]


def wait(row: Row) -> Fraction | None:
    resolved = row["resolved_at"]
    return None if resolved is None else Fraction((resolved - row["created_at"]) // dt.timedelta(seconds=1))


def of_over(mine: Mine) -> Figure:
    over = [
        row for row in mine.tickets
        if either(is_chat(row), compared(row["rating"], lambda rating: rating <= 2))
    ]  # fmt: skip
    hits = [both(row["resolved_at"] is not None, row["first_contact_resolved"]) for row in over]
    return share(Fraction(hits.count(True)), Fraction(len(over)), len(over))


def ratio_here(mine: Mine) -> Figure:
    """A row that lacks one of the two counts in neither."""
    names = ("reply_count", "customer_message_count")
    rows = [
        row for row in mine.rows("tickets", "created_at", days=60)
        if row["is_spam"] is False and None not in [row[name] for name in names]
    ]  # fmt: skip
    of, to = (total(column(rows, name)) for name in names)
    return divide(of, to, is_share=True)


def ratio_of_times(mine: Mine) -> Figure:
    """Seconds are no cases, so the sample is the rows that have any."""
    of = total([row["handling_seconds"] for row in mine.tickets if compared(row["rating"], lambda rating: rating >= 4)])
    to = total(column(mine.tickets, "handling_seconds"))
    return replace(divide(of, to), sample_size=to.sample_size)


def per_hour(mine: Mine) -> Figure:
    return divide(count(mine.tickets), total(column(mine.rows("worktime", "date"), "hours")))


def derived(mine: Mine) -> Figure:
    parts = [per_hour(mine), mean(column(mine.tickets, "handling_seconds"))]
    first, second = (part.value for part in parts)
    value = None if first is None or second is None else (first * second - 1) / Fraction("3.6")
    return Figure(value, sample_size=min(part.sample_size for part in parts))


def uplift(handling: Figure) -> Figure:
    value = None if handling.value is None else handling.value / Fraction("52.5") - 1
    return Figure(value, sample_size=handling.sample_size)


# name → (the entry as a shop writes it, the same in Python)
KINDS: dict[str, tuple[Row, Callable[[Mine], Figure]]] = {
    "rate": (
        {"from": "tickets", "rate": "rating >= 4"},
        lambda mine: rate([compared(row["rating"], lambda rating: rating >= 4) for row in mine.tickets]),
    ),
    "rate_of_unknowns": (
        {"from": "tickets", "rate": "not is_spam and rating >= 3"},
        lambda mine: rate([
            both(negated(row["is_spam"]), compared(row["rating"], lambda rating: rating >= 3))
            for row in mine.tickets
        ]),
    ),
    "rate_of_over": (
        {"from": "tickets", "rate": {
            "of": "resolved_at is not null and first_contact_resolved",
            "over": "channel = 'chat' or rating <= 2",
        }},
        of_over,
    ),
    "rate_by_answer": (
        {"from": "surveys", "rate": "rating in (4, 5)"},
        lambda mine: rate([
            compared(row["rating"], lambda rating: rating in (4, 5))
            for row in mine.rows("surveys", "responded_at")
        ]),
    ),
    "all_tickets": ({"from": "tickets", "count": True}, lambda mine: count(mine.tickets)),
    "tickets_where": (
        {"from": "tickets", "count": True, "where": "channel = 'chat' and not is_spam"},
        lambda mine: count([row for row in mine.tickets if both(is_chat(row), negated(row["is_spam"]))]),
    ),
    "sum_where": (
        {"from": "tickets", "sum": "handling_seconds", "where": "channel is null", "unit": "s"},
        lambda mine: total([row["handling_seconds"] for row in mine.tickets if row["channel"] is None]),
    ),
    "sum_whole": (
        {"from": "tickets", "sum": "reply_count"},
        lambda mine: total(column(mine.tickets, "reply_count")),
    ),
    "mean_plain": (
        {"from": "tickets", "mean": "handling_seconds", "unit": "s"},
        lambda mine: mean(column(mine.tickets, "handling_seconds")),
    ),
    "mean_of_case": (
        {"from": "tickets", "mean": "case when channel = 'chat' then reply_count * 2 else reply_count end"},
        lambda mine: mean([
            None if row["reply_count"] is None else row["reply_count"] * (2 if is_chat(row) else 1)
            for row in mine.tickets
        ]),
    ),
    "mean_of_span": (
        {"from": "tickets", "mean": "resolved_at - created_at", "unit": "s"},
        lambda mine: mean([wait(row) for row in mine.tickets]),
    ),
    "mean_weighted": (
        {"from": "tickets", "mean": "average_reply_seconds", "weighted_by": "reply_count", "unit": "s"},
        lambda mine: weighted([(row["average_reply_seconds"], row["reply_count"]) for row in mine.tickets], True),
    ),
    "mean_weighted_else_1": (
        {"from": "qa_reviews", "mean": "mark", "weighted_by": "coalesce(weight, 1)"},
        lambda mine: weighted([
            (row["mark"], 1 if row["weight"] is None else row["weight"])
            for row in mine.rows("qa_reviews", "reviewed_at")
        ], False),
    ),
    "median_of": (
        {"from": "tickets", "median": "handling_seconds", "unit": "s"},
        lambda mine: percentile(column(mine.tickets, "handling_seconds"), Fraction(1, 2)),
    ),
    "p90_of": (
        {"from": "tickets", "p90": "handling_seconds", "unit": "s"},
        lambda mine: percentile(column(mine.tickets, "handling_seconds"), Fraction(9, 10)),
    ),
    "p12_5_where": (
        {"from": "tickets", "p12.5": "reply_count", "where": "channel <> 'mail'"},
        lambda mine: percentile(
            [row["reply_count"] for row in mine.tickets if row["channel"] in ("chat", "phone")],
            Fraction(1, 8),
        ),
    ),
    "min_of": (
        {"from": "tickets", "min": "average_reply_seconds", "unit": "s"},
        lambda mine: extreme(column(mine.tickets, "average_reply_seconds"), min),
    ),
    "max_of": (
        {"from": "tickets", "max": "reply_count - customer_message_count"},
        lambda mine: extreme([
            None if None in (row["reply_count"], row["customer_message_count"])
            else row["reply_count"] - row["customer_message_count"]
            for row in mine.tickets
        ], max),
    ),
    "ratio_here": (  # both sides take over what the whole says
        {"from": "tickets", "where": "not is_spam", "window": "60d", "unit": "%",
         "ratio": {"of": {"sum": "reply_count"}, "to": {"sum": "customer_message_count"}}},
        ratio_here,
    ),
    "ratio_of_times": (
        {"from": "tickets", "unit": "%",
         "ratio": {"of": {"where": "rating >= 4", "sum": "handling_seconds"}, "to": {"sum": "handling_seconds"}}},
        ratio_of_times,
    ),
    "ratio_across": (
        {"ratio": {"of": {"from": "tickets", "count": True}, "to": {"from": "worktime", "sum": "hours"}},
         "unit": "/h"},
        per_hour,
    ),
    "derived_of": ({"derived": "(ratio_across * mean_plain - 1) / 3.6"}, derived),
    "window": (
        {"from": "tickets", "rate": "rating >= 4", "window": "60d"},
        lambda mine: rate([
            compared(row["rating"], lambda rating: rating >= 4)
            for row in mine.rows("tickets", "created_at", days=60)
        ]),
    ),
    "other_agent": (
        {"from": "tickets", "count": True, "agent": "resolver_id"},
        lambda mine: count(mine.rows("tickets", "created_at", agent="resolver_id")),
    ),
    "other_time": (
        {"from": "tickets", "mean": "reply_count", "at": "resolved_at"},
        lambda mine: mean(column(mine.rows("tickets", "resolved_at"), "reply_count")),
    ),
    "all_at_once": (
        {"from": "tickets", "p90": "handling_seconds", "at": "resolved_at", "agent": "resolver_id",
         "window": "14d", "where": "not is_spam", "unit": "s"},
        lambda mine: percentile([
            row["handling_seconds"] for row in mine.rows("tickets", "resolved_at", "resolver_id", days=14)
            if row["is_spam"] is False
        ], Fraction(9, 10)),
    ),
    "rate_of_customers": (
        {"from": "tickets", "rate": "rating >= 4", "distinct": "customer_id"},
        lambda mine: once_each(mine.tickets, "customer_id", [
            compared(row["rating"], lambda rating: rating >= 4) for row in mine.tickets
        ]),
    ),
    "customers": (
        {"from": "tickets", "count": True, "distinct": "customer_id", "where": "channel = 'chat'"},
        lambda mine: count([
            {} for _ in {row["customer_id"] for row in mine.tickets if is_chat(row)} - {None}
        ]),
    ),
    "tickets_per_customer": (
        {"from": "tickets", "ratio": {"of": {"count": True, "where": "customer_id is not null"},
                                      "to": {"count": True, "distinct": "customer_id"}}},
        lambda mine: divide(
            count([row for row in mine.tickets if row["customer_id"]]),
            count([{} for _ in {row["customer_id"] for row in mine.tickets} - {None}]),
        ),
    ),
    "mean_per_case": (
        {"from": "qa_reviews", "mean": "mark", "weighted_by": "coalesce(weight, 1)", "per": "ticket_id",
         "zero_if": "critical_failed", "trim": "10%"},
        lambda mine: mean_per(
            mine.rows("qa_reviews", "reviewed_at"), "ticket_id", mark_of_case, Fraction(1, 10)
        ),
    ),
    "mean_of_everyone": (
        {"from": "account_health", "mean": "order_defect_rate", "weighted_by": "order_count", "unit": "%"},
        lambda mine: weighted([
            (row["order_defect_rate"], row["order_count"]) for row in mine.everyones("account_health", "date")
        ], True),
    ),
    "tickets_of_everyone": (
        {"from": "tickets", "count": True, "agent": "everyone"},
        lambda mine: count(mine.everyones("tickets", "created_at")),
    ),
    "part_of_everyone": (
        {"from": "tickets", "ratio": {"of": {"count": True}, "to": {"count": True, "agent": "everyone"}}, "unit": "%"},
        lambda mine: divide(count(mine.tickets), count(mine.everyones("tickets", "created_at")), is_share=True),
    ),
    "baseline": ({"constant": 52.5}, lambda mine: Figure(Fraction("52.5"))),
    "uplift": (
        {"derived": "mean_plain / baseline - 1", "unit": "%"},
        lambda mine: uplift(mean(column(mine.tickets, "handling_seconds"))),
    ),
}  # fmt: skip


# ── the comparison ────────────────────────────────────────────────────────────────────────────────


def write_workspace(shop: Shop, folder: Path) -> None:
    curves = {"%": {"0%": 0, "100%": 100}, "s": {"0s": 0, "900s": 100}, "/h": {"0/h": 0, "9/h": 100}}
    measures: dict[str, Row] = {}
    lines: dict[str, Row] = {}
    for name, (entry, _) in KINDS.items():
        unit = entry.get("unit", "%" if "rate" in entry else "")
        measures[name] = entry | {"title": name, "definition": name, "source": "test", "better": "higher"}
        weight = 2 if lines else 100 - 2 * (len(KINDS) - 1)
        lines[name] = {"weight": weight, "score": {"curve": curves.get(unit, {0: 0, 100: 100})}}
    rubric = {
        "name": "kinds", "version": "1", "title": "kinds",
        "dimensions": {"all": {"weight": 100, "indicators": lines}}, "grades": [{"name": "any", "min": 0}],
    }  # fmt: skip
    workspace = {
        "zone": "Asia/Shanghai", "rubric": "kinds.yaml", "measures": "measures.yaml",
        "sources": {table: {"files": f"{table}.csv"} for table in shop},
    }  # fmt: skip
    for name, content in (("measures", measures), ("kinds", rubric), ("csperf", workspace)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def printed(value: Fraction | None) -> Decimal | None:
    """With six decimals, half up."""
    return None if value is None else Decimal(math.floor(value * 10**6 + Fraction(1, 2))).scaleb(-6)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("small", "dirty"), [(True, False), (True, True), (False, False), (False, True)],
    ids=["small", "small-dirty", "large", "large-dirty"],
)  # fmt: skip
def test_every_kind_agrees_with_a_second_count(
    seed: int, small: bool, dirty: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not small:  # a large source is read in another way
        monkeypatch.setattr(polars_engine, "SMALL_BYTES", 0)
    shop = make_shop(seed)
    write_shop(shop, tmp_path, dirty)
    write_workspace(shop, tmp_path)
    result = tmp_path / "result.json"
    assert main(["score", "--month", "2025-05", "-C", str(tmp_path), "-q", "-o", str(result)]) == 0
    document = json.loads(result.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)

    found = {
        (agent["agent_id"], one["name"]): tuple(
            one[key] for key in ("value", "numerator", "denominator", "sample_size")
        )
        for agent in document["agents"] for one in agent["indicators"]
    }  # fmt: skip
    expected = {}
    for agent in AGENTS:
        for name, (_, count_again) in KINDS.items():
            figure = count_again(Mine(shop, agent))
            numbers = (figure.value, figure.numerator, figure.denominator)
            expected[agent, name] = (*map(printed, numbers), figure.sample_size)
    assert found == expected
    assert {(source["rejected"], source["duplicates"]) for source in document["sources"]} == {(dirty, dirty)}


def test_the_data_holds_what_the_kinds_are_about() -> None:
    """Without unknown values, edges of the month and rows of nobody the comparison would say little."""
    shop = make_shop(0)
    tickets = shop["tickets"]
    assert all(any(row[name] is None for row in tickets) for name in ("agent_id", "is_spam", "rating"))
    assert {START, END} <= {row["created_at"] for row in tickets}
    assert not any(row["agent_id"] == AGENTS[5] for row in shop["worktime"])
    for count_again in (pair[1] for pair in KINDS.values()):
        assert count_again(Mine(shop, AGENTS[0])).value not in (None, 0)
