"""Aggregates as Polars expressions, exact whatever the order of rows: whole numbers in, fractions out."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from csperf.engines.polars_credit import KEY
from csperf.engines.polars_derived import MICROSECONDS
from csperf.engines.polars_facts import SOURCE
from csperf.period import Period, period_of_days
from csperf.rubric.measures import WEEKDAY, Aggregate, LeftOut
from csperf.scoring.cards import AggregateResult
from csperf.tables.contract import DERIVED, Contract

# Fractional values are summed as whole millionths, because a sum of floats depends on the order
# of the rows and on the number of threads.
SCALE = 1_000_000
# Derived times are summed to the microsecond: 2 h 40 min is no whole number of millionths of an hour.
_SCALES = {name: MICROSECONDS[one.unit] for derived in DERIVED.values() for name, one in derived.items()}

_SPLIT = "\0"


def compile_sql(sql: str) -> pl.Expr:
    """A checked SQL expression, compiled."""
    return pl.sql_expr(sql)


def names_in(aggregate: Aggregate) -> set[str]:
    """The columns that an aggregate names, in its expressions and as what counts once, is averaged or splits it."""
    named = {name for name in (aggregate.distinct, aggregate.per, aggregate.split_by) if name is not None} - {WEEKDAY}
    named |= names_in(aggregate.paired) if aggregate.paired else set()
    return named.union(*(compile_sql(sql).meta.root_names() for _, sql in aggregate.expressions()))


def counts_by_pair(aggregate: Aggregate) -> pl.Expr:
    """Whether a row counts for all that the other term of a ratio says: not where that lacks its value in it."""
    pair = aggregate.paired
    if pair is None:
        return pl.lit(True)
    needed = [compile_sql(pair.value)] if pair.value is not None else []
    needed += [pl.col(pair.distinct)] if pair.distinct is not None else []
    lacks = pl.any_horizontal(each.is_null() for each in needed)
    return ~(compile_sql(pair.where).fill_null(False) & lacks if pair.where else lacks)


def in_period(contract: Contract, at: str, period: Period) -> pl.Expr:
    """Whether a row's time lies in the period."""
    column = pl.col(at)
    if contract.columns[at].kind == "day":
        return (column >= period.start.date()) & (column < period.end.date())
    return (column >= pl.lit(period.start)) & (column < pl.lit(period.end))


def is_left_out(contract: Contract, aggregate: Aggregate, zone: str, *, has_until: bool) -> pl.Expr:
    """Whether a row is one that the aggregate does not see.

    has_until: the table says up to which day a row's figures reach; one that reaches beyond the days stays.
    """
    return pl.any_horizontal(
        pl.lit(False), *(_is_of(contract, aggregate.at, part, zone, has_until) for part in aggregate.left_out)
    )


def _is_of(contract: Contract, at: str, part: LeftOut, zone: str, has_until: bool) -> pl.Expr:
    is_of = pl.lit(True)
    if part.ids:
        is_of = pl.any_horizontal(pl.col(column).is_in(values).fill_null(False) for column, values in part.ids)
    if part.days is not None:
        first, last = part.days
        span = period_of_days("", first, last + dt.timedelta(days=1), zone)
        is_of &= in_period(contract, at, span).fill_null(False)
        if has_until and contract.covers_until is not None:
            is_of &= (pl.col(contract.covers_until) <= last).fill_null(True)
    return is_of


def span_of(aggregate: Aggregate, period: Period) -> Period:
    """The period an aggregate looks at: its own window where it has one."""
    return period.window(aggregate.window_days) if aggregate.window_days else period


def split_keys(rows: pl.LazyFrame, contract: Contract, split_by: str, at: str, zone: str) -> pl.LazyFrame:
    """The rows with KEY made of the agent and what they are split by; null where either is."""
    value = pl.col(at) if split_by == WEEKDAY else pl.col(split_by).cast(pl.String)
    if split_by == WEEKDAY:
        value = value if contract.columns[at].kind == "day" else value.dt.convert_time_zone(zone)
        value = value.dt.to_string("%A").str.to_lowercase()
    return rows.with_columns(pl.concat_str(KEY, value, separator=_SPLIT).alias(KEY))


def part_keys(results: Mapping[str, AggregateResult]) -> dict[tuple[str, str], AggregateResult]:
    """What was found by the keys of `split_keys`, by agent and value."""
    return {(key.partition(_SPLIT)[0], key.partition(_SPLIT)[2]): result for key, result in results.items()}


class AggregatePlan:
    """All aggregates of one source that credit the same agent column, as a few group-bys over rows that have KEY."""

    def __init__(
        self, aggregates: Sequence[Aggregate], masks: Mapping[Aggregate, str | None], schema: pl.Schema
    ) -> None:
        """`masks`: the boolean column that says which rows an aggregate sees (None: all of them)."""
        self.aggregates = list(aggregates)
        self._masks = masks
        self._frame = pl.LazyFrame(schema=schema)
        self._scales: dict[str, int] = {}
        self._beside = [SOURCE] if SOURCE in schema else []  # an id names one thing within its source only
        self._within = list(dict.fromkeys(aggregate.per for aggregate in self.aggregates if aggregate.per is not None))

    def sinks(self, rows: pl.LazyFrame, named: pl.Expr) -> list[pl.LazyFrame]:
        """The group-bys: by KEY, which is there for every row, and by KEY and each column that a mean is taken per.

        named: what else to count by KEY.
        """
        return [
            rows.group_by(KEY).agg(*self._expressions(None), named),
            *(
                rows.filter(pl.col(name).is_not_null()).group_by(KEY, name, *self._beside).agg(self._expressions(name))
                for name in self._within
            ),
        ]

    def _count_distinct(self, column: str, rows: pl.Expr) -> pl.Expr:
        """How many things a column names in the rows."""
        named = pl.struct(column, *self._beside) if self._beside else pl.col(column)
        return named.filter(rows & pl.col(column).is_not_null()).n_unique()

    def _expressions(self, per: str | None) -> list[pl.Expr]:
        return [
            expression.alias(f"{index}:{part}")
            for index, aggregate in enumerate(self.aggregates) if aggregate.per == per
            for part, expression in self._parts(index, aggregate).items()
        ]  # fmt: skip

    def _parts(self, index: int, aggregate: Aggregate) -> dict[str, pl.Expr]:
        mask = self._masks[aggregate]
        if aggregate.kind == "count":
            if aggregate.distinct:
                return {"n": self._count_distinct(aggregate.distinct, pl.col(mask) if mask else pl.lit(True))}
            return {"n": pl.col(mask).sum() if mask else pl.len()}
        assert aggregate.value is not None
        value = compile_sql(aggregate.value)
        if aggregate.kind == "rate":
            if aggregate.over is not None:
                over = compile_sql(aggregate.over)
                seen = over & pl.col(mask) if mask else over
                hit, seen_count = value & seen, seen.sum()
            else:
                hit = self._masked(value, mask)
                seen, seen_count = hit.is_not_null(), hit.count()
            if aggregate.distinct:
                ways = (("num", hit), ("den", seen))
                return {part: self._count_distinct(aggregate.distinct, rows) for part, rows in ways}
            return {"num": hit.sum(), "den": seen_count}
        parts = self._numeric_parts(index, aggregate, value, mask)
        if aggregate.zero_if is not None:
            parts["zero"] = self._masked(compile_sql(aggregate.zero_if), mask).any()
        return parts

    def _numeric_parts(self, index: int, aggregate: Aggregate, value: pl.Expr, mask: str | None) -> dict[str, pl.Expr]:
        if aggregate.kind == "weighted_mean":
            assert aggregate.weight is not None
            weight = self._masked(compile_sql(aggregate.weight), mask)
            both = value.is_not_null() & (weight > 0)
            product, product_scale = self._whole(pl.when(both).then(value.cast(pl.Float64) * weight))
            total, total_scale = self._whole(pl.when(both).then(weight))
            self._scales[f"{index}:num"], self._scales[f"{index}:den"] = product_scale, total_scale
            if total_scale == 1:  # weights that count cases, such as the ratings behind a rate
                return {"num": product.sum(), "den": total.sum(), "n": total.sum()}
            return {"num": product.sum(), "den": total.sum(), "n": total.count()}
        assert aggregate.value is not None
        whole, scale = self._whole(self._masked(value, mask), _SCALES.get(aggregate.value, SCALE))
        self._scales[str(index)] = scale
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

    def _whole(self, value: pl.Expr, scale: int = SCALE) -> tuple[pl.Expr, int]:
        """The value as whole numbers, and how many of them make one."""
        dtype = self._frame.select(value.alias("v")).collect_schema()["v"]
        if dtype == pl.Duration:
            return value.dt.total_microseconds().cast(pl.Int128), SCALE
        if not dtype.is_integer():  # floats, and the decimals that a number such as 0.5 makes of an expression
            return (value.cast(pl.Float64) * scale).round(0, mode="half_away_from_zero").cast(
                pl.Int128, strict=False
            ), scale
        return value.cast(pl.Int64), 1

    def results(self, frames: Sequence[pl.DataFrame]) -> dict[Aggregate, dict[str, AggregateResult]]:
        """What `sinks` gave → exact results per aggregate and KEY; rows of nobody are left out."""
        found: dict[Aggregate, dict[str, AggregateResult]] = {aggregate: {} for aggregate in self.aggregates}
        for row in frames[0].filter(pl.col(KEY).is_not_null()).iter_rows(named=True):
            for index, aggregate in enumerate(self.aggregates):
                if aggregate.per is None and (result := self._result(index, aggregate, row)) is not None:
                    found[aggregate][row[KEY]] = result
        for name, frame in zip(self._within, frames[1:], strict=True):
            for index, aggregate in enumerate(self.aggregates):
                if aggregate.per == name:
                    found[aggregate] = self._mean_of_means(index, aggregate, frame)
        return found

    def _mean_of_means(self, index: int, aggregate: Aggregate, frame: pl.DataFrame) -> dict[str, AggregateResult]:
        """The mean, per KEY, of what is left of the means within each value after both ends were cut."""
        means: dict[str, list[Fraction]] = defaultdict(list)
        for row in frame.filter(pl.col(KEY).is_not_null()).iter_rows(named=True):
            inner = self._result(index, aggregate, row)
            if row.get(f"{index}:zero"):
                means[row[KEY]].append(Fraction(0))
            elif inner is not None and inner.value is not None:
                means[row[KEY]].append(inner.value)
        found = {}
        for key, values in means.items():
            cut = math.floor(len(values) * aggregate.trim)
            kept = sorted(values)[cut : len(values) - cut]
            total = sum(kept, Fraction(0))
            found[key] = AggregateResult(total / len(kept), total, Fraction(len(kept)), len(kept))
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
        return Fraction(int(whole), self._scales.get(key, 1))
