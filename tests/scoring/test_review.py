"""The review of indicators: its statistics against other ways to compute them, and what each sentence is said of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import StatisticsError, correlation, pstdev, quantiles
from typing import Any

import pytest
from history_sample import ZONE, history_of, scheme_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_sample import measure_of, rubric_of

from csperf.problems import ProblemsFound
from csperf.render.words import say
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import Agent
from csperf.scoring.figures import round_half_up
from csperf.scoring.history import History
from csperf.scoring.review import (
    IndicatorReview,
    Review,
    correlate_ranks,
    find_satisfaction,
    measure_spread,
    review_indicators,
    signed,
)

VALUES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=14)
CURVE = {"curve": {0: 0, 100: 100}}


def fractions(values: Sequence[Any]) -> list[Fraction]:
    return [Fraction(value) for value in values]


# ── statistics ────────────────────────────────────────────────────────────────────────────────────


def rank_by_counting(values: Sequence[int]) -> list[float]:
    return [sum(other < one for other in values) + (sum(other == one for other in values) + 1) / 2 for one in values]


@settings(max_examples=100)
@given(VALUES)
def test_rank_correlation_is_pearsons_of_the_ranks(pairs: list[tuple[int, int]]) -> None:
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    found = correlate_ranks(fractions(first), fractions(second))
    try:
        expected = correlation(rank_by_counting(first), rank_by_counting(second))
    except StatisticsError:
        assert found is None
    else:
        assert found is not None
        assert float(found) == pytest.approx(expected, abs=0.00006)
        assert -1 <= found <= 1


@settings(max_examples=60)
@given(VALUES, st.randoms(use_true_random=False))
def test_rank_correlation_minds_order_alone(pairs: list[tuple[int, int]], random: Any) -> None:
    first, second = ([Fraction(pair[side]) for pair in pairs] for side in (0, 1))
    found = correlate_ranks(first, second)
    assert correlate_ranks(second, first) == found
    assert correlate_ranks([one**3 + 5 for one in first], second) == found
    turned = correlate_ranks([-one for one in first], second)
    assert turned == (None if found is None else -found)
    random.shuffle(pairs)
    assert correlate_ranks(fractions([of for of, _ in pairs]), fractions([to for _, to in pairs])) == found
    if len(set(first)) > 1:
        assert correlate_ranks(first, first) == 1


def test_rank_correlation_without_ties_by_the_textbook() -> None:
    """1 − 6 Σ d² ÷ (n (n² − 1)): d² adds up to 194 for these ten, so ρ = −29/165."""
    iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17]
    assert correlate_ranks(fractions(iq), fractions(hours)) == round_half_up(Fraction(-29, 165), 4)


@settings(max_examples=60)
@given(st.lists(st.fractions(0, 1, max_denominator=50), min_size=2, max_size=30))
def test_spread_is_that_of_the_library(shares: list[Fraction]) -> None:
    found = measure_spread(shares)
    tenths = quantiles(shares, n=10, method="inclusive")
    assert (found.low, found.p10, found.p90, found.high) == (min(shares), tenths[0], tenths[-1], max(shares))
    assert float(found.deviation) == pytest.approx(pstdev(map(float, shares)), abs=0.000001)


@pytest.mark.parametrize(
    ("rho", "shown"), [("0.8350", "+0.84"), ("-0.4", "−0.40"), ("0.0049", "0.00"), ("-1", "−1.00")]
)
def test_signs(rho: str, shown: str) -> None:
    assert signed(Decimal(rho)) == shown


# ── what is counted ───────────────────────────────────────────────────────────────────────────────


def two_scheme(**more: Any) -> LoadedRubric:
    """csat and speed, 50 points each; more: of the line of speed."""
    line = {"weight": 50, "score": CURVE}
    measures = {name: measure_of(name, "mean", "", "higher") for name in ("csat", "speed")}
    return scheme_of(rubric_of({"all": {"csat": line, "speed": {**line, **more}}}), measures)


def review_of(months: dict[str, list[tuple[Any, Any]]], scheme: LoadedRubric | None = None, **more: Any) -> Review:
    """Of agents with (csat, speed) each."""
    scheme = scheme or two_scheme()
    history = history_of(scheme, {
        label: {Agent(f"A{at:02}"): {"csat": csat, "speed": speed} for at, (csat, speed) in enumerate(values)}
        for label, values in months.items()
    })  # fmt: skip
    return review_indicators(history, list(months), ZONE, scheme, **more)


def speed_of(*values: tuple[Any, Any], scheme: LoadedRubric | None = None) -> IndicatorReview:
    return review_of({"2025-06": list(values)}, scheme).indicators[1]


CSATS = [90, 70, 80, 60, 95, 75, 85, 65, 50, 55]


def test_the_counts() -> None:
    values: list[tuple[Any, Any]] = [(100, 100), (80, 100), (60, 40), (40, None)]
    months = {"2025-05": [(90, 100), (80, 100)], "2025-06": values}
    speed = review_of(months).indicators[1]
    assert (speed.months, speed.agents, speed.cards, speed.scored, speed.unmeasured) == (2, 4, 6, 5, 1)
    assert (speed.full, speed.months_full, speed.months_scored) == (4, 1, 2)
    assert speed.points_lost == 30
    assert speed.lost_share == Fraction(30, 30 + 5 + 10 + 0 + 10 + 20 + 60)
    assert speed.spread is None  # too few
    assert speed.satisfaction is not None
    assert (speed.satisfaction.name, speed.satisfaction.rho, speed.satisfaction.pairs) == ("csat", None, 5)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 100), st.one_of(st.none(), st.integers(0, 100))), min_size=1, max_size=8))
def test_ranks_without_an_indicator_are_those_by_the_rest(values: list[tuple[int, int | None]]) -> None:
    csat, speed = review_of({"2025-06": list(values)}).indicators
    # Two indicators of the same weight, or the other one alone: the score is their mean.
    scores = [csat_ if speed_ is None else (csat_ + speed_) / 2 for csat_, speed_ in values]
    ranks, by_csat = ([1 + sum(other > one for other in side) for one in side]
                      for side in (scores, [csat_ for csat_, _ in values]))  # fmt: skip
    assert speed.ranks == len(values)
    assert speed.ranks_changed == sum(one != other for one, other in zip(ranks, by_csat, strict=True))
    if any(speed_ is None for _, speed_ in values):
        assert csat.ranks_changed is None  # for somebody nothing would be left


def test_less_is_better_is_turned_round() -> None:
    scheme = two_scheme()
    scheme.measures["speed"] = measure_of("speed", "mean", "", "lower")
    speed = speed_of(*((csat, 100 - csat) for csat in CSATS), scheme=scheme)
    assert speed.satisfaction is not None
    assert speed.satisfaction.rho == 1


def test_a_range_is_judged_by_its_points() -> None:
    scheme = two_scheme(target="40 .. 60", score={"bands": {"40 .. 60": 100, "else": 0}})
    scheme.measures["speed"] = measure_of("speed", "mean", "")
    speed = speed_of(*((csat, 50 if csat > 70 else 10 + 90 * (csat > 60)) for csat in CSATS), scheme=scheme)
    good = [Fraction(csat > 70) for csat in CSATS]
    assert speed.satisfaction is not None
    assert speed.satisfaction.rho == correlate_ranks(fractions(CSATS), good)


def test_satisfaction_is_found_by_name_then_by_table_or_named() -> None:
    def scheme_with(**tables: str) -> LoadedRubric:
        lines = {name: {"weight": 10, "score": CURVE} for name in tables}
        terms = {name: (Aggregate(table, "mean", "at", value="x"),) for name, table in tables.items()}
        measures = {name: measure_of(name, "mean", "", terms=terms[name]) for name in tables}
        return scheme_of(rubric_of({"all": lines}), measures)

    assert find_satisfaction(scheme_with(speed="tickets", answers="surveys", satisfaction_reported="a")) == (
        "satisfaction_reported"
    )
    assert find_satisfaction(scheme_with(return_dissatisfaction_rate="returns", answers="surveys")) == "answers"
    assert find_satisfaction(scheme_with(speed="tickets", return_dissatisfaction_rate="returns")) is None
    assert review_of({"2025-06": [(1, 2)]}, satisfaction="speed").satisfaction == "speed"
    with pytest.raises(ProblemsFound, match='no indicator "sped"'):
        review_of({"2025-06": [(1, 2)]}, satisfaction="sped")


def test_a_month_whose_rubric_lacks_the_indicator_is_none_of_its_months() -> None:
    old = scheme_of(rubric_of({"all": {"csat": {"weight": 100, "score": CURVE}}}),
                    {"csat": measure_of("csat", "mean", "", "higher")}, "1" * 64)  # fmt: skip
    new = two_scheme()
    months = (*history_of(old, {"2025-05": {Agent("A"): {"csat": 90}}}).months,
              *history_of(new, {"2025-06": {Agent("A"): {"csat": 90, "speed": 50}}}).months)  # fmt: skip
    found = review_indicators(History(months), ["2025-04", "2025-05", "2025-06"], ZONE, new)
    assert [one.months for one in found.indicators] == [2, 1]
    assert [note.code for note in found.notes] == ["trend-absent", "trend-open", "review-rubrics"]


# ── the sentence ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("speeds", "code"),
    [
        ([None] * 10, "nothing"),
        ([50] * 9, "few"),
        ([None] * 6 + [50] * 4, "gaps"),
        ([100] * 10, "all-full"),
        ([40] * 10, "all-same"),
        ([40] * 9 + [Fraction(409, 10)], "all-same"),
        ([100] * 9 + [40], "nearly-all-full"),
        (CSATS, "same-order"),
        ([100 - csat for csat in CSATS], "against"),
        ([None] * 5 + [50, 60, 70, 80, 90], "tells"),
        ([60, 85, 70, 75, 80, 65, 90, 55, 95, 50], "tells-ranks"),
    ],
)  # fmt: skip
def test_each_sentence(speeds: list[Any], code: str) -> None:
    speed = speed_of(*zip(CSATS, speeds, strict=False))
    assert speed.verdict.code == f"review-{code}"


def test_an_indicator_that_decides_no_rank_says_so() -> None:
    far_apart = [10 * place for place in range(10)]
    speeds = [51, 50, 52, 50, 51, 53, 50, 52, 51, 50]
    assert speed_of(*zip(far_apart, speeds, strict=True)).verdict.code == "review-no-rank"


def test_full_marks_of_everybody_in_every_month() -> None:
    months = {f"2025-0{number}": [(csat, 100) for csat in CSATS] for number in range(1, 7)}
    sentence = review_of(months).indicators[1].verdict
    assert say(sentence, "en") == "everybody had full marks in 6 of 6 months: it no longer tells anybody apart"
