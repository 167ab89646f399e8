"""Strengths, losses, where they are, and what follows from them: the stated rules, and a second reading of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_sample import measure_of, measured, rubric_of

from csperf.rubric.load import LoadedRubric
from csperf.rubric.measures import Aggregate, Measure
from csperf.scoring.cards import Agent, AggregateResult, ScoreTable
from csperf.scoring.coaching import (
    AgentPlan,
    Field,
    Loss,
    Rows,
    can_split,
    choose_lessons,
    count_topics,
    find_common,
    find_losses,
    find_strengths,
    follow_losses,
    join_rows,
    judge_need,
    list_lessons,
    locate_loss,
    split_term,
)
from csperf.scoring.history import ScoreSheet
from csperf.scoring.score import score_agents
from csperf.yaml_source import YamlSource

DEDUCT = {"deduct": 1, "per": "1%", "step": "started"}
DIMENSIONS: dict[str, dict[str, Any]] = {
    "results": {
        "timely": {"weight": 60, "target": ">= 95%", "score": DEDUCT},
        "complaints": {"weight": 20, "target": "<= 0", "score": {"deduct": 1, "per": 1}},
    },
    "ability": {"marks": {"weight": 20, "score": {"curve": {0: 0, 100: 100}}}},
}
MEASURES = {
    "timely": measure_of("timely"),
    "complaints": measure_of("complaints", "count", ""),
    "marks": measure_of("marks", "mean", "", "higher"),
}
CLAUSES: dict[str, Any] = {
    "training": {
        "speed": {"title": "Speed", "indicator": "timely"},
        "logistics": {"title": "Logistics", "indicator": "timely", "slice": {"category": "物流"}},
        "results": {"title": "Results", "dimension": "results"},
    },
    "support": {"ability": "ability", "results": "results", "high": "80%", "low": "75%", "offer": "Projects"},
}
Counts = Mapping[str, tuple[int, int]]
"""Part → (hits, cases)."""


def field_of(**values: dict[str, Any]) -> Field:
    """Agents by id with their values; what is not given is perfect."""
    rubric = rubric_of(DIMENSIONS, **CLAUSES)
    perfect: dict[str, Any] = {"timely": (100, 100), "complaints": 0, "marks": (400, 4)}
    measurements = dict(
        measured(who, name, *(value if isinstance(value, tuple) else (value,)))
        for who, own in values.items() for name, value in {**perfect, **own}.items()
    )  # fmt: skip
    cards = score_agents(rubric, MEASURES, measurements, [Agent(who) for who in values])
    table = ScoreTable(
        "2025-06", "", "", "UTC", "test", "1", "", "test", {}, {}, {}, (), tuple(cards)
    )  # fmt: skip
    scheme = LoadedRubric(rubric, MEASURES, YamlSource("rubric.yaml", []), "0" * 64, ())
    return Field(scheme, ScoreSheet(table, measurements))


def card_of(field: Field, who: str) -> Any:
    return next(card for card in field.sheet.table.cards if card.agent.agent_id == who)


def figure(hits: int, cases: int) -> AggregateResult:
    return AggregateResult(Fraction(hits, cases) if cases else None, Fraction(hits), Fraction(cases), cases)


def rows_of(column: str = "category", **agents: Counts) -> Rows:
    """What a rate's rows come to, by agent and part."""
    parts: dict[tuple[str, str], dict[str, AggregateResult]] = {}
    for who, counts in agents.items():
        for value, (hits, cases) in counts.items():
            if value and cases:
                parts.setdefault((column, value), {})[who] = figure(hits, cases)
    whole = {who: figure(*map(sum, zip(*counts.values(), strict=True))) for who, counts in agents.items()}
    return Rows(whole, parts)


def locate(own: Counts, others: Counts) -> Loss:
    """Where A's lost points in a rate with a target of 95 % are; B is everybody else."""
    rows = rows_of(A=own, B=others)
    totals = {who: (int(one.numerator or 0), int(one.denominator or 0)) for who, one in rows.whole.items()}
    field = field_of(A={"timely": totals["A"]}, B={"timely": totals["B"]})
    card = card_of(field, "A")
    (loss,) = (loss for loss in find_losses(field, card) if loss.line.name == "timely")
    return locate_loss(field, card, loss, rows)


def named(loss: Loss) -> str | None:
    return loss.place.value if loss.place else None


EVEN = {"物流": (95, 100), "安装": (95, 100), "发票": (95, 100)}


def test_one_slow_category_is_the_place() -> None:
    loss = locate({"物流": (20, 30), "安装": (40, 40), "发票": (30, 30)}, EVEN)
    assert (loss.finding, named(loss)) == ("place", "物流")
    assert loss.place is not None
    assert (loss.place.own.value, loss.place.others.value) == (Fraction(2, 3), Fraction(95, 100))
    assert loss.rest is not None
    assert [loss.rest.numerator, loss.rest.denominator] == [70, 70]


def test_a_loss_spread_evenly_has_no_place() -> None:
    assert locate({"物流": (24, 30), "安装": (32, 40), "发票": (24, 30)}, EVEN).finding == "spread"
    # Nor where most rows are of one sort: the others are as bad.
    assert locate({"物流": (80, 100), "安装": (8, 10)}, EVEN).finding == "spread"


def test_two_slow_categories_are_not_one_place() -> None:
    assert locate({"物流": (20, 30), "安装": (20, 30), "发票": (30, 30)}, EVEN).finding == "spread"


def test_a_category_that_is_hard_for_everybody_is_no_place() -> None:
    assert locate({"物流": (20, 30), "安装": (60, 60)}, {"物流": (20, 30), "安装": (60, 60)}).finding == "spread"


def test_half_of_what_was_lost_has_to_be_won_back() -> None:
    # 10 missed, 5 of them in one part where the others miss none: exactly half.
    others = {"物流": (100, 100), "安装": (95, 100)}
    assert named(locate({"物流": (25, 30), "安装": (95, 100)}, others)) == "物流"
    assert named(locate({"物流": (25, 29), "安装": (94, 100)}, others)) is None


def test_three_cases_more_are_clearly_worse() -> None:
    others = {"物流": (100, 100), "安装": (95, 100)}
    assert named(locate({"物流": (27, 30), "安装": (20, 20)}, others)) == "物流"
    assert named(locate({"物流": (22, 24), "安装": (10, 10)}, others)) is None


def test_nearly_everything_is_no_place() -> None:
    others = {"物流": (100, 100), "安装": (100, 100)}
    assert named(locate({"物流": (20, 30), "安装": (10, 10)}, others)) == "物流"
    assert named(locate({"物流": (21, 31), "安装": (10, 10)}, others)) is None


def test_elsewhere_on_target_or_no_worse_than_the_others() -> None:
    others = {"物流": (100, 100), "安装": (90, 100)}
    assert named(locate({"物流": (10, 30), "安装": (90, 100)}, others)) == "物流"
    assert named(locate({"物流": (10, 30), "安装": (89, 100)}, others)) is None


def test_few_rows_are_not_named() -> None:
    assert named(locate({"物流": (0, 5), "安装": (60, 60)}, EVEN)) == "物流"
    assert named(locate({"物流": (0, 4), "安装": (60, 60)}, EVEN)) is None
    assert named(locate({"物流": (0, 5), "安装": (60, 60)}, {"物流": (4, 4), "安装": (60, 60)})) is None
    assert locate({"物流": (2, 4), "安装": (4, 4)}, EVEN).finding == "thin"


def test_one_value_in_all_rows_is_no_place() -> None:
    assert locate({"物流": (20, 30)}, {"物流": (100, 100)}).finding == "thin"


def test_without_others_nothing_is_said_of_where_a_count_lies() -> None:
    field = field_of(A={"complaints": 10})
    ten, five = (AggregateResult(Fraction(number), Fraction(number), None, number) for number in (10, 5))
    rows = Rows({"A": ten}, {("cause", "物流"): {"A": five}, ("cause", "安装"): {"A": five}})
    card = card_of(field, "A")
    (loss,) = find_losses(field, card)
    assert locate_loss(field, card, loss, rows).finding == "thin"


def test_rows_that_say_nothing_belong_to_the_rest() -> None:
    assert named(locate({"物流": (20, 30), "安装": (20, 20), "": (20, 20)}, EVEN)) == "物流"
    assert named(locate({"物流": (20, 30), "安装": (20, 20), "": (10, 20)}, EVEN)) is None


counts = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair)))
shops = st.fixed_dictionaries({}, optional=dict.fromkeys(("物流", "安装", "发票", ""), counts))


@settings(max_examples=60, deadline=None)
@given(shops, shops)
def test_the_place_is_what_the_rule_says(own: Counts, others: Counts) -> None:
    hits, cases = (sum(part[place] for part in own.values()) for place in (0, 1))
    theirs, of_them = (sum(part[place] for part in others.values()) for place in (0, 1))
    if not cases or not of_them or Fraction(hits, cases) >= Fraction(95, 100):
        return
    loss = locate(own, others)
    found = {}
    for name in own:
        (good, count), (their_good, their_count) = own[name], others.get(name, (0, 0))
        rest, other_rest = cases - count, of_them - their_count
        if not name or count < 5 or their_count < 5 or not rest:
            continue
        won = Fraction(their_good, their_count) * count - good
        elsewhere = Fraction(hits - good, rest)
        is_fine = elsewhere >= Fraction(95, 100) or (
            other_rest > 0 and elsewhere >= Fraction(theirs - their_good, other_rest)
        )
        if won >= 3 and won >= Fraction(cases - hits, 2) and is_fine and 4 * rest >= cases:
            found[name] = (won, -count)
    # A part that all rows are in tells nothing apart, and of several the one that wins back most is named.
    values = {name for counts in (own, others) for name in counts if name and counts[name][1]}
    best = max(found.values(), default=None) if len(values) > 1 else None
    assert (named(loss) is None) == (best is None)
    if best is not None:
        assert found[named(loss) or ""] == best


def test_counts_are_held_against_the_people_there() -> None:
    field = field_of(A={"complaints": 6}, B={"complaints": 1}, C={"complaints": 2})
    card = card_of(field, "A")
    (loss,) = (loss for loss in find_losses(field, card) if loss.line.name == "complaints")

    def count(number: int) -> AggregateResult:
        return AggregateResult(Fraction(number), Fraction(number), None, number)

    parts = {("cause", "物流"): {"A": count(5), "B": count(1)}, ("cause", "态度"): {"A": count(1), "C": count(2)}}
    found = locate_loss(field, card, loss, Rows({"A": count(6), "B": count(1), "C": count(2)}, parts))
    assert named(found) == "物流"
    assert found.place is not None
    assert [found.place.own.value, found.place.others.value] == [5, Fraction(1, 2)]


@pytest.mark.parametrize(
    ("spoken", "written", "place"),
    [(350, 450, "spoken"), (400, 400, None), (360, 450, "spoken"), (361, 450, None), (360, 449, None)],
)
def test_means_are_held_against_the_others_where_there_is_no_target(
    spoken: int, written: int, place: str | None
) -> None:
    """The others have 90 in both; 72 is a fifth worse, exactly."""
    field = field_of(A={"marks": (spoken + written, 10)}, B={"marks": (900, 10)})
    card = card_of(field, "A")
    (loss,) = find_losses(field, card)
    parts = {
        ("criterion", "spoken"): {"A": figure(spoken, 5), "B": figure(450, 5)},
        ("criterion", "written"): {"A": figure(written, 5), "B": figure(450, 5)},
    }
    rows = Rows({"A": figure(spoken + written, 10), "B": figure(900, 10)}, parts)
    assert loss.is_weak
    assert named(locate_loss(field, card, loss, rows)) == place


def test_other_rows_than_the_cards_are_not_looked_into() -> None:
    field = field_of(A={"timely": (20, 30)}, B={})
    card = card_of(field, "A")
    (loss,) = find_losses(field, card)
    rows = rows_of(A={"物流": (20, 31)}, B={"物流": (100, 100)})
    assert locate_loss(field, card, loss, rows).finding == "differs"
    assert locate_loss(field, card, loss, None).finding == "unsplit"


def test_strengths_are_full_points_that_others_lack() -> None:
    field = field_of(A={}, B={"timely": (50, 100), "marks": (396, 4)}, C={"timely": (100, 100)})
    assert [one.line.name for one in find_strengths(field, card_of(field, "A"))] == ["timely"]
    (strength,) = find_strengths(field, card_of(field, "A"))
    assert strength.others.value == Fraction(3, 4)
    assert find_strengths(field, card_of(field, "B")) == ()


def test_full_points_off_target_are_no_strength() -> None:
    lenient = {"results": {"timely": {"weight": 100, "target": ">= 95%", "score": {**DEDUCT, "step": "completed"}}}}
    rubric = rubric_of(lenient)
    measurements = dict([measured("A", "timely", 946, 1000), measured("B", "timely", 50, 100)])
    cards = score_agents(rubric, MEASURES, measurements, [Agent("A"), Agent("B")])
    table = replace(field_of(A={}).sheet.table, cards=tuple(cards))
    scheme = LoadedRubric(rubric, MEASURES, YamlSource("rubric.yaml", []), "0" * 64, ())
    field = Field(scheme, ScoreSheet(table, measurements))
    card = card_of(field, "A")
    assert card.score == 100
    assert (find_strengths(field, card), find_losses(field, card)) == ((), ())


def test_losses_are_ordered_and_weak_where_a_target_is_missed_or_others_do_better() -> None:
    field = field_of(A={"timely": (90, 100), "complaints": 2, "marks": (380, 4)}, B={"marks": (360, 4)})
    found = [(loss.line.name, loss.lost, loss.is_weak) for loss in find_losses(field, card_of(field, "A"))]
    assert found == [
        ("timely", Decimal("5.00"), True),
        ("complaints", Decimal("2.00"), True),
        ("marks", Decimal("1.00"), False),
    ]


def plan_for(field: Field, who: str, *losses: Loss) -> AgentPlan:
    own = losses or find_losses(field, card_of(field, who))
    return AgentPlan(card_of(field, who), (), own, choose_lessons(field.scheme.rubric, own), None)


def test_lessons_go_to_what_is_weak_and_slices_to_their_place() -> None:
    field = field_of(A={"timely": (90, 100)}, B={})
    rubric = field.scheme.rubric
    (loss,) = find_losses(field, card_of(field, "A"))
    assert [one.name for one in choose_lessons(rubric, [loss])] == ["speed", "results"]
    located = locate({"物流": (20, 30), "安装": (40, 40), "发票": (30, 30)}, EVEN)
    assert [one.name for one in choose_lessons(rubric, [located])] == ["speed", "logistics", "results"]
    elsewhere = locate({"安装": (20, 30), "物流": (40, 40), "发票": (30, 30)}, EVEN)
    assert [one.name for one in choose_lessons(rubric, [elsewhere])] == ["speed", "results"]
    assert choose_lessons(rubric, [replace(loss, is_weak=False)]) == ()


@pytest.mark.parametrize(
    ("marks", "timely", "expected"),
    [
        (80, 75, None),  # 60 of 80 points for results: 75 % exactly
        (80, 74, "offer"),  # low results, at 80 % of the ability exactly
        (79, 74, None),
        (74, 95, "training"),
        (75, 95, None),
        (74, 74, "training"),
    ],
)
def test_low_results_are_told_from_low_ability(marks: int, timely: int, expected: str | None) -> None:
    field = field_of(A={"marks": (marks * 4, 4), "timely": (timely, 100)})
    need = judge_need(field.scheme.rubric, card_of(field, "A").dimensions)
    assert (need.kind if need else None) == expected
    assert need is None or need.offer == ("Projects" if expected == "offer" else None)


def test_losses_are_followed_up() -> None:
    before = field_of(A={"timely": (90, 100), "complaints": 2, "marks": (380, 4)}, B={})
    now = field_of(A={"timely": (92, 100), "complaints": 3, "marks": None}, B={})
    steps = follow_losses(find_losses(before, card_of(before, "A")), card_of(now, "A"))
    assert [(step.name, step.before, step.now, step.now_of, step.change) for step in steps] == [
        ("timely", Decimal("5.00"), Decimal("3.75"), Decimal("75.00"), "better"),
        ("complaints", Decimal("2.00"), Decimal("3.75"), Decimal("25.00"), "worse"),
        ("marks", Decimal("1.00"), None, None, "unknown"),
    ]


def test_progress_is_one_of_shares_where_the_points_changed() -> None:
    before = field_of(A={"timely": (85, 100)}, B={})
    now = field_of(A={"timely": (85, 100), "marks": None}, B={})  # whose points go to the others
    (step,) = follow_losses(find_losses(before, card_of(before, "A")), card_of(now, "A"))
    assert [step.before, step.before_of, step.now, step.now_of] == [10, 60, Decimal("12.50"), 75]
    assert step.change == "same"


def test_weaknesses_of_a_third_are_common() -> None:
    field = field_of(A={"timely": (90, 100)}, B={"complaints": 2}, C={}, D={"timely": (80, 100)}, E={}, F={}, G={})
    plans = [plan_for(field, who) for who in "ABCDEFG"]
    assert find_common(plans) == ()
    assert [(one.name, one.weak, one.scored, one.lost) for one in find_common(plans[:6])] == [
        ("timely", 2, 6, Decimal("20.00"))
    ]
    lessons = {lesson.name: whom for lesson, whom in list_lessons(plans)}
    assert lessons == {"speed": ("A", "D"), "results": ("A", "B", "D")}


def test_topics_are_counted_once_for_the_members() -> None:
    found = {("A", "物流"): figure(2, 0), ("B", "物流"): figure(1, 0), ("Z", "物流"): figure(9, 0),
             ("A", "安装"): figure(1, 0), ("B", "退款"): figure(3, 0)}  # fmt: skip
    counted = {key: AggregateResult(one.numerator, one.numerator, None, 1) for key, one in found.items()}
    topics = count_topics("complaints", "cause", counted, ["A", "B"])
    assert [(topic.value, topic.count, topic.members) for topic in topics] == [("物流", 3, 2), ("退款", 3, 1)]


def test_which_measures_can_be_split() -> None:
    def term(**more: Any) -> Aggregate:
        return Aggregate(**{"table": "tickets", "kind": "count", "at": "created_at", **more})

    def ratio(*terms: Aggregate) -> Measure:
        return measure_of("ratio", "ratio", terms=terms)

    assert can_split(MEASURES["timely"])
    assert can_split(ratio(term(), term(where="answered")))
    assert not can_split(ratio(term(), term(table="complaints")))
    assert not can_split(measure_of("p90", "percentile"))
    assert not can_split(measure_of("derived", "derived"))
    assert not can_split(measure_of("shop", terms=(term(kind="rate", agent="everyone"),)))


def test_ratios_are_joined_from_both_terms() -> None:
    of, to = (Aggregate("tickets", "count", "created_at", where=where) for where in ("rating >= 4", None))
    measure = measure_of("ratio", "ratio", terms=(of, to))
    four, ten = (AggregateResult(Fraction(number), Fraction(number), None, number) for number in (4, 10))
    parts = {split_term(of, "category"): {("A", "物流"): four}, split_term(to, "category"): {
        ("A", "物流"): ten, ("B", "物流"): ten}}  # fmt: skip
    rows = join_rows(measure, ["category"], {of: {"A": four}, to: {"A": ten, "B": ten}}, parts)
    assert {who: one.value for who, one in rows.whole.items()} == {"A": Fraction(2, 5), "B": 0}
    assert {who: one.value for who, one in rows.parts["category", "物流"].items()} == {"A": Fraction(2, 5), "B": 0}
