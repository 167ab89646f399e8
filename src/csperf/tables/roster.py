"""The roster: one row per agent."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from csperf.tables.kinds import Day, Flag, Id, Table, Text


class RosterEntry(Table):
    """Who an agent is, in which team, from when to when, and under which names the exports know them."""

    table: ClassVar[str] = "roster"
    key: ClassVar[tuple[str, ...]] = ("agent_id",)
    rules: ClassVar[dict[str, str]] = {"left-before-joined": "left_on < joined_on"}

    agent_id: Id
    name: Text | None = None
    team: Text | None = None
    role: Text | None = None
    joined_on: Day | None = None
    left_on: Day | None = Field(None, description="last day; empty: still here")
    leave: Text | None = Field(
        None, description="days of leave: 2025-06-03, or spans 2025-06-03..2025-06-05, separated by ; or |"
    )
    is_bot: Flag | None = Field(None, description="true: its rows are counted but never scored")
    aliases: Text | None = Field(None, description="nicknames, accounts, mails, separated by ; or |")
