"""A small shop with a year of surveys, to be sealed month by month."""

from __future__ import annotations

from pathlib import Path

from small_shop import RUBRIC, Run, csv_text, run_csperf, write_workspace

MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))
ROSTER = csv_text(
    ["agent_id", "name", "team", "aliases"], [["A1", "李娜", "早班", "lina"], ["A2", "王强", "晚班", None]]
)
FORMAT = """\
format: scores
table: surveys
columns:
  survey_id: {from: [id]}
  agent_id: {from: [who]}
  responded_at: {from: [at]}
  rating: {from: [stars]}
"""
EXEMPTION = """\
- agent: A2
  indicator: csat
  surveys: [S2025-05-3]
  reason: the courier's fault
  requested_by: A2
  approved_by: 王经理
  until: 2025-12-31
"""


def surveys(*more: list[object]) -> str:
    """Three surveys of each month of 2025, all of them good in even months, and more."""
    rows: list[list[object]] = [
        [f"S{month}-{number}", who, f"{month}-0{number} 10:00", 5 if index % 2 or number < 3 else 2]
        for index, month in enumerate(MONTHS)
        for number, who in enumerate(("lina", "A2", "A2"), 1)
    ]
    return csv_text(["id", "who", "at", "stars"], [*rows, *more])


def write_year(folder: Path) -> Path:
    """The workspace: surveys in a format of its own, a roster of two teams, nothing sealed."""
    write_workspace(folder, {"roster": ROSTER, "surveys": surveys()}, RUBRIC)
    settings = (folder / "csperf.yaml").read_text("utf-8")
    settings = settings.replace("{files: surveys.csv}", "{files: surveys.csv, format: formats/scores.yaml}")
    (folder / "csperf.yaml").write_text(settings, "utf-8")
    (folder / "formats").mkdir()
    (folder / "formats" / "scores.yaml").write_text(FORMAT, "utf-8")
    return folder


def seal(folder: Path, month: str, *more: str) -> Run:
    """`csperf seal` of a month, as data."""
    return run_csperf("seal", "-q", "--month", month, "--format", "json", *more, cwd=folder)


def verify(folder: Path, *more: str) -> Run:
    """`csperf verify`, as data."""
    return run_csperf("verify", "-q", "--format", "json", *more, cwd=folder)
