"""Who a name in the data is: unknown names are counted and the nearest known ones named, bots are told by rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.roster import Roster, build_roster, normalise_name
from small_shop import Run, csv_text, reading_as_if_large, run_csperf, write_workspace

SURVEY = ["survey_id", "agent_id", "responded_at", "rating"]
ROSTER = ["agent_id", "name", "team", "is_bot", "aliases"]
MEMBERS = [
    ["A001", "李娜", "一组", None, "lina@shop.example;样例家居:娜娜"],
    ["A002", "王小强", "一组", None, "wangxiaoqiang;样例家居:强强"],
    ["B001", "小蜜", None, "是", None],
]


def surveys(*names: str) -> str:
    return csv_text(SURVEY, [[f"S{number}", name, "2025-06-03 10:00", 5] for number, name in enumerate(names)])


def score(folder: Path, names: Sequence[str], *flags: str, settings: str = "", roster: bool = True) -> dict[str, Any]:
    files = {"surveys": surveys(*names)} | ({"roster": csv_text(ROSTER, MEMBERS)} if roster else {})
    write_workspace(folder, files, settings=settings)
    run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", *flags, cwd=folder)
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    return document


# ── names that nobody has ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("样例家居:娜娜娜", ["A001"]),
        ("样例家居：小娜娜", ["A001"]),
        ("样例家居:小棠", []),
        ("客服李娜", ["A001"]),
        ("LINA", ["A001"]),
        ("lina@other.example", ["A001"]),
        ("王晓强", ["A002"]),
        ("wangxiaoqing", ["A002"]),
        ("A01", ["A001"]),
        ("A1", ["A001"]),
        ("A003", []),
        ("陈晨", []),
    ],
)
def test_nearest_candidates(name: str, near: list[str]) -> None:
    roster = build_roster([dict(zip(ROSTER, member, strict=True)) for member in MEMBERS[:2]], "roster.csv")
    assert [agent.agent_id for agent in roster.find_near(name)] == near


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=3, unique_by=normalise_name), st.text(max_size=8))
def test_whatever_names_are_made_of_a_member_is_near_to_themselves(ids: list[str], other: str) -> None:
    roster = build_roster([{"agent_id": agent_id} for agent_id in ids], "roster.csv")
    for agent_id in ids:
        assert agent_id in [agent.agent_id for agent in roster.find_near(agent_id)]
    assert {agent.agent_id for agent in roster.find_near(other)} <= set(ids)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("by", ["agent", "team", "shop"])
def test_unknown_names_are_counted_and_the_nearest_said(by: str, large: bool, tmp_path: Path) -> None:
    names = ["A001", "客服李娜", "陈晨", "客服李娜", "lina@shop.example", "陈晨", "陈晨"]
    with reading_as_if_large() if large else nullcontext():
        warnings = score(tmp_path, names, "--by", by)["warnings"]
    assert warnings[:2] == [
        "客服李娜 is in the data (2 rows) but not in the roster: "
        "add them, or add this name to someone's aliases; perhaps A001 (李娜)",
        "陈晨 is in the data (3 rows) but not in the roster: add them, or add this name to someone's aliases",
    ]


def test_a_row_that_names_somebody_twice_is_one_row(tmp_path: Path) -> None:
    rubric = (
        'name: r\nversion: "1"\ntitle: r\nmeasures:\n'
        "  owned: {title: t, definition: d, source: s, better: higher, from: tickets, count: true}\n"
        "  answered: {title: t, definition: d, source: s, better: higher, from: tickets, count: true, "
        "agent: first_responder_id}\n"
        "dimensions:\n  all:\n    weight: 100\n    indicators:\n"
        "      owned: {weight: 50, score: {curve: {0: 0, 9: 100}}}\n"
        "      answered: {weight: 50, score: {curve: {0: 0, 9: 100}}}\n"
        "grades: [{name: any, min: 0}]\n"
    )
    headers = ["ticket_id", "agent_id", "first_responder_id", "created_at"]
    pairs = [("x", "x"), ("x", "A001"), ("A001", "x"), ("A001", None), (None, "x"), ("x", None), (None, None)]
    rows = [[f"T{number}", *pair, "2025-06-02 10:00"] for number, pair in enumerate(pairs)]
    folder = write_workspace(
        tmp_path, {"tickets": csv_text(headers, rows), "roster": csv_text(ROSTER, MEMBERS)}, rubric
    )
    for large in (False, True):
        with reading_as_if_large() if large else nullcontext():
            run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", cwd=folder)
        assert "x is in the data (5 rows) but not in the roster" in json.loads(run.out)["warnings"][0]


def test_check_says_them_too(tmp_path: Path) -> None:
    def check(*flags: str, lang: str = "en") -> Run:
        return run_csperf("data", "check", "--format", "json", "--lang", lang, *flags, cwd=tmp_path)

    write_workspace(tmp_path, {"surveys": surveys("A001", "客服李娜"), "roster": csv_text(ROSTER, MEMBERS)})
    assert check().err.count("is in the data (1 row) but not in the roster") == 1
    assert "“客服李娜”（1 行）" in check(lang="zh-CN").err
    assert check("-q").err == ""
    assert check("--strict").code == 0


# ── bots ──────────────────────────────────────────────────────────────────────────────────────────

BOTS = 'bots: ["机器人*", "*-bot", "AutoReply"]\n'


@pytest.mark.parametrize(
    ("name", "is_bot"),
    [
        ("机器人小美", True),
        ("机器人", True),
        ("店小蜜机器人", False),
        ("sales-bot", True),
        ("Sales-BOT ", True),
        ("sales-bots", False),
        ("ａｕｔｏｒｅｐｌｙ", True),
        ("autoreply2", False),
        ("李娜", False),
    ],
)
def test_patterns_are_compared_as_names_are(name: str, is_bot: bool) -> None:
    assert Roster(bots=("机器人*", "*-bot", "AutoReply")).is_bot(name) == is_bot


def test_only_the_star_is_a_sign() -> None:
    roster = Roster(bots=("a.c", "[x]", "q?"))
    assert [roster.is_bot(name) for name in ("a.c", "abc", "[x]", "x", "q?", "qa")] == [
        True, False, True, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("roster", [False, True])
def test_bots_by_pattern_are_counted_and_never_scored(roster: bool, tmp_path: Path) -> None:
    names = ["A001", "机器人小美", "sales-bot", "B001"]
    document = score(tmp_path, names, settings=BOTS, roster=roster)
    scored = {agent["agent_id"] for agent in document["agents"]}
    assert scored == ({"A001", "A002"} if roster else {"A001", "B001"})
    assert document["sources"][0]["in_period"] == 4
    said = "not scored, because their names are those of bots in csperf.yaml: sales-bot, 机器人小美"
    known = ["not scored, because the roster says they are bots: B001"] if roster else []
    assert document["warnings"] == [*known, said]


def test_bots_by_pattern_count_for_no_unit(tmp_path: Path) -> None:
    """A member of the roster by their name, too."""
    members = [*MEMBERS, ["A009", "机器人九号", "一组", None, None]]
    files = {"surveys": surveys("A001", "A009", "sales-bot"), "roster": csv_text(ROSTER, members)}
    write_workspace(tmp_path, files, settings=BOTS)
    for by, unit in (("team", "一组"), ("shop", "shop")):
        run = run_csperf("score", "--month", "2025-06", "--format", "json", "-q", "--by", by, cwd=tmp_path)
        [card] = json.loads(run.out)["agents"]
        assert (card["agent_id"], card["indicators"][0]["denominator"], card["members"]) == (unit, 1, 2)


def test_an_alias_leads_to_a_person_whatever_the_patterns_say(tmp_path: Path) -> None:
    document = score(tmp_path, ["样例家居:娜娜"], settings='bots: ["样例家居*"]\n')
    assert {agent["agent_id"]: agent["score"] for agent in document["agents"]}["A001"] == 100
