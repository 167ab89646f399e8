"""Aggregates as Polars expressions, exact whatever the order of rows: whole numbers in, fractions out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
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
    return (column >= _instant(period.start)) & (column < _instant(period.end))


def span_of(aggregate: Aggregate, period: Period) -> Period:
    """The period an aggregate looks at: its own window where it has one."""
    return period.window(aggregate.window_days) if aggregate.window_days else period


def _instant(moment: dt.datetime) -> pl.Expr:
    return pl.lit(moment)


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
            days = calendar.working_days_before(
                period.first_day - dt.timedelta(days=800), period.last_day + dt.timedelta(days=400)
            )
            elapsed = _working_seconds(end, days, period.zone) - _working_seconds(pl.col("created_at"), days, period.zone)
            found.append((elapsed / 86400).alias(name))
    return found


def _working_seconds(moment: pl.Expr, days: list[tuple[dt.date, int, bool]], zone: str) -> pl.Expr:
    """Seconds of working days that lie before `moment`, from the first of `days` on."""
    first, last = days[0][0], days[-1][0]
    local = moment.dt.convert_time_zone(zone)
    date = local.dt.date().clip(first, last)
    before = date.replace_strict([d for d, _, _ in days], [count * 86400 for _, count, _ in days], return_dtype=pl.Int64)
    working = date.replace_strict([d for d, _, _ in days], [is_working for _, _, is_working in days], return_dtype=pl.Boolean)
    of_day = local.dt.hour().cast(pl.Int64) * 3600 + local.dt.minute().cast(pl.Int64) * 60 + local.dt.second().cast(pl.Int64)
    return before + pl.when(working & local.dt.date().is_between(first, last)).then(of_day).otherwise(0)


class AggregatePlan:
    """All aggregates of one source that credit the same agent column, as one group-by."""

    def __init__(self, aggregates: Sequence[Aggregate], masks: Mapping[Aggregate, str | None], schema: pl.Schema) -> None:
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
            return {"num": product.sum(), "den": total.sum()}
        value = self._masked(value, mask)
        whole, kind = self._whole(value)
        self._kinds[str(index)] = kind
        count = whole.count()
        if aggregate.kind == "percentile":
            assert aggregate.percentile is not None
            ordered = whole.drop_nulls().sort()
            share = aggregate.percentile
            position = (count.cast(pl.Int64) - 1) * share.numerator
            low = position // share.denominator
            high = -(-position // share.denominator)
            return {
                "low": ordered.get(low, null_on_oob=True), "high": ordered.get(high, null_on_oob=True), "n": count,
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
        if dtype.is_float():
            return (value * SCALE).round(0, mode="half_away_from_zero").cast(pl.Int128, strict=False), "millionths"
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
            count = Fraction(row[f"{index}:n"])
            return AggregateResult(value=count, numerator=count, sample_size=int(count))
        if aggregate.kind in ("rate", "weighted_mean"):
            num, den = (self._exact(row[f"{index}:{part}"], f"{index}:{part}") for part in ("num", "den"))
            if not den:
                return None
            assert num is not None
            return AggregateResult(num / den, num, den, int(den))
        size = row[f"{index}:n"]
        if not size:
            return None
        if aggregate.kind == "percentile":
            assert aggregate.percentile is not None
            low, high = (self._exact(row[f"{index}:{part}"], str(index)) for part in ("low", "high"))
            assert low is not None
            assert high is not None
            value = low + (high - low) * ((size - 1) * aggregate.percentile % 1)
            return AggregateResult(value, sample_size=size)
        total = self._exact(row[f"{index}:v"], str(index))
        assert total is not None
        if aggregate.kind == "mean":
            return AggregateResult(total / size, total, Fraction(size), size)
        if aggregate.kind == "sum":
            return AggregateResult(total, total, sample_size=size)
        return AggregateResult(total, sample_size=size)

    def _exact(self, whole: int | None, key: str) -> Fraction | None:
        if whole is None:
            return None
        return Fraction(int(whole), SCALE if self._kinds.get(key) == "millionths" else 1)
