"""What service costs: one row per booking."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from csperf.tables.kinds import AgentId, Amount, Day, Id, Kind, Table, Text


class Cost(Table):
    """One amount spent on service, of one of four kinds. A booking without an agent is the whole shop's."""

    table: ClassVar[str] = "costs"
    key: ClassVar[tuple[str, ...]] = ("cost_id",)
    at: ClassVar[str | None] = "date"

    cost_id: Id
    agent_id: AgentId | None = None
    date: Day
    kind: Annotated[Literal["labour", "material", "transport", "warranty"], Kind("category")]
    amount: Amount
    currency: Text | None = None
    ticket_id: Id | None = None
