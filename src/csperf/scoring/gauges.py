"""What is followed over months, and what several agents, or several months, come to together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any, Literal

from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Measure, evaluate_formula
from csperf.rubric.quantities import Direction, Target, unit_factor
from csperf.scoring.cards import Measurement, Scorecard
from csperf.scoring.figures import round_fraction, round_value
from csperf.scoring.history import ScoreSheet
from csperf.tables.kinds import EVERYONE

Course = Literal["better", "worse", "level", "up", "down"]
"""Where a value went; up and down where nothing says which way is better."""

SCORE, MEDIAN = "score", "median_score"


@dataclass(frozen=True)
class Figure:
    """A value and the counts behind it. sample_size: cases; of scores, how many scores."""

    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    sample_size: int = 0

    @property
    def is_unpooled(self) -> bool:
        """Whether there are values that do not come to one together."""
        return self.value is None and self.sample_size > 0


@dataclass(frozen=True)
class Gauge:
    """What is followed: the score (SCORE, or MEDIAN of several), or the indicator of this name.

    better: which way is; null where only a range of `target`, or nothing, says so. scheme: what says how the
    indicator is measured; null for scores.
    """

    name: str
    title: Any = None
    unit: str = ""
    better: Direction | None = "higher"
    target: Target | None = None
    scheme: LoadedRubric | None = None

    @property
    def measure(self) -> Measure | None:
        """The indicator's; null for scores."""
        return self.scheme.measures[self.name] if self.scheme else None


@dataclass(frozen=True)
class Cell:
    """One agent's or team's month."""

    label: str
    card: Scorecard
    sheet: ScoreSheet

    def find(self, measure: str) -> Measurement:
        """What was measured; an empty measurement where nothing was."""
        agent_id = self.card.agent.agent_id
        return self.sheet.measurements.get((agent_id, measure)) or Measurement(agent_id, measure, None)


def gauge_of(scheme: LoadedRubric, name: str) -> Gauge:
    """The gauge of an indicator of the scheme."""
    indicator, measure = scheme.rubric.find_indicator(name), scheme.measures[name]
    assert indicator is not None
    target = indicator.target
    better = measure.better or (target.direction if target else None)
    return Gauge(name, indicator.title or measure.title, measure.unit, better, target, scheme)


def pool_gauge(gauge: Gauge, cells: Sequence[Cell]) -> Figure:
    """What the cells come to together: of scores their mean (half up, as scores are) or median."""
    if gauge.scheme is not None:
        return _pool(gauge.scheme.measures, gauge.name, cells)
    scores = [Fraction(cell.card.score) for cell in cells if cell.card.score is not None]
    if not scores:
        return Figure()
    if gauge.name == MEDIAN:
        return Figure(round_fraction(median(scores), 2), sample_size=len(scores))
    total, count = sum(scores, Fraction(0)), len(scores)
    return Figure(round_fraction(total / count, 2), total, Fraction(count), count)


def _pool(measures: Mapping[str, Measure], name: str, cells: Sequence[Cell]) -> Figure:
    """Σ numerators ÷ Σ denominators.

    Amounts are per person and full month; a formula is worked out from what its parts come to. Null for what
    does not add up: percentiles, lowest and highest values, what two agents would count twice, and windows
    that reach over several months.
    """
    measure = measures[name]
    known = [(cell, found) for cell in cells if (found := cell.find(name)).value is not None]
    if not known:
        return Figure()
    if measure.kind == "derived":
        return _pool_formula(measures, measure, [cell for cell, _ in known])
    if measure.kind == "constant":
        return Figure(measure.constant)
    if all(term.agent == EVERYONE for term in measure.terms):
        known = list({cell.label: (cell, found) for cell, found in known}.values())
    is_of_agents = len({found.agent_id for _, found in known}) > 1
    is_of_months = len({cell.label for cell, _ in known}) > 1
    adds_up = not any(
        (is_of_months and term.window_days) or (is_of_agents and term.counts_again) for term in measure.terms
    )
    pairs: list[tuple[Fraction | None, Fraction | None]] = []
    if measure.is_per_head and adds_up:
        pairs = [(found.numerator, cell.card.agent.presence) for cell, found in known]
    elif len(known) == 1:
        _, own = known[0]
        return Figure(own.value, own.numerator, own.denominator, own.sample_size)
    elif measure.has_poolable_kind and adds_up:
        pairs = [(found.numerator, found.denominator) for _, found in known]
    size = sum(found.sample_size for _, found in known)
    if not pairs or any(None in pair for pair in pairs):
        return Figure(sample_size=size)
    of, to = (sum((number for number in side if number is not None), Fraction(0)) for side in zip(*pairs, strict=True))
    return Figure(of / to if to else None, of, to, size)


def _pool_formula(measures: Mapping[str, Measure], measure: Measure, cells: Sequence[Cell]) -> Figure:
    assert measure.formula is not None
    parts = {part: _pool(measures, part, cells) for part in measure.parts}
    # A constant has no rows that a sample could be too small of.
    size = min((parts[part].sample_size for part in parts if measures[part].kind != "constant"), default=0)
    return Figure(
        evaluate_formula(measure.formula, {name: part.value for name, part in parts.items()}), sample_size=size
    )


def follow(gauge: Gauge, before: Fraction | None, after: Fraction | None) -> tuple[Fraction | None, Course | None]:
    """(after − before, where that went), null where either is; level is what reads the same with two decimals."""
    if before is None or after is None:
        return None, None
    old, new = (round_value(value, gauge.unit, 2) for value in (before, after))
    change = after - before
    if old == new:
        return change, "level"
    if gauge.better is not None:
        return change, "better" if (new > old) == (gauge.better == "higher") else "worse"
    if gauge.target is not None:
        factor = unit_factor(gauge.unit)
        was, now = (gauge.target.shortfall(value * factor) for value in (old, new))
        if was != now:
            return change, "better" if now < was else "worse"
    return change, "up" if new > old else "down"
