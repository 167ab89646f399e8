"""What one agent does well, what cost points and where within it, and what to learn; pure, from scores and counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.quantities import parse_target, unit_factor
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import AggregateResult, DimensionScore, IndicatorScore, Scorecard
from csperf.scoring.history import ScoreSheet
from csperf.scoring.rules import Met
from csperf.tables.kinds import EVERYONE

LEAST_ROWS = 5
"""A part with fewer rows of the agent, or of the others, says too little to be named."""
LEAST_MORE = 3
"""How many cases more than at the others' rate count against an agent who is clearly worse."""
LEAST_WORSE = Fraction(1, 5)
"""The share of the others' value by which a mean is away from it that is clearly worse."""
LEAST_ELSEWHERE = Fraction(1, 4)
"""The share of the agent's rows that lie outside a place, or it would be no place but nearly everything."""
CLEARLY = Fraction(9, 10)
"""The share of an indicator's points that the others reach at most, on average, where full points are a strength."""
COMMON = Fraction(1, 3)
"""The share of a team's members that are weak in an indicator, from which it is a weakness of the team."""
MOST_FOLLOWED = 3
"""How many of the last month's losses are followed up."""

Finding = Literal["place", "spread", "thin", "unsplit", "differs"]
"""What was found of where a loss is: in one part; in none alone; too few rows, or no rows that can be told apart, to
say; or the rows of today come to another value than the card has."""
Change = Literal["better", "same", "worse", "unknown"]


@dataclass(frozen=True)
class Part:
    """The rows behind an indicator that have one value in a column; of counts, a denominator counts the people."""

    column: str
    value: str
    own: AggregateResult
    others: AggregateResult


@dataclass(frozen=True)
class Strength:
    """An indicator on target, at full points, in which the others clearly lose some."""

    line: IndicatorScore
    others: AggregateResult


@dataclass(frozen=True)
class Loss:
    """Points lost in one indicator. others: all the other agents with a score, pooled.

    is_weak: the target is missed, or where there is none, the others do better. finding: null where nobody looked.
    place: the part that holds the loss, rest: the agent's other rows. parts: all that have rows enough.
    """

    line: IndicatorScore
    lost: Decimal
    others: AggregateResult
    is_weak: bool
    finding: Finding | None = None
    place: Part | None = None
    rest: AggregateResult | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A training that the rubric attaches to what is weak: name and title as it has them, and for which indicators."""

    name: str
    title: Any
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """Whether results are low in spite of ability (offer), or ability is low (training); both as shares of points."""

    kind: Literal["offer", "training"]
    ability: Fraction
    results: Fraction | None
    offer: Any = None


@dataclass(frozen=True)
class Step:
    """What one of the last month's losses has come to: points lost, of how many; now both null without points.

    change: of the share that was lost, as what an indicator is worth may change with the season or missing data.
    """

    name: str
    before: Decimal
    before_of: Decimal
    now: Decimal | None
    now_of: Decimal | None
    change: Change


@dataclass(frozen=True)
class AgentPlan:
    """One agent's plan. since: the month that `steps` look back to; null: it had no card of the agent."""

    card: Scorecard
    strengths: tuple[Strength, ...]
    losses: tuple[Loss, ...]
    lessons: tuple[Lesson, ...]
    need: Need | None
    since: str | None = None
    steps: tuple[Step, ...] = ()

    @property
    def weak(self) -> tuple[Loss, ...]:
        """The losses that are weaknesses."""
        return tuple(loss for loss in self.losses if loss.is_weak)


@dataclass(frozen=True)
class Common:
    """A weakness of the team: how many members are weak in an indicator, of how many scored, and what they lost."""

    name: str
    weak: int
    scored: int
    lost: Decimal


@dataclass(frozen=True)
class Topic:
    """What the team's complaints or events are about: rows with one value in a column, and of how many members."""

    table: str
    column: str
    value: str
    count: int
    members: int


@dataclass(frozen=True)
class TeamPlan:
    """What a team has in common. lessons: each with the ids of those who are to take it. listed: whom the rubric's
    coaching rules name."""

    name: str
    common: tuple[Common, ...]
    lessons: tuple[tuple[Lesson, tuple[str, ...]], ...]
    topics: tuple[Topic, ...]
    listed: tuple[Met, ...]


@dataclass(frozen=True)
class Rows:
    """What the rows behind a measure come to by agent_id: all of them, and by the value that they have in a column."""

    whole: Mapping[str, AggregateResult]
    parts: Mapping[tuple[str, str], Mapping[str, AggregateResult]]


@dataclass(frozen=True)
class Field:
    """All agents with a score in one period."""

    scheme: LoadedRubric
    sheet: ScoreSheet

    @cached_property
    def scored(self) -> tuple[Scorecard, ...]:
        """Their cards."""
        return tuple(card for card in self.sheet.table.cards if card.score is not None)

    def others(self, card: Scorecard) -> list[Scorecard]:
        """All but the one."""
        return [one for one in self.scored if one.agent.agent_id != card.agent.agent_id]

    def pool_others(self, card: Scorecard, name: str) -> AggregateResult:
        """What the others come to: Σ numerators ÷ Σ denominators, or the mean of the values that do not pool."""
        keys = [(one.agent.agent_id, name) for one in self.others(card)]
        found = [self.sheet.measurements[key] for key in keys if key in self.sheet.measurements]
        known = [one for one in found if one.value is not None]
        if self.scheme.measures[name].is_poolable:
            pairs = [(one.numerator, one.denominator) for one in known]
            numerator = sum((of for of, _ in pairs if of is not None), Fraction(0))
            denominator = sum((to for _, to in pairs if to is not None), Fraction(0))
        else:
            numerator = sum((one.value for one in known if one.value is not None), Fraction(0))
            denominator = Fraction(len(known))
        value = numerator / denominator if denominator else None
        return AggregateResult(value, numerator, denominator, sum(one.sample_size for one in known))


def find_strengths(field: Field, card: Scorecard) -> tuple[Strength, ...]:
    """The indicators on target, at full points, of which the others reach 90 % at most on average."""
    found = []
    for line in card.indicators if card.score is not None else ():
        if line.status != "ok" or not line.max_points or line.points != line.max_points or not _is_on_target(line):
            continue
        lines = [theirs for one in field.others(card) for theirs in one.indicators if theirs.name == line.name]
        known = [theirs for theirs in lines if theirs.points is not None]
        most = sum((theirs.max_points for theirs in known), Decimal(0))
        reached = sum((theirs.points for theirs in known if theirs.points is not None), Decimal(0))
        if most and Fraction(reached) <= CLEARLY * Fraction(most):
            found.append(Strength(line, field.pool_others(card, line.name)))
    return tuple(found)


def _is_on_target(line: IndicatorScore) -> bool:
    """Whether the value itself meets the target, where there is one; points are also kept a little short of it."""
    if line.target is None or line.value is None:
        return line.value is not None
    return parse_target(line.target).is_met(line.value * unit_factor(line.unit))


def find_losses(field: Field, card: Scorecard) -> tuple[Loss, ...]:
    """The indicators that cost points, the dearest first, each with what the others come to; none without a score."""
    found = []
    for line in card.indicators if card.score is not None else ():
        if line.points is None or line.points >= line.max_points:
            continue
        others = field.pool_others(card, line.name)
        found.append(Loss(line, line.max_points - line.points, others, _is_weak(field, line, others)))
    return tuple(sorted(found, key=lambda loss: -loss.lost))


def _is_weak(field: Field, line: IndicatorScore, others: AggregateResult) -> bool:
    if line.target is not None or line.value is None:
        return True
    better = field.scheme.measures[line.name].better
    return others.value is not None and better is not None and _is_worse(line.value, others.value, better)


def _is_worse(value: Fraction, than: Fraction, better: str) -> bool:
    return value < than if better == "higher" else value > than


# ── where ─────────────────────────────────────────────────────────────────────────────────────────


def can_split(measure: Measure) -> bool:
    """Whether its rows can be told apart by what they say: sums and counts of one table's rows that are somebody's."""
    if not measure.terms or len({term.table for term in measure.terms}) > 1:
        return False
    if any(term.agent == EVERYONE for term in measure.terms):
        return False
    if measure.kind == "ratio":
        return all(term.kind in ("count", "sum") for term in measure.terms)
    return measure.kind in ("rate", "mean", "weighted_mean", "count", "sum")


def join_rows(
    measure: Measure, columns: Iterable[str],
    results: Mapping[Aggregate, Mapping[str, AggregateResult]],
    parts: Mapping[Aggregate, Mapping[tuple[str, str], AggregateResult]],
) -> Rows:  # fmt: skip
    """What an engine found for a measure's terms, whole and split by each column, as one figure each."""
    split: dict[tuple[str, str], dict[str, AggregateResult]] = {}
    for column in columns:
        terms = [split_term(term, column) for term in measure.terms]
        for key in dict.fromkeys(key for term in terms for key in parts[term]):
            found = _join(measure, [parts[term].get(key) for term in terms])
            if found is not None:
                split.setdefault((column, key[1]), {})[key[0]] = found
    agents = dict.fromkeys(agent for term in measure.terms for agent in results[term])
    whole = {agent: _join(measure, [results[term].get(agent) for term in measure.terms]) for agent in agents}
    return Rows({agent: found for agent, found in whole.items() if found is not None}, split)


def split_term(term: Aggregate, column: str) -> Aggregate:
    """The same, its rows told apart by a column; a source that lacks it has rows of no part."""
    return replace(term, split_by=column, optional=tuple(dict.fromkeys([*term.optional, column])))


def _join(measure: Measure, terms: Sequence[AggregateResult | None]) -> AggregateResult | None:
    if measure.kind != "ratio":
        return terms[0]
    of, to = terms
    if to is None or not to.value:
        return None
    numerator = of.value if of is not None else None
    if numerator is None:
        numerator = Fraction(0)
    return AggregateResult(numerator / to.value, numerator, to.value, to.sample_size)


def locate_loss(field: Field, card: Scorecard, loss: Loss, rows: Rows | None) -> Loss:
    """The loss with the part that holds it: the one place, where there is one.

    A part is the place where the agent and the others have rows enough in it, the agent is clearly worse there than
    the others, doing as they do there would win back at least half of all that was lost, and in the other rows the
    agent reaches the target or is no worse than the others. Of several, it is the one that would win back most.
    """
    line, measure = loss.line, field.scheme.measures[loss.line.name]
    better, bound = _find_bound(line, measure)
    if rows is None or line.value is None or better is None:
        return replace(loss, finding="unsplit")
    search = _Search(measure, better, bound, rows, card, field.others(card))
    if not search.agrees_with(line):
        return replace(loss, finding="differs")
    parts = search.list_parts()
    if not parts:
        return replace(loss, finding="thin")
    places = [(search.won_back(part), -part.own.sample_size, part) for part in parts if search.is_place(part)]
    if not places:
        return replace(loss, finding="spread", parts=parts)
    place = max(places, key=lambda found: found[:2])[2]
    return replace(loss, finding="place", place=place, rest=search.rest_of(place)[0], parts=parts)


def _find_bound(line: IndicatorScore, measure: Measure) -> tuple[str | None, Fraction | None]:
    """(which way is better, the target's bound on that side in the measure's unit)."""
    target = parse_target(line.target) if line.target else None
    if target is None or line.value is None:
        return measure.better, None
    factor = unit_factor(line.unit)
    is_short = target.low is not None and line.value * factor < target.low.value
    better = target.direction or ("higher" if is_short else "lower")
    bound = target.low if better == "higher" else target.high
    return better, bound.value / factor if bound else None


@dataclass(frozen=True)
class _Search:
    """One agent's rows behind one measure, beside those of the others. bound: what the target asks."""

    measure: Measure
    better: str
    bound: Fraction | None
    rows: Rows
    card: Scorecard
    other_cards: Sequence[Scorecard]

    @cached_property
    def own(self) -> AggregateResult:
        """All rows of the agent."""
        return self._pool(self.rows.whole, [self.card])

    @cached_property
    def others(self) -> AggregateResult:
        """All rows of the others."""
        return self._pool(self.rows.whole, self.other_cards)

    @property
    def is_per_head(self) -> bool:
        """Whether rows are counted against people, and not against other rows."""
        return self.measure.kind in ("count", "sum")

    def agrees_with(self, line: IndicatorScore) -> bool:
        """Whether the rows come to what the card says."""
        denominator = None if self.is_per_head else self.own.denominator
        return (line.numerator or 0) == (self.own.numerator or 0) and line.denominator in (None, denominator)

    def list_parts(self) -> tuple[Part, ...]:
        """Every part with rows enough, of the columns that tell rows apart at all."""
        values: dict[str, int] = {}
        for column, _ in self.rows.parts:
            values[column] = values.get(column, 0) + 1
        found = []
        for (column, value), by_agent in self.rows.parts.items():
            part = Part(
                column, value, self._pool(by_agent, [self.card]), self._pool(by_agent, self.other_cards)
            )  # fmt: skip
            is_known = part.others.value is not None if self.is_per_head else part.others.sample_size >= LEAST_ROWS
            if values[column] > 1 and part.own.sample_size >= LEAST_ROWS and is_known:
                found.append(part)
        return tuple(found)

    def is_place(self, part: Part) -> bool:
        """Whether the loss is there, and only there."""
        won, lost = self.won_back(part), self._lost()
        if lost is None or 2 * won < lost or not self._is_clearly_worse(part):
            return False
        own, others = self.rest_of(part)
        if own.value is None or (not self.is_per_head and own.sample_size < LEAST_ELSEWHERE * self.own.sample_size):
            return False
        if self.bound is not None and not _is_worse(own.value, self.bound, self.better):
            return True
        return others.value is not None and not _is_worse(own.value, others.value, self.better)

    def won_back(self, part: Part) -> Fraction:
        """How much of the numerator it would change, for the better, to do there as the others do."""
        if part.others.value is None:
            return Fraction(0)
        return self._short_of(part.own, part.others.value)

    def rest_of(self, part: Part) -> tuple[AggregateResult, AggregateResult]:
        """(the agent's, the others') rows that are not in the part."""
        return self._without(self.own, part.own), self._without(self.others, part.others)

    @property
    def _counts_cases(self) -> bool:
        """Whether it is made of cases of which some count against the agent: a rate, or a number of them."""
        return self.is_per_head or self.measure.is_of_cases

    def _is_clearly_worse(self, part: Part) -> bool:
        if part.own.value is None or part.others.value is None:
            return False
        if not self._counts_cases:
            sign = -1 if self.better == "higher" else 1
            return sign * (part.own.value - part.others.value) >= LEAST_WORSE * abs(part.others.value) > 0
        return self.won_back(part) >= LEAST_MORE

    def _lost(self) -> Fraction | None:
        """Everything that counted against the agent: all the misses of a rate, else how far the target is away."""
        if self._counts_cases and not self.is_per_head:
            return self._short_of(self.own, Fraction(self.better == "higher"))
        bound = self.others.value if self.bound is None else self.bound
        return None if bound is None else self._short_of(self.own, bound)

    def _short_of(self, figure: AggregateResult, level: Fraction) -> Fraction:
        """How far the numerator is on the wrong side of what the level makes of the denominator."""
        above = (figure.numerator or Fraction(0)) - level * (figure.denominator or Fraction(0))
        return -above if self.better == "higher" else above

    def _without(self, whole: AggregateResult, part: AggregateResult) -> AggregateResult:
        numerator = (whole.numerator or Fraction(0)) - (part.numerator or Fraction(0))
        denominator = whole.denominator or Fraction(0)
        if not self.is_per_head:
            denominator -= part.denominator or Fraction(0)
        value = numerator / denominator if denominator else None
        return AggregateResult(value, numerator, denominator, whole.sample_size - part.sample_size)

    def _pool(self, by_agent: Mapping[str, AggregateResult], cards: Sequence[Scorecard]) -> AggregateResult:
        found = [by_agent[card.agent.agent_id] for card in cards if card.agent.agent_id in by_agent]
        numerator = sum((one.numerator or Fraction(0) for one in found), Fraction(0))
        if self.is_per_head:
            denominator = sum((card.agent.presence for card in cards), Fraction(0))
        else:
            denominator = sum((one.denominator or Fraction(0) for one in found), Fraction(0))
        size = sum(one.sample_size for one in found)
        return AggregateResult(numerator / denominator if denominator else None, numerator, denominator, size)


# ── what follows ──────────────────────────────────────────────────────────────────────────────────


def choose_lessons(rubric: Rubric, losses: Sequence[Loss]) -> tuple[Lesson, ...]:
    """The trainings that the rubric attaches to the weaknesses among these losses; one with a slice to that place."""
    found = []
    for name, training in rubric.training.items():
        met = [
            loss.line.name
            for loss in losses
            if loss.is_weak
            and (training.indicator == loss.line.name or training.dimension == loss.line.dimension)
            and (not training.slice or (loss.place and training.slice == {loss.place.column: loss.place.value}))
        ]
        if met:
            found.append(Lesson(name, training.title, tuple(met)))
    return tuple(found)


def judge_need(rubric: Rubric, dimensions: Iterable[DimensionScore]) -> Need | None:
    """Low ability, or low results in spite of high ability, by the rubric's support; null where it is neither."""
    support = rubric.support
    shares = {
        one.name: Fraction(one.points) / Fraction(one.max_points)
        for one in dimensions if one.points is not None and one.max_points
    }  # fmt: skip
    if support is None or support.ability not in shares:
        return None
    ability, results = shares[support.ability], shares.get(support.results)
    if ability < support.low.value:
        return Need("training", ability, results)
    if ability >= support.high.value and results is not None and results < support.low.value:
        return Need("offer", ability, results, support.offer)
    return None


def follow_losses(before: Sequence[Loss], card: Scorecard) -> tuple[Step, ...]:
    """What the dearest weaknesses of a month before have come to."""
    lines = {line.name: line for line in card.indicators}
    found = []
    for loss in [loss for loss in before if loss.is_weak][:MOST_FOLLOWED]:
        line = lines.get(loss.line.name)
        if line is None or line.points is None:
            found.append(Step(loss.line.name, loss.lost, loss.line.max_points, None, None, "unknown"))
            continue
        now = line.max_points - line.points
        change = _compare(loss.lost * line.max_points, now * loss.line.max_points)
        found.append(Step(loss.line.name, loss.lost, loss.line.max_points, now, line.max_points, change))
    return tuple(found)


def _compare(before: Decimal, now: Decimal) -> Change:
    return "better" if now < before else "worse" if now > before else "same"


def find_common(plans: Sequence[AgentPlan]) -> tuple[Common, ...]:
    """The indicators in which at least a third of those who have points in them are weak, by what these lost."""
    found = []
    known = [plan for plan in plans if plan.card.score is not None]
    for name in dict.fromkeys(line.name for plan in known for line in plan.card.indicators):
        lines = (line for plan in known for line in plan.card.indicators)
        scored = sum(line.name == name and line.points is not None for line in lines)
        lost = [loss.lost for plan in known for loss in plan.weak if loss.line.name == name]
        if lost and len(lost) >= COMMON * scored:
            found.append(Common(name, len(lost), scored, sum(lost, Decimal(0))))
    return tuple(sorted(found, key=lambda one: -one.lost))


def list_lessons(plans: Sequence[AgentPlan]) -> Iterator[tuple[Lesson, tuple[str, ...]]]:
    """Each training once, with the ids of those who are to take it."""
    lessons = {lesson.name: lesson for plan in plans for lesson in plan.lessons}
    for name, lesson in lessons.items():
        mine = [plan for plan in plans if any(one.name == name for one in plan.lessons)]
        indicators = (one.indicators for plan in mine for one in plan.lessons if one.name == name)
        merged = tuple(dict.fromkeys(indicator for each in indicators for indicator in each))
        yield replace(lesson, indicators=merged), tuple(plan.card.agent.agent_id for plan in mine)


def count_topics(
    table: str, column: str, found: Mapping[tuple[str, str], AggregateResult], members: Iterable[str]
) -> tuple[Topic, ...]:
    """What the members' rows are about, the most frequent first; what came up once is left out."""
    known = set(members)
    counts: dict[str, list[int]] = {}
    for (agent_id, value), result in found.items():
        if agent_id in known and result.value:
            counts.setdefault(value, []).append(int(result.value))
    topics = (Topic(table, column, value, sum(each), len(each)) for value, each in counts.items() if sum(each) > 1)
    return tuple(sorted(topics, key=lambda topic: (-topic.count, topic.value)))
