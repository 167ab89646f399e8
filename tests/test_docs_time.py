"""docs/time.md: its workspaces and its calendar are valid, and its tables are what csperf counts."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from pathlib import Path

import pytest

from csperf.calendars import load_calendar
from csperf.period import parse_year
from csperf.rubric.measures import Aggregate
from csperf.scoring.figures import round_half_up
from csperf.workspace import load_workspace
from markdown_blocks import ROOT, Block, read_blocks
from small_shop import csv_text, measure_source, open_source, same_name, values_of

PAGE = "docs/time.md"
WORKSPACES = [block for block in read_blocks(PAGE) if block.word == "workspace"]
ASKED = [
    Aggregate("tickets", "max", "created_at", value=name) for name in ("resolution_workdays", "resolution_workhours")
]


def read_table(block: Block) -> list[list[str]]:
    """The rows of the table that follows a workspace."""
    lines = [line for line in block.after.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("block", WORKSPACES)
def test_tables_are_what_is_counted(block: Block, tmp_path: Path) -> None:
    (tmp_path / "csperf.yaml").write_text(block.text, encoding="utf-8")
    workspace = load_workspace(tmp_path)
    zone = workspace.content.zone
    table = read_table(block)
    assert len(table) == 4
    rows = [[f"T{number}", f"A{number}", *row[:2]] for number, row in enumerate(table)]
    source = open_source(
        tmp_path, "tickets", csv_text(["ticket_id", "agent_id", "created_at", "resolved_at"], rows), zone=zone
    )
    result = measure_source(
        source, ASKED, parse_year("2025", zone), same_name,
        lambda: load_calendar(workspace.content.calendar, tmp_path, workspace.service_hours),
    )  # fmt: skip
    for number, row in enumerate(table):
        found = [values_of(result, aggregate)[f"A{number}"] for aggregate in ASKED]
        assert [f"{round_half_up(value, 4):.4f}" for value in found if value is not None] == row[2:4], row
        sums = re.findall(r": ([\d.]+(?: \+ [\d.]+)+) hours", row[4])
        assert all(sum(map(Fraction, each.split(" + "))) == found[1] for each in sums)


def test_the_calendar_is_valid(tmp_path: Path) -> None:
    (block,) = (block for block in read_blocks(PAGE) if block.word == "calendar")
    (tmp_path / "my-calendar.yaml").write_text(block.text, encoding="utf-8")
    calendar = load_calendar("my-calendar.yaml", tmp_path)
    assert (calendar.name, calendar.official_until) == ("my-shop", 2025)
    assert not calendar.is_working_day(dt.date(2025, 6, 18))
    assert calendar.is_working_day(dt.date(2025, 6, 21))


def test_the_page_is_linked_from_the_tables() -> None:
    assert "(time.md)" in (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
