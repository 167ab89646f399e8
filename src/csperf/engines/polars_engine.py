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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from csperf.calendars import WorkCalendar
from csperf.engines.base import Lens, RejectedRow, Rejection, Resolve, RowCounts, SourceResult
from csperf.engines.polars_aggregates import (
    AggregatePlan,
    compile_sql,
    counts_by_pair,
    in_period,
    is_left_out,
    names_in,
    part_keys,
    span_of,
    split_keys,
)
from csperf.engines.polars_credit import KEY, SERVED_BY, SERVED_ORDER, Credit
from csperf.engines.polars_derived import derived_columns
from csperf.engines.polars_duplicates import Repeats, check_accounts, check_spans, find_repeats, hash_key
from csperf.engines.polars_facts import (
    CODE,
    OVERFLOW,
    PLACE,
    SOURCE,
    Facts,
    Reading,
    check_replaced,
    count_left_out,
    place_of,
    scan_facts,
    scan_raw,
)
from csperf.exports.reader import RawTable, reread_as_text
from csperf.period import Period
from csperf.rubric.measures import Aggregate
from csperf.scoring.cards import AggregateResult
from csperf.tables.kinds import EVERYONE

IN_PERIOD, _VALID, _RISES, _NAMED = "_in", "_valid", "_rises", "_named"
_OF = "_of:"
_ROWS = pl.len()
_SAMPLES = 3
SMALL_BYTES = 32 << 20
_T = TypeVar("_T")
Calendar = Callable[[], WorkCalendar]
CountsFor = Callable[[frozenset[str]], pl.Expr]
"""Columns → whether a row counts for what needs them."""


@dataclass(frozen=True)
class _Pass:
    """What one pass over a source's rows gave. `named`: the agents as the rows name them, and how often.

    rows: all of them; rejected: those of which a cell is wrong; in_period, unassigned: of the others.
    """

    results: dict[Aggregate, dict[str, AggregateResult]]
    parts: dict[Aggregate, dict[tuple[str, str], AggregateResult]]
    named: Mapping[str, int]
    rows: int
    rejected: int
    in_period: int
    unassigned: int
    first: dt.datetime | dt.date | None
    last: dt.datetime | dt.date | None
    reaches: tuple[dt.date, dt.date] | None
    idle: tuple[str, ...]
    keys_ordered: bool


class PolarsEngine:
    """Reads, checks and measures with Polars; see `Engine` for what each method promises."""

    def __init__(self, workdir: Path) -> None:
        """workdir: a folder for temporary files, removed by whoever made it."""
        self._workdir = workdir
        self._served: tuple[RawTable, pl.DataFrame] | None = None

    def measure_source(self, table: RawTable, aggregates: Sequence[Aggregate], lens: Lens) -> SourceResult:
        """The aggregates of one source per agent or unit; see Engine."""
        return self._measure(self._look(table, aggregates, lens), lens.resolve)

    def columns_of(self, aggregate: Aggregate) -> frozenset[str]:
        """The columns that an aggregate's expressions name; see Engine."""
        return frozenset(names_in(aggregate))

    def check_source(self, table: RawTable, resolve: Resolve) -> SourceResult:
        """Check every column that the source has; see Engine."""
        return self._measure(_Job(table, None, None, None, Credit(table)), resolve)

    def _look(self, table: RawTable, aggregates: Sequence[Aggregate], lens: Lens) -> _Job:
        served = None
        if lens.order_agents and table.is_credited_by_order and any(
            aggregate.agent == table.contract.agent for aggregate in aggregates
        ):  # fmt: skip
            if self._served is None or self._served[0] is not lens.order_agents:  # orders and returns ask for the same
                self._served = lens.order_agents, self._read_served(lens.order_agents, lens.resolve)
            served = self._served[1]
        credit = Credit(table, lens.units, served)
        return _Job(table, tuple(dict.fromkeys(aggregates)), lens.period, lens.calendar, credit)

    def _read_served(self, order_agents: RawTable, resolve: Resolve) -> pl.DataFrame:
        """Every pair of an order and an agent who served it, once."""

        def work(job: _Job) -> pl.DataFrame:
            usable = _find_usable(job, _scan_carefully(job), resolve)
            return (
                usable.rows.filter(usable.is_valid).select(SERVED_ORDER, SERVED_BY).unique().collect(engine="streaming")
            )

        return self._decode_if_needed(_Job(order_agents, (), None, None, Credit(order_agents)), work)

    def _measure(self, job: _Job, resolve: Resolve) -> SourceResult:
        until = job.table.contract.covers_until
        careful = job.is_small or job.table.replaced or (until is not None and job.table.has(until))
        quick = None if careful else self._try_quickly(job)
        if (
            quick is not None
            and quick.rejected == 0
            and all(resolve(name) == name for name in quick.named)
            and (quick.keys_ordered or not self._has_repeated_keys(job))
        ):
            return SourceResult(
                RowCounts(
                    quick.rows, quick.in_period, quick.rows - quick.in_period, unassigned=quick.unassigned,
                    left_out=count_left_out(job.table),
                ),
                (), quick.results, quick.named, quick.first, quick.last, quick.reaches, quick.idle,
                quick.parts,
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
        for source in job.table.sources:
            facts = scan_facts(source, Reading(tuple(key), job.zone, careful=False))
            hashes = facts.rows.select(hash_key(key)).collect(engine="streaming").to_series()
            if hashes.n_unique() < len(hashes):
                return True
        return False

    def _decode_if_needed(self, job: _Job, work: Callable[[_Job], _T]) -> _T:
        """Do the work; decode the files again first where they turn out not to be UTF-8 after all."""
        try:
            check_replaced(job.table)
            return work(job)
        except pl.exceptions.ComputeError:
            files = tuple(reread_as_text(file, self._workdir) for file in job.table.files)
        table = replace(job.table, files=files)
        check_replaced(table)
        return work(replace(job, table=table))

    def _measure_carefully(self, job: _Job, resolve: Resolve) -> SourceResult:
        facts = _scan_carefully(job)
        rejections = _collect_rejections(job.table, facts)
        rejected = sum(rejection.count for rejection in rejections)
        usable = _find_usable(job, facts, resolve)
        if rejected:
            passed = _run_pass(job, usable.rows, usable.is_valid, ordered=False, counts_for=usable.counts_for)
        else:
            passed = _run_pass(job, usable.rows.filter(usable.is_valid), pl.lit(True), ordered=False)
        clean = passed.rows - passed.rejected
        duplicates = usable.duplicates + job.table.replaced
        counts = RowCounts(
            rows=clean + rejected + duplicates, in_period=passed.in_period,
            outside_period=clean - passed.in_period, rejected=rejected, duplicates=duplicates,
            unassigned=passed.unassigned, left_out=count_left_out(job.table),
        )  # fmt: skip
        return SourceResult(
            counts, rejections, passed.results, passed.named, passed.first, passed.last, passed.reaches, passed.idle,
            passed.parts,
        )  # fmt: skip

    def read_facts(self, table: RawTable) -> list[dict[str, object]]:
        """All valid rows, typed; see Engine."""
        job = _Job(table, None, None, None, Credit(table))

        def work(job: _Job) -> list[dict[str, object]]:
            usable = _find_usable(job, _scan_carefully(job), lambda name: name)
            return usable.rows.filter(usable.is_valid).sort(PLACE).select(job.columns).collect().to_dicts()

        return self._decode_if_needed(job, work)

    def read_rows(
        self, table: RawTable, aggregate: Aggregate, agent_id: str, lens: Lens
    ) -> list[dict[str, str | None]]:
        """The rows behind one agent's or unit's aggregate; see Engine."""
        job = self._look(table, [aggregate], lens)
        key = EVERYONE if aggregate.agent == EVERYONE else agent_id

        def work(job: _Job) -> list[dict[str, str | None]]:
            usable = _find_usable(job, _scan_carefully(job), lens.resolve)
            # A customer's next case may be somebody else's, so derived columns come first.
            rows = job.add_derived(usable.rows).filter(usable.is_valid)
            rows = job.credit.find_units(rows, aggregate.agent).filter(pl.col(KEY) == key)
            rows = rows.filter(in_period(table.contract, aggregate.at, span_of(aggregate, lens.period)))
            if aggregate.where:
                rows = rows.filter(compile_sql(aggregate.where))
            if aggregate.sources is not None:
                rows = rows.filter(pl.col(SOURCE).is_in(aggregate.sources))
            by = [column for part in aggregate.left_out for column, _ in part.ids]
            used = list(dict.fromkeys([*table.contract.key, aggregate.at, *sorted(names_in(aggregate)), *by]))
            shown = [name for name in used if name in job.columns or name in table.contract.derived]
            counted = pl.when(job.is_left_out(aggregate)).then(pl.lit("exempt")).otherwise(_counted(aggregate))
            frame = rows.with_columns(counted.alias("counted")).sort(aggregate.at, PLACE)
            found = frame.select(PLACE, *shown, "counted").collect()
            return [_shown_row(table, row, shown) for row in found.iter_rows(named=True)]

        return self._decode_if_needed(job, work)

    def find_days(
        self, table: RawTable, column: str, at: str, values: Sequence[str], zone: str
    ) -> dict[str, frozenset[dt.date]]:
        """The days of the rows that have one of the values; see Engine."""
        contract = table.contract

        def work(job: _Job) -> dict[str, frozenset[dt.date]]:
            facts = scan_facts(job.table, Reading((column, at), zone, careful=True))
            moment = pl.col(at) if contract.columns[at].kind == "day" else pl.col(at).dt.convert_time_zone(zone)
            rows = facts.rows.filter(pl.col(column).is_in(list(values)))
            rows = rows.select(pl.col(column).alias("value"), moment.dt.date().alias("day")).unique()
            days: dict[str, set[dt.date]] = {}
            for value, day in rows.collect(engine="streaming").iter_rows():
                days.setdefault(value, set()).update([day] if day is not None else [])
            return {value: frozenset(found) for value, found in days.items()}

        return self._decode_if_needed(_Job(table, (), None, None, Credit(table)), work)

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
                    value = row[OVERFLOW if check.column == OVERFLOW else f"t:{check.column}"]
                    cells = tuple(row[name] for name in raw)
                    found.append(RejectedRow(file, place_of(row[PLACE])[1], check.column, value, check.code, cells))
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
    def at(self) -> str | None:
        """The table's own time column, if it is read."""
        return self.table.contract.at if self.table.contract.at in self.columns else None

    @property
    def aggregates(self) -> tuple[Aggregate, ...]:
        return self.asked or ()

    @property
    def zone(self) -> str:
        return self.period.zone if self.period else self.table.files[0].zone

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
        empty = {name for aggregate in self.aggregates for name in aggregate.optional}
        wanted = self.core.union(*map(self.needs, self.aggregates), filter(None, [contract.covers_until]))
        wanted |= {column for one in self.aggregates for part in one.left_out for column, _ in part.ids}
        return [name for name in contract.columns if name in wanted and (name in empty or self.table.has(name))]

    @property
    def core(self) -> frozenset[str]:
        """The columns without which a row counts for nothing."""
        columns = self.table.contract.columns
        return frozenset(self.table.contract.key).union(name for name in columns if columns[name].required)

    def needs(self, aggregate: Aggregate) -> frozenset[str]:
        """The stored columns without which a row does not count for an aggregate."""
        contract = self.table.contract
        wanted = {aggregate.at, aggregate.agent} | contract.sources_of(names_in(aggregate))
        if aggregate.agent == contract.agent and self.table.is_credited_by_order:
            wanted.update(filter(None, [contract.agents_by]))
        return self.core | wanted

    def is_left_out(self, aggregate: Aggregate) -> pl.Expr:
        """Whether a row is exempted from an aggregate."""
        has_until = self.table.contract.covers_until in self.columns
        return is_left_out(self.table.contract, aggregate, self.zone, has_until=has_until)

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

    def splits(self, agent: str) -> list[tuple[str, str] | None]:
        """What the aggregates that credit this column split it by; first None, for those that do not."""
        return list(dict.fromkeys([None, *(_split_of(one) for one in self.aggregates if one.agent == agent)]))

    @property
    def named_agents(self) -> list[str]:
        """Those of them that are columns."""
        return [agent for agent in self.agents if agent != EVERYONE]

    def add_derived(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows with the derived columns that the aggregates name."""
        assert self.period is not None
        assert self.calendar is not None
        names = set().union(*(names_in(aggregate) for aggregate in self.aggregates))
        wanted = {name: derived for name, derived in self.table.contract.derived.items() if name in names}
        source = SOURCE if self.table.is_pooled else None
        return rows.with_columns(derived_columns(wanted, self.period, self.calendar, source)) if wanted else rows


def _scan_carefully(job: _Job) -> Facts:
    """The careful reading. It is looked at several times, so a small source is parsed once and kept."""
    facts = scan_facts(job.table, job.reading(careful=True))
    return replace(facts, rows=facts.rows.collect(engine="streaming").lazy()) if job.is_small else facts


@dataclass(frozen=True)
class _Usable:
    """The rows of a careful reading that can count for something, agents by their ids, no outdated versions.

    They do not depend on what is measured: only a cell that everything needs takes a row out.
    is_valid: which of them count for everything. duplicates: how many rows without any mistake repeat another.
    """

    facts: Facts
    rows: pl.LazyFrame
    repeats: Repeats | None
    is_valid: pl.Expr
    duplicates: int

    def counts_for(self, columns: frozenset[str]) -> pl.Expr:
        """Which rows count for what needs these columns: what else is wrong with a row is nothing to it."""
        is_whole = ~self.facts.is_spoilt(columns)
        if self.repeats is None:
            return is_whole
        again = self.repeats.find_repeated(is_whole, sorted(columns & self.facts.columns))
        return is_whole & ~pl.col(PLACE).is_in(again.implode())


def _find_usable(job: _Job, facts: Facts, resolve: Resolve) -> _Usable:
    """What can be used of a careful reading; raises ProblemsFound for rows that contradict each other."""
    rows = facts.rows.filter(~facts.is_spoilt(job.core))
    agents = [name for name in job.agents if name in facts.columns]
    names: set[str] = set()
    for agent in agents:
        names.update(rows.select(pl.col(agent).unique()).collect(engine="streaming").to_series().drop_nulls())
    aliases = {name: canonical for name in sorted(names) if (canonical := resolve(name)) != name}
    if aliases:
        rows = rows.with_columns(pl.col(*agents).replace(list(aliases), list(aliases.values())))
    check_spans(job.table, rows)
    check_accounts(job.table, rows, job.key)
    is_clean = pl.col(CODE).is_null()
    repeats = find_repeats(job.table, rows, job.key)
    if repeats is None:
        return _Usable(facts, rows, None, is_clean, 0)
    again = repeats.find_repeated(is_clean, job.columns)
    return _Usable(
        facts, rows.join(repeats.outdated.lazy(), on=PLACE, how="anti"), repeats,
        is_clean & ~pl.col(PLACE).is_in(again.implode()), len(again) + repeats.outdated[CODE].null_count(),
    )  # fmt: skip


def _run_pass(
    job: _Job, rows: pl.LazyFrame, valid: pl.Expr, ordered: bool,
    counts_for: CountsFor | None = None,
) -> _Pass:  # fmt: skip
    """What a source's rows come to: its totals, and a few group-bys per agent column, all collected together.

    valid: which rows count for everything. ordered: whether rows come in the file's order, so that keys may be
    seen to rise. counts_for: which rows count for what needs some columns; absent: those that are valid.
    """
    rows, spans = _flag_rows(job, rows, valid)
    inner = rows.filter(IN_PERIOD)
    sinks = [_total(job, rows, ordered)]
    plans: list[tuple[AggregatePlan, slice]] = []
    naming: list[int] = []
    counting = _count_names(job)
    for agent in job.agents:
        for split in job.splits(agent):
            mine = [one for one in job.aggregates if (one.agent, _split_of(one)) == (agent, split)]
            masks, added = _masks(job, mine, spans, counts_for)
            masked = inner.with_columns(added)
            plan = AggregatePlan(mine, masks, masked.collect_schema())
            keyed = job.credit.find_units(masked, agent)
            if split is not None:
                keyed = split_keys(keyed, job.table.contract, *split, job.zone)
            asked = plan.sinks(keyed, counting.get(agent, _ROWS).alias(_NAMED))
            plans.append((plan, slice(len(sinks), len(sinks) + len(asked))))
            if agent in job.named_agents and split is None:
                naming.append(len(sinks))
            sinks += asked
    if job.credit.units is not None:  # the groups are units then, and say nothing of the agents that the rows name
        found = [
            job.credit.find_agents(inner, agent).group_by(KEY).agg(count.alias(_NAMED))
            for agent, count in counting.items()
        ]
        naming = list(range(len(sinks), len(sinks) + len(found)))
        sinks += found
    frames = pl.collect_all(sinks, engine="streaming")
    total = frames[0].row(0, named=True)
    results: dict[Aggregate, dict[str, AggregateResult]] = {}
    parts: dict[Aggregate, dict[tuple[str, str], AggregateResult]] = {}
    for plan, part in plans:
        for aggregate, found_by_key in plan.results(frames[part]).items():
            if aggregate.split_by is None:
                results[aggregate] = found_by_key
            else:
                parts[aggregate] = part_keys(found_by_key)
    named: Counter[str] = Counter()
    for place in naming:
        named.update(dict(frames[place].filter(pl.col(KEY).is_not_null()).select(KEY, _NAMED).iter_rows()))
    return _Pass(
        results, parts, named, rows=total["rows"],
        rejected=total["rows"] - total["valid"], in_period=total["in"], unassigned=total["nobodys"],
        first=total["first"], last=total["last"],
        reaches=(total["covers"], total["until"]) if total["covers"] else None,
        idle=tuple(name for name in _pooled(job) if not total[f"{_OF}{name}"]),
        keys_ordered=total["ordered"] is not False,
    )  # fmt: skip


def _split_of(aggregate: Aggregate) -> tuple[str, str] | None:
    """The column and time that split an aggregate's rows."""
    return None if aggregate.split_by is None else (aggregate.split_by, aggregate.at)


def _count_names(job: _Job) -> dict[str, pl.Expr]:
    """Agent column → how many rows name an agent in it, without those that name the same one in a column before."""
    counts: dict[str, pl.Expr] = {}
    before: list[str] = []
    for agent in job.named_agents:
        again = [pl.col(agent).eq_missing(pl.col(earlier)) for earlier in before if job.table.has(agent)]
        counts[agent] = (~pl.any_horizontal(again)).sum().cast(pl.UInt32) if again else _ROWS
        before += [agent] if job.table.has(agent) else []
    return counts


def _flag_rows(job: _Job, rows: pl.LazyFrame, valid: pl.Expr) -> tuple[pl.LazyFrame, dict[tuple[str, int | None], str]]:
    """The rows with derived columns and flags, and (time column, window) → the flag of each span that is looked at.

    Where nothing is asked for, the span is that of the table's own time; without a period every row is inside.
    """
    spans: dict[tuple[str, int | None], Period] = {}
    if job.period is not None:
        rows = job.add_derived(rows)
        spans = {(one.at, one.window_days): span_of(one, job.period) for one in job.aggregates}
        if not spans and job.at:
            spans = {(job.at, None): job.period}
    flags = {span: f"_span{number}" for number, span in enumerate(spans)}
    lies_in = [
        in_period(job.table.contract, at, spans[at, days]).fill_null(False).alias(flag)
        for (at, days), flag in flags.items()
    ]
    inside = pl.any_horizontal(*flags.values()) if flags else pl.lit(True)
    rows = rows.with_columns(valid.alias(_VALID), _rises(job).alias(_RISES), *lies_in)
    # Left to itself, Polars reads the file once for the totals and again for two or more group-bys.
    return rows.with_columns(inside.alias(IN_PERIOD)).cache(), flags


def _rises(job: _Job) -> pl.Expr:
    """Whether a row's key is greater than the one before it: such keys cannot repeat, and exports mostly have them.

    A column of its own, as the totals would hold every key in memory to tell.
    """
    key = job.key
    return pl.col(key[0]) > pl.col(key[0]).shift(1) if len(key) == 1 else pl.lit(not key)


def _total(job: _Job, rows: pl.LazyFrame, ordered: bool) -> pl.LazyFrame:
    """One row: how many rows there are, are valid, inside and nobody's, their time span, and whether keys rise."""
    is_inside = pl.col(_VALID) & pl.col(IN_PERIOD)
    is_nobodys = is_inside & job.credit.is_nobodys(job.named_agents)
    rises = pl.col(_RISES).all() if ordered else pl.lit(not job.key)
    time = pl.col(job.at) if job.at else pl.lit(None)
    covers, until = _reach(job)
    each = [(is_inside & (pl.col(SOURCE) == name)).any().alias(f"{_OF}{name}") for name in _pooled(job)]
    return rows.select(
        pl.len().alias("rows"), pl.col(_VALID).sum().alias("valid"), is_inside.sum().alias("in"),
        is_nobodys.sum().alias("nobodys"), time.min().alias("first"), time.max().alias("last"),
        rises.alias("ordered"), covers.min().alias("covers"), until.max().alias("until"), *each,
    )  # fmt: skip


def _pooled(job: _Job) -> list[str]:
    """The sources of a table that has several."""
    return [source.name for source in job.table.sources] if job.table.is_pooled else []


def _reach(job: _Job) -> tuple[pl.Expr, pl.Expr]:
    """The first and last day of figures that are of the period's days and of others too."""
    begin, end = job.at, job.table.contract.covers_until
    if job.period is None or begin is None or end not in job.columns:
        return pl.lit(None), pl.lit(None)
    first, last = job.period.first_day, job.period.last_day
    touches = (pl.col(begin) <= last) & (pl.col(end) >= first)
    reaches = pl.col(_VALID) & touches & ((pl.col(begin) < first) | (pl.col(end) > last))
    return pl.col(begin).filter(reaches), pl.col(end).filter(reaches)


def _masks(
    job: _Job, aggregates: Sequence[Aggregate], spans: Mapping[tuple[str, int | None], str],
    counts_for: CountsFor | None,
) -> tuple[dict[Aggregate, str | None], list[pl.Expr]]:  # fmt: skip
    """Which rows inside each aggregate sees: (aggregate → boolean column or None for all, the columns to add)."""
    columns: dict[tuple[object, ...], str] = {}
    masks: dict[Aggregate, str | None] = {}
    added: list[pl.Expr] = []
    for aggregate in aggregates:
        span = spans[aggregate.at, aggregate.window_days] if len(spans) > 1 else None
        needs = job.needs(aggregate) if counts_for else None
        wanted = (span, aggregate.where, aggregate.paired, aggregate.sources, aggregate.left_out, needs)
        if not any(wanted):
            masks[aggregate] = None
            continue
        if wanted not in columns:
            columns[wanted] = f"_mask{len(columns)}"
            parts = [pl.col(span)] if span else []
            parts += [compile_sql(aggregate.where)] if aggregate.where else []
            parts += [counts_by_pair(aggregate)] if aggregate.paired else []
            parts += [pl.col(SOURCE).is_in(aggregate.sources)] if aggregate.sources is not None else []
            parts += [~job.is_left_out(aggregate)] if aggregate.left_out else []
            parts += [counts_for(needs)] if counts_for and needs else []
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
    is_named = counts_by_pair(aggregate)
    if once_each:
        is_named &= pl.col(once_each).is_not_null()
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
