from fractions import Fraction
from typing import Any

import pytest

from csperf.rubric.measure_checks import contracts
from csperf.rubric.measures import Measure, MeasureEntry, build_measure, evaluate_formula, formula_names
from csperf.tables.kinds import EVERYONE

WORDS = {"title": "t", "definition": "d", "source": "s"}


def build(**entry: Any) -> Measure:
    return build_measure("x", MeasureEntry.model_validate({**WORDS, **entry}), contracts())


@pytest.mark.parametrize(
    ("entry", "kind", "value", "over", "weight", "percentile"),
    [
        ({"rate": "rating >= 4"}, "rate", "rating >= 4", None, None, None),
        ({"rate": {"of": "a", "over": "b"}}, "rate", "a", "b", None, None),
        ({"count": True}, "count", None, None, None, None),
        ({"sum": "a"}, "sum", "a", None, None, None),
        ({"mean": "a"}, "mean", "a", None, None, None),
        ({"mean": "a", "weighted_by": "w"}, "weighted_mean", "a", None, "w", None),
        ({"median": "a"}, "percentile", "a", None, None, Fraction(1, 2)),
        ({"p90": "a"}, "percentile", "a", None, None, Fraction(9, 10)),
        ({"p99.5": "a"}, "percentile", "a", None, None, Fraction(995, 1000)),
        ({"percentile": {"p5": "a"}}, "percentile", "a", None, None, Fraction(5, 100)),
        ({"min": "a"}, "min", "a", None, None, None),
        ({"max": "a"}, "max", "a", None, None, None),
    ],
)
def test_kinds(
    entry: dict[str, Any], kind: str, value: Any, over: str | None, weight: str | None, percentile: Any
) -> None:
    (term,) = build(**{"from": "tickets", **entry}).terms
    assert (term.kind, term.value, term.over, term.weight, term.percentile) == (
        kind,
        value,
        over,
        weight,
        percentile,
    )
    assert (term.table, term.at, term.agent) == ("tickets", "created_at", "agent_id")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "found none"),
        ({"rate": "a", "count": True}, "found rate and count"),
        ({"p50": "a", "p90": "a"}, "exactly one percentile"),
        ({"percentile": {"ninety": "a"}}, "not a percentile"),
        ({"count": True, "weighted_by": "w"}, "weighted_by belongs to a mean"),
        (
            {"ratio": {"of": {"sum": "a"}, "to": {"sum": "b"}}, "weighted_by": "w"},
            "weighted_by belongs to a mean",
        ),
        ({"ratio": {"of": {"max": "a"}, "to": {"sum": "b"}}}, "cannot be pooled"),
        ({"derived": "a / b"}, "no from of its own"),
        ({"constant": 52}, "a constant is a number and has no from of its own"),
        ({"mean": "a", "distinct": "order_id"}, "distinct belongs to a rate or count"),
        ({"rate": "a", "per": "review_id"}, "per belongs to a mean"),
        ({"mean": "a", "trim": "10%"}, 'trim needs "per"'),
        ({"mean": "a", "weighted_by": "w", "zero_if": "b"}, 'zero_if needs "per"'),
        ({"sum": "a", "zero_if": "b"}, "zero_if belongs to a mean"),
        ({"mean": "a", "per": "x", "trim": "50%"}, "less than 50%"),
        (
            {"ratio": {"of": {"sum": "a"}, "to": {"sum": "b"}}, "distinct": "order_id"},
            "distinct belongs to a rate or count",
        ),
    ],
)
def test_not_a_measure(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**{"from": "tickets", **entry})


def test_a_measure_needs_a_table() -> None:
    with pytest.raises(ValueError, match='needs "from"'):
        build(count=True)


@pytest.mark.parametrize("entry", [{"derived": "a / b"}, {"constant": 52}])
def test_what_is_not_counted_has_nothing_to_count_once(entry: dict[str, Any]) -> None:
    for key, value in {"distinct": "x", "per": "x", "zero_if": "x", "trim": "5%", "weighted_by": "x"}.items():
        with pytest.raises(ValueError, match=f"has no {key} of its own"):
            build(**entry, **{key: value})


def test_once_each() -> None:
    rate = build(**{"from": "orders", "rate": "returned", "distinct": "order_id", "matures": "7d"})
    assert (rate.terms[0].distinct, rate.terms[0].kind, rate.matures_days) == ("order_id", "rate", 7)
    mean = build(**{"from": "qa_reviews", "mean": "mark", "per": "review_id", "zero_if": "critical_failed",
                    "trim": "12.5%"})  # fmt: skip
    (term,) = mean.terms
    assert (term.kind, term.per, term.zero_if, term.trim) == ("mean", "review_id", "critical_failed", Fraction(1, 8))
    assert dict(term.expressions()) == {"value": "mark", "zero_if": "critical_failed"}
    assert mean.matures_days == 0


def test_a_constant_has_no_terms() -> None:
    measure = build(constant="52.10", unit="元")
    assert (measure.kind, measure.constant, measure.terms, measure.unit) == ("constant", Fraction("52.1"), (), "元")
    assert not measure.is_poolable


@pytest.mark.parametrize(
    ("entry", "agent"),
    [
        ({"from": "account_health"}, EVERYONE),
        ({"from": "tickets"}, "agent_id"),
        ({"from": "tickets", "agent": "resolver_id"}, "resolver_id"),
        ({"from": "tickets", "agent": EVERYONE}, EVERYONE),
        ({"from": "nowhere"}, "agent_id"),
    ],
)
def test_each_table_says_who_is_credited(entry: dict[str, Any], agent: str) -> None:
    (term,) = build(count=True, **entry).terms
    assert term.agent == agent


def test_ratio_terms_take_what_they_leave_unsaid_from_the_whole() -> None:
    ratio = {"of": {"sum": "a"}, "to": {"from": "worktime", "sum": "hours"}}
    measure = build(**{"from": "tickets", "where": "answered", "ratio": ratio})
    of, to = measure.terms
    assert (of.table, of.where) == ("tickets", "answered")
    assert (to.table, to.where, to.at) == ("worktime", None, "date")


@pytest.mark.parametrize(
    ("entry", "is_poolable"),
    [
        ({"from": "tickets", "rate": "a"}, True),
        ({"from": "tickets", "mean": "a"}, True),
        ({"from": "tickets", "mean": "a", "weighted_by": "w"}, True),
        ({"from": "tickets", "count": True}, False),
        ({"from": "tickets", "sum": "a"}, False),
        ({"from": "tickets", "p90": "a"}, False),
        ({"from": "tickets", "ratio": {"of": {"sum": "a"}, "to": {"count": True}}}, True),
        ({"from": "tickets", "ratio": {"of": {"mean": "a"}, "to": {"mean": "b"}}}, False),
        ({"derived": "a + b"}, False),
        # What two of a team have counts twice in a sum of theirs.
        ({"from": "tickets", "rate": "a", "distinct": "customer_id"}, False),
        ({"from": "qa_reviews", "mean": "mark", "per": "review_id"}, False),
        ({"from": "orders", "rate": "returned"}, False),
        ({"from": "orders", "rate": "returned", "agent": "everyone"}, True),
        ({"from": "orders", "ratio": {"of": {"sum": "amount"}, "to": {"count": True}}}, False),
    ],
)
def test_poolable(entry: dict[str, Any], is_poolable: bool) -> None:
    assert build(**entry).is_poolable is is_poolable


@pytest.mark.parametrize(
    ("entry", "is_volume"),
    [
        ({"from": "tickets", "count": True}, True),
        ({"from": "worktime", "sum": "hours"}, True),
        ({"from": "worktime", "mean": "hours"}, False),
        ({"from": "complaints", "count": True, "agent": "everyone"}, False),
        ({"from": "tasks", "sum": "points", "window": "365d"}, False),
        ({"constant": 5}, False),
    ],
)
def test_volume(entry: dict[str, Any], is_volume: bool) -> None:
    assert build(**entry).is_volume is is_volume


def test_what_a_window_holds_grows_with_the_people_and_not_with_the_days_of_the_month() -> None:
    measure = build(**{"from": "tasks", "sum": "points", "window": "365d"})
    assert (measure.is_per_head, measure.is_volume) == (True, False)
    assert not build(**{"from": "tasks", "sum": "points", "agent": "everyone"}).is_per_head


REPORTED = {"from": "agent_metrics"}


@pytest.mark.parametrize(
    ("of", "to", "is_of_cases"),
    [
        ({"sum": "satisfied_count"}, {"sum": "rated_count"}, True),
        ({"count": True}, {"sum": "session_count"}, True),
        ({"sum": "coalesce(satisfied_count, round(satisfaction_rate * rated_count))"}, {"sum": "rated_count"}, True),
        ({"sum": "satisfaction_rate * rated_count"}, {"sum": "rated_count"}, False),
        ({"sum": "round(satisfaction_rate * rated_count, 2)"}, {"sum": "rated_count"}, False),
        ({"sum": "rated_count / 2"}, {"sum": "rated_count"}, False),
        ({"sum": "sales_amount"}, {"sum": "sales_amount"}, False),
        ({"sum": "sales_amount"}, {"sum": "order_count"}, False),
        ({"sum": "served_count"}, {"sum": "worked_hours"}, False),
        ({"from": "tickets", "sum": "open_hours"}, {"from": "tickets", "count": True}, False),
        ({"mean": "rated_count"}, {"mean": "session_count"}, False),
    ],
)
def test_whether_numbers_are_cases(of: dict[str, Any], to: dict[str, Any], is_of_cases: bool) -> None:
    assert build(**REPORTED, ratio={"of": of, "to": to}).is_of_cases is is_of_cases


def test_a_rate_is_of_cases_and_a_sum_is_not() -> None:
    assert build(**{"from": "tickets", "rate": "escalated"}).is_of_cases
    assert not build(**REPORTED, sum="session_count").is_of_cases


@pytest.mark.parametrize(
    ("of", "to", "are_paired"),
    [
        ({"sum": "a"}, {"sum": "b"}, (True, True)),
        ({"sum": "a"}, {"count": True}, (False, True)),
        ({"sum": "a"}, {"count": True, "distinct": "c"}, (True, True)),
        ({"where": "x", "sum": "a"}, {"sum": "a"}, (False, False)),
        ({"where": "x", "count": True}, {"count": True}, (False, False)),
        ({"sum": "a"}, {"from": "worktime", "sum": "hours"}, (False, False)),
        ({"sum": "a"}, {"at": "resolved_at", "sum": "b"}, (False, False)),
        ({"sum": "a"}, {"agent": "resolver_id", "sum": "b"}, (False, False)),
        ({"sum": "a"}, {"window": "60d", "sum": "b"}, (False, False)),
        ({"mean": "a"}, {"mean": "b"}, (False, False)),
    ],
)
def test_terms_over_the_same_rows_know_what_the_other_may_lack(
    of: dict[str, Any], to: dict[str, Any], are_paired: tuple[bool, bool]
) -> None:
    first, second = build(**{"from": "tickets"}, ratio={"of": of, "to": to}).terms
    assert (first.paired is not None, second.paired is not None) == are_paired


def test_a_column_that_may_lack_may_lack_for_the_other_term_too() -> None:
    of, to = build(**{"from": "tickets"}, ratio={"of": {"sum": "a", "optional": ["a"]}, "to": {"sum": "b"}}).terms
    assert of.optional == to.optional == ("a",)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a / b - 1", Fraction(-1, 2)),
        ("0.1 + a", Fraction(11, 10)),
        ("-(a + b) * 2", Fraction(-6)),
        ("a / zero", None),
        ("a + unknown", None),
    ],
)
def test_formula(formula: str, value: Any) -> None:
    values = {"a": Fraction(1), "b": Fraction(2), "zero": Fraction(0), "unknown": None}
    assert evaluate_formula(formula, values) == value


@pytest.mark.parametrize(
    "formula", ["sum(a)", "a ** b", "a and b", "a if b else c", "a.b", "'a'", "1 + 2", "a +", "a = b"]
)
def test_not_a_formula(formula: str) -> None:
    with pytest.raises(ValueError):
        formula_names(formula)


def test_default_units() -> None:
    assert build(**{"from": "surveys", "rate": "a"}).unit == "%"
    assert build(**{"from": "surveys", "mean": "a"}).unit == ""
