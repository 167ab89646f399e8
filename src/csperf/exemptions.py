"""Exemptions: rows that do not count for somebody, or points given back; who asked, who approved, until when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, model_validator
from pydantic import WithJsonSchema as Json

from csperf.engines.base import Resolve
from csperf.period import Period, parse_day, parse_month
from csperf.problems import Problem, ProblemsFound
from csperf.rubric.schema import DIALECT
from csperf.scoring.cards import Number, Words, words
from csperf.yaml_models import read_model
from csperf.yaml_source import YamlSource, read_yaml

FULL: Literal["full"] = "full"
ID_COLUMNS = {"tickets": "ticket_id", "orders": "order_id", "surveys": "survey_id"}
"""What an exemption lists → the column that says it, in every table that has one."""


@dataclass(frozen=True)
class Span:
    """Days from first to last, both inside. month: its label, where they are a month."""

    first: dt.date
    last: dt.date
    month: str | None = None

    def __str__(self) -> str:
        if self.month is not None:
            return self.month
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"

    def has(self, day: dt.date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day <= self.last

    def touches(self, period: Period) -> bool:
        """Whether any of its days is one of the period's."""
        return self.first <= period.last_day and self.last >= period.first_day


def _read_span(said: Any) -> Span:
    first, dots, last = (part.strip() for part in str(said).partition(".."))
    try:
        if re.fullmatch(r"\d{4}-\d{2}", first) and not dots:
            month = parse_month(first, "UTC", dt.date.min)
            return Span(month.first_day, month.last_day, month.label)
        span = Span(parse_day(first), parse_day(last if dots else first))
    except ValueError as error:
        wanted = "write it like 2025-06, 2025-06-03 or 2025-06-03..2025-06-05"
        raise ValueError(f'"{said}" is no month, no day and no span of days; {wanted}') from error
    if span.first.year == dt.MINYEAR or span.last.year == dt.MAXYEAR:
        raise ValueError(f'"{said}" reaches to the end of all calendars; write days of the years 2 to 9998')
    if span.last < span.first:
        raise ValueError(f'"{said}" ends before it begins; write the earlier day first')
    return span


def _read_day(said: Any) -> dt.date | None:
    return None if said is None else parse_day(str(said))


def _read_points(said: Any) -> Decimal | Literal["full"] | None:
    if said in (None, FULL):
        return FULL if said else None
    is_number = isinstance(said, int | Decimal) and not isinstance(said, bool)
    if not is_number or not 0 < said <= 100 or Decimal(said).as_tuple().exponent < -2:  # type: ignore[operator]
        wanted = "write a number above 0 and up to 100 with at most two decimals, or full"
        raise ValueError(f'"{said}" cannot be given back; {wanted}')
    return Decimal(said)


_Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Ids = Annotated[list[_Id], Field(min_length=1)]
_Words = Annotated[_Id, AfterValidator(lambda text: " ".join(text.split()))]
_DAY = {"type": ["string", "null"], "format": "date"}
_POINTS = {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 100}, {"const": FULL}, {"type": "null"}]}


class Entry(BaseModel):
    """One exemption as exemptions.yaml says it: what is left out for whom in which indicator, or what is given back."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    agent: _Words = Field(description="whose: id, name or an alias of the roster")
    indicator: _Words = Field(description="the indicator, by its name in the rubric; no other is touched")
    reason: _Words = Field(description="why, as the card will say it")
    requested_by: _Words = Field(description="who asked for it")
    approved_by: _Words | None = Field(None, description="who approved it; without that it changes nothing")
    until: Annotated[dt.date | None, PlainValidator(_read_day), Json(_DAY)] = Field(
        None, description="the last day that a period may end on to be covered, such as 2025-06-30; empty: any"
    )
    tickets: _Ids | None = Field(None, description="rows of these tickets are left out")
    orders: _Ids | None = Field(None, description="rows of these orders are left out")
    surveys: _Ids | None = Field(None, description="rows of these surveys are left out")
    period: Annotated[Span | None, PlainValidator(lambda said: None if said is None else _read_span(said)),
                      Json({"type": ["string", "null"]})] = Field(
        None, description="rows of this month, day or span of days (2025-06-03..2025-06-05) are left out; with "
        "tickets, orders or surveys only rows of these; with points the month that they are given back in",
    )  # fmt: skip
    points: Annotated[Decimal | Literal["full"] | None, PlainValidator(_read_points), Json(_POINTS)] = Field(
        None, description="points given back in the month that period says, up to the indicator's full points; or full"
    )

    @model_validator(mode="after")
    def _check_what(self) -> Entry:
        if self.points is not None:
            if self.ids:
                raise ValueError("points are given back in a month, not for single rows; leave out either of them")
            if self.period is None or self.period.month is None:
                raise ValueError("points are given back in a month; add period: with a month such as 2025-06")
        elif not self.ids and self.period is None:
            listing = ", ".join(ID_COLUMNS)
            raise ValueError(f"this exempts nothing; add {listing} or period, or points with a month")
        return self

    @property
    def ids(self) -> dict[str, tuple[str, ...]]:
        """Column → the ids whose rows are left out."""
        found = {column: getattr(self, kind) for kind, column in ID_COLUMNS.items()}
        return {column: tuple(dict.fromkeys(values)) for column, values in found.items() if values}


@dataclass(frozen=True)
class Exemption:
    """An entry of the file by its number there, and the agent whose it is."""

    number: int
    agent_id: str
    entry: Entry

    @property
    def indicator(self) -> str:
        """The only one that it touches."""
        return self.entry.indicator

    @property
    def key(self) -> tuple[str, str]:
        """The agent and the indicator."""
        return self.agent_id, self.indicator

    @cached_property
    def ids(self) -> dict[str, tuple[str, ...]]:
        """Column → the ids whose rows are left out."""
        return self.entry.ids

    @property
    def days(self) -> Span | None:
        """The days whose rows are left out, or the month of the points."""
        return self.entry.period

    @property
    def given(self) -> Decimal | None:
        """The points that are given back; None: all that there are."""
        return self.entry.points if isinstance(self.entry.points, Decimal) else None

    def covers(self, period: Period) -> bool:
        """Whether it may still be used for the period."""
        return self.entry.until is None or period.last_day <= self.entry.until

    def is_in_force(self, period: Period) -> bool:
        """Whether it is approved and may be used for the period."""
        return self.entry.approved_by is not None and self.covers(period)

    def say(self, code: str, **parts: Any) -> Words:
        """A sentence on it."""
        named = {"number": Number(self.number), "agent": self.entry.agent, "indicator": self.indicator}
        return words(f"exemption-{code}", **named, **parts)


def load_exemptions(path: Path, shown: str, resolve: Resolve) -> tuple[Exemption, ...]:
    """The exemptions of a file, in its order; none where there is no file. Raises ProblemsFound with all mistakes."""
    if not path.exists():
        return ()
    source = read_yaml(path, shown)
    if source.data is None:
        return ()
    if not isinstance(source.data, list):
        hint = "begin each exemption with a dash: - agent: A003"
        raise ProblemsFound([source.problem((), "exemption-wrong-type", "this file must be a list", hint=hint)])
    found: list[Exemption] = []
    problems: list[Problem] = []
    for index in range(len(source.data)):
        entry, wrong = read_model(source, Entry, "exemption", at=(index,))
        problems += wrong
        if entry is not None:
            found.append(Exemption(index + 1, resolve(entry.agent), entry))
    problems += _find_repeated(found, source)
    if problems:
        raise ProblemsFound(problems)
    return tuple(found)


def _find_repeated(found: Sequence[Exemption], source: YamlSource) -> Iterator[Problem]:
    """Points that stand twice, under two names of one agent as well: they would be given back twice."""
    first: dict[tuple[object, ...], int] = {}
    for one in found:
        if one.entry.points is None:
            continue
        what = (*one.key, one.entry.period, one.entry.points, one.entry.reason)
        if what in first:
            yield source.problem(
                (one.number - 1,), "exemption-twice",
                f"entry {one.number} gives back the same points for the same reason as entry {first[what]}",
                hint="take one of them out, or say what else it is for in its reason",
            )  # fmt: skip
        first.setdefault(what, one.number)


def find_later(today: Path, shown: str, sealed: Path, period: Period) -> list[Exemption]:
    """Those in force of today's file that its sealed copy lacks, but for those of other days; agents as written.

    Raises ProblemsFound with the mistakes of today's file.
    """
    if not today.is_file():
        return []
    if sealed.is_file() and sealed.read_bytes() == today.read_bytes():
        return []
    then = [one.entry for one in load_exemptions(sealed, shown, str)]
    return [
        one for one in load_exemptions(today, shown, str)
        if one.entry not in then and one.is_in_force(period) and (one.days is None or one.days.touches(period))
    ]  # fmt: skip


def exemptions_schema() -> dict[str, Any]:
    """The JSON Schema of a file of exemptions."""
    entry = Entry.model_json_schema()
    return {
        "$schema": DIALECT,
        "title": "csperf exemptions",
        "description": "Exemptions, in any order: a list, of which each entry is about one agent and one indicator.",
        "type": "array",
        "items": entry,
    }
