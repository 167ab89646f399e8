"""The other schemes on the sample shop: csperf measures what was counted again from the raw rows."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

import sample_truth as truth
import scheme_truth as schemes
from csperf.cli.opening import open_session
from csperf.period import parse_month
from csperf.pipeline import load_scheme, score_period
from small_shop import SAMPLE

MEASURED = {
    "amazon-satisfaction-60-40": {
        "order_defect_rate": "defects",
        "return_dissatisfaction_rate": "dissatisfied",
        "fcr_reviewed": "solved_at_once",
        "qa_communication": "communication",
        "qa_judgement": "judgement",
        "qa_solution": "solution",
        "late_contact_rate": "late",
    },
    "taobao-aftersales": {
        "qa_attitude": "attitude",
        "polite_phrase_rate": "polite",
        "return_repair_rate": "returned",
    },
    "ecommerce-30-40-20-10": {
        "average_reply_reported": "report_reply",
        "fcr_flagged": "first_contact",
        "satisfaction_reported": "satisfied",
        "positive_rate_reported": "positive",
        "complaint_rate_reported": "complaints",
        "conversion_rate": "conversion",
        "knowledge_contributions": "knowledge",
        "training_attendance": "trained",
    },
    "platform-service-quality": {
        "first_response": "first_response",
        "average_response": "average_reply",
        "interim_feedback_rate": "informed",
        "qa_language": "language",
        "qa_expertise": "expertise",
        "qa_mystery": "mystery",
        "qa_peer": "peers",
        "compliance_rate": "compliant",
        "solution_acceptance": "accepted",
        "cross_team_closure": "crossed_solved",
    },
    "remote-team": {"on_time_delivery": "tasks", "overdue_unreported": "unreported", "trust_points": "trust"},
    "service-cost": {"cost_per_head": "costs"},
}
"""Scheme → its indicator → what `scheme_truth` calls it."""


@pytest.mark.parametrize("month", truth.MONTHS)
@pytest.mark.parametrize("rubric", MEASURED)
def test_every_indicator_of_every_agent_is_what_was_counted_again(rubric: str, month: str) -> None:
    with open_session(SAMPLE, None, quiet=True) as (session, _):
        period = parse_month(month, session.workspace.content.zone, dt.date(2025, 7, 1))
        table = score_period(session, load_scheme(session.workspace, rubric), period, with_words=False).table
    cards = {card.agent.agent_id: card for card in table.cards}
    for agent_id in set(truth.agents_of(month)) - {"A012"}:
        lines = {line.name: line for line in cards[agent_id].indicators}
        expected = schemes.expected_numbers(month, agent_id)
        for name, other in MEASURED[rubric].items():
            line, value = lines[name], expected[other]
            found = (line.numerator, line.denominator) if isinstance(value, tuple) else line.value
            assert found == (value if isinstance(value, tuple | Fraction) else None), (agent_id, name)
