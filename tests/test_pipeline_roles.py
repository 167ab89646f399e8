"""Who a rubric is for, what it changes for some roles, and how much of the period everybody was here."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from small_shop import RUBRIC, SURVEYS, csv_text, run_csperf, write_workspace

ROSTER = csv_text(
    ["agent_id", "name", "team", "role", "joined_on", "leave"],
    [
        ["A1", "Ann", "one", "senior", None, None],
        ["A2", "Ben", "one", "junior", "2025-06-16", None],
        ["A3", "Cleo", "two", None, None, "2025-06-01..2025-06-03"],
    ],
)
VARIANTS = RUBRIC + "roles:\n  seniors: {title: Seniors, roles: [senior], targets: {csat: '>= 95%'}}\n"


def score(folder: Path, *flags: str) -> dict[str, Any]:
    run = run_csperf("score", "--month", "2025-06", *flags, cwd=folder)
    assert run.code == 0, run.err
    return {agent["agent_id"]: agent for agent in json.loads(run.out)["agents"]}


def test_a_rubric_scores_the_roles_it_is_for(tmp_path: Path) -> None:
    rubric = RUBRIC + "applies_to: [senior]\n"
    folder = write_workspace(tmp_path, {"surveys": SURVEYS, "roster": ROSTER}, rubric)
    assert list(score(folder)) == ["A1"]
    run = run_csperf("score", "--month", "2025-06", cwd=folder)
    assert run.err == "people whom the rubric is not for (it scores the role senior): 2\n"
    assert score(folder, "--by", "team")["one"]["members"] == 1
    assert score(folder, "--by", "team")["one"]["indicators"][0]["denominator"] == 2


def test_a_role_has_its_variant_and_the_card_says_so(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"surveys": SURVEYS, "roster": ROSTER}, VARIANTS)
    found = score(folder)
    assert {name: (one["variant"], one["indicators"][0]["target"]) for name, one in found.items()} == {
        "A1": ("seniors", ">= 95%"),
        "A2": (None, ">= 90%"),
        "A3": (None, ">= 90%"),
    }
    run = run_csperf("explain", "A1", "--month", "2025-06", "--format", "table", cwd=folder)
    assert "rubric for Seniors" in run.out


def test_roles_choose_cards_and_keep_the_ranks_of_all(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"surveys": SURVEYS, "roster": ROSTER}, VARIANTS)
    run = run_csperf("score", "--month", "2025-06", "--role", "senior", "--format", "csv", cwd=folder)
    assert [(row["agent_id"], row["rank"]) for row in csv.DictReader(io.StringIO(run.out))] == [("A1", "2")]
    unknown = run_csperf("score", "--month", "2025-06", "--role", "boss", cwd=folder)
    assert (unknown.code, "[role-unknown]" in unknown.err) == (1, True)


WORKTIME = csv_text(
    ["agent_id", "date", "hours", "leave_hours"],
    [["A1", "2025-06-02", 6, 2], ["A1", "2025-06-03", 8, None], ["A2", "2025-06-17", 8, None]],
)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({}, {"A1": 1, "A2": 0.5, "A3": 0.9}),
        ({"worktime": WORKTIME}, {"A1": 0.875, "A2": 0.5, "A3": 0.9}),
        ({"worktime": WORKTIME.replace(",leave_hours", ",shift")}, {"A1": 1, "A2": 0.5, "A3": 0.9}),
    ],
)
def test_presence_comes_from_worked_time_and_else_from_the_roster(
    tmp_path: Path, sources: dict[str, str], expected: dict[str, float]
) -> None:
    folder = write_workspace(tmp_path, {"surveys": SURVEYS, "roster": ROSTER, **sources})
    assert {name: one["presence"] for name, one in score(folder).items()} == expected
    teams = score(folder, "--by", "team")
    assert teams["one"]["presence"] == expected["A1"] + expected["A2"]


def test_a_worked_day_alone_makes_nobody_a_candidate_and_no_month(tmp_path: Path) -> None:
    worktime = WORKTIME + "A9,2025-05-02,8,0\nA9,2025-06-02,8,0\n"
    folder = write_workspace(tmp_path, {"surveys": SURVEYS, "worktime": worktime})
    assert set(score(folder)) == {"A1", "A2"}
    run = run_csperf("score", "--month", "2025-05", cwd=folder)
    assert (run.code, "[data-nothing-in-period]" in run.err) == (1, True)


def test_a_season_is_chosen_by_the_whole_period_and_said(tmp_path: Path) -> None:
    rubric = RUBRIC + 'seasons:\n  peak: {title: Peak, months: ["*-06"], weights: {all: 100}}\n'
    folder = write_workspace(tmp_path, {"surveys": SURVEYS, "roster": ROSTER}, rubric)
    run = run_csperf("score", "--month", "2025-06", "--as-of", "2025-06-05", cwd=folder)
    assert json.loads(run.out)["rubric"]["season"] == "peak"
    table = run_csperf("score", "--month", "2025-06", "--format", "table", cwd=folder)
    assert "season: Peak" in table.out.splitlines()[0]


def test_worked_time_alone_can_be_all_that_a_rubric_asks_for(tmp_path: Path) -> None:
    hours = """measures:
  hours: {title: Hours, definition: Hours., source: test, from: worktime, sum: hours, unit: "", better: higher}
dimensions:"""
    rubric = RUBRIC.replace("dimensions:", hours).replace("csat:", "hours:").replace('">= 90%"', '">= 16"')
    rubric = rubric.replace("{deduct: 2, per: 1%, step: completed}", "{attain: {}}")
    folder = write_workspace(tmp_path, {"worktime": WORKTIME}, rubric)
    assert {name: one["indicators"][0]["value"] for name, one in score(folder).items()} == {"A1": 14, "A2": 8}
