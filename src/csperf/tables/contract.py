"""A table class → what an engine needs to know of each column: type, whether required, named checks.

This is plain data: no engine's library here. An engine turns it into vectorised checks, so that
millions of rows never pass through pydantic one by one.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from csperf.tables.kinds import Kind, KindName, Table, TimeUnit

Clock = Literal["clock", "working days", "service hours"]
Until = Literal["ended", "ended or period over", "begun again"]


@dataclass(frozen=True)
class Derived:
    """How long something took: the columns that a derived one is computed from, and how.

    columns: begun, ended; where it lasts until begun again: who, begun, ended.
    until: "ended" is null while nothing ended; "ended or period over" then runs to the period's end;
    "begun again" runs from ended to when the same one next began, and is null where that never was.
    """

    columns: tuple[str, ...]
    unit: TimeUnit
    clock: Clock = "clock"
    until: Until = "ended"

    @property
    def needs_calendar(self) -> bool:
        """Whether it depends on which days are working days."""
        return self.clock != "clock"


_SOLVED = ("created_at", "resolved_at")
_OPEN: Until = "ended or period over"
DERIVED: dict[str, dict[str, Derived]] = {
    "tickets": {
        "resolution_hours": Derived(_SOLVED, "hours"),
        "resolution_workdays": Derived(_SOLVED, "days", "working days"),
        "resolution_workhours": Derived(_SOLVED, "hours", "service hours"),
        "open_hours": Derived(_SOLVED, "hours", until=_OPEN),
        "open_workdays": Derived(_SOLVED, "days", "working days", _OPEN),
        "open_workhours": Derived(_SOLVED, "hours", "service hours", _OPEN),
        "first_reply_workhours": Derived(("created_at", "first_reply_at"), "hours", "service hours"),
        "repeat_days": Derived(("customer_id", "created_at", "resolved_at"), "days", until="begun again"),
    },
    "returns": {
        "answer_hours": Derived(("requested_at", "answered_at"), "hours"),
        "open_answer_hours": Derived(("requested_at", "answered_at"), "hours", until=_OPEN),
    },
    "messages": {
        "open_answer_hours": Derived(("sent_at", "answered_at"), "hours", until=_OPEN),
    },
}
"""table → derived column → how it is computed."""


@dataclass(frozen=True)
class Column:
    """What is known of one canonical column.

    low, high: inclusive bounds. words: the allowed values. unit: of a number that is a time.
    """

    name: str
    kind: KindName
    required: bool
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    description: str = ""
    unit: TimeUnit | None = None


@dataclass(frozen=True)
class Contract:
    """A compiled table class."""

    table: str
    columns: dict[str, Column]
    key: tuple[str, ...]
    version: str | None
    at: str | None
    agent: str
    agents_by: str | None
    is_report: bool
    covers_until: str | None
    rules: dict[str, str]
    derived: dict[str, Derived]

    def known_names(self) -> list[str]:
        """Every name an expression over this table may use."""
        return [*self.columns, *self.derived]

    def sources_of(self, names: set[str]) -> set[str]:
        """The stored columns needed for `names`, derived ones replaced by what they are computed from."""
        return {
            stored for name in names
            for stored in (self.derived[name].columns if name in self.derived else (name,))
        }  # fmt: skip

    def unit_of(self, name: str) -> TimeUnit | None:
        """The unit of time that a column is kept in; None where it is no such number."""
        known = self.derived.get(name) or self.columns.get(name)
        return known.unit if known else None


@cache
def compile_table(cls: type[Table]) -> Contract:
    """Read a table class once into a Contract."""
    columns = {name: _compile_column(name, info) for name, info in cls.model_fields.items()}
    return Contract(
        cls.table, columns, cls.key, cls.version, cls.at, cls.agent, cls.agents_by, cls.is_report,
        cls.covers_until, cls.rules, DERIVED.get(cls.table, {}),
    )  # fmt: skip


def _compile_column(name: str, info: FieldInfo) -> Column:
    kind: Kind | None = None
    low: float | None = None
    high: float | None = None
    for item in [*info.metadata, *_annotations(info.annotation)]:
        if isinstance(item, Kind):
            kind = item
        for bound in item.metadata if isinstance(item, FieldInfo) else [item]:
            low = getattr(bound, "ge", low)
            high = getattr(bound, "le", high)
    words = _literal_words(info.annotation)
    assert kind is not None, f"{name} has no kind"
    return Column(name, kind.name, info.is_required(), low, high, words, info.description or "", kind.unit)


def _annotations(annotation: Any) -> list[Any]:
    """Everything inside Annotated[…], also within `X | None`."""
    found: list[Any] = []
    if hasattr(annotation, "__metadata__"):
        found.extend(annotation.__metadata__)
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            found.extend(_annotations(part))
    return found


def _literal_words(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((words for part in get_args(annotation) if (words := _literal_words(part))), ())
