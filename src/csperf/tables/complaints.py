"""Complaints and disputes: one row per case."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Flag, Id, Kind, Table, Text, Time


class Complaint(Table):
    """One complaint, with its outcome once it is known."""

    table: ClassVar[str] = "complaints"
    key: ClassVar[tuple[str, ...]] = ("complaint_id",)
    version: ClassVar[str | None] = "updated_at"
    at: ClassVar[str | None] = "opened_at"
    rules: ClassVar[dict[str, str]] = {"closed-before-opened": "closed_at < opened_at"}

    complaint_id: Id
    ticket_id: Id | None = None
    agent_id: AgentId | None = Field(None, description="who the complaint is attributed to")
    opened_at: Time
    closed_at: Time | None = None
    updated_at: Time | None = None
    outcome: Annotated[Literal["resolved", "unresolved"], Kind("category")] | None = Field(
        None, description="resolved: handled successfully; empty while open"
    )
    cause: Text | None = Field(None, description="attitude, logistics, quality, …")
    about_attitude: Flag | None = Field(None, description="the complaint is about the agent's attitude")
