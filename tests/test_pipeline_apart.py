"""What a measure comes to is nothing to the others: not to another rubric, an award, or a wrong cell of theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from small_shop import csv_text, run_csperf, write_workspace

TICKETS = csv_text(
    ["ticket_id", "agent_id", "created_at", "rating", "reopen_count"],
    [
        ["T1", "A1", "2025-06-01 10:00", 5, 0],
        ["T2", "A1", "2025-06-02 10:00", 1, -4],
        ["T3", "A2", "2025-06-03 10:00", 5, 0],
    ],
)
MEASURES = """\
measures:
  pleased: {title: P, definition: d, source: s, from: tickets, rate: "rating >= 4"}
  reopened: {title: R, definition: d, source: s, from: tickets, mean: reopen_count, better: lower}
"""
START = """\
version: "1"
title: Demo
grades: [{name: good, min: 80}, {name: poor, min: 0}]
"""
PLEASED = "target: '>= 90%', score: {deduct: 1, per: 1%, step: completed}"
ONE = START + MEASURES + f"dimensions: {{all: {{weight: 100, indicators: {{pleased: {{weight: 100, {PLEASED}}}}}}}}}\n"
AWARDED = ONE + "awards: {calm: {when: {reopened: '<= 1'}}}\n"
TWO = START + MEASURES + (
    f"dimensions: {{all: {{weight: 100, indicators: {{pleased: {{weight: 50, {PLEASED}}}, "
    "reopened: {weight: 50, target: '<= 1', score: {bands: {'<= 1': 100, else: 0}}}}}}\n"
)  # fmt: skip


def write_rubrics(folder: Path, tickets: str = TICKETS) -> Path:
    write_workspace(folder, {"tickets": tickets}, "name: one\n" + ONE)
    for name, rubric in (("awarded", AWARDED), ("two", TWO)):
        (folder / f"{name}.yaml").write_text(f"name: {name}\n{rubric}", encoding="utf-8")
    return folder


def read(folder: Path, *arguments: str) -> dict[str, Any]:
    run = run_csperf(*arguments, "--month", "2025-06", "--format", "json", cwd=folder)
    assert run.code == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    return document


def test_an_award_moves_no_score(tmp_path: Path) -> None:
    folder = write_rubrics(tmp_path)
    plain, awarded = (read(folder, "score", "--rubric", f"{name}.yaml") for name in ("rubric", "awarded"))
    scores = [{card["agent_id"]: (card["score"], card["rank"]) for card in one["agents"]} for one in (plain, awarded)]
    assert scores[0] == scores[1] == {"A1": (60.0, 2), "A2": (100.0, 1)}
    (source,) = awarded["sources"]
    assert (source["rows"], source["in_period"], source["rejected"]) == (3, 2, 1)
    (shown,) = [card for card in awarded["agents"] if card["agent_id"] == "A1"]
    assert [outcome["name"] for outcome in shown["outcomes"]] == ["calm"]


def test_simulate_says_of_each_rubric_what_score_says(tmp_path: Path) -> None:
    folder = write_rubrics(tmp_path)
    simulated = read(folder, "simulate", "--rubric", "two.yaml")["agents"]
    for side, rubric in (("before", "rubric.yaml"), ("after", "two.yaml")):
        scored = read(folder, "score", "--rubric", rubric)["agents"]
        assert {card["agent_id"]: card["score"] for card in scored} == {
            agent["agent_id"]: agent[side]["score"] for agent in simulated
        }


def test_the_rows_shown_are_those_that_count(tmp_path: Path) -> None:
    folder = write_rubrics(tmp_path)
    counted = {}
    for indicator in ("pleased", "reopened"):
        shown = read(folder, "explain", "A1", "--rubric", "two.yaml", "--indicator", indicator, "--rows")
        counted[indicator] = json.dumps(shown["rows"])
    assert "T2" in counted["pleased"]
    assert "T2" not in counted["reopened"]


def test_a_month_whose_every_row_has_a_wrong_cell_is_scored_where_none_is_read(tmp_path: Path) -> None:
    folder = write_rubrics(tmp_path, csv_text(TICKETS.split("\n")[0].split(","), [["T1", "A1", "2025-06-01", 5, -1]]))
    (card,) = read(folder, "score", "--rubric", "awarded.yaml")["agents"]
    assert (card["score"], card["outcomes"]) == (100.0, [])
