"""Quality reviews: one row per review and criterion."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from csperf.tables.kinds import AgentId, Flag, Id, Kind, Table, Text, Time


class QaReview(Table):
    """One mark that a reviewer gave one case on one criterion."""

    table: ClassVar[str] = "qa_reviews"
    key: ClassVar[tuple[str, ...]] = ("review_id", "criterion")
    at: ClassVar[str | None] = "reviewed_at"

    review_id: Id
    agent_id: AgentId
    reviewed_at: Time
    criterion: Text = Field(description="communication, judgement, solution, problem_solving, …")
    mark: Annotated[float, Kind("number"), Field(ge=0, le=100)] = Field(description="0 to 100")
    weight: Annotated[float, Kind("number"), Field(ge=0)] | None = None
    critical_failed: Flag | None = Field(None, description="a critical criterion was failed")
    kind: Annotated[Literal["supervisor", "peer", "mystery", "self"], Kind("category")] | None = None
    reviewer_id: Id | None = None
    ticket_id: Id | None = None
