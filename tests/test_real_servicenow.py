"""A real incident log, one row per state change: the last event of an incident is the ticket.

Everything is counted a second time with csv and datetime alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from real_workspaces import find_data, indicators, printed, score

MONTHS = ("2016-03", "2016-04")
COUNTS = ("in_period", "outside_period", "rejected", "duplicates")
FILE = "incident_event_log.csv.gz"
STRAY_STATE = "-100"

Event = dict[str, str]


@dataclass(frozen=True)
class Log:
    """The log as it is read here: all events, and the last valid one per incident."""

    events: list[Event]
    last: list[Event]


@cache
def when(text: str) -> dt.datetime | None:
    return None if text == "?" else dt.datetime.strptime(text, "%d/%m/%Y %H:%M")


def lies_in(text: str, month: str) -> bool:
    moment = when(text)
    return moment is not None and f"{moment:%Y-%m}" == month


@pytest.fixture(scope="module")
def log() -> Log:
    path = find_data("servicenow") / FILE
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    newest: dict[str, tuple[tuple[int, dt.datetime], Event]] = {}
    for event in events:
        if event["incident_state"] == STRAY_STATE:
            continue
        updated = when(event["sys_updated_at"])
        assert updated is not None
        age = (int(event["sys_mod_count"]), updated)
        if event["number"] not in newest or age > newest[event["number"]][0]:
            newest[event["number"]] = (age, event)
    return Log(events, [event for _, event in newest.values()])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servicenow")


@pytest.fixture(scope="module")
def scored(log: Log, folder: Path) -> dict[str, dict[str, Any]]:
    rejects = ["--rejects", str(folder / "rejects.csv")]
    return {
        month: score("servicenow", ["--month", month], folder, rejects if month == MONTHS[0] else [])
        for month in MONTHS
    }


def hours_to_resolution(event: Event) -> Fraction:
    """Clock hours."""
    opened, resolved = when(event["opened_at"]), when(event["resolved_at"])
    assert opened is not None
    assert resolved is not None
    return Fraction((resolved - opened) // dt.timedelta(minutes=1), 60)


def percentile(values: list[Fraction], share: Fraction) -> Fraction | None:
    """Between neighbours in a straight line, as spreadsheets' PERCENTILE.INC does."""
    if not values:
        return None
    ordered = sorted(values)
    whole, part = divmod((len(ordered) - 1) * share, 1)
    low = ordered[int(whole)]
    return low + part * (ordered[int(whole) + 1] - low) if part else low


def share(hits: list[bool]) -> Fraction | None:
    return Fraction(sum(hits), len(hits)) if hits else None


def count_again(events: list[Event], month: str) -> dict[str, tuple[Fraction | int | None, int]]:
    """measure → (value, sample size) of one agent's tickets."""
    opened = [event for event in events if lies_in(event["opened_at"], month)]
    resolved = [event for event in events if lies_in(event["resolved_at"], month)]
    finished = [event for event in opened if event["incident_state"] in ("Resolved", "Closed")]
    undated = [event for event in opened if event["resolved_at"] == "?"]
    hours = [hours_to_resolution(event) for event in resolved]
    return {
        "resolution_hours": (percentile(hours, Fraction(1, 2)), len(hours)),
        "resolution_hours_p90": (percentile(hours, Fraction(9, 10)), len(hours)),
        "sla_rate": (share([event["made_sla"] == "true" for event in opened]), len(opened)),
        "reopen_rate": (share([int(event["reopen_count"]) >= 1 for event in resolved]), len(resolved)),
        "transfer_rate": (share([int(event["reassignment_count"]) >= 1 for event in opened]), len(opened)),
        "ticket_count": (len(opened), len(opened)),
        "finished_tickets": (len(finished), len(finished)),
        "without_resolution_time": (len(undated), len(undated)),
    }


@pytest.mark.parametrize("month", MONTHS)
def test_every_agent_and_measure_agrees_with_a_second_count(
    month: str, log: Log, scored: dict[str, dict[str, Any]]
) -> None:
    by_agent: dict[str, list[Event]] = {}
    for event in log.last:
        if event["resolved_by"] != "?" and (lies_in(event["opened_at"], month) or lies_in(event["resolved_at"], month)):
            by_agent.setdefault(event["resolved_by"], []).append(event)
    expected = {}
    for agent, events in by_agent.items():
        counted = count_again(events, month)
        expected[agent] = {
            name: (printed(None if value is None else Fraction(value)), size) for name, (value, size) in counted.items()
        }
    found = {
        agent: {name: (one["value"], one["sample_size"]) for name, one in records.items()}
        for agent, records in indicators(scored[month]).items()
    }
    assert found == expected


@pytest.mark.parametrize("month", MONTHS)
def test_every_row_is_accounted_for(month: str, log: Log, scored: dict[str, dict[str, Any]]) -> None:
    document = scored[month]
    [source] = document["sources"]
    stray = sum(event["incident_state"] == STRAY_STATE for event in log.events)
    inside = [
        event for event in log.last
        if lies_in(event["opened_at"], month) or lies_in(event["resolved_at"], month)
    ]  # fmt: skip
    nobodys = [event for event in inside if event["resolved_by"] == "?"]
    earlier = len(log.events) - stray - len(log.last)
    expected = (len(inside), len(log.last) - len(inside), stray, earlier)
    assert {name: source[name] for name in COUNTS} == dict(zip(COUNTS, expected, strict=True))
    assert source["rows"] == len(log.events) == sum(source[name] for name in COUNTS)
    assert (len(log.events), len(log.last), stray) == (119_998, 20_769, 2)

    records = indicators(document).values()
    opened = [event for event in log.last if lies_in(event["opened_at"], month)]
    nobody_opened = sum(event["resolved_by"] == "?" for event in opened)
    assert sum(one["ticket_count"]["value"] for one in records) == len(opened) - nobody_opened
    said = [warning for warning in document["warnings"] if "no agent" in warning]
    assert [int(warning.rsplit(" ", 1)[1]) for warning in said] == ([len(nobodys)] if nobodys else [])


def test_two_changes_with_one_number_leave_the_later(log: Log) -> None:
    """The log itself has such an incident; without the second look it would be a conflict."""
    twice = [
        event for event in log.events if (event["number"], event["sys_mod_count"]) == ("INC0000135", "7")
    ]  # fmt: skip
    assert [event["incident_state"] for event in twice] == ["Active", "Closed"]
    [last] = [event for event in log.last if event["number"] == "INC0000135"]
    assert last["incident_state"] == "Closed"


def test_rejected_rows_are_written_out(log: Log, scored: dict[str, dict[str, Any]], folder: Path) -> None:
    with (folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(int(row["csperf_row"]), row["csperf_column"], row["csperf_code"]) for row in csv.DictReader(file)]
    stray = [line for line, event in enumerate(log.events, 2) if event["incident_state"] == STRAY_STATE]
    assert len(stray) == scored[MONTHS[0]]["sources"][0]["rejected"]
    # --rejects reads every column, the score only what its measures need: here they agree.
    assert rows == [(line, "incident_state", "data-unknown-word") for line in stray]
