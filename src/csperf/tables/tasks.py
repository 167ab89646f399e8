"""Tasks with a due time: one row per task."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Flag, Id, Number, Table, Text, Time


class Task(Table):
    """One piece of work with a due time; a task belongs to the period in which it is due."""

    table: ClassVar[str] = "tasks"
    key: ClassVar[tuple[str, ...]] = ("task_id",)
    version: ClassVar[str | None] = "updated_at"
    at: ClassVar[str | None] = "due_at"

    task_id: Id
    agent_id: AgentId
    due_at: Time
    assigned_at: Time | None = None
    delivered_at: Time | None = Field(None, description="empty: not delivered yet")
    reported_at: Time | None = Field(None, description="when the agent warned that it would be late")
    updated_at: Time | None = None
    kind: Text | None = None
    is_trial: Flag | None = Field(None, description="a small task that tests trust")
    trust_points: Number | None = Field(None, description="points given for it; below 0 where trust was lost")
