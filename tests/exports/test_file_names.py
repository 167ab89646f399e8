"""The period that a file's name gives is read where it is clear, and nowhere else."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csperf.exports.file_names import find_days

JUNE = (dt.date(2025, 6, 1), dt.date(2025, 6, 30))
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31))
FORMS = ["%Y-%m-%d", "%Y.%m.%d", "%Y_%m_%d", "%Y%m%d", "%Y年%m月%d日"]


@pytest.mark.parametrize(
    "name",
    [
        "客服绩效2025-06-01至2025-06-30.xlsx", "客服绩效_20250601_20250630.xlsx", "a_2025-06-01_to_2025-06-30.csv",
        "2025年6月1日到2025年6月30日", "2025.06.01~2025.06.30", "2025-06-01-2025-06-30", "2025-6-1至2025-6-30 (1)",
        "接待_20250601-20250630_20250701093000.xls", "2025-06-01至2025-06-30_导出于2025-07-01.xlsx",
        "2025-06-01 00_00_00至2025-06-30 23_59_59.xlsx", "２０２５－０６－０１至２０２５－０６－３０.xlsx",
        "2025年6月客服绩效", "客服2025-06.xlsx", "202506", "report-2025.06-final", "2025年6月 2025-06-01至2025-06-30",
    ],
)  # fmt: skip
def test_june(name: str) -> None:
    assert find_days(name) == JUNE


@pytest.mark.parametrize(
    "name",
    [
        "客服绩效.xlsx", "绩效 (1).xlsx", "12345678.csv", "06-01至06-30.xlsx", "2025.xlsx",
        # not clear: three days, two months, a month and another day, two periods, the wrong way round, no such day
        "2025-06-01 2025-06-10 2025-06-20", "2025-05至2025-06", "2025年6月绩效_20250701",
        "2025-05-01至2025-05-31_2025-06-01至2025-06-30", "2025-06-30至2025-06-01", "2025-06-31", "20250631",
    ],
)  # fmt: skip
def test_nothing_is_guessed(name: str) -> None:
    assert find_days(name) is None


@given(days=st.tuples(DAYS, DAYS).map(sorted), form=st.sampled_from(FORMS), join=st.sampled_from("至到~–—-_"))
def test_any_two_days_in_any_form(days: list[dt.date], form: str, join: str) -> None:
    first, last = days
    assert find_days(f"客服数据{first.strftime(form)}{join}{last.strftime(form)}.xlsx") == (first, last)


@given(day=DAYS, form=st.sampled_from(FORMS))
def test_one_day_is_that_day(day: dt.date, form: str) -> None:
    assert find_days(f"日报-{day.strftime(form)}.csv") == (day, day)


@given(day=DAYS, form=st.sampled_from(["%Y-%m", "%Y年%m月", "%Y%m"]))
def test_one_month_is_all_of_it(day: dt.date, form: str) -> None:
    last = calendar.monthrange(day.year, day.month)[1]
    assert find_days(f"月报 {day.strftime(form)}.xlsx") == (day.replace(day=1), day.replace(day=last))


@given(st.text())
def test_any_name_is_borne(name: str) -> None:
    days = find_days(name)
    assert days is None or days[0] <= days[1]
