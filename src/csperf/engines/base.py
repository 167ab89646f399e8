"""What an engine promises: read, check and measure one source, and nothing of what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from csperf.calendars import WorkCalendar
from csperf.exports.reader import RawFile, RawTable
from csperf.period import Period
from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import AggregateResult

Resolve = Callable[[str], str]
"""A name as an export has it → the agent's id (the name itself where nobody claims it)."""
Units = Callable[[str | None], str | None]
"""An agent's id (None: a row that names nobody) → the team or shop it is counted under; None: under none."""


@dataclass(frozen=True)
class Lens:
    """Which time is looked at, and whose the rows are.

    resolve: a name in the data → an agent's id. units: rows are grouped by these in place of agents, so that
    every kind is that of the unit's own rows. order_agents: who served which order, for the sources that have
    orders but not their agents.
    """

    period: Period
    resolve: Resolve
    calendar: Callable[[], WorkCalendar]
    units: Units | None = None
    order_agents: RawTable | None = None


@dataclass(frozen=True)
class Rejection:
    """Rows set aside for one reason.

    samples: (file, row, value) of the first few; rows count from 1, as in a spreadsheet.
    """

    code: str
    column: str
    count: int
    samples: tuple[tuple[str, int, str | None], ...]


@dataclass(frozen=True)
class RowCounts:
    """Where the rows of a source went: rows = in_period + outside_period + rejected + duplicates.

    Blank lines and preambles are no rows, nor are those that the format file leaves out, such as totals; left_out
    counts the latter. rejected counts every row of which a cell that is read is wrong, whether or not some aggregate
    can do without it. duplicates also counts the rows that a mended one replaces. unassigned counts the rows in the
    period that name no agent in any of the columns asked for: a ticket that is its owner's is somebody's, also where
    it lacks a first responder.
    """

    rows: int = 0
    in_period: int = 0
    outside_period: int = 0
    rejected: int = 0
    duplicates: int = 0
    unassigned: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class SourceResult:
    """What one source gave: row counts, rejections, the aggregates per agent or unit, and the days it spans.

    An aggregate whose agent is EVERYONE has that one key. named: every agent that a row in the period
    names, also where nothing could be measured, and in how many rows. reaches: the first and last day of the
    figures that are of this period and of others too, if there are any. idle: of several sources pooled, those
    without a row in the period. parts: of aggregates that are split, by agent (or unit) and value.
    """

    counts: RowCounts
    rejections: tuple[Rejection, ...] = ()
    results: Mapping[Aggregate, Mapping[str, AggregateResult]] = field(default_factory=dict)
    named: Mapping[str, int] = field(default_factory=dict)
    first: dt.datetime | dt.date | None = None
    last: dt.datetime | dt.date | None = None
    reaches: tuple[dt.date, dt.date] | None = None
    idle: tuple[str, ...] = ()
    parts: Mapping[Aggregate, Mapping[tuple[str, str], AggregateResult]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every agent that a row in the period names."""
        return frozenset(self.named)


@dataclass(frozen=True)
class RejectedRow:
    """One row that was set aside, with its original cells; `value` is what was read in the canonical `column`."""

    file: RawFile
    row: int
    column: str
    value: str | None
    code: str
    cells: tuple[str | None, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """What the cells stand under."""
        return self.file.layout.columns


class Engine(Protocol):
    """Everything that touches raw rows. Methods raise ProblemsFound for files that cannot be read.

    A row that a mended one replaces (`RawFile.replaced`) counts for nothing; one that no longer has the cell that was
    mended is a problem, and so are reports of one agent whose spans overlap.
    """

    def measure_source(self, table: RawTable, aggregates: Sequence[Aggregate], lens: Lens) -> SourceResult:
        """The aggregates of one source, per agent, over the rows of the period; only the columns they need are read.

        What an aggregate comes to does not depend on the others: a wrong cell keeps a row out of those that need it.
        """
        ...

    def columns_of(self, aggregate: Aggregate) -> frozenset[str]:
        """The columns, stored or derived, that an aggregate's expressions name."""
        ...

    def check_source(self, table: RawTable, resolve: Resolve) -> SourceResult:
        """Check every column of a source that it has; all valid rows count as inside."""
        ...

    def read_facts(self, table: RawTable) -> list[dict[str, object]]:
        """All valid rows of a small source, typed; for the roster."""
        ...

    def read_rows(
        self, table: RawTable, aggregate: Aggregate, agent_id: str, lens: Lens
    ) -> list[dict[str, str | None]]:
        """The rows behind one agent's (or unit's) aggregate: where, key, time, the columns used, whether it counted.

        Rows that the aggregate leaves out are among them, and counted as "exempt".
        """
        ...

    def find_days(
        self, table: RawTable, column: str, at: str, values: Sequence[str], zone: str
    ) -> Mapping[str, frozenset[dt.date]]:
        """Those of the values that some row has in a column, whether valid or not, and the days of these rows by `at`.

        A day is that of the zone; a row whose time cannot be read has none.
        """
        ...

    def read_rejected(self, table: RawTable, aggregates: Sequence[Aggregate] | None = None) -> Iterator[RejectedRow]:
        """Every row that measuring these aggregates (None: checking every column) rejects, in file order."""
        ...
