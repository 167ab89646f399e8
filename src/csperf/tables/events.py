"""Events that a supervisor records: one row per event."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Id, Kind, Table, Text, Time


class Event(Table):
    """One recorded incident, such as a case passed on to avoid it, or a misunderstanding that upset a customer."""

    table: ClassVar[str] = "events"
    key: ClassVar[tuple[str, ...]] = ("event_id",)
    at: ClassVar[str | None] = "occurred_at"

    event_id: Id
    agent_id: AgentId
    occurred_at: Time
    kind: Annotated[Literal["responsibility", "attitude", "communication", "compliance", "praise"], Kind("category")]
    ticket_id: Id | None = None
    category: Text | None = Field(None, description="what the case was about")
