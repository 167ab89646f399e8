"""What `data inspect` has to say of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from csperf.exports.inspection import Inspection
from csperf.intake.proposal import Proposal
from csperf.intake.sampling import SampledRow
from csperf.problems import Problem


@dataclass(frozen=True)
class FileReport:
    """One file, as a workspace would read it.

    format: as csperf.yaml calls it. questions: what has to be said before it can be read. zone: that in which its
    times are read; zoned: a time of which nothing but the workspace says the zone, as it stands and as it is read.
    fed: the measures that it can feed; lacking: the others over its table → the columns they lack; titles: of both.
    read_by: the source that has the file already. name, entry: the source to put into csperf.yaml.
    """

    inspection: Inspection
    format: str | None = None
    questions: tuple[Problem, ...] = ()
    rows: tuple[SampledRow, ...] = ()
    zone: str | None = None
    zoned: tuple[str, object] | None = None
    fed: tuple[str, ...] = ()
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: Mapping[str, str | dict[str, str] | None] = field(default_factory=dict)
    read_by: str | None = None
    name: str | None = None
    entry: Mapping[str, str] = field(default_factory=dict)
    proposal: Proposal | None = None


Outcome = Literal["there", "added", "joined", "open", "unsure", "not-known", "by-hand", "format-there"]


@dataclass(frozen=True)
class Addition:
    """What adding a file came to: it was there already, became a source, or joined one; or what stood against it.

    lines: of the source, where it is known and still left to a person.
    """

    file: str
    outcome: Outcome
    name: str | None = None
    lines: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether csperf.yaml has the file now."""
        return self.outcome in ("there", "added", "joined")
