"""Worked time: one row per agent and day."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Day, Hours, Table, Text

HoursOfDay = Annotated[Hours, Field(le=24)]


class Worktime(Table):
    """The hours one agent worked, or was on leave, on one day."""

    table: ClassVar[str] = "worktime"
    key: ClassVar[tuple[str, ...]] = ("agent_id", "date")
    at: ClassVar[str | None] = "date"

    agent_id: AgentId
    date: Day
    hours: HoursOfDay
    leave_hours: HoursOfDay | None = None
    shift: Text | None = None
