"""The frozen types that travel from measuring to printing.

Shares are fractions from 0 to 1, times are in the measure's own unit, points are decimals with at
most two digits. `None` always means "not known", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

Status = Literal["ok", "missing", "small_sample"]
Applied = Literal["exclude", "full", "zero", "team", "hold"]


@dataclass(frozen=True)
class Words:
    """A sentence for people, kept as a code and its parts so that it can be said in any language.

    `code` is a key of `csperf.render.words`; parts are plain text, numbers already formatted by the stage
    that knows their unit, or titles.
    """

    code: str
    parts: tuple[tuple[str, Any], ...] = ()


def words(code: str, **parts: Any) -> Words:
    """`words("short-by", amount="2.00%")` → Words, with parts in the order given."""
    return Words(code, tuple(parts.items()))


class Number(str):
    """A number already formatted, that picks its own noun in a template: `{steps} {steps:step|steps}`."""

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return super().__format__(spec)
        one, many = spec.split("|")
        return one if self == "1" else many


@dataclass(frozen=True)
class Title:
    """A stable name that is said by its title; `text` is one for all languages, one per language, or none."""

    name: str
    text: str | dict[str, str] | None = field(hash=False)


@dataclass(frozen=True)
class Agent:
    """Who is scored, as the roster tells it; an agent known from data alone has only an id.

    Scored by team or shop, the unit stands here: agent_id is its name, `members` how many people it is known
    to have (None: a single agent). presence: the share of the period that the agent was here; of a unit, the
    sum of its members'. is_pseudonym: agent_id stands for somebody who is not to be known, nor is their presence.
    """

    agent_id: str
    name: str | None = None
    team: str | None = None
    role: str | None = None
    presence: Fraction = Fraction(1)
    members: int | None = None
    is_pseudonym: bool = False

    @property
    def is_unit(self) -> bool:
        """Whether this is a team or the shop."""
        return self.members is not None


@dataclass(frozen=True)
class AggregateResult:
    """What an engine found for one aggregate and one agent; value is in the unit of the SQL expression.

    numerator and denominator are null for percentiles, min and max; a count has no denominator.
    """

    value: Fraction | None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    sample_size: int = 0


@dataclass(frozen=True)
class Measurement:
    """One agent's number for one measure in one period, with what is behind it.

    value is null when nothing could be measured. numerator ÷ denominator = value where the kind
    has both (rates, means, ratios); percentiles, min and max have neither. sample_size counts the
    rows (or, for exports of counts, the cases) behind the value. is_lacking: the source or a column that
    it needs is not there, so that nothing could be told of anybody.
    """

    agent_id: str
    measure: str
    value: Fraction | None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    sample_size: int = 0
    is_lacking: bool = False


@dataclass(frozen=True)
class IndicatorScore:
    """One line of a scorecard: the number, the target, the points, and why.

    weight is what the rubric says (for the season and the agent's role); max_points what it came to
    after missing indicators passed theirs on (0 for these). points is null when the indicator was
    excluded or held. status says what the data was like, policy what the rubric made of it (null where
    the data was fine).
    tier: the highest tier that the value reaches; needed: in a running period, what the target still takes.
    """

    name: str
    dimension: str
    unit: str
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    sample_size: int
    target: str | None
    weight: Decimal
    max_points: Decimal
    points: Decimal | None
    status: Status
    policy: Applied | None
    reason: tuple[Words, ...]
    steps: tuple[Words, ...] = ()
    tier: str | None = None
    needed: Words | None = None


@dataclass(frozen=True)
class CardOutcome:
    """What follows from a card and never feeds back into its points: a tier reached, an award, a floor that bites.

    kind says which; name is that of the tier, the award, or the dimension or indicator of the floor;
    indicator the one that a tier belongs to; grade_at_most the best grade that a floor leaves. title and
    reward are the rubric's words, reason says why, in one sentence or several.
    """

    kind: Literal["tier", "award", "floor"]
    name: str
    reason: tuple[Words, ...]
    indicator: str | None = None
    title: Any = None
    reward: Any = None
    grade_at_most: str | None = None


@dataclass(frozen=True)
class DimensionScore:
    """The sum of its indicators' points; null when none of them could be scored, or when one is held."""

    name: str
    weight: Decimal
    max_points: Decimal
    points: Decimal | None


@dataclass(frozen=True)
class Standing:
    """What a card comes to; all null where there is no card or no score."""

    score: Decimal | None = None
    grade: str | None = None
    rank: int | None = None


@dataclass(frozen=True)
class MonthScore:
    """What one month gives to a rolled-up score. score is null in a month that could not be scored.

    is_sealed: it is from the ledger. original: how the month stood before it was adjusted.
    """

    label: str
    score: Decimal | None
    grade: str | None
    rank: int | None
    is_sealed: bool
    original: Standing | None = None

    @property
    def standing(self) -> Standing:
        """What it came to."""
        return Standing(self.score, self.grade, self.rank)


@dataclass(frozen=True)
class Scorecard:
    """One agent's result: score and grade are null when no grade can be given, and `notes` says why.

    exemptions: what was left out or restored, one sentence each; unexempted: how the card stands without them
    (null: nothing was exempted). months: of a rolled-up card, the months behind it.
    original: how the card stood when the month was sealed, where it was adjusted since.
    """

    agent: Agent
    score: Decimal | None
    grade: str | None
    rank: int | None
    coverage: Decimal
    dimensions: tuple[DimensionScore, ...]
    indicators: tuple[IndicatorScore, ...]
    notes: tuple[Words, ...] = ()
    outcomes: tuple[CardOutcome, ...] = ()
    variant: str | None = None
    exemptions: tuple[Words, ...] = ()
    unexempted: Standing | None = None
    months: tuple[MonthScore, ...] = ()
    original: Standing | None = None

    @property
    def standing(self) -> Standing:
        """What it comes to."""
        return Standing(self.score, self.grade, self.rank)


@dataclass(frozen=True)
class SourceFile:
    """An input file as it was read; sha256 is null until it is asked for (hashing costs a full read)."""

    path: str
    sha256: str | None = None


@dataclass(frozen=True)
class SourceCounts:
    """Where every row of a source went: rows = in_period + outside_period + rejected + duplicates.

    left_out: rows that are no data, such as totals, and are not among `rows`.
    """

    name: str
    files: tuple[SourceFile, ...]
    rows: int
    in_period: int
    outside_period: int
    rejected: int
    duplicates: int
    left_out: int = 0


@dataclass(frozen=True)
class ScoreTable:
    """Everything that is rendered: the period, the rubric as used, where the rows went, the scorecards.

    by: what a card is of. as_of: the last day that counts in a period that is not over (null: it is), with
    days_left after it. provisional: why the figures may still change. record: what the ledger says of a sealed
    month: when it was sealed, and each adjustment with its date, reason and approver; of a quarter or year, how it
    was made of which months. rollup: which way that was (null: of a month); months: the labels of a mean's months.
    """

    label: str
    start: str
    end: str
    zone: str
    rubric_name: str
    rubric_version: str
    rubric_sha256: str
    rubric_title: Any
    grade_titles: dict[str, Any]
    dimension_titles: dict[str, Any]
    indicator_titles: dict[str, Any]
    sources: tuple[SourceCounts, ...]
    cards: tuple[Scorecard, ...]
    season: str | None = None
    season_title: Any = None
    variant_titles: dict[str, Any] = field(default_factory=dict)
    by: Literal["agent", "team", "shop"] = "agent"
    as_of: str | None = None
    days_left: int = 0
    provisional: tuple[Words, ...] = ()
    record: tuple[Words, ...] = ()
    rollup: Literal["mean", "pooled"] | None = None
    months: tuple[str, ...] = ()
    warnings: tuple[Words, ...] = field(default=())
