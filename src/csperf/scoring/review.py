"""Whether the indicators of a scheme still tell anything: spread, full marks, gaps, rank correlation, what they decide.

Cards of all months are looked at together. What a share of points is: points ÷ max points of a scored indicator.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from operator import itemgetter
from typing import Any

from csperf.period import name_months
from csperf.problems import Problem, ProblemsFound, suggest
from csperf.rubric.load import LoadedRubric
from csperf.scoring.cards import IndicatorScore, Number, Scorecard, Title, Words, words
from csperf.scoring.figures import format_number, round_half_up, sign_of
from csperf.scoring.gauges import gauge_of
from csperf.scoring.history import History, PeriodRecord

LEAST_CARDS = 10
"""Below so many cards (or pairs of values) spread and correlation are not told."""
_MOSTLY, _NEARLY_ALL, _SAME_ORDER, _AGAINST = Fraction(1, 2), Fraction(9, 10), Decimal("0.9"), Decimal("-0.3")
_SAME = Fraction(1, 100)
"""Shares of points are apart by less where only the cents, rounded to what is worth more or less, differ."""


@dataclass(frozen=True)
class Correlation:
    """Spearman's ρ with another indicator, of how good the values are; four decimals.

    rho is null where there are fewer than LEAST_CARDS pairs, or where one of the two never differs.
    """

    name: str
    title: Any
    rho: Decimal | None
    pairs: int


@dataclass(frozen=True)
class Spread:
    """Of the shares of points: deviation is the standard deviation, with six decimals."""

    low: Fraction
    p10: Fraction
    p90: Fraction
    high: Fraction
    deviation: Decimal


@dataclass(frozen=True)
class IndicatorReview:
    """What an indicator told in the months whose rubric has it.

    cards: an agent's month each; scored: those with points; unmeasured: those with no data or too few.
    full: scored cards with full marks; months_full: months in which all scored cards have them.
    spread: null below LEAST_CARDS scored cards. points_lost: Σ (max points − points); lost_share: of what all
    indicators lose. ranks_changed: of `ranks`, those that would be others without it; null where nothing is left.
    correlations: with each other indicator. satisfaction: with satisfaction; null where there is none, or it is it.
    """

    name: str
    title: Any
    dimension: str
    weight: Decimal
    months: int
    agents: int
    cards: int
    scored: int
    unmeasured: int
    full: int
    months_full: int
    months_scored: int
    spread: Spread | None
    points_lost: Decimal
    lost_share: Fraction | None
    ranks: int
    ranks_changed: int | None
    correlations: tuple[Correlation, ...]
    satisfaction: Correlation | None

    @property
    def strongest(self) -> Correlation | None:
        """The correlation farthest from 0; the first of equals."""
        known = [(abs(one.rho), one) for one in self.correlations if one.rho is not None]
        return max(known, key=itemgetter(0))[1] if known else None

    @property
    def verdict(self) -> Words:
        """Whether it still tells anything, in one sentence: the first reason for doubt that applies."""
        near = self.strongest
        if not self.scored:
            return words("review-nothing", months=Number(self.months))
        if self.cards < LEAST_CARDS:
            return words("review-few", cards=Number(self.cards), least=Number(LEAST_CARDS))
        if self.unmeasured > self.cards * _MOSTLY:
            return words("review-gaps", share=_percent(self.unmeasured, self.cards))
        if self.full == self.scored:
            return words("review-all-full", full=Number(self.months_full), months=Number(self.months_scored))
        if self.spread is not None and self.spread.high - self.spread.low < _SAME:
            return words("review-all-same", months=Number(self.months_scored))
        if self.full >= self.scored * _NEARLY_ALL:
            full = _percent(self.full, self.scored)
            return words("review-nearly-all-full", share=full, full=Number(self.months_full),
                         months=Number(self.months_scored))  # fmt: skip
        if near is not None and near.rho is not None and near.rho >= _SAME_ORDER:
            return words("review-same-order", other=Title(near.name, near.title), rho=signed(near.rho))
        if self.satisfaction is not None and (rho := self.satisfaction.rho) is not None and rho <= _AGAINST:
            return words("review-against", rho=signed(rho))
        if self.ranks_changed == 0:
            return words("review-no-rank", ranks=Number(self.ranks))
        if self.ranks_changed is None or self.spread is None:
            return words("review-tells", full=_percent(self.full, self.scored))
        return words("review-tells-ranks", full=_percent(self.full, self.scored), ranks=Number(self.ranks),
                     changed=Number(self.ranks_changed))  # fmt: skip


@dataclass(frozen=True)
class Review:
    """All that is rendered. satisfaction: the indicator that stands for it."""

    zone: str
    months: Mapping[str, PeriodRecord | None]
    rubric_name: str
    rubric_version: str
    satisfaction: str | None
    indicators: tuple[IndicatorReview, ...]
    notes: tuple[Words, ...]


@dataclass(frozen=True)
class _Seen:
    """An indicator on one card. goodness: the value, turned so that more is better; null where it is not measured."""

    month: str
    card: Scorecard
    line: IndicatorScore
    goodness: Fraction | None


def review_indicators(
    history: History, labels: Sequence[str], zone: str, scheme: LoadedRubric, satisfaction: str | None = None
) -> Review:
    """Every indicator of the scheme; `satisfaction` names the one that stands for it, else the first such is taken.

    Raises ProblemsFound where that is none of the indicators.
    """
    names = [name for _, name, _ in scheme.rubric.indicators()]
    if satisfaction is not None and satisfaction not in names:
        message = f'rubric "{scheme.rubric.name}" has no indicator "{satisfaction}"'
        raise ProblemsFound([Problem("indicator-unknown", message, hint=suggest(satisfaction, names))])
    chosen = satisfaction or find_satisfaction(scheme)
    seen = {name: list(_list_seen(history, name)) for name in names}
    lost = {name: sum((_lost(one.line) for one in seen[name]), Decimal("0.00")) for name in names}
    reviews = tuple(_review_one(history, scheme, name, seen, lost, chosen) for name in names)
    return Review(
        zone, {label: history.find(label) for label in labels}, scheme.rubric.name, scheme.rubric.version, chosen,
        reviews, tuple(_list_notes(history, labels, chosen)),
    )  # fmt: skip


def find_satisfaction(scheme: LoadedRubric) -> str | None:
    """The first indicator that is called satisfaction or csat, or else reads surveys; null where none does."""
    names = [name for _, name, _ in scheme.rubric.indicators()]
    named = [name for name in names if "csat" in name or "satisfaction" in name.replace("dissatisfaction", "")]
    of_surveys = [name for name in names if any(term.table == "surveys" for term in scheme.measures[name].terms)]
    return next(iter([*named, *of_surveys]), None)


def _list_seen(history: History, name: str) -> Iterator[_Seen]:
    for month in history.months:
        if not month.scheme.rubric.find_indicator(name):
            continue
        better = gauge_of(month.scheme, name).better
        for card in month.agents.table.cards:
            for line in card.indicators:
                if line.name == name:
                    yield _Seen(month.label, card, line, _goodness(line, better))


def _goodness(line: IndicatorScore, better: str | None) -> Fraction | None:
    """Where no way is better, as with a range, the share of points tells."""
    if line.status != "ok" or line.value is None:
        return None
    if better is None:
        return _share(line)
    return line.value if better == "higher" else -line.value


def _share(line: IndicatorScore) -> Fraction | None:
    return Fraction(line.points) / Fraction(line.max_points) if line.points is not None and line.max_points else None


def _lost(line: IndicatorScore) -> Decimal:
    return line.max_points - line.points if line.points is not None else Decimal("0.00")


def _review_one(
    history: History, scheme: LoadedRubric, name: str, seen: Mapping[str, Sequence[_Seen]],
    lost: Mapping[str, Decimal], satisfaction: str | None,
) -> IndicatorReview:  # fmt: skip
    mine, total = seen[name], sum(lost.values(), Decimal(0))
    months: dict[str, list[Fraction]] = {one.month: [] for one in mine}
    for one in mine:
        if (share := _share(one.line)) is not None:
            months[one.month].append(share)
    shares = [share for month in months.values() for share in month]
    ranked = [_count_changed_ranks(month, name) for month in history.months if month.label in months]
    changed = [change for _, change in ranked if change is not None]
    others = tuple(_correlate(scheme, mine, seen[other], other) for other in seen if other != name)
    gauge = gauge_of(scheme, name)
    dimension, weight = next((part, one.weight) for part, called, one in scheme.rubric.indicators() if called == name)
    return IndicatorReview(
        name=name, title=gauge.title, dimension=dimension, weight=weight, months=len(months),
        agents=len({one.card.agent.agent_id for one in mine}), cards=len(mine), scored=len(shares),
        unmeasured=sum(one.line.status != "ok" for one in mine), full=sum(share == 1 for share in shares),
        months_full=sum(bool(month) and min(month) == 1 for month in months.values()),
        months_scored=sum(bool(month) for month in months.values()),
        spread=measure_spread(shares) if len(shares) >= LEAST_CARDS else None,
        points_lost=lost[name], lost_share=Fraction(lost[name]) / Fraction(total) if total else None,
        ranks=sum(ranks for ranks, _ in ranked), ranks_changed=sum(changed) if len(changed) == len(ranked) else None,
        correlations=others, satisfaction=next((one for one in others if one.name == satisfaction), None),
    )  # fmt: skip


def _count_changed_ranks(month: PeriodRecord, name: str) -> tuple[int, int | None]:
    """(ranked cards, how many of them would have another rank without the indicator; null: nothing would be left).

    Without it a card is ranked, among the same, by Σ points ÷ Σ max points of its other scored indicators, rounded
    as a score.
    """
    cards = [card for card in month.agents.table.cards if card.rank is not None]
    rests: list[Decimal] = []
    for card in cards:
        others = [
            (one.points, one.max_points) for one in card.indicators if one.name != name and one.points is not None
        ]
        most = sum((Fraction(maximum) for _, maximum in others), Fraction(0))
        if not most:
            return len(cards), None
        rests.append(round_half_up(100 * sum((Fraction(points) for points, _ in others), Fraction(0)) / most))
    changed = sum(
        card.rank != 1 + sum(other > rest for other in rests) for card, rest in zip(cards, rests, strict=True)
    )
    return len(cards), changed


def _correlate(scheme: LoadedRubric, mine: Sequence[_Seen], others: Sequence[_Seen], other: str) -> Correlation:
    """Over the cards on which both were measured."""
    theirs = {(one.month, one.card.agent.agent_id): one.goodness for one in others}
    pairs = [
        (one.goodness, found)
        for one in mine
        if one.goodness is not None and (found := theirs.get((one.month, one.card.agent.agent_id))) is not None
    ]
    rho = (
        correlate_ranks([own for own, _ in pairs], [found for _, found in pairs]) if len(pairs) >= LEAST_CARDS else None
    )
    return Correlation(other, gauge_of(scheme, other).title, rho, len(pairs))


# ── statistics ────────────────────────────────────────────────────────────────────────────────────


def measure_spread(shares: Sequence[Fraction]) -> Spread:
    """Lowest, 10th and 90th percentile (linear between neighbours, PERCENTILE.INC), highest, standard deviation.

    The deviation is that of the cards themselves, √(Σ (x − x̄)² ÷ n), not an estimate from a sample.
    """
    ordered = sorted(shares)
    mean = sum(ordered, Fraction(0)) / len(ordered)
    variance = sum(((share - mean) ** 2 for share in ordered), Fraction(0)) / len(ordered)
    p10, p90 = (_percentile(ordered, Fraction(tenths, 10)) for tenths in (1, 9))
    return Spread(ordered[0], p10, p90, ordered[-1], _square_root(variance, 6))


def _percentile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    place = (len(ordered) - 1) * share
    index = int(place)
    above = ordered[min(index + 1, len(ordered) - 1)]
    return ordered[index] + (place - index) * (above - ordered[index])


def correlate_ranks(first: Sequence[Fraction], second: Sequence[Fraction]) -> Decimal | None:
    """Spearman's ρ of two lists of the same length: Pearson's r of their midranks; null where either never differs.

    ρ = Σ (r − r̄)(s − s̄) ÷ √(Σ (r − r̄)² Σ (s − s̄)²); Spearman 1904, with ties as Kendall, Rank Correlation Methods.
    Exact up to the root; four decimals, half up.
    """
    ranks = [_midranks(values) for values in (first, second)]
    ours, theirs = ([rank - Fraction(len(side) + 1, 2) for rank in side] for side in ranks)
    both = sum((one * other for one, other in zip(ours, theirs, strict=True)), Fraction(0))
    squares = sum((one**2 for one in ours), Fraction(0)) * sum((other**2 for other in theirs), Fraction(0))
    if not squares:
        return None
    root = _square_root(both**2 / squares, 4)
    return -root if both < 0 else root


def _midranks(values: Sequence[Fraction]) -> list[Fraction]:
    """The place of each from the lowest; equal ones have the mean of the places that they take up."""
    ordered = sorted(values)
    return [Fraction(bisect_left(ordered, value) + 1 + bisect_right(ordered, value), 2) for value in values]


def _square_root(number: Fraction, digits: int) -> Decimal:
    """√number half up: the largest r with (r − ½)² ≤ number, in units of the last digit."""
    scaled = number * 4 * 100**digits
    return Decimal((isqrt(int(scaled)) + 1) // 2).scaleb(-digits)


# ── in words ──────────────────────────────────────────────────────────────────────────────────────


def signed(rho: Decimal) -> str:
    """As it is printed: `+0.83`, `−0.40`, `0.00`."""
    shown = round_half_up(Fraction(rho))
    return f"{sign_of(shown)}{abs(shown)}"


def _percent(part: int, whole: int) -> str:
    return f"{format_number(Fraction(100 * part, whole), 0)}%"


def _list_notes(history: History, labels: Sequence[str], satisfaction: str | None) -> Iterator[Words]:
    if absent := [label for label in labels if not history.find(label)]:
        yield words("trend-absent", months=name_months(absent))
    if unsealed := [month.label for month in history.months if month.record == "open"]:
        yield words("trend-open", months=name_months(unsealed))
    tables = [month.agents.table for month in history.months]
    if len({(table.rubric_name, table.rubric_version, table.rubric_sha256) for table in tables}) > 1:
        rubrics = dict.fromkeys(f"{table.rubric_name} {table.rubric_version}" for table in tables)
        yield words("review-rubrics", rubrics=", ".join(rubrics))
    if satisfaction is None:
        yield words("review-no-satisfaction")
