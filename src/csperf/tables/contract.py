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

from csperf.tables.kinds import Kind, KindName, Table

# Derived columns: how much time passed from the first column to the second, in clock hours, in working
# days or in working hours. `open_…` runs to the period's end while the second is empty, the others are null.
DERIVED: dict[str, dict[str, tuple[str, ...]]] = {
    "tickets": {
        "resolution_hours": ("created_at", "resolved_at"),
        "resolution_workdays": ("created_at", "resolved_at"),
        "resolution_workhours": ("created_at", "resolved_at"),
        "open_hours": ("created_at", "resolved_at"),
        "open_workdays": ("created_at", "resolved_at"),
        "open_workhours": ("created_at", "resolved_at"),
        "first_reply_workhours": ("created_at", "first_reply_at"),
        "repeat_days": ("customer_id", "created_at", "resolved_at"),
    },
    "returns": {
        "answer_hours": ("requested_at", "answered_at"),
        "open_answer_hours": ("requested_at", "answered_at"),
    },
    "messages": {
        "open_answer_hours": ("sent_at", "answered_at"),
    },
}
"""table → derived column → the columns it is computed from."""


@dataclass(frozen=True)
class Column:
    """What is known of one canonical column. `low` and `high` are inclusive bounds; `words` the allowed values."""

    name: str
    kind: KindName
    required: bool
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    description: str = ""


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
    rules: dict[str, str]
    derived: dict[str, tuple[str, ...]]

    def known_names(self) -> list[str]:
        """Every name an expression over this table may use."""
        return [*self.columns, *self.derived]

    def sources_of(self, names: set[str]) -> set[str]:
        """The stored columns needed for `names`, derived ones replaced by what they are computed from."""
        return {stored for name in names for stored in self.derived.get(name, (name,))}


@cache
def compile_table(cls: type[Table]) -> Contract:
    """Read a table class once into a Contract."""
    columns = {name: _compile_column(name, info) for name, info in cls.model_fields.items()}
    return Contract(
        cls.table, columns, cls.key, cls.version, cls.at, cls.agent, cls.agents_by, cls.rules,
        DERIVED.get(cls.table, {}),
    )  # fmt: skip


def _compile_column(name: str, info: FieldInfo) -> Column:
    kind, low, high, words = None, None, None, ()  # type: KindName | None, float | None, float | None, tuple[str, ...]
    for item in [*info.metadata, *_annotations(info.annotation)]:
        if isinstance(item, Kind):
            kind = item.name
        for bound in item.metadata if isinstance(item, FieldInfo) else [item]:
            low = getattr(bound, "ge", low)
            high = getattr(bound, "le", high)
    words = _literal_words(info.annotation)
    assert kind is not None, f"{name} has no kind"
    return Column(name, kind, info.is_required(), low, high, words, info.description or "")


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
