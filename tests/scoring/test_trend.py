"""Months in a row: what several come to together, changes and where they go, before and after an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import NormalDist, mean, median
from typing import Any

import pytest
from history_sample import ZONE, history_of, month_of, scheme_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_sample import measure_of, rubric_of

from csperf.problems import ProblemsFound
from csperf.render.words import say
from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import Agent
from csperf.scoring.figures import round_half_up
from csperf.scoring.gauges import Figure
from csperf.scoring.history import History
from csperf.scoring.trend import (
    Compared,
    Line,
    Trend,
    check_history,
    check_indicators,
    find_agents,
    find_teams,
    third_month,
    trace_months,
)
from csperf.tables.kinds import EVERYONE

A, B, C = Agent("A", "Ann", "north"), Agent("B", "Bo", "north"), Agent("C", "Cy", "south")
HALF = Agent("H", "Hal", "north", presence=Fraction(1, 2))
CURVE = {"curve": {0: 0, 100: 100}}


def one_scheme(target: str | None = None, unit: str = "%", sha256: str = "0" * 64, **more: Any) -> LoadedRubric:
    """A scheme of one indicator, called it."""
    measure = measure_of("it", **{"unit": unit, **more})
    curve = {"curve": {"0%": 0, "100%": 100}} if unit == "%" else CURVE
    line = {"weight": 100, "score": curve, **({"target": target} if target else {})}
    return scheme_of(rubric_of({"all": {"it": line}}), {"it": measure}, sha256)


def trace(history: History, scheme: LoadedRubric, who: Sequence[Agent] = (), labels: Any = None, **more: Any) -> Trend:
    labels = labels or [month.label for month in history.months]
    more.setdefault("by", "agent" if who else "shop")
    return trace_months(history, labels, ZONE, scheme, who=who, **more)


def line_of(trend: Trend, name: str = "it", who: str | None = None) -> Line:
    return next(
        line for line in trend.lines
        if line.gauge.name == name and who in (None, line.who and line.who.agent_id)
    )  # fmt: skip


def values_of(line: Line) -> list[Fraction | None]:
    return [month.figure.value for month in line.months]


def shop_value(scheme: LoadedRubric, *values: tuple[Agent, Any]) -> Figure:
    history = history_of(scheme, {"2025-06": {agent: {"it": value} for agent, value in values}})
    return line_of(trace(history, scheme)).months[0].figure


# ── together ──────────────────────────────────────────────────────────────────────────────────────

COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda of: (min(of), max(of))), min_size=2)


@settings(max_examples=60)
@given(COUNTS)
def test_a_rate_of_the_shop_is_all_hits_of_all_cases(counts: list[tuple[int, int]]) -> None:
    agents = [(Agent(f"A{number:02}"), pair) for number, pair in enumerate(counts)]
    found, turned = (shop_value(one_scheme(), *some) for some in (agents, agents[::-1]))
    assert found == turned
    assert found.numerator == sum(of for of, _ in counts)
    assert found.denominator == sum(to for _, to in counts)
    assert found.value == Fraction(sum(of for of, _ in counts), sum(to for _, to in counts))
    assert found.sample_size == sum(to for _, to in counts)


def test_who_has_no_value_counts_nowhere() -> None:
    assert shop_value(one_scheme(), (A, (9, 10)), (B, None)) == Figure(Fraction(9, 10), Fraction(9), Fraction(10), 10)
    assert shop_value(one_scheme(), (A, None), (B, None)) == Figure()


def test_an_amount_is_per_person_and_full_month() -> None:
    found = shop_value(one_scheme(kind="count", unit=""), (A, 4), (HALF, 2))
    assert found == Figure(Fraction(4), Fraction(6), Fraction(3, 2), found.sample_size)


@pytest.mark.parametrize("kind", ["percentile", "min", "max"])
def test_what_does_not_add_up_is_left_empty_and_said(kind: str) -> None:
    scheme = one_scheme(kind=kind, unit="s")
    assert shop_value(scheme, (A, 40), (B, 20)).is_unpooled
    assert shop_value(scheme, (A, 40)).value == 40  # of one alone it is known
    trend = trace(history_of(scheme, {"2025-06": {A: {"it": 40}, B: {"it": 20}}}), scheme)
    assert [note.code for note in trend.notes] == ["trend-open", "trend-not-pooled"]


def test_what_two_would_count_twice_is_left_empty() -> None:
    term = Aggregate(table="orders", kind="rate", at="at", value="it", distinct="order_id")
    assert shop_value(one_scheme(terms=(term,)), (A, (9, 10)), (B, (9, 10))).is_unpooled


def test_a_value_of_the_whole_shop_counts_once() -> None:
    term = Aggregate(table="account_health", kind="rate", at="at", value="it", agent=EVERYONE)
    found = shop_value(one_scheme(terms=(term,)), (A, (9, 10)), (B, (9, 10)))
    assert found == Figure(Fraction(9, 10), Fraction(9), Fraction(10), 10)


def test_a_formula_is_of_what_its_parts_come_to() -> None:
    parts = {name: measure_of(name) for name in ("good", "bad")}
    it = measure_of("it", "derived", formula="good - bad", parts=("good", "bad"))
    scheme = scheme_of(one_scheme().rubric, {**parts, "it": it})
    found = history_of(scheme, {"2025-06": {
        A: {"good": (9, 10), "bad": (1, 10), "it": Fraction(8, 10)},
        B: {"good": (10, 30), "bad": (3, 30), "it": Fraction(7, 30)},
    }})  # fmt: skip
    assert values_of(line_of(trace(found, scheme))) == [Fraction(19, 40) - Fraction(4, 40)]


def test_scores_have_a_mean_and_a_median_and_nobody_without_one_is_a_zero() -> None:
    scheme = one_scheme(unit="")
    scores = {A: 70, B: 71, C: Decimal("71.015"), Agent("D"): None}
    trend = trace(history_of(scheme, {"2025-06": {agent: {"it": value} for agent, value in scores.items()}}), scheme)
    # 71.015 is a score of 71.02.
    assert values_of(line_of(trend, "score")) == [Fraction(round_half_up((70 + 71 + Fraction("71.02")) / 3))]
    assert values_of(line_of(trend, "median_score")) == [71]
    assert line_of(trend, "score").months[0].figure.sample_size == 3


# ── months in a row ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("more", "values", "courses"),
    [
        ({"better": "higher"}, (10, 20, 20, 15), [None, "better", "level", "worse"]),
        ({"better": "lower"}, (10, 20, 20, 15), [None, "worse", "level", "better"]),
        ({"target": ">= 5"}, (10, 20), [None, "better"]),
        ({"target": "<= 5"}, (10, 20), [None, "worse"]),
        ({"target": "12 .. 18"}, (10, 15, 17, 30), [None, "better", "up", "worse"]),
        ({}, (10, 20, 15), [None, "up", "down"]),
        ({"better": "lower"}, (Fraction("10.001"), Fraction("10.004"), Fraction("10.006")), [None, "level", "worse"]),
    ],
)  # fmt: skip
def test_where_a_value_goes(more: dict[str, Any], values: tuple[Any, ...], courses: list[str | None]) -> None:
    scheme = one_scheme(kind="mean", **{"unit": "", **more})
    history = history_of(scheme, {f"2025-0{1 + at}": {A: {"it": value}} for at, value in enumerate(values)})
    assert [month.course for month in line_of(trace(history, scheme, [A])).months] == courses


def test_a_target_in_hours_judges_a_value_in_minutes() -> None:
    scheme = one_scheme(kind="mean", unit="min", target="1h .. 2h")
    history = history_of(scheme, {"2025-01": {A: {"it": 30}}, "2025-02": {A: {"it": 90}}})
    assert line_of(trace(history, scheme, [A])).months[1].course == "better"


def test_a_gap_is_empty_and_what_follows_it_has_no_change() -> None:
    scheme = one_scheme()
    months = {"2025-01": {A: {"it": (8, 10)}}, "2025-03": {B: {"it": (9, 10)}}, "2025-04": {A: {"it": (9, 10)}}}
    labels = ["2025-01", "2025-02", "2025-03", "2025-04"]
    trend = trace(history_of(scheme, months), scheme, [A], labels)
    line = line_of(trend)
    assert values_of(line) == [Fraction(8, 10), None, None, Fraction(9, 10)]
    assert [month.change for month in line.months] == [None] * 4
    assert list(trend.months) == labels
    assert trend.months["2025-02"] is None
    assert "2025-02" in say(trend.notes[0], "en")


def test_one_agent_has_the_points_too_and_several_have_their_scores() -> None:
    scheme = one_scheme()
    history = history_of(scheme, {"2025-01": {A: {"it": (8, 10)}, B: {"it": (6, 10)}}})
    (month,) = line_of(trace(history, scheme, [A])).months
    assert (month.points, month.max_points) == (Decimal(80), Decimal(100))
    assert month.figure.numerator == 8
    both = trace(history, scheme, [B, A])
    assert [(line.who, line.gauge.name) for line in both.lines] == [(B, "score"), (A, "score")]
    assert [values_of(line) for line in both.lines] == [[60], [80]]


def test_a_team_is_what_it_was_scored_as() -> None:
    scheme, team = one_scheme(kind="percentile", unit=""), Agent("north", team="north", members=2)
    month = month_of(scheme, "2025-01", {A: {"it": 10}, B: {"it": 30}}, teams={team: {"it": 22}})
    history = History((month,))
    assert find_teams(history, ["north", "north"]) == [team]
    trend = trace(history, scheme, [team], by="team")
    assert values_of(line_of(trend)) == [22]
    with pytest.raises(ProblemsFound, match=r'(?s)no team "nord".*did you mean "north"'):
        find_teams(history, ["nord"])


def test_an_adjusted_month_counts_as_adjusted_and_says_why() -> None:
    scheme = one_scheme()
    month = month_of(scheme, "2025-06", {A: {"it": (8, 10)}}, adjusted={A: {"it": (9, 10)}})
    trend = trace(History((month,)), scheme, [A])
    assert values_of(line_of(trend)) == [Fraction(9, 10)]
    (note,) = trend.notes
    assert say(note, "en") == "2025-06 was adjusted on 2025-07-20: late surveys (approved by Chen)"


def test_another_rubric_and_another_definition_are_said() -> None:
    old, new = one_scheme(), one_scheme(sha256="1" * 64, terms=(Aggregate("surveys", "rate", "at", value="other"),))
    months = [month_of(scheme, label, {A: {"it": (8, 10)}})
              for scheme, label in ((old, "2025-01"), (old, "2025-02"), (new, "2025-03"))]  # fmt: skip
    notes = trace(History(tuple(months)), new, [A]).notes
    assert [(note.code, dict(note.parts).get("month")) for note in notes[1:]] == [
        ("trend-rubric", "2025-03"), ("trend-redefined", "2025-03"),
    ]  # fmt: skip


def test_other_weights_of_a_season_are_said() -> None:
    scheme = one_scheme()
    first, second = (month_of(scheme, label, {A: {"it": (8, 10)}}) for label in ("2025-10", "2025-11"))
    peak = replace(second, first=replace(second.first, table=replace(second.first.table, season="peak")))
    assert [note.code for note in trace(History((first, peak)), scheme).notes] == ["trend-open", "trend-season"]


def test_names_are_found_in_any_month_and_unknown_ones_are_all_said() -> None:
    scheme = one_scheme()
    history = history_of(scheme, {"2025-01": {A: {"it": (8, 10)}}, "2025-02": {B: {"it": (8, 10)}}})
    aliases = {"Bo": "B", "ann@shop": "A"}

    def resolve(name: str) -> str:
        return aliases.get(name, name)

    assert find_agents(history, ["Bo", "ann@shop", "A"], resolve) == [B, A]
    with pytest.raises(ProblemsFound) as found:
        find_agents(history, ["Boo", "X"], resolve)
    assert [problem.code for problem in found.value.problems] == ["agent-unknown"] * 2
    assert 'did you mean "Bo"?' in str(found.value.problems[0].hint)
    with pytest.raises(ProblemsFound, match="indicator-unknown"):
        check_indicators(history, scheme, ["its"])
    with pytest.raises(ProblemsFound, match="no data of any month from 2025-01 to 2025-02"):
        check_history(History(()), ["2025-01", "2025-02"])


# ── before and after ──────────────────────────────────────────────────────────────────────────────


def contrasts(trend: Trend) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {one.kind: (one.before, one.after) for one in trend.contrasts}


def compared(trend: Trend, kind: str, name: str = "it") -> Compared:
    lines = next(one.lines for one in trend.contrasts if one.kind == kind)
    return next(one for one in lines if one.line.gauge.name == name)


def year_of_rates(scheme: LoadedRubric, rates: dict[str, tuple[int, int]]) -> History:
    return history_of(scheme, {label: {A: {"it": rate}, B: {"it": rate}} for label, rate in rates.items()})


def test_the_case_of_the_article() -> None:
    """Within three months of the new weights, satisfaction went from 82 % to 93 %."""
    scheme = one_scheme(better="higher")
    rates = {"2025-01": (80, 100), "2025-03": (164, 200), "2025-04": (85, 100), "2025-05": (90, 100),
             "2025-06": (186, 200), "2025-07": (94, 100)}  # fmt: skip
    trend = trace(year_of_rates(scheme, rates), scheme, since="2025-04", event="new rubric")
    assert contrasts(trend) == {
        "all": (("2025-01", "2025-03"), ("2025-04", "2025-05", "2025-06", "2025-07")),
        "third": (("2025-03",), ("2025-06",)),
        "ends": (("2025-01",), ("2025-07",)),
    }
    third = compared(trend, "third")
    assert (third.before.value, third.after.value, third.course) == (Fraction("0.82"), Fraction("0.93"), "better")
    assert third.difference == Fraction("0.11")
    everything = compared(trend, "all")
    assert everything.before == Figure(Fraction(488, 600), Fraction(488), Fraction(600), 600)
    assert everything.after.value == Fraction(85 + 90 + 186 + 94, 500)
    assert everything.cautions == ()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 100), min_size=2, max_size=6), st.data())
def test_scores_before_and_after_are_the_means_of_the_months(values: list[int], data: Any) -> None:
    scheme = one_scheme(kind="mean", unit="", better="higher")
    labels = [f"2025-0{1 + at}" for at in range(len(values))]
    cut = data.draw(st.integers(1, len(values) - 1))
    history = history_of(scheme, {label: {A: {"it": value}} for label, value in zip(labels, values, strict=True)})
    trend = trace(history, scheme, [A], since=labels[cut])
    found = trend.contrasts[0].lines[0]
    for side, part in ((found.before, values[:cut]), (found.after, values[cut:])):
        assert side.value == Fraction(round_half_up(Fraction(mean(map(Fraction, part)))))
        assert side.sample_size == len(part)
    assert found.difference == found.after.value - found.before.value  # type: ignore[operator]
    shop = trace(history, scheme, since=labels[cut])
    assert shop.contrasts[0].lines[1].before.value == Fraction(
        round_half_up(Fraction(median(map(Fraction, values[:cut]))))
    )


def test_months_that_are_compared_already_are_not_compared_again() -> None:
    scheme = one_scheme()
    trend = trace(year_of_rates(scheme, {"2025-03": (8, 10), "2025-06": (9, 10)}), scheme, since="2025-04")
    assert contrasts(trend) == {"all": (("2025-03",), ("2025-06",))}
    assert trend.notes[1:] == ()


def test_what_cannot_be_compared_is_said() -> None:
    scheme = one_scheme()
    history = year_of_rates(scheme, {"2025-03": (8, 10), "2025-04": (9, 10)})
    labels = ["2025-02", "2025-03", "2025-04", "2025-05"]
    assert [note.code for note in trace(history, scheme, labels=labels, since="2025-04").notes][2:] == [
        "trend-no-third"
    ]
    assert [note.code for note in trace(history, scheme, labels=labels, since="2025-05").notes][2:] == [
        "trend-one-side"
    ]


def test_windows_that_overlap_are_not_added_up() -> None:
    term = Aggregate(table="orders", kind="rate", at="at", value="it", window_days=60)
    scheme = one_scheme(terms=(term,))
    trend = trace(year_of_rates(scheme, {"2025-01": (8, 10), "2025-02": (8, 10), "2025-03": (9, 10)}), scheme,
                  since="2025-03")  # fmt: skip
    assert values_of(line_of(trend))[0] == Fraction(8, 10)
    assert compared(trend, "all").before.is_unpooled


@settings(max_examples=100)
@given(st.tuples(st.integers(20, 400), st.integers(20, 400)), st.data())
def test_ordinary_luck_is_that_of_the_test_of_two_shares(sizes: tuple[int, int], data: Any) -> None:
    hits = [data.draw(st.integers(0, size)) for size in sizes]
    scheme = one_scheme()
    months = {label: {A: {"it": pair}} for label, pair in zip(("2025-01", "2025-02"), zip(hits, sizes, strict=True),
                                                              strict=True)}  # fmt: skip
    found = compared(trace(history_of(scheme, months), scheme, [A], since="2025-02"), "all")
    pooled = sum(hits) / sum(sizes)
    error = sqrt(pooled * (1 - pooled) * sum(1 / size for size in sizes))
    difference = abs(hits[0] / sizes[0] - hits[1] / sizes[1])
    chance = 2 * (1 - NormalDist().cdf(difference / error)) if error else 1 if difference else 0
    if abs(chance - 0.05) > 1e-4:
        assert [caution.code for caution in found.cautions] == (["trend-luck"] if chance > 0.05 else [])


@pytest.mark.parametrize(("cases", "codes"), [(19, ["trend-few-cases"]), (20, [])])
def test_few_cases_are_said(cases: int, codes: list[str]) -> None:
    scheme = one_scheme()
    months = {"2025-01": {A: {"it": (0, cases)}}, "2025-02": {A: {"it": (500, 500)}}}
    found = compared(trace(history_of(scheme, months), scheme, [A], since="2025-02"), "all")
    assert [caution.code for caution in found.cautions] == codes


def test_labels() -> None:
    assert [third_month(label) for label in ("2025-04", "2025-10", "2025-11", "2025-12")] == [
        "2025-06", "2025-12", "2026-01", "2026-02",
    ]  # fmt: skip


def test_the_order_of_agents_changes_nothing() -> None:
    scheme = one_scheme()
    month = month_of(scheme, "2025-06", {A: {"it": (8, 10)}, B: {"it": (5, 9)}, C: {"it": (1, 2)}})
    table = month.first.table
    turned = replace(month, first=replace(month.first, table=replace(table, cards=table.cards[::-1])))
    assert trace(History((month,)), scheme).lines == trace(History((turned,)), scheme).lines
