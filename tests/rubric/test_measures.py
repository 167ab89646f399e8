from fractions import Fraction
from typing import Any

import pytest

from csperf.rubric.measures import Measure, MeasureEntry, build_measure, evaluate_formula, formula_names

AT = {"tickets": "created_at", "surveys": "responded_at", "worktime": "date"}
WORDS = {"title": "t", "definition": "d", "source": "s"}


def build(**entry: Any) -> Measure:
    return build_measure("x", MeasureEntry.model_validate({**WORDS, **entry}), AT)


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
    ],
)
def test_not_a_measure(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**{"from": "tickets", **entry})


def test_a_measure_needs_a_table() -> None:
    with pytest.raises(ValueError, match='needs "from"'):
        build(count=True)


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
    ],
)
def test_poolable(entry: dict[str, Any], is_poolable: bool) -> None:
    assert build(**entry).is_poolable is is_poolable


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
