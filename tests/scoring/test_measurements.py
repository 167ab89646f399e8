from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoring_sample import measure_of

from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import Agent, AggregateResult, Measurement
from csperf.scoring.measurements import finish_measurements
from csperf.tables.kinds import EVERYONE

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


def people(*agent_ids: str) -> list[Agent]:
    return [Agent(agent_id) for agent_id in agent_ids]


def test_rate_keeps_what_is_behind_it() -> None:
    measures = {"csat": measure_of("csat", terms=(CSAT,))}
    done = finish_measurements(measures, {CSAT: {"A": found("44", 50, 50)}}, people("A", "B"))
    assert done["A", "csat"] == Measurement("A", "csat", Fraction(22, 25), Fraction(44), Fraction(50), 50)
    assert done["B", "csat"] == Measurement("B", "csat", None)


def test_a_rate_of_nothing_is_unknown() -> None:
    measures = {"csat": measure_of("csat", terms=(CSAT,))}
    results = {CSAT: {"A": AggregateResult(Fraction(0), Fraction(0), Fraction(0), 0)}}
    assert finish_measurements(measures, results, people("A"))["A", "csat"].value is None


def test_a_count_is_zero_only_where_there_is_a_source() -> None:
    measures = {"tickets": measure_of("tickets", "count", "", terms=(TICKETS,))}
    assert finish_measurements(measures, {TICKETS: {}}, people("A"))["A", "tickets"].value == 0
    assert finish_measurements(measures, {}, people("A"))["A", "tickets"].value is None


def test_a_sum_of_nothing_is_unknown() -> None:
    measures = {"hours": measure_of("hours", "sum", "h", terms=(HOURS,))}
    assert finish_measurements(measures, {HOURS: {}}, people("A"))["A", "hours"].value is None


def test_ratio_across_tables() -> None:
    measures = {"pace": measure_of("pace", "ratio", "/h", terms=(TICKETS, HOURS))}
    results = {
        TICKETS: {"A": found("90", size=90), "C": found("5", size=5), "D": found("5", size=5)},
        HOURS: {"A": found("40", size=5), "B": found("8", size=1), "C": found("0", size=1)},
    }
    done = finish_measurements(measures, results, people("A", "B", "C", "D"))
    assert done["A", "pace"] == Measurement("A", "pace", Fraction(9, 4), Fraction(90), Fraction(40), 90)
    assert done["B", "pace"].value == 0  # worked, and took no tickets
    assert done["C", "pace"].value is None  # 0 hours
    assert done["D", "pace"].value is None  # hours unknown


def test_a_share_of_counts_has_the_cases_as_sample() -> None:
    of_cases = replace(RATED, sums_cases=True)
    measures = {"reported": measure_of("reported", "ratio", "%", terms=(GOOD, of_cases))}
    results = {GOOD: {"A": found("44", size=30)}, of_cases: {"A": found("50", size=31)}}
    assert finish_measurements(measures, results, people("A"))["A", "reported"].sample_size == 50


def test_a_share_of_money_has_the_rows_as_sample() -> None:
    """4000 元 are no 4000 cases."""
    part, whole = (Aggregate("costs", "sum", "date", where=where, value="amount") for where in ("kind = 'x'", None))
    measures = {"share": measure_of("share", "ratio", "%", terms=(part, whole))}
    results = {part: {"A": found("1000", size=2)}, whole: {"A": found("4000", size=5)}}
    assert finish_measurements(measures, results, people("A"))["A", "share"].sample_size == 5


def test_derived_follows_its_parts_in_any_order() -> None:
    measures = {
        "double_gap": measure_of("double_gap", "derived", formula="gap * 2", parts=("gap",)),
        "gap": measure_of("gap", "derived", formula="tickets / hours - 1", parts=("tickets", "hours")),
        "tickets": measure_of("tickets", "count", "", terms=(TICKETS,)),
        "hours": measure_of("hours", "sum", "h", terms=(HOURS,)),
    }
    results = {TICKETS: {"A": found("90", size=90)}, HOURS: {"A": found("40", size=5)}}
    done = finish_measurements(measures, results, people("A", "B"))
    assert done["A", "double_gap"] == Measurement("A", "double_gap", Fraction(5, 2), sample_size=5)
    assert done["B", "double_gap"].value is None


# ── of everyone, of a unit, of the scheme itself ──────────────────────────────────────────────────

DEFECTS = Aggregate("account_health", "mean", "date", agent=EVERYONE, value="order_defect_rate")
REPORTS = Aggregate("account_health", "count", "date", agent=EVERYONE)
EAST = Agent("east", presence=Fraction(5, 2), members=3)
EMPTY = Agent("west", presence=Fraction(0), members=1)


def test_what_is_of_everyone_is_given_to_each() -> None:
    measures = {
        "defects": measure_of("defects", "mean", terms=(DEFECTS,)),
        "reports": measure_of("reports", "count", "", terms=(REPORTS,)),
        "tickets_per_report": measure_of("tickets_per_report", "ratio", "", terms=(TICKETS, REPORTS)),
    }
    results = {DEFECTS: {EVERYONE: found("0.5", 100, 100)}, REPORTS: {EVERYONE: found("3")}, TICKETS: {"A": found("6")}}
    done = finish_measurements(measures, results, [Agent("A"), EAST])
    for who in ("A", "east"):
        assert done[who, "defects"] == Measurement(
            who, "defects", Fraction(1, 200), Fraction("0.5"), Fraction(100), 100
        )
        assert done[who, "reports"].value == 3
        assert done[who, "reports"].denominator is None  # not shared out
    assert done["A", "tickets_per_report"].value == 2


def test_counts_and_sums_of_a_unit_are_per_head() -> None:
    measures = {
        "tickets": measure_of("tickets", "count", "", terms=(TICKETS,)),
        "hours": measure_of("hours", "sum", "h", terms=(HOURS,)),
        "pace": measure_of("pace", "ratio", "/h", terms=(TICKETS, HOURS)),
        "csat": measure_of("csat", terms=(CSAT,)),
        "idle": measure_of("idle", "derived", formula="160 - hours", parts=("hours",)),
    }
    results = {
        TICKETS: {"east": found("90", size=90), "west": found("1", size=1)},
        HOURS: {"east": found("40", size=5)},
        CSAT: {"east": found("44", 50, 50)},
    }
    done = finish_measurements(measures, results, [EAST, EMPTY])
    heads = Fraction(5, 2)
    assert done["east", "tickets"] == Measurement("east", "tickets", Fraction(36), Fraction(90), heads, 90)
    assert done["east", "hours"] == Measurement("east", "hours", Fraction(16), Fraction(40), heads, 5)
    assert done["east", "pace"].value == Fraction(9, 4)
    assert done["east", "csat"].value == Fraction(22, 25)
    assert done["east", "idle"].value == 144
    assert done["west", "tickets"].value is None  # nobody was there to share it out to
    assert done["west", "hours"].value is None


def test_a_unit_without_rows_has_a_count_of_zero() -> None:
    measures = {"tickets": measure_of("tickets", "count", "", terms=(TICKETS,))}
    done = finish_measurements(measures, {TICKETS: {}}, [EAST])
    assert done["east", "tickets"] == Measurement("east", "tickets", Fraction(0), Fraction(0), EAST.presence, 0)
    assert finish_measurements(measures, {}, [EAST])["east", "tickets"].value is None


def test_a_constant_is_known_of_all_and_no_sample() -> None:
    measures = {
        "baseline": measure_of("baseline", "constant", "", terms=(), constant=Fraction(52)),
        "mean_order": measure_of("mean_order", "mean", "", terms=(RATED,)),
        "uplift": measure_of(
            "uplift", "derived", formula="mean_order / baseline - 1", parts=("mean_order", "baseline")
        ),
        "twice": measure_of("twice", "derived", "", formula="baseline * 2", parts=("baseline",)),
    }
    done = finish_measurements(measures, {RATED: {"A": found("650", 10, 10)}}, people("A", "B"))
    assert done["B", "baseline"] == Measurement("B", "baseline", Fraction(52))
    assert done["A", "uplift"] == Measurement("A", "uplift", Fraction(1, 4), sample_size=10)
    assert done["B", "uplift"].value is None
    assert done["B", "twice"] == Measurement("B", "twice", Fraction(104))


def test_what_no_source_tells_is_lacking_and_so_is_what_is_made_of_it() -> None:
    measures = {
        "csat": measure_of("csat", terms=(CSAT,)),
        "per_hour": measure_of("per_hour", "ratio", "/h", terms=(TICKETS, HOURS)),
        "sum": measure_of("sum", "derived", formula="csat + per_hour", parts=("csat", "per_hour")),
        "rated": measure_of("rated", "mean", "", terms=(RATED,)),
    }
    done = finish_measurements(measures, {CSAT: {}, TICKETS: {}, RATED: {}}, people("A"))
    assert {name: done["A", name].is_lacking for name in measures} == {
        "csat": False, "per_hour": True, "sum": True, "rated": False,
    }  # fmt: skip
