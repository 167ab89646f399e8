"""What months, quarters and years came to, and on what record: sealed, adjusted since, or computed today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import Measurement, ScoreTable

Record = Literal["sealed", "open"]
"""Whether figures are from the ledger, or computed from today's files and so provisional."""


@dataclass(frozen=True)
class ScoreSheet:
    """Scorecards, and every measurement by (agent or unit, measure), those that no indicator shows among them."""

    table: ScoreTable
    measurements: Mapping[tuple[str, str], Measurement]


@dataclass(frozen=True)
class Adjustment:
    """A dated correction of a sealed month: all its scores anew, why, and who approved. dated: an ISO day."""

    number: int
    dated: str
    reason: str
    approved_by: str
    agents: ScoreSheet
    teams: ScoreSheet | None = None


@dataclass(frozen=True)
class PeriodRecord:
    """What a month, quarter or year came to under the scheme that it was scored by; first, and as adjusted since.

    months: the labels of the months behind it. first_teams: null where nobody is in a team, or nobody asked.
    sealed_on: an ISO day; null while open, and for what is rolled up. adjustments: of a month alone.
    """

    label: str
    months: tuple[str, ...]
    record: Record
    scheme: LoadedRubric
    first: ScoreSheet
    first_teams: ScoreSheet | None = None
    adjustments: tuple[Adjustment, ...] = ()
    sealed_on: str | None = None

    @property
    def agents(self) -> ScoreSheet:
        """The agents' scores that count today."""
        return self.adjustments[-1].agents if self.adjustments else self.first

    @property
    def teams(self) -> ScoreSheet | None:
        """The teams' scores that count today."""
        return self.adjustments[-1].teams if self.adjustments else self.first_teams


@dataclass(frozen=True)
class History:
    """Months in order of time. absent: the labels of those asked for that have no data, or are not over yet."""

    months: tuple[PeriodRecord, ...]
    absent: tuple[str, ...] = ()

    def find(self, label: str) -> PeriodRecord | None:
        """The month of this label; null where it has no data."""
        return next((month for month in self.months if month.label == label), None)
