"""The default engine: Polars, streaming, one machine.

A large source is first read quickly, on trust: the CSV reader parses numbers itself, and one pass
gives every aggregate. Where that pass meets anything unclean (a cell that does not parse, a row
that fails a check, a key seen twice, an agent under another name), the careful reading decides
instead: text columns, every row with its place. A small source is read carefully at once. On clean
files both readings give the same, which a test holds.
"""

from __future__ import annotations

import os

# Smaller pieces of the file in flight: a quarter of the memory at the same speed.
os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", str(1 << 23))
os.environ.setdefault("POLARS_CSV_CHUNK_PREFETCH_LIMIT", "4")

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from csperf.calendars import WorkCalendar
from csperf.engines.base import RejectedRow, Rejection, Resolve, RowCounts, SourceResult, Units
from csperf.engines.polars_aggregates import ROWS, AggregatePlan, compile_sql, in_period, names_in, span_of
from csperf.engines.polars_credit import KEY, SERVED_BY, SERVED_ORDER, Credit, needs_order_agents
from csperf.engines.polars_derived import derived_columns
from csperf.engines.polars_duplicates import find_losers, hash_key
from csperf.engines.polars_facts import CODE, PLACE, Facts, Reading, place_of, scan_facts, scan_raw
from csperf.exports.reader import RawTable, reread_as_text
from csperf.period import Period
from csperf.rubric.measures import EVERYONE, Aggregate
from csperf.scoring.cards import AggregateResult

IN_PERIOD = "_in"
_SAMPLES = 3
SMALL_BYTES = 32 << 20
_T = TypeVar("_T")
Calendar = Callable[[], WorkCalendar]


@dataclass(frozen=True)
class _Pass:
    """What one pass over a source's valid rows gave. `names`: the agents as the rows name them."""

    results: dict[Aggregate, dict[str, AggregateResult]]
    names: frozenset[str]
    rows: int
    rejected: int
    in_period: int
    unassigned: int
    first: dt.datetime | dt.date | None
    last: dt.datetime | dt.date | None
    keys_ordered: bool


class PolarsEngine:
    """Reads, checks and measures with Polars; see `Engine` for what each method promises."""

    def __init__(self, workdir: Path) -> None:
        """workdir: a folder for temporary files, removed by whoever made it."""
        self._workdir = workdir
        self._served: tuple[RawTable, pl.DataFrame] | None = None

    def measure_source(
        self,
        table: RawTable,
        aggregates: Sequence[Aggregate],
        period: Period,
        resolve: Resolve,
        calendar: Calendar,
        units: Units | None = None,
        order_agents: RawTable | None = None,
    ) -> SourceResult:
        """The aggregates of one source per agent or unit; see Engine."""
        credit = self._open_credit(table, aggregates, resolve, units, order_agents)
        job = _Job(table, tuple(dict.fromkeys(aggregates)), period, calendar, credit)
        return self._measure(job, resolve)

    def check_source(self, table: RawTable, resolve: Resolve) -> SourceResult:
        """Check every column that the source has; see Engine."""
        return self._measure(_Job(table, None, None, None, Credit(table)), resolve)

    def _open_credit(
        self, table: RawTable, aggregates: Sequence[Aggregate], resolve: Resolve, units: Units | None,
        order_agents: RawTable | None,
    ) -> Credit:  # fmt: skip
        if order_agents is None or not any(needs_order_agents(table, aggregate.agent) for aggregate in aggregates):
            return Credit(table, units)
        if self._served is None or self._served[0] is not order_agents:  # orders and returns ask for the same pairs
            self._served = order_agents, self._read_served(order_agents, resolve)
        return Credit(table, units, self._served[1])

    def _read_served(self, order_agents: RawTable, resolve: Resolve) -> pl.DataFrame:
        """Every pair of an order and an agent who served it, once."""

        def work(job: _Job) -> pl.DataFrame:
            valid, _ = self._valid_rows(job, _scan_carefully(job), resolve)
            return valid.select(SERVED_ORDER, SERVED_BY).unique().collect(engine="streaming")

        return self._decode_if_needed(_Job(order_agents, (), None, None, Credit(order_agents)), work)

    def _measure(self, job: _Job, resolve: Resolve) -> SourceResult:
        quick = None if job.is_small else self._try_quickly(job)
        if (
            quick is not None
            and quick.rejected == 0
            and all(resolve(name) == name for name in quick.names)
            and (quick.keys_ordered or not self._has_repeated_keys(job))
        ):
            return SourceResult(
                RowCounts(quick.rows, quick.in_period, quick.rows - quick.in_period, unassigned=quick.unassigned),
                (), quick.results, quick.names, quick.first, quick.last,
            )  # fmt: skip
        return self._decode_if_needed(job, lambda job: self._measure_carefully(job, resolve))

    def _try_quickly(self, job: _Job) -> _Pass | None:
        facts = scan_facts(job.table, job.reading(careful=False))
        try:
            return _run_pass(job, facts.rows.rename({CODE: "_bad"}), ~pl.col("_bad"), ordered=True)
        except pl.exceptions.ComputeError:  # a cell the reader cannot parse, or bytes that are not UTF-8
            return None

    def _has_repeated_keys(self, job: _Job) -> bool:
        key = job.key
        if not key:
            return False
        facts = scan_facts(job.table, Reading(tuple(key), job.zone, careful=False))
        hashes = facts.rows.select(hash_key(key)).collect(engine="streaming").to_series()
        return hashes.n_unique() < len(hashes)

    def _decode_if_needed(self, job: _Job, work: Callable[[_Job], _T]) -> _T:
        """Do the work; decode the files again first where they turn out not to be UTF-8 after all."""
        try:
            return work(job)
        except pl.exceptions.ComputeError:
            files = tuple(reread_as_text(file, job.table.format, self._workdir) for file in job.table.files)
        return work(replace(job, table=replace(job.table, files=files)))

    def _measure_carefully(self, job: _Job, resolve: Resolve) -> SourceResult:
        facts = _scan_carefully(job)
        rejections = _collect_rejections(job.table, facts)
        rejected = sum(rejection.count for rejection in rejections)
        valid, duplicates = self._valid_rows(job, facts, resolve)
        passed = _run_pass(job, valid, pl.lit(True), ordered=False)
        counts = RowCounts(
            rows=passed.rows + rejected + duplicates, in_period=passed.in_period,
            outside_period=passed.rows - passed.in_period, rejected=rejected, duplicates=duplicates,
            unassigned=passed.unassigned,
        )  # fmt: skip
        return SourceResult(counts, rejections, passed.results, passed.names, passed.first, passed.last)

    def _valid_rows(self, job: _Job, facts: Facts, resolve: Resolve) -> tuple[pl.LazyFrame, int]:
        """(accepted rows without duplicates and with agents by their ids, how many duplicates were left out)."""
        valid = facts.rows.filter(pl.col(CODE).is_null())
        agents = [name for name in job.agents if name in facts.columns]
        names: set[str] = set()
        for agent in agents:
            names.update(valid.select(pl.col(agent).unique()).collect(engine="streaming").to_series().drop_nulls())
        aliases = {name: canonical for name in sorted(names) if (canonical := resolve(name)) != name}
        if aliases:
            valid = valid.with_columns(pl.col(*agents).replace(list(aliases), list(aliases.values())))
        losers = find_losers(job.table, valid, job.key, job.columns)
        if losers is not None:
            valid = valid.join(losers.lazy(), on=PLACE, how="anti")
        return valid, 0 if losers is None else len(losers)

    def read_facts(self, table: RawTable) -> list[dict[str, object]]:
        """All valid rows, typed; see Engine."""
        job = _Job(table, None, None, None, Credit(table))

        def work(job: _Job) -> list[dict[str, object]]:
            facts = _scan_carefully(job)
            valid, _ = self._valid_rows(job, facts, lambda name: name)
            return valid.sort(PLACE).select(job.columns).collect().to_dicts()

        return self._decode_if_needed(job, work)

    def read_rows(
        self,
        table: RawTable,
        aggregate: Aggregate,
        agent_id: str,
        period: Period,
        resolve: Resolve,
        calendar: Calendar,
        beside: Sequence[Aggregate] = (),
        units: Units | None = None,
        order_agents: RawTable | None = None,
    ) -> list[dict[str, str | None]]:
        """The rows behind one agent's or unit's aggregate; see Engine."""
        asked = tuple(dict.fromkeys([aggregate, *beside]))
        credit = self._open_credit(table, asked, resolve, units, order_agents)
        job = _Job(table, asked, period, calendar, credit)
        key = EVERYONE if aggregate.agent == EVERYONE else agent_id

        def work(job: _Job) -> list[dict[str, str | None]]:
            facts = _scan_carefully(job)
            valid, _ = self._valid_rows(job, facts, resolve)
            # A customer's next case may be somebody else's, so derived columns come first.
            rows = credit.find_units(job.add_derived(valid), aggregate.agent).filter(pl.col(KEY) == key)
            rows = rows.filter(in_period(table.contract, aggregate.at, span_of(aggregate, period)))
            if aggregate.where:
                rows = rows.filter(compile_sql(aggregate.where))
            used = list(dict.fromkeys([*table.contract.key, aggregate.at, *sorted(names_in(aggregate))]))
            shown = [name for name in used if name in job.columns or name in table.contract.derived]
            frame = rows.with_columns(_counted(aggregate).alias("counted")).sort(aggregate.at, PLACE)
            found = frame.select(PLACE, *shown, "counted").collect()
            return [_shown_row(table, row, shown) for row in found.iter_rows(named=True)]

        return self._decode_if_needed(job, work)

    def read_rejected(self, table: RawTable, aggregates: Sequence[Aggregate] | None = None) -> Iterator[RejectedRow]:
        """Every rejected row with its cells; see Engine."""
        job = _Job(table, None if aggregates is None else tuple(aggregates), None, None, Credit(table))

        def work(job: _Job) -> list[RejectedRow]:
            found = []
            for index, file in enumerate(job.table.files):
                rows, checks = scan_raw(job.table, index, job.reading(careful=True))
                frame = rows.filter(pl.col(CODE).is_not_null()).sort(PLACE).collect(engine="streaming")
                raw = [f"r{i}" for i in range(len(file.layout.columns))]
                for row in frame.iter_rows(named=True):
                    check = checks[row[CODE]]
                    found.append(RejectedRow(
                        file.shown, place_of(row[PLACE])[1], check.column, row.get(f"t:{check.column}"), check.code,
                        tuple(row[name] for name in raw), file.layout.columns,
                    ))  # fmt: skip
            return found

        return iter(self._decode_if_needed(job, work))


@dataclass(frozen=True)
class _Job:
    """One source with what is asked of it: some aggregates, or all its columns (None)."""

    table: RawTable
    asked: tuple[Aggregate, ...] | None
    period: Period | None
    calendar: Calendar | None
    credit: Credit

    @property
    def aggregates(self) -> tuple[Aggregate, ...]:
        return self.asked or ()

    @property
    def zone(self) -> str:
        return self.period.zone if self.period else self.table.zone

    @property
    def is_small(self) -> bool:
        """Whether the source fits in memory without a thought."""
        return sum(file.text.stat().st_size for file in self.table.files) <= SMALL_BYTES

    @property
    def columns(self) -> list[str]:
        """The stored columns to read, in the contract's order: all of them where nothing is asked for in particular."""
        contract = self.table.contract
        if self.asked is None:
            return [name for name in contract.columns if self.table.has(name)]
        wanted = {name for name, column in contract.columns.items() if column.required} | set(contract.key)
        empty = {name for aggregate in self.aggregates for name in aggregate.optional}
        for aggregate in self.aggregates:
            wanted |= {aggregate.at, aggregate.agent} | contract.sources_of(names_in(aggregate))
            if needs_order_agents(self.table, aggregate.agent) and contract.agents_by:
                wanted.add(contract.agents_by)
        return [name for name in contract.columns if name in wanted and (name in empty or self.table.has(name))]

    def reading(self, careful: bool) -> Reading:
        """How the source is read for this."""
        used = [expression for aggregate in self.aggregates for expression in aggregate.expressions()]
        named = {name for aggregate in self.aggregates for name in names_in(aggregate)}
        bare = {name for name in named if all((role, sql) == ("value", name) or name not in sql for role, sql in used)}
        return Reading(tuple(self.columns), self.zone, careful, frozenset(bare))

    @property
    def key(self) -> list[str]:
        """The key's columns, without optional ones that the source lacks; none where it lacks another."""
        contract = self.table.contract
        key = [name for name in contract.key if contract.columns[name].required or self.table.has(name)]
        return key if all(self.table.has(name) for name in key) else []

    @property
    def agents(self) -> list[str]:
        """The columns that say who is credited: where nothing is asked for in particular, all that name agents."""
        if not self.asked:
            columns = self.table.contract.columns
            return [name for name in self.columns if columns[name].kind == "agent"]
        return list(dict.fromkeys(aggregate.agent for aggregate in self.aggregates))

    def add_derived(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows with the derived columns that the aggregates name."""
        assert self.period is not None
        assert self.calendar is not None
        names = set().union(*(names_in(aggregate) for aggregate in self.aggregates))
        wanted = {name: columns for name, columns in self.table.contract.derived.items() if name in names}
        return rows.with_columns(derived_columns(wanted, self.period, self.calendar)) if wanted else rows


def _scan_carefully(job: _Job) -> Facts:
    """The careful reading. It is looked at several times, so a small source is parsed once and kept."""
    facts = scan_facts(job.table, job.reading(careful=True))
    return replace(facts, rows=facts.rows.collect(engine="streaming").lazy()) if job.is_small else facts


def _run_pass(job: _Job, rows: pl.LazyFrame, valid: pl.Expr, ordered: bool) -> _Pass:
    """One pass over a source: the totals, and one group-by per agent column, sharing one scan."""
    contract, period = job.table.contract, job.period
    spans: dict[tuple[str, int | None], str] = {}
    at = contract.at if contract.at in job.columns else None
    flags = [valid.alias("_valid")]
    if period is not None:
        rows = job.add_derived(rows)
        for aggregate in job.aggregates:
            span = (aggregate.at, aggregate.window_days)
            if span not in spans:
                spans[span] = f"_span{len(spans)}"
                flags.append(
                    in_period(contract, aggregate.at, span_of(aggregate, period)).fill_null(False).alias(spans[span])
                )
        if not spans and at is not None:
            spans[at, None] = "_span0"
            flags.append(in_period(contract, at, period).fill_null(False).alias("_span0"))
    inside = pl.any_horizontal(*spans.values()) if spans else pl.lit(True)
    key = job.key
    if ordered and len(key) == 1:
        # Keys that rise from row to row cannot repeat, and exports are nearly always in that order.
        flags.append((pl.col(key[0]) > pl.col(key[0]).shift(1)).alias("_rises"))
    rows = rows.with_columns(flags).with_columns((pl.col("_valid") & inside).alias(IN_PERIOD))
    totals = [
        pl.len().alias("rows"), pl.col("_valid").sum().alias("valid"), pl.col(IN_PERIOD).sum().alias("in"),
        (pl.col(at).min() if at else pl.lit(None)).alias("first"),
        (pl.col(at).max() if at else pl.lit(None)).alias("last"),
    ]  # fmt: skip
    if ordered and len(key) == 1:
        totals.append(pl.col("_rises").all().alias("ordered"))
    inner = rows.filter(IN_PERIOD)
    sinks = [[rows.select(totals)]]
    plans: list[tuple[str, AggregatePlan]] = []
    for agent in job.agents:
        mine = [aggregate for aggregate in job.aggregates if aggregate.agent == agent]
        masks, extra = _masks(mine, spans)
        masked = inner.with_columns(extra)
        plan = AggregatePlan(mine, masks, masked.collect_schema())
        plans.append((agent, plan))
        sinks.append(plan.sinks(job.credit.find_units(masked, agent)))
        if job.credit.units is not None:  # the groups are units then, and somebody must say which agents are named
            sinks[-1].insert(0, job.credit.find_agents(inner, agent).group_by(KEY).agg(pl.len().alias(ROWS)))
    frames = iter(pl.collect_all([sink for some in sinks for sink in some], engine="streaming"))
    total = next(frames).row(0, named=True)
    results: dict[Aggregate, dict[str, AggregateResult]] = {}
    names: set[str] = set()
    unassigned = 0
    for (agent, plan), asked in zip(plans, sinks[1:], strict=True):
        found = [next(frames) for _ in asked]
        results |= plan.results(found[1:] if job.credit.units is not None else found)
        if agent != EVERYONE:
            names.update(found[0][KEY].drop_nulls())
            unassigned = max(unassigned, int(found[0].filter(pl.col(KEY).is_null())[ROWS].sum()))
    return _Pass(
        results, frozenset(names), rows=total["rows"], rejected=total["rows"] - total["valid"],
        in_period=total["in"], unassigned=unassigned, first=total["first"], last=total["last"],
        keys_ordered=total.get("ordered", not key) is not False,
    )  # fmt: skip


def _masks(
    aggregates: Sequence[Aggregate], spans: Mapping[tuple[str, int | None], str]
) -> tuple[dict[Aggregate, str | None], list[pl.Expr]]:
    """Which rows inside each aggregate sees: (aggregate → boolean column or None for all, the columns to add)."""
    columns: dict[tuple[str | None, str | None], str] = {}
    masks: dict[Aggregate, str | None] = {}
    added: list[pl.Expr] = []
    for aggregate in aggregates:
        span = spans[aggregate.at, aggregate.window_days] if len(spans) > 1 else None
        wanted = (span, aggregate.where)
        if wanted == (None, None):
            masks[aggregate] = None
            continue
        if wanted not in columns:
            columns[wanted] = f"_mask{len(columns)}"
            parts = [pl.col(span)] if span else []
            parts += [compile_sql(aggregate.where)] if aggregate.where else []
            added.append(pl.all_horizontal(*parts).fill_null(False).alias(columns[wanted]))
        masks[aggregate] = columns[wanted]
    return masks, added


def _collect_rejections(table: RawTable, facts: Facts) -> tuple[Rejection, ...]:
    """Rejected rows counted by check, with the first few places and values."""
    bad = facts.rows.filter(pl.col(CODE).is_not_null())
    by_code = (
        bad.group_by(CODE)
        .agg(pl.len().alias("count"), pl.col(PLACE).sort().head(_SAMPLES))
        .sort(CODE)
        .collect(engine="streaming")
    )
    places = [place for row in by_code[PLACE].to_list() for place in row]
    texts = [name for name in facts.rows.collect_schema().names() if name.startswith("t:")]
    examples = {}
    if places:
        frame = bad.filter(pl.col(PLACE).is_in(places)).select(PLACE, *texts).collect(engine="streaming")
        examples = {row[PLACE]: row for row in frame.iter_rows(named=True)}
    found = []
    for row in by_code.iter_rows(named=True):
        check = facts.checks[row[CODE]]
        samples = tuple(
            (
                table.files[place_of(place)[0]].shown,
                place_of(place)[1],
                examples[place].get(f"t:{check.column}"),
            )
            for place in row[PLACE]
        )
        found.append(Rejection(check.code, check.column, row["count"], samples))
    return tuple(found)


def _counted(aggregate: Aggregate) -> pl.Expr:
    """hit, miss or empty for a rate's rows; for other kinds whether the row carried a value."""
    once_each = aggregate.distinct or aggregate.per
    is_named = pl.col(once_each).is_not_null() if once_each else pl.lit(True)
    if aggregate.value is None:
        return pl.when(is_named).then(pl.lit("hit"))
    value = compile_sql(aggregate.value)
    if aggregate.kind == "rate":
        over = compile_sql(aggregate.over) if aggregate.over else value.is_not_null()
        return pl.when(is_named & over.fill_null(False)).then(
            pl.when(value.fill_null(False)).then(pl.lit("hit")).otherwise(pl.lit("miss"))
        )
    return pl.when(is_named & value.is_not_null()).then(pl.lit("hit"))


def _shown_row(table: RawTable, row: dict[str, Any], shown: Sequence[str]) -> dict[str, str | None]:
    file, line = place_of(row[PLACE])
    cells = {name: None if row[name] is None else _shown_cell(row[name]) for name in shown}
    return {"file": table.files[file].shown, "row": str(line), **cells, "counted": row["counted"]}


def _shown_cell(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
