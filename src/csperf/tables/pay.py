"""What people earn: one row per agent, and per day from which it holds."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from csperf.tables.kinds import AgentId, Amount, Day, Table, Text


class BasePay(Table):
    """The pay that a change in percent is reckoned from. It is read for outcomes alone, and never sealed."""

    table: ClassVar[str] = "pay"
    key: ClassVar[tuple[str, ...]] = ("agent_id", "valid_from")

    agent_id: AgentId
    base_pay: Amount = Field(description="a month's, in the currency of the rubric's pay")
    valid_from: Day | None = Field(None, description="the first day it holds; empty: always")
    currency: Text | None = Field(None, description="ISO code, where it is to be checked against the rubric's")
