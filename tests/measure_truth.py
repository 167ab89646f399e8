"""Every measure that a shipped rubric scores, counted a second time from the sample's raw rows."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from functools import cache
from statistics import median

import sample_truth as truth
import scheme_truth as schemes
from sample_truth import Row
from scheme_truth import Numbers, Pair, filled, mine, total

# Measures of the shipped rubrics by the names that `scheme_truth` has for them.
NAMES = {
    "order_defect_rate": "defects",
    "return_dissatisfaction_rate": "dissatisfied",
    "return_repair_rate": "returned",
    "fcr_reviewed": "solved_at_once",
    "fcr_flagged": "first_contact",
    "qa_communication": "communication",
    "qa_judgement": "judgement",
    "qa_solution": "solution",
    "qa_language": "language",
    "qa_attitude": "attitude",
    "qa_expertise": "expertise",
    "qa_mystery": "mystery",
    "qa_peer": "peers",
    "compliance_rate": "compliant",
    "late_contact_rate": "late",
    "polite_phrase_rate": "polite",
    "first_response": "first_response",
    "average_response": "average_reply",
    "interim_feedback_rate": "informed",
    "solution_acceptance": "accepted",
    "cross_team_closure": "crossed_solved",
    "average_reply_reported": "report_reply",
    "satisfaction_reported": "satisfied",
    "positive_rate_reported": "positive",
    "complaint_rate_reported": "complaints",
    "conversion_rate": "conversion",
    "knowledge_contributions": "knowledge",
    "training_attendance": "trained",
    "on_time_delivery": "tasks",
    "overdue_unreported": "unreported",
    "trust_points": "trust",
    "cost_per_head": "costs",
}
BASELINE = 300


@cache
def expected_measures(month: str, who: str) -> Numbers:
    """Measure → (numerator, denominator) of one agent's month, or one number; None where nothing was measured."""
    start, end = truth.bounds(month)
    numbers = schemes.expected_numbers(month, who)
    found = (
        base_numbers(month, who)
        | {name: numbers[other] for name, other in NAMES.items()}
        | case_numbers(who, start, end)
        | deed_numbers(numbers, who, start, end)
    )
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
    hours = [hours_taken(row) for row in mine(truth.tickets(), "resolved_at", who, start, end)]
    worked = [row for row in mine(truth.worktime(), "date", who, start, end) if Fraction(row["hours"]) > 0]
    ratings = [truth.RATINGS[row["满意度"]] for row in mine(truth.surveys(), "评价时间", who, start, end)]
    known = [Fraction(rating) for rating in ratings if rating is not None]
    return {
        "escalation_rate": schemes.share(filled(created, "escalated"), schemes.has("escalated")),
        "completion_rate": schemes.share(created, schemes.has_not("resolved_at", "")),
        "throughput_per_day": (Fraction(len(created)), Fraction(len(worked))),
        "resolution_hours": median(hours) if hours else None,
        "resolution_hours_mean": (sum(hours, Fraction(0)), Fraction(len(hours))),
        "csat_mean": (sum(known, Fraction(0)), Fraction(len(known))),
    }


def deed_numbers(numbers: Numbers, who: str, start: dt.datetime, end: dt.datetime) -> Numbers:
    days = mine(truth.agent_metrics(), "日期", who, start, end)
    sales = mine(truth.sales(), "sold_at", who, start, end)
    solved = mine(truth.tickets(), "resolved_at", who, start, end)
    overtime, urgent, costs = (numbers[name] for name in ("overtime", "urgent", "costs"))
    assert isinstance(overtime, Fraction)
    assert isinstance(urgent, Fraction)
    assert isinstance(costs, Fraction)
    booked = bool(mine(truth.costs(), "date", who, start, end))
    trusted = mine(truth.tasks(), "due_at", who, end - 365 * truth.DAY, end)
    return {
        "special_performance": overtime + urgent,
        "sales_amount": total(sales, "amount") if sales else None,
        "sessions_per_hour_reported": (total(days, "接待人数"), total(days, "出勤工时")),
        "average_order_uplift_reported": uplift(numbers["report_order_value"]),
        "cost_per_head": costs if booked else None,
        "cost_per_ticket": (costs, Fraction(len(solved))) if booked else None,
        "trust_points": numbers["trust"] if filled(trusted, "trust_points") else None,
    }


def uplift(order_value: Pair | Fraction | None) -> Fraction | None:
    return order_value[0] / order_value[1] / BASELINE - 1 if isinstance(order_value, tuple) else None


def hours_taken(row: Row) -> Fraction:
    created, solved = truth.when(row["created_at"]), truth.when(row["resolved_at"])
    assert created
    assert solved
    return Fraction((solved - created) // dt.timedelta(seconds=1), 3600)
