"""The roster leads every name to one agent, and says who is scored."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.period import parse_month
from csperf.problems import ProblemsFound
from csperf.roster import Roster, build_roster, normalise_name
from csperf.scoring.cards import Agent
from small_shop import CHINA, csv_text, run_csperf, write_workspace

HEADERS = ["agent_id", "name", "team", "joined_on", "left_on", "is_bot", "aliases"]
SURVEY = ["survey_id", "agent_id", "responded_at", "rating"]


def build(*rows: dict[str, Any]) -> Roster:
    return build_roster(rows, "roster.csv")


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "A1",
        "a1",
        "Ａ１",
        " A1 ",
        "lina",
        "LiNa",
        "ｌｉｎａ",
        "lina@shop.example",
        "Lina@Shop.Example",
        "样例家居:娜娜",
        "样例家居：娜娜",
        "Li  Na",
        "li\u3000na",
        "Straße",
        "STRASSE",
        "李娜",
    ],
)
def test_every_way_to_write_a_name_leads_to_the_agent(name: str) -> None:
    roster = build(
        {
            "agent_id": "A1",
            "name": "李娜",
            "aliases": "lina；lina@shop.example|样例家居:娜娜｜ Li Na ;straße;;",
        }
    )
    assert roster.resolve(name) == "A1"


def test_a_name_of_nobody_stays_as_it_is() -> None:
    roster = build({"agent_id": "A1", "name": "李娜"})
    assert roster.resolve("  Who  is this ") == "Who  is this"
    assert roster.resolve("A10") == "A10"
    assert Roster().resolve("lina ") == "lina"


def test_name_clash_names_both_agents_and_every_clash_at_once() -> None:
    with pytest.raises(ProblemsFound) as caught:
        build(
            {"agent_id": "A1", "aliases": "nana;Ｘ"},
            {"agent_id": "A2", "aliases": "NaNa"},
            {"agent_id": "A3", "aliases": "x;a1"},
        )
    messages = [problem.message for problem in caught.value.problems]
    assert messages == [
        'the name "a1" belongs to 2 agents: A1, A3',
        'the name "nana" belongs to 2 agents: A1, A2',
        'the name "x" belongs to 2 agents: A1, A3',
    ]
    assert {problem.code for problem in caught.value.problems} == {"roster-name-claimed-twice"}


def test_repeating_ones_own_name_is_no_clash() -> None:
    assert build({"agent_id": "A1", "name": "lina", "aliases": "a1;lina;LINA"}).resolve("lina") == "A1"


def test_a_persons_own_name_leads_to_them_only_where_it_is_theirs_alone() -> None:
    twins = build(
        {"agent_id": "A1", "name": "李娜"},
        {"agent_id": "A2", "name": "李娜"},
        {"agent_id": "A3", "name": "王强"},
    )
    assert (twins.resolve("李娜"), twins.resolve("王强")) == ("李娜", "A3")
    taken = build({"agent_id": "A1", "name": "王强"}, {"agent_id": "A2", "name": "王刚", "aliases": "王强"})
    assert taken.resolve("王强") == "A2"


def test_what_the_roster_knows_of_an_agent() -> None:
    roster = build(
        {"agent_id": "A1", "name": "李娜", "team": "一组", "role": "客服", "is_bot": None},
        {"agent_id": "B1", "is_bot": True},
    )
    assert roster.find_agent("A1") == Agent("A1", "李娜", "一组", "客服")
    assert roster.find_agent("Z9") == Agent("Z9")
    assert (roster.is_bot("A1"), roster.is_bot("B1"), roster.is_bot("Z9")) == (False, True, False)


@given(st.text(alphabet="aAſßﬁ李１1 　\u00a0:：", max_size=6))
def test_blanks_around_a_name_never_matter_and_tidying_twice_changes_nothing(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(f" {name}\u3000\t") == once == normalise_name(once)


@pytest.mark.parametrize(
    ("joined", "left", "here"),
    [
        (None, None, True),
        ("2025-06-30", None, True),
        ("2025-07-01", None, False),
        (None, "2025-06-01", True),
        (None, "2025-05-31", False),
        ("2025-06-10", "2025-06-10", True),
        ("2020-01-01", "2025-12-31", True),
    ],
)
def test_who_was_here(joined: str | None, left: str | None, here: bool) -> None:
    days = {key: dt.date.fromisoformat(day) if day else None for key, day in (("joined_on", joined), ("left_on", left))}
    member = build({"agent_id": "A1", **days}).members["A1"]
    assert member.was_here(parse_month("2025-06", CHINA, dt.date.today())) == here


# ── through the whole pipe ────────────────────────────────────────────────────────────────────────


def score(folder: Path, roster: list[Any] | None, surveys: list[Any]) -> tuple[dict[str, Any], list[str]]:
    """(agent → their entry of the JSON, the warnings)."""
    files = {"surveys": csv_text(SURVEY, surveys)}
    if roster is not None:
        files["roster"] = csv_text(HEADERS, roster)
    run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", cwd=write_workspace(folder, files))
    assert run.code == 0, run.err
    document = json.loads(run.out)
    return {agent["agent_id"]: agent for agent in document["agents"]}, document["warnings"]


def test_rows_under_all_names_of_an_agent_count_together(tmp_path: Path) -> None:
    roster = [
        ["A1", "李娜", "一组", None, None, "否", "lina;样例家居:娜娜"],
        ["A2", "王强", "一组", None, None, None, None],
    ]
    names = ["A1", "lina", "LINA ", "样例家居：娜娜", "李娜", "王强"]
    agents, warnings = score(tmp_path, roster, [[f"S{n}", name, "2025-06-03 10:00", 5] for n, name in enumerate(names)])
    assert {agent_id: agent["indicators"][0]["denominator"] for agent_id, agent in agents.items()} == {
        "A1": 5,
        "A2": 1,
    }
    assert (agents["A1"]["name"], agents["A1"]["team"]) == ("李娜", "一组")
    assert warnings == []


def test_who_gets_a_card(tmp_path: Path) -> None:
    roster = [
        ["A1", "has rows", None, None, None, None, None],
        ["A2", "no rows", None, None, None, None, None],
        ["A3", "left with rows after", None, None, "2025-05-20", None, None],
        ["A4", "left", None, None, "2025-05-31", None, None],
        ["A5", "not yet here", None, "2025-07-01", None, None, None],
        ["A6", "left mid-month", None, None, "2025-06-13", None, None],
        ["B1", "bot", None, None, None, "是", "robo"],
    ]
    surveys: list[list[object]] = [
        ["S1", "A1", "2025-06-03 10:00", 5],
        ["S2", "A3", "2025-06-03 10:00", 5],
        ["S3", "robo", "2025-06-03 10:00", 1],
        ["S4", "stranger 1", "2025-06-03 10:00", 1],
        ["S5", "Stranger 2", "2025-06-03 10:00", 1],
        ["S6", None, "2025-06-03 10:00", 1],
        ["S7", None, "2025-05-03 10:00", 1],
        ["S8", "A1", "2025-05-03 10:00", 1],
    ]
    agents, warnings = score(tmp_path, roster, surveys)
    assert set(agents) == {"A1", "A2", "A3", "A6", "stranger 1", "Stranger 2"}
    assert agents["A2"]["score"] is None
    assert agents["A2"]["indicators"][0]["status"] == "missing"
    assert agents["A1"]["score"] == 100
    said = "\n".join(warnings)
    assert all(f'"{name}"' in said or name in said for name in ("stranger 1", "Stranger 2", "B1"))
    assert "surveys" in said
    assert len(warnings) == 4
    assert "1" in next(line for line in warnings if "surveys" in line)


def test_without_a_roster_names_stand_for_themselves_and_nobody_is_unknown(tmp_path: Path) -> None:
    agents, warnings = score(
        tmp_path, None, [["S1", "lina ", "2025-06-03 10:00", 5], ["S2", "Lina", "2025-06-03 10:00", 5]]
    )
    assert set(agents) == {"lina", "Lina"}
    assert warnings == []


def test_clash_in_the_roster_stops_the_month(tmp_path: Path) -> None:
    roster = csv_text(HEADERS, [["A1", "", "", "", "", "", "nana"], ["A2", "", "", "", "", "", "NANA"]])
    surveys = csv_text(SURVEY, [["S1", "A1", "2025-06-03 10:00", 5]])
    run = run_csperf(
        "score", "--month", "2025-06", cwd=write_workspace(tmp_path, {"surveys": surveys, "roster": roster})
    )
    assert (run.code, run.out) == (1, "")
    assert "[roster-name-claimed-twice]" in run.err


def test_team_and_agent_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    roster: list[list[object]] = [
        ["007", "Bond", "01", None, None, None, None],
        ["7", "Seven", "1", None, None, None, None],
    ]
    agents, _ = score(tmp_path, roster, [["S1", "007", "2025-06-03 10:00", 5], ["S2", "7", "2025-06-03 10:00", 1]])
    assert {agent_id: (agent["team"], agent["score"]) for agent_id, agent in agents.items()} == {
        "007": ("01", 100),
        "7": ("1", 0),
    }


@pytest.mark.parametrize(
    ("joined", "left", "code", "said"),
    [
        ("2025-06-31", None, "data-bad-time", 'joined_on="2025-06-31"'),
        ("2025-06-16", "2025-06-10", "data-left-before-joined", 'left_on="2025-06-10"'),
    ],
)
def test_a_row_of_the_roster_that_is_set_aside_stops_the_month(
    joined: str, left: str | None, code: str, said: str, tmp_path: Path
) -> None:
    rows = [["A1", "李娜", "一组", None, None, None, None], ["A2", "王强", "一组", joined, left, None, None]]
    surveys = csv_text(SURVEY, [["S1", "A2", "2025-06-03 10:00", 5]])
    folder = write_workspace(tmp_path, {"surveys": surveys, "roster": csv_text(HEADERS, rows)})
    run = run_csperf("score", "--month", "2025-06", cwd=folder)
    assert (run.code, run.out) == (1, "")
    assert f"[{code}]" in run.err
    assert f"roster.csv row 3: {said}" in run.err
    check = run_csperf("data", "check", "--format", "json", cwd=folder)
    assert check.code == 0
    assert f"[{code}]" in check.err
    rejected = {one["name"]: one["rejected"] for one in json.loads(check.out)["sources"]}
    assert rejected == {"surveys": 0, "roster": 1}
