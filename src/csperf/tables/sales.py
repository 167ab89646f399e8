"""Sales that an agent is credited with: one row per order."""

from __future__ import annotations

from typing import ClassVar

from csperf.tables.kinds import AgentId, Amount, Id, Table, Text, Time


class Sale(Table):
    """One paid order that followed an agent's advice."""

    table: ClassVar[str] = "sales"
    key: ClassVar[tuple[str, ...]] = ("order_id", "agent_id")
    at: ClassVar[str | None] = "sold_at"

    order_id: Id
    agent_id: AgentId
    sold_at: Time
    customer_id: Id | None = None
    amount: Amount
    refund_amount: Amount | None = None
    currency: Text | None = None
    item_count: Amount | None = None
