"""Rules over one period and over several running, against a plain reading of what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payroll_sample import MEASURES, Result, load_as, record_of, scheme_of
from scoring_sample import rubric_of, say_en

from csperf.period import Length, labels_up_to, length_of
from csperf.scoring.cards import Agent
from csperf.scoring.history import PeriodRecord
from csperf.scoring.rules import find_met

GRADES = ("excellent", "qualified", "unqualified")
LAST: dict[Length, str] = {"month": "2025-02", "quarter": "2025Q2", "year": "2025"}
# Conditions as the rubric has them, and what they say, in plain Python.
CONDITIONS: dict[tuple[str, str], Any] = {
    ("score", ">= 90"): lambda one: one.score is not None and Decimal(one.score) >= 90,
    ("score", "< 70"): lambda one: one.score is not None and Decimal(one.score) < 70,
    ("rank", "<= 2"): lambda one: one.rank is not None and one.rank <= 2,
    ("quality", ">= 40"): lambda one: one.quality is not None and Decimal(one.quality) >= 40,
    ("reply", "<= 15s"): lambda one: one.reply is not None and Decimal(one.reply) <= 15,
}


@st.composite
def results(draw: st.DrawFn, names: Sequence[str]) -> list[Result]:
    """What some of these came to: ties, no score, a score without a rank, a grade that a floor held down."""
    scores = {
        name: draw(st.sampled_from([None, "95.00", "90.00", "90.00", "69.99", "50.00"]))
        for name in draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    }
    unranked = draw(st.sets(st.sampled_from(names), max_size=1))
    ranked = [Decimal(score) for name, score in scores.items() if score is not None and name not in unranked]
    return [
        Result(
            name, score, draw(st.sampled_from(GRADES)) if score else None,
            1 + sum(other > Decimal(score) for other in ranked) if score and name not in unranked else None,
            draw(st.sampled_from([None, "40.00", "39.99"])), draw(st.sampled_from([None, "15", "15.01"])),
            draw(st.integers(1, 3)),
        )
        for name, score in scores.items()
    ]  # fmt: skip


RULES = st.fixed_dictionaries(
    {
        "when": st.dictionaries(st.sampled_from(["score", "rank", "quality", "reply"]), st.integers(0, 9), max_size=2),
        "grades": st.lists(st.sampled_from(GRADES), unique=True, max_size=2),
        "top": st.sampled_from([None, "10%", "34%", "50%", "100%"]),
        "running": st.integers(1, 3),
        "of": st.sampled_from(["agent", "agent", "team"]),
        "least_sample": st.sampled_from([None, 2]),
    }
).filter(lambda rule: bool(rule["when"] or rule["grades"] or rule["top"]))


def holds(rule: Mapping[str, Any], one: Result, all_of_them: Sequence[Result]) -> bool:
    """What a rule says of one period, read plainly."""
    for key, target in rule["when"].items():
        if key == "reply" and one.replies < (rule["least_sample"] or 0):
            return False
        if not CONDITIONS[key, target](one):
            return False
    if rule["grades"] and one.grade not in rule["grades"]:
        return False
    if rule["top"]:
        ranked = [other for other in all_of_them if other.rank is not None]
        if one.rank is None or one.score is None:
            return False
        better = [other for other in ranked if Decimal(other.score or 0) > Decimal(one.score)]
        if not Fraction(len(better), len(ranked)) < Fraction(rule["top"].rstrip("%")) / 100:
            return False
    return rule["running"] == 1 or one.score is not None


@given(data=st.data(), length=st.sampled_from(["month", "month", "quarter", "year"]))
def test_lists_are_those_of_a_plain_reading(data: st.DataObject, length: Length) -> None:
    written: dict[str, Any] = dict(data.draw(RULES))
    choices = {
        key: sorted(target for name, target in CONDITIONS if name == key) for key in {name for name, _ in CONDITIONS}
    }
    written["when"] = {key: choices[key][pick % len(choices[key])] for key, pick in written["when"].items()}
    scheme = scheme_of(awards={"rule": {**written, "every": length}})
    labels = labels_up_to(LAST[length], 4)
    agents = {label: data.draw(st.none() | results("ABCDE"), label) for label in labels}
    agents[labels[-1]] = agents[labels[-1]] or [Result("A", "90.00", "excellent", 1)]
    if data.draw(st.booleans(), "the same in every period"):  # or else long runs are rare
        agents = dict.fromkeys(labels, agents[labels[-1]])
    teams = {label: data.draw(st.none() | results("XY"), f"teams of {label}") for label in labels}
    if data.draw(st.booleans(), "the same teams in every period"):
        teams = dict.fromkeys(labels, teams[labels[-1]])
    records = {
        label: record_of(label, scheme, found, teams[label]) for label, found in agents.items() if found is not None
    }

    found = find_met(scheme.rubric.awards, records[labels[-1]], records.get)

    figures = teams if written["of"] == "team" else agents
    looked_at = labels[-written["running"] :]
    names = {one.who for one in figures[labels[-1]] or ()}
    expected = {
        name
        for name in names
        if all(
            label in records
            and any(one.who == name and holds(written, one, figures[label] or ()) for one in figures[label] or ())
            for label in looked_at
        )
    }
    assert {met.agent.agent_id for met in found} == expected
    assert len(found) == len(expected)
    for met in found:
        assert [label for label, _ in met.periods] == looked_at
        assert list(met.months) == [month for label in looked_at for month in records[label].months]
        assert all(reason for _, reason in met.periods)


def history(scheme: Any, **months: Sequence[Result]) -> dict[str, PeriodRecord]:
    """`m04=[…]` is April 2025."""
    labels = {f"2025-{name[1:]}": found for name, found in months.items()}
    return {label: record_of(label, scheme, found) for label, found in labels.items()}


def who_meets(rule: dict[str, Any], **months: Sequence[Result]) -> list[str]:
    scheme = scheme_of(promotions={"rule": rule})
    records = history(scheme, **months)
    return [met.agent.agent_id for met in find_met(scheme.rubric.promotions, records[max(records)], records.get)]


def field_of(count: int, *ranks: int) -> list[Result]:
    """As many agents as wanted, by name a, b, c, …, placed like this and then one after the other."""
    places = [*ranks, *range(len(ranks) + 1, count + 1)]
    return [
        Result(chr(97 + place), str(100 - rank), "excellent", rank) for place, rank in enumerate(places)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "ranks", "top", "named"),
    [
        (1, (), "10%", "a"), (9, (), "10%", "a"), (10, (), "10%", "a"), (11, (), "10%", "ab"), (20, (), "10%", "ab"),
        (10, (1, 1, 1), "10%", "abc"),  # all who share the last place are in
        (20, (1, 2, 2), "10%", "abc"), (20, (1, 1, 3), "10%", "ab"), (3, (), "100%", "abc"), (3, (), "33%", "a"),
        (3, (), "34%", "ab"),
    ],
)  # fmt: skip
def test_the_top_share(count: int, ranks: tuple[int, ...], top: str, named: str) -> None:
    assert "".join(who_meets({"top": top}, m06=field_of(count, *ranks))) == named


@pytest.mark.parametrize(("replies", "given"), [(19, []), (20, ["a"])])
def test_cases_enough_behind_a_measure(replies: int, given: list[str]) -> None:
    rule = {"when": {"reply": "<= 15s"}, "least_sample": 20}
    assert who_meets(rule, m06=[Result("a", "90", "excellent", 1, reply="15", replies=replies)]) == given


def test_rules_of_teams_look_at_teams() -> None:
    scheme = scheme_of(awards={"best": {"when": {"rank": "<= 1"}, "of": "team", "running": 2}})
    best, second = Result("x", "90", "excellent", 1), Result("y", "80", "qualified", 2)
    records = {label: record_of(label, scheme, field_of(3), [best, second]) for label in ("2025-05", "2025-06")}
    (met,) = find_met(scheme.rubric.awards, records["2025-06"], records.get)
    assert (met.agent.agent_id, met.agent.is_unit) == ("x", True)
    teamless = {"2025-05": record_of("2025-05", scheme, field_of(3))}
    assert find_met(scheme.rubric.awards, records["2025-06"], teamless.get) == ()


def test_a_gap_or_a_month_without_a_score_breaks_the_run() -> None:
    rule = {"when": {"reply": "<= 15s"}, "running": 3}
    fast, held = Result("a", "90", "excellent", 1, reply="10"), Result("a", reply="10")
    assert who_meets(rule, m04=[fast], m05=[fast], m06=[fast]) == ["a"]
    assert who_meets(rule, m03=[fast], m05=[fast], m06=[fast]) == []
    assert who_meets(rule, m03=[fast], m04=[fast], m05=[held], m06=[fast]) == []
    assert who_meets(rule, m04=[fast], m05=[Result("b", "90", "excellent", 1)], m06=[fast]) == []


def test_a_run_goes_over_the_turn_of_the_year() -> None:
    assert labels_up_to("2025-01", 3) == ["2024-11", "2024-12", "2025-01"]
    assert labels_up_to("2025Q1", 2) == ["2024Q4", "2025Q1"]
    assert labels_up_to("2025", 2) == ["2024", "2025"]
    assert [length_of(label) for label in ("2025-01", "2025Q1", "2025")] == ["month", "quarter", "year"]


def test_a_rule_of_another_length_is_left_alone() -> None:
    assert who_meets({"grades": ["excellent"], "every": "year"}, m06=field_of(1)) == []


def test_nothing_older_is_read_than_decides() -> None:
    scheme = scheme_of(promotions={"lead": {"when": {"rank": "<= 1"}, "running": 3}})
    last = record_of("2025-06", scheme, [Result("a", "50", "unqualified", 2)])
    assert find_met(scheme.rubric.promotions, last, lambda label: pytest.fail(f"{label} was read")) == ()


def test_an_earlier_scheme_that_knows_no_such_measure_meets_nothing() -> None:
    scheme = scheme_of(promotions={"fast": {"when": {"reply": "<= 15s", "quality": ">= 1"}, "running": 2}})
    csat = {"csat": {"weight": 100, "score": {"curve": {"0%": 0, "100%": 100}}}}
    older = load_as(rubric_of({"all": csat}), {"csat": MEASURES["csat"]})
    fast = [Result("a", "90", "excellent", 1, quality="50", reply="10")]
    now = record_of("2025-06", scheme, fast)
    assert len(find_met(scheme.rubric.promotions, now, lambda label: record_of(label, scheme, fast))) == 1
    assert find_met(scheme.rubric.promotions, now, lambda label: record_of(label, older, fast)) == ()


def test_each_period_says_what_was_met_and_which_are_not_sealed() -> None:
    rule = {"when": {"rank": "<= 3"}, "grades": ["excellent"], "top": "50%", "running": 2}
    scheme = scheme_of(promotions={"lead": rule})
    before = record_of("2025-05", scheme, field_of(4), record="open")
    now = record_of("2025-06", scheme, field_of(5))
    first, *_ = find_met(scheme.rubric.promotions, now, {"2025-05": before}.get)
    assert [(label, [say_en(one) for one in said]) for label, said in first.periods] == [
        ("2025-05", ["rank 1 (<= 3)", "grade excellent", "rank 1 of 4, in the top 50%"]),
        ("2025-06", ["rank 1 (<= 3)", "grade excellent", "rank 1 of 5, in the top 50%"]),
    ]
    assert (first.months, first.unsealed, first.agent) == (("2025-05", "2025-06"), ("2025-05",), Agent("a"))
