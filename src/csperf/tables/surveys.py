"""Satisfaction surveys: one row per answer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Flag, Id, Kind, Table, Text, Time


class Survey(Table):
    """One customer's answer; a survey that was sent and not answered has no rating."""

    table: ClassVar[str] = "surveys"
    key: ClassVar[tuple[str, ...]] = ("survey_id",)
    version: ClassVar[str | None] = "updated_at"
    at: ClassVar[str | None] = "responded_at"

    survey_id: Id
    ticket_id: Id | None = None
    agent_id: AgentId | None = Field(None, description="who served at the time of rating")
    responded_at: Time = Field(description="when it was answered (sent, where it was not answered)")
    updated_at: Time | None = None
    rating: Annotated[int, Kind("integer"), Field(ge=1, le=5)] | None = Field(
        None, description="1 very dissatisfied … 5 very satisfied; empty: not answered"
    )
    resolved: Flag | None = Field(None, description="the customer says the problem is solved")
    channel: Text | None = None
    category: Text | None = None
