"""Months → a quarter or a year: the mean of the printed monthly scores, with what is behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from csperf.period import Period, length_of, name_months
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Measure, Text
from csperf.scoring.cards import (
    DimensionScore,
    IndicatorScore,
    Measurement,
    MonthScore,
    Number,
    Scorecard,
    ScoreTable,
    SourceCounts,
    Standing,
    Words,
    words,
)
from csperf.scoring.contest import Contest
from csperf.scoring.figures import format_points, format_share, round_half_up
from csperf.scoring.grade import LEAST_COVERAGE, grade_score, hold_floors, rank_cards
from csperf.scoring.history import History, PeriodRecord, ScoreSheet
from csperf.scoring.measurements import finish_derived
from csperf.scoring.weights import apportion

LEAST_MONTHS = Fraction(1, 2)
"""Scored in a smaller share of a period's months than this, an agent gets no rank, unless the rubric says another."""

WHOLE_MONTH = Fraction(1, 2)
"""An open month with a smaller share of the scores that the fullest month has is taken to be incomplete."""

_NOTHING = Decimal("0.00")
_COVERAGE_DIGITS = 6


def roll_up(history: History, scheme: LoadedRubric, period: Period, as_of: dt.date | None = None) -> PeriodRecord:
    """A quarter or year as the mean of the months of `history`, of which there is at least one.

    Each month in which somebody has a score weighs the same, whatever it was scored by; grades, floors and awards
    are those of `scheme`. Values are pooled over these months; amounts are per month. Open months that look
    incomplete do not count: exports often run a few hours into the next month. as_of: the last day that
    counts in a period that is not over; the history then holds, and misses, only months that were over by then.
    """
    months = tuple(month for month in history.months if not _is_incomplete(month, history))
    agents = [_Month(one, one.agents, one.first) for one in months]
    teams = [_Month(one, one.teams, one.first_teams or one.teams) for one in months if one.teams]
    return PeriodRecord(
        period.label, tuple(one.label for one in months),
        "sealed" if as_of is None and all(one.record == "sealed" for one in months) else "open", scheme,
        _roll_sheets(agents, history, scheme, period, as_of),
        _roll_sheets(teams, history, scheme, period, as_of) if teams else None,
    )  # fmt: skip


def _is_incomplete(month: PeriodRecord, history: History) -> bool:
    most = max(map(_count_scores, history.months))
    return month.record == "open" and _count_scores(month) < WHOLE_MONTH * most


def _count_scores(month: PeriodRecord) -> int:
    return sum(card.score is not None for card in month.agents.table.cards)


@dataclass(frozen=True)
class _Month:
    """One month of one scope: what counts today, and how it stood before it was adjusted."""

    record: PeriodRecord
    sheet: ScoreSheet
    first: ScoreSheet

    @property
    def scheme(self) -> LoadedRubric:
        """What it was scored by."""
        return self.record.scheme

    @cached_property
    def cards(self) -> dict[str, Scorecard]:
        """By agent_id."""
        return {card.agent.agent_id: card for card in self.sheet.table.cards}

    @cached_property
    def originals(self) -> dict[str, Scorecard]:
        """The cards of a month that was adjusted, as they were sealed."""
        if self.first is self.sheet:
            return {}
        return {card.agent.agent_id: card for card in self.first.table.cards}

    def tell_score(self, agent_id: str) -> MonthScore:
        """What it gives to somebody's rolled-up score."""
        card, first = self.cards.get(agent_id), self.originals.get(agent_id)
        now, then = (one.standing if one else Standing() for one in (card, first))
        original = then if self.first is not self.sheet and then != now else None
        return MonthScore(
            self.record.label, now.score, now.grade, now.rank, self.record.record == "sealed", original
        )  # fmt: skip


@dataclass(frozen=True)
class _Layout:
    """The parts of a card in their order; where months were scored by several rubrics, those of each.

    dimensions: title by name. indicators: dimension and title by name, those of one dimension together.
    """

    dimensions: Mapping[str, Text | None]
    indicators: Mapping[str, tuple[str, Text | None]]
    measures: Mapping[str, Measure]

    @classmethod
    def of(cls, schemes: Sequence[LoadedRubric]) -> _Layout:
        """What several schemes have, as the first that has it says."""
        dimensions: dict[str, Text | None] = {}
        indicators: dict[str, tuple[str, Text | None]] = {}
        measures: dict[str, Measure] = {}
        for scheme in schemes:
            for name, dimension in scheme.rubric.dimensions.items():
                dimensions.setdefault(name, dimension.title)
            for of, name, indicator in scheme.rubric.indicators():
                indicators.setdefault(name, (of, indicator.title or scheme.measures[name].title))
            for name, measure in scheme.measures.items():
                measures.setdefault(name, measure)
        order = list(dimensions)
        grouped = dict(sorted(indicators.items(), key=lambda item: order.index(item[1][0])))
        return cls(dimensions, grouped, measures)

    def share(self, vectors: Sequence[Sequence[Decimal]], total: Decimal) -> list[Decimal]:
        """The mean by indicator, to the cent, so that all add up to `total`; a vector is one month's."""
        if all(vector == vectors[0] for vector in vectors) and sum(vectors[0]) == total:
            return list(vectors[0])
        sums = [sum(parts, _NOTHING) for parts in zip(*vectors, strict=True)]
        groups: dict[str, list[Decimal]] = {name: [] for name in self.dimensions}
        for (of, _), part in zip(self.indicators.values(), sums, strict=True):
            groups[of].append(part)
        totals = apportion([sum(group, _NOTHING) for group in groups.values()], total)
        return [
            part for group, whole in zip(groups.values(), totals, strict=True) for part in apportion(group, whole)
        ]  # fmt: skip


def _roll_sheets(
    months: Sequence[_Month], history: History, scheme: LoadedRubric, period: Period, as_of: dt.date | None
) -> ScoreSheet:
    layout = _Layout.of([scheme, *(month.scheme for month in reversed(months))])
    cards, measurements = _roll_cards(months, layout, scheme, period)
    if any(month.originals for month in months):
        then = [replace(month, sheet=month.first) for month in months]
        firsts = {card.agent.agent_id: card.standing for card in _roll_cards(then, layout, scheme, period)[0]}
        cards = tuple(_tell_original(card, firsts.get(card.agent.agent_id, Standing())) for card in cards)
    rubric, tables = scheme.rubric, [month.sheet.table for month in months]
    open_tables = [month.sheet.table for month in months if month.record.record == "open"]
    labels = [month.record.label for month in months]
    table = ScoreTable(
        label=period.label, start=period.start.isoformat(), end=period.end.isoformat(), zone=period.zone,
        rubric_name=rubric.name, rubric_version=rubric.version, rubric_sha256=scheme.sha256, rubric_title=rubric.title,
        grade_titles={grade.name: grade.title for grade in rubric.grades},
        dimension_titles=dict(layout.dimensions),
        indicator_titles={name: title for name, (_, title) in layout.indicators.items()},
        variant_titles={name: title for table in tables for name, title in table.variant_titles.items()},
        sources=_add_sources(open_tables), cards=cards, by=tables[0].by,
        as_of=as_of.isoformat() if as_of else None, days_left=(period.last_day - as_of).days if as_of else 0,
        provisional=(*_tell_running(labels, period, as_of), *_tell_open(months), *_each_once(
            why for table in open_tables for why in table.provisional
        )),
        record=(words("rollup-mean", count=Number(len(labels)), months=name_months(labels)), *_tell_adjusted(months)),
        rollup="mean", months=tuple(labels),
        warnings=(*_tell_absent(history), *_tell_rubrics(months, scheme), *_each_once(
            warning for table in tables for warning in table.warnings
        )),
    )  # fmt: skip
    return ScoreSheet(table, measurements)


def _roll_cards(
    months: Sequence[_Month], layout: _Layout, scheme: LoadedRubric, period: Period
) -> tuple[tuple[Scorecard, ...], dict[tuple[str, str], Measurement]]:
    """The cards with grade and rank, and what was measured over the months that count."""
    least = scheme.rubric.rollup.least_months
    share = least.value if least else LEAST_MONTHS
    ids = sorted({agent_id for month in months for agent_id in month.cards})
    pooled = {agent_id: _pool_measures(agent_id, _list_counted(agent_id, months), layout.measures) for agent_id in ids}
    measurements = {(agent_id, name): one for agent_id in ids for name, one in pooled[agent_id].items()}
    ungraded = [_roll_agent(agent_id, months, layout, pooled[agent_id], share) for agent_id in ids]
    contest = Contest(
        scheme.rubric, scheme.measures, measurements, tuple(card.agent for card in ungraded),
        length=length_of(period.label),
    )  # fmt: skip
    cards = [_grade(contest, card) for card in ungraded]
    return rank_cards(contest, cards, lambda card: _share_scored(card) >= share), measurements


def _list_counted(agent_id: str, months: Sequence[_Month]) -> list[_Month]:
    """The months with a score of somebody; those with a card where none has."""
    known = [month for month in months if agent_id in month.cards]
    return [month for month in known if month.cards[agent_id].score is not None] or known


def _roll_agent(
    agent_id: str, months: Sequence[_Month], layout: _Layout, pooled: Mapping[str, Measurement], least: Fraction
) -> Scorecard:
    """The mean of somebody's months, without grade and rank."""
    counted = _list_counted(agent_id, months)
    cards = [month.cards[agent_id] for month in counted]
    latest = next(month.cards[agent_id] for month in reversed(months) if agent_id in month.cards)
    scores = [card.score for card in cards if card.score is not None]
    score = _mean(scores) if scores else None
    lines = _roll_lines(cards, layout, pooled, score)
    card = Scorecard(
        agent=replace(latest.agent, presence=sum((one.agent.presence for one in cards), Fraction(0)) / len(cards)),
        score=score, grade=None, rank=None,
        coverage=_mean([one.coverage for one in cards], _COVERAGE_DIGITS).normalize(),
        dimensions=tuple(_total_dimension(name, lines) for name in layout.dimensions), indicators=lines,
        variant=latest.variant, months=tuple(month.tell_score(agent_id) for month in months),
        exemptions=_each_once(said for one in cards for said in one.exemptions),
        unexempted=_find_unexempted(cards),
    )  # fmt: skip
    return replace(card, notes=tuple(_write_notes(card, months, least)))


def _roll_lines(
    cards: Sequence[Scorecard], layout: _Layout, pooled: Mapping[str, Measurement], score: Decimal | None
) -> tuple[IndicatorScore, ...]:
    lines = [{line.name: line for line in card.indicators} for card in cards]

    def vectors(part: Callable[[IndicatorScore], Decimal | None]) -> list[list[Decimal]]:
        return [
            [(part(month[name]) if name in month else None) or _NOTHING for name in layout.indicators]
            for month in lines
        ]  # fmt: skip

    points = vectors(lambda line: line.points)
    maxima, weights = vectors(lambda line: line.max_points), vectors(lambda line: line.weight)
    shared = layout.share(points, score) if score is not None else [None] * len(layout.indicators)
    lost = [[most - got for most, got in zip(*both, strict=True)] for both in zip(maxima, points, strict=True)]
    most = _mean_of_sums(maxima)
    if score is None or all(vector == maxima[0] for vector in maxima):
        highest = layout.share(maxima, most)
    else:
        # In this way no part has more than its maximum, which two roundings apart could give it.
        highest = [(got or _NOTHING) + more for got, more in zip(shared, layout.share(lost, most - score), strict=True)]
    heaviest = layout.share(weights, _mean_of_sums(weights))
    return tuple(
        _roll_line(name, of, [month.get(name) for month in lines], pooled, weight, top, got)
        for (name, (of, _)), weight, top, got in zip(layout.indicators.items(), heaviest, highest, shared, strict=True)
    )  # fmt: skip


def _roll_line(
    name: str, dimension: str, months: Sequence[IndicatorScore | None], pooled: Mapping[str, Measurement],
    weight: Decimal, max_points: Decimal, points: Decimal | None,
) -> IndicatorScore:  # fmt: skip
    """One indicator over the months that count; null: the month's rubric does not have it."""
    lines = [line for line in months if line is not None]
    value = pooled[name]
    is_scored = any(line.points is not None for line in lines)
    statuses, policies, targets = ({getattr(line, key) for line in lines} for key in ("status", "policy", "target"))
    return IndicatorScore(
        name=name, dimension=dimension, unit=lines[-1].unit if lines else "",
        value=value.value, numerator=value.numerator, denominator=value.denominator, sample_size=value.sample_size,
        target=lines[-1].target if lines and len(targets) == 1 else None,
        weight=weight, max_points=max_points, points=points if is_scored else None,
        status="ok" if "ok" in statuses else lines[-1].status if lines else "missing",
        policy=lines[-1].policy if len(policies) == 1 else None,
        reason=_explain_points(months, points) if is_scored and points is not None else (),
    )  # fmt: skip


def _explain_points(months: Sequence[IndicatorScore | None], points: Decimal) -> tuple[Words, ...]:
    """The mean as it is done on paper."""
    each = [line.points if line else None for line in months]
    mean = _mean([one or _NOTHING for one in each])
    shown = " + ".join("—" if one is None else format_points(one) for one in each)
    parts = {"points": shown, "count": Number(len(each)), "mean": format_points(mean)}
    if mean == points:
        return (words("rollup-points", **parts),)
    return (words("rollup-points-shared", **parts, shared=format_points(points)),)


def _total_dimension(name: str, lines: Sequence[IndicatorScore]) -> DimensionScore:
    own = [line for line in lines if line.dimension == name]
    points = [line.points for line in own if line.points is not None]
    return DimensionScore(
        name,
        sum((line.weight for line in own), _NOTHING),
        sum((line.max_points for line in own), _NOTHING),
        sum(points, _NOTHING) if points else None,
    )


def _grade(contest: Contest, card: Scorecard) -> Scorecard:
    """The card with the grade of its mean, as far as the floors leave it."""
    if card.score is None:
        return card
    known = [
        line for line in card.indicators
        if line.name in contest.measures and contest.find_scored(card.agent, line.name).value is not None
    ]  # fmt: skip
    earned = grade_score(contest.rubric, card.score)
    grade, floors = hold_floors(contest, card.agent, earned, card.dimensions, known)
    return replace(card, grade=grade, outcomes=tuple(floors))


def _share_scored(card: Scorecard) -> Fraction:
    return Fraction(sum(month.score is not None for month in card.months), len(card.months))


def _find_unexempted(cards: Sequence[Scorecard]) -> Standing | None:
    """The mean without exemptions; the grade and rank that it would have are not known."""
    if not any(card.unexempted for card in cards):
        return None
    scores = [one.score for card in cards if (one := card.unexempted or card.standing).score is not None]
    return Standing(_mean([score for score in scores if score is not None]) if scores else None)


def _tell_original(card: Scorecard, then: Standing) -> Scorecard:
    return card if then == card.standing else replace(card, original=then)


def _pool_measures(agent_id: str, months: Sequence[_Month], measures: Mapping[str, Measure]) -> dict[str, Measurement]:
    """Somebody's measurements over some months, of those that measured the same."""
    pooled: dict[str, Measurement] = {}
    for name, measure in measures.items():
        alike = [month.sheet.measurements for month in months if month.scheme.measures.get(name) == measure]
        found = [one[agent_id, name] for one in alike if (agent_id, name) in one]
        if measure.kind == "derived" and any(one.value is not None for one in found):
            parts = {part: pooled[part] for part in measure.parts}
            sizes = [parts[part].sample_size for part in parts if measures[part].kind != "constant"]
            pooled[name] = finish_derived(measure, agent_id, parts, min(sizes, default=0))
        else:
            pooled[name] = _pool(measure, agent_id, found)
    return pooled


def _pool(measure: Measure, agent_id: str, found: Sequence[Measurement]) -> Measurement:
    """One measurement of several months; null where their rows would be needed, as for a percentile."""
    known = [(one, one.value) for one in found if one.value is not None]
    size = sum(one.sample_size for one, _ in known)
    nothing = Measurement(
        agent_id, measure.name, None, sample_size=size, is_lacking=bool(found) and all(one.is_lacking for one in found)
    )
    if not known or measure.kind == "derived":
        return nothing
    if measure.kind == "constant" or any(term.window_days for term in measure.terms):
        return found[-1]  # a window that ends with the last month ends with the period, too
    if measure.kind in ("min", "max"):
        return replace(nothing, value=(min if measure.kind == "min" else max)(value for _, value in known))
    if measure.kind in ("count", "sum"):
        # Per month, as its target is; of a unit, per head and month.
        total = sum((value * (one.denominator or 1) for one, value in known), Fraction(0))
        return _divide(nothing, total, sum((one.denominator or Fraction(1) for one, _ in known), Fraction(0)))
    above = [one.numerator for one, _ in known if one.numerator is not None]
    below = [one.denominator for one, _ in known if one.denominator is not None]
    if not len(above) == len(below) == len(known):
        return nothing
    return _divide(nothing, sum(above, Fraction(0)), sum(below, Fraction(0)))


def _divide(nothing: Measurement, numerator: Fraction, denominator: Fraction) -> Measurement:
    value = numerator / denominator if denominator else None
    return replace(nothing, value=value, numerator=numerator, denominator=denominator)


def _write_notes(card: Scorecard, months: Sequence[_Month], least: Fraction) -> list[Words]:
    """The months that do not count and why, and why there is no rank."""
    labels: dict[str, list[str]] = {"absent": [], "held": [], "thin": []}
    for month in months:
        one = month.cards.get(card.agent.agent_id)
        if one is None:
            labels["absent"].append(month.record.label)
        elif one.score is None:
            labels["thin" if one.coverage < LEAST_COVERAGE else "held"].append(month.record.label)
    notes = [words(f"rollup-month-{why}", months=name_months(said)) for why, said in labels.items() if said]
    if card.score is not None and _share_scored(card) < least:
        counted = sum(month.score is not None for month in card.months)
        notes.append(
            words("rollup-few-months", count=Number(counted), of=Number(len(months)), least=format_share(least))
        )
    return notes


def _tell_running(labels: Sequence[str], period: Period, as_of: dt.date | None) -> tuple[Words, ...]:
    if as_of is None:
        return ()
    days_left = Number((period.last_day - as_of).days)
    return (words("rollup-running", as_of=as_of.isoformat(), days_left=days_left, months=name_months(labels)),)


def _tell_open(months: Sequence[_Month]) -> tuple[Words, ...]:
    labels = [month.record.label for month in months if month.record.record == "open"]
    return (words("rollup-open", months=name_months(labels)),) if labels else ()


def _tell_adjusted(months: Sequence[_Month]) -> Iterator[Words]:
    """Each month that is no longer as it was sealed, and why."""
    for month in months:
        for one in month.record.adjustments:
            yield words(
                "rollup-adjusted", month=month.record.label, date=one.dated, reason=one.reason,
                approved_by=one.approved_by,
            )  # fmt: skip


def _tell_absent(history: History) -> Iterator[Words]:
    if history.absent:
        yield words("rollup-no-data", months=name_months(history.absent))
    for month in history.months:
        if _is_incomplete(month, history):
            yield words("rollup-incomplete", month=month.label, count=Number(_count_scores(month)))


def _tell_rubrics(months: Sequence[_Month], scheme: LoadedRubric) -> tuple[Words, ...]:
    """By which rubrics the months were scored, where there are several."""
    used: dict[str, list[str]] = {}
    for month in months:
        used.setdefault(_name(month.scheme), []).append(month.record.label)
    if set(used) == {_name(scheme)}:
        return ()
    said = ", ".join(f"{name} ({name_months(labels)})" for name, labels in used.items())
    return (words("rollup-rubrics", rubrics=said, rubric=_name(scheme)),)


def _name(scheme: LoadedRubric) -> str:
    return f"{scheme.rubric.name} {scheme.rubric.version}"


def _add_sources(tables: Sequence[ScoreTable]) -> tuple[SourceCounts, ...]:
    """Where the rows went over several months that were computed from the same files.

    Rows that several months look at, as windows do, count once for each of them, and together at most as often as
    there are valid rows.
    """
    found: dict[str, SourceCounts] = {}
    for source in (source for table in tables for source in table.sources):
        if (known := found.get(source.name)) is not None:
            valid = known.in_period + known.outside_period
            inside = min(known.in_period + source.in_period, valid)
            found[source.name] = replace(known, in_period=inside, outside_period=valid - inside)
        else:
            found[source.name] = source
    return tuple(found.values())


def _each_once(sentences: Iterable[Words]) -> tuple[Words, ...]:
    return tuple(dict.fromkeys(sentences))


def _mean(numbers: Sequence[Decimal], digits: int = 2) -> Decimal:
    return round_half_up(sum(map(Fraction, numbers), Fraction(0)) / len(numbers), digits)


def _mean_of_sums(vectors: Sequence[Sequence[Decimal]]) -> Decimal:
    return _mean([sum(vector, _NOTHING) for vector in vectors])
