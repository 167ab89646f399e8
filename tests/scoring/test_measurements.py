from __future__ import annotations

from fractions import Fraction

from scoring_sample import measure_of

from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import AggregateResult, Measurement
from csperf.scoring.measurements import finish_measurements

TICKETS = Aggregate("tickets", "count", "created_at")
HOURS = Aggregate("worktime", "sum", "day", value="hours")
RATED = Aggregate("agent_metrics", "sum", "day", value="rated")
GOOD = Aggregate("agent_metrics", "sum", "day", value="good")
CSAT = Aggregate("surveys", "rate", "responded_at", value="rating >= 4")


def found(value: str | None, of: int | None = None, size: int = 0) -> AggregateResult:
    number = None if value is None else Fraction(value)
    if of is None or number is None:
        return AggregateResult(number, number, None, size)
    return AggregateResult(number / of, number, Fraction(of), size)


def test_rate_keeps_what_is_behind_it() -> None:
    measures = {"csat": measure_of("csat", terms=(CSAT,))}
    done = finish_measurements(measures, {CSAT: {"A": found("44", 50, 50)}}, ["A", "B"])
    assert done["A", "csat"] == Measurement("A", "csat", Fraction(22, 25), Fraction(44), Fraction(50), 50)
    assert done["B", "csat"] == Measurement("B", "csat", None)


def test_a_rate_of_nothing_is_unknown() -> None:
    measures = {"csat": measure_of("csat", terms=(CSAT,))}
    results = {CSAT: {"A": AggregateResult(Fraction(0), Fraction(0), Fraction(0), 0)}}
    assert finish_measurements(measures, results, ["A"])["A", "csat"].value is None


def test_a_count_is_zero_only_where_there_is_a_source() -> None:
    measures = {"tickets": measure_of("tickets", "count", "", terms=(TICKETS,))}
    assert finish_measurements(measures, {TICKETS: {}}, ["A"])["A", "tickets"].value == 0
    assert finish_measurements(measures, {}, ["A"])["A", "tickets"].value is None


def test_a_sum_of_nothing_is_unknown() -> None:
    measures = {"hours": measure_of("hours", "sum", "h", terms=(HOURS,))}
    assert finish_measurements(measures, {HOURS: {}}, ["A"])["A", "hours"].value is None


def test_ratio_across_tables() -> None:
    measures = {"pace": measure_of("pace", "ratio", "/h", terms=(TICKETS, HOURS))}
    results = {
        TICKETS: {"A": found("90", size=90), "C": found("5", size=5), "D": found("5", size=5)},
        HOURS: {"A": found("40", size=5), "B": found("8", size=1), "C": found("0", size=1)},
    }
    done = finish_measurements(measures, results, ["A", "B", "C", "D"])
    assert done["A", "pace"] == Measurement("A", "pace", Fraction(9, 4), Fraction(90), Fraction(40), 90)
    assert done["B", "pace"].value == 0  # worked, and took no tickets
    assert done["C", "pace"].value is None  # 0 hours
    assert done["D", "pace"].value is None  # hours unknown


def test_a_share_of_counts_has_the_cases_as_sample() -> None:
    measures = {"reported": measure_of("reported", "ratio", "%", terms=(GOOD, RATED))}
    results = {GOOD: {"A": found("44", size=30)}, RATED: {"A": found("50", size=30)}}
    assert finish_measurements(measures, results, ["A"])["A", "reported"].sample_size == 50


def test_derived_follows_its_parts_in_any_order() -> None:
    measures = {
        "double_gap": measure_of("double_gap", "derived", formula="gap * 2", parts=("gap",)),
        "gap": measure_of("gap", "derived", formula="tickets / hours - 1", parts=("tickets", "hours")),
        "tickets": measure_of("tickets", "count", "", terms=(TICKETS,)),
        "hours": measure_of("hours", "sum", "h", terms=(HOURS,)),
    }
    results = {TICKETS: {"A": found("90", size=90)}, HOURS: {"A": found("40", size=5)}}
    done = finish_measurements(measures, results, ["A", "B"])
    assert done["A", "double_gap"] == Measurement("A", "double_gap", Fraction(5, 2), sample_size=5)
    assert done["B", "double_gap"].value is None
