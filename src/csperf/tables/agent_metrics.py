"""What platforms export per agent and day: counts, sums and weighted rates."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Amount, Count, Day, Hours, Number, Seconds, Share, Table


class AgentMetric(Table):
    """One agent's figures of one day (or of the period whose first day this is). Rates weigh by their counts."""

    table: ClassVar[str] = "agent_metrics"
    key: ClassVar[tuple[str, ...]] = ("agent_id", "date")
    at: ClassVar[str | None] = "date"
    is_report: ClassVar[bool] = True
    covers_until: ClassVar[str | None] = "last_date"
    rules: ClassVar[dict[str, str]] = {"last-day-before-first": "last_date < date"}

    agent_id: AgentId
    date: Day
    last_date: Day | None = Field(None, description="the last day that the figures cover")
    session_count: Count | None = None
    served_count: Count | None = Field(None, description="customers served")
    unanswered_count: Count | None = None
    transferred_count: Count | None = None
    message_count: Count | None = Field(None, description="agent messages")
    customer_message_count: Count | None = None
    first_reply_seconds: Seconds | None = Field(None, description="mean over the served customers")
    average_reply_seconds: Seconds | None = Field(None, description="mean over the replies")
    reply_rate: Share | None = None
    rated_count: Count | None = None
    satisfied_count: Count | None = Field(None, description="very satisfied and satisfied")
    positive_count: Count | None = Field(None, description="ratings of four or five stars")
    satisfaction_rate: Share | None = None
    complaint_count: Count | None = None
    inquiry_count: Count | None = Field(None, description="customers who asked before buying")
    buyer_count: Count | None = Field(None, description="of these, who paid in the end")
    conversion_rate: Share | None = Field(None, description="buyers ÷ those who asked, where the platform says no more")
    order_count: Count | None = None
    sales_amount: Number | None = None
    refund_amount: Amount | None = None
    worked_hours: Hours | None = None
