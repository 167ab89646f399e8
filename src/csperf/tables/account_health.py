"""A platform's own figures of the whole account: one row per report."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from csperf.tables.kinds import EVERYONE, Count, Day, Seconds, Share, Table, Text


class AccountHealth(Table):
    """What the platform reports of the shop as a whole. It names no agent: every agent is given the shop's value."""

    table: ClassVar[str] = "account_health"
    key: ClassVar[tuple[str, ...]] = ("date", "fulfilment", "marketplace")
    at: ClassVar[str | None] = "date"
    agent: ClassVar[str] = EVERYONE
    is_report: ClassVar[bool] = True

    date: Day = Field(description="the last day that the report covers")
    fulfilment: Text | None = Field(None, description="seller or platform; each has figures of its own")
    marketplace: Text | None = Field(None, description="which of several; each has figures of its own")
    order_count: Count | None = None
    defective_order_count: Count | None = Field(None, description="orders with at least one defect, each counted once")
    negative_feedback_count: Count | None = None
    claim_count: Count | None = None
    chargeback_count: Count | None = None
    order_defect_rate: Share | None = None
    return_request_count: Count | None = None
    dissatisfied_return_count: Count | None = None
    contact_count: Count | None = Field(None, description="messages of buyers that need an answer")
    late_contact_count: Count | None = Field(None, description="of these, answered after 24 hours or not at all")
    mean_response_seconds: Seconds | None = None
