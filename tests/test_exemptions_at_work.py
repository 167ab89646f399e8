"""Exemptions in a period: what they change is what a shop without those rows comes to, and nothing else moves."""

from __future__ import annotations

import datetime as dt
import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from csperf.period import parse_month
from csperf.pipeline import ScoredPeriod, load_scheme, score_period
from csperf.render.words import say
from csperf.scoring.cards import Scorecard, Standing
from csperf.session import Session
from csperf.workspace import load_workspace
from small_shop import CHINA, csv_text, run_csperf, write_workspace

Row = dict[str, Any]
Shop = dict[str, list[Row]]

AGENTS = ("A1", "A2", "A3")
AT = {"tickets": "created_at", "surveys": "responded_at", "complaints": "opened_at", "agent_metrics": "date"}
MEASURES = """\
measures:
  pleased: {title: Pleased, definition: d, source: s, from: surveys, rate: "rating >= 4"}
  slow: {title: Slow, definition: d, source: s, from: tickets, p90: first_reply_seconds, unit: s, better: lower,
         window: 40d}
  upset:
    title: Upset
    definition: d
    source: s
    unit: "%"
    better: lower
    ratio: {of: {from: complaints, count: true}, to: {from: tickets, count: true, where: "channel = 'chat'"}}
  handled: {title: Handled, definition: d, source: s, from: tickets, count: true, better: higher}
  balance: {title: Balance, definition: d, source: s, derived: pleased - upset, unit: "%", better: higher}
  served: {title: Served, definition: d, source: s, from: agent_metrics, sum: served_count, better: higher}
  usual: {title: Usual, definition: d, source: s, from: tickets, mean: first_reply_seconds, unit: s, better: lower}
"""
RUBRIC = f"""\
name: exempted
version: "1"
title: Exempted
dimensions:
  all:
    weight: 100
    indicators:
      pleased: {{weight: 20, missing: zero, target: ">= 90%", score: {{deduct: 1, per: 3%, step: completed}}}}
      slow: {{weight: 20, missing: zero, score: {{bands: {{"<= 40s": 100, "<= 90s": 60, else: 10}}}}}}
      upset: {{weight: 10, missing: zero, target: "<= 5%", score: {{deduct: 0.5, per: 7%, step: proportional}}}}
      handled: {{weight: 10, missing: zero, target: ">= 12", score: {{attain: {{}}}}}}
      balance: {{weight: 10, missing: zero, target: ">= 80%", score: {{deduct: 0.5, per: 9%, step: started}}}}
      served: {{weight: 10, missing: zero, target: ">= 60", score: {{attain: {{}}}}}}
      usual: {{weight: 20, missing: zero, target: "<= 60s", score: {{relative: percentile}}}}
grades: [{{name: good, title: Good, min: 60}}, {{name: poor, title: Poor, min: 0}}]
{MEASURES}"""
INDICATORS = ("pleased", "slow", "upset", "handled", "balance", "served", "usual")


def make_shop(seed: int) -> Shop:
    """Rows from May to July, many of them close to midnight."""
    chance = random.Random(seed)

    def moment(first: str, days: int) -> str:
        day = dt.date.fromisoformat(first) + dt.timedelta(days=chance.randrange(days))
        return f"{day} {chance.choice(['00:00', '07:59', '08:00', '15:30', '23:59'])}"

    shop: Shop = {name: [] for name in AT}
    for number in range(40):
        agent, ticket = chance.choice(AGENTS), f"T{number}"
        shop["tickets"].append(
            {
                "ticket_id": ticket, "agent_id": agent, "created_at": moment("2025-05-10", 55),
                "channel": chance.choice(["chat", "call"]),
                "first_reply_seconds": chance.choice([None, 20, 45, 80, 200]),
            }
        )  # fmt: skip
        if chance.random() < 0.7:
            rated = {"survey_id": f"S{number}", "ticket_id": ticket, "agent_id": agent}
            shop["surveys"].append(rated | {"responded_at": moment("2025-05-25", 45), "rating": chance.randint(1, 5)})
        if chance.random() < 0.3:
            about = {"complaint_id": f"C{number}", "ticket_id": chance.choice([ticket, None]), "agent_id": agent}
            shop["complaints"].append(about | {"opened_at": moment("2025-05-25", 45)})
    for agent in AGENTS:
        for day in range(1, 31):
            count = chance.choice([0, 1, 2, 3, None])
            shop["agent_metrics"].append({"agent_id": agent, "date": f"2025-06-{day:02}", "served_count": count})
    return shop


def score(
    shop: Shop, *exemptions: Mapping[str, Any], rubric: str = RUBRIC, month: str = "2025-06",
    as_of: dt.date | None = None,
) -> ScoredPeriod:  # fmt: skip
    """The month of a shop with these exemptions."""
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), shop, *exemptions, rubric=rubric)
        (folder / "work").mkdir()
        session = Session(load_workspace(folder), folder / "work")
        period = parse_month(month, CHINA, dt.date(2025, 8, 1))
        return score_period(session, load_scheme(session.workspace), period, as_of=as_of)


def write(folder: Path, shop: Shop, *exemptions: Mapping[str, Any], rubric: str = RUBRIC) -> Path:
    files = {name: csv_text(list(rows[0]), [row.values() for row in rows]) for name, rows in shop.items() if rows}
    write_workspace(folder, files, rubric)
    if exemptions:
        (folder / "exemptions.yaml").write_text(yaml.safe_dump(list(exemptions), allow_unicode=True), encoding="utf-8")
    return folder


def exemption(agent: str, indicator: str, **what: Any) -> dict[str, Any]:
    """An approved one."""
    said = {"agent": agent, "indicator": indicator, "reason": "a strike", "requested_by": "Li", "approved_by": "Wang"}
    return said | what


def without_rows(shop: Shop, agent: str, what: Mapping[str, Any]) -> Shop:
    """The shop without the agent's rows of these ids and days, taken out by hand."""
    first, _, last = str(what.get("period", "")).partition("..")
    last = last or first + "~"  # of a month every day, of a day itself
    ids = {("ticket_id", one) for one in what.get("tickets", ())} | {
        ("survey_id", one) for one in what.get("surveys", ())
    }

    def is_of(name: str, row: Row) -> bool:
        has_id = not ids or any((column, row.get(column)) in ids for column in ("ticket_id", "survey_id"))
        on_day = not first or first <= row[AT[name]][: len(last.rstrip("~"))] <= last
        return row["agent_id"] == agent and has_id and on_day

    return {name: [row for row in rows if not is_of(name, row)] for name, rows in shop.items()}


def cards_of(scored: ScoredPeriod) -> dict[str, Scorecard]:
    return {card.agent.agent_id: card for card in scored.table.cards}


def lines_of(card: Scorecard) -> dict[str, Any]:
    """What each indicator came to, without what is said about it."""
    return {line.name: replace(line, reason=(), steps=()) for line in card.indicators}


def warnings_of(scored: ScoredPeriod) -> list[str]:
    return [say(one, "en") for one in scored.table.warnings if one.code.startswith("exemption")]


def unranked(cards: Mapping[str, Scorecard], agent: str) -> list[Scorecard]:
    """Everybody else's card, without the rank, which others may gain or lose by it."""
    return [replace(card, rank=None) for name, card in cards.items() if name != agent]


days = st.integers(0, 44).map(lambda day: dt.date(2025, 5, 20) + dt.timedelta(days=day))
spans = st.one_of(
    st.just("2025-06"), days.map(str), st.tuples(days, days).map(lambda ends: f"{min(ends)}..{max(ends)}")
)
tickets = st.lists(st.integers(0, 39).map("T{}".format), min_size=1, max_size=15, unique=True)
surveys = st.lists(st.integers(0, 39).map("S{}".format), min_size=1, max_size=15, unique=True)
whats = st.one_of(
    st.fixed_dictionaries({"tickets": tickets}),
    st.fixed_dictionaries({"period": spans}),
    st.fixed_dictionaries({"surveys": surveys, "tickets": tickets}),
    st.fixed_dictionaries({"tickets": tickets, "period": spans}),
)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(AGENTS), st.sampled_from(INDICATORS), whats)
def test_rows_left_out_are_as_if_they_were_not_there(
    seed: int, agent: str, indicator: str, what: dict[str, Any]
) -> None:
    shop = make_shop(seed)
    plain, bare = cards_of(score(shop)), cards_of(score(without_rows(shop, agent, what)))
    scored = score(shop, exemption(agent, indicator, **what))
    found = cards_of(scored)

    if agent in bare:
        assert lines_of(found[agent])[indicator] == lines_of(bare[agent])[indicator]
        value = scored.measurements[agent, indicator]
        assert (value.value, value.numerator) == (lines_of(bare[agent])[indicator].value, value.numerator)
    before, after = lines_of(plain[agent]), lines_of(found[agent])
    assert [one for one in before if before[one] != after[one]] in ([], [indicator])
    assert unranked(found, agent) == unranked(plain, agent)
    card = found[agent]
    if card.unexempted is None:
        assert (before, card.exemptions) == (after, ())
    else:
        assert card.unexempted == plain[agent].standing
        assert len(card.exemptions) == 1
    assert card.score == sum((line.points for line in after.values()), Decimal(0))


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(INDICATORS),
    st.lists(st.decimals("0.01", 30, places=2), max_size=3),
    st.booleans(),
)
def test_points_given_back_never_exceed_the_weight(
    seed: int, indicator: str, given_back: list[Decimal], full: bool
) -> None:
    shop = make_shop(seed)
    exemptions = [exemption("A2", indicator, period="2025-06", points=float(one)) for one in given_back]
    exemptions += [exemption("A2", indicator, period="2025-06", points="full")] if full else []
    plain, found = cards_of(score(shop)), cards_of(score(shop, *exemptions))

    before, after = (lines_of(cards["A2"])[indicator] for cards in (plain, found))
    wanted = after.max_points if full else min(before.points + sum(given_back), before.max_points)
    assert (after.points, after.max_points) == (wanted, before.max_points)
    assert found["A2"].score == plain["A2"].score + wanted - before.points
    assert unranked(found, "A2") == unranked(plain, "A2")
    (line,) = (line for line in found["A2"].indicators if line.name == indicator)
    if wanted != before.points:
        assert found["A2"].unexempted == plain["A2"].standing
        assert say(line.steps[-1], "en").endswith(f"{'becomes ' if full else ''}{wanted:.2f}")


# ── one case at a time ────────────────────────────────────────────────────────────────────────────

SMALL: Shop = {
    "surveys": [
        {"survey_id": "S1", "ticket_id": "T1", "agent_id": "A1", "responded_at": "2025-06-03 00:00", "rating": 5},
        {"survey_id": "S2", "ticket_id": "T2", "agent_id": "A1", "responded_at": "2025-06-03 23:59", "rating": 1},
        {"survey_id": "S3", "ticket_id": "T3", "agent_id": "A1", "responded_at": "2025-06-04 00:00", "rating": 4},
        {"survey_id": "S4", "ticket_id": None, "agent_id": "A1", "responded_at": "2025-06-05 10:00", "rating": 3},
        {"survey_id": "S5", "ticket_id": "T5", "agent_id": "A2", "responded_at": "2025-06-05 10:00", "rating": 1},
        {"survey_id": "S6", "ticket_id": "T6", "agent_id": "A2", "responded_at": "2025-06-06 10:00", "rating": 5},
        {"survey_id": "S7", "ticket_id": "T7", "agent_id": "A1", "responded_at": "2025-05-06 10:00", "rating": 1},
    ]
}  # fmt: skip
ONE = """\
name: one
version: "1"
title: One
dimensions:
  all: {weight: 100, indicators: {csat: {weight: 100, target: ">= 90%", score: {deduct: 1, per: 1%, step: completed}}}}
grades: [{name: good, title: Good, min: 60}, {name: poor, title: Poor, min: 0}]
"""


def csat(scored: ScoredPeriod, agent: str) -> tuple[int, int]:
    """The ratings that count as satisfied, and all."""
    line = lines_of(cards_of(scored)[agent])["csat"]
    return int(line.numerator or 0), int(line.denominator or 0)


@pytest.mark.parametrize(
    ("what", "left"),
    [
        ({"tickets": ["T2"]}, (2, 3)),
        ({"surveys": ["S2", "S4"]}, (2, 2)),
        ({"tickets": ["T1"], "surveys": ["S2"]}, (1, 2)),
        ({"period": "2025-06-03"}, (1, 2)),
        ({"period": "2025-06-03..2025-06-04"}, (0, 1)),
        ({"tickets": ["T2", "T3"], "period": "2025-06-03"}, (2, 3)),
        ({"period": "2025-06"}, (0, 0)),
    ],
)
def test_what_is_left_out(what: dict[str, Any], left: tuple[int, int]) -> None:
    scored = score(SMALL, exemption("A1", "csat", **what), rubric=ONE)
    assert csat(scored, "A1") == left
    assert csat(scored, "A2") == (1, 2)
    assert warnings_of(scored) == []


def test_a_running_month() -> None:
    said = exemption("A1", "csat", tickets=["T2"]), exemption("A2", "csat", period="2025-06", points="full")
    scored = score(SMALL, *said, rubric=ONE, as_of=dt.date(2025, 6, 5))
    assert csat(scored, "A1") == (2, 3)
    assert (cards_of(scored)["A2"].score, csat(scored, "A2")) == (Decimal(100), (0, 1))


def test_several_exemptions_of_one_indicator_add_up() -> None:
    both = [exemption("A1", "csat", tickets=["T2"]), exemption("A1", "csat", surveys=["S4"], reason="a test")]
    scored = score(SMALL, *both, exemption("A1", "csat", period="2025-06", points=1), rubric=ONE)
    assert csat(scored, "A1") == (2, 2)
    card = cards_of(scored)["A1"]
    assert [say(one, "en") for one in card.exemptions] == [
        "Customer satisfaction: 1 row left out (T2): a strike (requested by Li, approved by Wang)",
        "Customer satisfaction: 1 row left out (S4): a test (requested by Li, approved by Wang)",
        "Customer satisfaction: 1 point given back: a strike (requested by Li, approved by Wang)",
    ]
    assert (card.standing, card.unexempted) == (
        Standing(Decimal("100.00"), "good", 1), Standing(Decimal("60.00"), "good", 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "warning"),
    [
        ({"tickets": ["T2"], "approved_by": None}, "changes nothing: nobody has approved it"),
        ({"tickets": ["T2"], "until": "2025-06-29"}, "changes nothing: it was for periods that end by 2025-06-29"),
        ({"period": "2025-06-03", "approved_by": None}, "changes nothing: nobody has approved it"),
        ({"period": "2025-06", "points": "full", "until": "2025-05-31"},
         "changes nothing: it was for periods that end by 2025-05-31"),
        ({"tickets": ["T5"]}, "changes nothing: none of these rows counts for the agent in 2025-06"),
        ({"tickets": ["T9"]}, ": no row behind the indicator has T9"),
        ({"orders": ["O1"]}, "changes nothing: no file behind the indicator has a column order_id"),
        ({"period": "2025-06-20"}, "changes nothing: none of these rows counts for the agent in 2025-06"),
        ({"indicator": "speed", "period": "2025-06"}, "changes nothing: rubric one has no such indicator"),
        ({"agent": "A7", "period": "2025-06"}, "changes nothing: the agent has no scorecard in 2025-06"),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_said(said: dict[str, Any], warning: str) -> None:
    plain, scored = score(SMALL, rubric=ONE), score(SMALL, exemption("A1", "csat") | said, rubric=ONE)
    assert scored.table.cards == plain.table.cards
    assert scored.measurements == plain.measurements
    (found,) = warnings_of(scored)
    assert found.startswith("exemption 1 (")
    assert found.endswith(warning)


@pytest.mark.parametrize(
    "said",
    [
        {"tickets": ["T7"]},
        {"tickets": ["T7"], "approved_by": None},
        {"tickets": ["T7"], "until": "2025-05-31"},
        {"period": "2025-05"},
        {"period": "2025-07", "approved_by": None},
        {"period": "2025-05", "points": 3, "until": "2025-05-31"},
        {"period": "2025-05", "indicator": "speed"},
    ],
)
def test_of_another_month_nothing_is_said(said: dict[str, Any]) -> None:
    plain, scored = score(SMALL, rubric=ONE), score(SMALL, exemption("A1", "csat") | said, rubric=ONE)
    assert (scored.table.cards, scored.table.warnings) == (plain.table.cards, plain.table.warnings)


def test_some_ids_unknown_and_the_rest_left_out() -> None:
    scored = score(SMALL, exemption("A1", "csat", tickets=["T2", "T9"]), rubric=ONE)
    assert csat(scored, "A1") == (2, 3)
    assert warnings_of(scored) == ["exemption 1 (A1, csat): no row behind the indicator has T9"]


@pytest.mark.parametrize("points", [2, "full"])
def test_points_of_what_is_not_scored_or_full_anyway(points: Any) -> None:
    held = ONE.replace("weight: 100, target", "weight: 100, small_sample: {below: 9, then: hold}, target")
    said = exemption("A1", "csat", period="2025-06", points=points)
    scored = score(SMALL, said, rubric=held)
    assert warnings_of(scored) == ["exemption 1 (A1, csat) changes nothing: the indicator is not scored"]
    assert cards_of(scored)["A1"].unexempted is None
    easy = score(SMALL, said, rubric=ONE.replace(">= 90%", ">= 10%"))
    assert warnings_of(easy) == ["exemption 1 (A1, csat) changes nothing: the indicator has full points anyway"]
    assert cards_of(easy)["A1"].unexempted is None


def test_all_rows_left_out_is_missing_and_not_zero() -> None:
    scored = score(SMALL, exemption("A1", "csat", period="2025-06"), rubric=ONE)
    card = cards_of(scored)["A1"]
    assert (card.score, card.rank, card.unexempted) == (None, None, Standing(Decimal("60.00"), "good", 1))


def test_points_given_back_to_what_is_missing_are_not_said_to_be() -> None:
    rows, points = exemption("A1", "csat", period="2025-06"), exemption("A1", "csat", period="2025-06", points=2)
    scored = score(SMALL, rows, points, rubric=ONE)
    assert [said.code for said in cards_of(scored)["A1"].exemptions] == ["exempted-days"]


def test_agents_are_found_by_any_name_and_strangers_are_said(tmp_path: Path) -> None:
    roster: list[Row] = [
        {"agent_id": "A1", "name": "李雷", "aliases": "leili"},
        {"agent_id": "A2", "name": "Han", "aliases": None},
    ]
    shop = SMALL | {"roster": roster}
    for name in ("李雷", "leili", "A1"):
        assert csat(score(shop, exemption(name, "csat", tickets=["T2"]), rubric=ONE), "A1") == (2, 3)
    scored = score(shop, exemption("王芳", "csat", tickets=["T2"]), rubric=ONE)
    assert warnings_of(scored) == ["exemption 1 (王芳, csat) changes nothing: nobody of that name is known"]


@pytest.mark.parametrize("more", [{}, {"approved_by": None}])
@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ({"agent": "琪琪"}, "nobody of that name is known; perhaps 李雷 (A1)"),
        ({"agent": "leilei"}, "nobody of that name is known; perhaps 李雷 (A1)"),
        ({"indicator": "客户满意率"}, "that is the title of an indicator; write csat"),
        ({"indicator": "customer  SATISFACTION"}, "that is the title of an indicator; write csat"),
        ({"indicator": "c_sat"}, "rubric one has no such indicator; perhaps csat"),
    ],
)
def test_names_that_are_nearly_right_are_told_how_to_be_written(
    said: dict[str, Any], doubt: str, more: dict[str, Any]
) -> None:
    roster: list[Row] = [
        {"agent_id": "A1", "name": "李雷", "aliases": "leilei01|样例家居:琪琪"},
        {"agent_id": "A2", "name": "Han", "aliases": None},
    ]
    rubric = ONE.replace(
        "weight: 100, target", "weight: 100, title: {en: Customer satisfaction, zh: 客户满意率}, target"
    )
    scored = score(SMALL | {"roster": roster}, exemption("A1", "csat", tickets=["T2"]) | said | more, rubric=rubric)
    first, *others = warnings_of(scored)[::-1]
    assert first.endswith(f") changes nothing: {doubt}")
    assert [one.partition(": ")[2] for one in others] == (["nobody has approved it"] if more else [])


@pytest.mark.parametrize("month", ["2025-06", "2025-07"])
def test_a_window_reaches_back_into_the_days_of_an_exemption(month: str) -> None:
    rubric = ONE.replace("csat:", "mine:") + (
        "measures:\n  mine: {title: M, definition: d, source: s, from: surveys, rate: 'rating >= 4', window: 60d}\n"
    )
    shop = SMALL | {
        "surveys": [*SMALL["surveys"], SMALL["surveys"][0] | {"survey_id": "S8", "responded_at": "2025-07-02 10:00"}]
    }
    said = exemption("A1", "mine", period="2025-06-03", until="2025-07-31")
    lines = lines_of(cards_of(score(shop, said, rubric=rubric, month=month))["A1"])
    plain = lines_of(cards_of(score(shop, rubric=rubric, month=month))["A1"])
    assert plain["mine"].denominator - lines["mine"].denominator == 2


def test_a_report_that_reaches_beyond_the_days_stays() -> None:
    def report(date: str, last: str | None, count: int) -> Row:
        return {"agent_id": "A1", "date": date, "last_date": last, "served_count": count}

    rubric = ONE.replace('csat: {weight: 100, target: ">= 90%"', 'served: {weight: 100, target: ">= 9"').replace(
        "per: 1%", "per: 1"
    )
    rubric += (
        "measures:\n  served: {title: S, definition: d, source: s, from: agent_metrics, sum: served_count, "
        "better: higher}\n"
    )
    shop = {
        "agent_metrics": [
            report("2025-06-01", "2025-06-07", 1),
            report("2025-06-08", "2025-06-09", 2),
            report("2025-06-10", None, 4),
        ]
    }
    for days, left in (("2025-06-01..2025-06-06", 7), ("2025-06-01..2025-06-08", 6), ("2025-06-08..2025-06-10", 1)):
        assert (
            lines_of(cards_of(score(shop, exemption("A1", "served", period=days), rubric=rubric))["A1"])["served"].value
            == left
        )


# ── commands ──────────────────────────────────────────────────────────────────────────────────────


def read(folder: Path, *arguments: str) -> Any:
    run = run_csperf(*arguments, "--month", "2025-06", "--format", "json", cwd=folder)
    assert run.code == 0, run.err
    return json.loads(run.out)


def test_explain_adds_up_and_shows_the_rows(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", tickets=["T2"]),
                   exemption("A1", "csat", period="2025-06", points=4), rubric=ONE)  # fmt: skip
    card = read(folder, "explain", "A1")["agent"]
    (line,) = card["indicators"]
    assert line["steps"][0] == "value: 2 ÷ 3 = 66.67%"
    assert line["steps"][-1] == "given back: 77.00 + 4.00 = 81.00"
    assert line["reason"].endswith("exempted rows left out; 50.00% with them; 4.00 points given back: a strike")
    assert card["score"] == 81
    assert card["unexempted"] == {"score": 60, "grade": "good", "rank": 1}
    rows = read(folder, "explain", "A1", "--indicator", "csat", "--rows")["rows"]
    assert {row["survey_id"]: row["counted"] for row in rows} == {
        "S1": "hit",
        "S2": "exempt",
        "S3": "hit",
        "S4": "miss",
    }


def test_the_derivation_of_a_formula_uses_what_is_left() -> None:
    scored = score(make_shop(7), exemption("A1", "balance", period="2025-06-01..2025-06-15"))
    (line,) = (line for line in cards_of(scored)["A1"].indicators if line.name == "balance")
    parts = {one.parts[0][1]: one.parts[1][1] for one in line.steps if one.code == "step-part"}
    assert line.value is not None
    left = float(parts["pleased"].rstrip("%")) - float(parts["upset"].rstrip("%"))
    assert left == pytest.approx(float(line.value) * 100)


FORMATS: Sequence[tuple[str, Callable[[str], bool]]] = (
    ("json", lambda text: '"unexempted": {\n' in text),
    (
        "table",
        lambda text: "81.00*" in text and "* A1: without exemptions: score 60.00 · grade Good · rank 1; " in text,
    ),
    ("md", lambda text: r"81.00\*" in text and "- A1: without exemptions: score 60.00" in text),
)


@pytest.mark.parametrize(("format_", "is_there"), FORMATS)
def test_every_view_shows_the_score_with_and_without(
    format_: str, is_there: Callable[[str], bool], tmp_path: Path
) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", tickets=["T2"]),
                   exemption("A1", "csat", period="2025-06", points=4), rubric=ONE)  # fmt: skip
    run = run_csperf("score", "--month", "2025-06", "--format", format_, "--lang", "en", cwd=folder)
    assert run.code == 0, run.err
    assert is_there(run.out)
    assert run_csperf("score", "--month", "2025-06", "-o", "s.xlsx", cwd=folder).code == 0


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize(
    "command",
    [
        ("score", "--format", "table"),
        ("score", "--format", "md"),
        ("score", "--format", "json"),
        ("explain", "A1", "--format", "table"),
        ("explain", "A1", "--format", "json"),
        ("score", "-o", "s.xlsx"),
    ],
)
def test_an_exemption_that_costs_points_says_so(command: Sequence[str], lang: str, tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", surveys=["S1"]), rubric=ONE)
    run = run_csperf(*command, "--month", "2025-06", "--lang", lang, cwd=folder, env={"COLUMNS": "300"})
    assert run.code == 0, run.err
    said = {
        "en": "note: without the exemption the score would be higher (60.00)",
        "zh-CN": "注意：不计这条豁免，得分反而更高（60.00）",
    }[lang]
    sheets = fastexcel.read_excel(folder / "s.xlsx") if command[-1] == "s.xlsx" else None
    shown = str(sheets.load_sheet(0).to_polars().rows()) if sheets else run.out
    assert said in shown


def test_one_that_gives_points_says_nothing_of_lower_scores(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", surveys=["S2"]), rubric=ONE)
    (card,) = (one for one in read(folder, "score")["agents"] if one["unexempted"])
    assert len(card["exemptions"]) == 1


def test_the_json_is_as_its_schema_says(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", tickets=["T2"]), rubric=ONE)
    schema = json.loads(run_csperf("rubric", "schema", "score").out)
    Draft202012Validator(schema).validate(read(folder, "score"))


def test_simulate_exempts_under_both_rubrics(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", tickets=["T2"]), rubric=ONE)
    (folder / "other.yaml").write_text(ONE.replace("deduct: 1", "deduct: 2").replace("name: one", "name: two"), "utf-8")
    found = read(folder, "simulate", "--rubric", "other.yaml")
    (change,) = (one for one in found["agents"] if one["agent_id"] == "A1")
    assert (change["before"]["score"], change["after"]["score"]) == (77, 54)


def test_teams_are_scored_with_all_rows_and_that_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL, exemption("A1", "csat", tickets=["T2"]), rubric=ONE)
    found = read(folder, "score", "--by", "shop")
    assert found["agents"][0]["indicators"][0]["denominator"] == 6
    assert [one for one in found["warnings"] if "exemption" in one] == [
        "exemptions are granted to single agents; they change nothing where teams or the shop are scored"
    ]
