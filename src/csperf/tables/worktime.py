"""Worked time: one row per agent and day."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Day, Kind, Table, Text

Hours = Annotated[float, Kind("number"), Field(ge=0, le=24)]


class Worktime(Table):
    """The hours one agent worked, or was on leave, on one day."""

    table: ClassVar[str] = "worktime"
    key: ClassVar[tuple[str, ...]] = ("agent_id", "date")
    at: ClassVar[str | None] = "date"

    agent_id: AgentId
    date: Day
    hours: Hours
    leave_hours: Hours | None = None
    shift: Text | None = None
