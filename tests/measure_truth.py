"""Every measure that a shipped rubric scores, and a few more, counted a second time from the sample's raw rows.

Crediting: an order and its returns count for everybody who served it, a first reply for whoever gave it, a message
for whoever sent it or was to answer it, and what was solved for the owner of the case.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from statistics import median
from typing import Any

import sample_truth as truth
from sample_truth import DAY, Facts, Row

Pair = tuple[Fraction, Fraction]
Numbers = dict[str, Any]
"""(numerator, denominator) of rates and means; plain counts and sums; None where there is nothing to measure."""
DEFECTS = ("negative_feedback", "guarantee_claim", "chargeback")
POLITE = ("您好", "请您", "请问", "请稍", "请放心", "谢谢", "感谢", "抱歉")
BASELINE = 300


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


def mine(facts: Facts, column: str, who: str, start: dt.datetime, end: dt.datetime, *reads: str) -> list[Row]:
    return [row for row in within(facts.sound_in(column, *reads), column, start, end) if row["who"] == who]


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
    for row in truth.tickets().sound_in():
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
def expected_measures(month: str, who: str) -> Numbers:
    """Measure → what one agent's month comes to; and what is planned but no measure: crossed, came_again, …"""
    start, end = truth.bounds(month)
    parts = (case_numbers, order_numbers, deed_numbers, word_numbers, mark_numbers, report_numbers)
    found = base_numbers(month, who)
    for part in parts:
        found |= part(who, start, end)
    return {name: None if isinstance(value, tuple) and not value[1] else value for name, value in found.items()}


def base_numbers(month: str, who: str) -> Numbers:
    """Those of the 60/20/20 scheme."""
    numbers: Numbers = {}
    for name, value in truth.expected_values(month)[who].items():
        numbers[name] = (value[0], Fraction(value[1])) if isinstance(value, tuple) else as_fraction(value)
    return numbers


def as_fraction(value: int | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def case_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    created = mine(truth.tickets(), "created_at", who, start, end)
    solved = mine(truth.tickets(), "resolved_at", who, start, end)
    decided = mine(truth.tickets(), "created_at", who, start, end, "resolved_at")
    told = filled(created, "transfer_count")
    crossed = [row for row in filled(decided, "transfer_count") if row["group_count"] != "1"]
    everyone = within(truth.tickets().sound_in("first_reply_seconds"), "created_at", start, end)
    replied = where(everyone, "first_responder_id", who)
    hours = [hours_taken(row) for row in solved]
    worked = [row for row in mine(truth.worktime(), "date", who, start, end) if Fraction(row["hours"]) > 0]
    ratings = [truth.RATINGS[row["满意度"]] for row in mine(truth.surveys(), "评价时间", who, start, end, "满意度")]
    known = [Fraction(rating) for rating in ratings if rating is not None]
    return {
        "fcr_flagged": share(told, has("first_contact_resolved")),
        "transfer_rate": share(told, has_not("transfer_count", "0")),
        "crossed": share(told, has_not("group_count", "1")),
        "cross_team_closure": share(crossed, has_not("resolved_at", "")),
        "interim_feedback_rate": share(filled(told, "interim_update_count"), has_not("interim_update_count", "0")),
        "solution_acceptance": share(filled(told, "solution_accepted"), has("solution_accepted")),
        "came_again": share([row for row in solved if row["created_at"] >= str(start)], came_again),
        "first_response": mean(replied, "first_reply_seconds"),
        "average_response": mean(filled(told, "average_reply_seconds"), "average_reply_seconds", "reply_count"),
        "escalation_rate": share(filled(created, "escalated"), has("escalated")),
        "completion_rate": share(decided, has_not("resolved_at", "")),
        "solved_count": Fraction(len(solved)),
        "throughput_per_day": (Fraction(len(solved)), Fraction(len(worked))),
        "resolution_hours": median(hours) if hours else None,
        "resolution_hours_mean": (sum(hours, Fraction(0)), Fraction(len(hours))),
        "csat_mean": (sum(known, Fraction(0)), Fraction(len(known))),
    }


def order_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    orders, judged = (served_by(who, truth.orders().sound_in(*columns)) for columns in ((), DEFECTS))
    recent = within(judged, "ordered_at", end - 60 * DAY, end)
    asked = within(truth.returns().sound_in("answered_at"), "requested_at", start, end)
    valid = where(served_by(who, asked), "is_valid", "true")
    decided = [row for row in valid if row["answered_at"] or dissatisfied(row, end)]
    bought = mine(truth.sales(), "sold_at", who, start, end)
    return {
        "order_defect_rate": distinct_orders(recent, is_defective),
        "order_defect_rate_seller": distinct_orders(where(recent, "fulfilment", "seller"), is_defective),
        "return_repair_rate": distinct_orders(within(orders, "ordered_at", start, end), has("returned")),
        "return_dissatisfaction_rate": share(decided, lambda row: dissatisfied(row, end)),
        "sales_amount": total(bought, "amount") if bought else None,
        "average_order_value": mean(bought, "amount"),
    }


def deed_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    deeds = mine(truth.activities(), "occurred_at", who, start, end)
    trainings = [row for row in where(deeds, "kind", "training") if row["required"] == "true"]
    due = mine(truth.tasks(), "due_at", who, start, end, "delivered_at")
    trusted = filled(mine(truth.tasks(), "due_at", who, end - 365 * DAY, end), "trust_points")
    booked = mine(truth.costs(), "date", who, start, end)
    solved = mine(truth.tickets(), "resolved_at", who, start, end)
    overtime, urgent = count(deeds, has("kind", "overtime")), count(deeds, has("kind", "urgent_case"))
    return {
        "knowledge_contributions": count(where(deeds, "kind", "knowledge"), has("accepted")),
        "training_attendance": share(trainings, has("attended")),
        "overtime": overtime,
        "urgent": urgent,
        "special_performance": overtime + urgent,
        "cost_per_head": total(booked, "amount") if booked else None,
        "cost_per_ticket": (total(booked, "amount"), Fraction(len(solved))) if booked else None,
        "on_time_delivery": share(due, delivered_in_time),
        "overdue_unreported": count(due, unreported),
        "trust_points": total(trusted, "trust_points") if trusted else None,
    }


def word_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    texts = mine(truth.messages(), "sent_at", who, start, end)
    written = where(mine(truth.messages(), "sent_at", who, start, end, "is_canned"), "sender", "agent")
    written = where(written, "is_canned", "false")
    asked = where(texts, "needs_answer", "true")
    decided = [row for row in asked if row["answered_at"] or answered_late(row, end)]
    return {
        "polite_phrase_rate": share(written, lambda row: any(phrase in row["text"] for phrase in POLITE)),
        "late_contact_rate": share(decided, lambda row: answered_late(row, end)),
    }


def mark_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    marks = mine(truth.qa_reviews(), "reviewed_at", who, start, end)
    supervised = where(marks, "kind", "supervisor")
    criteria = ("communication", "judgement", "solution", "language", "attitude", "expertise")
    means = {f"qa_{name}": mean(where(supervised, "criterion", name), "mark") for name in criteria}
    return means | {
        "fcr_reviewed": share(where(marks, "criterion", "first_contact"), has("mark", "100")),
        "compliance_rate": share(where(marks, "criterion", "compliance"), has("critical_failed", "false")),
        "qa_score": mean_review(supervised),
        "qa_peer": trimmed(where(marks, "kind", "peer")),
        "qa_mystery": mean(where(marks, "kind", "mystery"), "mark"),
    }


def report_numbers(who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    days = mine(truth.agent_metrics(), "日期", who, start, end)
    rated = [row for row in days if row["评价量"] != "延迟统计"]
    replies = [row | {"seconds": in_seconds(row["平均响应时长"])} for row in days]
    sales, buyers = total(days, "销售额"), total(days, "下单人数")
    return {
        "first_reply_reported": mean(days, "首次响应时长（秒)", "接待人数"),
        "average_reply_reported": mean(replies, "seconds", "客服消息数"),
        "sessions_per_hour_reported": (total(days, "咨询人数"), total(days, "出勤工时")),
        "satisfaction_reported": (total(rated, "满意量"), total(rated, "评价量")),
        "positive_rate_reported": (total(rated, "好评量"), total(rated, "评价量")),
        "complaint_rate_reported": (total(days, "投诉量"), total(days, "咨询人数")),
        "conversion_rate": (buyers, total(days, "询单人数")),
        "average_order_value_reported": (sales, buyers),
        "sales_per_order_reported": (sales, total(days, "销售订单数")),
        "average_order_uplift_reported": sales / buyers / BASELINE - 1 if buyers else None,
    }


def mean_review(rows: list[Row]) -> Pair:
    """The mean of the reviews, each by the weights of its criteria, and 0 where a critical one was failed."""
    reviews: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        reviews[row["review_id"]].append(row)
    means = [
        Fraction(0) if any(map(has("critical_failed"), marks)) else weighed[0] / weighed[1]
        for marks in reviews.values()
        if (weighed := mean(marks, "mark", "weight")) is not None
    ]
    return sum(means, Fraction(0)), Fraction(len(means))


def hours_taken(row: Row) -> Fraction:
    created, solved = truth.when(row["created_at"]), truth.when(row["resolved_at"])
    assert created
    assert solved
    return Fraction((solved - created) // dt.timedelta(seconds=1), 3600)
