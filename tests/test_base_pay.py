"""Base pay: the one that holds on the last day of the period, in the rubric's currency, every row readable."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from csperf.base_pay import read_base_pay
from csperf.period import Period, parse_month, parse_year
from csperf.problems import ProblemsFound
from csperf.session import Session
from csperf.workspace import load_workspace
from small_shop import CHINA, SURVEYS, csv_text, write_workspace

JUNE = parse_month("2025-06", CHINA, dt.date.today())
HEADERS = ("agent_id", "base_pay", "valid_from", "currency")


def read_pay(folder: Path, pay: str | None, period: Period = JUNE, roster: str | None = None) -> dict[str, Decimal]:
    files = {"surveys": SURVEYS, "pay": pay, "roster": roster}
    shop = write_workspace(folder / "shop", {table: text for table, text in files.items() if text is not None})
    (folder / "work").mkdir()
    return read_base_pay(Session(load_workspace(shop), folder / "work"), period, "CNY")


def test_a_shop_without_it_has_none(tmp_path: Path) -> None:
    assert read_pay(tmp_path, None) == {}


def test_the_latest_row_that_holds_on_the_last_day(tmp_path: Path) -> None:
    rows = [
        ("A1", "8000.10", None, None), ("A1", "9000", "2025-06-30", "CNY"), ("A1", "9900", "2025-07-01", None),
        ("A2", "5000", "2025-07-01", None), ("A3", "1e4", None, None), ("A3", "1", "1999-01-01", None),
    ]  # fmt: skip
    assert read_pay(tmp_path, csv_text(HEADERS, rows)) == {"A1": Decimal(9000), "A3": Decimal(1)}


def test_a_year_goes_by_its_last_day(tmp_path: Path) -> None:
    rows = [("A1", "8000.10", None, None), ("A1", "9900", "2025-07-01", None)]
    assert read_pay(tmp_path, csv_text(HEADERS, rows), parse_year("2025", CHINA)) == {"A1": Decimal(9900)}


def test_an_amount_is_what_is_written(tmp_path: Path) -> None:
    assert read_pay(tmp_path, csv_text(HEADERS[:2], [("A1", "8000.10"), ("A2", "0.07")])) == {
        "A1": Decimal("8000.10"), "A2": Decimal("0.07"),
    }  # fmt: skip


def test_names_lead_to_agents(tmp_path: Path) -> None:
    roster = csv_text(["agent_id", "name", "aliases"], [("A1", "王小明", "xiaoming")])
    pay = csv_text(HEADERS[:2], [("xiaoming", "8000")])
    assert read_pay(tmp_path, pay, roster=roster) == {"A1": Decimal(8000)}


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([("A1", "much", None, None)], ["data-bad-number"]),
        ([("A1", "-5", None, None)], ["data-out-of-range"]),
        ([(None, "5000", None, None)], ["data-missing-value"]),
        ([("A1", "5000", "soon", None)], ["data-bad-time"]),
        ([("A1", "5000", None, "USD"), ("A2", "x", None, None)], ["data-bad-number", "pay-currency"]),
        ([("A1", "5000", None, None), ("A1", "6000", None, None)], ["data-key-conflict"]),
        ([("A1", "5000", "2025-01-01", None), ("a1 ", "6000", "2025-01-01", None)], ["data-key-conflict"]),
    ],
)
def test_a_row_that_cannot_be_read_stops_it(
    rows: list[tuple[str | None, ...]], codes: list[str], tmp_path: Path
) -> None:
    roster = csv_text(["agent_id", "name"], [("A1", "Ann")])
    with pytest.raises(ProblemsFound) as found:
        read_pay(tmp_path, csv_text(HEADERS, rows), roster=roster)
    assert [problem.code for problem in found.value.problems] == codes
    assert all(problem.severity == "error" for problem in found.value.problems)


def test_equal_rows_are_no_conflict(tmp_path: Path) -> None:
    assert read_pay(tmp_path, csv_text(HEADERS[:2], [("A1", "5000")] * 2)) == {"A1": Decimal(5000)}
