"""What became of a month that was to be sealed, and what is found where sealed months are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from csperf.problems import Problem
from csperf.scoring.cards import ScoreTable, Words
from csperf.scoring.compare import Comparison

SealStatus = Literal["sealed", "adjusted", "unchanged"]
FindingKind = Literal["file", "input", "scores", "rubric"]


@dataclass(frozen=True)
class Sealing:
    """What became of a month: its folder as a person would write it, and the scores that were kept or found the same.

    set_aside: why rows were. inputs: how many files were read. comparison: of an adjustment, what was before with
    what is now.
    """

    status: SealStatus
    folder: str
    table: ScoreTable
    set_aside: tuple[Problem, ...]
    inputs: int
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed.

    labels: the months it concerns. file: as a person names it; agent: or team; key: of the rubric.
    """

    labels: tuple[str, ...]
    kind: FindingKind
    text: Words
    file: str | None = None
    agent: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class CheckedMonth:
    """What was looked at of a month: its last version's rubric, inputs and agents, null where they cannot be read."""

    label: str
    sealed_on: str | None
    adjustments: int
    rubric_name: str | None
    rubric_version: str | None
    inputs: int | None
    agents: int | None


@dataclass(frozen=True)
class Verification:
    """What holds, and what does not. notes: settings of today that are others than those of sealed months."""

    ledger: str
    months: tuple[CheckedMonth, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Words, ...]
