"""Cells as platforms write them: each form comes to the right value, whatever fits none is set aside."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csperf.engines.polars_engine import PolarsEngine
from csperf.exports.format_file import Dates, FormatFile, canonical_format
from csperf.rubric.measures import Aggregate
from small_shop import CHINA, csv_text, measure_source, open_source, reading_as_if_large

SET_ASIDE = "set aside"


def read_cells(
    table: str, column: str, cells: Sequence[str], rule: dict[str, Any] | None = None, **settings: Any
) -> list[Any]:
    """What each cell of a column comes to: its value, None for no value, SET_ASIDE where it cannot be read.

    The quick reading is held to the same.
    """
    key = {"agent_metrics": "agent_id", "tickets": "ticket_id"}[table]
    at = {"agent_metrics": "date", "tickets": "created_at"}[table]
    columns: dict[str, Any] = {key: "key", at: {"from": "at"}, column: {"from": "cell"} | (rule or {})}
    if column == at:
        columns.pop(at)
        columns[at] = {"from": "cell"} | (rule or {})
    format_ = FormatFile.model_validate({"format": "ours", "table": table, "columns": columns} | settings)
    rows = [[f"K{number:04}", "2025-06-15", cell] for number, cell in enumerate(cells)]
    with tempfile.TemporaryDirectory() as folder:
        source = open_source(Path(folder), table, csv_text(["key", "at", "cell"], rows), format_=format_)
        engine = PolarsEngine(Path(folder))
        found = {row[key]: row[column] for row in engine.read_facts(source)}
        asked = [Aggregate(table, "count", at)]
        if not isinstance(next(iter(found.values()), None), dt.date | str | bool):
            asked.append(Aggregate(table, "sum", at, value=column))
        careful = measure_source(source, asked)
        with reading_as_if_large():
            assert measure_source(source, asked) == careful
        assert len(found) + len(list(engine.read_rejected(source))) == len(cells)
    return [found.get(row[0], SET_ASIDE) for row in rows]


# ── durations ─────────────────────────────────────────────────────────────────────────────────────


def read_seconds(*cells: str, **rule: Any) -> list[Any]:
    return read_cells("tickets", "handling_seconds", cells, rule)


def test_durations_of_a_clock() -> None:
    cells = ["00:01:23", "1:23", "90:15", "36:20:00", "0:00:01.5", "００：０１：２３"]
    assert read_seconds(*cells, duration="clock") == [83, 83, 5415, 130800, 1.5, 83]
    assert read_seconds("1899-12-31 00:01:23", "1900-01-01 12:20:00", duration="clock") == [83, 130800]


def test_durations_in_words() -> None:
    cells = [
        "1分23秒", "7小时41分52秒", "1天", "11秒", "23s", "5 Minutes", "2 hours 5 minutes", "1 hour 32 minutes",
        "2分30秒", "1天2小时", "1 day, 2 hrs", "1.5小时", "１分２３秒", "3分钟", "1h 5m 7s", "0秒",
    ]  # fmt: skip
    values = [83, 27712, 86400, 11, 23, 300, 7500, 5520, 150, 93600, 93600, 5400, 83, 180, 3907, 0]
    assert read_seconds(*cells, duration="words") == values


def test_durations_of_hours_and_minutes() -> None:
    assert read_seconds("36:20", "1:30", "0:00", duration="hours_minutes") == [130800, 5400, 0]


def test_first_form_that_fits_is_taken() -> None:
    forms = ["hours_minutes", "clock", "words"]
    assert read_seconds("1:30", "1:30:00", "90分", duration=forms) == [5400, 5400, 5400]
    assert read_seconds("1:30", "90", "90分", duration=["clock", "words"], unit="min") == [90, 5400, 5400]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("-1:30", {"duration": "hours_minutes"}), ("-0:01:30", {"duration": "clock"}), ("-5分", {"duration": "words"}),
        ("-3", {}), ("0:75:00", {"duration": "clock"}), ("1:75", {"duration": ["clock", "hours_minutes"]}),
        ("1分2小时", {"duration": "words"}), ("45", {"duration": "words"}), ("350ms", {"duration": "words"}),
        ("", {"duration": "words", "missing": ["x"]}), ("1748916000", {}), ("4000天", {"duration": "words"}),
        ("99999:00:00", {"duration": "clock"}), ("1899-12-30 00:01:23", {"duration": "clock"}), ("12 s", {}),
    ],
)  # fmt: skip
def test_negative_impossible_and_undeclared_durations_are_set_aside(cell: str, rule: dict[str, Any]) -> None:
    assert read_seconds(cell, **rule) == [SET_ASIDE if cell else None]


def as_clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def as_excel(seconds: int) -> str:
    return f"{dt.datetime(1899, 12, 31) + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def in_words(seconds: int, units: Sequence[tuple[int, str]], join: str = "") -> str:
    parts: list[str] = []
    rest = seconds
    for size, word in units:
        if rest >= size or (size == 1 and not parts):
            parts.append(f"{rest // size}{word}")
            rest %= size
    return join.join(parts)


CHINESE = [(86400, "天"), (3600, "小时"), (60, "分"), (1, "秒")]
ENGLISH = [(86400, " days"), (3600, " hours"), (60, " minutes"), (1, " seconds")]
SHORT = [(3600, "h"), (60, "m"), (1, "s")]


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 30 * 86400), min_size=20, max_size=60))
def test_durations_read_as_they_were_written(values: list[int]) -> None:
    assert read_seconds(*map(as_clock, values), duration="clock") == values
    for units, join in ((CHINESE, ""), (CHINESE, " "), (ENGLISH, " "), (ENGLISH, ", "), (SHORT, "")):
        assert read_seconds(*(in_words(value, units, join) for value in values), duration="words") == values
    assert read_seconds(*map(as_excel, values), duration="clock") == values
    whole = [value // 60 * 60 for value in values]
    written = [f"{value // 3600}:{value // 60 % 60:02}" for value in whole]
    assert read_seconds(*written, duration="hours_minutes") == whole
    mixed = [form(value) for form in (as_clock, lambda value: in_words(value, CHINESE)) for value in values]
    assert read_seconds(*mixed, duration=["clock", "words"]) == values * 2
    assert read_seconds(*map(str, values), unit="min") == [
        value * 60 if value * 60 <= 3653 * 86400 else SET_ASIDE for value in values
    ]


def test_hours_may_be_written_as_durations() -> None:
    found = read_cells("agent_metrics", "worked_hours", ["7小时30分", "0秒"], {"duration": "words"})
    assert found == [7.5, 0]
    assert read_cells("agent_metrics", "worked_hours", ["7200", "5400"], {"unit": "s"}) == [2, 1.5]


# ── numbers and shares ────────────────────────────────────────────────────────────────────────────


def test_numbers_as_they_are_written() -> None:
    cells = ["￥12.5", "¥ 12.5", "12.5元", "12.5 元", "１２．５", "+12.50", "1.25e1"]
    assert read_cells("agent_metrics", "sales_amount", cells) == [12.5] * 7
    cells = ["1,234", "1，234.5", "(12.5)", "（1,234）", "-￥3", "−4"]
    assert read_cells("agent_metrics", "sales_amount", cells) == [1234, 1234.5, -12.5, -1234, -3, -4]


@pytest.mark.parametrize("cell", ["12,5", "1,23,456", "$5", "1.2万", "12.5元/件", "1 234", "()", "1.234,5", "二"])
def test_what_could_mean_another_number_is_set_aside(cell: str) -> None:
    assert read_cells("agent_metrics", "sales_amount", [cell]) == [SET_ASIDE]


def test_whole_numbers() -> None:
    assert read_cells("agent_metrics", "served_count", ["1，234", "５", "3.0", "12人", "2.5"]) == [
        1234, 5, 3, SET_ASIDE, SET_ASIDE,
    ]  # fmt: skip


def read_shares(*cells: str, percent: str | list[str]) -> list[Any]:
    return read_cells("agent_metrics", "reply_rate", cells, {"percent": percent})


def test_shares_are_read_as_the_column_is_declared() -> None:
    assert read_shares("98.5%", "９８．５％", "98.5 %", "0%", percent="with_sign") == [0.985, 0.985, 0.985, 0]
    assert read_shares("0.985", "1", percent="share") == [0.985, 1]
    assert read_shares("98.5", "1", "100", percent="number") == [0.985, 0.01, 1]
    assert read_shares("98.5%", "0.985", percent=["with_sign", "share"]) == [0.985, 0.985]


def test_another_kind_of_share_is_set_aside() -> None:
    assert read_shares("98.5", "120%", "-1%", percent="with_sign") == [SET_ASIDE] * 3
    assert read_shares("98.5%", "98.5", percent="share") == [SET_ASIDE] * 2


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=20, max_size=60))
def test_shares_read_as_they_were_written(values: list[int]) -> None:
    """In hundredths of a per cent."""
    expected = [float(Fraction(value, 10_000)) for value in values]
    signed = [f"{value // 100}.{value % 100:02}%" for value in values]
    wide = ["".join(chr(ord(sign) + 0xFEE0) for sign in cell) for cell in signed]
    bare = [f"{value // 10_000}.{value % 10_000:04}" for value in values]
    for cells, percent in ((signed, "with_sign"), (wide, "with_sign"), (bare, "share")):
        assert read_shares(*cells, percent=percent) == pytest.approx(expected, abs=1e-15)
    assert read_shares(*(cell[:-1] for cell in signed), percent="number") == pytest.approx(expected, abs=1e-15)
    assert read_shares(*signed, *bare, percent=["with_sign", "share"]) == pytest.approx(expected * 2, abs=1e-15)


# ── times and days ────────────────────────────────────────────────────────────────────────────────

MOMENT = dt.datetime(2026, 4, 20, 15, 5, tzinfo=ZoneInfo(CHINA))
MIDNIGHT = MOMENT.replace(hour=0, minute=0)


def read_times(*cells: str, dates: Dates | None = None, **rule: Any) -> list[Any]:
    return read_cells("tickets", "closed_at", cells, rule, dates=dates, zone=CHINA)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-04-20 15:05", "2026-4-20 15:05:00", "2026/4/20 15:05", "2026.4.20 15:05", "2026年4月20日 15:05",
        "2026年4月20日15:05", "20260420 15:05:00", "2026-04-20T15:05:00", "2026-04-20T07:05:00Z", "2026-04-20T07:05Z",
        "2026-04-20 09:05:00 +0200", "2026-04-20 07:05:00 UTC", "2026-04-20 03:05:00 PM", "2026/4/20 3:05 pm",
        "20-Apr-2026 15:05", "20 April 2026 15:05", "Apr 20, 2026 3:05 PM", "２０２６－０４－２０ １５：０５",
        "2026-04-20 15:05:00.000",
    ],
)  # fmt: skip
def test_times_that_cannot_be_mistaken_need_no_declaration(cell: str) -> None:
    assert read_times(cell) == [MOMENT]
    # also among times of another form
    later = MOMENT + dt.timedelta(hours=1)
    assert read_times("2026-04-20 16:05:00", cell) == [later, MOMENT]


@pytest.mark.parametrize(
    "cell",
    [
        "2026-04-20",
        "2026/4/20",
        "2026.4.20",
        "2026年4月20日",
        "2026年04月20日",
        "20260420",
        "20-Apr-2026",
        "20 apr 2026",
    ],
)
def test_days_alone(cell: str) -> None:
    assert read_times(cell) == [MIDNIGHT]
    assert read_cells("agent_metrics", "date", [cell, "2026-04-20 10:00"]) == [MIDNIGHT.date()] * 2


@pytest.mark.parametrize(
    "cell",
    [
        "990201", "20261301", "2026-04-31", "soon", "2026-04-20 25:00", "2026-04-20 13:05 PM", "23/Mar/21",
        "2026年4月", "4月20日", "20-Apri-2026", "2026-04-20 15:05 x", "45810", "1748916000", "12:30",
    ],
)  # fmt: skip
def test_other_times_are_set_aside(cell: str) -> None:
    assert read_times(cell) == [SET_ASIDE]


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("%y%m%d", "990201"), ("%d/%b/%y %I:%M %p", "01/Feb/99 12:00 AM"), ("%d-%b-%Y", "1-Feb-1999"),
        ("%d/%m/%Y %H:%M", "1/2/1999 00:00"), ("%Y年%m月%d日", "1999年2月1日"), ("excel", "36192"),
        ("epoch", "917798400"), ("epoch_ms", "917798400000"), (["%Y/%m/%d", "excel"], "36192"),
    ],
)  # fmt: skip
def test_declared_forms(form: str | list[str], cell: str) -> None:
    assert read_times(cell, date=form) == [dt.datetime(1999, 2, 1, tzinfo=ZoneInfo(CHINA))]
    assert read_cells("agent_metrics", "date", [cell], {"date": form}, zone=CHINA) == [dt.date(1999, 2, 1)]


def test_serials_of_excel_hold_to_the_second() -> None:
    base = dt.datetime(1899, 12, 30)
    moments = [dt.datetime(2025, 6, 2, 10, 20, 30), dt.datetime(2025, 6, 2, 23, 59, 59)]
    cells = [repr((moment - base) / dt.timedelta(days=1)) for moment in moments]
    assert [found.replace(tzinfo=None) for found in read_times(*cells, date="excel")] == moments


@pytest.mark.parametrize("cell", ["1e30", "-1e30", "nan", "1e18"])
@pytest.mark.parametrize("form", ["excel", "epoch", "epoch_ms"])
def test_numbers_beyond_every_calendar_are_set_aside(cell: str, form: str) -> None:
    assert read_times(cell, date=form) == [SET_ASIDE]


@pytest.mark.parametrize(
    ("form", "dates"),
    [
        ("%Y/%m/%d %H:%M", None), ("%Y.%m.%d", None), ("%Y年%m月%d日 %H:%M", None), ("%Y-%m-%dT%H:%M:%SZ", None),
        ("%d/%m/%Y %H:%M", "day-first"), ("%m-%d-%y", "month-first"), ("%d.%m.%y %I:%M %p", "day-first"),
    ],
)  # fmt: skip
def test_common_forms_are_read_quickly(tmp_path: Path, form: str, dates: Dates | None) -> None:
    format_ = canonical_format("surveys").for_source(None, dates, None)
    moments = [dt.datetime(2025, 6, day, 9) for day in (13, 3, 28)]
    rows = [[f"S{number}", "A1", moment.strftime(form), 5] for number, moment in enumerate(moments)]
    text = csv_text(["survey_id", "agent_id", "responded_at", "rating"], rows)
    source = open_source(tmp_path, "surveys", text, format_=format_)
    with reading_as_if_large() as after_all:
        result = measure_source(source, [Aggregate("surveys", "count", "responded_at")])
    assert result.counts.in_period == 3
    assert after_all == []


def test_one_file_under_both_orders_gives_the_two_right_answers() -> None:
    cells = ["03/04/2025 10:00", "5.6.25", "7-8-2025 1:05 PM", "2025-09-10"]
    days = {
        "month-first": [(2025, 3, 4, 10, 0), (2025, 5, 6, 0, 0), (2025, 7, 8, 13, 5), (2025, 9, 10, 0, 0)],
        "day-first": [(2025, 4, 3, 10, 0), (2025, 6, 5, 0, 0), (2025, 8, 7, 13, 5), (2025, 9, 10, 0, 0)],
    }
    for order, moments in days.items():
        expected = [dt.datetime(*moment, tzinfo=ZoneInfo(CHINA)) for moment in moments]
        assert read_times(*cells, dates=order) == expected  # type: ignore[arg-type]
    assert read_times("25/3/4", "2025/3/4", dates="year-first") == [MIDNIGHT.replace(year=2025, month=3, day=4)] * 2


SIGNS = {"year-first": "{0}{s}{1}{s}{2}", "month-first": "{1}{s}{2}{s}{0}", "day-first": "{2}{s}{1}{s}{0}"}
CLOCKS = ["", " %H:%M", " %H:%M:%S", " %I:%M:%S %p"]


@settings(max_examples=20, deadline=None)
@given(
    moments=st.lists(st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2049, 12, 31)), min_size=1, max_size=40),
    order=st.sampled_from(list(SIGNS)), sign=st.sampled_from("-/."), years=st.sampled_from(["%Y", "%y"]),
    padded=st.booleans(), clock=st.sampled_from(CLOCKS),
)  # fmt: skip
def test_dates_of_any_order_read_as_they_were_written(
    moments: list[dt.datetime], order: Dates, sign: str, years: str, padded: bool, clock: str
) -> None:
    width = 2 if padded else 1
    step = {"": dt.timedelta(days=1), " %H:%M": dt.timedelta(minutes=1)}.get(clock, dt.timedelta(seconds=1))
    moments = [moment - (moment - dt.datetime.min) % step for moment in moments]
    cells = [
        SIGNS[order].format(moment.strftime(years), f"{moment.month:0{width}}", f"{moment.day:0{width}}", s=sign)
        + moment.strftime(clock)
        for moment in moments
    ]
    found = read_times(*cells, dates=order)
    assert [moment.replace(tzinfo=None) for moment in found] == [
        moment if dt.datetime(1995, 1, 1) <= moment < dt.datetime(2050, 1, 1) else SET_ASIDE for moment in moments
    ]


# ── words and markers ─────────────────────────────────────────────────────────────────────────────


def test_words_may_stand_for_beginnings() -> None:
    words = {"Good": 5, "Good *": 4, "Bad*": 1, "Bad with*": 2, "*": 3}
    cells = ["Good", "Good with comment", "Bad", "Bad with comment", "Offered", " Good", ""]
    assert read_cells("tickets", "rating", cells, {"map": words}) == [5, 4, 1, 2, 3, 5, None]
    flags = read_cells("tickets", "sla_met", ["-1:30", "0:20", " -2:00", ""], {"map": {"-*": False, "*": True}})
    assert flags == [False, True, False, None]


def test_markers_may_stand_for_beginnings() -> None:
    cells = ["1900-01-01 00:00:00", "1900-01-01", "-", "2026-04-20"]
    assert read_times(*cells, missing=["1900-01-01*", "-"]) == [None, None, None, MIDNIGHT]
