"""Who served which order: one row per order and agent."""

from __future__ import annotations

from typing import ClassVar

from csperf.tables.kinds import AgentId, Id, Table, Time


class OrderAgent(Table):
    """One agent who served one order. An order may have several; it then counts for each of them."""

    table: ClassVar[str] = "order_agents"
    key: ClassVar[tuple[str, ...]] = ("order_id", "agent_id")

    order_id: Id
    agent_id: AgentId
    served_at: Time | None = None
