"""Derived columns as Polars expressions: how long something took, in clock time and in working time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import polars as pl

from csperf.calendars import WorkCalendar
from csperf.period import Period
from csperf.tables.contract import Derived
from csperf.tables.kinds import TimeUnit

MICROSECONDS: dict[TimeUnit, int] = {"hours": 3_600_000_000, "days": 86_400_000_000}
"""How long one of a unit is."""

# Days before and after the period for which working time is known; what lasts longer is held at that.
_CALENDAR_SPAN = dt.timedelta(days=5 * 366)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def derived_columns(
    wanted: Mapping[str, Derived], period: Period, calendar: Callable[[], WorkCalendar], source: str | None = None
) -> list[pl.Expr]:
    """The derived columns `wanted`, by name as in the contract.

    The rows must be all that there are, as a customer's next case may lie beyond the period. source: the column
    with their source where there are several, as one id may be two customers there.
    """
    found = []
    for name, derived in wanted.items():
        first, begun, ended = (pl.col(derived.columns[place]) for place in (0, -2, -1))
        if derived.until == "begun again":
            customer = pl.concat_str(pl.col(source), first, separator=" ") if source else first
            passed = _next_begun(customer, begun) - ended.dt.epoch("us")
        else:
            passed = _passed(derived, begun, ended, period, calendar)
        # Polars divides by a number through its reciprocal, which can miss a limit such as 0.1 by a bit; it
        # divides by a column exactly. The time that something began is always there to make one of.
        unit = begun.dt.epoch("us") * 0 + MICROSECONDS[derived.unit]
        found.append((passed / unit).alias(name))
    return found


def _passed(
    derived: Derived, start: pl.Expr, end: pl.Expr, period: Period, calendar: Callable[[], WorkCalendar]
) -> pl.Expr:
    """Microseconds from start to end."""
    if derived.until == "ended or period over":
        end = pl.coalesce(end, pl.lit(period.end))
    first, last = period.first_day - _CALENDAR_SPAN, period.last_day + _CALENDAR_SPAN
    if derived.clock == "service hours":
        hours = _service_hours(calendar(), first, last, period.zone)
        return hours.passed_until(end.dt.epoch("us")) - hours.passed_until(start.dt.epoch("us"))
    if derived.clock == "working days":
        days = _working_days(calendar(), first, last)
        shown = (moment.dt.convert_time_zone(period.zone).dt.replace_time_zone(None) for moment in (end, start))
        until_end, until_start = (days.passed_until(moment.dt.epoch("us")) for moment in shown)
        # The hour that a clock repeats in autumn is one hour of the day.
        return (until_end - until_start).clip(0)
    return (end - start).dt.total_microseconds()


def _next_begun(customer: pl.Expr, created: pl.Expr) -> pl.Expr:
    """When the same customer's next case was created, in microseconds; null where there is none."""
    return pl.struct(customer.alias("customer"), created.alias("created")).map_batches(
        _next_created, return_dtype=pl.Int64
    )


def _next_created(cases: pl.Series) -> pl.Series:
    """(customer, created) → when the customer's next case was created, later than this one; null for none."""
    customer, created = pl.col("customer"), pl.col("created").dt.epoch("us")
    # One sort of everything, because a window per customer takes five times as long.
    rows = cases.struct.unnest().lazy().with_row_index("row").sort("customer", "created")
    later = created.shift(-1)
    moves_on = (customer != customer.shift(-1)) | (created < later)
    return (
        rows.with_columns(
            next_customer=pl.when(moves_on).then(customer.shift(-1)).backward_fill(),
            next_created=pl.when(moves_on).then(later).backward_fill(),
        )
        .select("row", following=pl.when(pl.col("next_customer") == customer).then("next_created"))
        .sort("row")
        .collect()["following"]
    )


class _Spans:
    """Stretches of time in order, as microseconds; a moment before or after all of them is held at their ends."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        # One of no length at the very beginning, so that every moment has a stretch that began before it.
        starts, ends = zip((-(2**62), -(2**62)), *spans, strict=True)
        self._starts = pl.Series(starts, dtype=pl.Int64)
        self._lengths = pl.Series(ends, dtype=pl.Int64) - self._starts
        self._before = self._lengths.cum_sum() - self._lengths

    def passed_until(self, moment: pl.Expr) -> pl.Expr:
        """How much of them lies before a moment."""
        return moment.map_batches(self._passed, return_dtype=pl.Int64, is_elementwise=True)

    def _passed(self, moments: pl.Series) -> pl.Series:
        place = self._starts.search_sorted(moments, side="right").clip(1) - 1  # no moment has place 0
        inside = moments - self._starts.gather(place)
        return self._before.gather(place) + inside.clip(upper_bound=self._lengths.gather(place))


@cache
def _working_days(calendar: WorkCalendar, first: dt.date, last: dt.date) -> _Spans:
    """Working days as a clock shows them, so that the same time one working day later is one day."""
    epoch = _EPOCH.date()
    starts = ((day - epoch).days * MICROSECONDS["days"] for day in calendar.working_days(first, last))
    return _Spans((start, start + MICROSECONDS["days"]) for start in starts)


@cache
def _service_hours(calendar: WorkCalendar, first: dt.date, last: dt.date, zone: str) -> _Spans:
    """Service hours as instants, so that a clock that is put forward or back changes no hour's length."""
    microsecond = dt.timedelta(microseconds=1)
    return _Spans(
        ((start - _EPOCH) // microsecond, (end - _EPOCH) // microsecond)
        for start, end in calendar.service_spans(first, last, zone)
    )
