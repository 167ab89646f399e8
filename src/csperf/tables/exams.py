"""Exams: one row per agent and exam."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Kind, Table, Text, Time


class Exam(Table):
    """One exam mark out of 100."""

    table: ClassVar[str] = "exams"
    key: ClassVar[tuple[str, ...]] = ("agent_id", "exam", "taken_at")
    at: ClassVar[str | None] = "taken_at"

    agent_id: AgentId
    exam: Text
    taken_at: Time
    score: Annotated[float, Kind("number"), Field(ge=0, le=100)] | None = Field(
        None, description="0 to 100; empty: did not sit it"
    )
