"""Aggregates as Polars expressions, exact whatever the order of rows: whole numbers in, fractions out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl

from csperf.calendars import WorkCalendar
from csperf.period import Period
from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import AggregateResult
from csperf.tables.contract import Contract

# Fractional values are summed as whole millionths, because a sum of floats depends on the order
# of the rows and on the number of threads.
SCALE = 1_000_000
# Days before and after the period for which working days are known; a case open for longer is held at that.
_CALENDAR_SPAN = dt.timedelta(days=5 * 366)


def compile_sql(sql: str) -> pl.Expr:
    """A checked SQL expression, compiled."""
    return pl.sql_expr(sql)


def names_in(aggregate: Aggregate) -> set[str]:
    """The columns that an aggregate's expressions name."""
    return {name for _, sql in aggregate.expressions() for name in compile_sql(sql).meta.root_names()}


def in_period(contract: Contract, at: str, period: Period) -> pl.Expr:
    """Whether a row's time lies in the period."""
    column = pl.col(at)
    if contract.columns[at].kind == "day":
        return (column >= period.start.date()) & (column < period.end.date())
    return (column >= pl.lit(period.start)) & (column < pl.lit(period.end))


def span_of(aggregate: Aggregate, period: Period) -> Period:
    """The period an aggregate looks at: its own window where it has one."""
    return period.window(aggregate.window_days) if aggregate.window_days else period


def derived_columns(names: set[str], period: Period, calendar: WorkCalendar | None) -> list[pl.Expr]:
    """The derived ticket columns among `names` (hours and working days until resolved)."""
    resolved = pl.col("resolved_at")
    until = pl.coalesce(resolved, pl.lit(period.end))
    found = []
    for name, end in (("resolution_hours", resolved), ("open_hours", until)):
        if name in names:
            found.append(((end - pl.col("created_at")).dt.total_microseconds() / 3_600_000_000).alias(name))
    for name, end in (("resolution_workdays", resolved), ("open_workdays", until)):
        if name in names:
            assert calendar is not None
            first, last = period.first_day - _CALENDAR_SPAN, period.last_day + _CALENDAR_SPAN
            start, stop = (
                _working_seconds(moment, calendar, first, last, period.zone) for moment in (pl.col("created_at"), end)
            )
            found.append(((stop - start) / 86400).alias(name))
    return found


def _working_seconds(moment: pl.Expr, calendar: WorkCalendar, first: dt.date, last: dt.date, zone: str) -> pl.Expr:
    """Seconds of working days from `first` to `moment`; moments outside the span are held at its ends."""
    days, before, working = _working_days(calendar, first, last)
    local = moment.dt.convert_time_zone(zone)
    date = local.dt.date()
    held = date.clip(first, last)
    of_day = (
        local.dt.hour().cast(pl.Int64) * 3600 + local.dt.minute().cast(pl.Int64) * 60 + local.dt.second().cast(pl.Int64)
    )
    is_working = held.replace_strict(days, working) & (date == held)
    return held.replace_strict(days, before) * 86400 + pl.when(is_working).then(of_day).otherwise(0)


@cache
def _working_days(calendar: WorkCalendar, first: dt.date, last: dt.date) -> tuple[pl.Series, pl.Series, pl.Series]:
    """(days, working days before each, whether each is one)."""
    rows = calendar.working_days_before(first, last)
    return (
        pl.Series([day for day, _, _ in rows]),
        pl.Series([count for _, count, _ in rows]),
        pl.Series([is_working for _, _, is_working in rows]),
    )


class AggregatePlan:
    """All aggregates of one source that credit the same agent column, as one group-by."""

    def __init__(
        self, aggregates: Sequence[Aggregate], masks: Mapping[Aggregate, str | None], schema: pl.Schema
    ) -> None:
        """`masks`: the boolean column that says which rows an aggregate sees (None: all of them)."""
        self.aggregates = list(aggregates)
        self._masks = masks
        self._frame = pl.LazyFrame(schema=schema)
        self._kinds: dict[str, str] = {}
        self.expressions = [
            expression.alias(f"{index}:{part}")
            for index, aggregate in enumerate(self.aggregates)
            for part, expression in self._parts(index, aggregate).items()
        ]

    def _parts(self, index: int, aggregate: Aggregate) -> dict[str, pl.Expr]:
        mask = self._masks[aggregate]
        if aggregate.kind == "count":
            return {"n": pl.col(mask).sum() if mask else pl.len()}
        assert aggregate.value is not None
        value = compile_sql(aggregate.value)
        if aggregate.kind == "rate":
            if aggregate.over is not None:
                over = compile_sql(aggregate.over)
                seen = over & pl.col(mask) if mask else over
                return {"num": (value & seen).sum(), "den": seen.sum()}
            value = self._masked(value, mask)
            return {"num": value.sum(), "den": value.count()}
        if aggregate.kind == "weighted_mean":
            assert aggregate.weight is not None
            weight = self._masked(compile_sql(aggregate.weight), mask)
            both = value.is_not_null() & (weight > 0)
            product, product_kind = self._whole(pl.when(both).then(value.cast(pl.Float64) * weight))
            total, total_kind = self._whole(pl.when(both).then(weight))
            self._kinds[f"{index}:num"], self._kinds[f"{index}:den"] = product_kind, total_kind
            if total_kind == "ones":  # weights that count cases, such as the ratings behind a rate
                return {"num": product.sum(), "den": total.sum(), "n": total.sum()}
            return {"num": product.sum(), "den": total.sum(), "n": total.count()}
        value = self._masked(value, mask)
        whole, kind = self._whole(value)
        self._kinds[str(index)] = kind
        count = whole.count()
        if aggregate.kind == "percentile":
            assert aggregate.percentile is not None
            share = float(aggregate.percentile)
            return {
                "low": whole.quantile(share, "lower"), "high": whole.quantile(share, "higher"),
                "n": count,
            }  # fmt: skip
        reduced = {"sum": whole.sum, "mean": whole.sum, "min": whole.min, "max": whole.max}[aggregate.kind]()
        return {"v": reduced, "n": count}

    def _masked(self, value: pl.Expr, mask: str | None) -> pl.Expr:
        return pl.when(pl.col(mask)).then(value) if mask else value

    def _whole(self, value: pl.Expr) -> tuple[pl.Expr, str]:
        """The value as whole numbers, and what one of them stands for: 1, a millionth, or a microsecond."""
        dtype = self._frame.select(value.alias("v")).collect_schema()["v"]
        if dtype == pl.Duration:
            return value.dt.total_microseconds().cast(pl.Int128), "millionths"
        if not dtype.is_integer():  # floats, and the decimals that a number such as 0.5 makes of an expression
            return (value.cast(pl.Float64) * SCALE).round(0, mode="half_away_from_zero").cast(
                pl.Int128, strict=False
            ), "millionths"
        return value.cast(pl.Int64), "ones"

    def results(self, frame: pl.DataFrame, agent: str) -> dict[Aggregate, dict[str, AggregateResult]]:
        """The grouped frame → exact results per aggregate and agent; rows of nobody are left out."""
        found: dict[Aggregate, dict[str, AggregateResult]] = {aggregate: {} for aggregate in self.aggregates}
        for row in frame.iter_rows(named=True):
            if row[agent] is None:
                continue
            for index, aggregate in enumerate(self.aggregates):
                result = self._result(index, aggregate, row)
                if result is not None:
                    found[aggregate][row[agent]] = result
        return found

    def _result(self, index: int, aggregate: Aggregate, row: dict[str, Any]) -> AggregateResult | None:
        if aggregate.kind == "count":
            # The agent's rows may all belong to other aggregates; no row is no result here.
            count = Fraction(row[f"{index}:n"])
            return AggregateResult(value=count, numerator=count, sample_size=int(count)) if count else None
        if aggregate.kind in ("rate", "weighted_mean"):
            num, den = (self._exact(row[f"{index}:{part}"], f"{index}:{part}") for part in ("num", "den"))
            if not den:
                return None
            assert num is not None
            return AggregateResult(num / den, num, den, row.get(f"{index}:n", int(den)))
        size = row[f"{index}:n"]
        if not size:
            return None
        if aggregate.kind == "percentile":
            assert aggregate.percentile is not None
            low, high = (self._exact(row[f"{index}:{part}"], str(index)) for part in ("low", "high"))
            assert low is not None
            assert high is not None
            # Polars finds the place in floating point, which can fall just short of a whole place.
            place = (size - 1) * aggregate.percentile
            between = place % 1
            if not between and math.floor((size - 1) * float(aggregate.percentile)) < place:
                low = high
            return AggregateResult(low + (high - low) * between, sample_size=size)
        total = self._exact(row[f"{index}:v"], str(index))
        assert total is not None
        if aggregate.kind == "mean":
            return AggregateResult(total / size, total, Fraction(size), size)
        if aggregate.kind == "sum":
            return AggregateResult(total, total, sample_size=size)
        return AggregateResult(total, sample_size=size)

    def _exact(self, whole: float | None, key: str) -> Fraction | None:
        if whole is None:
            return None
        return Fraction(int(whole), SCALE if self._kinds.get(key) == "millionths" else 1)
