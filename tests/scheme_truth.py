"""What the other four schemes measure in the sample shop, counted a second time from the raw rows.

Crediting: an order and its returns count for everybody
who served it, a first reply for whoever gave it, a message for whoever sent it or was to answer it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from typing import Any

import sample_truth as truth
from sample_truth import DAY, Facts, Row

Pair = tuple[Fraction, Fraction]
Numbers = dict[str, Any]
"""(numerator, denominator) of rates and means; plain counts and sums; None where there is nothing to measure."""
DEFECTS = ("negative_feedback", "guarantee_claim", "chargeback")
POLITE = ("您好", "请", "谢谢")


def count(rows: list[Row], hit: Callable[[Row], bool]) -> Fraction:
    return Fraction(sum(map(hit, rows)))


def share(rows: list[Row], hit: Callable[[Row], bool]) -> Pair | None:
    return (count(rows, hit), Fraction(len(rows))) if rows else None


def mean(rows: list[Row], column: str, weight: str = "") -> Pair | None:
    weights = [Fraction(row[weight]) if weight else Fraction(1) for row in rows]
    weighed = sum((Fraction(row[column]) * by for row, by in zip(rows, weights, strict=True)), Fraction(0))
    return (weighed, sum(weights, Fraction(0))) if any(weights) else None


def total(rows: list[Row], column: str) -> Fraction:
    return sum((Fraction(row[column].replace(",", "")) for row in rows), Fraction(0))


def within(rows: Iterable[Row], column: str, start: dt.datetime, end: dt.datetime) -> list[Row]:
    return [row for row in rows if (moment := truth.when(row[column])) is not None and start <= moment < end]


def mine(facts: Facts, column: str, who: str, start: dt.datetime, end: dt.datetime) -> list[Row]:
    return [row for row in within(facts.rows, column, start, end) if row["who"] == who]


def filled(rows: list[Row], column: str) -> list[Row]:
    return [row for row in rows if row[column]]


def where(rows: list[Row], column: str, value: str) -> list[Row]:
    return [row for row in rows if row[column] == value]


def has(column: str, value: str = "true") -> Callable[[Row], bool]:
    return lambda row: row[column] == value


def has_not(column: str, value: str) -> Callable[[Row], bool]:
    return lambda row: row[column] != value


@cache
def servants() -> dict[str, set[str]]:
    """Order → who served it."""
    served: dict[str, set[str]] = defaultdict(set)
    for row in truth.order_agents().rows:
        served[row["order_id"]].add(row["who"])
    return dict(served)


def served_by(who: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if who in servants().get(row["order_id"], ())]


def verdicts(rows: Iterable[Row], hit: Callable[[Row], bool]) -> dict[str, bool]:
    """Order → whether any of its rows is a hit."""
    found: dict[str, bool] = defaultdict(bool)
    for row in rows:
        found[row["order_id"]] |= hit(row)
    return found


def distinct_orders(rows: Iterable[Row], hit: Callable[[Row], bool]) -> Pair:
    found = verdicts(rows, hit).values()
    return Fraction(sum(found)), Fraction(len(found))


def is_defective(row: Row) -> bool:
    return any(row[name] == "true" for name in DEFECTS)


def dissatisfied(row: Row, end: dt.datetime) -> bool:
    """Bad feedback, wrongly rejected, or no answer within 48 hours."""
    asked, answered = truth.when(row["requested_at"]), truth.when(row["answered_at"]) or end
    assert asked
    return "true" in (row["negative_feedback"], row["wrongly_rejected"]) or answered - asked > 2 * DAY


def answered_late(row: Row, end: dt.datetime) -> bool:
    sent, answered = truth.when(row["sent_at"]), truth.when(row["answered_at"]) or end
    assert sent
    return answered - sent > DAY


@cache
def contacts() -> dict[str, list[dt.datetime]]:
    """Customer → when each of their cases was opened."""
    opened: dict[str, list[dt.datetime]] = defaultdict(list)
    for row in truth.tickets().rows:
        moment = truth.when(row["created_at"])
        assert moment
        opened[row["customer_id"]].append(moment)
    return dict(opened)


def came_again(row: Row) -> bool:
    """Whether the same customer opened another case within 7 days of the solution."""
    created, solved = truth.when(row["created_at"]), truth.when(row["resolved_at"])
    assert created
    assert solved
    return any(created < moment <= solved + 7 * DAY for moment in contacts()[row["customer_id"]])


def trimmed(rows: list[Row]) -> Pair:
    """The mean mark without the lowest and the highest fifth."""
    marks = sorted(Fraction(row["mark"]) for row in rows)
    cut = len(marks) // 5
    kept = marks[cut : len(marks) - cut]
    return sum(kept, Fraction(0)), Fraction(len(kept))


def delivered_in_time(row: Row) -> bool:
    return row["delivered_at"] != "" and row["delivered_at"] <= row["due_at"]


def unreported(row: Row) -> bool:
    """Late, and nobody was warned before it was due."""
    return not delivered_in_time(row) and not (row["reported_at"] and row["reported_at"] <= row["due_at"])


def in_seconds(text: str) -> str:
    minutes, _, rest = text.removesuffix("秒").rpartition("分")
    return str(60 * int(minutes or 0) + int(rest))


@cache
def expected_numbers(month: str, who: str) -> Numbers:
    """Name → value of one agent's month, as `generator/figures.py` names it."""
    start, end = truth.bounds(month)
    parts = (case_numbers, order_numbers, deed_numbers, word_numbers, mark_numbers, report_numbers)
    return {name: value for part in parts for name, value in part(who, start, end).items()}


def case_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    told = filled(mine(truth.tickets(), "created_at", who, start, end), "transfer_count")
    crossed = [row for row in told if row["group_count"] != "1"]
    solved = mine(truth.tickets(), "resolved_at", who, start, end)
    everyone = within(truth.tickets().rows, "created_at", start, end)
    replied = where(everyone, "first_responder_id", who)
    return {
        "first_contact": share(told, has("first_contact_resolved")),
        "transferred": share(told, has_not("transfer_count", "0")),
        "crossed": share(told, has_not("group_count", "1")),
        "crossed_solved": share(crossed, has_not("resolved_at", "")),
        "informed": share(filled(told, "interim_update_count"), has_not("interim_update_count", "0")),
        "accepted": share(filled(told, "solution_accepted"), has("solution_accepted")),
        "came_again": share([row for row in solved if row["created_at"] >= str(start)], came_again),
        "first_response": mean(replied, "first_reply_seconds"),
        "average_reply": mean(filled(told, "average_reply_seconds"), "average_reply_seconds", "reply_count"),
    }


def order_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    orders = served_by(who, truth.orders().rows)
    valid = where(served_by(who, within(truth.returns().rows, "requested_at", start, end)), "is_valid", "true")
    decided = [row for row in valid if row["answered_at"] or dissatisfied(row, end)]
    bought = mine(truth.sales(), "sold_at", who, start, end)
    return {
        "defects": distinct_orders(within(orders, "ordered_at", end - 60 * DAY, end), is_defective),
        "returned": distinct_orders(within(orders, "ordered_at", start, end), has("returned")),
        "dissatisfied": share(decided, lambda row: dissatisfied(row, end)),
        "order_value": mean(bought, "amount"),
    }


def deed_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    deeds = mine(truth.activities(), "occurred_at", who, start, end)
    trainings = [row for row in where(deeds, "kind", "training") if row["required"] == "true"]
    due = mine(truth.tasks(), "due_at", who, start, end)
    trusted = mine(truth.tasks(), "due_at", who, end - 365 * DAY, end)
    return {
        "knowledge": count(where(deeds, "kind", "knowledge"), has("accepted")),
        "trained": share(trainings, has("attended")),
        "overtime": count(deeds, has("kind", "overtime")),
        "urgent": count(deeds, has("kind", "urgent_case")),
        "costs": total(mine(truth.costs(), "date", who, start, end), "amount"),
        "tasks": share(due, delivered_in_time),
        "unreported": count(due, unreported),
        "trust": total(filled(trusted, "trust_points"), "trust_points"),
    }


def word_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    texts = mine(truth.messages(), "sent_at", who, start, end)
    written = where(where(texts, "sender", "agent"), "is_canned", "false")
    asked = where(texts, "needs_answer", "true")
    decided = [row for row in asked if row["answered_at"] or answered_late(row, end)]
    return {
        "polite": share(written, lambda row: any(phrase in row["text"] for phrase in POLITE)),
        "late": share(decided, lambda row: answered_late(row, end)),
    }


def mark_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    marks = mine(truth.qa_reviews(), "reviewed_at", who, start, end)
    criteria = ("communication", "judgement", "solution", "language", "attitude", "expertise")
    means = {name: mean(where(marks, "criterion", name), "mark") for name in criteria}
    return means | {
        "solved_at_once": share(where(marks, "criterion", "first_contact"), has("mark", "100")),
        "compliant": share(where(marks, "criterion", "compliance"), has("critical_failed", "false")),
        "peers": trimmed(where(marks, "kind", "peer")),
        "mystery": mean(where(marks, "kind", "mystery"), "mark"),
    }


def report_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    days = mine(truth.agent_metrics(), "日期", who, start, end)
    rated = [row for row in days if row["评价量"] != "延迟统计"]
    replies = [row | {"seconds": in_seconds(row["平均响应时长"])} for row in days]
    return {
        "first_reply": mean(days, "首次响应时长（秒)", "接待人数"),
        "report_reply": mean(replies, "seconds", "客服消息数"),
        "sessions": (total(days, "咨询人数"), total(days, "出勤工时")),
        "satisfied": (total(rated, "满意量"), total(rated, "评价量")),
        "positive": (total(rated, "好评量"), total(rated, "评价量")),
        "complaints": (total(days, "投诉量"), total(days, "咨询人数")),
        "conversion": (total(days, "下单人数"), total(days, "询单人数")),
        "report_order_value": (total(days, "销售额"), total(days, "下单人数")),
    }
