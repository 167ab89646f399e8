"""Which of several rows with one key counts: the format's version column, then the table's, then nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from csperf.cli import main

CSPERF = """
zone: Asia/Shanghai
rubric: rubric.yaml
sources: {tickets: {files: log.csv, format: format.yaml}}
"""
FORMAT = """
format: log
table: tickets
columns:
  ticket_id: id
  agent_id: agent
  created_at: opened
  reply_count: replies
  updated_at: {from: updated, date: "%d/%m/%Y %H:%M"}
"""
RUBRIC = """
name: replies
version: "1"
title: Replies
measures:
  replies: {title: r, definition: r, source: test, from: tickets, sum: reply_count, better: higher}
dimensions:
  all: {weight: 100, indicators: {replies: {weight: 100, score: {curve: {0: 0, 9: 100}}}}}
grades: [{name: any, min: 0}]
"""
HEADER = "id,agent,opened,replies,changes,updated"


def run(folder: Path, rows: list[str], version: str) -> int:
    for name, content in (("csperf", CSPERF), ("format", FORMAT + version), ("rubric", RUBRIC)):
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    (folder / "log.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    command = ["score", "--month", "2025-06", "-C", str(folder), "-q", "-o", str(folder / "out.json")]
    return main(command)


def replies(folder: Path) -> Decimal:
    document = json.loads((folder / "out.json").read_text(encoding="utf-8"), parse_int=Decimal)
    [agent] = document["agents"]
    [source] = document["sources"]
    assert source["rows"] == source["in_period"] + source["duplicates"]
    value: Decimal = agent["indicators"][0]["value"]
    return value


def row(replies: int, changes: str, updated: str) -> str:
    return f"T1,A1,2025-06-02 10:00,{replies},{changes},{updated}"


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned"])
@pytest.mark.parametrize(
    ("rows", "version", "winner"),
    [
        ([row(1, "9", "1/6/2025 9:00"), row(2, "10", "1/6/2025 8:00")], "version: changes", 2),
        ([row(1, "7", "9/6/2025 9:00"), row(2, "7", "10/6/2025 8:00")], "version: changes", 2),
        ([row(1, "", "10/6/2025 9:00"), row(2, "0", "9/6/2025 8:00")], "version: changes", 2),
        ([row(1, "7", ""), row(2, "7", "9/6/2025 8:00")], "version: changes", 2),
        ([row(1, "9", "9/6/2025 9:00"), row(2, "1", "10/6/2025 8:00")], "", 2),
        ([row(3, "1", "9/6/2025 9:00"), row(3, "1", "9/6/2025 9:00")], "version: changes", 3),
    ],
    ids=["number", "number ties", "no number", "no time", "time alone", "repeat"],
)
def test_newest_row_counts_wherever_it_stands(
    rows: list[str], version: str, winner: int, turned: bool, tmp_path: Path
) -> None:
    assert run(tmp_path, rows[::-1] if turned else rows, version) == 0
    assert replies(tmp_path) == winner


def test_rows_that_tie_on_both_and_differ_are_a_conflict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(1, "7", "9/6/2025 9:00"), row(2, "7", "9/6/2025 9:00")]
    assert run(tmp_path, rows, "version: changes") == 1
    error = capsys.readouterr().err
    assert "[data-key-conflict]" in error
    assert "ticket_id=T1: log.csv row 2 and log.csv row 3" in error
