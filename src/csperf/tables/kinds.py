"""The kinds of columns a canonical table can have, as annotations that pydantic and the contract both read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

KindName = Literal["id", "agent", "text", "category", "integer", "number", "share", "seconds", "flag", "time", "day"]
TimeUnit = Literal["hours", "days"]

EVERYONE = "everyone"
"""In place of an agent column: rows speak of the whole shop, and every agent is given its value."""


@dataclass(frozen=True)
class Kind:
    """How a column's text is read: which parser, which column type. `unit`: of a number that is a time."""

    name: KindName
    unit: TimeUnit | None = None


Id = Annotated[str, Kind("id"), Field(min_length=1)]
"""An identifier: text, leading zeros kept."""
AgentId = Annotated[str, Kind("agent"), Field(min_length=1)]
"""Who served: an id, account, mail or nickname; the roster's aliases lead it to one agent."""
Text = Annotated[str, Kind("text")]
"""Words as they are, such as a channel or a category."""
Count = Annotated[int, Kind("integer"), Field(ge=0)]
"""A whole number of things."""
Number = Annotated[float, Kind("number")]
"""Any finite number."""
Amount = Annotated[float, Kind("number"), Field(ge=0)]
"""A number that cannot be negative."""
Hours = Annotated[float, Kind("number", "hours"), Field(ge=0)]
"""A length of time in hours."""
Share = Annotated[float, Kind("share"), Field(ge=0, le=1)]
"""A share from 0 to 1; percent forms are declared by the format file."""
Seconds = Annotated[float, Kind("seconds"), Field(ge=0)]
"""A duration in seconds; other units and forms are declared by the format file."""
Flag = Annotated[bool, Kind("flag")]
"""true or false."""
Time = Annotated[dt.datetime, Kind("time")]
"""An instant; times without an offset are in the source's zone."""
Day = Annotated[dt.date, Kind("day")]
"""A calendar day."""


class Table(BaseModel):
    """One row of a canonical table. Subclasses are compiled into column types and named checks by `contract`.

    key: the columns that name a row (empty: rows have no name, so repeats cannot be told apart).
    version: the column whose greatest value wins when a key stands in several rows.
    at: the default time column that decides the period.
    agent: the default column that says who is credited; EVERYONE where rows speak of the whole shop.
    agents_by: the column by which the table order_agents says who served a row, where the source itself does not.
    is_report: rows are figures that a platform worked out, so that two sources may tell of the same cases: they
    are never added up, and each measure is taken from one of them.
    covers_until: the column with the last day that a row's figures cover, where that can be another than its own.
    rules: name → SQL condition that no row may meet, for checks across columns.
    """

    # Rows are checked by compiled expressions, so pydantic's own validators are built only if someone asks.
    model_config = ConfigDict(extra="forbid", defer_build=True)

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[str | None] = None
    at: ClassVar[str | None] = None
    agent: ClassVar[str] = "agent_id"
    agents_by: ClassVar[str | None] = None
    is_report: ClassVar[bool] = False
    covers_until: ClassVar[str | None] = None
    rules: ClassVar[dict[str, str]] = {}
