"""Orders: one row per order, or per item of an order."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Amount, Flag, Id, Number, Table, Text, Time


class Order(Table):
    """One order (or one item of it), with what went wrong with it. Measures that count orders count each id once."""

    table: ClassVar[str] = "orders"
    key: ClassVar[tuple[str, ...]] = ("order_id", "item_id")
    version: ClassVar[str | None] = "updated_at"
    at: ClassVar[str | None] = "ordered_at"
    agents_by: ClassVar[str | None] = "order_id"

    order_id: Id
    item_id: Id | None = Field(None, description="where an order has several rows: what tells them apart")
    agent_id: AgentId | None = Field(None, description="who served it; without this column, table order_agents says")
    customer_id: Id | None = None
    ordered_at: Time
    paid_at: Time | None = None
    updated_at: Time | None = None
    status: Text | None = None
    fulfilment: Text | None = Field(None, description="seller or platform")
    channel: Text | None = None
    currency: Text | None = None
    amount: Amount | None = None
    refund_amount: Number | None = None
    negative_feedback: Flag | None = Field(None, description="feedback of one or two stars")
    guarantee_claim: Flag | None = Field(None, description="an A-to-z claim that was not denied")
    chargeback: Flag | None = None
    returned: Flag | None = Field(None, description="returned or sent in for repair")
