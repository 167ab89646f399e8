"""Every sentence the scoring stages can say exists in both languages, and every one that exists is said."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from string import Formatter
from typing import Any

import pytest
from scoring_sample import measure_of, measured, rubric_of, say_en, say_zh, score_aftersales, score_one

from csperf.render.score_words import SCORE_WORDS
from csperf.scoring.cards import Agent, Measurement, Number, Scorecard, Title, Words, words
from csperf.scoring.contest import Relief
from csperf.scoring.score import score_agents


def cards_of(values: dict[str, Any], better: str = "higher", **indicator: Any) -> tuple[Scorecard, ...]:
    """Agents measured on one indicator alone."""
    return score_agents(
        rubric_of({"all": {"x": {"weight": 100, **indicator}}}), {"x": measure_of("x", better=better)},
        dict(measured(agent_id, "x", value, 4) for agent_id, value in values.items()),
        [Agent(agent_id) for agent_id in values],
    )  # fmt: skip


def all_kinds_of_cards() -> Iterator[Scorecard]:
    yield score_aftersales(csat=(44, 50), attitude_complaints=12)
    yield score_aftersales(csat=None, timely_resolution=None, exam_score=None)
    yield score_aftersales(responsibility_events=None, attitude_complaints=None)
    yield score_aftersales(csat=(3, 3), complaint_success=None, problem_solving="33.335")
    for step in ("completed", "started", "proportional"):
        for target, value in ((">= 80%", "3"), ("<= 20%", "1")):
            yield from cards_of({"A": value}, target=target, score={"deduct": 1, "per": "2%", "step": step})
    yield from cards_of({"A": 1}, target="< 25%", score={"deduct": 1, "per": "1%", "step": "started"})
    yield from cards_of({"A": 1}, target=">= 1", score={"deduct": 1, "per": 1})
    yield from cards_of({"A": 1, "B": 3}, score={"curve": {"30%": 0, "80%": 100}})
    yield from cards_of({"A": 1, "B": 3}, score={"bands": {">= 50%": 100, "else": 0}})
    for cap in ("50%", "100%"):
        yield from cards_of({"A": 1, "B": 3, "C": -1}, target=">= 75%", score={"attain": {"cap": cap}})
    rules: list[dict[str, Any]] = [{"curve": {"0%": 0, "100%": 100}}, {"relative": "percentile"}]
    for policy in ("exclude", "full", "zero", "team", "hold"):
        sample = {"below": 10, "then": policy}
        for rule in rules:
            yield from cards_of({"A": 1, "B": None}, score=rule, missing=policy)
            yield from cards_of({"A": 1, "B": 2}, score=rule, small_sample=sample)
        for missing, thin in ((policy, "exclude"), ("exclude", policy)):
            two: dict[str, Any] = {
                "x": {
                    "weight": 30,
                    "score": rules[1],
                    "missing": missing,
                    "small_sample": {"below": 3, "then": thin},
                },
                "y": {"weight": 20, "score": rules[0]},
            }
            values = [measured("A", "x", 1, 4), measured("A", "y", 1, 4), measured("A", "z", 1, 4),
                      measured("B", "x", 1, 2), measured("B", "z", 1, 4)]  # fmt: skip
            for kept in (values, [value for value in values if value[0][1] != "y"]):
                yield from score_agents(
                    rubric_of({"one": two, "two": {"z": {"weight": 50, "score": rules[0]}}}),
                    {name: measure_of(name, better="higher") for name in "xyz"},
                    dict(kept), [Agent("A"), Agent("B")],
                )  # fmt: skip
    yield from cards_of_other_kinds()
    yield from exempted_cards()
    measures = {"d": measure_of("d", "derived", formula="x * 1", parts=("x",)), "x": measure_of("x")}
    yield from score_agents(
        rubric_of({"all": {"d": {"weight": 100, "score": rules[0]}}}), measures,
        dict([measured("A", "d", "0.5"), measured("A", "x", 1, 2)]), [Agent("A")],
    )  # fmt: skip


def exempted_cards() -> Iterator[Scorecard]:
    """Rows left out, and points given back."""
    rubric = rubric_of({"all": {"x": {"weight": 100, "score": {"curve": {"0%": 0, "100%": 100}}}}})
    key, before = measured("A", "x", 1, 4)
    for given in (Decimal(1), Decimal(99), None):
        relief = Relief({"x": measured("A", "x", 1, 2)[1]}, ((given, "a strike"),))
        yield from score_agents(
            rubric, {"x": measure_of("x", better="higher")}, {key: before}, [Agent("A")], reliefs={key: relief}
        )


def cards_of_other_kinds() -> Iterator[Scorecard]:
    """Seasons, roles, presence, teams, outcomes, running periods."""
    line = {"score": {"curve": {"0%": 0, "100%": 100}}}
    rubric = rubric_of(
        {"one": {"x": {"weight": 30, **line, "tiers": {"base": ">= 1%"}}, "y": {"weight": 30, **line}},
         "two": {"z": {"weight": 40, **line}}},
        seasons={"peak": {"months": ["*-06"], "weights": {"one": 50, "two": 50}}},
        roles={"experts": {"roles": ["expert"], "weights": {"one": 80, "two": 20}}},
        least_presence="50%", tiers=[{"name": "base"}],
        floors=[{"dimension": "one", "min": "95%", "then": {"grade_at_most": "unqualified"}},
                {"indicator": "x", "target": ">= 100%", "then": {"grade_at_most": "unqualified"}}],
        awards={"all": {"when": {"score": ">= 0", "rank": ">= 1", "coverage": "> 0%", "one": ">= 0", "x": ">= 0%"}}},
    )  # fmt: skip
    measures = {name: measure_of(name) for name in "xyz"}
    for y in (3, None):
        values = {"x": (3, 4), "y": (y, 4), "z": (4, 4)}
        yield score_one(rubric, measures, values, season="peak")
        yield score_one(rubric, measures, values, Agent("A", role="expert"))
    yield score_one(rubric, measures, {"x": (1, 4)}, Agent("A", presence=Fraction(1, 3)))

    lacking = {name: Measurement("A", name, None, is_lacking=True) for name in "xyz"}
    for names in ("x", "xy", "xyz"):
        known = dict(measured("A", name, 1, 4) for name in "xyz" if name not in names)
        yield from score_agents(rubric, measures, known | {("A", name): lacking[name] for name in names}, [Agent("A")])

    for policy in ("exclude", "full", "zero", "hold"):
        amount = {"weight": 60, "target": ">= 2", "score": {"deduct": 1, "per": 1}, "missing": policy}
        for other in ({"one": {"n": amount, "x": {"weight": 40, **line}}},
                      {"one": {"n": amount}, "two": {"x": {"weight": 40, **line}}},
                      {"one": {"n": {**amount, "weight": 100}}}):  # fmt: skip
            counts = {"n": measure_of("n", "count", "", "higher"), "x": measure_of("x")}
            for presence in (Fraction(0), Fraction(1, 3), Fraction(1)):
                agent = Agent("A", presence=presence)
                yield score_one(rubric_of(other), counts, {"n": 1, "x": (4, 4)}, agent, is_running=True)
    events = rubric_of({"all": {"n": {"weight": 100, "target": "<= 0", "score": {"deduct": 1, "per": 1}}}})
    yield score_one(events, {"n": measure_of("n", "count", "")}, {"n": (1, 2)}, Agent("team", members=2))
    for other in ({"one": {"n": amount, "x": {"weight": 40, **line}}},
                  {"one": {"n": amount}, "two": {"x": {"weight": 40, **line}}},
                  {"one": {"n": {**amount, "weight": 100}}}):  # fmt: skip
        shop = Agent("shop", presence=Fraction(0), members=0)
        yield score_one(rubric_of(other), counts, {"n": None, "x": (4, 4)}, shop)
    for target in (">= 50%", "<= 10%", ">= 100%"):
        goal = rubric_of({"all": {"x": {"weight": 100, **line, "target": target}}})
        yield score_one(goal, measures, {"x": (1, 4)}, is_running=True)


def everything_said() -> Iterator[Words]:
    for card in all_kinds_of_cards():
        yield from card.notes
        for outcome in card.outcomes:
            yield from outcome.reason
        for line in card.indicators:
            yield from (*line.reason, *line.steps, *([line.needed] if line.needed else []))


def test_every_sentence_is_said_and_every_sentence_said_exists() -> None:
    said = {one.code for one in everything_said()}
    assert said == set(SCORE_WORDS)


def test_every_sentence_can_be_said_with_the_parts_it_gets() -> None:
    for one in everything_said():
        for text in (say_en(one), say_zh(one)):
            assert "{" not in text
            assert "None" not in text


@pytest.mark.parametrize("code", SCORE_WORDS)
def test_both_languages_say_the_same(code: str) -> None:
    templates = SCORE_WORDS[code]
    assert set(templates) == {"en", "zh-CN"}
    english, chinese = (
        {name for _, name, _, _ in Formatter().parse(templates[lang]) if name} for lang in ("en", "zh-CN")
    )
    assert english == chinese


@pytest.mark.parametrize(("count", "noun"), [("1", "step"), ("2", "steps"), ("0", "steps"), ("1.5", "steps")])
def test_a_number_picks_its_noun(count: str, noun: str) -> None:
    assert "{n} {n:step|steps}".format(n=Number(count)) == f"{count} {noun}"


def test_words_keep_their_parts_in_order() -> None:
    assert words("x", b=1, a=2).parts == (("b", 1), ("a", 2))


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ({"en": "Good", "zh-CN": "良好"}, "Good", "良好"),
        ({"en": "Good"}, "Good", "Good"),
        ("好", "好", "好"),
        (None, "good", "good"),
        ({"zh-CN": "良好"}, "good", "良好"),
    ],
)
def test_a_title_is_said_in_the_language_of_the_sentence(text: Any, english: str, chinese: str) -> None:
    said = words("award-dimension", dimension=Title("good", text), value="1", condition=">= 1")
    assert (say_en(said), say_zh(said)) == (f"{english} 1 points (>= 1)", f"{chinese} 1 分（>= 1）")
