"""A period that is not over: cut at a day, marked provisional, with what the targets still take."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from small_shop import RUBRIC, csv_text, run_csperf, write_workspace

HEADERS = ["survey_id", "agent_id", "responded_at", "rating"]
ROWS = [
    ["S1", "A1", "2025-06-03 10:00", 5],
    ["S2", "A1", "2025-06-12 23:59", 2],
    ["S3", "A1", "2025-06-13 00:00", 5],
    ["S4", "A1", "2025-06-30 10:00", 5],
]
MATURING = RUBRIC.replace(
    "dimensions:",
    """measures:
  returned:
    title: Did not come back
    definition: No other case of the customer within a week.
    source: test
    from: tickets
    rate: repeat_days is null or repeat_days > 7
    better: higher
    matures: 7d
dimensions:""",
).replace("csat:", "returned:")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    # Pooled: a running quarter has something to show before its first month is over.
    rubric = RUBRIC + "rollup: {method: pooled}\n"
    return write_workspace(tmp_path / "shop", {"surveys": csv_text(HEADERS, ROWS)}, rubric)


@contextmanager
def today(day: str) -> Iterator[None]:
    with patch("csperf.cli.options.dt") as clock:
        clock.datetime.now.return_value = dt.datetime.fromisoformat(day)
        yield


def score(folder: Path, *flags: str) -> Any:
    run = run_csperf("score", *flags, cwd=folder)
    assert run.code == 0, run.err
    return json.loads(run.out)


def test_what_comes_after_the_day_does_not_count(shop: Path, tmp_path: Path) -> None:
    cut = score(shop, "--month", "2025-06", "--as-of", "2025-06-12")
    early = write_workspace(tmp_path / "early", {"surveys": csv_text(HEADERS, ROWS[:2])})
    agents = score(early, "--month", "2025-06")["agents"]
    assert cut["agents"][0]["indicators"][0].pop("needed") == "8 more hits without a miss"
    assert agents[0]["indicators"][0].pop("needed") is None
    assert cut["agents"] == agents
    assert cut["sources"][0]["outside_period"] == 2


def test_period_says_how_far_it_is(shop: Path) -> None:
    period = score(shop, "--month", "2025-06", "--as-of", "2025-06-12")["period"]
    assert (period["start"][:10], period["end"][:10]) == ("2025-06-01", "2025-07-01")
    assert (period["as_of"], period["days_left"]) == ("2025-06-12", 18)
    assert period["provisional"] == ["counted up to 2025-06-12, 18 days left"]


@pytest.mark.parametrize(
    ("flags", "day", "as_of", "left"),
    [
        (("--month", "this"), "2025-06-12", "2025-06-12", 18),
        (("--month", "2025-06"), "2025-06-12", "2025-06-12", 18),
        (("--month", "2025-06"), "2025-06-30", "2025-06-30", 0),
        (("--month", "2025-06"), "2025-07-01", None, 0),
        (("--month", "2025-06", "--as-of", "2025-06-05"), "2025-06-12", "2025-06-05", 25),
        (("--month", "2025-06", "--as-of", "2025-06-20"), "2025-06-12", "2025-06-12", 18),
        (("--month", "2025-06", "--as-of", "2025-06-30"), "2025-07-01", None, 0),
        (("--month", "2025-06", "--as-of", "2025-08-01"), "2025-08-02", None, 0),
        (("--quarter", "2025Q2"), "2025-06-12", "2025-06-12", 18),
        (("--year", "2025"), "2025-12-30", "2025-12-30", 1),
    ],
)
def test_day_that_counts_last(shop: Path, flags: tuple[str, ...], day: str, as_of: str | None, left: int) -> None:
    with today(day):
        period = score(shop, *flags)["period"]
    assert (period["as_of"], period["days_left"]) == (as_of, left)
    assert bool(period["provisional"]) == (as_of is not None)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--month", "2025-07"), "has not begun yet"),
        (("--month", "2025-06", "--as-of", "2025-05-31"), "is before 2025-06 begins"),
        (("--month", "2025-06", "--as-of", "12 June"), "is not a day"),
        (("--month", "2025-06", "--as-of", "2025-06-31"), "is not a day"),
    ],
)
def test_days_that_make_no_sense_are_wrong_usage(shop: Path, flags: tuple[str, ...], said: str) -> None:
    with today("2025-06-12"):
        run = run_csperf("score", *flags, cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


@pytest.mark.parametrize(("last", "is_final"), [("2025-07-07", False), ("2025-07-08", True)])
def test_what_looks_ahead_is_provisional_until_the_data_reaches_far_enough(
    tmp_path: Path, last: str, is_final: bool
) -> None:
    headers = ["ticket_id", "agent_id", "created_at", "resolved_at", "status", "customer_id"]
    rows = [
        ["T1", "A1", "2025-06-03 10:00", "2025-06-03 11:00", "solved", "C1"],
        ["T2", "A1", f"{last} 10:00", f"{last} 11:00", "solved", "C2"],
    ]
    folder = write_workspace(tmp_path, {"tickets": csv_text(headers, rows)}, MATURING)
    said = score(folder, "--month", "2025-06")["period"]["provisional"]
    expected = f"returned may still change: tickets has data up to {last}, it is final once the data reach 2025-07-08"
    assert said == ([] if is_final else [expected])


def test_explain_says_what_the_target_still_takes(shop: Path) -> None:
    flags = ("A1", "--month", "2025-06", "--format", "table")
    running = run_csperf("explain", *flags, "--as-of", "2025-06-12", cwd=shop).out
    assert "provisional: counted up to 2025-06-12, 18 days left" in running
    assert "for the target: 8 more hits without a miss" in running
    over = run_csperf("explain", *flags, cwd=shop).out
    assert "provisional" not in over
    assert "for the target" not in over


AMOUNTS = RUBRIC.replace("csat:", "ticket_count:").replace(">= 90%", ">= 12").replace("per: 1%", "per: 1")
TICKETS = csv_text(
    ["ticket_id", "agent_id", "created_at"],
    [[f"T{agent}{n}", agent, f"2025-06-{n:02} 09:00"] for agent in ("A1", "A2", "A3") for n in range(16, 19)],
)
ROSTER = csv_text(["agent_id", "joined_on"], [["A1", None], ["A2", "2025-06-16"], ["A3", None], ["A4", "2025-06-21"]])
WORKTIME = csv_text(
    ["agent_id", "date", "hours", "leave_hours"],
    [["A3", f"2025-06-{day:02}", 8 * (day > 10), 8 * (day <= 10)] for day in range(1, 21)],
)


def test_presence_is_that_of_the_whole_period_and_leave_does_not_spread_to_days_to_come(tmp_path: Path) -> None:
    tables = {"tickets": TICKETS, "roster": ROSTER, "worktime": WORKTIME}
    folder = write_workspace(tmp_path, tables, AMOUNTS)
    agents = {one["agent_id"]: one for one in score(folder, "--month", "2025-06", "--as-of", "2025-06-20")["agents"]}
    # A2 joined in the middle; A3 was on leave for 10 of 20 days, and is supposed to be here for the 10 to come.
    assert {name: one["presence"] for name, one in agents.items()} == {
        "A1": 1, "A2": 0.5, "A3": pytest.approx(20 / 30, abs=1e-6),
    }  # fmt: skip
    assert {name: one["indicators"][0]["needed"] for name, one in agents.items()} == {
        "A1": "9 more", "A2": "3 more", "A3": "5 more",
    }  # fmt: skip
    card = run_csperf("explain", "A2", "--month", "2025-06", "--as-of", "2025-06-20", "--format", "table", cwd=folder)
    assert "here for 50.00% of the period, if the roster is right about the days to come" in card.out


def test_who_joins_after_the_day_is_not_scored_yet(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"tickets": TICKETS, "roster": ROSTER}, AMOUNTS)
    flags = ("--month", "2025-06", "--as-of")
    assert {one["agent_id"] for one in score(folder, *flags, "2025-06-20")["agents"]} == {"A1", "A2", "A3"}
    assert {one["agent_id"] for one in score(folder, *flags, "2025-06-21")["agents"]} == {"A1", "A2", "A3", "A4"}


def test_a_cut_before_the_first_row_is_named(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, {"tickets": TICKETS}, AMOUNTS)
    run = run_csperf("score", "--month", "2025-06", "--as-of", "2025-06-10", cwd=folder)
    assert (run.code, run.out) == (1, "")
    assert "no rows in 2025-06 up to 2025-06-10 [data-nothing-in-period]" in run.err
    assert "--as-of 2025-06-16" in run.err
