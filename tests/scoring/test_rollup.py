"""A quarter or year is the mean of its months: recomputed in plain Python, and what holds for any months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_sample import measure_of, rubric_of

from csperf.period import Period, name_months, parse_quarter, parse_year
from csperf.render.words import say
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate, Measure
from csperf.rubric.scheme import Rubric
from csperf.scoring.cards import Agent, Measurement, Scorecard, ScoreTable, Standing
from csperf.scoring.history import Adjustment, History, PeriodRecord, ScoreSheet
from csperf.scoring.rollup import roll_up
from csperf.scoring.score import score_agents
from csperf.yaml_source import YamlSource
from small_shop import CHINA

DIMENSIONS: dict[str, dict[str, Any]] = {
    "work": {
        "x": {"weight": 40, "score": {"curve": {"0%": 0, "100%": 100}}, "small_sample": {"below": 5, "then": "hold"}},
        "y": {"weight": 35, "score": {"curve": {"0%": 0, "100%": 100}}},
    },
    "care": {"n": {"weight": 25, "target": "<= 0", "score": {"deduct": "1.5", "per": 1}}},
}
MEASURES = {"x": measure_of("x"), "y": measure_of("y"), "n": measure_of("n", "count", "", "lower")}
Figures = Mapping[str, Any]
"""measure → (hits, of) of a rate, or a count; one that is not there was not measured."""


def scheme_of(rubric: Rubric | None = None, measures: Mapping[str, Measure] = MEASURES) -> LoadedRubric:
    source = YamlSource("rubric.yaml", [], {}, "")
    return LoadedRubric(rubric or rubric_of(DIMENSIONS), dict(measures), source, "0" * 64, ())


SCHEME = scheme_of()


def month_of(
    label: str, figures: Mapping[str, Figures], scheme: LoadedRubric = SCHEME, record: Any = "sealed",
    presence: Mapping[str, Fraction] | None = None, season: str | None = None,
) -> PeriodRecord:  # fmt: skip
    """A month in which these agents had these figures."""
    agents = [Agent(name, presence=(presence or {}).get(name, Fraction(1))) for name in sorted(figures)]
    sheet = sheet_of(label, figures, scheme, agents, season)
    return PeriodRecord(label, (label,), record, scheme, sheet, sealed_on="2025-07-06" if record == "sealed" else None)


def sheet_of(
    label: str, figures: Mapping[str, Figures], scheme: LoadedRubric, agents: Sequence[Agent], season: str | None = None
) -> ScoreSheet:
    found: dict[tuple[str, str], Measurement] = {}
    for agent in agents:
        for name, measure in scheme.measures.items():
            said = figures[agent.agent_id].get(name)
            if measure.kind == "count":
                count = Fraction(said or 0)
                found[agent.agent_id, name] = Measurement(agent.agent_id, name, count, count, None, int(count))
            elif said is not None:
                hits, of = map(Fraction, said)
                found[agent.agent_id, name] = Measurement(agent.agent_id, name, hits / of, hits, of, int(of))
    cards = score_agents(scheme.rubric, scheme.measures, found, agents, with_words=False, season=season)
    rubric = scheme.rubric
    table = ScoreTable(
        label, "", "", CHINA, rubric.name, rubric.version, scheme.sha256, rubric.title, {}, {}, {}, (), cards
    )  # fmt: skip
    return ScoreSheet(table, found)


def roll(*months: PeriodRecord, period: Period | None = None, scheme: LoadedRubric = SCHEME) -> dict[str, Scorecard]:
    """Cards by agent."""
    record = roll_up(History(months), scheme, period or parse_quarter("2025Q2", CHINA))
    return {card.agent.agent_id: card for card in record.agents.table.cards}


def half_up(value: Fraction) -> Decimal:
    """To the cent, another way than the program's."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


FULL = {"x": (10, 10), "y": (10, 10), "n": 0}


def test_the_score_is_the_mean_of_the_months_that_have_one() -> None:
    april = month_of("2025-04", {"A": FULL, "leaver": {**FULL, "n": 3}})
    may = month_of("2025-05", {"A": {**FULL, "x": (7, 10)}, "joiner": {**FULL, "y": (1, 3)}})
    # Of A too few are known in June, and that is held.
    june = month_of("2025-06", {"A": {**FULL, "x": (1, 2)}, "joiner": {**FULL, "y": (2, 3)}})
    cards = roll(april, may, june)
    scores = {name: [month.score for month in card.months] for name, card in cards.items()}
    hundred = Decimal("100.00")
    assert scores == {
        "A": [hundred, Decimal("88.00"), None],
        "leaver": [Decimal("95.50"), None, None],
        "joiner": [None, Decimal("76.67"), Decimal("88.33")],
    }
    assert {name: card.score for name, card in cards.items()} == {
        "A": Decimal("94.00"), "leaver": Decimal("95.50"), "joiner": Decimal("82.50"),
    }  # fmt: skip
    # One of three months is less than half of them.
    assert {name: card.rank for name, card in cards.items()} == {"A": 1, "joiner": 2, "leaver": None}
    assert [say(note, "en") for note in cards["A"].notes] == ["held until a person decides, so not counted: 2025-06"]
    assert [say(note, "en") for note in cards["leaver"].notes] == [
        "not here and not in the data: 2025-05 – 2025-06", "scored in 1 of 3 months; ranked from 50% of them",
    ]  # fmt: skip


def test_a_month_of_which_too_little_is_known_does_not_count() -> None:
    cards = roll(month_of("2025-04", {"A": FULL}), month_of("2025-05", {"A": {"n": 2}}))
    assert cards["A"].score == Decimal("100.00")
    assert [say(note, "en") for note in cards["A"].notes] == ["too little to score, so not counted: 2025-05"]


@pytest.mark.parametrize(("record", "scored", "counted"), [("open", 1, False), ("open", 2, True), ("sealed", 1, True)])
def test_an_open_month_in_which_few_have_a_score_is_taken_to_be_incomplete(
    record: str, scored: int, counted: bool
) -> None:
    names = ["A", "B", "C", "D"]
    whole = month_of("2025-04", {name: {**FULL, "n": 4} for name in names}, record="open")
    part = month_of("2025-05", {name: FULL if number < scored else {} for number, name in enumerate(names)},
                    record=record)  # fmt: skip
    rolled = roll_up(History((whole, part)), SCHEME, parse_quarter("2025Q2", CHINA))
    assert rolled.months == (("2025-04", "2025-05") if counted else ("2025-04",))
    said = [warning.code for warning in rolled.agents.table.warnings]
    assert ("rollup-incomplete" in said) is not counted


def test_who_has_no_score_in_any_month_has_none() -> None:
    (card,) = roll(month_of("2025-04", {"A": {"n": 2}}), month_of("2025-05", {"A": {}})).values()
    assert (card.score, card.grade, card.rank) == (None, None, None)
    assert all(line.points is None for line in card.indicators)
    assert sum(line.weight for line in card.indicators) == 100


@pytest.mark.parametrize(("least", "ranked"), [(None, True), ("50%", True), ("51%", False), ("100%", False)])
def test_least_months_decides_who_is_ranked(least: str | None, ranked: bool) -> None:
    rollup = {"rollup": {"least_months": least}} if least else {}
    cards = roll(month_of("2025-04", {"A": FULL}), month_of("2025-05", {"B": FULL}),
                 scheme=scheme_of(rubric_of(DIMENSIONS, **rollup)))  # fmt: skip
    assert [card.rank for card in cards.values()] == ([1, 1] if ranked else [None, None])


def test_equal_means_share_a_rank() -> None:
    first = month_of("2025-04", {"A": {**FULL, "n": 4}, "B": FULL, "C": {**FULL, "n": 9}})
    second = month_of("2025-05", {"A": FULL, "B": {**FULL, "n": 4}, "C": FULL})
    cards = roll(first, second)
    assert {name: card.rank for name, card in cards.items()} == {"A": 1, "B": 1, "C": 3}


def test_values_are_pooled_over_the_months_that_count_and_amounts_are_per_month() -> None:
    april = month_of("2025-04", {"A": {"x": (9, 10), "y": (1, 2), "n": 1}})
    may = month_of("2025-05", {"A": {"x": (30, 90), "y": (1, 1), "n": 4}})
    held = month_of("2025-06", {"A": {"x": (0, 1), "y": (0, 50), "n": 40}})
    x, y, n = roll(april, may, held)["A"].indicators
    assert [(one.value, one.numerator, one.denominator) for one in (x, y, n)] == [
        (Fraction(39, 100), Fraction(39), Fraction(100)),
        (Fraction(2, 3), Fraction(2), Fraction(3)),
        (Fraction(5, 2), Fraction(5), Fraction(2)),
    ]
    assert x.sample_size == 100


def test_presence_is_that_of_the_months_that_count() -> None:
    may = month_of("2025-05", {"A": FULL}, presence={"A": Fraction(1, 2)})
    cards = roll(month_of("2025-04", {"B": FULL}), may, month_of("2025-06", {"A": FULL}))
    assert cards["A"].agent.presence == Fraction(3, 4)


def test_what_needs_the_rows_is_not_made_of_months() -> None:
    measures = {
        "p": measure_of("p", "percentile", "s"), "low": measure_of("low", "min", "s"),
        "half": measure_of("half", "derived", parts=("x",), formula="x / 2"), "x": measure_of("x"),
        "w": measure_of("w", terms=(Aggregate("surveys", "rate", "at", value="w", window_days=60),)),
    }  # fmt: skip
    rubric = rubric_of({"all": {"x": {"weight": 100, "score": {"curve": {"0%": 0, "100%": 100}}}}})
    scheme = scheme_of(rubric, dict(sorted(measures.items(), key=lambda item: item[0] == "half")))
    months = []
    for label, hits, seconds in (("2025-04", 2, 7), ("2025-05", 6, 5)):
        month = month_of(label, {"A": {"x": (hits, 10), "w": (hits, 10)}}, scheme)
        more = {("A", name): Measurement("A", name, Fraction(seconds), None, None, 3) for name in ("p", "low")}
        more["A", "half"] = Measurement("A", "half", Fraction(hits, 20))
        sheet = replace(month.first, measurements={**month.first.measurements, **more})
        months.append(replace(month, first=sheet))
    found = roll_up(History(tuple(months)), scheme, parse_quarter("2025Q2", CHINA)).agents.measurements
    assert found["A", "p"].value is None
    assert found["A", "p"].sample_size == 6
    assert found["A", "low"].value == 5
    assert found["A", "half"].value == Fraction(1, 5)
    assert found["A", "w"].value == Fraction(3, 5)  # the window ends with the last month


def test_floors_look_at_the_mean_and_at_pooled_values() -> None:
    floors = [
        {"dimension": "work", "min": "80%", "then": {"grade_at_most": "qualified"}},
        {"indicator": "y", "target": ">= 50%", "then": {"grade_at_most": "unqualified"}},
    ]
    scheme = scheme_of(rubric_of(DIMENSIONS, floors=floors))
    bad = {**FULL, "x": (3, 10)}  # 12 + 35 of 75 in work

    def grade(*months: Figures) -> str | None:
        return roll(*(month_of(f"2025-{4 + at:02}", {"A": one}, scheme) for at, one in enumerate(months)),
                    scheme=scheme)["A"].grade  # fmt: skip

    assert grade(FULL, bad, FULL) == "excellent"  # 90.67 in all, and 87 % of its points in work
    assert grade(bad, bad, FULL) == "qualified"
    # The mean share of y is 2/3, but of all cases hardly any is one.
    assert grade({**FULL, "y": (0, 1000)}, FULL, FULL) == "unqualified"


def test_awards_of_the_period_are_given_by_its_mean() -> None:
    awards = {
        "star": {"when": {"score": ">= 90"}, "every": "quarter"}, "month": {"when": {"score": ">= 1"}},
        "year": {"when": {"score": ">= 1"}, "every": "year"},
    }  # fmt: skip
    scheme = scheme_of(rubric_of(DIMENSIONS, awards=awards))
    months = [month_of("2025-04", {"A": FULL, "B": {**FULL, "x": (5, 10)}}, scheme)]
    cards = roll(*months, scheme=scheme)
    assert [one.name for one in cards["A"].outcomes] == ["star"]
    assert cards["B"].outcomes == ()


def test_months_of_several_rubrics_are_added_part_by_part() -> None:
    old = {"work": {"x": {**DIMENSIONS["work"]["x"], "weight": 100}}}
    before = scheme_of(Rubric.model_validate({**rubric_of(old).model_dump(exclude_unset=True), "version": "0"}))
    first = month_of("2025-04", {"A": {"x": (8, 10)}}, before)
    record = roll_up(
        History((first, month_of("2025-05", {"A": FULL}))), SCHEME, parse_quarter("2025Q2", CHINA)
    )  # fmt: skip
    (card,) = record.agents.table.cards
    assert card.score == Decimal("90.00")
    assert [line.points for line in card.indicators] == [Decimal("60.00"), Decimal("17.50"), Decimal("12.50")]
    assert [line.max_points for line in card.indicators] == [Decimal("70.00"), Decimal("17.50"), Decimal("12.50")]
    said = [say(one, "en") for one in record.agents.table.warnings]
    assert said == [
        "months were scored by different rubrics: test 0 (2025-04), test 1 (2025-05); grade and awards by test 1"
    ]


def test_an_adjusted_month_shows_how_the_period_stood_before() -> None:
    sealed = month_of("2025-04", {"A": {**FULL, "n": 10}, "B": FULL}, record="sealed")
    agents = [Agent("A"), Agent("B")]
    better = sheet_of("2025-04", {"A": FULL, "B": FULL}, SCHEME, agents)
    adjusted = replace(sealed, adjustments=(Adjustment(1, "2025-07-20", "late data", "Li", better),))
    other = month_of("2025-05", {"A": FULL, "B": FULL}, record="sealed")
    record = roll_up(History((adjusted, other)), SCHEME, parse_quarter("2025Q2", CHINA))
    cards = {card.agent.agent_id: card for card in record.agents.table.cards}
    assert (cards["A"].score, cards["A"].rank) == (Decimal("100.00"), 1)
    assert cards["A"].original == Standing(Decimal("92.50"), "excellent", 2)
    assert cards["A"].months[0].original == Standing(Decimal("85.00"), "qualified", 2)
    assert cards["B"].original is None
    assert [say(one, "en") for one in record.agents.table.record] == [
        "mean of 2 months: 2025-04 – 2025-05", "2025-04 adjusted on 2025-07-20: late data; approved by Li",
    ]  # fmt: skip
    assert record.record == "sealed"
    assert record.agents.table.provisional == ()


def test_what_is_not_sealed_or_not_over_is_provisional() -> None:
    months = month_of("2025-04", {"A": FULL}, record="sealed"), month_of("2025-05", {"A": FULL}, record="open")
    quarter = parse_quarter("2025Q2", CHINA)
    open_ = roll_up(History(months), SCHEME, quarter)
    assert open_.record == "open"
    said = [say(one, "en") for one in open_.agents.table.provisional]
    assert said == ["computed from today's files, not from sealed months: 2025-05"]
    running = roll_up(History(months[:1]), SCHEME, quarter, quarter.first_day.replace(month=6, day=10))
    assert running.record == "open"
    assert [say(one, "en") for one in running.agents.table.provisional] == [
        "20 days left after 2025-06-10; counted so far: 2025-04"
    ]
    assert (running.agents.table.as_of, running.agents.table.days_left) == ("2025-06-10", 20)


def test_spans_of_months_are_named_by_their_ends() -> None:
    labels = ["2024-11", "2024-12", "2025-01", "2025-03", "2025-05", "2025-06"]
    assert name_months(labels) == "2024-11 – 2025-01, 2025-03, 2025-05 – 2025-06"


# ── what holds for any months ─────────────────────────────────────────────────────────────────────

rates = st.none() | st.integers(1, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
figures = st.fixed_dictionaries({"x": rates, "y": rates, "n": st.integers(0, 20)})
histories = st.lists(st.dictionaries(st.sampled_from("ABCD"), figures, min_size=1), min_size=1, max_size=12)


def year_of(history: Sequence[Mapping[str, Figures]], scheme: LoadedRubric = SCHEME) -> tuple[PeriodRecord, ...]:
    return tuple(
        month_of(f"2025-{number:02}", month, scheme, season=_season(scheme, number))
        for number, month in enumerate(history, 1)
    )  # fmt: skip


def _season(scheme: LoadedRubric, number: int) -> str | None:
    return next(iter(scheme.rubric.seasons), None) if number % 3 == 0 else None


SEASONAL = scheme_of(
    rubric_of(DIMENSIONS, seasons={"peak": {"months": ["*-03"], "weights": {"work": "66.67", "care": "33.33"}}})
)


@given(histories, st.sampled_from([SCHEME, SEASONAL]))
def test_a_year_is_what_plain_python_makes_of_its_months(
    history: list[dict[str, Figures]], scheme: LoadedRubric
) -> None:
    months = year_of(history, scheme)
    cards = roll(*months, period=parse_year("2025", CHINA), scheme=scheme)
    assert set(cards) == {name for month in history for name in month}
    means: dict[str, Decimal] = {}
    for name, card in cards.items():
        scores = [
            one.score for month in months for one in month.agents.table.cards
            if one.agent.agent_id == name and one.score is not None
        ]  # fmt: skip
        assert card.score == (half_up(sum(map(Fraction, scores), Fraction(0)) / len(scores)) if scores else None)
        if card.score is not None and 2 * len(scores) >= len(months):
            means[name] = card.score
    assert {name: card.rank for name, card in cards.items() if card.rank} == {
        name: 1 + sum(other > mean for other in means.values()) for name, mean in means.items()
    }


@given(histories, st.sampled_from([SCHEME, SEASONAL]))
def test_the_parts_add_up_and_none_has_more_than_its_maximum(
    history: list[dict[str, Figures]], scheme: LoadedRubric
) -> None:
    for card in roll(*year_of(history, scheme), period=parse_year("2025", CHINA), scheme=scheme).values():
        assert sum(one.weight for one in card.dimensions) == 100
        if card.score is None:
            continue
        assert sum(one.points or 0 for one in card.indicators) == card.score
        assert sum(one.points or 0 for one in card.dimensions) == card.score
        assert sum(one.max_points for one in card.indicators) == 100
        for points, most in [
            *((line.points, line.max_points) for line in card.indicators),
            *((dimension.points, dimension.max_points) for dimension in card.dimensions),
        ]:
            assert 0 <= (points or 0) <= most
            assert points is None or points.as_tuple().exponent == -2


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_months_does_not_matter(history: list[dict[str, Figures]], random: Any) -> None:
    months = list(year_of(history))
    year = parse_year("2025", CHINA)
    straight = roll(*months, period=year)
    random.shuffle(months)
    crooked = roll(*months, period=year)
    assert {name: (card.standing, card.dimensions) for name, card in straight.items()} == {
        name: (card.standing, card.dimensions) for name, card in crooked.items()
    }


@given(st.dictionaries(st.sampled_from("ABCD"), figures, min_size=1))
def test_one_month_rolled_up_is_the_month(month: dict[str, Figures]) -> None:
    record = month_of("2025-06", month)
    rolled = roll(record)
    for card in record.agents.table.cards:
        one = rolled[card.agent.agent_id]
        assert (one.score, one.grade, one.rank) == (card.score, card.grade, card.rank)
        if card.score is not None:
            assert one.dimensions == card.dimensions
            assert one.coverage == card.coverage
            assert [
                (line.name, line.value, line.max_points, line.points, line.weight, line.status, line.policy)
                for line in one.indicators
            ] == [
                (line.name, line.value, line.max_points, line.points, line.weight, line.status, line.policy)
                for line in card.indicators
            ]
