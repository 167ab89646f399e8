"""Messages between agents and customers: one row per message."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Flag, Id, Kind, Seconds, Table, Text, Time


class Message(Table):
    """One message. Its text is read only where a rubric looks for phrases in it, and never printed."""

    table: ClassVar[str] = "messages"
    key: ClassVar[tuple[str, ...]] = ("message_id",)
    at: ClassVar[str | None] = "sent_at"

    message_id: Id
    ticket_id: Id | None = None
    agent_id: AgentId | None = Field(None, description="who sent it, or was to answer it")
    sent_at: Time
    sender: Annotated[Literal["agent", "customer", "bot", "system"], Kind("category")]
    text: Text | None = None
    is_canned: Flag | None = Field(None, description="a prepared text, sent by a button")
    needs_answer: Flag | None = Field(None, description="a customer's message that waits for an answer")
    answered_at: Time | None = Field(None, description="of a customer's message: when a person answered it")
    reply_seconds: Seconds | None = Field(None, description="of an agent's message: the customer's wait for it")
