"""Return, exchange and repair requests: one row per request."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Amount, Flag, Id, Kind, Table, Text, Time


class Return(Table):
    """One request of a customer to send something back."""

    table: ClassVar[str] = "returns"
    key: ClassVar[tuple[str, ...]] = ("return_id",)
    version: ClassVar[str | None] = "updated_at"
    at: ClassVar[str | None] = "requested_at"
    agents_by: ClassVar[str | None] = "order_id"
    rules: ClassVar[dict[str, str]] = {"answered-before-requested": "answered_at < requested_at"}

    return_id: Id
    order_id: Id | None = None
    agent_id: AgentId | None = Field(None, description="who handled it; without this column, table order_agents says")
    requested_at: Time
    answered_at: Time | None = Field(None, description="first answer; empty: none yet")
    closed_at: Time | None = None
    updated_at: Time | None = None
    kind: Annotated[Literal["return", "exchange", "repair", "refund"], Kind("category")] | None = None
    is_valid: Flag | None = Field(None, description="within the policy; invalid requests count nowhere")
    negative_feedback: Flag | None = Field(None, description="the customer was dissatisfied with the return")
    wrongly_rejected: Flag | None = None
    reason: Text | None = None
    amount: Amount | None = None
