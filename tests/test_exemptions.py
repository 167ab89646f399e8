"""exemptions.yaml: read with every mistake at its place, and described by a schema."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from csperf.exemptions import Exemption, Span, load_exemptions
from csperf.period import parse_month
from csperf.problems import ProblemsFound
from small_shop import CHINA, SURVEYS, run_csperf, same_name, write_workspace

HEAD = "agent: A1, indicator: csat, reason: r, requested_by: A1"
JUNE = parse_month("2025-06", CHINA, dt.date(2025, 7, 1))


def load(folder: Path, text: str) -> tuple[Exemption, ...]:
    """The exemptions of a file of this text."""
    path = folder / "exemptions.yaml"
    path.write_text(text, encoding="utf-8")
    return load_exemptions(path, path.name, same_name)


def load_one(folder: Path, what: str) -> Exemption:
    """The only exemption of a file, with a head before `what`."""
    (found,) = load(folder, f"- {{{HEAD}, {what}}}\n")
    return found


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]\n"])
def test_no_exemptions(text: str, tmp_path: Path) -> None:
    assert load(tmp_path, text) == ()


def test_no_file(tmp_path: Path) -> None:
    assert load_exemptions(tmp_path / "exemptions.yaml", "exemptions.yaml", same_name) == ()


@pytest.mark.parametrize(
    ("said", "first", "last", "shown"),
    [
        ("2025-06", "2025-06-01", "2025-06-30", "2025-06"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        ("2025-06-03", "2025-06-03", "2025-06-03", "2025-06-03"),
        ("2025-05-30 .. 2025-06-02", "2025-05-30", "2025-06-02", "2025-05-30..2025-06-02"),
    ],
)
def test_periods(said: str, first: str, last: str, shown: str, tmp_path: Path) -> None:
    span = load_one(tmp_path, f"period: {said}").days
    assert span is not None
    assert (f"{span.first}", f"{span.last}", str(span)) == (first, last, shown)


@pytest.mark.parametrize(
    "said",
    [
        "2025",
        "2025-13",
        "2025-6",
        "June",
        "2025-06-31",
        "2025-06..2025-07",
        "2025-06-03..",
        "..",
        "''",
        "[]",
        "1",
        "0001-01-01..2025-06-30",
        "2025-06-01..9999-12-31",
    ],
)
def test_what_is_no_period(said: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as found:
        load_one(tmp_path, f"period: {said}")
    assert [problem.code for problem in found.value.problems] == ["exemption-bad-value"]


@pytest.mark.parametrize(
    ("said", "points"), [("4", Decimal(4)), ("0.01", Decimal("0.01")), ("100", Decimal(100)), ("full", None)]
)
def test_points(said: str, points: Decimal | None, tmp_path: Path) -> None:
    assert load_one(tmp_path, f"period: 2025-06, points: {said}").given == points


@pytest.mark.parametrize("said", ["0", "-1", "100.01", "1.005", "all", "true", ".inf", ".nan", "'4'", "[4]", "{}"])
def test_what_are_no_points(said: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as found:
        load_one(tmp_path, f"period: 2025-06, points: {said}")
    assert [problem.code for problem in found.value.problems] == ["exemption-bad-value"]


def test_every_mistake_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as found:
        load(
            tmp_path,
            f"- {{{HEAD}}}\n- {{{HEAD}, tickets: []}}\n- nothing\n- {{{HEAD}, until: soon, tickets: ['']}}\n-\n",
        )
    lines = [problem.at.line for problem in found.value.problems if problem.at]
    assert lines == [1, 2, 3, 4, 4, 5]


def test_text_is_put_on_one_line(tmp_path: Path) -> None:
    (one,) = load(
        tmp_path,
        "- agent: A1\n  indicator: csat\n  reason: |\n    a strike\n    of couriers\n  requested_by: A1\n"
        "  approved_by:\n  tickets: [T1, ' T1']\n",
    )
    assert (one.entry.reason, one.entry.approved_by, one.ids) == ("a strike of couriers", None, {"ticket_id": ("T1",)})


@pytest.mark.parametrize(("until", "covers"), [("2025-06-29", False), ("2025-06-30", True), ("2025-07-01", True)])
def test_until_is_the_last_day_that_a_period_may_end_on(until: str, covers: bool, tmp_path: Path) -> None:
    assert load_one(tmp_path, f"tickets: [T1], until: {until}").covers(JUNE) is covers


@pytest.mark.parametrize(("days", "touches"), [("2025-05-31", False), ("2025-06-01", True), ("2025-06-30", True)])
def test_days_that_touch_a_period(days: str, touches: bool, tmp_path: Path) -> None:
    span = load_one(tmp_path, f"period: {days}").days
    assert span is not None
    assert span.touches(JUNE) is touches
    assert Span(JUNE.first_day, JUNE.last_day).has(span.first) is touches


def test_who_is_meant_is_found_by_any_name(tmp_path: Path) -> None:
    path = tmp_path / "exemptions.yaml"
    path.write_text(f"- {{{HEAD}, tickets: [T1]}}\n", encoding="utf-8")
    (one,) = load_exemptions(path, path.name, {"A1": "K7"}.__getitem__)
    assert one.key == ("K7", "csat")


def test_the_schema_takes_what_is_read_and_refuses_the_rest() -> None:
    run = run_csperf("rubric", "schema", "exemptions")
    assert run.code == 0, run.err
    schema = json.loads(run.out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    head = {"agent": "A1", "indicator": "csat", "reason": "r", "requested_by": "A1"}
    for what in (
        {"tickets": ["T1"], "until": "2025-06-30"}, {"period": "2025-06", "points": 4}, {"period": "2025-06-03"},
        {"period": "2025-06", "points": "full", "approved_by": "Wang"}, {"orders": ["O1"], "surveys": ["S1"]},
    ):  # fmt: skip
        validator.validate([head | what])
    wrongs: list[dict[str, Any]] = [
        {},
        {"tickets": []},
        {"tickets": [1]},
        {"points": 0},
        {"points": "all"},
        {"ticket": ["T1"]},
    ]
    for wrong in wrongs:
        assert not validator.is_valid([head | wrong if wrong else wrong])
    assert not validator.is_valid(head)


@pytest.mark.parametrize(
    "command", [["data", "check"], ["score", "--month", "2025-06"], ["explain", "A1", "--month", "2025-06"]]
)
def test_a_broken_file_stops_what_it_would_change(command: list[str], tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"surveys": SURVEYS})
    (folder / "exemptions.yaml").write_text("- {agent: A1}\n", encoding="utf-8")
    run = run_csperf(*command, cwd=folder)
    assert run.code == 1
    assert run.err.startswith('exemptions.yaml:1:3: error: missing key "indicator" in entry 1 [exemption-missing-key]')


def test_the_workspace_says_which_file_it_is(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"surveys": SURVEYS}, settings="exemptions: appeals/june.yaml\n")
    (folder / "appeals").mkdir()
    (folder / "appeals" / "june.yaml").write_text("nothing\n", encoding="utf-8")
    run = run_csperf("score", "--month", "2025-06", cwd=folder)
    assert run.code == 1
    assert "appeals/june.yaml:1:1" in run.err
