"""What agents do for the team and for themselves: knowledge base, training."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Flag, Hours, Id, Kind, Table, Text, Time


class Activity(Table):
    """One contribution to the knowledge base, or one training that an agent was to attend."""

    table: ClassVar[str] = "activities"
    key: ClassVar[tuple[str, ...]] = ("activity_id", "agent_id")
    at: ClassVar[str | None] = "occurred_at"

    activity_id: Id
    agent_id: AgentId
    occurred_at: Time
    kind: Annotated[
        Literal["knowledge", "training", "meeting", "overtime", "urgent_case", "other"], Kind("category")
    ] = Field(description="overtime and urgent_case: special performance, such as a holiday worked")
    topic: Text | None = None
    required: Flag | None = Field(None, description="a training the agent had to attend")
    attended: Flag | None = None
    accepted: Flag | None = Field(None, description="a contribution that the editors took")
    hours: Hours | None = None
