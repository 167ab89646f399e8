"""Teams and the whole shop: pooled from their own rows, per head where it is an amount, never averaged."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from small_shop import csv_text, run_csperf, write_workspace

RUBRIC = """\
name: scopes
version: "1"
title: Scopes
dimensions:
  all:
    weight: 100
    indicators:
      csat:
        weight: 50
        target: ">= 90%"
        team_target: ">= 60%"
        score: {deduct: 2, per: 1%, step: completed}
      thanks:
        weight: 30
        target: ">= 2"
        score: {attain: {}}
      defects:
        weight: 20
        target: "<= 1%"
        score: {deduct: 1, per: 1%, step: completed}
grades: [{name: all, min: 0}]
measures:
  thanks:
    title: Thanks
    definition: Messages of thanks.
    source: test
    from: events
    count: true
    better: higher
  defects:
    title: Defects
    definition: Orders with a chargeback.
    source: test
    from: orders
    rate: chargeback
    distinct: order_id
    better: lower
"""
ROSTER = csv_text(
    ["agent_id", "name", "team", "joined_on", "is_bot"],
    [
        ["A1", "Ann", "one", None, "false"],
        ["A2", "Ben", "one", "2025-06-16", "false"],
        ["A3", "Cleo", "two", None, "false"],
        ["A4", "Dora", None, None, "false"],
        ["B1", "Bot", "one", None, "true"],
    ],
)
RATINGS: dict[str | None, list[int]] = {
    "A1": [5] * 8 + [1] * 2, "A2": [1], "A3": [5, 1, 1], "A4": [1], "B1": [5] * 50, "stranger": [1], None: [1],
}  # fmt: skip
SURVEYS = csv_text(
    ["survey_id", "agent_id", "responded_at", "rating"],
    [
        [f"S{agent}{number}", agent, "2025-06-20 10:00", rating]
        for agent, ratings in RATINGS.items()
        for number, rating in enumerate(ratings)
    ],
)
EVENTS = csv_text(
    ["event_id", "agent_id", "occurred_at", "kind"],
    [[f"E{n}", agent, "2025-06-20 10:00", "praise"] for n, agent in enumerate(["A1", "A1", "A2", "A3"])],
)
ORDERS = csv_text(
    ["order_id", "ordered_at", "chargeback"],
    [["O1", "2025-06-01 10:00", "true"], ["O2", "2025-06-02 10:00", "false"], ["O3", "2025-06-03 10:00", "false"]],
)
ORDER_AGENTS = csv_text(
    ["order_id", "agent_id"], [["O1", "A1"], ["O1", "A2"], ["O2", "A1"], ["O2", "A3"], ["O9", "A3"]]
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    tables = {
        "surveys": SURVEYS, "events": EVENTS, "orders": ORDERS, "order_agents": ORDER_AGENTS, "roster": ROSTER,
    }  # fmt: skip
    return write_workspace(tmp_path / "shop", tables, RUBRIC)


def score(folder: Path, *flags: str) -> tuple[dict[str, Any], str]:
    """({unit or agent → its record}, what was said)."""
    run = run_csperf("score", "--month", "2025-06", *flags, cwd=folder)
    assert run.code == 0, run.err
    return {agent["agent_id"]: agent for agent in json.loads(run.out)["agents"]}, run.err


def line(agent: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in agent["indicators"] if one["name"] == name)


def pooled(*agents: str | None) -> Fraction:
    ratings = [rating for agent in agents for rating in RATINGS[agent]]
    return Fraction(sum(rating >= 4 for rating in ratings), len(ratings))


def test_a_team_is_pooled_from_its_rows_and_not_the_mean_of_its_members(shop: Path) -> None:
    teams, said = score(shop, "--by", "team")
    agents, _ = score(shop)
    assert list(teams) == ["one", "two"]
    for name, members in {"one": ("A1", "A2"), "two": ("A3",)}.items():
        found = line(teams[name], "csat")
        assert Fraction(int(found["numerator"]), int(found["denominator"])) == pooled(*members)
        assert found["sample_size"] == sum(len(RATINGS[member]) for member in members)
        assert (teams[name]["team"], teams[name]["members"]) == (name, len(members))
    values = [line(agents[member], "csat")["value"] for member in ("A1", "A2")]
    assert line(teams["one"], "csat")["value"] != pytest.approx(mean(values))
    assert "in no team, so counted under none: A4, stranger" in said


def test_the_shop_is_everybody_but_bots_and_holds_the_rows_of_nobody(shop: Path) -> None:
    units, said = score(shop, "--by", "shop")
    found = line(units["shop"], "csat")
    everybody = pooled("A1", "A2", "A3", "A4", "stranger", None)
    assert Fraction(int(found["numerator"]), int(found["denominator"])) == everybody
    assert "name no agent" not in said


def test_heads_of_the_shop_are_those_whom_the_roster_has(shop: Path) -> None:
    units, said = score(shop, "--by", "shop")
    assert (units["shop"]["members"], units["shop"]["presence"]) == (4, 3.5)
    assert "not among its 4 people, as the roster does not have them: stranger\n" in said
    (shop / "csperf.yaml").write_text(
        (shop / "csperf.yaml").read_text("utf-8").replace("  roster: {files: roster.csv}\n", ""), "utf-8"
    )
    units, said = score(shop, "--by", "shop")
    assert (units["shop"]["members"], "not among" in said) == (6, False)


def test_teams_have_a_target_of_their_own(shop: Path) -> None:
    teams, _ = score(shop, "--by", "team")
    agents, _ = score(shop)
    assert line(teams["one"], "csat")["target"] == ">= 60%"
    assert line(agents["A1"], "csat")["target"] == ">= 90%"


def test_amounts_are_per_head_of_those_who_were_there(shop: Path) -> None:
    teams, _ = score(shop, "--by", "team")
    assert teams["one"]["presence"] == 1.5
    found = line(teams["one"], "thanks")
    assert (found["numerator"], found["denominator"], found["value"]) == (3, 1.5, 2)
    assert found["points"] == 30
    assert line(teams["two"], "thanks")["value"] == 1


def test_an_order_counts_once_for_a_team_and_for_each_who_served_it(shop: Path) -> None:
    agents, _ = score(shop)
    teams, _ = score(shop, "--by", "team")
    whole, _ = score(shop, "--by", "shop")

    def share(found: dict[str, Any]) -> tuple[int, int]:
        defects = line(found, "defects")
        return defects["numerator"], defects["denominator"]

    assert [share(agents[name]) for name in ("A1", "A2", "A3")] == [(1, 2), (1, 1), (0, 1)]
    assert [share(teams[name]) for name in ("one", "two")] == [(1, 2), (0, 1)]
    assert share(whole["shop"]) == (1, 3)


def test_order_agents_is_a_source_of_its_own(shop: Path) -> None:
    run = run_csperf("score", "--month", "2025-06", cwd=shop)
    sources = {source["name"]: source for source in json.loads(run.out)["sources"]}
    assert (sources["order_agents"]["rows"], sources["orders"]["rows"]) == (5, 3)


def test_orders_of_which_nobody_knows_whose_they_are_can_be_told_of_the_shop_only(tmp_path: Path) -> None:
    tables = {"surveys": SURVEYS, "events": EVENTS, "orders": ORDERS, "roster": ROSTER}
    folder = write_workspace(tmp_path, tables, RUBRIC)
    for flags in ((), ("--by", "team")):
        found, said = score(folder, *flags)
        assert {line(one, "defects")["status"] for one in found.values()} == {"missing"}
        assert "does not say who served an order" in said
        assert run_csperf("score", "--month", "2025-06", "--strict", *flags, cwd=folder).code == 1
    found, said = score(folder, "--by", "shop")
    assert (line(found["shop"], "defects")["denominator"], "who served" in said) == (3, False)


RETURNS = """\
name: returns
version: "1"
title: Returns
dimensions:
  all:
    weight: 100
    indicators:
      csat: {weight: 50, target: ">= 90%", score: {deduct: 2, per: 1%, step: completed}}
      returned: {weight: 50, target: "<= 1", score: {deduct: 1, per: 1, step: completed}}
grades: [{name: all, min: 0}]
measures:
  returned: {title: R, definition: R., source: test, from: returns, count: true, unit: "", better: lower}
"""


@pytest.mark.parametrize("headers", [["return_id", "requested_at"], ["return_id", "requested_at", "order_id"]])
def test_rows_with_neither_agent_nor_order_are_nobodys_and_no_zero(tmp_path: Path, headers: list[str]) -> None:
    returns = csv_text(headers, [["R1", "2025-06-03 10:00", "O1"][: len(headers)]])
    tables = {"surveys": SURVEYS, "returns": returns, "order_agents": ORDER_AGENTS, "roster": ROSTER}
    found, said = score(write_workspace(tmp_path, tables, RETURNS))
    values = {name: line(agent, "returned")["value"] for name, agent in found.items()}
    if "order_id" in headers:
        assert {name: values[name] for name in ("A1", "A2", "A3")} == {"A1": 1, "A2": 1, "A3": 0}
        assert "who served" not in said
    else:
        assert set(values.values()) == {None}
        assert "source returns does not say who served an order" in said


def test_where_nothing_at_all_can_be_measured_it_is_said_what_is_lacking(tmp_path: Path) -> None:
    rubric = RETURNS.replace("csat:", "timely_resolution:")
    run = run_csperf("score", "--month", "2025-06", cwd=write_workspace(tmp_path, {"surveys": SURVEYS}, rubric))
    assert run.code == 1
    assert "[data-nothing-in-period]" in run.err
    assert "no source has what the rubric" in run.err


def test_explain_shows_a_team_and_the_rows_of_all_its_members(shop: Path) -> None:
    flags = ("--month", "2025-06", "--by", "team", "--indicator", "csat", "--rows", "--format", "json")
    run = run_csperf("explain", "one", *flags, cwd=shop)
    assert run.code == 0, run.err
    rows = json.loads(run.out)["rows"]
    assert {row["survey_id"][:3] for row in rows} == {"SA1", "SA2"}
    assert len(rows) == 11
    whole = run_csperf("explain", "shop", "--month", "2025-06", "--by", "shop", "--format", "table", cwd=shop)
    assert "4 people" in whole.out
    assert run_csperf("explain", "three", "--month", "2025-06", "--by", "team", cwd=shop).code == 1


def test_one_team_of_several(shop: Path) -> None:
    teams, _ = score(shop, "--by", "team", "--team", "two")
    everyone, _ = score(shop, "--by", "team")
    assert teams == {"two": everyone["two"]}


@pytest.mark.parametrize(("by", "flag"), [("team", "--agent"), ("team", "--role"), ("shop", "--team")])
def test_filters_that_do_not_fit_are_wrong_usage(shop: Path, by: str, flag: str) -> None:
    run = run_csperf("score", "--month", "2025-06", "--by", by, flag, "one", cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert f"--by {by}" in run.err


WITHOUT_PEOPLE = """\
name: without-people
version: "1"
title: Without people
least_presence: 50%
dimensions:
  all:
    weight: 100
    indicators:
      returned: {weight: 60, target: "<= 1%", team_target: "<= 60%", score: {deduct: 1, per: 1%, step: completed}}
      returns_in_all: {weight: 40, target: ">= 1", missing: zero, score: {attain: {}}}
grades: [{name: all, min: 0}]
measures:
  returned: {title: R, definition: R., source: test, from: orders, rate: chargeback, better: lower}
  returns_in_all: {title: R, definition: R., source: test, from: orders, count: true, better: higher}
"""


@pytest.mark.parametrize("roster", [None, ROSTER])
def test_a_shop_is_a_shop_also_where_nobody_is_known_to_work_in_it(roster: str | None, tmp_path: Path) -> None:
    tables = {"orders": ORDERS} | ({"roster": roster} if roster else {})
    folder = write_workspace(tmp_path, tables, WITHOUT_PEOPLE)
    shop = score(folder, "--by", "shop")[0]["shop"]
    rate, amount = line(shop, "returned"), line(shop, "returns_in_all")
    assert (rate["target"], shop["rank"]) == ("<= 60%", 1)
    if roster:
        assert (rate["points"], amount["value"]) == (60, pytest.approx(3 / 3.5, abs=1e-6))
        return
    assert (shop["members"], shop["score"], rate["points"], shop["notes"]) == (0, 100, 100, ["scored on 60 of 100"])
    assert (amount["numerator"], amount["value"], amount["policy"]) == (3, None, "exclude")
    assert amount["reason"].startswith("nobody known who was here to divide it by: weight moved")
    card = run_csperf("explain", "shop", "--month", "2025-06", "--by", "shop", "--format", "table", cwd=folder).out
    assert "nobody known who was here\n" in card
    assert "0.00%" not in card


@pytest.mark.parametrize("by", ["agent", "team"])
def test_rows_of_which_nobody_knows_whose_they_are_are_not_said_to_lack(by: str, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"orders": ORDERS, "roster": ROSTER}, WITHOUT_PEOPLE)
    run = run_csperf("score", "--month", "2025-06", "--by", by, cwd=folder)
    assert (run.code, run.out) == (1, "")
    assert "nothing can be measured in 2025-06 [data-nothing-in-period]" in run.err
    assert "source orders does not say who served an order" in run.err
    assert "no rows" not in run.err


@pytest.mark.parametrize("roster", [None, csv_text(["agent_id", "team"], [["A1", None]])])
@pytest.mark.parametrize("arguments", [("score",), ("explain", "one")])
def test_without_teams_nothing_is_scored(arguments: tuple[str, ...], roster: str | None, tmp_path: Path) -> None:
    tables = {"orders": ORDERS, "order_agents": ORDER_AGENTS} | ({"roster": roster} if roster else {})
    folder = write_workspace(tmp_path, tables, WITHOUT_PEOPLE)
    run = run_csperf(*arguments, "--month", "2025-06", "--by", "team", cwd=folder)
    assert (run.code, run.out) == (1, "")
    assert "[roster-no-teams]" in run.err
    assert ("column team names none" in run.err) == bool(roster)


def test_teams_without_anybody_whom_the_rubric_is_for(shop: Path) -> None:
    (shop / "rubric.yaml").write_text(RUBRIC + "applies_to: [lead]\n", "utf-8")
    run = run_csperf("score", "--month", "2025-06", "--by", "team", "--format", "table", "--lang", "en", cwd=shop)
    assert "No team has anybody whom the rubric scores." in run.out


def test_explain_by_team_or_shop_takes_nobody_for_a_unit(shop: Path) -> None:
    people = [["one", "two", "Ann"], ["A1", "one", None], ["A3", "two", None]]
    roster = csv_text(["agent_id", "team", "aliases"], people)
    (shop / "roster.csv").write_text(roster, "utf-8")
    flags = ("--month", "2025-06", "--format", "json")
    run = run_csperf("explain", "Ann", *flags, "--by", "team", cwd=shop)
    assert (run.code, run.out) == (1, "")
    assert 'no team "Ann" in 2025-06 [team-unknown]\nhint: allowed: one, two\n' in run.err
    run = run_csperf("explain", "Ann", *flags, "--by", "shop", cwd=shop)
    assert run.code == 1
    assert "[shop-unknown]" in run.err
    assert json.loads(run_csperf("explain", "Ann", *flags, cwd=shop).out)["agent"]["agent_id"] == "one"


def test_where_there_are_rows_of_nobody_only_that_is_said_beside_what_the_others_hold(tmp_path: Path) -> None:
    rubric = WITHOUT_PEOPLE.replace("returns_in_all: {weight: 40", "ticket_count: {weight: 40")
    rubric = "\n".join(line for line in rubric.splitlines() if not line.startswith("  returns_in_all")) + "\n"
    tickets = csv_text(["ticket_id", "agent_id", "created_at"], [["T1", "A1", "2025-05-03 10:00"]])
    folder = write_workspace(tmp_path, {"orders": ORDERS, "tickets": tickets, "roster": ROSTER}, rubric)
    run = run_csperf("score", "--month", "2025-06", cwd=folder)
    assert run.code == 1
    assert "no rows in 2025-06 [data-nothing-in-period]" in run.err
    assert "tickets: 2025-05-03 … 2025-05-03" in run.err
    assert "source orders does not say who served an order" in run.err
