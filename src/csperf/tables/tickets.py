"""Tickets, sessions or calls: one row per case."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Count, Flag, Id, Kind, Seconds, Table, Text, Time


class Ticket(Table):
    """One case of one customer, as the help desk knows it at the time of the export."""

    table: ClassVar[str] = "tickets"
    key: ClassVar[tuple[str, ...]] = ("ticket_id",)
    version: ClassVar[str | None] = "updated_at"
    at: ClassVar[str | None] = "created_at"
    rules: ClassVar[dict[str, str]] = {
        "resolved-before-created": "resolved_at < created_at",
        "replied-before-created": "first_reply_at < created_at",
    }

    ticket_id: Id
    customer_id: Id | None = Field(None, description="who asked; tells whether the same customer came again")
    agent_id: AgentId | None = Field(None, description="who owns the case; empty: nobody yet")
    first_responder_id: AgentId | None = Field(None, description="who sent the first human reply")
    resolver_id: AgentId | None = Field(None, description="who resolved it")
    created_at: Time
    first_reply_at: Time | None = None
    resolved_at: Time | None = Field(None, description="empty while unresolved")
    closed_at: Time | None = None
    updated_at: Time | None = None
    status: Annotated[Literal["new", "open", "pending", "hold", "solved", "closed"], Kind("category")] | None = None
    channel: Text | None = None
    category: Text | None = None
    priority: Text | None = None
    group: Text | None = None
    complexity: Annotated[Literal["simple", "complex"], Kind("category")] | None = None
    first_reply_seconds: Seconds | None = Field(None, description="created to first human reply; empty: no reply")
    average_reply_seconds: Seconds | None = Field(None, description="mean wait per customer turn")
    handling_seconds: Seconds | None = Field(None, description="time the agent worked on it")
    resolution_seconds: Seconds | None = Field(None, description="created to resolved, as the platform counts it")
    reply_count: Count | None = Field(None, description="agent replies")
    customer_message_count: Count | None = None
    reopen_count: Count | None = None
    transfer_count: Count | None = None
    group_count: Count | None = Field(None, description="teams the case went through; 1: it stayed with one")
    interim_update_count: Count | None = Field(None, description="news to the customer while the case was open")
    escalated: Flag | None = None
    answered: Flag | None = Field(None, description="a human took it (calls: picked up)")
    resolved: Flag | None = None
    first_contact_resolved: Flag | None = None
    solution_accepted: Flag | None = Field(None, description="the customer took the solution; empty: none was offered")
    sla_met: Flag | None = None
    is_spam: Flag | None = None
    is_bot: Flag | None = None
    rating: Annotated[int, Kind("integer"), Field(ge=1, le=5)] | None = Field(
        None, description="1 to 5; empty: not rated"
    )
